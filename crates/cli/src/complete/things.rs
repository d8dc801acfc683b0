//! The things that a field may name, asked of the server that the command would talk to.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ArgMatches;
use clap_complete::engine::CompletionCandidate;
use presentation::operations::{self, Operation};
use presentation::pointers::{self, NAMES};
use presentation::schema::{self, Kind};
use presentation::text::clean;
use sdk::Client;
use sdk::config;
use serde_json::{Map, Value};

use super::read;
use crate::names;

/// How long a shell waits for values at most, and how long for a connection.
const PATIENCE: Duration = Duration::from_millis(1500);
const CONNECT: Duration = Duration::from_millis(700);

/// What tells a thing from others, besides its name, with what stands behind it.
const TOLD: &[(&str, &str)] = &[
    ("city", ""),
    ("country", ""),
    ("monthly_cost", " USD a month"),
    ("region", ""),
    ("status", ""),
    ("main_ip", ""),
    ("type", ""),
    ("data", ""),
];
/// How many of those.
const MOST: usize = 3;

/// What stands for a thing without an id.
const INSTEAD: &[&str] = &["domain", "ip", "name", "username", "class"];

/// The values of a field of an operation that begin with `current`; none where nothing lists them.
pub(super) fn offered(
    operation: &str,
    field: &str,
    current: &str,
) -> Option<Vec<CompletionCandidate>> {
    let all = operations::with_own();
    let operation = all.iter().find(|o| o.op.id == operation)?;
    let list = listed(operation, field, &all)?;
    let matches = read(crate::command())?;
    let target = crate::target(&matches, &config::process_env).ok()?;
    let client =
        Client::builder_for(&target).attempts(1).connect_timeout(CONNECT).timeout(PATIENCE);
    let client = client.build().ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let found = async {
        let found = things(&client, operation, field, list, &all, &matches);
        tokio::time::timeout(PATIENCE, found).await.ok()?
    };
    let found = runtime.block_on(found);
    // Not even a name that is being looked up is waited for.
    runtime.shutdown_background();
    let text = schema_kind(operation, field) == Some(Kind::Text);
    let exact = text || list.lists_catalogue();
    let own = field.replace('-', "_");
    Some(values(&found?, current, exact, &own))
}

/// The operation that lists what the field holds. What a command is to make is not there yet.
fn listed<'a>(operation: &Operation, field: &str, all: &'a [Operation]) -> Option<&'a Operation> {
    let params = operation.path_fields();
    let list = pointers::list_for(operation, &params, field, all)?;
    let made = operation.command == "create"
        && list.group.name == operation.group.name
        && !params.iter().any(|p| p == field);
    (!made).then_some(list)
}

fn schema_kind(operation: &Operation, field: &str) -> Option<Kind> {
    let schema = operation.request();
    let shape = schema::fields(&schema).find(|(name, _)| *name == field)?.1;
    Some(schema::kind(&schema, shape))
}

/// All things of the list, below those that the line names already.
async fn things(
    client: &Client,
    operation: &Operation,
    field: &str,
    list: &Operation,
    all: &[Operation],
    matches: &ArgMatches,
) -> Option<Vec<Value>> {
    let mut args = matches;
    while let Some((_, inner)) = args.subcommand() {
        args = inner;
    }
    let above = list.path_fields();
    let params = operation.path_fields();
    let mut fields = Map::new();
    for param in params.iter().take_while(|param| *param != field) {
        let given = args.try_get_one::<String>(param).ok().flatten()?;
        fields.insert(param.clone(), given.as_str().into());
    }
    if above.iter().any(|param| !fields.contains_key(param)) {
        return None;
    }
    fields.retain(|param, _| above.contains(param));
    if !fields.is_empty() {
        let schema = operation.request();
        names::resolve(client, operation, &schema, all, &mut fields, args).await.ok()?;
    }
    names::candidates(client, list, &fields).await.ok()
}

/// What to type for the things, as far as it begins with `current`: the names that their owner gave
/// them where those are good enough, else ids. Where `exact`, ids, and names to who begins one.
fn values(things: &[Value], current: &str, exact: bool, own: &str) -> Vec<CompletionCandidate> {
    let ids: Vec<String> = things.iter().map(|thing| id(thing, own)).collect();
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for label in things.iter().filter_map(pointers::label) {
        *labels.entry(label).or_default() += 1;
    }
    let folded = current.to_lowercase();
    let mut found = Vec::new();
    for (thing, id) in things.iter().zip(&ids).filter(|(_, id)| !id.is_empty()) {
        let label = pointers::label(thing).filter(|label| {
            // One that several have, or that reads as an id, means nobody or another.
            labels.get(label) == Some(&1) && !ids.iter().any(|id| id.starts_with(*label))
        });
        let begins = |label: &&str| label.to_lowercase().starts_with(&folded);
        let named = label.filter(begins).filter(|_| !exact || !current.is_empty());
        let by_id = id.starts_with(current) && (exact || label.is_none() || !current.is_empty());
        if let Some(label) = named {
            found.push(candidate(label, thing, id));
        }
        if by_id && named != Some(id.as_str()) {
            found.push(candidate(id, thing, id));
        }
    }
    found
}

fn id(thing: &Value, own: &str) -> String {
    match pointers::id(thing) {
        id if id.is_empty() => {
            let keys = [own].into_iter().chain(INSTEAD.iter().copied());
            let text = keys.filter_map(|key| thing.get(key)?.as_str()).next();
            // A list of nothing but words.
            text.or(thing.as_str()).unwrap_or_default().to_owned()
        }
        id => id,
    }
}

fn candidate(value: &str, thing: &Value, id: &str) -> CompletionCandidate {
    let mut told = Vec::new();
    if value != id {
        told.push(id.to_owned());
    }
    let name = NAMES.iter().find_map(|key| thing.get(key)?.as_str().filter(|n| !n.is_empty()));
    told.extend(name.filter(|name| *name != value && *name != id).map(str::to_owned));
    let more = TOLD.iter().filter_map(|(key, unit)| {
        let text = match thing.get(key)? {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(format!("{text}{unit}"))
    });
    let most = told.len() + MOST;
    for text in more {
        if told.len() < most && !told.contains(&text) {
            told.push(text);
        }
    }
    let help = clean(&told.join(", "));
    CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn typed(things: &[Value], current: &str, exact: bool) -> Vec<String> {
        let found = values(things, current, exact, "x_id");
        found.iter().map(|c| c.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn own_things_are_offered_by_names_that_mean_one_thing_and_else_by_ids() {
        let things = [
            json!({"id": "aa11", "label": "web", "region": "ewr", "status": "active"}),
            json!({"id": "aa22", "label": "twin"}),
            json!({"id": "bb33", "label": "twin"}),
            json!({"id": "bb44", "label": ""}),
            json!({"id": "cc55", "label": "bb4"}),
        ];
        assert_eq!(typed(&things, "", false), ["web", "aa22", "bb33", "bb44", "cc55"]);
        assert_eq!(typed(&things, "aa", false), ["aa11", "aa22"]);
        assert_eq!(typed(&things, "W", false), ["web"]);
        assert!(typed(&things, "x", false).is_empty());
        let help = values(&things, "web", false, "x")[0].get_help().unwrap().to_string();
        assert_eq!(help, "aa11, ewr, active");
    }

    #[test]
    fn a_catalogue_is_offered_by_ids_and_by_names_to_who_begins_one() {
        let systems = [
            json!({"id": 2136, "name": "Debian 12 x64 (bookworm)"}),
            json!({"id": 2284, "name": "Ubuntu 24.04"}),
        ];
        assert_eq!(typed(&systems, "", true), ["2136", "2284"]);
        assert_eq!(typed(&systems, "deb", true), ["Debian 12 x64 (bookworm)"]);
        assert_eq!(typed(&systems, "22", true), ["2284"]);
        let help = values(&systems, "2136", true, "x")[0].get_help().unwrap().to_string();
        assert_eq!(help, "Debian 12 x64 (bookworm)");
    }

    #[test]
    fn what_a_path_names_can_be_typed_whatever_lists_it() {
        let all = operations::with_own();
        let mut without = std::collections::BTreeSet::new();
        for operation in &all {
            for param in operation.path_fields() {
                let Some(list) = listed(operation, &param, &all) else { continue };
                let response = list.response();
                let at = |way: &[&str]| {
                    let way: Vec<String> = way.iter().map(|&step| step.to_owned()).collect();
                    schema::at(&response, &way).cloned()
                };
                let item = at(&["items", "0"]).or_else(|| at(&["0"])).unwrap_or_default();
                let has = |key: &str| item.get("properties").is_some_and(|p| p.get(key).is_some());
                let word = item.get("type").is_some_and(|t| t == "string");
                if !word && !has("id") && !has(&param) && !INSTEAD.iter().any(|key| has(key)) {
                    without.insert(format!("{} {param}", operation.group.name));
                }
            }
        }
        assert_eq!(without, Default::default());
    }
}
