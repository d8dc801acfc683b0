//! In which order the fields of a form stand, and what stands together: what must be there first, then
//! what is in common use, the rest under "Advanced", and older ways to say the same under "Older".
//!
//! [`BY_HAND`] says it otherwise for a few operations that people use most; nothing needs it.

use presentation::operations::Operation;
use presentation::schema;
use serde_json::Value;

use crate::form::shape::{self, Control};

/// Fields of which one counts: what a server begins with.
pub(crate) const ONE_OF: &[&str] = &["os_id", "app_id", "image_id", "snapshot_id", "iso_id"];

/// Fields that are in common use, in the order that they stand in.
const COMMON: &[&str] = &[
    "label",
    "name",
    "description",
    "hostname",
    "tags",
    "size_gb",
    "disk_size",
    "instance_id",
    "instances",
    "sshkey_id",
    "firewall_group_id",
    "vpc",
    "vpc_id",
    "attach_vpc",
    "enable_ipv6",
    "backups",
    "ddos_protection",
    "block_type",
    "ttl",
    "priority",
    "source",
    "notes",
    "node_quantity",
    "node_pools",
    "forwarding_rules",
    "health_check",
    "trusted_ips",
    "acls",
    "live",
    "tier_id",
    "expire",
    "date_expire",
];

/// So many further fields stand with the others: a drawer for them is one click more for nothing.
const FEW: usize = 4;

/// Where a field stands among those in common use; the others come after them.
pub(crate) fn common(name: &str) -> usize {
    COMMON.iter().position(|own| *own == name).unwrap_or(COMMON.len())
}

/// What stands together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// Empty where nothing needs to be said.
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) fields: Vec<String>,
}

/// How a section is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its fields, two beside each other.
    Plain,
    /// Regions, as tiles by continent.
    Regions,
    /// Plans, as a table.
    Plans,
    /// One of its fields counts.
    OneOf,
    /// One field, which is a list of objects.
    Group,
}

/// A form's fields, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) sections: Vec<Section>,
    pub(crate) advanced: Vec<String>,
    pub(crate) older: Vec<String>,
}

impl Layout {
    /// All fields, in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        let sections = self.sections.iter().flat_map(|section| &section.fields);
        sections.chain(&self.advanced).chain(&self.older)
    }
}

type Line = (&'static str, Kind, &'static [&'static str]);

#[rustfmt::skip]
const BY_HAND: &[(&str, &[Line])] = &[
    ("create-instance", &[
        ("Region", Kind::Regions, &["region"]),
        ("Plan", Kind::Plans, &["plan"]),
        ("Install", Kind::OneOf, ONE_OF),
        ("Name", Kind::Plain, &["label", "hostname", "tags"]),
        ("Access and network", Kind::Plain, &["sshkey_id", "firewall_group_id", "attach_vpc", "enable_ipv6", "backups", "ddos_protection"]),
        ("Volumes", Kind::Group, &["block_devices"]),
    ]),
    ("create-bare-metal", &[
        ("Region", Kind::Regions, &["region"]),
        ("Plan", Kind::Plans, &["plan"]),
        ("Install", Kind::OneOf, ONE_OF),
        ("Name", Kind::Plain, &["label", "hostname", "tags"]),
        ("Access and network", Kind::Plain, &["sshkey_id", "attach_vpc", "enable_ipv6", "mdisk_mode"]),
    ]),
    ("create-load-balancer", &[
        ("Region", Kind::Regions, &["region"]),
        ("Name and size", Kind::Plain, &["label", "nodes", "balancing_algorithm", "vpc"]),
        ("Forwarding rules", Kind::Group, &["forwarding_rules"]),
        ("Instances", Kind::Plain, &["instances"]),
        ("Health check", Kind::Plain, &["health_check"]),
    ]),
    ("create-database", &[
        ("Engine", Kind::Plain, &["database_engine", "database_engine_version"]),
        ("Region", Kind::Regions, &["region"]),
        ("Plan", Kind::Plans, &["plan"]),
        ("Name and access", Kind::Plain, &["label", "tag", "vpc_id", "trusted_ips"]),
    ]),
    ("create-cluster", &[
        ("Region", Kind::Regions, &["region"]),
        ("Name and version", Kind::Plain, &["label", "version", "vpc_id", "ha_controlplanes", "enable_firewall"]),
        ("Node pools", Kind::Group, &["node_pools"]),
    ]),
    ("create-firewall-group-rule", &[
        ("", Kind::Plain, &["ip_type", "protocol", "port", "subnet", "subnet_size", "source", "notes"]),
    ]),
    ("create-record", &[("", Kind::Plain, &["type", "name", "data", "ttl", "priority"])]),
    ("add-fault", &[
        ("Name", Kind::Plain, &["name"]),
        ("For which requests", Kind::Plain, &["operation", "family", "thing", "client", "account", "younger_than", "having", "needs_key"]),
        ("What it does", Kind::Plain, &["status", "error", "latency", "drop", "body", "show", "sold_out", "hidden"]),
        ("To lifecycles", Kind::Plain, &["fails", "stuck"]),
        ("How often", Kind::Plain, &["times", "probability", "seed"]),
    ]),
    ("check-calls", &[("", Kind::Plain, &["call", "times", "status", "at_least", "at_most", "body", "since"])]),
    ("create-instance-template", &[
        ("Plan", Kind::Plans, &["plan"]),
        ("Name", Kind::Plain, &["label"]),
    ]),
];

/// The layout of an operation's form. The path's own fields stand in none.
pub(crate) fn of(operation: &Operation, schema: &Value) -> Layout {
    let path = operation.path_fields();
    let own: Vec<(&String, &Value)> =
        schema::fields(schema).filter(|(name, _)| !path.contains(name)).collect();
    let mut layout = Layout::default();
    if let Some((_, lines)) = BY_HAND.iter().find(|(id, _)| *id == operation.op.id) {
        layout.sections = lines.iter().filter_map(|line| by_hand(line, schema)).collect();
    } else {
        layout.sections = by_rule(operation, schema, &own);
    }
    let named: Vec<String> =
        layout.sections.iter().flat_map(|section| section.fields.clone()).collect();
    for (name, shape) in own.into_iter().filter(|(name, _)| !named.contains(name)) {
        let rest = if shape::is_older(shape) { &mut layout.older } else { &mut layout.advanced };
        rest.push(name.clone());
    }
    layout
}

/// A section as it stands in the table, with those of its fields that there are.
fn by_hand((title, kind, fields): &Line, schema: &Value) -> Option<Section> {
    let known = |name: &&&str| schema.pointer(&format!("/properties/{name}")).is_some();
    let fields: Vec<String> = fields.iter().filter(known).map(|name| (*name).to_owned()).collect();
    (!fields.is_empty()).then(|| Section { title: (*title).to_owned(), kind: *kind, fields })
}

fn by_rule(operation: &Operation, schema: &Value, own: &[(&String, &Value)]) -> Vec<Section> {
    let needed = schema::required(schema);
    let is_needed = |name: &str| needed.contains(&name);
    let is_common = |name: &str| COMMON.contains(&name);
    let makes = operation.op.method == api::Method::POST;
    let mut first: Vec<&(&String, &Value)> = own.iter().filter(|(n, _)| is_needed(n)).collect();
    let mut used: Vec<&(&String, &Value)> =
        own.iter().filter(|(n, _)| !is_needed(n) && is_common(n)).collect();
    used.sort_by_key(|(name, _)| common(name));
    let rest: Vec<&(&String, &Value)> = own
        .iter()
        .filter(|(n, shape)| !is_needed(n) && !is_common(n) && !shape::is_older(shape))
        .collect();
    first.append(&mut used);
    if rest.len() <= FEW || first.is_empty() {
        first.extend(rest);
    }
    let mut before = Vec::new();
    let mut plain = Vec::new();
    let mut groups = Vec::new();
    for (name, shape) in first {
        let kind = match Control::of(schema, name, shape) {
            _ if makes && *name == "region" && is_needed(name) => Kind::Regions,
            _ if makes && *name == "plan" && is_needed(name) => Kind::Plans,
            Control::Group => Kind::Group,
            _ => Kind::Plain,
        };
        let title = shape::label(name);
        match kind {
            Kind::Plain => plain.push((*name).clone()),
            Kind::Group => groups.push(Section { title, kind, fields: vec![(*name).clone()] }),
            kind => before.push(Section { title, kind, fields: vec![(*name).clone()] }),
        }
    }
    before.sort_by_key(|section| section.kind == Kind::Plans);
    let mut sections = before;
    if !plain.is_empty() {
        let is_alone = sections.is_empty() && groups.is_empty();
        let title = if is_alone { String::new() } else { "Details".to_owned() };
        sections.push(Section { title, kind: Kind::Plain, fields: plain });
    }
    sections.extend(groups);
    sections
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use presentation::operations;

    use super::*;

    #[test]
    fn each_field_of_each_operation_stands_in_its_form_once() {
        for operation in operations::with_own() {
            let schema = operation.request();
            let layout = of(&operation, &schema);
            let placed: Vec<&String> = layout.all().collect();
            let set: BTreeSet<&String> = placed.iter().copied().collect();
            assert_eq!(set.len(), placed.len(), "{}: one stands there twice", operation.op.id);
            let path = operation.path_fields();
            let own: BTreeSet<&String> = schema::fields(&schema)
                .map(|(name, _)| name)
                .filter(|n| !path.contains(n))
                .collect();
            assert_eq!(set, own, "{}", operation.op.id);
        }
    }

    #[test]
    fn what_must_be_there_is_in_no_drawer() {
        for operation in operations::with_own() {
            let schema = operation.request();
            let layout = of(&operation, &schema);
            for name in schema::required(&schema) {
                let name = name.to_owned();
                assert!(!layout.advanced.contains(&name), "{}: {name}", operation.op.id);
                assert!(!layout.older.contains(&name), "{}: {name}", operation.op.id);
            }
        }
    }

    #[test]
    fn what_is_said_by_hand_is_of_operations_and_fields_that_there_are() {
        for (id, lines) in BY_HAND {
            let operation = operations::find(id).unwrap();
            let schema = operation.request();
            for (_, kind, fields) in *lines {
                for name in *fields {
                    let is_known = schema.pointer(&format!("/properties/{name}")).is_some();
                    assert!(is_known || *kind == Kind::OneOf, "{id}: {name}");
                }
            }
        }
    }
}
