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
    ("baremetal_ids", "bare-metal"),
    ("detach_private_network", "network"),
    ("detach_vpc", "vpc"),
    ("detach_vpc2", "vpc2"),
    ("firewall_group_id", "firewall"),
    ("instances", "instance"),
    ("nodes", "instance"),
    ("private_network", "network"),
    ("reserved_ipv4", "reserved-ip"),
    ("script_id", "startup-script"),
    ("sshkey_id", "ssh-key"),
    ("vfs_ids", "vfs"),
    ("vfs_uuid", "vfs"),
    ("vps_id", "instance"),
];

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
    let pointer = *item == Kind::Uuid
        || name.ends_with("_id")
        || name.ends_with("_ids")
        || ELSEWHERE.iter().any(|(field, _)| *field == name);
    pointer && matches!(item, Kind::Uuid | Kind::Integer | Kind::Text)
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
    let own = name.trim_end_matches("_ids").trim_end_matches("_id").replace('_', "-");
    let group = match elsewhere {
        Some((_, group)) => group,
        // The API calls the ids of both kinds of VPC the same.
        None if own == "vpc" && operation.op.path.contains("/vpc2/") => "vpc2",
        None => &own,
    };
    let listed = |group: &str| {
        all.iter().find(|o| {
            o.group.name == group
                && o.command == "list"
                && o.path_fields().is_empty()
                && o.is_list()
        })
    };
    // A block's `snapshot_id` is a `block-snapshot` before it is a `snapshot`.
    listed(&format!("{}-{group}", operation.group.name)).or_else(|| listed(group))
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
    }
}
