//! Which addresses load balancers have on this machine.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use drivers::{BalancerSpec, Call};
use uuid::Uuid;

/// Where a load balancer answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// At which addresses.
    pub addresses: Vec<IpAddr>,
    /// The file of the network namespace that has them; none: this process' own.
    pub space: Option<PathBuf>,
    /// Whether something is kept that was taken before, and is needed until [`Addresses::settle`] alone.
    pub has_more: bool,
}

/// Gives load balancers their addresses. Each call may be made again.
pub trait Addresses: Send + Sync + fmt::Debug {
    /// Where they answer: a few words for people, such as `at its public address`.
    fn told(&self) -> String;
    /// Has this machine answer at a load balancer's addresses, and says at which and where.
    fn take<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a, Taken>;
    /// Why a load balancer can never work with these addresses; none: it can.
    fn refuses(&self, spec: &BalancerSpec) -> Option<String> {
        let _ = spec;
        None
    }
    /// Gives up what was taken before for a load balancer that was something else, and that it needs no more.
    fn settle<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a> {
        let _ = (id, spec);
        Box::pin(std::future::ready(Ok(())))
    }
    /// Whether they stay when this process ends, and load balancers go on with them.
    fn stay(&self) -> bool {
        false
    }
    /// Gives up what was taken for a load balancer, if anything was; it does not run any more.
    fn give_back(&self, id: Uuid) -> Call<'_>;
    /// The port at which one of its ports is: the same, unless that cannot be. `taken` are all of its
    /// ports, and those given before.
    fn port(&self, port: u16, taken: &BTreeSet<u16>) -> u16 {
        let _ = taken;
        port
    }
    /// Whether an address of a machine leads to the machine, and to nobody else's.
    fn reaches(&self, machine: IpAddr) -> bool {
        let _ = machine;
        true
    }
}

/// What is added to a port that this user may not have, until it is one that he may.
const OFFSET: u16 = 8_000;

/// Addresses of this machine's own loopback, for where machines are simulated: where the public one is 198.18.0.7, it is 127.18.0.7, which
/// nobody else can reach, and where no two load balancers meet. Ports below 1024 (or what the system says
/// instead) are 8000 higher where they are only root's: 80 is 8080, 443 is 8443.
#[derive(Debug, Clone, Copy)]
pub struct Loopback {
    /// The first port that may be taken.
    first: u16,
}

impl Default for Loopback {
    /// Those that this user may have.
    fn default() -> Self {
        let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        let first = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
        let first = match rustix::process::geteuid().is_root() {
            true => 0,
            false => first.unwrap_or(1024),
        };
        Self { first }
    }
}

impl Loopback {
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
        format!(
            "at 127.x.x.x on this machine{ports}; nobody is behind them, for machines are simulated"
        )
    }

    fn take<'a>(&'a self, _: Uuid, spec: &'a BalancerSpec) -> Call<'a, Taken> {
        let taken = Taken { addresses: vec![Self::of(spec.ipv4).into()], ..Taken::default() };
        Box::pin(std::future::ready(Ok(taken)))
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
        // Machines are simulated: whoever has their addresses is somebody else.
        machine.is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_are_only_roots_are_higher_and_never_meet() {
        let user = Loopback { first: 1024 };
        let mut taken = BTreeSet::from([80, 443, 8080]);
        assert_eq!((user.port(8080, &taken), user.port(443, &taken)), (8080, 8443));
        let http = user.port(80, &taken);
        assert_eq!(http, 16_080);
        taken.insert(http);
        let root = Loopback { first: 0 };
        assert_eq!(root.port(80, &taken), 80);
    }

    #[test]
    fn nobody_is_sent_to_the_address_of_a_machine_that_is_not_there() {
        let loopback = Loopback { first: 0 };
        assert!(!loopback.reaches([198, 18, 0, 7].into()));
        assert!(loopback.reaches([127, 0, 0, 7].into()));
        assert!(loopback.told().ends_with("machines are simulated"));
    }
}
