//! A thing as the API has it, coloured; in a secret's place stand dots.

use maud::{Markup, html};
use serde_json::Value;

use crate::icon::icon;

/// What stands in a secret's place.
const DOTS: &str = "••••••••";

/// A value as JSON.
pub(super) fn panel(value: &Value) -> Markup {
    html! {
        div.code id="x-json" data-whole {
            pre id="json" tabindex="0" role="region" aria-label="JSON" { (shown("", value, 0)) }
            button.copy type="button" data-copy="#json" aria-label="Copy JSON" { (icon("copy")) }
        }
    }
}

fn shown(name: &str, value: &Value, depth: usize) -> Markup {
    let inner = "  ".repeat(depth + 1);
    let outer = "  ".repeat(depth);
    html! {
        @match value {
            Value::Object(fields) if !fields.is_empty() => {
                "{\n"
                @for (place, (name, value)) in fields.iter().enumerate() {
                    (inner) span.k { (Value::from(name.as_str()).to_string()) } ": "
                    (shown(name, value, depth + 1))
                    @if place + 1 < fields.len() { "," } "\n"
                }
                (outer) "}"
            }
            Value::Array(items) if !items.is_empty() => {
                "[\n"
                @for (place, item) in items.iter().enumerate() {
                    (inner) (shown(name, item, depth + 1))
                    @if place + 1 < items.len() { "," } "\n"
                }
                (outer) "]"
            }
            Value::String(text) if !text.is_empty() && api::mask::is_secret(name) => {
                span.s { "\"" (DOTS) "\"" }
            }
            Value::String(_) => span.s { (value.to_string()) },
            Value::Number(_) => span.d { (value.to_string()) },
            value => span.w { (value.to_string()) },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_dots_and_tags_are_text() {
        let html = panel(&json!({"label": "<script>", "password": "xyzzy", "n": [1, null]})).0;
        assert!(html.contains("&lt;script&gt;") && html.contains(DOTS));
        assert!(!html.contains("xyzzy"), "{html}");
    }
}
