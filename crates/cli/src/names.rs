//! Names in place of ids: a thing's name, or the beginning of its id or name, as far as only one fits.
//!
//! One rule finds the list to look in. For an id in the path it is the list at the path before it;
//! for a field `block_id` it is what the group `block` lists. What reads as an id is never looked up.

use clap::ArgMatches;
use schemars::Schema;
use sdk::Client;
use serde_json::{Map, Value};

use crate::call;
use crate::command::flag;
use crate::error::Failure;
use crate::operations::{Operation, pattern};
use crate::schema::{self, Kind};

/// What people call things by, the best first.
pub(crate) const NAMES: &[&str] = &[
    "label",
    "name",
    "sales_name",
    "description",
    "hostname",
    "domain",
    "email",
    "main_ip",
    "subnet",
];

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
];

/// How many candidates an ambiguous name shows.
const SHOWN: usize = 10;

/// Replaces names by ids, in the path's fields and in those that point to other things.
pub(crate) async fn resolve(
    client: &Client,
    operation: &Operation,
    schema: &Schema,
    all: &[Operation],
    fields: &mut Map<String, Value>,
    args: &ArgMatches,
) -> Result<(), Failure> {
    let params = operation.path_fields();
    // In the path's order: the list that a later one is in may lie below an earlier one.
    let others = schema::fields(schema).map(|(name, _)| name).filter(|n| !params.contains(n));
    let names: Vec<String> = params.iter().chain(others).cloned().collect();
    for name in names {
        let Some(shape) = schema::at(schema, std::slice::from_ref(&name)) else { continue };
        let kind = schema::kind(schema, shape);
        let Some(given) = fields.get(&name) else { continue };
        // A path's text, such as a domain's name or a region's id, is what it is.
        let word = params.contains(&name) && kind == Kind::Text;
        if word || !args.contains_id(&name) || settled(&kind, &name, given) {
            continue;
        }
        let Some(list) = list_for(operation, &params, &name, all) else { continue };
        let candidates = candidates(client, list, fields).await?;
        let noun = list.group.name;
        let arg =
            if params.contains(&name) { name.to_uppercase() } else { format!("--{}", flag(&name)) };
        let one = |text: &Value| match text.as_str() {
            Some(text) if !is_id(&kind, text) => {
                pick(&candidates, text).map_err(|e| e.failure(&arg, noun, text))
            }
            _ => Ok(text.clone()),
        };
        let resolved = match given {
            Value::Array(items) => Value::Array(items.iter().map(one).collect::<Result<_, _>>()?),
            text => one(text)?,
        };
        fields.insert(name, resolved);
    }
    Ok(())
}

/// Whether nothing has to be looked up: not an id at all, or one already.
fn settled(kind: &Kind, name: &str, given: &Value) -> bool {
    let item = match kind {
        Kind::List(item) => item,
        kind => kind,
    };
    let pointer = *item == Kind::Uuid
        || name.ends_with("_id")
        || name.ends_with("_ids")
        || ELSEWHERE.iter().any(|(field, _)| *field == name);
    let texts = match given {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    let known = texts.iter().all(|t| t.as_str().is_none_or(|t| is_id(kind, t)));
    !pointer || !matches!(item, Kind::Uuid | Kind::Integer | Kind::Text) || known
}

fn is_id(kind: &Kind, text: &str) -> bool {
    match kind {
        Kind::List(item) => is_id(item, text),
        Kind::Integer => text.parse::<i64>().is_ok(),
        // An empty one clears.
        _ => text.is_empty() || uuid::Uuid::try_parse(text).is_ok(),
    }
}

/// The operation that lists what the field `name` may point to.
pub(crate) fn list_for<'a>(
    operation: &Operation,
    params: &[String],
    name: &str,
    all: &'a [Operation],
) -> Option<&'a Operation> {
    if params.iter().any(|p| p == name) {
        let param = operation.op.path_params().find(|p| p.replace('-', "_") == name)?;
        let (before, _) = operation.op.path.split_once(&format!("/{{{param}}}"))?;
        let before = pattern(before);
        return all.iter().find(|o| o.is_list() && o.pattern() == before);
    }
    let own = name.trim_end_matches("_ids").trim_end_matches("_id").replace('_', "-");
    let group = match ELSEWHERE.iter().find(|(field, _)| *field == name) {
        Some((_, group)) => group,
        // The API calls the ids of both kinds of VPC the same.
        None if own == "vpc" && operation.op.path.contains("/vpc2/") => "vpc2",
        None => &own,
    };
    let listed = |group: &str| {
        all.iter().find(|o| {
            o.group.name == group
                && o.command == "list"
                && o.is_list()
                && o.path_fields().is_empty()
        })
    };
    // A block's `snapshot_id` is a `block-snapshot` before it is a `snapshot`.
    listed(&format!("{}-{group}", operation.group.name)).or_else(|| listed(group))
}

/// Everything that the list holds, below the things that are already settled.
async fn candidates(
    client: &Client,
    list: &Operation,
    fields: &Map<String, Value>,
) -> Result<Vec<Value>, Failure> {
    let above = list.path_fields();
    let query = fields.iter().filter(|(k, _)| above.contains(k));
    let query = query.map(|(k, v)| (k.clone(), v.clone())).collect();
    call::list(client, list, query, None).await
}

/// Why a name is nobody's id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    None,
    Several(Vec<String>),
}

impl Unclear {
    fn failure(self, arg: &str, noun: &str, text: &str) -> Failure {
        match self {
            Self::None => Failure::NotFound(format!("{arg}: there is no {noun} `{text}`")),
            Self::Several(lines) => {
                let more = lines.len().saturating_sub(SHOWN);
                let mut shown = lines[..lines.len() - more].join("\n  ");
                if more > 0 {
                    shown = format!("{shown}\n  … and {more} more");
                }
                Failure::usage(format!("{arg}: `{text}` may be any of these:\n  {shown}"))
            }
        }
    }
}

/// The id of the one thing that `text` means: its id or name in full, else how one begins.
pub(crate) fn pick(candidates: &[Value], text: &str) -> Result<Value, Unclear> {
    let names = |item: &Value| -> Vec<String> {
        NAMES.iter().filter_map(|key| Some(item.get(key)?.as_str()?.to_lowercase())).collect()
    };
    let folded = text.to_lowercase();
    let exact = |item: &&Value| {
        id(item).to_lowercase() == folded
            || NAMES.iter().any(|key| item.get(key).and_then(Value::as_str) == Some(text))
    };
    let begins = |item: &&Value| {
        id(item).to_lowercase().starts_with(&folded)
            || names(item).iter().any(|name| name.starts_with(&folded))
    };
    let mut found: Vec<&Value> = candidates.iter().filter(exact).collect();
    if found.is_empty() {
        found = candidates.iter().filter(begins).collect();
    }
    match found[..] {
        [] => Err(Unclear::None),
        [one] => Ok(one.get("id").cloned().unwrap_or_default()),
        _ => Err(Unclear::Several(found.into_iter().map(line).collect())),
    }
}

fn id(item: &Value) -> String {
    match item.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

fn line(item: &Value) -> String {
    let name = NAMES.iter().find_map(|key| item.get(key)?.as_str().filter(|n| !n.is_empty()));
    format!("{}  {}", id(item), name.unwrap_or_default()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn things() -> Vec<Value> {
        vec![
            json!({"id": "aa11", "label": "web"}),
            json!({"id": "aa22", "label": "web-2", "description": "second"}),
            json!({"id": "bb33", "label": "db"}),
            json!({"id": "bb44", "label": "db"}),
            json!({"id": 2136, "name": "Debian 12 x64 (bookworm)"}),
        ]
    }

    #[test]
    fn every_id_can_be_given_by_name_but_for_those_that_nothing_lists() {
        let all = crate::operations::all();
        let mut without = std::collections::BTreeSet::new();
        for operation in &all {
            let (schema, params) = ((operation.schema)(), operation.path_fields());
            for (name, shape) in schema::fields(&schema) {
                let pointer = !settled(&schema::kind(&schema, shape), name, &"a name".into());
                if pointer && list_for(operation, &params, name, &all).is_none() {
                    without.insert(name.clone());
                }
            }
        }
        let expected =
            ["image_id", "job_id", "marketplace_app_id", "marketplace_image_id", "vfs_ids"];
        assert_eq!(without.into_iter().collect::<Vec<_>>(), expected);
    }

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

    #[test]
    fn an_exact_name_wins_over_beginnings() {
        assert_eq!(pick(&things(), "web").unwrap(), "aa11");
        assert_eq!(pick(&things(), "web-").unwrap(), "aa22");
        assert_eq!(pick(&things(), "SEC").unwrap(), "aa22");
        assert_eq!(pick(&things(), "AA2").unwrap(), "aa22");
        assert_eq!(pick(&things(), "debian 12").unwrap(), 2136);
    }

    #[test]
    fn what_fits_several_or_none_is_refused() {
        let several =
            |lines: &[&str]| Unclear::Several(lines.iter().map(|l| (*l).into()).collect());
        assert_eq!(pick(&things(), "aa").unwrap_err(), several(&["aa11  web", "aa22  web-2"]));
        assert_eq!(pick(&things(), "db").unwrap_err(), several(&["bb33  db", "bb44  db"]));
        assert_eq!(pick(&things(), "x").unwrap_err(), Unclear::None);
    }
}
