//! What is wrong with a form that was sent, and at which field that is said.

use maud::{Markup, html};
use presentation::operations::Operation;
use presentation::schema;
use serde_json::{Map, Value};

use crate::code::sample;
use crate::form::{layout, needs, read, shape};
use crate::icon::icon;
use crate::upstream::Refusal;

/// What is wrong with a form; empty while nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The status that the page has.
    pub(crate) status: u16,
    /// What is said at the top, where no field is named.
    pub(crate) text: String,
    pub(crate) fields: Vec<Mistake>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The field's way, `block_devices.0.size_gb`.
    pub(crate) way: String,
    pub(crate) text: String,
    /// What may have been meant.
    pub(crate) meant: Vec<String>,
}

impl Wrong {
    /// A refusal, at the field that it names.
    pub(crate) fn of(operation: &Operation, refusal: &Refusal) -> Self {
        let mut wrong = Self { status: refusal.status, ..Self::default() };
        let Some(way) = refusal.about(operation).filter(|way| !way.is_empty()) else {
            wrong.text.clone_from(&refusal.text);
            return wrong;
        };
        let bare = without(&refusal.text, &way);
        let meant = meant(&bare);
        wrong.fields.push(Mistake { way, text: bare, meant });
        wrong
    }

    /// All that can be known to be wrong before anything is sent: what is missing, and what cannot be
    /// what its field takes. `mistakes` are those that are known already; `from` is which one of
    /// several fields is being filled in.
    pub(crate) fn known(
        operation: &Operation,
        fields: &Map<String, Value>,
        mut mistakes: Vec<Mistake>,
        from: Option<&str>,
    ) -> Self {
        let schema = operation.request();
        missing_in(&schema, &schema, fields, "", &mut mistakes);
        for (way, text) in needs::missing(operation, fields, from) {
            mistakes.push(Mistake { way, text, meant: Vec::new() });
        }
        unfit(operation, &schema, fields, &mut mistakes);
        let order: Vec<String> = layout::of(operation, &schema).all().cloned().collect();
        let place = |mistake: &Mistake| {
            let top = mistake.way.split('.').next().unwrap_or_default();
            order.iter().position(|name| name == top)
        };
        mistakes.sort_by_key(place);
        let status = if mistakes.is_empty() { 0 } else { 400 };
        Self { status, text: String::new(), fields: mistakes }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.text.is_empty() && self.fields.is_empty()
    }

    /// What is wrong with a field, or, for a control that holds more than one value, with what is in it.
    pub(crate) fn at(&self, way: &str, is_whole: bool) -> Option<&Mistake> {
        self.fields.iter().find(|mistake| {
            let rest = mistake.way.strip_prefix(way);
            rest.is_some_and(|rest| rest.is_empty() || is_whole && rest.starts_with('.'))
        })
    }

    /// Whether something is wrong with a field or inside of it.
    pub(crate) fn is_in(&self, way: &str) -> bool {
        self.at(way, true).is_some()
    }

    /// The note at the top of the page: counts, and leads to the fields.
    pub(crate) fn note(&self, nothing: &str) -> Markup {
        if self.is_none() {
            return html! {};
        }
        let count = match self.fields.len() {
            0 => String::new(),
            1 => ": one field needs a change".to_owned(),
            many => format!(": {many} fields need a change"),
        };
        html! {
            div.note.bad id="sum" role="alert" tabindex="-1" {
                (icon("alert"))
                div {
                    b { (nothing) (count) "." }
                    @if !self.text.is_empty() { br; (shape::marked(&self.text)) }
                    @for mistake in &self.fields {
                        br;
                        a href={ "#" (shape::id_of(&mistake.way)) } { (called(&mistake.way)) }
                        ": " (shape::marked(&mistake.text))
                    }
                }
            }
        }
    }
}

/// What stands below a field with a mistake.
pub(crate) fn at_field(mistake: &Mistake) -> Markup {
    html! {
        span.err id={ (shape::id_of(&mistake.way)) "-e" } {
            (icon("alert"))
            span {
                (shape::marked(&mistake.text))
                @for word in &mistake.meant {
                    " "
                    button.btn.slim type="submit" name="_put" formnovalidate
                        value={ (mistake.way) "=" (word) }
                        data-put=(word) data-at=(shape::id_of(&mistake.way)) { "Take " (word) }
                }
            }
        }
    }
}

/// `block_devices.0.size_gb` is "Volume 1, Size in GB".
fn called(way: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for step in way.split('.') {
        match (step.parse::<usize>(), words.last_mut()) {
            (Ok(place), Some(last)) => *last = format!("{} {}", shape::one_of(last), place + 1),
            _ => words.push(shape::label(step)),
        }
    }
    words.join(", ")
}

/// The text without what it says of where it is wrong.
fn without(text: &str, way: &str) -> String {
    let index = way.split('.').map(|step| match step.parse::<usize>() {
        Ok(place) => format!("[{place}]"),
        Err(_) => format!(".{step}"),
    });
    let index = index.collect::<String>();
    let index = index.trim_start_matches('.');
    let mut bare = text.to_owned();
    for name in [index, way] {
        if let Some((before, after)) = text.split_once(&format!("{name}: ")) {
            // What the API says first is the message, but where it only says that there is one.
            let before = before.strip_prefix("Bad request. ").unwrap_or(before);
            bare = format!("{before}{after}");
            break;
        }
    }
    let mut letters = bare.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => bare,
    }
}

/// What a text says may have been meant: what stands in backticks after "did you mean".
fn meant(text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once("did you mean ") else { return Vec::new() };
    let rest = rest.split('?').next().unwrap_or_default();
    let quoted: Vec<String> = match rest.contains('`') {
        true => rest.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
        false => rest.split(", ").map(|word| word.trim_matches('"').to_owned()).collect(),
    };
    quoted.into_iter().filter(|word| !word.is_empty() && !word.contains(' ')).collect()
}

fn missing_in(
    schema: &Value,
    shape: &Value,
    fields: &Map<String, Value>,
    way: &str,
    found: &mut Vec<Mistake>,
) {
    let shape = schema::target(schema, shape);
    for name in schema::required(shape) {
        if fields.get(name).is_none_or(Value::is_null) {
            let way = format!("{way}{name}");
            found.push(Mistake { way, text: "This is needed.".into(), meant: Vec::new() });
        }
    }
    for (name, inner) in schema::fields(shape) {
        let target = schema::target(schema, inner);
        match fields.get(name) {
            Some(Value::Object(inner)) => {
                missing_in(schema, target, inner, &format!("{way}{name}."), found);
            }
            Some(Value::Array(items)) => {
                let Some(item) = target.get("items") else { continue };
                for (place, fields) in items.iter().enumerate() {
                    let Some(fields) = fields.as_object() else { continue };
                    missing_in(schema, item, fields, &format!("{way}{name}.{place}."), found);
                }
            }
            _ => {}
        }
    }
}

/// How many fields that do not fit are looked for.
const MOST: usize = 50;

/// Finds what no field of its kind can hold, by whoever encodes it: what is known to be wrong is put
/// right, so that the next one is found.
fn unfit(
    operation: &Operation,
    schema: &Value,
    fields: &Map<String, Value>,
    found: &mut Vec<Mistake>,
) {
    let mut trial = fields.clone();
    for mistake in found.iter() {
        put_right(schema, &mut trial, &mistake.way);
    }
    for _ in 0..MOST {
        let Err(problem) = operation.encode(trial.clone()) else { return };
        let refusal = Refusal { status: 400, text: problem.text, field: Some(problem.field) };
        let Some(mistake) = Wrong::of(operation, &refusal).fields.pop() else { return };
        let is_new = !found.iter().any(|known| known.way == mistake.way);
        if !is_new || !put_right(schema, &mut trial, &mistake.way) {
            // Whoever is asked says the rest.
            found.extend(is_new.then_some(mistake));
            return;
        }
        found.push(mistake);
    }
}

/// Puts something that fits at a way.
fn put_right(schema: &Value, fields: &mut Map<String, Value>, way: &str) -> bool {
    let Ok(steps) = presentation::path::split(way) else { return false };
    let Some(shape) = schema::at(schema, &steps) else { return false };
    let name = steps.last().map(String::as_str).unwrap_or_default();
    let fits = sample::value(schema, shape, name, false, 4);
    presentation::path::set(fields, &steps, fits).is_ok()
}

/// Puts what was meant into the fields: `way=word`.
pub(crate) fn put(schema: &Value, pairs: &mut Vec<(String, String)>, text: &str) {
    let Some((way, word)) = text.split_once('=') else { return };
    let steps: Vec<String> = way.split('.').map(str::to_owned).collect();
    if schema::at(schema, &steps).is_some() {
        pairs.retain(|(name, _)| name != way && *name != format!("{}{way}", read::RAW));
        pairs.push((way.to_owned(), word.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use presentation::operations;

    use super::*;

    #[test]
    fn a_refusal_is_said_at_the_field_that_it_names() {
        let operation =
            operations::all().into_iter().find(|o| o.op.id == "create-instance").unwrap();
        let wrong = |text: &str| {
            let refusal = Refusal { status: 400, text: text.into(), field: None };
            Wrong::of(&operation, &refusal)
        };
        let at = wrong("Invalid plan. plan: `vc2-1c-1gbb` is no plan; did you mean `vc2-1c-1gb`?");
        assert_eq!(at.fields[0].way, "plan");
        assert_eq!(at.fields[0].meant, ["vc2-1c-1gb"]);
        assert!(at.fields[0].text.starts_with("Invalid plan. `vc2-1c-1gbb` is no plan"));
        let at = wrong("block_devices[1].label: is too long");
        assert_eq!(at.fields[0].way, "block_devices.1.label");
        assert_eq!(at.fields[0].text, "Is too long");
        assert_eq!(called(&at.fields[0].way), "Volume 2, Label");
        let at = wrong("Bad request. label: is too long");
        assert_eq!(at.fields[0].text, "Is too long");
        let none = wrong("Server is locked");
        assert_eq!((none.text.as_str(), none.fields.len()), ("Server is locked", 0));
    }

    #[test]
    fn what_has_to_be_there_is_told_all_at_once() {
        let operation =
            operations::all().into_iter().find(|o| o.op.id == "create-load-balancer").unwrap();
        let fields = serde_json::json!({"forwarding_rules": [{"frontend_port": 80}]});
        let wrong = Wrong::known(&operation, fields.as_object().unwrap(), Vec::new(), None);
        let ways: Vec<&str> = wrong.fields.iter().map(|m| m.way.as_str()).collect();
        assert_eq!(
            ways,
            [
                "region",
                "forwarding_rules.0.frontend_protocol",
                "forwarding_rules.0.backend_protocol",
                "forwarding_rules.0.backend_port"
            ]
        );
    }
}
