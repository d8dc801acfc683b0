//! What is shown of copies as their originals are shown: the netmask of a real network, a plan that is not
//! sold any more.
//!
//! A copy is a thing as any other, and most of what is shown of it is as it is. Where its original shows
//! something else, that is noted beside what is shown here; and told in its place **for as long as here
//! the same is shown**: so what changes is seen to change, and what nobody can make otherwise stays as it
//! was told. Notes lie in the store's world, by the path at which a thing is found, and go with it.

use std::sync::RwLock;

use api::{Op, Shape};
use bytes::Bytes;
use control::{Control, Cx, Request, Result};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The part of the store's world in which notes are; and whether there are any lies there, too.
const NOTES: &str = "told";
/// Fields by which one of several is known.
const KEYS: [&str; 5] = ["id", "ip", "domain", "name", "username"];

/// A field that is shown otherwise: its way as a JSON pointer, and what stands there here and elsewhere.
type Note = (String, Value, Value);

/// Whether there are notes, as far as that was looked for.
#[derive(Debug, Default)]
pub(crate) struct Told(RwLock<Option<bool>>);

/// The path at which an operation's request was asked.
pub(crate) fn path_of(op: &Op, request: &Request) -> String {
    let mut path = op.path.to_owned();
    for (name, value) in &request.path {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

impl Told {
    /// Looks anew whether there are notes: after what may have brought or taken all.
    pub(crate) fn forget(&self) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    async fn is_any(&self, control: &Control) -> bool {
        if let Some(known) = *self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner) {
            return known;
        }
        let found = control.store().world_get(NOTES, Uuid::nil()).await;
        let is_any = matches!(found, Ok(Some(_)));
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(is_any);
        is_any
    }

    /// Notes where an answer differs from what was told of one item of it, or of all.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) async fn note(
        &self,
        cx: &Cx,
        op: &Op,
        at: &str,
        id: Option<&str>,
        answer: &Bytes,
        told: Map<String, Value>,
    ) -> Result<()> {
        let store = cx.control.store();
        let Ok(mut body) = serde_json::from_slice::<Value>(answer) else { return Ok(()) };
        let Some(held) = held(op, &mut body) else { return Ok(()) };
        let several = told.get("items").and_then(Value::as_array).cloned();
        let told = match (held.is_array(), several) {
            (true, Some(items)) => items,
            _ => vec![told.into()],
        };
        let here: Vec<&Value> = match held {
            Value::Array(items) => items.iter().collect(),
            one => vec![one],
        };
        for (place, told) in told.iter().enumerate() {
            let key = key(told).or(id.map(str::to_owned));
            let one = here.iter().find(|one| self::key(one) == key).or(here.get(place));
            let Some(one) = one else { continue };
            let notes = differing(one, told);
            let is_listed = matches!(op.shape, Shape::List(_)) || here.len() > 1;
            let place = place_of(cx.account(), at, one, is_listed);
            if !notes.is_empty() {
                let text = serde_json::to_string(&notes).unwrap_or_default();
                store.world_put(NOTES, Uuid::nil(), "{}".into()).await?;
                store.world_put(NOTES, place, text).await?;
                self.forget();
            }
        }
        Ok(())
    }

    /// The answer as it is shown: where there are no notes, as it is.
    pub(crate) async fn applied(
        &self,
        control: &Control,
        account: i64,
        (op, at): (&Op, &str),
        answer: Bytes,
    ) -> Bytes {
        if answer.is_empty() || !self.is_any(control).await {
            return answer;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer) else { return answer };
        let Some(held) = held(op, &mut body) else { return answer };
        let mut changed = false;
        let is_list = held.is_array();
        let all: Vec<&mut Value> = match held {
            Value::Array(items) => items.iter_mut().collect(),
            one => vec![one],
        };
        for one in all {
            let place = place_of(account, at, one, is_list || op.method == api::Method::POST);
            let Ok(Some(text)) = control.store().world_get(NOTES, place).await else { continue };
            let notes: Vec<Note> = serde_json::from_str(&text).unwrap_or_default();
            for (way, here, there) in notes {
                if let Some(field) = one.pointer_mut(&way).filter(|field| **field == here) {
                    *field = there;
                    changed = true;
                }
            }
        }
        if changed { body.to_string().into() } else { answer }
    }
}

/// What an answer's envelope holds.
fn held<'a>(op: &Op, body: &'a mut Value) -> Option<&'a mut Value> {
    match op.shape {
        Shape::Empty | Shape::Text(_) => None,
        Shape::Bare => Some(body),
        Shape::Key(key) | Shape::List(key) => body.get_mut(key),
    }
}

/// By which one of several is known.
fn key(one: &Value) -> Option<String> {
    KEYS.iter().find_map(|key| match one.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Where the notes of a thing lie: by the path at which it is found, alone as in its list.
///
/// Names are each account's own: two may have a domain at the same path.
fn place_of(account: i64, at: &str, one: &Value, is_listed: bool) -> Uuid {
    let path = match (is_listed, key(one)) {
        (true, Some(key)) => format!("{account}{at}/{key}"),
        _ => format!("{account}{at}"),
    };
    store::derived_id(Uuid::nil(), path.as_bytes())
}

/// Where what is shown here differs from what was told there; what one of both does not have is no
/// difference.
fn differing(here: &Value, there: &Value) -> Vec<Note> {
    let mut notes = Vec::new();
    walk(String::new(), here, there, &mut notes);
    notes
}

fn walk(way: String, here: &Value, there: &Value, notes: &mut Vec<Note>) {
    match (here, there) {
        (Value::Object(own), Value::Object(other)) => {
            for (name, here) in own {
                if let Some(there) = other.get(name) {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    walk(format!("{way}/{name}"), here, there, notes);
                }
            }
        }
        (Value::Array(own), Value::Array(other)) if own.len() == other.len() => {
            for (place, (here, there)) in own.iter().zip(other).enumerate() {
                walk(format!("{way}/{place}"), here, there, notes);
            }
        }
        _ if here == there => {}
        _ => notes.push((way, here.clone(), there.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_both_have_and_show_otherwise_is_noted_by_its_way() {
        let here = json!({"id": "a", "net": {"mask": "255.255.254.0", "a/b": 1}, "own": 1});
        let there = json!({"id": "a", "net": {"mask": "255.255.252.0", "a/b": 2}, "theirs": 1});
        let ways: Vec<_> = differing(&here, &there).into_iter().map(|(way, ..)| way).collect();
        assert_eq!(ways, ["/net/mask", "/net/a~1b"]);
        assert_eq!(differing(&here, &here), []);
    }

    #[test]
    fn a_thing_has_one_place_in_its_list_and_alone() {
        let thing = json!({"id": "a"});
        let alone = place_of(1, "/v2/blocks/a", &thing, false);
        assert_eq!(place_of(1, "/v2/blocks", &thing, true), alone);
        assert_ne!(place_of(2, "/v2/blocks/a", &thing, false), alone, "another account's");
    }
}
