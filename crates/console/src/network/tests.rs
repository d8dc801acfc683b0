//! Who reaches whom, and that whatever the network is, it can be drawn.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::facts::{Facts, Gateway};
use super::layout::{Rect, Shape, lay};
use super::model::{self, Kind, Model};

fn attached(id: &str, ip: &str) -> Value {
    json!({"ip": {"v4": ip}, "linked_subscription": {"type": "instance", "id": id}})
}

fn instance(id: &str, firewall: &str, public: &str) -> Value {
    json!({"id": id, "label": id, "region": "ewr", "firewall_group_id": firewall, "main_ip": public,
        "status": "active", "power_status": "running", "vpcs": []})
}

fn rule(id: u32, subnet: &str, size: u32, port: &str, source: &str) -> Value {
    json!({"id": id, "protocol": "tcp", "port": port, "subnet": subnet, "subnet_size": size,
        "source": source, "loadbalancer_id": ""})
}

/// A shop: two machines behind a load balancer, a database machine that only they reach, one that all
/// the world reaches, and one without an address of its own.
fn shop() -> Facts {
    let mut facts = Facts {
        vpcs: vec![
            json!({"id": "v", "description": "shop", "region": "ewr", "v4_subnet": "10.0.0.0", "v4_subnet_mask": 20}),
        ],
        instances: vec![
            instance("web-1", "web", "198.18.0.1"),
            instance("web-2", "web", "198.18.0.2"),
            instance("db", "data", "198.18.0.3"),
            instance("open", "", "198.18.0.4"),
            instance("lone", "office", ""),
        ],
        balancers: vec![json!({"id": "lb", "label": "lb", "region": "ewr", "ipv4": "198.18.0.9",
            "generic_info": {"vpc": "v"}, "instances": ["web-1", "web-2"], "firewall_rules": [],
            "forwarding_rules": [{"frontend_protocol": "http", "frontend_port": 80,
                "backend_protocol": "http", "backend_port": 8080}]})],
        addresses: vec![
            json!({"id": "held", "label": "held", "region": "ewr", "subnet": "198.18.0.8", "instance_id": "db"}),
            json!({"id": "free", "label": "", "region": "ams", "subnet": "198.18.0.7", "instance_id": ""}),
        ],
        databases: vec![
            json!({"id": "pg", "label": "pg", "region": "ewr", "vpc_id": "v", "port": "16751",
            "database_engine": "pg", "database_engine_version": "16", "trusted_ips": ["192.0.2.1/32"]}),
        ],
        ..Facts::default()
    };
    let groups = ["web", "data", "office"];
    facts.groups = groups.iter().map(|id| json!({"id": id, "description": id})).collect();
    facts.rules = [
        ("web", vec![rule(1, "0.0.0.0", 0, "443", ""), rule(2, "", 0, "80", "cloudflare")]),
        ("data", vec![rule(1, "10.0.0.0", 30, "5432", "")]),
        ("office", vec![rule(1, "203.0.113.0", 24, "22", ""), rule(2, "198.18.0.3", 32, "22", "")]),
    ]
    .map(|(id, rules)| (id.to_owned(), rules))
    .into();
    let members = [
        ("web-1", "10.0.0.1"),
        ("web-2", "10.0.0.2"),
        ("db", "10.0.0.5"),
        ("open", "10.0.0.6"),
        ("lone", "10.0.0.7"),
    ];
    let members = members.iter().map(|(id, ip)| attached(id, ip)).collect();
    facts.attachments.insert("v".into(), members);
    let forward = json!({"external_port": 2222, "internal_port": 22, "internal_ip": "10.0.0.7", "protocol": "tcp", "enabled": true});
    let gateway = Gateway {
        thing: json!({"id": "nat", "label": "nat", "status": "active", "public_ips": ["198.18.0.6"]}),
        forwards: vec![forward],
        rules: Vec::new(),
    };
    facts.gateways.insert("v".into(), vec![gateway]);
    facts
}

/// From whom, to whom, by which ports.
fn ways(model: &Model) -> BTreeSet<(String, String, String)> {
    let name = |at: &usize| model.nodes[*at].name.clone();
    let mut ways = BTreeSet::new();
    for way in &model.ways {
        for (from, to) in way.from.iter().flat_map(|from| way.to.iter().map(move |to| (from, to))) {
            ways.insert((name(from), name(to), way.ports.clone()));
        }
    }
    ways
}

#[test]
fn who_reaches_whom_follows_from_rules_attachments_and_addresses() {
    let model = model::of(&shop());
    let all = ways(&model);
    let has =
        |from: &str, to: &str, ports: &str| all.contains(&(from.into(), to.into(), ports.into()));
    let none = |from: &str, to: &str| !all.iter().any(|(f, t, _)| f == from && t == to);
    // Firewall groups: anybody, a service, their neighbours.
    assert!(has("Internet", "web-1", "443") && has("Cloudflare", "web-2", "80"), "{all:?}");
    assert!(has("web-1", "db", "5432") && has("web-2", "db", "5432"), "{all:?}");
    assert!(none("Internet", "db") && none("open", "db") && none("lone", "db"), "{all:?}");
    // No firewall group: everybody.
    assert!(has("Internet", "open", "any") && has("db", "open", "any") && none("Internet", "lone"));
    // A rule for a network outside means nobody who has no address there.
    assert!(none("203.0.113.0/24", "lone") && none("db", "lone"), "{all:?}");
    // Load balancers, gateways, databases.
    assert!(has("Internet", "lb", "80") && has("lb", "web-1", "8080") && none("lb", "db"));
    assert!(has("lone", "nat", "any") && has("nat", "Internet", "any") && none("web-1", "nat"));
    assert!(has("Internet", "nat", "2222") && has("nat", "lone", "22"));
    assert!(
        has("open", "pg", "16751") && has("192.0.2.1/32", "pg", "16751") && none("Internet", "pg")
    );
    // Reserved IPs, held and not.
    let node = |name: &str| model.nodes.iter().find(|node| node.name == name).unwrap();
    assert!(node("198.18.0.7").warning.is_some() && node("held").warning.is_none());
    assert!(node("open").warning.is_some() && node("web-1").warning.is_none());
    assert_eq!(model.ties.len(), 1);
    let zones: Vec<&str> = model.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(zones, ["shop", "In no VPC"]);
}

#[test]
fn a_group_of_many_is_one_until_it_is_opened() {
    let mut facts = shop();
    let many = (0..42).map(|n| instance(&format!("w{n:02}"), "", &format!("198.18.1.{n}")));
    facts.instances.extend(many);
    let whole = model::of(&facts);
    let closed = whole.clone().collapsed(&BTreeSet::new());
    assert_eq!(closed.nodes.len(), whole.nodes.len() - 41);
    let one = closed.nodes.iter().find(|node| node.kind == Kind::Many).unwrap();
    assert_eq!((one.name.as_str(), one.note.as_str()), ("42 instances", "no firewall group"));
    let all = ways(&closed);
    assert!(all.contains(&("Internet".into(), "42 instances".into(), "any".into())), "{all:?}");
    let key = one.many.clone().unwrap();
    assert_eq!(whole.clone().collapsed(&BTreeSet::from([key.as_str()])), whole);
}

/// Some network: how many machines of which group and VPC, and what else there is.
fn networks() -> impl Strategy<Value = Facts> {
    let machine = (0_usize..5, 0_usize..5, any::<bool>());
    let machines = proptest::collection::vec(machine, 0..60);
    let others = proptest::collection::vec((0_usize..6, 0_usize..5), 0..20);
    let rules = proptest::collection::vec((0_usize..5, 0_usize..8), 0..25);
    (0_usize..4, machines, others, rules).prop_map(|(vpcs, machines, others, rules)| {
        let mut facts = Facts::default();
        let vpc = |n: usize| if n < vpcs { format!("v{n}") } else { String::new() };
        for n in 0..vpcs {
            let (id, subnet) = (format!("v{n}"), format!("10.{n}.0.0"));
            facts.vpcs.push(json!({"id": id, "description": "x".repeat(n * 40), "region": "ewr", "v4_subnet": subnet, "v4_subnet_mask": 16}));
            facts.attachments.insert(id.clone(), Vec::new());
            facts.gateways.insert(id, Vec::new());
        }
        for (n, (home, group, is_public)) in machines.into_iter().enumerate() {
            let firewall = if group == 0 { String::new() } else { format!("g{group}") };
            let public = if is_public { format!("198.18.0.{n}") } else { "0.0.0.0".into() };
            facts.instances.push(instance(&format!("i{n}"), &firewall, &public));
            if let Some(all) = facts.attachments.get_mut(&vpc(home)) {
                all.push(attached(&format!("i{n}"), &format!("10.{home}.0.{n}")));
            }
        }
        for (n, (kind, home)) in others.into_iter().enumerate() {
            let (id, vpc) = (format!("o{n}"), vpc(home));
            let region = ["ewr", "ams", "nrt"][n % 3];
            match kind {
                0 => facts.balancers.push(json!({"id": id, "label": id, "region": region,
                    "generic_info": {"vpc": vpc}, "instances": ["i0", "i1", "gone"],
                    "forwarding_rules": [{"frontend_port": 80, "backend_port": 81}]})),
                1 => facts.databases.push(json!({"id": id, "label": id, "region": region, "vpc_id": vpc,
                    "port": "1", "trusted_ips": []})),
                2 => facts.clusters.push(json!({"id": id, "label": id, "region": region, "vpcs": [{"id": vpc}]})),
                3 => facts.addresses.push(json!({"id": id, "region": region, "subnet": "1.2.3.4", "instance_id": format!("i{home}")})),
                4 => facts.metals.push(json!({"id": id, "label": id, "region": region, "main_ip": "1.2.3.5"})),
                _ => if let Some(all) = facts.gateways.get_mut(&vpc) {
                    all.push(Gateway { thing: json!({"id": id, "label": id}), ..Gateway::default() });
                },
            }
        }
        let mut by_group: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (n, (group, source)) in rules.into_iter().enumerate() {
            let n = u32::try_from(n).unwrap();
            let rule = match source {
                0 => rule(n, "0.0.0.0", 0, "22", ""),
                1 => rule(n, "10.0.0.0", 24, "23", ""),
                2 => rule(n, "", 0, "24", "cloudflare"),
                3 => rule(n, "", 0, "25", "o1"),
                _ => rule(n, &format!("203.0.{n}.0"), 24, "26", ""),
            };
            by_group.entry(format!("g{group}")).or_default().push(rule);
        }
        facts.rules = by_group;
        facts
    })
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

fn inside(inner: &Rect, outer: &Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.w <= outer.x + outer.w + 1e-6
        && inner.y + inner.h <= outer.y + outer.h + 1e-6
}

fn check(model: &Model, shape: Shape) -> Result<(), TestCaseError> {
    let drawing = lay(model, shape);
    let all = Rect { x: 0.0, y: 0.0, w: drawing.width, h: drawing.height };
    let apart = |rects: &[Rect]| {
        let mut pairs =
            rects.iter().enumerate().flat_map(|(n, a)| rects[..n].iter().map(move |b| (a, b)));
        pairs.all(|(a, b)| !overlap(a, b))
    };
    prop_assert!(apart(&drawing.nodes), "boxes overlap: {drawing:?}");
    prop_assert!(apart(&drawing.zones), "zones overlap: {drawing:?}");
    let used: Vec<Rect> = drawing.groups.iter().copied().filter(|rect| rect.w > 0.0).collect();
    prop_assert!(apart(&used), "groups overlap: {drawing:?}");
    prop_assert!(drawing.zones.iter().all(|zone| inside(zone, &all)), "a zone is outside");
    for (node, rect) in model.nodes.iter().zip(&drawing.nodes) {
        prop_assert!(rect.w > 0.0 && inside(rect, &all), "{} is outside: {rect:?}", node.name);
        if let Some(zone) = node.zone {
            prop_assert!(inside(rect, &drawing.zones[zone]), "{} left its zone", node.name);
        }
        if let Some(group) = node.group {
            prop_assert!(inside(rect, &drawing.groups[group]), "{} left its group", node.name);
        }
        let strangers = drawing.groups.iter().enumerate().filter(|(at, _)| Some(*at) != node.group);
        prop_assert!(
            strangers.into_iter().all(|(_, group)| !overlap(rect, group)),
            "{} is in another group",
            node.name
        );
    }
    for wire in &drawing.wires {
        prop_assert!(!wire.path.contains("NaN") && wire.ends.len() > 1, "{wire:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_the_network_is_nothing_overlaps_and_all_of_it_is_inside(facts in networks()) {
        let whole = model::of(&facts);
        let ids: BTreeSet<&str> = whole.nodes.iter().map(|node| node.id.as_str()).collect();
        prop_assert_eq!(ids.len(), whole.nodes.len(), "two nodes have one id");
        let closed = whole.clone().collapsed(&BTreeSet::new());
        for model in [&whole, &closed] {
            let count = model.nodes.len();
            prop_assert!(model.ways.iter().all(|w| w.from.iter().chain(&w.to).all(|n| *n < count)));
            check(model, Shape::Wide)?;
            check(model, Shape::Tall)?;
        }
        // Who was reached before is reached, by whatever node it is now.
        prop_assert_eq!(whole.ways.is_empty(), closed.ways.is_empty());
    }
}
