//! Makes what was read again on a Kettle: with the ids, addresses and names that it has.

use std::collections::BTreeSet;

use api::world::{AdoptThing, TellThing};
use sdk::Client;
use serde_json::{Map, Value};

use crate::sources::{self, SOURCES, Step};
use crate::{Progress, Reading, Result, Thing};

/// What became of a copy.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Copied {
    /// How many things were made.
    pub made: usize,
    /// How many were there already, and stay as they are.
    pub there: usize,
    /// What was not copied, or not wholly, each with the reason.
    pub refused: Vec<String>,
    /// What was copied without something that it refers to, as that was not read.
    pub partly: Vec<String>,
    /// What the API does not tell of what was copied.
    pub untold: Vec<String>,
}

/// Makes everything that was read again through this client, which speaks with a Kettle and has its
/// owner's key. What is there already stays as it is: so copying again changes nothing.
///
/// A thing that is refused is left out and named; what refers to it is refused in its turn.
///
/// # Errors
/// When the server does not answer, or is none that takes copies.
pub async fn copy(client: &Client, reading: &Reading, progress: Progress<'_>) -> Result<Copied> {
    let mut copied = Copied::default();
    let (mut late, mut made) = (Vec::new(), Vec::new());
    let count = reading.things.len();
    let known: BTreeSet<&str> = reading.things.iter().map(|thing| thing.id.as_str()).collect();
    for (place, thing) in reading.things.iter().enumerate() {
        progress(&thing.kind, place, count);
        let Some(source) = sources::source(&thing.kind) else { continue };
        let steps = (source.steps)(thing, reading);
        if steps.is_empty() {
            // It was made with another thing, as a cluster's nodes are.
            made.extend((copied.made > 0).then_some(thing));
            continue;
        }
        if is_there(client, thing).await? {
            copied.there += 1;
            continue;
        }
        made.push(thing);
        for mut step in steps {
            let lacks = let_go(&mut step, &known);
            copied.partly.extend(lacks.map(|field| {
                format!("{} {}: {field}: it is not among what was read", thing.kind, thing.id)
            }));
            match step.is_late {
                true => late.push((thing, step)),
                false if take(client, thing, step, &mut copied).await? => {}
                // The rest of it has nothing to hold on to.
                false => break,
            }
        }
    }
    for (thing, step) in late {
        take(client, thing, step, &mut copied).await?;
    }
    for (place, thing) in made.into_iter().enumerate() {
        progress("told", place, count);
        copied.partly.extend(tell(client, thing).await?);
    }
    let is_read = |kind: &str| reading.of(kind).next().is_some();
    let hiding = SOURCES.iter().filter(|source| !source.untold.is_empty() && is_read(source.kind));
    copied.untold = hiding.map(|source| source.untold.to_owned()).collect();
    Ok(copied)
}

/// Lets go of what a request refers to and is not among the things that are copied: which fields.
fn let_go(step: &mut Step, known: &BTreeSet<&str>) -> impl Iterator<Item = String> + use<> {
    let is_lost =
        |value: &Value| value.as_str().is_some_and(|text| is_id(text) && !known.contains(text));
    let mut lost = Vec::new();
    for (field, value) in &mut step.fields {
        let several = value.as_array().is_some_and(|values| values.iter().any(is_lost));
        if let Some(values) = value.as_array_mut().filter(|_| several) {
            values.retain(|value| !is_lost(value));
            lost.push(field.clone());
        } else if is_lost(value) {
            *value = Value::Null;
            lost.push(field.clone());
        }
    }
    step.fields.retain(|_, value| !value.is_null());
    lost.into_iter()
}

/// Whether a text is written as ids of things are: a UUID.
pub(crate) fn is_id(text: &str) -> bool {
    let is_right = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_right)
}

/// Takes one step; false: it was refused.
async fn take(client: &Client, thing: &Thing, step: Step, copied: &mut Copied) -> Result<bool> {
    let (makes, what) = (step.makes, step.operation);
    let ids = step.ids.into_iter().map(|(kind, ids)| (kind.to_owned(), ids)).collect();
    let adopt = AdoptThing {
        operation: step.operation.to_owned(),
        fields: step.fields,
        ids: Some(ids),
        addresses: Some(step.addresses),
        created: step.created.and_then(|time| serde_json::from_value(time.into()).ok()),
        number: step.number,
    };
    match client.send(adopt).await {
        Ok(()) => {
            copied.made += usize::from(makes);
            Ok(true)
        }
        Err(sdk::Error::Refused(refused)) if refused.status != 401 && refused.status != 403 => {
            let name = presentation::pointers::label(&thing.item).unwrap_or_default();
            let why = refused.error;
            copied.refused.push(format!("{} {} {name}: {what}: {why}", thing.kind, thing.id));
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether there is such a thing already.
async fn is_there(client: &Client, thing: &Thing) -> Result<bool> {
    let Some(get) = shows(thing) else { return Ok(false) };
    let first = if thing.owner.is_empty() { &thing.id } else { &thing.owner };
    match crate::read::ask(client, get, crate::read::path(get, first, &thing.id)).await {
        Ok(_) => Ok(true),
        Err(crate::Error::Call(sdk::Error::Refused(refused))) if refused.status != 401 => Ok(false),
        // Its id is none: so it cannot be here.
        Err(crate::Error::Unreadable { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The operation that shows one of its kind: that of its group which gets one.
fn shows(thing: &Thing) -> Option<&'static str> {
    let mut all = api::operations();
    all.find(|o| o.group.name == thing.kind && o.command == "get").map(|o| o.op.id)
}

/// Has what is shown of a thing be as the original tells it; answers where that was refused.
async fn tell(client: &Client, thing: &Thing) -> Result<Vec<String>> {
    let Some(source) = sources::source(&thing.kind) else { return Ok(Vec::new()) };
    let mut refusals = Vec::new();
    let mut path = crate::read::path(source.list, &thing.owner, "");
    let mut told = vec![(source.list.to_owned(), std::mem::take(&mut path), thing.item.clone())];
    told.extend(
        thing.answers.iter().map(|a| (a.operation.clone(), a.path.clone(), a.value.clone())),
    );
    for (operation, path, value) in told {
        let asked = operation.clone();
        let tell = TellThing { operation, path, id: Some(thing.id.clone()), told: fields(value) };
        match client.send(tell).await {
            Ok(()) => {}
            // It was not copied.
            Err(sdk::Error::Refused(refused)) if refused.status == 404 => {}
            Err(sdk::Error::Refused(refused)) if !matches!(refused.status, 401 | 403) => {
                let (kind, id, why) = (&thing.kind, &thing.id, refused.error);
                refusals.push(format!("{kind} {id}: what {asked} tells: {why}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(refusals)
}

/// What was told, without what is nobody's to copy.
fn fields(value: Value) -> Map<String, Value> {
    let mut value = value;
    crate::compare::clean(&mut value);
    passing(&mut value);
    match value {
        Value::Object(fields) => fields,
        other => Map::from_iter([("items".to_owned(), other)]),
    }
}

/// What a thing is on its way to be something else: a copy is there already.
const UNDER_WAY: &[&str] = &[
    "pending",
    "resizing",
    "installing",
    "installingbooting",
    "locked",
    "none",
    "rebuilding",
    "configuring",
    "upgrading",
    "migrating",
    "restoring",
];

/// Lets go of states that pass: told for good, a copy would never be seen to become ready.
fn passing(value: &mut Value) {
    let is_state = |name: &str| name.ends_with("status") || name.ends_with("state");
    let is_under_way = |value: &Value| {
        value.as_str().is_some_and(|text| UNDER_WAY.contains(&&*text.to_ascii_lowercase()))
    };
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| !(is_state(name) && is_under_way(value)));
            fields.values_mut().for_each(passing);
        }
        Value::Array(items) => items.iter_mut().for_each(passing),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::operation;

    #[test]
    fn every_kind_of_which_one_can_be_asked_for_is_looked_for_before_it_is_made() {
        let without: Vec<&str> = SOURCES
            .iter()
            .map(|source| source.kind)
            .filter(|kind| {
                let thing = Thing {
                    kind: (*kind).to_owned(),
                    id: String::new(),
                    owner: String::new(),
                    item: Value::Null,
                    answers: Vec::new(),
                };
                shows(&thing).is_none()
            })
            .collect();
        assert_eq!(without, ["bucket"], "a list alone shows these");
        assert!(operation("adopt-thing").op.has_body);
    }
}
