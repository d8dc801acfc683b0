//! Bodies of requests as people read them: JSON in lines, with what is masked shown as dots.

use std::cell::RefCell;
use std::collections::BTreeMap;

use maud::{Markup, html};
use presentation::Operation;
use presentation::text::quoted as shell;
use serde_json::Value;

use crate::link::{self, Target};

/// What stands for a secret in what the server tells.
pub(super) const MASK: &str = "***";

/// JSON in lines. What an operation's field points at is a link to it.
pub(super) fn pretty(value: &Value, operation: Option<&Operation>) -> Markup {
    let printer = Printer { operation, targets: RefCell::default() };
    printer.node(value, "", 0)
}

struct Printer<'a> {
    operation: Option<&'a Operation>,
    /// What fields point at, found out once for each name.
    targets: RefCell<BTreeMap<String, Option<Target>>>,
}

impl Printer<'_> {
    /// A value in the field of that name.
    fn node(&self, value: &Value, field: &str, depth: usize) -> Markup {
        let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
        html! {
            @match value {
                Value::Object(fields) if !fields.is_empty() => {
                    "{\n"
                    @for (at, (name, value)) in fields.iter().enumerate() {
                        (inner) span.k { (quoted(name)) } ": " (self.node(value, name, depth + 1))
                        @if at + 1 < fields.len() { "," } "\n"
                    }
                    (outer) "}"
                }
                Value::Array(items) if !items.is_empty() => {
                    "[\n"
                    @for (at, value) in items.iter().enumerate() {
                        (inner) (self.node(value, field, depth + 1)) @if at + 1 < items.len() { "," } "\n"
                    }
                    (outer) "]"
                }
                Value::String(text) if text == MASK => {
                    span.c title="A secret: the log shows none" { "••••••••" }
                }
                Value::String(text) => { span.s { @match self.page(field, value) {
                    Some(page) => { a href=(page) { (quoted(text)) } },
                    None => { (quoted(text)) },
                } } }
                Value::Number(number) => { span.d { @match self.page(field, value) {
                    Some(page) => { a href=(page) { (number) } },
                    None => { (number) },
                } } }
                Value::Bool(_) | Value::Null => { span.w { (value) } }
                empty => { (empty) }
            }
        }
    }

    /// The page of what an id in this field points at.
    fn page(&self, field: &str, value: &Value) -> Option<String> {
        let operation = self.operation?;
        let mut targets = self.targets.borrow_mut();
        let found =
            targets.entry(field.to_owned()).or_insert_with(|| link::target(field, operation));
        found.as_ref()?.address(value)
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A request as a command of curl; the key is that of the environment.
pub(super) fn curl(host: &str, method: &str, path: &str, body: Option<&str>) -> String {
    let mut line = String::from("curl");
    if method != "GET" {
        line += &format!(" -X {method}");
    }
    line += &format!(" {}", shell(&format!("http://{host}{path}")));
    line += " -H \"Authorization: Bearer $VULTR_API_KEY\"";
    if let Some(body) = body {
        line += &format!(" -H 'Content-Type: application/json' -d {}", shell(body));
    }
    line
}

#[cfg(test)]
mod tests {
    use presentation::operations;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_in_lines_and_nothing_of_it_is_markup() {
        let value = json!({"a": [1, true], "b": {}, "c": "<script>", "password": "***"});
        let shown = pretty(&value, None).into_string();
        assert!(
            shown.contains("  <span class=\"k\">&quot;a&quot;</span>: [\n    <span"),
            "{shown}"
        );
        assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script"), "{shown}");
        assert!(shown.contains("••••") && shown.contains(": {},\n"), "{shown}");
    }

    #[test]
    fn ids_lead_to_what_they_point_at() {
        let create = operations::all().into_iter().find(|o| o.op.id == "create-instance").unwrap();
        let value = json!({"sshkey_id": ["v1"], "firewall_group_id": "g1", "snapshot_id": "", "label": "x"});
        let shown = pretty(&value, Some(&create)).into_string();
        for page in ["/console/v2/ssh-keys/v1", "/console/v2/firewalls/g1"] {
            assert!(shown.contains(&format!("href=\"{page}\"")), "{page}: {shown}");
        }
        assert_eq!(shown.matches("<a ").count(), 2, "{shown}");
    }

    #[test]
    fn a_command_is_one_whatever_it_holds() {
        let line = curl("h:1", "POST", "/v2/x?a='b", Some(r#"{"label":"it's"}"#));
        let expected = r#"curl -X POST 'http://h:1/v2/x?a='\''b' -H "Authorization: Bearer $VULTR_API_KEY" -H 'Content-Type: application/json' -d '{"label":"it'\''s"}'"#;
        assert_eq!(line, expected);
        assert!(curl("h", "GET", "/v2/x", None).starts_with("curl http://h/v2/x -H"));
    }
}
