//! Fields of a body that its operation does not have. The real API ignores them, and so do we; but
//! whoever sent one probably meant another.

use serde_json::{Map, Value};

use crate::Endpoint;

/// A field that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownField {
    /// The field, with its way from the top: `health_check.prot`.
    pub path: String,
    /// Its own name.
    pub name: String,
    /// What could have been meant: the fields that there are beside it, and that were not sent.
    pub others: Vec<String>,
}

/// The fields of a body that are not in the request that was read from it, at every depth.
pub fn unknown_fields<E: Endpoint>(request: &E, body: &Map<String, Value>) -> Vec<UnknownField> {
    let mut found = Vec::new();
    if let Ok(Value::Object(known)) = serde_json::to_value(request) {
        compare(body, &known, "", &mut found);
    }
    // A field that was sent by another of its names has the first one in the request.
    found.retain(|field| field.path != field.name || !E::limits().knows(&field.name));
    found
}

fn compare(
    sent: &Map<String, Value>,
    known: &Map<String, Value>,
    path: &str,
    found: &mut Vec<UnknownField>,
) {
    for (name, value) in sent {
        let path = format!("{path}{name}");
        match (known.get(name), value) {
            (None, _) => {
                let others = known.keys().filter(|other| !sent.contains_key(*other));
                let (name, others) = (name.clone(), others.cloned().collect());
                found.push(UnknownField { path, name, others });
            }
            (Some(Value::Object(known)), Value::Object(sent)) => {
                compare(sent, known, &format!("{path}."), found);
            }
            (Some(Value::Array(known)), Value::Array(sent)) => {
                for (place, (sent, known)) in sent.iter().zip(known).enumerate() {
                    if let (Value::Object(sent), Value::Object(known)) = (sent, known) {
                        compare(sent, known, &format!("{path}[{place}]."), found);
                    }
                }
            }
            _ => {}
        }
    }
}
