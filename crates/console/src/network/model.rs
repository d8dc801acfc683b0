//! Who is in the network, where, and who reaches whom: made of the API's answers alone.

use std::collections::{BTreeMap, BTreeSet};

use presentation::pointers;
use serde_json::Value;

use super::facts::{Facts, linked};
use super::ways;
use crate::link::name;
use crate::status::{self, Sign};

/// From how many members on a firewall group is one node.
const MANY: usize = 12;

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anyone, anywhere.
    Internet,
    /// A network that a rule names.
    Outside,
    Balancer,
    Gateway,
    Instance,
    Metal,
    Database,
    Cluster,
    /// A reserved IP.
    Address,
    /// Several that are drawn as one.
    Many,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Of its element in the page.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The second line: its address.
    pub(super) note: String,
    /// In a sentence.
    pub(super) about: String,
    /// What its owner may want to know.
    pub(super) warning: Option<String>,
    /// In the API, as a path.
    pub(super) page: Option<String>,
    /// The zone, and the firewall group, that it is drawn in.
    pub(super) zone: Option<usize>,
    pub(super) group: Option<usize>,
    pub(super) sign: Option<Sign>,
    /// Of several that are one: which group they are.
    pub(super) many: Option<String>,
}

/// A VPC, or what is in none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) note: String,
    pub(super) page: Option<String>,
}

/// Those of a zone that have the same firewall group, or none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) zone: usize,
    /// Unique among all.
    pub(super) key: String,
    pub(super) name: String,
    /// Whether they have none: all may come in.
    pub(super) is_open: bool,
}

/// Some reach others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<usize>,
    pub(super) ports: String,
    /// By what.
    pub(super) because: String,
    /// Where that is, in the API.
    pub(super) page: Option<String>,
    /// Whether nothing holds anybody back.
    pub(super) is_open: bool,
    /// Whether it is drawn: what holds for all of a zone is only told.
    pub(super) is_drawn: bool,
}

impl Way {
    pub(super) fn concerns(&self, node: usize) -> bool {
        self.from.contains(&node) || self.to.contains(&node)
    }

    /// Whether it comes from outside.
    pub(super) fn comes_in(&self, model: &Model) -> bool {
        self.from.iter().any(|n| matches!(model.nodes[*n].kind, Kind::Internet | Kind::Outside))
    }
}

/// The network.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    /// The first is the internet.
    pub(super) nodes: Vec<Node>,
    pub(super) zones: Vec<Zone>,
    pub(super) groups: Vec<Group>,
    pub(super) ways: Vec<Way>,
    /// Who belongs to whom without reaching it: a reserved IP and its instance.
    pub(super) ties: Vec<(usize, usize)>,
}

impl Model {
    /// The same, with groups of many as one node each, but for those in `open`.
    pub(super) fn collapsed(self, open: &BTreeSet<&str>) -> Self {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(group) = node.group {
                members[group].push(at);
            }
        }
        let outside: Vec<usize> =
            (0..self.nodes.len()).filter(|at| self.nodes[*at].kind == Kind::Outside).collect();
        let mut into: BTreeMap<usize, Node> = BTreeMap::new();
        let mut goes: BTreeMap<usize, usize> = BTreeMap::new();
        for (group, own) in self.groups.iter().zip(&members) {
            if own.len() > MANY && !open.contains(group.key.as_str()) {
                let node = self.many(own, &group.key, &group.name, group.is_open);
                goes.extend(own.iter().map(|at| (*at, own[0])));
                into.insert(own[0], node);
            }
        }
        if outside.len() > MANY && !open.contains("networks") {
            let node = self.many(&outside, "networks", "named in rules", false);
            goes.extend(outside.iter().map(|at| (*at, outside[0])));
            into.insert(outside[0], Node { kind: Kind::Outside, ..node });
        }
        if goes.is_empty() { self } else { self.with(&into, &goes) }
    }

    /// A node for several.
    fn many(&self, own: &[usize], key: &str, group: &str, is_open: bool) -> Node {
        let first = &self.nodes[own[0]];
        let word = match first.kind {
            Kind::Outside => "networks",
            _ if own.iter().all(|n| self.nodes[*n].kind == Kind::Instance) => "instances",
            _ => "machines",
        };
        let names: Vec<&str> = own.iter().take(5).map(|n| self.nodes[*n].name.as_str()).collect();
        Node {
            id: format!("n-many-{key}"),
            kind: Kind::Many,
            name: format!("{} {word}", own.len()),
            note: if is_open { "no firewall group".into() } else { group.to_owned() },
            about: format!(
                "{} and {} more, drawn as one.",
                names.join(", "),
                own.len() - names.len()
            ),
            warning: None,
            page: None,
            zone: first.zone,
            group: first.group,
            sign: None,
            many: Some(key.to_owned()),
        }
    }

    /// With nodes in the place of others.
    fn with(self, into: &BTreeMap<usize, Node>, goes: &BTreeMap<usize, usize>) -> Self {
        let mut place = BTreeMap::new();
        let mut nodes = Vec::new();
        for (at, node) in self.nodes.into_iter().enumerate() {
            if goes.get(&at).is_none_or(|first| *first == at) {
                place.insert(at, nodes.len());
                nodes.push(into.get(&at).cloned().unwrap_or(node));
            }
        }
        let now = |at: &usize| place[goes.get(at).unwrap_or(at)];
        let all = |nodes: &[usize]| {
            let set: BTreeSet<usize> = nodes.iter().map(now).collect();
            set.into_iter().collect::<Vec<_>>()
        };
        let ways = self.ways.into_iter().map(|way| {
            let (from, to) = (all(&way.from), all(&way.to));
            Way { from, to, ..way }
        });
        // Many ways of the same kind may be one by now.
        let mut once: Vec<Way> = Vec::new();
        for way in ways {
            if !once.contains(&way) {
                once.push(way);
            }
        }
        let ties = self.ties.iter().map(|(one, other)| (now(one), now(other))).collect();
        Self { nodes, ways: once, ties, ..self }
    }
}

/// What is being put together.
pub(super) struct Builder<'a> {
    pub(super) facts: &'a Facts,
    pub(super) model: Model,
    /// Nodes by the thing's id.
    pub(super) node_of: BTreeMap<String, usize>,
    /// Who is in a VPC, by its zone: node and address.
    pub(super) inside: BTreeMap<usize, Vec<(usize, String)>>,
    /// Addresses on the internet by node.
    pub(super) public: BTreeMap<usize, String>,
    /// Members of groups by the group.
    pub(super) members: BTreeMap<usize, Vec<usize>>,
    zone_of: BTreeMap<String, usize>,
    group_of: BTreeMap<(usize, String), usize>,
    /// VPCs by what is in them.
    homes: BTreeMap<String, Vec<(usize, String)>>,
    outside: BTreeMap<String, usize>,
}

/// The network that these facts make.
pub(super) fn of(facts: &Facts) -> Model {
    let mut builder = Builder {
        facts,
        model: Model::default(),
        node_of: BTreeMap::new(),
        inside: BTreeMap::new(),
        public: BTreeMap::new(),
        members: BTreeMap::new(),
        zone_of: BTreeMap::new(),
        group_of: BTreeMap::new(),
        homes: BTreeMap::new(),
        outside: BTreeMap::new(),
    };
    let about = "Anyone, anywhere.".to_owned();
    builder.model.nodes.push(Node {
        id: "n-internet".into(),
        note: "anyone".into(),
        about,
        ..blank(Kind::Internet, "Internet")
    });
    builder.zones();
    builder.machines();
    builder.balancers();
    builder.gateways();
    builder.services();
    builder.addresses();
    ways::add(&mut builder);
    let used: BTreeSet<usize> = builder.model.nodes.iter().filter_map(|node| node.zone).collect();
    for (at, zone) in builder.model.zones.iter_mut().enumerate() {
        if !used.contains(&at) {
            zone.note += ", nothing in it yet";
        }
    }
    builder.model
}

fn blank(kind: Kind, name: &str) -> Node {
    Node {
        id: String::new(),
        kind,
        name: name.to_owned(),
        note: String::new(),
        about: String::new(),
        warning: None,
        page: None,
        zone: None,
        group: None,
        sign: None,
        many: None,
    }
}

/// A text field of a thing; empty where there is none.
pub(super) fn text<'a>(thing: &'a Value, name: &str) -> &'a str {
    thing[name].as_str().unwrap_or_default()
}

impl Builder<'_> {
    fn zones(&mut self) {
        for vpc in &self.facts.vpcs {
            let id = pointers::id(vpc);
            let zone = self.model.zones.len();
            let network = format!("{}/{}", text(vpc, "v4_subnet"), vpc["v4_subnet_mask"]);
            self.model.zones.push(Zone {
                name: name(vpc),
                note: format!("{network}, {}", self.city(text(vpc, "region"))),
                page: Some(format!("/v2/vpcs/{id}")),
            });
            for attachment in self.facts.attachments.get(&id).into_iter().flatten() {
                if let Some((member, address)) = linked(attachment) {
                    let homes = self.homes.entry(member.to_owned()).or_default();
                    homes.push((zone, address.to_owned()));
                }
            }
            self.zone_of.insert(id, zone);
        }
    }

    fn city(&self, region: &str) -> String {
        self.facts.regions.get(region).cloned().unwrap_or_else(|| region.to_owned())
    }

    /// The zone of a VPC; without one, that of all that is in none.
    fn zone(&mut self, vpc: &str) -> usize {
        if let Some(zone) = self.zone_of.get(vpc).or_else(|| self.zone_of.get("")) {
            return *zone;
        }
        let zone = self.model.zones.len();
        let (name, note) = ("In no VPC".to_owned(), "all regions".to_owned());
        self.model.zones.push(Zone { name, note, page: None });
        self.zone_of.insert(String::new(), zone);
        zone
    }

    /// The group of a zone's things with a firewall group, or without one.
    fn group(&mut self, zone: usize, firewall: &str) -> usize {
        let key = (zone, firewall.to_owned());
        if let Some(group) = self.group_of.get(&key) {
            return *group;
        }
        let group = self.model.groups.len();
        let is_open = firewall.is_empty();
        let found = self.facts.groups.iter().find(|g| g["id"] == firewall);
        let rules = self.facts.rules.get(firewall).map_or(0, Vec::len);
        let called = found.map(name).unwrap_or_else(|| firewall.to_owned());
        let name = match (is_open, rules) {
            (true, _) => "no firewall group".to_owned(),
            (_, 1) => format!("{called}, 1 rule"),
            (_, n) => format!("{called}, {n} rules"),
        };
        let key_text = format!("{zone}-{}", if is_open { "none" } else { firewall });
        self.model.groups.push(Group { zone, key: key_text, name, is_open });
        self.group_of.insert(key, group);
        group
    }

    pub(super) fn add(&mut self, thing: &Value, node: Node) -> usize {
        let id = pointers::id(thing);
        let at = self.model.nodes.len();
        let sign = status::of(thing).map(|(sign, _)| sign);
        self.model.nodes.push(Node { id: format!("n-{id}"), sign, ..node });
        self.node_of.insert(id, at);
        at
    }

    /// A network that a rule names.
    pub(super) fn outsider(&mut self, network: &str) -> usize {
        if let Some(at) = self.outside.get(network) {
            return *at;
        }
        let at = self.model.nodes.len();
        let is_cloudflare = network == "cloudflare";
        let (name, note) = match is_cloudflare {
            true => ("Cloudflare", "its networks"),
            false => (network, "named in rules"),
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        self.model.nodes.push(Node {
            id: format!("n-net-{}", network.chars().map(plain).collect::<String>()),
            note: note.into(),
            about: format!("{name}: a network outside that rules name."),
            ..blank(Kind::Outside, name)
        });
        self.outside.insert(network.to_owned(), at);
        at
    }

    fn machines(&mut self) {
        let instances = self.facts.instances.iter().map(|i| (Kind::Instance, i));
        let metals = self.facts.metals.iter().map(|m| (Kind::Metal, m));
        for (kind, thing) in instances.chain(metals) {
            let id = pointers::id(thing);
            let homes = self.homes.get(&id).cloned().unwrap_or_default();
            let zone = match homes.first() {
                Some((zone, _)) => *zone,
                None => self.zone(""),
            };
            let firewall = text(thing, "firewall_group_id");
            let group = self.group(zone, firewall);
            let main = Some(text(thing, "main_ip")).filter(|ip| !ip.is_empty() && *ip != "0.0.0.0");
            let private = homes.first().map(|(_, ip)| ip.as_str()).filter(|ip| !ip.is_empty());
            let (word, path) = match kind {
                Kind::Metal => ("Bare metal", "bare-metals"),
                _ => ("Instance", "instances"),
            };
            let (zone_name, group_name) =
                (&self.model.zones[zone].name, &self.model.groups[group].name);
            let lets = match firewall {
                "" => "It is in no firewall group: everything may come in.".to_owned(),
                _ => format!("Firewall group {group_name}, lets in what is listed."),
            };
            let about = match private {
                Some(ip) => format!("{word}, {ip} in {zone_name}. {lets}"),
                None => {
                    format!("{word} in {}, in no VPC. {lets}", self.city(text(thing, "region")))
                }
            };
            let warning = main.filter(|_| firewall.is_empty()).map(|ip| {
                format!("It has a public address, {ip}, and nothing holds anybody back.")
            });
            let at = self.add(
                thing,
                Node {
                    note: private.or(main).unwrap_or("no address yet").to_owned(),
                    about,
                    warning,
                    page: Some(format!("/v2/{path}/{id}")),
                    zone: Some(zone),
                    group: Some(group),
                    ..blank(kind, &name(thing))
                },
            );
            self.members.entry(group).or_default().push(at);
            if let Some(ip) = main {
                self.public.insert(at, ip.to_owned());
            }
            for (zone, ip) in homes {
                self.inside.entry(zone).or_default().push((at, ip));
            }
        }
    }

    fn balancers(&mut self) {
        for thing in &self.facts.balancers {
            let id = pointers::id(thing);
            let vpc =
                thing.pointer("/generic_info/vpc").and_then(Value::as_str).unwrap_or_default();
            let zone = self.zone(vpc);
            let ports = ways::ports_of(thing, "frontend_port", "frontend_protocol");
            let behind = thing["instances"].as_array().map_or(0, Vec::len);
            let warning = (behind == 0)
                .then(|| "It has no instances: what reaches it goes nowhere.".to_owned());
            self.add(
                thing,
                Node {
                    note: if ports.is_empty() { "no rules".into() } else { ports },
                    about: format!(
                        "Load balancer, {}, over {behind} instances.",
                        text(thing, "ipv4")
                    ),
                    warning,
                    page: Some(format!("/v2/load-balancers/{id}")),
                    zone: Some(zone),
                    ..blank(Kind::Balancer, &name(thing))
                },
            );
        }
    }

    fn gateways(&mut self) {
        for (vpc, gateways) in &self.facts.gateways {
            let Some(zone) = self.zone_of.get(vpc).copied() else { continue };
            for gateway in gateways {
                let thing = &gateway.thing;
                let id = pointers::id(thing);
                let zone_name = &self.model.zones[zone].name;
                let public = thing["public_ips"][0].as_str().unwrap_or_default();
                self.add(
                    thing,
                    Node {
                        note: "way out".into(),
                        about: format!("NAT gateway of {zone_name}, {public}."),
                        page: Some(format!("/v2/vpcs/{vpc}/nat-gateway/{id}")),
                        zone: Some(zone),
                        ..blank(Kind::Gateway, &name(thing))
                    },
                );
            }
        }
    }

    /// Databases and clusters.
    fn services(&mut self) {
        for thing in &self.facts.databases {
            let id = pointers::id(thing);
            let zone = self.zone(text(thing, "vpc_id"));
            let (engine, version) =
                (text(thing, "database_engine"), text(thing, "database_engine_version"));
            self.add(
                thing,
                Node {
                    note: format!("{engine} {version}"),
                    about: format!(
                        "Managed database, {engine} {version}, port {}.",
                        text(thing, "port")
                    ),
                    page: Some(format!("/v2/databases/{id}")),
                    zone: Some(zone),
                    ..blank(Kind::Database, &name(thing))
                },
            );
        }
        for thing in &self.facts.clusters {
            let id = pointers::id(thing);
            let vpc = thing["vpcs"][0]["id"].as_str().unwrap_or_default();
            let zone = self.zone(vpc);
            let pools = thing["node_pools"].as_array().map(Vec::as_slice).unwrap_or_default();
            let nodes: u64 = pools.iter().filter_map(|pool| pool["node_quantity"].as_u64()).sum();
            self.add(
                thing,
                Node {
                    note: if nodes == 1 { "1 node".into() } else { format!("{nodes} nodes") },
                    about: format!(
                        "Kubernetes cluster, {}, {nodes} nodes.",
                        text(thing, "version")
                    ),
                    page: Some(format!("/v2/kubernetes/clusters/{id}")),
                    zone: Some(zone),
                    ..blank(Kind::Cluster, &name(thing))
                },
            );
        }
    }

    fn addresses(&mut self) {
        for thing in &self.facts.addresses {
            let id = pointers::id(thing);
            let holder = self.node_of.get(text(thing, "instance_id")).copied();
            let zone = match holder.and_then(|at| self.model.nodes[at].zone) {
                Some(zone) => zone,
                None => self.zone(""),
            };
            let address = text(thing, "subnet");
            let about = match holder {
                Some(at) => format!("Reserved IP, {address}, of {}.", self.model.nodes[at].name),
                None => format!("Reserved IP, {address}."),
            };
            let warning = holder
                .is_none()
                .then(|| "It is attached to nothing, and costs what it costs.".into());
            let at = self.add(
                thing,
                Node {
                    note: address.to_owned(),
                    about,
                    warning,
                    page: Some(format!("/v2/reserved-ips/{id}")),
                    zone: Some(zone),
                    sign: None,
                    ..blank(Kind::Address, &name(thing))
                },
            );
            self.model.ties.extend(holder.map(|holder| (at, holder)));
        }
    }
}
