//! Fields of a body that its operation does not have. The real API ignores them, and so do we; but
//! whoever sent one probably meant another.

use serde_json::{Map, Value};

use super::limits::field;
use crate::form::{Form, Record};

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

/// The fields of a body that its operation does not have, at every depth. What no form describes is
/// not looked into.
pub fn unknown_fields(form: &'static Form, body: &Map<String, Value>) -> Vec<UnknownField> {
    let mut found = Vec::new();
    if let Form::Record(record) = form {
        compare(body, record, "", &mut found);
    }
    found
}

fn compare(
    sent: &Map<String, Value>,
    record: &'static Record,
    path: &str,
    found: &mut Vec<UnknownField>,
) {
    for (name, value) in sent {
        let path = format!("{path}{name}");
        let Some(known) = field(record, name) else {
            let others = record.all().into_iter().flat_map(|f| f.aliases.iter().chain([&f.name]));
            let others = others.filter(|other| !sent.contains_key(**other));
            let mut others: Vec<_> = others.map(|other| (*other).to_owned()).collect();
            others.sort();
            found.push(UnknownField { path, name: name.clone(), others });
            continue;
        };
        match (known.form, value) {
            (Form::Record(record), Value::Object(sent)) => {
                compare(sent, record, &format!("{path}."), found);
            }
            (Form::List(Form::Record(record)), Value::Array(sent)) => {
                for (place, sent) in sent.iter().enumerate() {
                    if let Value::Object(sent) = sent {
                        compare(sent, record, &format!("{path}[{place}]."), found);
                    }
                }
            }
            _ => {}
        }
    }
}
