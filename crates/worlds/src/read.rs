//! Reads an account: every list of the sources, and of each thing what its list does not tell.

use api::{Operation, Shape};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sources::{SOURCES, Source};
use crate::{Error, Progress, Result};
use sdk::Client;

/// How many things a page has.
const PER_PAGE: u32 = 500;
/// How many pages of a list are read at most.
const PAGES: usize = 2_000;

/// What an account was found to have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Its things, in the order of the sources, and within a kind in that of their list.
    pub things: Vec<Thing>,
    /// What could not be read, each with the reason.
    #[serde(default)]
    pub unread: Vec<String>,
}

/// One thing as it was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thing {
    /// Its kind: a group of the command line.
    pub kind: String,
    /// Its id, or the name that stands in its place.
    pub id: String,
    /// What it lies within, where that is another thing: its id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The thing as its list has it.
    pub item: Value,
    /// What else was told of it.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// What one operation told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The operation's id.
    pub operation: String,
    /// What stands in its path.
    pub path: Map<String, Value>,
    /// What its envelope held.
    pub value: Value,
}

impl Thing {
    /// What an operation told of it; null where it was not asked.
    pub fn told(&self, operation: &str) -> &Value {
        let found = self.answers.iter().find(|answer| answer.operation == operation);
        found.map_or(&Value::Null, |answer| &answer.value)
    }

    /// A field's text; empty where it has none.
    pub fn text(&self, field: &str) -> &str {
        self.item.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Reading {
    /// The things of a kind.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Thing> {
        self.things.iter().filter(move |thing| thing.kind == kind)
    }
}

/// The operation of that id.
pub(crate) fn operation(id: &str) -> &'static Operation {
    let mut all = api::operations().chain(api::world::operations());
    all.find(|operation| operation.op.id == id).expect("a test looks for each that is named")
}

/// Reads an account by what only looks.
///
/// Where a list is refused (a key may lack a permission, a family may be gone), the reading goes on and
/// says so.
///
/// # Errors
/// When nobody answers, the key is refused, or a family is none.
pub async fn read(client: &Client, families: &[String], progress: Progress<'_>) -> Result<Reading> {
    check(families)?;
    let is_wanted = |source: &&Source| {
        families.is_empty() || families.iter().any(|family| source.is_of(family))
    };
    let mut reading = Reading::default();
    for (place, source) in SOURCES.iter().filter(is_wanted).enumerate() {
        progress(source.kind, place, SOURCES.len());
        let owners: Vec<String> = match source.within {
            None => vec![String::new()],
            Some(owner) => reading.of(owner).map(|thing| thing.id.clone()).collect(),
        };
        for owner in owners {
            match list(client, source, &owner).await {
                Ok((things, unread)) => {
                    reading.things.extend(things);
                    reading.unread.extend(unread);
                }
                Err(error) if is_refusal(&error) => {
                    let of = if owner.is_empty() { "" } else { " of " };
                    reading.unread.push(format!("{}{of}{owner}: {error}", source.kind));
                    // What may not be seen of one thing may not be seen of the next.
                    if status(&error) == Some(403) {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(reading)
}

fn check(families: &[String]) -> Result<()> {
    let unknown = families.iter().find(|family| !SOURCES.iter().any(|source| source.is_of(family)));
    let Some(unknown) = unknown else { return Ok(()) };
    let known: Vec<&str> = SOURCES.iter().map(|source| source.kind).collect();
    Err(Error::Unknown(unknown.clone(), known.join(", ")))
}

/// With which status a server has said no.
fn status(error: &Error) -> Option<u16> {
    match error {
        Error::Call(sdk::Error::Refused(refused)) => Some(refused.status),
        _ => None,
    }
}

/// Whether a server has said no to this question alone.
fn is_refusal(error: &Error) -> bool {
    status(error).is_some_and(|status| !matches!(status, 401 | 429))
}

/// The things of a list, and what of them could not be read.
async fn list(client: &Client, source: &Source, owner: &str) -> Result<(Vec<Thing>, Vec<String>)> {
    let (mut things, mut unread, mut cursor) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..PAGES {
        let mut fields = path(source.list, owner, "");
        if takes_pages(source.list) {
            fields.insert("per_page".into(), PER_PAGE.into());
            if !cursor.is_empty() {
                fields.insert("cursor".into(), cursor.into());
            }
        }
        let (held, next) = ask(client, source.list, fields).await?;
        let Value::Array(items) = held else { break };
        for item in items {
            things.push(one(client, source, owner, item, &mut unread).await?);
        }
        cursor = next;
        if cursor.is_empty() {
            break;
        }
    }
    Ok((things, unread))
}

async fn one(
    client: &Client,
    source: &Source,
    owner: &str,
    item: Value,
    unread: &mut Vec<String>,
) -> Result<Thing> {
    let id = match item.get(source.key) {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    };
    let mut answers = Vec::new();
    for operation in source.further {
        let asked = path(operation, if owner.is_empty() { &id } else { owner }, &id);
        match ask(client, operation, asked.clone()).await {
            Ok((value, _)) => {
                answers.push(Answer { operation: (*operation).to_owned(), path: asked, value });
            }
            Err(error) if matches!(status(&error), Some(403 | 500..)) => {
                unread.push(format!("{} {id}: {operation}: {error}", source.kind));
            }
            // It may have gone meanwhile, or have no such thing.
            Err(error) if is_refusal(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let (kind, owner) = (source.kind.to_owned(), owner.to_owned());
    Ok(Thing { kind, id, owner, item, answers })
}

/// The fields of an operation's path, from the ids of the owner and of the thing.
pub(crate) fn path(operation: &str, first: &str, second: &str) -> Map<String, Value> {
    let given = [first, second].into_iter().filter(|id| !id.is_empty());
    let params = self::operation(operation).op.path_params();
    params.zip(given).map(|(name, id)| (name.replace('-', "_"), number_or_text(id))).collect()
}

/// A rule's number stands in a path as any id does.
fn number_or_text(id: &str) -> Value {
    id.parse::<u32>().map_or_else(|_| id.into(), Value::from)
}

fn takes_pages(operation: &str) -> bool {
    let schema = self::operation(operation).request();
    presentation::schema::fields(&schema).any(|(name, _)| name == "per_page")
}

/// What an operation's envelope holds, and where the next page begins.
pub(crate) async fn ask(
    client: &Client,
    id: &str,
    fields: Map<String, Value>,
) -> Result<(Value, String)> {
    let operation = operation(id);
    let unreadable = |text: String| Error::Unreadable { operation: id.to_owned(), text };
    let encoded = operation.encode(fields).map_err(|problem| unreadable(problem.to_string()))?;
    let answer = client.call(&operation.op, &encoded).await?;
    if matches!(operation.op.shape, Shape::Empty | Shape::Text(_)) {
        return Ok((Value::Null, String::new()));
    }
    let mut body: Value =
        serde_json::from_slice(answer.body()).map_err(|error| unreadable(error.to_string()))?;
    let next = body.pointer("/meta/links/next").and_then(Value::as_str).unwrap_or_default();
    let next = next.to_owned();
    let held = presentation::answer::held(&operation.op, &mut body);
    held.map(|held| (held, next)).ok_or_else(|| unreadable("its envelope is not there".into()))
}
