//! What operations are called on buttons, and what is said when they are done.

use presentation::Operation;
use serde_json::{Map, Value};

use crate::href;
use crate::link::family::{self, Node};
use crate::link::words;

/// What an operation is called.
pub(crate) struct Act {
    /// Where it stands alone: "Create instance", "Stop", "Attach VPC".
    pub(crate) title: String,
    /// Beside what it is done to: "Stop", "Destroy".
    pub(crate) short: String,
    /// What is said when it is done, before the name of the thing.
    pub(crate) done: String,
    pub(crate) icon: &'static str,
}

/// Command, what it is called, what is said when it is done, icon.
#[rustfmt::skip]
const VERBS: &[(&str, &str, &str, &str)] = &[
    ("start", "Start", "Started", "play"),
    ("halt", "Stop", "Stopped", "stop"),
    ("stop", "Stop", "Stopped", "stop"),
    ("reboot", "Restart", "Restarted", "again"),
    ("restart", "Restart", "Restarted", "again"),
    ("reinstall", "Reinstall", "Reinstalled", "again"),
    ("restore", "Restore", "Restored", "clock"),
    ("update", "Change", "Changed", "edit"),
    ("delete", "Delete", "Deleted", "trash"),
    ("remove", "Take out", "Took out", "trash"),
    ("detach", "Detach", "Detached", "x"),
    ("attach", "Attach", "Attached", "plus"),
    ("create", "Create", "Created", "plus"),
    ("add", "Add", "Added", "plus"),
    ("set", "Set", "Set", "edit"),
    ("reset", "Reset", "Reset", "again"),
    ("pause", "Pause", "Paused", "stop"),
    ("resume", "Resume", "Resumed", "play"),
    ("upgrade", "Upgrade", "Upgraded", "up"),
    ("convert", "Convert", "Converted", "again"),
    ("regenerate", "Renew", "Renewed", "again"),
    ("purge", "Purge", "Purged", "trash"),
    ("recycle", "Replace", "Replaced", "again"),
    ("fork", "Fork", "Forked", "copy"),
    ("promote", "Promote", "Promoted", "up"),
    ("execute", "Run", "Ran", "play"),
];

/// Groups whose things have a disk or addresses: they are destroyed, others deleted.
const DESTROYED: &[&str] = &[
    "instance",
    "bare-metal",
    "block",
    "database",
    "kubernetes",
    "load-balancer",
    "object-storage",
    "vfs",
    "node-pool",
    "storage-gateway",
    "registry",
];

/// What an operation is called.
pub(crate) fn of(operation: &Operation) -> Act {
    let (verb, object) = match operation.op.id.split_once('-') {
        Some((verb, object)) => (verb, object),
        None => (operation.op.id, ""),
    };
    let known = VERBS.iter().find(|(own, ..)| *own == verb);
    let is_of_thing = is_of_thing(operation, object);
    let is_delete = operation.op.method == api::Method::DELETE;
    let is_destroyed =
        is_delete && verb == "delete" && is_of_thing && DESTROYED.contains(&operation.group.name);
    let (short, done, icon) = match known {
        _ if is_destroyed => ("Destroy".to_owned(), "Destroyed".to_owned(), "trash"),
        Some((_, title, done, icon)) => ((*title).to_owned(), (*done).to_owned(), *icon),
        None => (words::sentence(verb), format!("Done: {},", words::phrase(verb)), "play"),
    };
    let title = match is_of_thing && verb != "create" {
        true => short.clone(),
        false => format!("{short} {}", noun(operation, object)).trim_end().to_owned(),
    };
    Act { title, short, done, icon: if is_delete { "trash" } else { icon } }
}

/// Whether an operation is about the thing whose page it stands on, and nothing within it.
fn is_of_thing(operation: &Operation, object: &str) -> bool {
    let mut steps = operation.op.path.rsplit('/');
    let (last, above) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let is_verb = operation.op.id.starts_with(&format!("{last}-")) && above.starts_with('{');
    (is_verb || last.starts_with('{')) && !operation.path_fields().is_empty() && !object.is_empty()
}

/// What an operation makes or changes, within a sentence.
fn noun(operation: &Operation, object: &str) -> String {
    // What is made in a list has its name there.
    let list = family::node(operation).filter(|node| node.is_at_its_parent());
    if let Some(list) = list.and_then(Node::parent).filter(|parent| parent.is_list)
        && operation.op.method == api::Method::POST
    {
        return crate::list::noun(list);
    }
    let group = operation.group.name;
    let own = object.strip_prefix(&format!("{group}-")).unwrap_or(object);
    words::phrase(own)
}

/// Where an operation is carried out: at its form.
pub(crate) fn address(node: &Node, path: &Map<String, Value>) -> String {
    let operation = &node.operation;
    match node.is_page().then(|| href::page(operation, path)).flatten() {
        Some(page) => page,
        None => href::form(operation, path),
    }
}

#[cfg(test)]
mod tests {
    use presentation::operations;

    use super::*;

    #[test]
    fn operations_are_called_by_verb_and_thing() {
        let all = operations::all();
        let title = |id: &str| of(all.iter().find(|o| o.op.id == id).unwrap()).title;
        for (id, expected) in [
            ("create-instance", "Create instance"),
            ("halt-instance", "Stop"),
            ("delete-instance", "Destroy"),
            ("delete-record", "Delete"),
            ("update-domain", "Change"),
            ("update-domain-soa", "Change SOA"),
            ("create-record", "Create record"),
            ("attach-instance-vpc", "Attach VPC"),
            ("create-snapshot-from-url", "Create from URL"),
            ("attach-block", "Attach"),
            ("add-instance-ipv4", "Add IPv4 address"),
            ("create-firewall-group", "Create firewall group"),
            ("create-object-storage-bucket", "Create bucket"),
            ("delete-load-balancer-ssl", "Delete SSL"),
        ] {
            assert_eq!(title(id), expected, "{id}");
        }
    }
}
