//! The controls of a form, each drawn from its field's shape.

use maud::{Markup, html};
use presentation::operations::Operation;
use presentation::schema;
use serde_json::{Map, Value};

use crate::choices::{Choice, Choices};
use crate::form::layout::{self, Kind, Layout, Section};
use crate::form::read::{self, text};
use crate::form::shape::{self, Control, id_of, marked};
use crate::form::wrong::{self, Wrong};
use crate::form::{back, confirm, group, needs, networks, pick};
use crate::icon::icon;
use crate::price;

/// More choices than these are written and found, not chosen from a list.
pub(crate) const MANY: usize = 200;
/// So many words stand beside each other; more are a list.
const RADIOS: usize = 4;

/// What a form is drawn with.
pub(crate) struct Draw<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) schema: &'a Value,
    pub(crate) values: &'a Map<String, Value>,
    /// What the thing is now, of a form that changes one.
    pub(crate) was: &'a Map<String, Value>,
    pub(crate) choices: &'a Choices,
    pub(crate) wrong: &'a Wrong,
    /// Whether it changes what there is: what is not known of it then stays as it is.
    pub(crate) changes: bool,
    /// The region that it is about, where that is known.
    pub(crate) region: String,
}

/// One field, where it stands.
pub(crate) struct At<'a> {
    pub(crate) name: &'a str,
    /// Its way from the top, which is the name of its input.
    pub(crate) way: String,
    pub(crate) shape: &'a Value,
    pub(crate) needed: bool,
    pub(crate) value: Option<&'a Value>,
}

impl At<'_> {
    fn text(&self) -> String {
        self.value.map(text).unwrap_or_default()
    }

    pub(crate) fn holds(&self, word: &str) -> bool {
        match self.value {
            Some(Value::Array(items)) => items.iter().any(|item| text(item) == word),
            Some(value) => text(value) == word,
            None => false,
        }
    }
}

impl<'a> Draw<'a> {
    /// All fields, as their layout has them.
    pub(crate) fn all(&self, layout: &Layout) -> Markup {
        html! {
            @for section in &layout.sections { (self.section(section)) }
            (self.drawer("Advanced", &layout.advanced))
            (self.drawer("Older", &layout.older))
        }
    }

    fn section(&self, section: &Section) -> Markup {
        let first = section.fields.first().map(String::as_str).unwrap_or_default();
        let (Some(at), id) = (self.field_of(first), format!("s-{}", id_of(first))) else {
            return html! {};
        };
        match section.kind {
            Kind::Regions if self.choices.of(first).is_some_and(|c| !c.choices.is_empty()) => {
                pick::regions(self, &at)
            }
            Kind::Plans if self.choices.of(first).is_some_and(|c| !c.choices.is_empty()) => {
                pick::plans(self, &at)
            }
            Kind::OneOf => pick::one_of(self, section),
            Kind::Group => group::panel(self, section, &at),
            _ if section.fields.len() == 1 && section.title == shape::label(first) => html! {
                fieldset.panel aria-labelledby=(id) {
                    header { h2 id=(id) { (section.title) } }
                    div.body.stack.alone { (self.field(&at)) }
                }
            },
            _ if section.title.is_empty() => html! {
                section.panel aria-label="Fields" {
                    div.body.stack { (self.fields(&section.fields)) }
                }
            },
            _ => html! {
                fieldset.panel aria-labelledby=(id) {
                    header { h2 id=(id) { (section.title) } }
                    div.body.stack { (self.fields(&section.fields)) }
                }
            },
        }
    }

    /// Fields that few need, closed as long as nothing is in them.
    fn drawer(&self, title: &str, names: &[String]) -> Markup {
        if names.is_empty() {
            return html! {};
        }
        let is_used = |name: &String| {
            self.wrong.is_in(name) || !self.changes && self.values.contains_key(name)
        };
        let some: Vec<String> =
            names.iter().take(5).map(|name| shape::lower(&shape::label(name))).collect();
        let more = if names.len() > some.len() { ", …" } else { "" };
        let count =
            if names.len() == 1 { "1 field".into() } else { format!("{} fields", names.len()) };
        html! {
            details.panel.more open[names.iter().any(is_used)] {
                summary {
                    (title) " "
                    span.n.small.muted.cut { (count) ": " (some.join(", ")) (more) }
                }
                div.body.stack { (self.fields(names)) }
            }
        }
    }

    /// Fields below each other, the short ones two in a row.
    pub(crate) fn fields(&self, names: &[String]) -> Markup {
        let all: Vec<At<'_>> = names.iter().filter_map(|name| self.field_of(name)).collect();
        self.runs(&all)
    }

    /// A field of the request itself.
    pub(crate) fn field_of(&self, name: &str) -> Option<At<'a>> {
        let (name, shape) = schema::fields(self.schema).find(|(own, _)| *own == name)?;
        let needed = schema::required(self.schema).contains(&name.as_str())
            || needs::is_always(self.operation, name);
        let value = self.values.get(name);
        Some(At { name, way: name.clone(), shape, needed, value })
    }

    /// The fields of an object at a way.
    pub(crate) fn inside(&self, shape: &'a Value, way: &str, value: Option<&'a Value>) -> Markup {
        let shape = schema::target(self.schema, shape);
        let needed = schema::required(shape);
        let mut all: Vec<At<'_>> = schema::fields(shape)
            .map(|(name, inner)| At {
                name,
                way: format!("{way}.{name}"),
                shape: inner,
                needed: needed.contains(&name.as_str()),
                value: value.and_then(|value| value.get(name)),
            })
            .collect();
        all.sort_by_key(|at| (!at.needed, layout::common(at.name)));
        self.runs(&all)
    }

    fn runs(&self, all: &[At<'a>]) -> Markup {
        let class = |at: &At<'_>| {
            let control = Control::of(self.schema, at.name, at.shape);
            (control.is_wide(), control.is_check() && !self.is_three(at))
        };
        let runs: Vec<&[At<'_>]> = all.chunk_by(|a, b| class(a) == class(b)).collect();
        html! { @for run in runs {
            @if run.first().is_some_and(|at| class(at).0) {
                @for at in run { (self.field(at)) }
            } @else {
                div.grid2 { @for at in run { (self.field(at)) } }
            }
        } }
    }

    /// One field: its label, its control, what is said about it, and what is wrong with it.
    pub(crate) fn field(&self, at: &At<'a>) -> Markup {
        let control = Control::of(self.schema, at.name, at.shape);
        match &control {
            Control::Group => group::nested(self, at),
            Control::Object => self.object(at),
            Control::Flag | Control::Switch(..) if !self.is_three(at) => self.check(at, &control),
            Control::Flag => self.three(at, "true", "false"),
            Control::Switch(on, off) => self.three(at, on, off),
            Control::Word(words) if words.len() <= RADIOS && at.needed => self.radios(at, words),
            Control::Words(words) => group::words(self, at, words),
            Control::Things | Control::Texts => group::several(self, at, &control),
            _ => self.plain(at, &control),
        }
    }

    fn plain(&self, at: &At<'a>, control: &Control) -> Markup {
        let inner = html! {
            (self.control(at, control))
            (self.below(at, control))
        };
        html! {
            div.field.bad[self.is_bad(at)] {
                label for=(id_of(&at.way)) title=(at.way) { (self.label(at)) }
                (inner)
            }
        }
    }

    /// What a field is called, and whether it may be left out.
    pub(crate) fn label(&self, at: &At<'_>) -> Markup {
        html! {
            (shape::label(at.name))
            @if at.needed {}
            @else if let Some(when) = needs::mark(self.operation, &at.way) {
                // Of several, their heading says it.
                @if !layout::ONE_OF.contains(&at.name) { " " i { (when) } }
            }
            @else if !self.changes { " " i { "optional" } }
        }
    }

    /// Whether nothing shows what a field of a change is now.
    pub(crate) fn is_unknown(&self, at: &At<'_>) -> bool {
        let mut steps = at.way.split('.');
        let top = steps.next().and_then(|name| self.was.get(name));
        // What is added to a list is new.
        let is_new =
            steps.clone().any(|step| step.starts_with('%') || step.parse::<usize>().is_ok());
        let was = steps.fold(top, |held, step| held?.get(step));
        self.changes && !is_new && at.value.is_none() && was.is_none()
    }

    pub(crate) fn is_bad(&self, at: &At<'_>) -> bool {
        self.wrong.at(&at.way, true).is_some()
    }

    fn control(&self, at: &At<'a>, control: &Control) -> Markup {
        if let Control::Word(words) = control {
            return self.words(at, words);
        }
        let field = self.choices.of(at.name);
        let (choices, is_made) =
            (field.map(|field| &field.choices[..]), field.is_some_and(|f| f.maker.is_some()));
        match (control, choices) {
            (Control::Lines | Control::Encoded | Control::Pairs | Control::Json, _) => {
                self.lines(at, control)
            }
            (_, Some(choices)) if choices.len() > MANY => self.input(at, control, choices),
            (Control::Thing, Some(choices)) => self.select(at, choices),
            (_, Some(choices)) if !choices.is_empty() || is_made => self.select(at, choices),
            _ => self.input(at, control, &[]),
        }
    }

    fn input(&self, at: &At<'a>, control: &Control, choices: &[Choice]) -> Markup {
        let shape = schema::target(self.schema, at.shape);
        let id = id_of(&at.way);
        let is_secret = schema::is_secret(at.shape) || schema::is_secret(shape);
        let is_number = matches!(control, Control::Integer);
        // What is no number stays to be seen, which no number's input shows.
        let is_odd = at.value.is_some_and(|value| !value.is_number());
        let kind = match control {
            _ if is_secret => "password",
            Control::Integer if !is_odd => "number",
            _ => "text",
        };
        let limit = |name: &str| {
            let own = shape.get(name)?.as_u64().filter(|n| *n < u64::from(u32::MAX));
            own.filter(|_| is_number).map(|n| n.to_string())
        };
        let most = at.shape["maxLength"].as_u64().or(shape["maxLength"].as_u64());
        let most = most.filter(|_| !is_number);
        let mono = matches!(control, Control::Thing).then_some("input mono").unwrap_or("input");
        let hold = matches!(control, Control::Time).then_some("2027-01-31T12:00:00+00:00");
        html! {
            div.secret[is_secret] {
                input class=(mono) id=(id) name=(at.way) type=(kind) value=(at.text())
                    min=[limit("minimum")] max=[limit("maximum")] maxlength=[most]
                    required[at.needed] placeholder=[hold]
                    data-size=[networks::size_of(self.schema, &at.way).map(|way| id_of(&way))]
                    list=[(!choices.is_empty()).then(|| format!("{id}-l"))]
                    autocomplete=(if is_secret { "new-password" } else { "off" })
                    spellcheck="false"
                    aria-invalid=[self.is_bad(at).then_some("true")]
                    aria-describedby=[self.described(at, control)];
                @if is_secret {
                    button.btn type="button" hidden data-reveal=(id) aria-pressed="false" { "Show" }
                }
            }
            @if !choices.is_empty() {
                datalist id={ (id) "-l" } { @for choice in choices {
                    option value=(choice.value) { (choice.text) ", " (choice.detail) }
                } }
            }
        }
    }

    fn lines(&self, at: &At<'a>, control: &Control) -> Markup {
        let shape = schema::target(self.schema, at.shape);
        let is_secret = schema::is_secret(at.shape) || schema::is_secret(shape);
        let held = at.value.filter(|value| !value.is_null());
        let (text, raw) = match (control, held) {
            (Control::Encoded, Some(value)) => match read::decoded(&text(value)) {
                Some(text) => (text, None),
                None => (String::new(), Some(text(value))),
            },
            (Control::Json, Some(value)) if !value.is_string() => {
                (serde_json::to_string_pretty(value).unwrap_or_default(), None)
            }
            (Control::Pairs, Some(Value::Object(pairs))) => {
                let lines = pairs.iter().map(|(name, value)| format!("{name}={}", text(value)));
                (lines.collect::<Vec<_>>().join("\n"), None)
            }
            (_, value) => (value.map(text).unwrap_or_default(), None),
        };
        let hold = match control {
            Control::Json => Some("{ }"),
            Control::Pairs => Some("name=value"),
            _ if at.name == "user_data" => Some("#cloud-config"),
            _ => None,
        };
        let id = id_of(&at.way);
        let most = at.shape["maxLength"].as_u64();
        html! {
            div.secret[is_secret] {
                // A browser drops the first line break.
                textarea.input.dots[is_secret] id=(id) name=(at.way) rows="5" maxlength=[most]
                    required[at.needed] placeholder=[hold] spellcheck="false"
                    autocomplete="off"
                    aria-invalid=[self.is_bad(at).then_some("true")]
                    aria-describedby=[self.described(at, control)] { "\n" (text) }
                @if is_secret {
                    button.btn type="button" hidden data-reveal=(id) aria-pressed="false" { "Show" }
                }
            }
            @if *control == Control::Pairs { span.hint { "One a line: " code { "name=value" } } }
            @if *control == Control::Encoded { (file(at, raw.as_deref())) }
        }
    }

    fn select(&self, at: &At<'a>, choices: &'a [Choice]) -> Markup {
        let value = at.text();
        let is_known = value.is_empty() || choices.iter().any(|c| c.value == value);
        let here = self.here(at);
        let none = match (at.needed, self.is_unknown(at)) {
            (true, _) => "Choose",
            (false, true) => "Leave as it is",
            (false, false) if self.operation.reads() => "Any",
            (false, false) => "None",
        };
        let control = Control::Thing;
        html! {
            select.input id=(id_of(&at.way)) name=(at.way) required[at.needed]
                data-placed[choices.iter().any(Choice::is_placed)]
                aria-invalid=[self.is_bad(at).then_some("true")]
                aria-describedby=[self.described(at, &control)] {
                option value="" { (none) }
                @if !is_known { option value=(value) selected { (value) } }
                @for choice in choices {
                    @let is_in = choice.is_in(here) || at.holds(&choice.value);
                    option value=(choice.value) selected[choice.value == value]
                        hidden[!is_in] disabled[!is_in]
                        data-in=[choice.regions.as_ref().map(|r| r.join(" "))]
                        data-of=[choice.item["engine"].as_str()] {
                        (choice.text)
                        @if choice.text != choice.value && choice.item.get("monthly_cost").is_some() {
                            ", " (choice.value)
                        }
                        @if !choice.detail.is_empty() { ", " (choice.detail) }
                        (price::beside(choice, here))
                    }
                }
            }
            (self.away(at, choices))
            (self.none_yet(at, choices))
        }
    }

    /// What is chosen and is not where the form is about.
    pub(crate) fn away(&self, at: &At<'_>, choices: &[Choice]) -> Markup {
        let here = self.here(at);
        let gone = choices.iter().filter(|c| at.holds(&c.value) && !c.is_in(here));
        let names: Vec<&str> = gone.map(|choice| choice.text.as_str()).collect();
        let is_placed = choices.iter().any(|choice| choice.regions.is_some());
        html! {
            @if is_placed {
                p.err.away data-away hidden[names.is_empty()] {
                    (icon("alert"))
                    span {
                        @if !names.is_empty() {
                            (names.join(", ")) " is not to be had in " (here)
                            ": choose another one, or another region."
                        }
                    }
                }
            }
        }
    }

    /// Where there is nothing to choose from: how to come by one.
    pub(crate) fn none_yet(&self, at: &At<'_>, choices: &[Choice]) -> Markup {
        let maker = self.choices.of(at.name).and_then(|field| field.maker);
        html! {
            @if let Some(maker) = maker && choices.iter().all(|c| !c.is_in(self.here(at))) {
                span.hint {
                    "There is none yet. "
                    (back::button(&maker, &at.way, self.here(at), "Create one"))
                }
            }
        }
    }

    /// The region that a field's choices are in: a region itself is in none.
    pub(crate) fn here(&self, at: &At<'_>) -> &str {
        let is_region = matches!(at.name, "region" | "regions" | "global_regions");
        if is_region { "" } else { &self.region }
    }

    fn words(&self, at: &At<'a>, words: &[String]) -> Markup {
        let value = at.text();
        let control = Control::Word(words.to_vec());
        let none = match (at.needed, self.is_unknown(at)) {
            (true, _) => "Choose",
            (false, true) => "Leave as it is",
            (false, false) if self.operation.reads() => "Any",
            (false, false) => "Not set",
        };
        let is_known = value.is_empty() || words.contains(&value);
        let shape = schema::target(self.schema, at.shape);
        let short = |means: &String| means.chars().count() < 48;
        let means = |word: &str| meaning(shape, word).filter(short).map(|m| m.replace('`', ""));
        html! {
            select.input id=(id_of(&at.way)) name=(at.way) required[at.needed]
                aria-invalid=[self.is_bad(at).then_some("true")]
                aria-describedby=[self.described(at, &control)] {
                option value="" { (none) }
                @if !is_known { option value=(value) selected { (value) } }
                @for word in words.iter().filter(|word| !word.is_empty()) {
                    option value=(word) selected[*word == value] {
                        (word)
                        @if let Some(means) = means(word) { " · " (means) }
                    }
                }
            }
        }
    }

    fn radios(&self, at: &At<'a>, words: &[String]) -> Markup {
        let control = Control::Word(words.to_vec());
        let value = at.text();
        html! {
            fieldset.field.bad[self.is_bad(at)] id=(id_of(&at.way))
                aria-describedby=[self.described(at, &control)] {
                legend.lab title=(at.way) { (self.label(at)) }
                div.row.wide { @for word in words.iter().filter(|word| !word.is_empty()) {
                    @let means = meaning(schema::target(self.schema, at.shape), word);
                    label.check {
                        input type="radio" name=(at.way) value=(word) checked[*word == value]
                            required[at.needed];
                        " "
                        span { (word) @if let Some(means) = means { span.hint { (marked(&means)) } } }
                    }
                } }
                (self.below(at, &control))
            }
        }
    }

    fn object(&self, at: &At<'a>) -> Markup {
        let hint = shape::hint(at.shape, &Control::Object);
        html! {
            fieldset.group.bad[self.wrong.at(&at.way, false).is_some()] id=(id_of(&at.way)) {
                legend title=(at.way) { (self.label(at)) }
                div.stack.clear {
                    @if !hint.is_empty() { p.hint { (marked(&hint)) } }
                    (self.inside(at.shape, &at.way, at.value))
                }
                @if let Some(mistake) = self.wrong.at(&at.way, false) { (wrong::at_field(mistake)) }
            }
        }
    }

    /// Whether a flag says more than yes and no: that it was not said.
    fn is_three(&self, at: &At<'_>) -> bool {
        let control = Control::of(self.schema, at.name, at.shape);
        let about = schema::description(Some(at.shape));
        let is_usual = about.contains("when absent") && !about.contains("`disabled` when absent");
        match control {
            Control::Flag => !at.needed && (is_usual || self.changes && at.value.is_none()),
            Control::Switch(..) => self.changes && at.value.is_none(),
            _ => false,
        }
    }

    fn check(&self, at: &At<'a>, control: &Control) -> Markup {
        let (on, off) = match control {
            Control::Switch(on, off) => (on.as_str(), off.as_str()),
            _ => ("true", "false"),
        };
        let stays = self.changes
            && confirm::stays_on(at.name)
            && self.was.get(at.name).is_some_and(|was| text(was) == on);
        let hint =
            if stays { "It is on, and stays on.".to_owned() } else { self.hint(at, control) };
        html! {
            div.field.bad[self.is_bad(at)] {
                @if !stays && (at.needed || self.changes) { input type="hidden" name=(at.way) value=(off); }
                label.check title=(at.way) {
                    input id=(id_of(&at.way)) type="checkbox" name=(at.way) value=(on)
                        checked[at.holds(on) || stays] disabled[stays]
                        aria-invalid=[self.is_bad(at).then_some("true")]
                        aria-describedby=[self.described(at, control)];
                    " "
                    span {
                        (shape::label(at.name))
                        @if !hint.is_empty() {
                            span.hint id={ (id_of(&at.way)) "-h" } { (marked(&hint)) }
                        }
                    }
                }
                (self.error(at))
            }
        }
    }

    /// Yes, no, or not said.
    fn three(&self, at: &At<'a>, on: &str, off: &str) -> Markup {
        let value = at.text();
        let control = Control::Flag;
        let none = if self.is_unknown(at) { "Leave as it is" } else { "As usual" };
        html! {
            div.field.bad[self.is_bad(at)] {
                label for=(id_of(&at.way)) title=(at.way) { (self.label(at)) }
                select.input id=(id_of(&at.way)) name=(at.way)
                    aria-invalid=[self.is_bad(at).then_some("true")]
                    aria-describedby=[self.described(at, &control)] {
                    @for (word, means) in [("", none), (on, "Yes"), (off, "No")] {
                        option value=(word) selected[word == value] { (means) }
                    }
                }
                (self.below(at, &control))
            }
        }
    }
}

/// A file in place of a text: script encodes it, whatever is in it.
fn file(at: &At<'_>, raw: Option<&str>) -> Markup {
    let id = format!("{}-raw", id_of(&at.way));
    html! {
        input type="hidden" id=(id) name={ (read::RAW) (at.way) } value=(raw.unwrap_or_default());
        div.row {
            input type="file" hidden data-file=(id_of(&at.way))
                aria-label={ (shape::label(at.name)) " from a file" };
            span.hint data-held=(id) hidden[raw.is_none()] { "A file is kept, and sent as it is." }
        }
    }
}

/// What a word means, as its type says.
fn meaning(shape: &Value, word: &str) -> Option<String> {
    let about = shape["description"].as_str()?;
    let line = about.lines().find_map(|line| line.strip_prefix(&format!("- `{word}`: ")))?;
    Some(shape::sentence(line).to_owned())
}
