//! Of each kind: which list has its things, what else is asked of each, and what makes it again.
//!
//! The order is that in which things are made: what others refer to comes first.

mod access;
mod compute;
mod delivery;
mod network;
mod storage;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(crate) use compute::has_own_name;

use crate::read::operation;
use crate::{Reading, Thing};

/// A kind of things.
#[derive(Debug)]
pub struct Source {
    /// Its name: a group of the command line.
    pub kind: &'static str,
    /// The operation that lists its things.
    pub list: &'static str,
    /// The field of an item that tells it from the others.
    pub key: &'static str,
    /// The kind of what its things lie within, where the list is one of those.
    pub within: Option<&'static str>,
    /// What is asked of each besides.
    pub further: &'static [&'static str],
    /// What makes one again.
    pub steps: fn(&Thing, &Reading) -> Vec<Step>,
    /// What the API does not tell of such things, for people; empty: it tells all.
    pub untold: &'static str,
}

impl Source {
    const fn new(
        kind: &'static str,
        list: &'static str,
        steps: fn(&Thing, &Reading) -> Vec<Step>,
    ) -> Self {
        Self { kind, list, key: "id", within: None, further: &[], steps, untold: "" }
    }

    const fn within(self, owner: &'static str) -> Self {
        Self { within: Some(owner), ..self }
    }

    const fn by(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    const fn asks(self, further: &'static [&'static str]) -> Self {
        Self { further, ..self }
    }

    const fn hides(self, untold: &'static str) -> Self {
        Self { untold, ..self }
    }

    /// Whether a word that people choose families by means this kind: its own name, its plural, or what
    /// it lies within.
    pub fn is_of(&self, family: &str) -> bool {
        let own = presentation::places::meant(family).unwrap_or(family);
        own == self.kind || self.within.is_some_and(|owner| owner == own)
    }
}

/// The kinds that can be copied.
pub const SOURCES: &[Source] = &[
    Source::new("ssh-key", "list-ssh-keys", |thing, _| {
        vec![Step::create("create-ssh-key", thing, &[]).id("ssh-key", &thing.id)]
    }),
    Source::new("startup-script", "list-startup-scripts", storage::script)
        .asks(&["get-startup-script"]),
    Source::new("iso", "list-isos", storage::iso).hides("where an image came from"),
    Source::new("snapshot", "list-snapshots", storage::snapshot).hides("what is in a snapshot"),
    Source::new("vpc", "list-vpcs", |thing, _| {
        vec![Step::create("create-vpc", thing, &[]).id("network", &thing.id)]
    }),
    Source::new("vpc2", "list-vpc2", |thing, _| {
        vec![Step::create("create-vpc2", thing, &[]).id("network", &thing.id)]
    }),
    Source::new("firewall", "list-firewall-groups", |thing, _| {
        vec![Step::create("create-firewall-group", thing, &[]).id("firewall-group", &thing.id)]
    }),
    Source::new("reserved-ip", "list-reserved-ips", network::reserved),
    Source::new("nat-gateway", "list-nat-gateways", network::gateway)
        .within("vpc")
        .asks(&["list-nat-gateway-firewall-rules", "list-nat-gateway-port-forwarding-rules"]),
    Source::new("kubernetes", "list-clusters", compute::cluster)
        .hides("kubeconfigs and certificates"),
    Source::new("instance", "list-instances", compute::instance)
        .asks(&[
            "list-instance-ipv4",
            "list-instance-reverse-ipv6",
            "list-instance-vpcs",
            "list-instance-vpc2s",
            "get-instance-user-data",
            "get-instance-backup-schedule",
        ])
        .hides("passwords, the keys and the script that an instance was made with"),
    Source::new("bare-metal", "list-bare-metals", compute::bare_metal)
        .asks(&[
            "list-bare-metal-ipv4",
            "list-bare-metal-vpcs",
            "list-bare-metal-vpc2s",
            "get-bare-metal-user-data",
        ])
        .hides("passwords, the keys and the script that a server was made with"),
    Source::new("block", "list-blocks", storage::block),
    Source::new("load-balancer", "list-load-balancers", network::balancer)
        .hides("keys of certificates"),
    Source::new("firewall-rule", "list-firewall-group-rules", network::rule).within("firewall"),
    Source::new("domain", "list-domains", network::domain).by("domain").asks(&["get-domain-soa"]),
    Source::new("record", "list-records", network::record).within("domain"),
    Source::new("object-storage", "list-object-storages", storage::object_storage)
        .hides("keys of object storages, and objects"),
    Source::new("bucket", "list-object-storage-buckets", storage::bucket)
        .within("object-storage")
        .by("name"),
    Source::new("vfs", "list-vfs", storage::file_system).asks(&["list-vfs-attachments"]),
    Source::new("database", "list-databases", delivery::database)
        .asks(&[
            "list-database-users",
            "list-database-dbs",
            "list-connection-pools",
            "list-database-topics",
            "list-database-quotas",
            "list-database-connectors",
        ])
        .hides("passwords of databases, and what is in them"),
    Source::new("registry", "list-registries", delivery::registry)
        .hides("passwords of registries, and images"),
    Source::new("pull-zone", "list-pull-zones", |thing, _| {
        vec![Step::create("create-pull-zone", thing, &[]).id("cdn-pull-zone", &thing.id)]
    }),
    Source::new("push-zone", "list-push-zones", |thing, _| {
        vec![Step::create("create-push-zone", thing, &[]).id("cdn-push-zone", &thing.id)]
    }),
    Source::new("inference", "list-inferences", |thing, _| {
        vec![Step::create("create-inference", thing, &[]).id("inference", &thing.id)]
    })
    .hides("keys of inference"),
    Source::new("user", "list-users", access::user)
        .asks(&["list-user-networks"])
        .hides("passwords and API keys of users"),
];

/// The source of a kind.
pub fn source(kind: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.kind == kind)
}

/// One request on the way to a copy, and what the original has that cannot be asked for.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The operation's id.
    pub operation: &'static str,
    /// What it is asked.
    pub fields: Map<String, Value>,
    /// Ids by kind, in the order in which they are given out.
    pub ids: BTreeMap<&'static str, Vec<String>>,
    /// Addresses by their scope, in the order in which they are given out.
    pub addresses: BTreeMap<String, Vec<String>>,
    /// When the original was made, as it tells.
    pub created: Option<String>,
    /// Its number.
    pub number: Option<u32>,
    /// Whether it makes the thing, rather than changing it.
    pub makes: bool,
    /// Whether it waits until all things are made, as it names one that comes later.
    pub is_late: bool,
}

impl Step {
    /// Makes a thing: every field that the operation takes and the thing shows by the same name goes
    /// along, but for these.
    fn create(operation: &'static str, thing: &Thing, except: &[&str]) -> Self {
        let fields = same(operation, &thing.item, except);
        let create = Self { operation, fields, makes: true, ..Self::default() };
        create.made(thing.text("date_created"))
    }

    /// Changes what has been made.
    fn change(operation: &'static str, fields: Map<String, Value>) -> Self {
        Self { operation, fields, ..Self::default() }
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    fn with_some(self, field: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    fn without(mut self, field: &str) -> Self {
        self.fields.remove(field);
        self
    }

    fn id(mut self, kind: &'static str, id: impl Into<String>) -> Self {
        self.ids.entry(kind).or_default().push(id.into());
        self
    }

    /// An address that the original has; nothing where it has none.
    fn at(mut self, scope: &str, address: &str) -> Self {
        if !matches!(address, "" | "0.0.0.0" | "::") {
            self.addresses.entry(scope.to_owned()).or_default().push(address.to_owned());
        }
        self
    }

    /// With the time at which the original was made, as it tells.
    fn made(self, time: &str) -> Self {
        let time = match time.split_once(' ') {
            Some((day, time)) => format!("{day}T{time}Z"),
            None => time.to_owned(),
        };
        Self { created: Some(time).filter(|time| !time.is_empty()), ..self }
    }

    fn late(self) -> Self {
        Self { is_late: true, ..self }
    }
}

/// The fields that an operation takes and a thing shows by the same name, as far as it has them.
fn same(operation: &str, item: &Value, except: &[&str]) -> Map<String, Value> {
    let operation = self::operation(operation);
    let params: Vec<String> = operation.op.path_params().map(|p| p.replace('-', "_")).collect();
    let schema = operation.request();
    let names = presentation::schema::fields(&schema).map(|(name, _)| name);
    let names = names.filter(|name| !except.contains(&name.as_str()) && !params.contains(name));
    let has = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    };
    names
        .filter_map(|name| Some((name.clone(), item.get(name).filter(|v| has(v))?.clone())))
        .collect()
}

/// The items of a list; none where it is none.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A field's text; empty where it has none.
pub(crate) fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The fields of a request.
fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A text that says something.
fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_that_is_named_is_one() {
        for source in SOURCES {
            for id in source.further.iter().chain([&source.list]) {
                assert!(operation(id).op.reads(), "{id}");
            }
            assert!(presentation::places::of(source.kind).is_some(), "{}", source.kind);
        }
    }

    #[test]
    fn an_owner_is_made_before_what_lies_within_it() {
        for (place, source) in SOURCES.iter().enumerate() {
            let owner = source.within.map(|owner| SOURCES.iter().position(|s| s.kind == owner));
            assert!(owner.is_none_or(|owner| owner < Some(place)), "{}", source.kind);
        }
    }
}
