//! Which things a request's fields refer to: the list that an id is found in, what shows one thing,
//! and by which names people know it.
//!
//! One rule finds the list. For an id in the path it is the list at the path before it; for a field
//! `block_id` it is what the group `block` lists.

use api::Shape;
use serde_json::Value;

use crate::operations::{Operation, pattern};
use crate::schema::{self, Kind};

/// What people call things by, the best first.
pub const NAMES: &[&str] = &[
    "label",
    "name",
    "subaccount_name",
    "sales_name",
    "description",
    "hostname",
    "domain",
    "email",
    "main_ip",
    "subnet",
];

/// What a thing's owner calls it: the first of these that things of its kind have. A host name is
/// none: many have the same without anybody's doing.
const LABELS: &[&str] = &["label", "name", "subaccount_name", "description"];

/// Fields that are not named after the group that they point into.
const ELSEWHERE: &[(&str, &str)] = &[
    ("app_id", "application"),
    ("attach_private_network", "network"),
    ("attach_vpc", "vpc"),
    ("attach_vpc2", "vpc2"),
    ("attached_to_instance", "instance"),
    ("attached_vpc", "vpc"),
    ("baremetal_ids", "bare-metal"),
    ("detach_private_network", "network"),
    ("detach_vpc", "vpc"),
    ("detach_vpc2", "vpc2"),
    ("firewall_group_id", "firewall"),
    ("instances", "instance"),
    ("linked_vm", "instance"),
    ("node_ids", "instance"),
    ("private_network", "network"),
    ("reserved_ipv4", "reserved-ip"),
    ("script_id", "startup-script"),
    ("sshkey_id", "ssh-key"),
    ("target_id", "instance"),
    ("vfs_ids", "vfs"),
    ("vfs_uuid", "vfs"),
    ("vps_id", "instance"),
];

/// Fields that hold the id of what they are named after, without saying that it is one. Of others so
/// named, such as a database's `user`, the name says nothing.
const BARE: &[&str] = &["plan", "region", "vpc"];

/// What names of fields that hold ids end with.
const ENDS: &[&str] = &["_ids", "_id", "_uuid"];

/// The fields of `operation` that point to other things, with what is listed there.
pub fn pointers<'a>(
    operation: &Operation,
    schema: &Value,
    all: &'a [Operation],
) -> Vec<(String, &'a Operation)> {
    let params = operation.path_fields();
    let others = schema::fields(schema).filter(|(name, _)| !params.contains(name));
    let pointing = others.filter(|(name, shape)| points(&schema::kind(schema, shape), name));
    pointing
        .filter_map(|(name, _)| Some((name.clone(), list_for(operation, &params, name, all)?)))
        .collect()
}

/// Whether a field holds ids of other things.
pub fn points(kind: &Kind, name: &str) -> bool {
    let item = match kind {
        Kind::List(item) => item,
        kind => kind,
    };
    let is_id = name.ends_with("_id") || name.ends_with("_ids");
    match item {
        Kind::Uuid => true,
        Kind::Text => is_id || ELSEWHERE.iter().any(|(field, _)| *field == name),
        // How many nodes there are says a number, too.
        Kind::Integer => is_id,
        _ => false,
    }
}

/// The operation that lists what the field `name` may point to.
pub fn list_for<'a>(
    operation: &Operation,
    params: &[String],
    name: &str,
    all: &'a [Operation],
) -> Option<&'a Operation> {
    let elsewhere = ELSEWHERE.iter().find(|(field, _)| *field == name);
    if elsewhere.is_none() && params.iter().any(|p| p == name) {
        let param = operation.op.path_params().find(|p| p.replace('-', "_") == name)?;
        let (before, _) = operation.op.path.split_once(&format!("/{{{param}}}"))?;
        let before = pattern(before);
        // What has its list elsewhere is found by its group: `/v2/registry/{registry-id}`.
        let group = param.strip_suffix("-id");
        let own = |o: &&Operation| {
            Some(o.group.name) == group && o.command == "list" && o.path_fields().is_empty()
        };
        let found = all.iter().find(|o| o.pattern() == before && o.is_list());
        return found.or_else(|| all.iter().find(own));
    }
    let bare = ENDS.iter().find_map(|end| name.strip_suffix(end));
    let bare = bare.or_else(|| BARE.contains(&name).then_some(name)).map(|n| n.replace('_', "-"));
    let is_vpc2 = operation.op.path.contains("/vpc2/");
    let group = match (elsewhere, &bare) {
        (Some((_, group)), _) => group,
        // Those that are in a VPC 2.0; elsewhere `nodes` tells how many there are.
        (None, None) if name == "nodes" && is_vpc2 => "instance",
        (None, None) => return None,
        // The API calls the ids of both kinds of VPC the same.
        (None, Some(own)) if own == "vpc" && is_vpc2 => "vpc2",
        (None, Some(own)) => own,
    };
    let listed = |group: &str| {
        all.iter().find(|o| {
            o.group.name == group
                && o.command == "list"
                && o.path_fields().is_empty()
                && o.is_list()
        })
    };
    // A block's `snapshot_id` is a `block-snapshot` before it is a `snapshot`, and the plan of a
    // `database-replica` is one of a database.
    let own = operation.group.name;
    let ends = own.match_indices('-').map(|(end, _)| end).chain([own.len()]).rev();
    let mut kinds = ends.map(|end| format!("{}-{group}", own.get(..end).unwrap_or(own)));
    kinds.find_map(|kind| listed(&kind)).or_else(|| listed(group))
}

/// What shows the thing that `operation`'s path names, up to its last parameter.
pub fn subject<'a>(operation: &Operation, all: &'a [Operation]) -> Option<&'a Operation> {
    let last = operation.op.path_params().last()?;
    let own = operation.op.path.split_inclusive(&format!("{{{last}}}")).next().map(pattern);
    all.iter().find(|o| o.reads() && Some(o.pattern()) == own && !o.is_list())
}

/// What answers with the thing that `operation` is about: itself, unless it answers with nothing.
pub fn answering<'a>(operation: &'a Operation, all: &'a [Operation]) -> &'a Operation {
    match operation.op.shape {
        Shape::Empty => subject(operation, all).unwrap_or(operation),
        _ => operation,
    }
}

/// What its owner calls a thing.
pub fn label(item: &Value) -> Option<&str> {
    let label = LABELS.iter().find_map(|key| item.get(key))?.as_str();
    label.filter(|label| !label.is_empty())
}

/// A thing's id as text.
pub fn id(item: &Value) -> String {
    match item.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_points_into_the_list_that_its_command_means() {
        let all = crate::operations::all();
        let group = |group: &str, command: &str, field: &str| {
            let own = all.iter().find(|o| o.group.name == group && o.command == command).unwrap();
            list_for(own, &own.path_fields(), field, &all).unwrap().group.name
        };
        assert_eq!(group("block", "create", "snapshot_id"), "block-snapshot");
        assert_eq!(group("instance", "create", "snapshot_id"), "snapshot");
        assert_eq!(group("instance", "attach-vpc2", "vpc_id"), "vpc2");
        assert_eq!(group("instance", "attach-vpc", "vpc_id"), "vpc");
        assert_eq!(group("record", "get", "record_id"), "record");
        assert_eq!(group("object-storage", "create", "tier_id"), "object-storage-tier");
        assert_eq!(group("bucket", "create", "object_storage_id"), "object-storage");
        assert_eq!(group("database-replica", "create", "plan"), "database-plan");
        let attach = all.iter().find(|o| o.op.id == "attach-vpc2-nodes").unwrap();
        assert_eq!(list_for(attach, &[], "nodes", &all).unwrap().group.name, "instance");
    }

    #[test]
    fn of_all_operations_no_field_points_anywhere_but_those_that_hold_ids() {
        let all = crate::operations::all();
        let mut bare = std::collections::BTreeSet::new();
        for operation in &all {
            for schema in [operation.request(), operation.response()] {
                let item = schema.get("items").unwrap_or(&schema);
                let params = operation.path_fields();
                for (name, shape) in schema::fields(schema::target(&schema, item)) {
                    let kind = schema::kind(&schema, shape);
                    let list = list_for(operation, &params, name, &all);
                    let Some(list) = list.filter(|_| !params.contains(name)) else { continue };
                    let is_told = points(&kind, name) || BARE.contains(&name.as_str());
                    assert!(is_told, "{} {name} {kind:?}: {}", operation.op.id, list.op.id);
                    if !ENDS.iter().any(|end| name.ends_with(end)) {
                        bare.insert(format!("{name} {}", list.group.name));
                    }
                }
            }
        }
        let expected = [
            "attach_private_network network",
            "attach_vpc vpc",
            "attach_vpc2 vpc2",
            "attached_to_instance instance",
            "detach_private_network network",
            "detach_vpc vpc",
            "detach_vpc2 vpc2",
            "instances instance",
            "nodes instance",
            "plan database-plan",
            "plan plan",
            "private_network network",
            "region region",
            "region registry-region",
            "reserved_ipv4 reserved-ip",
            "vpc vpc",
        ];
        assert_eq!(bare.into_iter().collect::<Vec<_>>(), expected);
    }
}
