//! Bodies of requests as people read them: JSON in lines, with what is masked shown as dots.

use maud::{Markup, html};
use serde_json::Value;

/// What stands for a secret in what the server tells.
pub(super) const MASK: &str = "***";

/// JSON in lines.
pub(super) fn pretty(value: &Value) -> Markup {
    html! { (node(value, 0)) }
}

fn node(value: &Value, depth: usize) -> Markup {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    html! {
        @match value {
            Value::Object(fields) if !fields.is_empty() => {
                "{\n"
                @for (at, (name, value)) in fields.iter().enumerate() {
                    (inner) span.k { (quoted(name)) } ": " (node(value, depth + 1))
                    @if at + 1 < fields.len() { "," } "\n"
                }
                (outer) "}"
            }
            Value::Array(items) if !items.is_empty() => {
                "[\n"
                @for (at, value) in items.iter().enumerate() {
                    (inner) (node(value, depth + 1)) @if at + 1 < items.len() { "," } "\n"
                }
                (outer) "]"
            }
            Value::String(text) if text == MASK => { span.c title="A secret: the log shows none" { "••••••••" } }
            Value::String(text) => { span.s { (quoted(text)) } }
            Value::Number(number) => { span.d { (number) } }
            Value::Bool(_) | Value::Null => { span.w { (value) } }
            empty => { (empty) }
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A request as a command of curl; the key is that of the environment.
pub(super) fn curl(host: &str, method: &str, path: &str, body: Option<&str>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = String::from("curl");
    if method != "GET" {
        line += &format!(" -X {method}");
    }
    line += &format!(" {}", quoted(&format!("http://{host}{path}")));
    line += " -H \"Authorization: Bearer $VULTR_API_KEY\"";
    if let Some(body) = body {
        line += &format!(" -H 'Content-Type: application/json' -d {}", quoted(body));
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_in_lines_and_nothing_of_it_is_markup() {
        let value = json!({"a": [1, true], "b": {}, "c": "<script>", "password": "***"});
        let shown = pretty(&value).into_string();
        assert!(
            shown.contains("  <span class=\"k\">&quot;a&quot;</span>: [\n    <span"),
            "{shown}"
        );
        assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script"), "{shown}");
        assert!(shown.contains("••••") && shown.contains(": {},\n"), "{shown}");
    }

    #[test]
    fn a_command_is_one_whatever_it_holds() {
        let line = curl("h:1", "POST", "/v2/x?a='b", Some(r#"{"label":"it's"}"#));
        let expected = r#"curl -X POST 'http://h:1/v2/x?a='\''b' -H "Authorization: Bearer $VULTR_API_KEY" -H 'Content-Type: application/json' -d '{"label":"it'\''s"}'"#;
        assert_eq!(line, expected);
        assert!(curl("h", "GET", "/v2/x", None).starts_with("curl 'http://h/v2/x' -H"));
    }
}
