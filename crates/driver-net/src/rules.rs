//! The router's firewall, written whole and swapped at once: what a machine may send, and what may come in
//! to it. Connections that stand are none of its business: the kernel knows them by itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

use drivers::firewall::{From, Protocol, Rule};
use drivers::{FirewallSpec, Result, Subnet, cloudflare};
use uuid::Uuid;

use crate::kept::Kept;
use crate::names::{bridge, link};
use crate::plan::{METADATA, Owners, Plugged};
use crate::{Shared, State};

/// What a machine without an address may send: that it wants one.
const ASKS: &str = "ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept\n";

impl Shared {
    /// Swaps the rules for those that should be.
    pub(crate) async fn rule(&self, state: &State) -> Result<()> {
        let owners = Owners::of(&state.plugged);
        let mut rules = router(&self.names.uplink, &state.plugged, &state.groups, &owners);
        rules += &bridges(&state.plugged);
        self.router.nft(&rules).await
    }
}

/// The rules for what is routed.
fn router(
    up: &str,
    plugged: &Kept<Plugged>,
    groups: &Kept<FirewallSpec>,
    owners: &Owners,
) -> String {
    let (mut senders, mut chains) = (Vec::new(), String::new());
    for (id, machine) in plugged.iter().filter(|(_, machine)| machine.is_public()) {
        let port = link(id, None).1;
        senders.push(format!("\"{port}\" : jump from-{port}"));
        chains += &sender(id, &port, machine, owners);
    }
    let mut used = BTreeSet::new();
    let mut verdict = |id: &Uuid| {
        let group = plugged.get(*id)?.public.firewall?;
        match groups.get(group) {
            // Not told yet, or not any more: nothing is let in by a guess.
            None => Some("drop".to_owned()),
            Some(spec) if spec.rules.is_empty() => None,
            Some(_) => {
                used.insert(group);
                Some(format!("jump to-{group}"))
            }
        }
    };
    let v4: Vec<_> =
        owners.v4.iter().filter_map(|(ip, id)| Some(format!("{ip} : {}", verdict(id)?))).collect();
    let v6: Vec<_> = owners
        .v6
        .iter()
        .filter_map(|(ip, id)| Some(format!("{ip}/64 : {}", verdict(id)?)))
        .collect();
    for id in used {
        chains += &group(id, groups, plugged);
    }
    let nets: BTreeSet<_> =
        plugged.iter().flat_map(|(_, it)| &it.nics).map(|nic| bridge(nic.network)).collect();
    let inside = set_of(["lo".to_owned(), up.to_owned()].into_iter().chain(nets));
    let senders = map("senders", "ifname", "", &senders);
    let guard4 = map("guard4", "ipv4_addr", "", &v4);
    let guard6 = map("guard6", "ipv6_addr", "flags interval\n", &v6);
    format!(
        "table inet kettle\ndelete table inet kettle\ntable inet kettle {{\n{senders}{guard4}{guard6}{chains}\
         chain prerouting {{\ntype filter hook prerouting priority raw; policy drop\n\
         iifname vmap @senders\niifname {inside} accept\n}}\n\
         chain input {{\ntype filter hook input priority filter; policy drop\n\
         iifname \"lo\" accept\nct state established,related accept\n\
         ip daddr {METADATA} tcp dport 80 accept\nmeta l4proto {{ tcp, udp }} th dport 53 accept\n\
         meta l4proto {{ icmp, ipv6-icmp }} accept\nudp sport 68 udp dport 67 accept\n\
         reject\n}}\n\
         chain forward {{\ntype filter hook forward priority filter; policy accept\n\
         ct state established,related accept\nip daddr vmap @guard4\nip6 daddr vmap @guard6\n}}\n}}\n"
    )
}

/// What a machine may send: from its own addresses and hardware address alone.
fn sender(id: Uuid, port: &str, machine: &Plugged, owners: &Owners) -> String {
    let mut chain = format!("chain from-{port} {{\nether saddr != {} drop\n", machine.public.mac);
    let v4 = machine.public.ipv4.iter().map(|ip| ip.address);
    let v4: Vec<_> =
        v4.filter(|ip| owners.v4.get(ip) == Some(&id)).map(|ip| ip.to_string()).collect();
    if !v4.is_empty() {
        let _ = writeln!(chain, "ip saddr {} accept", set_of(v4));
    }
    let v6 = machine.public.ipv6.iter().map(|ip| ip.network);
    let v6 = v6.filter(|net| owners.v6.get(net) == Some(&id)).map(|net| format!("{net}/64"));
    let _ = writeln!(chain, "ip6 saddr {} accept", set_of(v6.chain(["fe80::/10".to_owned()])));
    // Whoever asks for an address, or looks whether one is taken, has none yet.
    chain + ASKS + "ip6 saddr :: meta l4proto ipv6-icmp accept\ndrop\n}\n"
}

/// What may come in by the rules of a group.
fn group(id: Uuid, groups: &Kept<FirewallSpec>, plugged: &Kept<Plugged>) -> String {
    let mut chain = format!("chain to-{id} {{\n");
    for rule in groups.get(id).into_iter().flat_map(|spec| &spec.rules) {
        for from in sources(rule, plugged) {
            let _ = writeln!(chain, "{from}{} accept", what(rule));
        }
    }
    chain + "drop\n}\n"
}

/// From where a rule lets in, as what a rule of nft begins with; nothing: from nowhere.
fn sources(rule: &Rule, plugged: &Kept<Plugged>) -> Vec<String> {
    let (family, is_v6) = (if rule.is_v6 { "ip6" } else { "ip" }, rule.is_v6);
    let listed = |nets: Vec<String>| match nets.is_empty() {
        true => Vec::new(),
        false => vec![format!("{family} saddr {} ", set_of(nets))],
    };
    match rule.from {
        From::Network(Subnet { address, .. }) if address.is_ipv6() != is_v6 => Vec::new(),
        From::Network(Subnet { prefix: 0, .. }) => {
            vec![format!("meta nfproto {} ", if is_v6 { "ipv6" } else { "ipv4" })]
        }
        From::Network(Subnet { address, prefix }) => {
            vec![format!("{family} saddr {address}/{prefix} ")]
        }
        From::Cloudflare => {
            let networks = if is_v6 { cloudflare::V6 } else { cloudflare::V4 };
            listed(networks.iter().map(|&net| net.to_owned()).collect())
        }
        From::Balancer(id) => {
            let Some(balancer) = plugged.get(id) else { return Vec::new() };
            let v4 = balancer.public.ipv4.iter().map(|ip| IpAddr::from(ip.address));
            let v6 = balancer.public.ipv6.iter().map(|ip| IpAddr::from(ip.address));
            let all = v4.chain(v6).filter(|ip| ip.is_ipv6() == is_v6);
            listed(all.map(|ip| ip.to_string()).collect())
        }
    }
}

fn what(rule: &Rule) -> String {
    let ports = |name: &str| match rule.ports {
        Some((first, last)) if first == last => format!("{name} dport {first}"),
        Some((first, last)) => format!("{name} dport {first}-{last}"),
        None => format!("meta l4proto {name}"),
    };
    match rule.protocol {
        Protocol::Tcp => ports("tcp"),
        Protocol::Udp => ports("udp"),
        Protocol::Icmp if rule.is_v6 => "meta l4proto ipv6-icmp".into(),
        Protocol::Icmp => "meta l4proto icmp".into(),
        Protocol::Gre => "meta l4proto 47".into(),
        Protocol::Esp => "meta l4proto 50".into(),
        Protocol::Ah => "meta l4proto 51".into(),
    }
}

/// The rules within private networks: who sends has its own hardware address, and who asks for metadata
/// its own address.
fn bridges(plugged: &Kept<Plugged>) -> String {
    let (mut macs, mut askers, mut chains) = (Vec::new(), Vec::new(), String::new());
    for (id, machine) in plugged.iter() {
        for nic in &machine.nics {
            let (port, mac, address) = (link(id, Some(nic.network)).1, &nic.mac, &nic.address);
            macs.push(format!("\"{port}\" . {mac}"));
            askers.push(format!("\"{port}\" : jump from-{port}"));
            chains += &format!("chain from-{port} {{\nether saddr != {mac} drop\n");
            if address.parse::<std::net::Ipv4Addr>().is_ok() {
                chains += &format!("ip saddr {address} accept\narp saddr ip {address} accept\n");
            }
            chains += ASKS;
            chains += "drop\n}\n";
        }
    }
    let macs = elements(&macs);
    let askers = map("askers", "ifname", "", &askers);
    format!(
        "table bridge kettle\ndelete table bridge kettle\ntable bridge kettle {{\n{askers}{chains}\
         set macs {{\ntype ifname . ether_addr\n{macs}}}\n\
         chain input {{\ntype filter hook input priority filter; policy drop\niifname vmap @askers\n}}\n\
         chain forward {{\ntype filter hook forward priority filter; policy drop\n\
         iifname . ether saddr @macs accept\n}}\n}}\n"
    )
}

fn set_of(all: impl IntoIterator<Item = String>) -> String {
    let all: Vec<_> = all.into_iter().collect();
    format!("{{ {} }}", all.join(", "))
}

fn map(name: &str, key: &str, flags: &str, all: &[String]) -> String {
    format!("map {name} {{\ntype {key} : verdict\n{flags}{}}}\n", elements(all))
}

fn elements(all: &[String]) -> String {
    match all.is_empty() {
        true => String::new(),
        false => format!("elements = {{ {} }}\n", all.join(", ")),
    }
}
