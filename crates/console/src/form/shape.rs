//! What a field of a request becomes in a form: which control, what it is called, and what is said
//! about it.

use maud::{Markup, html};
use presentation::pointers::points;
use presentation::schema::{self, Kind};
use serde_json::Value;

pub(crate) use crate::link::words::{label, lower};

/// What a field is filled in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Control {
    /// True or false.
    Flag,
    /// One of two words that say on and off, in this order.
    Switch(String, String),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// One line.
    Text,
    /// A date with its time.
    Time,
    /// Several lines.
    Lines,
    /// What travels in base64, and is filled in as it is.
    Encoded,
    /// One of these words.
    Word(Vec<String>),
    /// Several of these words.
    Words(Vec<String>),
    /// The id of another thing.
    Thing,
    /// The ids of other things.
    Things,
    /// Several texts.
    Texts,
    /// Several objects.
    Group,
    /// An object.
    Object,
    /// Texts by their names.
    Pairs,
    /// JSON.
    Json,
}

impl Control {
    /// Of a field by its name and shape.
    pub(crate) fn of(schema: &Value, name: &str, shape: &Value) -> Self {
        let inner = schema::target(schema, shape);
        let kind = schema::kind(schema, shape);
        if schema::is_encoded(schema, shape) {
            return Self::Encoded;
        }
        match kind {
            Kind::Flag => Self::Flag,
            Kind::Word(words) => match &words[..] {
                [a, b] if is_on(a) && is_off(b) => Self::Switch(a.clone(), b.clone()),
                [a, b] if is_on(b) && is_off(a) => Self::Switch(b.clone(), a.clone()),
                _ => Self::Word(words),
            },
            Kind::List(item) => match *item {
                Kind::Word(words) => Self::Words(words),
                item if points(&Kind::List(Box::new(item.clone())), name) => Self::Things,
                _ => Self::Texts,
            },
            Kind::Json => Self::of_json(schema, inner),
            kind if points(&kind, name) => Self::Thing,
            Kind::Uuid => Self::Thing,
            Kind::Integer => Self::Integer,
            Kind::Number => Self::Number,
            Kind::Text if schema::is_time(schema, shape) => Self::Time,
            Kind::Text if shape["x-lines"] == true || inner["x-lines"] == true => Self::Lines,
            Kind::Text => Self::Text,
        }
    }

    fn of_json(schema: &Value, shape: &Value) -> Self {
        let is_record = |shape: &Value| shape.get("properties").is_some_and(Value::is_object);
        if is_record(shape) {
            return Self::Object;
        }
        if shape.get("items").is_some_and(|items| is_record(schema::target(schema, items))) {
            return Self::Group;
        }
        let value = shape.get("additionalProperties").filter(|more| more.is_object());
        match value.map(|value| schema::kind(schema, value)) {
            Some(Kind::Text) => Self::Pairs,
            _ => Self::Json,
        }
    }

    /// Whether it takes the whole width.
    pub(crate) fn is_wide(&self) -> bool {
        matches!(
            self,
            Self::Lines
                | Self::Encoded
                | Self::Words(_)
                | Self::Things
                | Self::Texts
                | Self::Group
                | Self::Object
                | Self::Pairs
                | Self::Json
        )
    }

    /// Whether it is one tick.
    pub(crate) fn is_check(&self) -> bool {
        matches!(self, Self::Flag | Self::Switch(..))
    }
}

fn is_on(word: &str) -> bool {
    matches!(word, "enabled" | "on" | "yes")
}

fn is_off(word: &str) -> bool {
    matches!(word, "disabled" | "off" | "no")
}

/// What one of several is called: "Volumes" has a "Volume".
pub(crate) fn one_of(label: &str) -> &str {
    label.strip_suffix('s').filter(|one| !one.ends_with('s')).unwrap_or(label)
}

/// Hints that say what the label says.
const SAYS_NO_MORE: &[&str] = &[
    "A name for it.",
    "A new name.",
    "A tag on it.",
    "Another name.",
    "Its host name.",
    "Its name.",
    "Its new name.",
    "Its plan.",
    "Its type.",
    "SSH keys that may log in.",
    "Tags for it.",
    "The engine.",
    "The name.",
];

/// What is said below a control: the first sentence of its description, where that says more than
/// the label does.
pub(crate) fn hint(shape: &Value, control: &Control) -> String {
    let about = schema::description(Some(shape));
    let first = about.split("\n\n").next().unwrap_or_default();
    let text = match control {
        // The server encodes it.
        Control::Encoded => first.replace(", in base64", "").replace(" in base64", ""),
        _ => first.to_owned(),
    };
    let is_name = text.ends_with("'s id.") || text.ends_with("'s ids.");
    let says_no_more = SAYS_NO_MORE.contains(&text.as_str());
    if is_name || says_no_more { String::new() } else { text }
}

/// Whether a field is an older way to say what another one says.
pub(crate) fn is_older(shape: &Value) -> bool {
    let about = schema::description(Some(shape));
    about.contains("the older way") || about.contains("older name") || about.contains(" Use `")
}

/// Text with what stands in backticks as code.
pub(crate) fn marked(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! { @for (place, part) in parts.iter().enumerate() {
        @if place % 2 == 1 && place + 1 < parts.len() { code { (part) } }
        @else if place % 2 == 1 { "`" (part) }
        @else { (part) }
    } }
}

/// The first sentence of a text, without its dot.
pub(crate) fn sentence(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.find("\n\n")).unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end_matches('.')
}

/// The id of a control by its way.
pub(crate) fn id_of(way: &str) -> String {
    format!("f-{}", way.replace(['.', '_'], "-"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hint_says_more_than_its_label() {
        let hint = |text: &str, control| hint(&json!({ "description": text }), &control);
        assert_eq!(hint("The region's id.", Control::Text), "");
        assert_eq!(hint("Data for it, in base64.", Control::Encoded), "Data for it.");
        let words = "Kind.\n\n- `a`: One.\n- `b`: Other.";
        assert_eq!(hint(words, Control::Text), "Kind.");
        assert_eq!(sentence("Create it. Then see."), "Create it");
        let text = marked("or `a <b>` and `c").into_string();
        assert_eq!(text, "or <code>a &lt;b&gt;</code> and `c");
    }
}
