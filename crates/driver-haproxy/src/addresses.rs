//! Which addresses load balancers have on this machine.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use drivers::{BalancerSpec, Call};
use uuid::Uuid;

/// Gives load balancers their addresses. Each call may be made again.
pub trait Addresses: Send + Sync + fmt::Debug {
    /// Where they answer: a few words for people, such as `at its public address`.
    fn told(&self) -> String;
    /// Has this machine answer at a load balancer's addresses, and says at which.
    fn take<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a, Vec<IpAddr>>;
    /// Why a load balancer can never work with these addresses; none: it can.
    fn refuses(&self, spec: &BalancerSpec) -> Option<String> {
        let _ = spec;
        None
    }
    /// Gives up what was taken for it, if anything was.
    fn give_back(&self, id: Uuid) -> Call<'_>;
    /// The port at which one of its ports is: the same, unless that cannot be. `taken` are all of its
    /// ports, and those given before.
    fn port(&self, port: u16, taken: &BTreeSet<u16>) -> u16 {
        let _ = taken;
        port
    }
    /// Whether a machine's address leads to the machine, and to nobody else's.
    fn reaches(&self, machine: IpAddr) -> bool {
        let _ = machine;
        true
    }
}

/// What is added to a port that this user may not have, until it is one that he may.
const OFFSET: u16 = 8_000;

/// Addresses of this machine's own loopback: where the public one is 198.18.0.7, it is 127.18.0.7, which
/// nobody else can reach, and where no two load balancers meet. Ports below 1024 (or what the system says
/// instead) are 8000 higher where they are only root's: 80 is 8080, 443 is 8443.
#[derive(Debug, Clone, Copy)]
pub struct Loopback {
    /// The first port that may be taken.
    first: u16,
    machines_are_real: bool,
}

impl Loopback {
    /// Those that this user may have. Where machines are only simulated, nobody is sent to their addresses:
    /// they may be somebody's.
    pub fn new(machines_are_real: bool) -> Self {
        let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        let first = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
        let first = match rustix::process::geteuid().is_root() {
            true => 0,
            false => first.unwrap_or(1024),
        };
        Self { first, machines_are_real }
    }

    fn of(public: Ipv4Addr) -> Ipv4Addr {
        // Only Linux has all of 127.0.0.0/8.
        match cfg!(target_os = "linux") {
            true => {
                let [_, b, c, d] = public.octets();
                Ipv4Addr::new(127, b, c, d)
            }
            false => Ipv4Addr::LOCALHOST,
        }
    }
}

impl Addresses for Loopback {
    fn told(&self) -> String {
        let ports = match self.first {
            0..=80 => String::new(),
            first => format!(", ports below {first} at 8000 more"),
        };
        let machines = match self.machines_are_real {
            true => "",
            false => "; nobody is behind them, for machines are simulated",
        };
        format!("at 127.x.x.x on this machine{ports}{machines}")
    }

    fn take<'a>(&'a self, _: Uuid, spec: &'a BalancerSpec) -> Call<'a, Vec<IpAddr>> {
        Box::pin(std::future::ready(Ok(vec![Self::of(spec.ipv4).into()])))
    }

    fn refuses(&self, spec: &BalancerSpec) -> Option<String> {
        let why = "its machines are reached in their VPC, where this host is not: leave its VPC out, and \
                   it reaches them at their public addresses";
        (self.machines_are_real && spec.network.is_some()).then(|| why.to_owned())
    }

    fn give_back(&self, _: Uuid) -> Call<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn port(&self, port: u16, taken: &BTreeSet<u16>) -> u16 {
        if port >= self.first {
            return port;
        }
        let mut at = port;
        while at < self.first || taken.contains(&at) {
            at = at.wrapping_add(OFFSET);
        }
        at
    }

    fn reaches(&self, machine: IpAddr) -> bool {
        // Private addresses are others' here.
        let is_private = matches!(machine, IpAddr::V4(address) if address.is_private());
        machine.is_loopback() || self.machines_are_real && !is_private
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_are_only_roots_are_higher_and_never_meet() {
        let user = Loopback { first: 1024, machines_are_real: true };
        let mut taken = BTreeSet::from([80, 443, 8080]);
        assert_eq!((user.port(8080, &taken), user.port(443, &taken)), (8080, 8443));
        let http = user.port(80, &taken);
        assert_eq!(http, 16_080);
        taken.insert(http);
        let root = Loopback { first: 0, ..user };
        assert_eq!(root.port(80, &taken), 80);
    }

    #[test]
    fn nobody_is_sent_to_the_address_of_a_machine_that_is_not_there() {
        let simulated = Loopback { first: 0, machines_are_real: false };
        assert!(!simulated.reaches([198, 18, 0, 7].into()));
        assert!(simulated.reaches([127, 0, 0, 7].into()));
        let real = Loopback { machines_are_real: true, ..simulated };
        assert!(real.reaches([198, 18, 0, 7].into()) && !real.reaches([10, 0, 0, 7].into()));
        assert!(simulated.told().ends_with("machines are simulated"));
    }
}
