//! What addresses and routes there are to be, worked out from all that is plugged in. No input or output.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use drivers::{Nic, PublicNic, Subnet};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::End;
use crate::kept::Kept;
use crate::names::{Names, PROTOCOL, link};

/// Where metadata are asked for.
pub const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// The router's own address: the gateway of those who are in no network.
pub(crate) const ROUTER: Ipv4Addr = Ipv4Addr::new(169, 254, 107, 116);
/// The host's own address, as those see it that are in no network.
pub(crate) const HOST: Ipv4Addr = Ipv4Addr::new(169, 254, 107, 117);
/// The host's address, as machines see it by IPv6.
pub const HOST6: Ipv6Addr = Ipv6Addr::new(0xfd6b, 0x7474, 0, 0, 0, 0, 0, 1);
/// The router on each of its links, and the host on the link between both.
pub(crate) const ROUTER6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
pub(crate) const UPLINK6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);
/// The rank of routes to single addresses; those to whole networks come after them.
const METRIC: u32 = 1074;

/// What a machine is plugged into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plugged {
    /// Grows with each change of any: who was told last has an address.
    pub(crate) turn: u64,
    pub(crate) public: PublicNic,
    pub(crate) nics: Vec<Nic>,
    /// Whether its links are taps, which a virtual machine opens, and not pairs that lead into a machine.
    #[serde(default)]
    pub(crate) taps: bool,
}

impl Plugged {
    /// Whether it has a public link at all.
    pub(crate) fn is_public(&self) -> bool {
        !self.public.ipv4.is_empty() || !self.public.ipv6.is_empty()
    }

    /// The networks of its links: none is the public one.
    pub(crate) fn networks(&self) -> Vec<Option<Uuid>> {
        let public = self.is_public().then_some(None);
        public.into_iter().chain(self.nics.iter().map(|nic| Some(nic.network))).collect()
    }

    /// The ends of its links, in the same order.
    pub(crate) fn ends(&self, id: Uuid) -> Vec<End> {
        let public = self.is_public().then(|| self.public_end(id));
        let mut routed = self.public.ipv4.is_empty();
        let nics = self.nics.iter().map(|nic| {
            // Without a public address the first network leads further, and to the metadata.
            let leads = std::mem::take(&mut routed);
            private_end(id, nic, leads)
        });
        public.into_iter().chain(nics.collect::<Vec<_>>()).collect()
    }

    fn public_end(&self, id: Uuid) -> End {
        let v4 = self.public.ipv4.iter().map(|ip| (IpAddr::from(ip.address), ip.prefix));
        let v6 = self.public.ipv6.iter().map(|ip| (IpAddr::from(ip.address), 64));
        let (mut gateway, mut routes) = (Vec::new(), Vec::new());
        if let Some(first) = self.public.ipv4.first() {
            let by = IpAddr::from(first.gateway.unwrap_or(ROUTER));
            if first.gateway.is_none() {
                routes.push((alone(by), None));
            }
            routes.push((alone(METADATA.into()), Some(by)));
            gateway.push(by);
        }
        if !self.public.ipv6.is_empty() {
            gateway.push(ROUTER6.into());
        }
        let (interface, mac) = (link(id, None).0, self.public.mac.clone());
        End { interface, mac, addresses: v4.chain(v6).collect(), routes, gateway, mtu: 1500 }
    }
}

fn private_end(id: Uuid, nic: &Nic, leads: bool) -> End {
    let address: Option<Ipv4Addr> = nic.address.parse().ok();
    let prefix = if nic.prefix == 0 { 32 } else { nic.prefix.min(32) };
    let gateway = address.filter(|_| leads && prefix < 31);
    End {
        interface: link(id, Some(nic.network)).0,
        mac: nic.mac.clone(),
        addresses: address.map(|address| (address.into(), prefix)).into_iter().collect(),
        routes: leads.then(|| (alone(METADATA.into()), None)).into_iter().collect(),
        gateway: gateway.map(|address| first_of(address, prefix).into()).into_iter().collect(),
        // What the real ones have.
        mtu: 1450,
    }
}

/// The first address of a network: that of its gateway, which the control plane hands out to nobody.
pub(crate) fn first_of(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    Ipv4Addr::from_bits(network_of(address, prefix).to_bits() + 1)
}

fn network_of(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    Ipv4Addr::from_bits(
        address.to_bits() & u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0),
    )
}

/// A network of one address.
pub(crate) fn alone(address: IpAddr) -> Subnet {
    Subnet { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
}

/// Whose each public address and IPv6 network is: of two that were told of one, the later.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    pub(crate) v4: BTreeMap<Ipv4Addr, Uuid>,
    pub(crate) v6: BTreeMap<Ipv6Addr, Uuid>,
}

impl Owners {
    pub(crate) fn of(plugged: &Kept<Plugged>) -> Self {
        let mut all: Vec<_> = plugged.iter().collect();
        all.sort_by_key(|(_, plugged)| plugged.turn);
        let mut owners = Self::default();
        for (id, plugged) in all {
            owners.v4.extend(plugged.public.ipv4.iter().map(|ip| (ip.address, id)));
            owners.v6.extend(plugged.public.ipv6.iter().map(|ip| (ip.network, id)));
        }
        owners
    }
}

/// A route, by where it leads and which link it takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) to: (IpAddr, u8),
    pub(crate) link: String,
    pub(crate) metric: u32,
    pub(crate) via: Option<IpAddr>,
    pub(crate) source: Option<IpAddr>,
}

impl Route {
    /// The words of `ip` for it, after `replace` or `del`.
    pub(crate) fn words(&self) -> String {
        let (address, prefix) = self.to;
        let mut words = format!("{address}/{prefix}");
        if let Some(via) = self.via {
            words += &format!(" via {via}");
        }
        words += &format!(" dev {} proto {PROTOCOL} metric {}", self.link, self.metric);
        if let Some(source) = self.source {
            words += &format!(" src {source}");
        }
        words
    }
}

/// All addresses and routes that change with what is plugged in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Addresses of the host on the link between it and the router.
    pub(crate) addresses: BTreeSet<IpAddr>,
    /// Routes of the host.
    pub(crate) host: BTreeSet<Route>,
    /// Routes of the router.
    pub(crate) router: BTreeSet<Route>,
}

impl Plan {
    pub(crate) fn of(names: &Names, plugged: &Kept<Plugged>, owners: &Owners) -> Self {
        let mut plan = Self::default();
        let up = &names.uplink;
        let route = |to: IpAddr, prefix, link: &str, via, source| {
            let metric = METRIC + u32::from(prefix < 32);
            Route { to: (to, prefix), link: link.to_owned(), metric, via, source }
        };
        plan.addresses.extend([IpAddr::from(HOST), HOST6.into()]);
        plan.host.insert(route(ROUTER.into(), 32, up, None, Some(HOST.into())));
        plan.router.insert(route(HOST.into(), 32, up, None, None));
        plan.router.insert(route(HOST6.into(), 128, up, Some(UPLINK6.into()), None));
        for (address, id) in &owners.v4 {
            let mut ips = plugged.get(*id).into_iter().flat_map(|plugged| &plugged.public.ipv4);
            let Some(ip) = ips.find(|ip| ip.address == *address) else { continue };
            let source = ip.gateway.unwrap_or(HOST);
            plan.host.insert(route((*address).into(), 32, up, None, Some(source.into())));
            plan.router.insert(route((*address).into(), 32, &link(*id, None).1, None, None));
            let Some(gateway) = ip.gateway else { continue };
            plan.addresses.insert(gateway.into());
            plan.router.insert(route(gateway.into(), 32, up, None, None));
            // Whoever else would be there is nobody: nothing of it is to leave this machine.
            let network = network_of(*address, ip.prefix);
            plan.host.insert(route(network.into(), ip.prefix, up, None, Some(gateway.into())));
        }
        for (network, id) in &owners.v6 {
            let (via, source) = (Some(ROUTER6.into()), Some(HOST6.into()));
            plan.host.insert(route((*network).into(), 64, up, via, source));
            plan.router.insert(route((*network).into(), 64, &link(*id, None).1, None, None));
        }
        plan
    }

    /// The same without what is of IPv6.
    pub(crate) fn without_v6(mut self) -> Self {
        self.addresses.retain(IpAddr::is_ipv4);
        self.host.retain(|route| route.to.0.is_ipv4());
        self.router.retain(|route| route.to.0.is_ipv4());
        self
    }
}
