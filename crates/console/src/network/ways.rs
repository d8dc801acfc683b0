//! Who reaches whom, by rules, attachments and addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use presentation::pointers;
use serde_json::Value;

use super::facts::Gateway;
use super::model::{Builder, Kind, Way, text};
use crate::link::name;

/// Kubernetes' own port.
const CLUSTER: &str = "6443";

/// Adds all ways.
pub(super) fn add(builder: &mut Builder<'_>) {
    firewalls(builder);
    balancers(builder);
    gateways(builder);
    databases(builder);
    clusters(builder);
    // What reaches nobody is none.
    builder.model.ways.retain(|way| !way.from.is_empty() && !way.to.is_empty());
}

/// A way that is drawn, by what `page` shows, and is not open to everybody.
fn drawn(
    page: &Option<String>,
    from: Vec<usize>,
    to: Vec<usize>,
    ports: String,
    because: String,
) -> Way {
    Way { from, to, ports, because, page: page.clone(), is_open: false, is_drawn: true }
}

/// A port with its protocol, where that is not what everybody thinks of.
fn port(rule: &Value, port: &str, protocol: &str) -> String {
    let number = match &rule[port] {
        Value::String(text) => text.replace(':', "-"),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let protocol = text(rule, protocol).to_lowercase();
    match (number.as_str(), protocol.as_str()) {
        ("", other) => other.to_owned(),
        (number, "udp") => format!("{number}/udp"),
        (number, "both") => format!("{number}, {number}/udp"),
        (number, _) => number.to_owned(),
    }
}

/// Joins ports, each once and in the order of their numbers.
fn joined(mut ports: Vec<String>) -> String {
    let number = |port: &String| {
        let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse::<u32>().unwrap_or(u32::MAX), port.clone())
    };
    ports.retain(|port| !port.is_empty());
    ports.sort_by_key(number);
    ports.dedup();
    ports.join(", ")
}

/// The ports of a load balancer's forwarding rules.
pub(super) fn ports_of(balancer: &Value, field: &str, protocol: &str) -> String {
    let rules = balancer["forwarding_rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    joined(rules.iter().map(|rule| port(rule, field, protocol)).collect())
}

/// Where a rule's traffic may come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Any,
    Network(String),
    Cloudflare,
    Balancer(String),
}

impl Source {
    fn of(rule: &Value) -> Self {
        let balancer = text(rule, "loadbalancer_id");
        if !balancer.is_empty() {
            return Self::Balancer(balancer.to_owned());
        }
        let network = match (text(rule, "subnet"), rule["subnet_size"].as_u64()) {
            (subnet, Some(size)) if !subnet.is_empty() => format!("{subnet}/{size}"),
            _ => text(rule, "source").to_owned(),
        };
        Self::named(&network)
    }

    fn named(network: &str) -> Self {
        match network {
            "cloudflare" => Self::Cloudflare,
            "" => Self::Any,
            network if network.ends_with("/0") => Self::Any,
            network if network.contains('.') || network.contains(':') => {
                Self::Network(network.to_owned())
            }
            balancer => Self::Balancer(balancer.to_owned()),
        }
    }
}

/// Whether an IPv4 address is in a network.
fn holds(network: &str, address: &str) -> bool {
    let (base, size) = network.split_once('/').unwrap_or((network, "32"));
    let (Ok(base), Ok(address), Ok(size)) =
        (base.parse::<Ipv4Addr>(), address.parse::<Ipv4Addr>(), size.parse::<u32>())
    else {
        return false;
    };
    let mask = if size == 0 { 0 } else { u32::MAX << (32 - size.min(32)) };
    u32::from(base) & mask == u32::from(address) & mask
}

/// What firewall groups let in, and what comes in where there is none.
fn firewalls(builder: &mut Builder<'_>) {
    for (group, members) in builder.members.clone() {
        let zone = builder.model.groups[group].zone;
        let public: Vec<usize> =
            members.iter().copied().filter(|m| builder.public.contains_key(m)).collect();
        if builder.model.groups[group].is_open {
            no_firewall(builder, zone, &members, public);
            continue;
        }
        let (_, firewall) = builder.model.groups[group].key.split_once('-').unwrap_or_default();
        let firewall = firewall.to_owned();
        let mut by_source: BTreeMap<Source, Vec<String>> = BTreeMap::new();
        let mut numbers: BTreeMap<Source, Vec<String>> = BTreeMap::new();
        for rule in builder.facts.rules.get(&firewall).into_iter().flatten() {
            let source = Source::of(rule);
            by_source.entry(source.clone()).or_default().push(port(rule, "port", "protocol"));
            numbers.entry(source).or_default().push(rule["id"].to_string());
        }
        let facts = builder.facts;
        let called = facts.groups.iter().find(|g| g["id"] == *firewall).map(name);
        let called = called.unwrap_or_else(|| firewall.clone());
        for (source, ports) in by_source {
            let ids = numbers.remove(&source).unwrap_or_default();
            let word = if ids.len() == 1 { "rule" } else { "rules" };
            let because = format!("{called}, {word} {}", ids.join(", "));
            let page = Some(format!("/v2/firewalls/{firewall}"));
            let ports = joined(ports);
            for (from, to) in sources(builder, &source, zone, &members, &public) {
                let (because, page, ports) = (because.clone(), page.clone(), ports.clone());
                let (is_open, is_drawn) = (false, true);
                builder.model.ways.push(Way { from, to, ports, because, page, is_open, is_drawn });
            }
        }
    }
}

/// Who is meant by a source, and whom of a group they reach: the internet only those that it can.
fn sources(
    builder: &mut Builder<'_>,
    source: &Source,
    zone: usize,
    members: &[usize],
    public: &[usize],
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let network = match source {
        Source::Any => return vec![(vec![0], public.to_vec())],
        Source::Cloudflare => return vec![(vec![builder.outsider("cloudflare")], public.to_vec())],
        Source::Balancer(id) => {
            let from = builder.node_of.get(id).copied().into_iter().collect();
            return vec![(from, members.to_vec())];
        }
        Source::Network(network) => network,
    };
    // Those of the same VPC come by their addresses in it, others by those on the internet.
    let near: Vec<(usize, String)> = builder.inside.get(&zone).cloned().unwrap_or_default();
    let near = near.into_iter().filter(|(_, ip)| holds(network, ip)).map(|(node, _)| node);
    let near: Vec<usize> = near.collect();
    let far = builder.public.iter().filter(|(_, ip)| holds(network, ip)).map(|(node, _)| *node);
    let far: Vec<usize> = far.filter(|node| !near.contains(node)).collect();
    let inside: Vec<usize> = members
        .iter()
        .copied()
        .filter(|m| builder.inside.get(&zone).is_some_and(|all| all.iter().any(|(n, _)| n == m)))
        .collect();
    if near.is_empty() && far.is_empty() {
        return vec![(vec![builder.outsider(network)], public.to_vec())];
    }
    vec![(near, inside), (far, public.to_vec())]
}

/// Machines in no firewall group.
fn no_firewall(builder: &mut Builder<'_>, zone: usize, members: &[usize], public: Vec<usize>) {
    let because = "no firewall group".to_owned();
    let (page, ports) = (None, "any".to_owned());
    builder.model.ways.push(Way {
        from: vec![0],
        to: public,
        ports: ports.clone(),
        because,
        page: page.clone(),
        is_open: true,
        is_drawn: true,
    });
    let Some(inside) = builder.inside.get(&zone) else { return };
    let all: Vec<usize> = inside.iter().map(|(node, _)| *node).collect();
    let to: Vec<usize> = members.iter().copied().filter(|m| all.contains(m)).collect();
    let is_alone = all.len() < 2;
    let because = "same VPC, no firewall group".to_owned();
    let way = Way { from: all, to, ports, because, page, is_open: true, is_drawn: false };
    builder.model.ways.extend((!is_alone).then_some(way));
}

/// What load balancers take and hand on.
fn balancers(builder: &mut Builder<'_>) {
    let facts = builder.facts;
    for thing in &facts.balancers {
        let id = pointers::id(thing);
        let Some(own) = builder.node_of.get(&id).copied() else { continue };
        let front = ports_of(thing, "frontend_port", "frontend_protocol");
        let rules = thing["forwarding_rules"].as_array().map_or(0, Vec::len);
        let page = Some(format!("/v2/load-balancers/{id}"));
        let because = match rules {
            1 => "1 forwarding rule".to_owned(),
            n => format!("{n} forwarding rules"),
        };
        let walls = thing["firewall_rules"].as_array().cloned().unwrap_or_default();
        let way = |from: usize, to: Vec<usize>, ports: String, because: String| {
            drawn(&page, vec![from], to, ports, because)
        };
        if walls.is_empty() && rules > 0 {
            builder.model.ways.push(way(0, vec![own], front, because.clone()));
        }
        let mut by_source: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for wall in &walls {
            let source = text(wall, "source").to_owned();
            by_source.entry(source).or_default().push(port(wall, "port", ""));
        }
        for (source, ports) in by_source {
            let from = if source.ends_with("/0") { 0 } else { builder.outsider(&source) };
            let because = "its firewall rules".to_owned();
            builder.model.ways.push(way(from, vec![own], joined(ports), because));
        }
        let behind = thing["instances"].as_array().map(Vec::as_slice).unwrap_or_default();
        let behind = behind.iter().filter_map(Value::as_str);
        let to: Vec<usize> = behind.filter_map(|i| builder.node_of.get(i).copied()).collect();
        let back = ports_of(thing, "backend_port", "backend_protocol");
        builder.model.ways.push(way(own, to, back, because));
    }
}

/// The ways out of VPCs, and those in that are forwarded.
fn gateways(builder: &mut Builder<'_>) {
    let facts = builder.facts;
    for Gateway { thing, forwards, rules } in facts.gateways.values().flatten() {
        let Some(own) = builder.node_of.get(&pointers::id(thing)).copied() else { continue };
        let node = &builder.model.nodes[own];
        let (Some(zone), page) = (node.zone, node.page.clone()) else { continue };
        let way = |from: Vec<usize>, to: Vec<usize>, ports: String, because: String| {
            drawn(&page, from, to, ports, because)
        };
        let inside = builder.inside.get(&zone).cloned().unwrap_or_default();
        let lone = inside.iter().map(|(n, _)| *n).filter(|n| !builder.public.contains_key(n));
        let lone: Vec<usize> = lone.collect();
        builder.model.ways.push(way(lone, vec![own], "any".into(), "its way out".into()));
        builder.model.ways.push(way(vec![own], vec![0], "any".into(), "NAT gateway".into()));
        let on: Vec<&Value> = forwards.iter().filter(|f| f["enabled"] != false).collect();
        if !on.is_empty() && rules.is_empty() {
            let ports = on.iter().map(|f| port(f, "external_port", "protocol")).collect();
            let because = "port forwarding".to_owned();
            builder.model.ways.push(way(vec![0], vec![own], joined(ports), because));
        }
        for rule in rules {
            let from = match Source::of(rule) {
                Source::Network(network) => builder.outsider(&network),
                _ => 0,
            };
            let ports = port(rule, "port", "protocol");
            builder.model.ways.push(way(vec![from], vec![own], ports, "its firewall rules".into()));
        }
        for forward in on {
            let to = inside.iter().filter(|(_, ip)| forward["internal_ip"] == **ip);
            let to: Vec<usize> = to.map(|(node, _)| *node).collect();
            let ports = port(forward, "internal_port", "protocol");
            let because = format!("port {} of the gateway", forward["external_port"]);
            builder.model.ways.push(way(vec![own], to, ports, because));
        }
    }
}

/// Who reaches databases: those of their VPC, and whom they trust.
fn databases(builder: &mut Builder<'_>) {
    let facts = builder.facts;
    for thing in &facts.databases {
        let id = pointers::id(thing);
        let Some(own) = builder.node_of.get(&id).copied() else { continue };
        let zone = builder.model.nodes[own].zone;
        let ports = text(thing, "port").to_owned();
        let page = Some(format!("/v2/databases/{id}"));
        let way = |from: Vec<usize>, because: &str, is_open: bool| Way {
            from,
            to: vec![own],
            ports: ports.clone(),
            because: because.to_owned(),
            page: page.clone(),
            is_open,
            is_drawn: true,
        };
        let is_in_vpc = !text(thing, "vpc_id").is_empty();
        if is_in_vpc {
            let inside = zone.and_then(|zone| builder.inside.get(&zone));
            let inside = inside.into_iter().flatten().map(|(node, _)| *node).collect();
            builder.model.ways.push(way(inside, "in the same VPC", false));
        }
        let trusted = thing["trusted_ips"].as_array().map(Vec::as_slice).unwrap_or_default();
        for network in trusted.iter().filter_map(Value::as_str) {
            let from = if network.ends_with("/0") { 0 } else { builder.outsider(network) };
            builder.model.ways.push(way(vec![from], "its trusted IPs", from == 0));
        }
        if trusted.is_empty() && !is_in_vpc {
            builder.model.ways.push(way(vec![0], "no trusted IPs are set", true));
        }
    }
}

fn clusters(builder: &mut Builder<'_>) {
    for node in 0..builder.model.nodes.len() {
        let Some(page) = builder.model.nodes[node].page.clone() else { continue };
        if builder.model.nodes[node].kind == Kind::Cluster {
            let because = "its API, by certificate".to_owned();
            let way = drawn(&Some(page), vec![0], vec![node], CLUSTER.into(), because);
            builder.model.ways.push(way);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn networks_hold_the_addresses_in_them() {
        assert!(holds("10.24.0.0/20", "10.24.15.9") && !holds("10.24.0.0/20", "10.24.16.1"));
        assert!(holds("0.0.0.0/0", "1.2.3.4") && holds("1.2.3.4", "1.2.3.4"));
        assert!(!holds("2001:db8::/32", "1.2.3.4") && !holds("x", "1.2.3.4"));
    }

    #[test]
    fn ports_are_in_order_and_name_their_protocol_where_it_is_not_tcp() {
        let rule = |port: &str, protocol: &str| json!({"port": port, "protocol": protocol});
        let rules = [
            rule("443", "tcp"),
            rule("53", "udp"),
            rule("80", "tcp"),
            rule("", "icmp"),
            rule("8000:8010", "tcp"),
            rule("80", "tcp"),
        ];
        let ports = rules.iter().map(|rule| port(rule, "port", "protocol")).collect();
        assert_eq!(joined(ports), "53/udp, 80, 443, 8000-8010, icmp");
    }
}
