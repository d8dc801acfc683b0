//! What is said below a control: what it takes, and what is wrong with it.

use maud::{Markup, html};
use presentation::schema;

use crate::form::draw::{At, Draw};
use crate::form::shape::{self, Control, id_of, marked};
use crate::form::{needs, networks, wrong};
use crate::link::words;

impl Draw<'_> {
    /// What is said below a control.
    pub(crate) fn below(&self, at: &At<'_>, control: &Control) -> Markup {
        let hint = self.hint(at, control);
        html! {
            @if !hint.is_empty() { span.hint id={ (id_of(&at.way)) "-h" } { (marked(&hint)) } }
            (self.error(at))
        }
    }

    /// What a field takes.
    pub(crate) fn hint(&self, at: &At<'_>, control: &Control) -> String {
        if let Some(hint) = needs::hint(self.operation, &at.way) {
            return hint.to_owned();
        }
        let mut hint = self.in_words(at, &shape::hint(at.shape, control));
        if networks::size_of(self.schema, &at.way).is_some() {
            hint.push_str(" With its size, as `10.0.0.0/8`, it fills both fields.");
        }
        let is_line = matches!(control, Control::Text | Control::Lines | Control::Encoded);
        if is_line && self.is_unknown(at) {
            hint.push_str(" What it is now is not shown: left empty, it stays.");
        }
        hint.trim_start().to_owned()
    }

    /// A text in which fields beside this one are called as their labels call them.
    fn in_words(&self, at: &At<'_>, text: &str) -> String {
        let beside = |name: &str| {
            let above = at.way.strip_suffix(at.name).unwrap_or_default();
            let steps = presentation::path::split(&format!("{above}{name}")).ok()?;
            schema::at(self.schema, &steps).map(|_| format!("“{}”", words::label(name)))
        };
        let parts: Vec<&str> = text.split('`').collect();
        let last = parts.len().saturating_sub(1);
        let each = parts.iter().enumerate().map(|(place, part)| match place % 2 {
            1 if place < last => beside(part).unwrap_or_else(|| format!("`{part}`")),
            1 => format!("`{part}"),
            _ => (*part).to_owned(),
        });
        each.collect()
    }

    pub(crate) fn error(&self, at: &At<'_>) -> Markup {
        html! {
            @if let Some(mistake) = self.wrong.at(&at.way, true) { (wrong::at_field(mistake)) }
        }
    }

    /// The ids of what is said below a control.
    pub(crate) fn described(&self, at: &At<'_>, control: &Control) -> Option<String> {
        let mut ids = Vec::new();
        if !self.hint(at, control).is_empty() {
            ids.push(format!("{}-h", id_of(&at.way)));
        }
        if let Some(mistake) = self.wrong.at(&at.way, true) {
            ids.push(format!("{}-e", id_of(&mistake.way)));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
