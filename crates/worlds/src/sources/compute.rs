//! Machines, and clusters of them.

use serde_json::{Map, Value};

use super::network::{ids, network_of};
use super::{Step, fields, list, same, some, word};
use crate::{Reading, Thing};

/// What is installed in place of what cannot be asked for again: a snapshot or a backup that is gone, a
/// system from an image. What is shown is what the original tells.
const STAND_IN: u32 = 2284;
/// Numbers that stand for no system of the catalogue: custom, snapshot, backup, application.
const NO_SYSTEM: [i64; 4] = [159, 164, 180, 186];

/// Names that an address has by itself.
const OWN_NAMES: [&str; 2] = [".vultrusercontent.com", ".vultr.com"];

pub(super) fn instance(thing: &Thing, all: &Reading) -> Vec<Step> {
    if is_node(thing, all) {
        return Vec::new();
    }
    let main = thing.text("main_ip");
    let not_sent = ["os_id", "app_id", "image_id", "snapshot_id", "iso_id", "tag", "backups"];
    let mut create = software(Step::create("create-instance", thing, &not_sent), thing, all)
        .with_some("tags", thing.item.get("tags").cloned())
        .with_some("user_data", thing.told("get-instance-user-data").get("data").cloned())
        .id("instance", &thing.id);
    if has(thing, "auto_backups") {
        create = create.with("backups", "enabled");
    }
    if has(thing, "ddos_protection") {
        create = create.with("ddos_protection", true);
    }
    // A reserved one comes when it is attached.
    let is_reserved = |subnet: &str| all.of("reserved-ip").any(|own| own.text("subnet") == subnet);
    let v6 = network_of(thing.text("v6_network"));
    let v6 = if is_reserved(&v6) { String::new() } else { v6 };
    if !v6.is_empty() {
        create = create.with("enable_ipv6", true).at("ipv6", &v6);
    }
    if matches!(main, "" | "0.0.0.0") && !v6.is_empty() {
        create = create.with("disable_public_ipv4", true);
    }
    create = networks(create, thing, &NETWORKS[..2]);
    let mut steps = vec![main_address(named(create), thing, all)];
    steps.extend(addresses(thing, all));
    steps.extend(schedule(thing));
    if thing.text("power_status") == "stopped" {
        let halt = fields([("instance_id", thing.id.clone().into())]);
        steps.push(Step::change("halt-instance", halt).late());
    }
    steps
}

/// The networks that a machine is in, by the lists that tell them and the fields that ask for them.
const NETWORKS: [(&str, &str); 4] = [
    ("list-instance-vpcs", "attach_vpc"),
    ("list-instance-vpc2s", "attach_vpc2"),
    ("list-bare-metal-vpcs", "attach_vpc"),
    ("list-bare-metal-vpc2s", "attach_vpc2"),
];

/// Puts a machine into the networks that these lists tell, at its addresses.
fn networks(mut create: Step, thing: &Thing, lists: &[(&str, &str)]) -> Step {
    for (listed, field) in lists {
        let told = thing.told(listed);
        create = create.with_some(field, ids(Some(told)));
        for network in list(told) {
            let scope = format!("network:{}", word(network, "id"));
            create = create.at(&scope, word(network, "ip_address"));
        }
    }
    create
}

/// Asks for a machine's main address: one that is reserved is named.
fn main_address(create: Step, thing: &Thing, all: &Reading) -> Step {
    let main = thing.text("main_ip");
    match all.of("reserved-ip").find(|reserved| reserved.text("subnet") == main) {
        Some(reserved) => create.with("reserved_ipv4", reserved.id.as_str()),
        None => create.at("ipv4", main),
    }
}

/// Leaves out a host name that could not be asked for: what is shown is what the original tells.
fn named(create: Step) -> Step {
    let fits = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    match create.fields.get("hostname").and_then(Value::as_str) {
        Some(name) if !fits(name) => create.without("hostname"),
        _ => create,
    }
}

/// Whether a feature is on.
fn has(thing: &Thing, feature: &str) -> bool {
    list(&thing.item["features"]).iter().any(|own| own == feature)
}

/// Whether an instance belongs to a cluster, which makes it.
pub(super) fn is_node(thing: &Thing, all: &Reading) -> bool {
    all.of("kubernetes").flat_map(nodes).any(|(id, _)| id == thing.id)
}

/// What is installed.
fn software(create: Step, thing: &Thing, all: &Reading) -> Step {
    let number = |field: &str| thing.item.get(field).and_then(Value::as_i64).unwrap_or_default();
    let snapshot = some(thing.text("snapshot_id"));
    let snapshot = snapshot.filter(|id| all.of("snapshot").any(|own| own.id == *id));
    match (number("os_id"), number("app_id"), some(thing.text("image_id"))) {
        (_, app, _) if app > 0 => create.with("app_id", app),
        (_, _, Some(image)) => create.with("image_id", image),
        (os, ..) if !NO_SYSTEM.contains(&os) && os > 0 => create.with("os_id", os),
        (164, ..) if snapshot.is_some() => create.with_some("snapshot_id", snapshot),
        _ => create.with("os_id", STAND_IN),
    }
}

/// Further addresses, of which those that are reserved come between the others as they did, and names of
/// addresses.
fn addresses(thing: &Thing, all: &Reading) -> Vec<Step> {
    let mut reserved: Vec<&Thing> = all.of("reserved-ip").filter(|r| attaches(r, thing)).collect();
    let (mut steps, mut names) = (Vec::new(), Vec::new());
    let own = [("instance_id", thing.id.clone().into())];
    for address in list(thing.told("list-instance-ipv4")) {
        let ip = word(address, "ip");
        names.push((address, "set-instance-reverse-ipv4"));
        if word(address, "type") != "secondary_ip" {
            continue;
        }
        let place = reserved.iter().position(|reserved| reserved.text("subnet") == ip);
        steps.push(match place {
            Some(place) => attach(reserved.remove(place)),
            None => Step::change("add-instance-ipv4", fields(own.clone()))
                .with("reboot", false)
                .at("ipv4", ip),
        });
    }
    steps.extend(reserved.into_iter().map(attach));
    names.retain(|(address, _)| has_own_name(address));
    let v6 = list(thing.told("list-instance-reverse-ipv6")).iter();
    names.extend(v6.map(|name| (name, "set-instance-reverse-ipv6")));
    steps.extend(names.into_iter().map(|(address, set)| {
        let [ip, reverse] = ["ip", "reverse"].map(|field| word(address, field));
        Step::change(set, fields(own.clone())).with("ip", ip).with("reverse", reverse)
    }));
    steps
}

/// Whether an address has a name that somebody gave it.
pub(crate) fn has_own_name(address: &Value) -> bool {
    let name = word(address, "reverse");
    !name.is_empty() && !OWN_NAMES.iter().any(|own| name.ends_with(own))
}

/// Whether a reserved address is attached to an instance, and was not asked for with it, as a main one is.
fn attaches(reserved: &Thing, instance: &Thing) -> bool {
    reserved.text("instance_id") == instance.id
        && reserved.text("subnet") != instance.text("main_ip")
}

/// Attaches a reserved address to what has it.
pub(super) fn attach(reserved: &Thing) -> Step {
    let ids = [("reserved_ip", &*reserved.id), ("instance_id", reserved.text("instance_id"))];
    Step::change("attach-reserved-ip", fields(ids.map(|(field, id)| (field, id.into()))))
}

/// When backups are made.
fn schedule(thing: &Thing) -> Option<Step> {
    let told = thing.told("get-instance-backup-schedule");
    has(thing, "auto_backups").then_some(())?;
    some(told.get("type")?.as_str()?)?;
    let set = same("set-instance-backup-schedule", told, &[]);
    Some(Step::change("set-instance-backup-schedule", set).with("instance_id", thing.id.as_str()))
}

pub(super) fn bare_metal(thing: &Thing, all: &Reading) -> Vec<Step> {
    let not_sent = ["os_id", "app_id", "image_id", "snapshot_id", "tag"];
    let mut create = software(Step::create("create-bare-metal", thing, &not_sent), thing, all)
        .with_some("user_data", thing.told("get-bare-metal-user-data").get("data").cloned())
        .id("bare-metal", &thing.id);
    let v6 = network_of(thing.text("v6_network"));
    if !v6.is_empty() {
        create = create.with("enable_ipv6", true).at("ipv6", &v6);
    }
    create = networks(create, thing, &NETWORKS[2..]);
    let given = list(thing.told("list-bare-metal-ipv4")).iter().filter(|own| has_own_name(own));
    let names = given.map(|address| {
        let [ip, reverse] = ["ip", "reverse"].map(|field| word(address, field));
        let name = Step::change("set-bare-metal-reverse-ipv4", Map::new()).with("ip", ip);
        name.with("baremetal_id", thing.id.as_str()).with("reverse", reverse)
    });
    std::iter::once(main_address(named(create), thing, all)).chain(names).collect()
}

pub(super) fn cluster(thing: &Thing, all: &Reading) -> Vec<Step> {
    let vpc = ids(thing.item.get("vpcs")).and_then(|ids| ids.get(0).cloned());
    let not_sent = ["node_pools", "enable_firewall", "oidc"];
    let mut create = Step::create("create-cluster", thing, &not_sent)
        .with_some("vpc_id", vpc)
        .id("kubernetes-cluster", &thing.id)
        .at("ipv4", thing.text("ip"));
    let mut pools = Vec::new();
    for pool in list(&thing.item["node_pools"]) {
        let id = pool.get("id").and_then(Value::as_str).unwrap_or_default();
        create = create.id("node-pool", id);
        pools.push(Value::Object(same_of_pool(pool)));
    }
    for (id, ip) in nodes(thing) {
        create = create.id("instance", id);
        let Some(node) = all.of("instance").find(|one| one.id == id) else {
            create = create.at("ipv4", ip);
            continue;
        };
        // Where it has no public address, the pool tells that in the VPC.
        create = create.at("ipv4", node.text("main_ip"));
        for network in list(node.told("list-instance-vpcs")) {
            let scope = format!("network:{}", word(network, "id"));
            create = create.at(&scope, word(network, "ip_address"));
        }
    }
    vec![create.with("node_pools", pools)]
}

/// The nodes of a cluster, each by its id and its address, in the order of its pools.
fn nodes(cluster: &Thing) -> Vec<(&str, &str)> {
    let nodes = list(&cluster.item["node_pools"]).iter().flat_map(|pool| list(&pool["nodes"]));
    let both = nodes.map(|node| ["id", "ip"].map(|field| node.get(field).and_then(Value::as_str)));
    both.map(|[id, ip]| (id.unwrap_or_default(), ip.unwrap_or_default())).collect()
}

/// What a pool is asked for.
fn same_of_pool(pool: &Value) -> Map<String, Value> {
    same("create-node-pool", pool, &[])
}
