//! Texts in the form in which the API keeps them, so that what was written otherwise is found again.

use serde_json::{Map, Value};

use super::kinds::Kind;

/// Brings the fields of a thing into the form that is shown later; `owner` is what it lies in is called.
pub(super) fn settle(kind: Kind, fields: &mut Map<String, Value>, owner: &str) {
    let is_text = fields.get("type").is_some_and(|kind| kind == "TXT");
    let is_quoted = is_text || fields.get("type").is_some_and(|kind| kind == "CAA");
    for (name, value) in fields.iter_mut() {
        let Value::String(text) = value else { continue };
        let settled = match (kind.noun(), name.as_str()) {
            (_, "region") => text.to_lowercase(),
            ("domain", "domain") => text.trim_end_matches('.').to_lowercase(),
            ("record", "name") => label(text, owner),
            ("record", "data") if is_text => quoted(text),
            ("record", "data") if !is_quoted && text.len() > 1 => {
                text.strip_suffix('.').unwrap_or(text).to_owned()
            }
            _ => continue,
        };
        *text = settled;
    }
}

/// What stands before the domain in a record's name.
fn label(name: &str, zone: &str) -> String {
    let lower = name.to_lowercase();
    let whole = lower.strip_suffix('.').unwrap_or(&lower);
    if name == "@" || whole == zone {
        return String::new();
    }
    let below = whole.strip_suffix(zone).and_then(|rest| rest.strip_suffix('.'));
    below.unwrap_or(whole).to_owned()
}

/// A text between quotes.
fn quoted(text: &str) -> String {
    let inner = text.trim();
    let is_done = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
    if is_done { inner.to_owned() } else { format!("\"{inner}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_named_as_its_domain_has_it() {
        for (written, kept) in [
            ("@", ""),
            ("example.com", ""),
            ("WWW", "www"),
            ("www.example.com.", "www"),
            ("www.example.org", "www.example.org"),
        ] {
            assert_eq!(label(written, "example.com"), kept, "{written}");
        }
        assert_eq!([quoted("a b"), quoted("\"a\"")], ["\"a b\"", "\"a\""]);
    }
}
