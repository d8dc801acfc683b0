//! Whether a thing is meant by a search, by which of its fields, and how well it fits.

use maud::{Markup, html};
use presentation::pointers::NAMES;
use serde_json::Value;

/// Fields besides names that things are looked for by: their names end with one of these.
const ADDRESSES: &[&str] =
    &["ip", "ipv4", "ipv6", "subnet", "network", "ip_block", "url", "urn", "tag"];

/// Why a thing fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// The smaller the better.
    pub(super) rank: u8,
    pub(super) field: String,
    pub(super) value: String,
}

impl Hit {
    /// Whether it is the thing with this very id.
    pub(super) fn is_id(&self) -> bool {
        self.rank == 0
    }
}

/// How a thing fits: its id, what it is called, how its id begins, its addresses and tags.
pub(super) fn hit(thing: &Value, wanted: &str) -> Option<Hit> {
    let wanted = wanted.to_lowercase();
    let fields = thing.as_object()?;
    let each = fields.iter().flat_map(|(name, value)| texts(value).map(move |text| (name, text)));
    let hits = each.filter_map(|(name, value)| {
        let rank = rank(name, &value.to_lowercase(), &wanted)?;
        Some(Hit { rank, field: name.clone(), value })
    });
    hits.min_by_key(|hit| hit.rank)
}

/// The texts in a field: itself, or those of a list.
fn texts(value: &Value) -> impl Iterator<Item = String> {
    let all: Vec<String> = match value {
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    all.into_iter()
}

fn rank(field: &str, value: &str, wanted: &str) -> Option<u8> {
    let is_name = NAMES.contains(&field);
    let is_address = ADDRESSES.iter().any(|end| {
        field == *end
            || field.trim_end_matches('s').ends_with(&format!("_{end}"))
            || field.trim_end_matches('s') == *end
    });
    match field {
        "id" if value == wanted => Some(0),
        "id" => value.starts_with(wanted).then_some(3),
        _ if !is_name && !is_address => None,
        // By its name before by a tag that many have.
        _ if value == wanted => Some(if is_name { 1 } else { 3 }),
        _ if value.starts_with(wanted) => Some(if is_name { 2 } else { 4 }),
        _ if value.contains(wanted) => Some(4),
        // Several words may stand apart.
        _ if is_name && wanted.contains(' ') => {
            wanted.split_whitespace().all(|word| value.contains(word)).then_some(5)
        }
        _ => None,
    }
}

/// A text with what was looked for marked.
pub(super) fn marked(text: &str, wanted: &str) -> Markup {
    let lower = text.to_lowercase();
    let at = lower.find(&wanted.to_lowercase()).filter(|_| lower.len() == text.len());
    let parts = at.and_then(|at| {
        let end = at + wanted.len();
        Some((text.get(..at)?, text.get(at..end)?, text.get(end..)?))
    });
    html! {
        @match parts {
            Some((before, found, after)) => { (before) mark { (found) } (after) },
            None => { (text) },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_found_by_what_people_know_of_it() {
        let thing = json!({
            "id": "cb676a46-66fd", "label": "Shop web", "region": "ewr", "main_ip": "203.0.113.7",
            "tags": ["green"], "status": "active", "default_password": "greenhouse", "vcpu_count": 2,
        });
        let by = |wanted: &str| hit(&thing, wanted).map(|hit| (hit.rank, hit.field));
        let found = |rank, field: &str| Some((rank, field.to_owned()));
        assert_eq!(by("CB676A46-66FD"), found(0, "id"));
        assert_eq!(by("cb67"), found(3, "id"));
        assert_eq!(by("shop web"), found(1, "label"));
        assert_eq!(by("web shop"), found(5, "label"));
        assert_eq!(by("shop"), found(2, "label"));
        assert_eq!(by("113.7"), found(4, "main_ip"));
        assert_eq!(by("green"), found(3, "tags"));
        // Neither where it is, nor how it is, nor a secret.
        for other in ["ewr", "active", "greenhouse", "nothing"] {
            assert_eq!(by(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_looked_for_is_marked_and_stays_text() {
        let marked = |text: &str, wanted: &str| marked(text, wanted).into_string();
        assert_eq!(marked("Shop web", "WEB"), "Shop <mark>web</mark>");
        assert_eq!(marked("<b>İ", "b"), "&lt;b&gt;İ");
        assert_eq!(marked("<b>", "b"), "&lt;<mark>b</mark>&gt;");
        assert_eq!(marked("äöü", "ö"), "ä<mark>ö</mark>ü");
    }
}
