//! Names in place of ids. A command that only looks takes any name of a thing, or the beginning of
//! its id or of a name, as far as only one fits. A command that changes something takes what cannot
//! mean another thing by accident: the beginning of an id, of eight characters at least, or the
//! whole label, as it is written.
//!
//! [`presentation::pointers`] finds the list to look in. What reads as an id is never looked up.

use std::collections::BTreeMap;

use clap::ArgMatches;
use presentation::operations::Operation;
use presentation::pointers::{NAMES, id, label, list_for, points, subject};
use presentation::schema::{self, Kind};
use presentation::text::clean;
use sdk::{Client, Error};
use serde_json::{Map, Value};

use crate::call;
use crate::command::flag;
use crate::error::Failure;

/// With so many characters of an id, nobody means another thing.
const PREFIX: usize = 8;

/// How many candidates an ambiguous name shows.
const SHOWN: usize = 10;

/// The names of things that were looked at, by their ids.
pub(crate) type Known = BTreeMap<String, String>;

/// Which texts stand for a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any name, and beginnings.
    Loose,
    /// What cannot mean another thing by accident.
    Strict,
}

impl Rule {
    /// The rule for what `operation` finds in `list`. What a command is to make may be described
    /// loosely with what everybody's catalogue has.
    fn of(operation: &Operation, list: &Operation) -> Self {
        let making = operation.command == "create" && list.lists_catalogue();
        if operation.reads() || making { Self::Loose } else { Self::Strict }
    }
}

/// Replaces names by ids, in the path's fields and in those that point to other things; and tells
/// the names.
pub(crate) async fn resolve(
    client: &Client,
    operation: &Operation,
    schema: &Value,
    all: &[Operation],
    fields: &mut Map<String, Value>,
    args: &ArgMatches,
) -> Result<Known, Failure> {
    let mut known = Known::new();
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
        let (noun, rule) = (list.group.name, Rule::of(operation, list));
        let arg =
            if params.contains(&name) { name.to_uppercase() } else { format!("--{}", flag(&name)) };
        let mut one = |text: &Value| match text.as_str() {
            Some(text) if !is_id(&kind, text) => {
                let found = pick(&candidates, text, rule);
                let found = found.map_err(|unclear| unclear.failure(&arg, noun, text))?;
                known.insert(id(found), label(found).unwrap_or_default().to_owned());
                Ok(found.get("id").cloned().unwrap_or_default())
            }
            _ => Ok(text.clone()),
        };
        let resolved = match given {
            Value::Array(items) => {
                Value::Array(items.iter().map(&mut one).collect::<Result<_, Failure>>()?)
            }
            text => one(text)?,
        };
        fields.insert(name, resolved);
    }
    Ok(known)
}

/// Whether nothing has to be looked up: not an id at all, or one already.
fn settled(kind: &Kind, name: &str, given: &Value) -> bool {
    let texts = match given {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    !points(kind, name) || texts.iter().all(|t| t.as_str().is_none_or(|t| is_id(kind, t)))
}

fn is_id(kind: &Kind, text: &str) -> bool {
    match kind {
        Kind::List(item) => is_id(item, text),
        Kind::Integer => text.parse::<i64>().is_ok(),
        // An empty one clears.
        _ => text.is_empty() || uuid::Uuid::try_parse(text).is_ok(),
    }
}

/// Everything that the list holds, below the things that are already settled.
pub(crate) async fn candidates(
    client: &Client,
    list: &Operation,
    fields: &Map<String, Value>,
) -> Result<Vec<Value>, Failure> {
    let above = list.path_fields();
    let query = fields.iter().filter(|(k, _)| above.contains(k));
    let query = query.map(|(k, v)| (k.clone(), v.clone())).collect();
    call::list(client, list, query, None).await
}

/// Looks at the thing that the path names. None where nothing shows it, or the API does not: what
/// is told of it has to do without.
///
/// # Errors
/// Where the operation itself would end the same: nobody answers, or the key is none.
pub(crate) async fn look(
    client: &Client,
    operation: &Operation,
    all: &[Operation],
    fields: &Map<String, Value>,
) -> Result<Option<Value>, Error> {
    let Some(get) = subject(operation, all) else { return Ok(None) };
    // The parameters of the two may have different names.
    let values = operation.path_fields().into_iter().map(|p| fields.get(&p).cloned());
    let values = values.map(Option::unwrap_or_default);
    let Ok(request) = call::encode(get, get.path_fields().into_iter().zip(values).collect()) else {
        return Ok(None);
    };
    match client.call(&get.op, &request).await {
        Ok(answer) => Ok(call::unwrap(&get.op, client, &request.uri, answer).ok()),
        Err(Error::Unreadable { .. }) => Ok(None),
        Err(Error::Refused(refusal)) if refusal.status != 401 => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why a name is nobody's id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    None,
    /// What a command that only looks would have taken it for.
    NotQuite(Vec<String>),
    Several(Vec<String>),
}

impl Unclear {
    fn failure(self, arg: &str, noun: &str, text: &str) -> Failure {
        match self {
            Self::None => Failure::NotFound(format!("{arg}: there is no {noun} `{text}`")),
            Self::NotQuite(lines) => Failure::NotFound(format!(
                "{arg}: there is no {noun} `{text}`. What changes something takes an id, \
                 {PREFIX} characters or more of its beginning, or the whole label; close is\n  {}",
                shown(&lines)
            )),
            Self::Several(lines) => {
                let shown = shown(&lines);
                Failure::usage(format!("{arg}: `{text}` may be any of these:\n  {shown}"))
            }
        }
    }
}

fn shown(lines: &[String]) -> String {
    let more = lines.len().saturating_sub(SHOWN);
    let shown = lines[..lines.len() - more].join("\n  ");
    if more > 0 { format!("{shown}\n  … and {more} more") } else { shown }
}

/// The one thing that `text` means by this rule.
pub(crate) fn pick<'a>(
    candidates: &'a [Value],
    text: &str,
    rule: Rule,
) -> Result<&'a Value, Unclear> {
    let found = match rule {
        Rule::Loose => loosely(candidates, text),
        Rule::Strict => {
            let meant = |item: &&Value| {
                let id = id(item);
                id == text
                    || label(item) == Some(text)
                    || (text.chars().count() >= PREFIX && id.starts_with(text))
            };
            candidates.iter().filter(meant).collect()
        }
    };
    let lines = |found: Vec<&Value>| found.into_iter().map(line).collect::<Vec<_>>();
    match found[..] {
        [one] => Ok(one),
        [] => match lines(loosely(candidates, text)) {
            close if close.is_empty() => Err(Unclear::None),
            close => Err(Unclear::NotQuite(close)),
        },
        _ => Err(Unclear::Several(lines(found))),
    }
}

/// What `text` may mean: ids and names in full, else what begins so, in capitals or not.
fn loosely<'a>(candidates: &'a [Value], text: &str) -> Vec<&'a Value> {
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
    let found: Vec<&Value> = candidates.iter().filter(exact).collect();
    if found.is_empty() { candidates.iter().filter(begins).collect() } else { found }
}

fn line(item: &Value) -> String {
    let name = NAMES.iter().find_map(|key| item.get(key)?.as_str().filter(|n| !n.is_empty()));
    clean(&format!("{}  {}", id(item), name.unwrap_or_default())).trim_end().to_owned()
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
        let all = presentation::operations::all();
        let mut without = std::collections::BTreeSet::new();
        for operation in &all {
            let (schema, params) = (operation.request(), operation.path_fields());
            for (name, shape) in schema::fields(&schema) {
                let pointer = !settled(&schema::kind(&schema, shape), name, &"a name".into());
                if pointer && list_for(operation, &params, name, &all).is_none() {
                    without.insert(name.clone());
                }
            }
        }
        // An export's number stands in its gateway, a task's in its connector, and in the log is what was
        // deleted, too; clients of Kafka name themselves.
        let expected = [
            "client_id",
            "export_id",
            "image_id",
            "job_id",
            "marketplace_app_id",
            "marketplace_image_id",
            "resource_id",
            "task_id",
        ];
        assert_eq!(without.into_iter().collect::<Vec<_>>(), expected);
    }

    fn picked(candidates: &[Value], text: &str, rule: Rule) -> Result<String, Unclear> {
        pick(candidates, text, rule).map(id)
    }

    #[test]
    fn an_exact_name_wins_over_beginnings() {
        let pick = |text| picked(&things(), text, Rule::Loose).unwrap();
        assert_eq!(pick("web"), "aa11");
        assert_eq!(pick("web-"), "aa22");
        assert_eq!(pick("SEC"), "aa22");
        assert_eq!(pick("AA2"), "aa22");
        assert_eq!(pick("debian 12"), "2136");
    }

    #[test]
    fn what_fits_several_or_none_is_refused() {
        let several =
            |lines: &[&str]| Unclear::Several(lines.iter().map(|l| (*l).into()).collect());
        let pick = |text| picked(&things(), text, Rule::Loose).unwrap_err();
        assert_eq!(pick("aa"), several(&["aa11  web", "aa22  web-2"]));
        assert_eq!(pick("db"), several(&["bb33  db", "bb44  db"]));
        assert_eq!(pick("x"), Unclear::None);
    }

    #[test]
    fn what_changes_something_takes_only_what_cannot_mean_another_thing() {
        let long = |first: &str| format!("{first}-0000-4dfb-b839-443f2e6c0b61");
        let things = vec![
            json!({"id": long("cb676a46"), "label": "prod-10", "hostname": "prod-1", "main_ip": "0.0.0.0"}),
            json!({"id": long("cb676a47"), "label": "", "description": "other", "hostname": "vultr.guest"}),
            json!({"id": long("d1111111"), "label": "twin"}),
            json!({"id": long("d2222222"), "label": "twin"}),
            json!({"id": long("e1111111"), "label": "d1111111"}),
            json!({"id": long("f1111111"), "description": "a network"}),
        ];
        let pick = |text: &str| picked(&things, text, Rule::Strict);
        for (text, first) in [
            ("cb676a46", "cb676a46"),
            ("cb676a47-0", "cb676a47"),
            ("prod-10", "cb676a46"),
            ("a network", "f1111111"),
            (&long("d2222222"), "d2222222"),
        ] {
            assert_eq!(pick(text), Ok(long(first)), "{text}");
        }
        // The beginning of a label, a host name, an address, other capitals, too little of an id,
        // and a description of what has a label.
        let close =
            ["prod-1", "prod", "p", "vultr", "vultr.guest", "0.0.0.0", "PROD-10", "A network"];
        for text in close.into_iter().chain(["cb676a4", "d2", "CB676A46", "other"]) {
            assert!(matches!(pick(text), Err(Unclear::NotQuite(_))), "{text}");
        }
        // Two of that label; and what is one's label and the beginning of another's id.
        for text in ["twin", "d1111111"] {
            assert!(matches!(pick(text), Err(Unclear::Several(l)) if l.len() == 2), "{text}");
        }
        assert_eq!(pick("nothing"), Err(Unclear::None));
    }

    #[test]
    fn candidates_are_shown_without_what_a_terminal_obeys() {
        let item = json!({"id": "aa\u{9b}2J", "label": "a\u{1b}]0;x\u{7}\nb"});
        assert_eq!(line(&item), "aa 2J  a ]0;x  b");
    }
}
