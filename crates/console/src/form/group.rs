//! Lists in a form: objects as groups that are added and taken away, texts as tokens.

use maud::{Markup, html};
use presentation::schema;
use serde_json::Value;

use crate::choices::Choice;
use crate::form::draw::{At, Draw, MANY};
use crate::form::layout::Section;
use crate::form::read::text;
use crate::form::shape::{self, Control, id_of, marked};
use crate::icon::icon;

/// So many things stand below each other; more are a list.
const CHECKS: usize = 12;

/// A list of objects as a panel of its own.
pub(crate) fn panel<'a>(draw: &Draw<'a>, section: &Section, at: &At<'a>) -> Markup {
    let id = format!("s-{}", id_of(&at.way));
    html! {
        fieldset.panel aria-labelledby=(id) id=(id_of(&at.way)) {
            header { h2 id=(id) { (section.title) " " span.muted { (at.way) } } (add(at)) }
            (items(draw, at, true))
        }
    }
}

/// A list of objects within other fields.
pub(crate) fn nested<'a>(draw: &Draw<'a>, at: &At<'a>) -> Markup {
    html! {
        fieldset.group id=(id_of(&at.way)) {
            legend title=(at.way) { (draw.label(at)) }
            div.clear {
                (items(draw, at, false))
                div.row.foot { (add(at)) }
            }
        }
    }
}

/// The button that makes one more.
fn add(at: &At<'_>) -> Markup {
    let one = shape::label(at.name);
    html! {
        button.btn.slim type="submit" name="_add" value=(at.way) formnovalidate
            data-add=(id_of(&at.way)) {
            (icon("plus")) " Add a " (shape::lower(shape::one_of(&one)))
        }
    }
}

fn items<'a>(draw: &Draw<'a>, at: &At<'a>, is_panel: bool) -> Markup {
    let shape = schema::target(draw.schema, at.shape);
    let Some(item) = shape.get("items") else { return html! {} };
    let about = schema::description(Some(at.shape));
    let held = at.value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // What must be there begins with one.
    let begins = held.is_empty() && (at.needed || about.contains("at least one"));
    let hint = shape::hint(at.shape, &Control::Group);
    let depth = at.way.matches('%').count() / 2;
    html! {
        div.stack.body[is_panel] data-items=(id_of(&at.way)) data-slot={ "%" (depth) "%" } {
            @if !hint.is_empty() { p.hint { (marked(&hint)) } }
            (draw.error(&At { value: None, way: at.way.clone(), ..*at }))
            @for (place, value) in held.iter().enumerate() {
                (one(draw, at, item, &place.to_string(), Some(value)))
            }
            @if begins { (one(draw, at, item, "0", None)) }
            template { (one(draw, at, item, &format!("%{depth}%"), None)) }
        }
    }
}

fn one<'a>(
    draw: &Draw<'a>,
    at: &At<'a>,
    item: &'a Value,
    place: &str,
    value: Option<&'a Value>,
) -> Markup {
    let label = shape::label(at.name);
    let label = shape::one_of(&label);
    let number = place.parse::<usize>().map_or_else(|_| place.to_owned(), |n| (n + 1).to_string());
    let way = format!("{}.{place}", at.way);
    html! {
        fieldset.group data-item {
            legend { (label) " " span data-number { (number) } }
            button.btn.quiet.slim.icon type="submit" name="_remove" value=(way) formnovalidate
                data-remove aria-label={ "Remove " (label) " " (number) } { (icon("trash")) }
            div.stack.clear { (draw.inside(item, &way, value)) }
        }
    }
}

/// A list of texts: those that are in it, each with its tick, and a line for more, with commas between.
pub(crate) fn tokens(
    draw: &Draw<'_>,
    at: &At<'_>,
    control: &Control,
    choices: &[Choice],
) -> Markup {
    let held = match at.value {
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(value) => vec![text(value)],
        None => Vec::new(),
    };
    let id = id_of(&at.way);
    let label = shape::label(at.name);
    let called = |value: &str| {
        let known = choices.iter().find(|choice| choice.value == value);
        known.map_or(value, |choice| &choice.text).to_owned()
    };
    let list = format!("{id}-l");
    html! {
        div.tokens data-tokens=(at.way) {
            @for (place, value) in held.iter().enumerate() {
                label.tag.on {
                    input type="checkbox" name={ (at.way) "." (place) } value=(value) checked;
                    " " (called(value))
                }
            }
            input id=(id) name=(at.way) type="text" autocomplete="off" spellcheck="false"
                placeholder="Several with commas between"
                aria-label=[choices.is_empty().then_some(label)]
                list=[(!choices.is_empty()).then_some(&list)]
                aria-invalid=[draw.is_bad(at).then_some("true")]
                aria-describedby=[draw.described(at, control)];
        }
        @if !choices.is_empty() {
            datalist id=(list) { @for choice in choices {
                option value=(choice.value) { (choice.text) ", " (choice.detail) }
            } }
        }
    }
}

/// Several of some words.
pub(crate) fn words<'a>(draw: &Draw<'a>, at: &At<'a>, words: &[String]) -> Markup {
    let control = Control::Words(words.to_vec());
    html! {
        fieldset.field.bad[draw.is_bad(at)] id=(id_of(&at.way))
            aria-describedby=[draw.described(at, &control)] {
            legend.lab title=(at.way) { (draw.label(at)) }
            div.grid3 { @for word in words.iter().filter(|word| !word.is_empty()) {
                label.check {
                    input type="checkbox" name=(at.way) value=(word) checked[at.holds(word)];
                    " " span { (word) }
                }
            } }
            (draw.below(at, &control))
        }
    }
}

/// Several things by their names, or several texts.
pub(crate) fn several<'a>(draw: &Draw<'a>, at: &At<'a>, control: &Control) -> Markup {
    let choices = draw.choices.of(at.name).map(|field| &field.choices[..]);
    let here = draw.here(at);
    match choices {
        Some(choices) if choices.is_empty() => html! {
            div.field {
                span.lab title=(at.way) { (draw.label(at)) }
                (draw.none_yet(at, choices))
                (tokens(draw, at, control, &[]))
                (draw.below(at, control))
            }
        },
        Some(choices) if choices.len() <= CHECKS => html! {
            fieldset.field.bad[draw.is_bad(at)] id=(id_of(&at.way))
                aria-describedby=[draw.described(at, control)] {
                legend.lab title=(at.way) { (draw.label(at)) }
                div.grid2.checks { @for choice in choices {
                    @let is_in = choice.is_in(here) || at.holds(&choice.value);
                    label.check hidden[!is_in]
                        data-in=[choice.regions.as_ref().map(|r| r.join(" "))] {
                        input type="checkbox" name=(at.way) value=(choice.value)
                            checked[at.holds(&choice.value)] disabled[!is_in];
                        " "
                        span {
                            (choice.text)
                            @if !choice.detail.is_empty() { span.hint { (choice.detail) } }
                        }
                    }
                } }
                (draw.away(at, choices))
                (draw.none_yet(at, choices))
                (draw.below(at, control))
            }
        },
        Some(choices) if choices.len() <= MANY => html! {
            div.field.bad[draw.is_bad(at)] {
                label for=(id_of(&at.way)) title=(at.way) { (draw.label(at)) }
                select.input.many id=(id_of(&at.way)) name=(at.way) multiple size="6"
                    aria-describedby=[draw.described(at, control)] {
                    @for choice in choices {
                        @let is_in = choice.is_in(here) || at.holds(&choice.value);
                        option value=(choice.value) selected[at.holds(&choice.value)]
                            hidden[!is_in] disabled[!is_in]
                            data-in=[choice.regions.as_ref().map(|r| r.join(" "))] {
                            (choice.text)
                            @if !choice.detail.is_empty() { ", " (choice.detail) }
                        }
                    }
                }
                (draw.away(at, choices))
                (draw.below(at, control))
            }
        },
        more => html! {
            div.field.bad[draw.is_bad(at)] {
                label for=(id_of(&at.way)) title=(at.way) { (draw.label(at)) }
                (tokens(draw, at, control, more.unwrap_or_default()))
                (draw.below(at, control))
            }
        },
    }
}
