//! Fields of a body that its operation does not have. The real API ignores them, and so do we; but
//! whoever sent one probably meant another.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::limits::{Limit, Limits};

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

/// The fields of a body that its operation does not have, at every depth. What no schema describes is
/// not looked into.
pub fn unknown_fields(limits: &Limits, body: &Map<String, Value>) -> Vec<UnknownField> {
    let mut found = Vec::new();
    compare(body, &limits.0, "", &mut found);
    found
}

fn compare(
    sent: &Map<String, Value>,
    known: &BTreeMap<String, Limit>,
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
            (Some(Limit::Object(known)), Value::Object(sent)) => {
                compare(sent, known, &format!("{path}."), found);
            }
            (Some(Limit::List { item, .. }), Value::Array(sent)) => {
                let Limit::Object(known) = &**item else { continue };
                for (place, sent) in sent.iter().enumerate() {
                    if let Value::Object(sent) = sent {
                        compare(sent, known, &format!("{path}[{place}]."), found);
                    }
                }
            }
            _ => {}
        }
    }
}
