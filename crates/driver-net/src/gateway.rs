//! NAT gateways of private networks: each a network namespace that is plugged in as a machine is, with a
//! public link and one in its network.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use drivers::gateway::Transport;
use drivers::{
    Call, Error, GatewaySpec, Nic, PublicIpv4, PublicIpv6, PublicNic, Result, Spec, Thing, Things,
};
use uuid::Uuid;

use crate::links::Inner;
use crate::names::bridge_mac;
use crate::plan::first_of;
use crate::run::Space;
use crate::{Net, Shared, State};

impl Things<GatewaySpec> for Net {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<GatewaySpec>>> {
        Box::pin(async move {
            let state = self.0.state.lock().await;
            let there = state.gateways.has(id) || state.plugged.has(id);
            // One that is not whole is to be told anew, which makes it whole.
            let spec = state.gateways.get(id).filter(|_| state.whole.contains(&id)).cloned();
            Ok(there.then_some(Thing { spec, ready: state.whole.contains(&id) }))
        })
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a GatewaySpec) -> Call<'a> {
        Box::pin(async move {
            let mut state = self.0.state.lock().await;
            match state.whole.contains(&id) {
                true => Ok(()),
                false => self.0.make_gateway(&mut state, id, spec).await,
            }
        })
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a GatewaySpec) -> Call<'a> {
        Box::pin(async move {
            let mut state = self.0.state.lock().await;
            if !(state.gateways.has(id) || state.plugged.has(id)) {
                return Err(Error::Missing { what: GatewaySpec::WHAT, id });
            }
            self.0.make_gateway(&mut state, id, spec).await
        })
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.0.remove_gateway(id))
    }
}

impl Shared {
    /// Makes a gateway what it is to be, whatever there is of it.
    pub(crate) async fn make_gateway(
        &self,
        state: &mut State,
        id: Uuid,
        spec: &GatewaySpec,
    ) -> Result<()> {
        state.whole.remove(&id);
        state.gateways.put(id, spec.clone())?;
        let room = Space::Named(self.names.room(id));
        self.make_room(&room, self.names.room(id)).await?;
        let (public, nics) = interfaces(id, spec);
        self.plug_in(state, id, &public, &nics, Some(room.clone())).await?;
        let inner = Inner::of(&room).await?;
        let called = |mac: &str| {
            let missing = || Error::Outside(format!("the gateway {id} has lost its link {mac}"));
            inner.called(mac).ok_or_else(missing)
        };
        let (out, within) = (called(&public.mac)?, called(&nics[0].mac)?);
        room.ip(&lead(state, spec, &within)).await?;
        room.nft(&rules(spec, &out, &within)).await?;
        state.whole.insert(id);
        Ok(())
    }

    async fn make_room(&self, room: &Space, name: String) -> Result<()> {
        self.make_space(room, &name).await?;
        let mut settings: Vec<(String, &'static str)> = vec![
            ("ipv4/ip_forward".into(), "1"),
            ("ipv4/conf/all/rp_filter".into(), "0"),
            ("ipv4/conf/default/rp_filter".into(), "0"),
            ("ipv4/conf/all/send_redirects".into(), "0"),
            ("ipv4/conf/default/send_redirects".into(), "0"),
        ];
        if self.has_v6 {
            settings.push(("ipv6/conf/default/accept_ra".into(), "0"));
        }
        room.set(settings).await?;
        room.ip(&["link set lo up".to_owned()]).await
    }

    /// Lets the gateways of these networks answer for what their machines are told to ask.
    pub(crate) async fn lead(&self, state: &State, nics: &[Nic]) -> Result<()> {
        let networks: BTreeSet<_> = nics.iter().map(|nic| nic.network).collect();
        let theirs = state.gateways.iter().filter(|(_, spec)| networks.contains(&spec.network));
        for (id, spec) in theirs.filter(|(id, _)| state.whole.contains(id)) {
            let room = Space::Named(self.names.room(id));
            let (_, nics) = interfaces(id, spec);
            if let Some(within) = Inner::of(&room).await?.called(&nics[0].mac) {
                room.ip(&lead(state, spec, &within)).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn remove_gateway(&self, id: Uuid) -> Result<()> {
        self.unplug(id).await?;
        self.remove_space(&self.names.room(id)).await?;
        let mut state = self.state.lock().await;
        state.whole.remove(&id);
        state.gateways.remove(id)
    }
}

/// What a gateway is plugged into.
fn interfaces(id: Uuid, spec: &GatewaySpec) -> (PublicNic, Vec<Nic>) {
    let mac = |first: &str, digits: &Uuid| bridge_mac(*digits).replacen("02:6b", first, 1);
    let network = Ipv6Addr::from_bits(spec.public_ipv6.to_bits() & !u128::from(u64::MAX));
    let v6 = PublicIpv6 { network, address: spec.public_ipv6 };
    let is_set = !spec.public_ipv6.is_unspecified();
    let public = PublicNic {
        mac: mac("56:6b", &id),
        ipv4: vec![PublicIpv4 { address: spec.public_ipv4, prefix: 32, gateway: None }],
        ipv6: is_set.then_some(v6).into_iter().collect(),
        firewall: None,
    };
    let nic = Nic {
        network: spec.network,
        address: spec.private_ipv4.to_string(),
        prefix: 32,
        mac: mac("5a:6b", &id),
    };
    (public, vec![nic])
}

/// Addresses and routes of a gateway in its network: the first of the network is what machines without a
/// public address are told to ask, and whatever is private is there.
fn lead(state: &State, spec: &GatewaySpec, within: &str) -> Vec<String> {
    let nics = state.plugged.iter().flat_map(|(_, plugged)| &plugged.nics);
    let nics = nics.filter(|nic| nic.network == spec.network && nic.prefix > 0 && nic.prefix < 31);
    let first = |nic: &Nic| Some(first_of(nic.address.parse().ok()?, nic.prefix));
    let firsts: BTreeSet<Ipv4Addr> = nics.filter_map(first).collect();
    let addresses = firsts.iter().map(|first| format!("addr replace {first}/32 dev {within}"));
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    let source = spec.private_ipv4;
    let routes = private.iter().map(|net| format!("route replace {net} dev {within} src {source}"));
    addresses.chain(routes).collect()
}

/// What a gateway does with what comes: `out` is its public link, `within` that in its network.
fn rules(spec: &GatewaySpec, out: &str, within: &str) -> String {
    let name = |transport| match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    let (mut accepted, mut forwarded) = (String::new(), String::new());
    for rule in &spec.firewall {
        let (ports, transport) = ((rule.first_port, rule.last_port), name(rule.transport));
        let from = match (rule.from.prefix, rule.from.address) {
            (0, IpAddr::V4(_)) => "meta nfproto ipv4".to_owned(),
            (0, IpAddr::V6(_)) => "meta nfproto ipv6".to_owned(),
            (prefix, IpAddr::V4(address)) => format!("ip saddr {address}/{prefix}"),
            (prefix, IpAddr::V6(address)) => format!("ip6 saddr {address}/{prefix}"),
        };
        let _ = writeln!(accepted, "{from} {transport} dport {}-{} accept", ports.0, ports.1);
    }
    for rule in &spec.forwarding {
        let (transport, port, to) = (name(rule.transport), rule.port, rule.to);
        let _ = writeln!(
            forwarded,
            "iifname \"{out}\" ip daddr {} {transport} dport {port} dnat ip to {to}",
            spec.public_ipv4
        );
    }
    let public = spec.public_ipv4;
    // What comes in is judged by the port that was asked for, before that leads elsewhere.
    format!(
        "table inet kettle\ndelete table inet kettle\ntable inet kettle {{\n\
         chain coming {{\ntype filter hook prerouting priority mangle; policy accept\n\
         iifname != \"{out}\" accept\nct state established,related accept\n\
         icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept\n{accepted}drop\n}}\n\
         chain forwarding {{\ntype nat hook prerouting priority dstnat; policy accept\n{forwarded}}}\n\
         chain leaving {{\ntype nat hook postrouting priority srcnat; policy accept\n\
         iifname \"{within}\" oifname \"{out}\" snat ip to {public}\n}}\n\
         chain forward {{\ntype filter hook forward priority filter; policy drop\n\
         ct state established,related accept\niifname \"{within}\" oifname \"{out}\" accept\n\
         iifname \"{out}\" ct status dnat accept\n}}\n}}\n"
    )
}
