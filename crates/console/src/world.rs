//! What is Kettle's own, for the server's owner: the state of all there is, its clock, what goes wrong on
//! purpose, lifecycles by hand, and the history. A page with tabs, each at an address of its own.
//!
//! All that can be done here is an operation of Kettle's own, carried out by its form as those of the API
//! are (`form`): this only puts them at hand, and says what came of it ([`told`]).

mod clock;
mod difference;
mod faults;
mod file;
mod history;
mod holds;
mod state;
mod told;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::future::join4;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self, Page, token};
use crate::upstream::Refusal;
use crate::{ROOT, Shared, href, when};

pub(crate) use told::after;

/// What paths of Kettle's own begin with.
const OWN: &str = "/_kettle/";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let at = |rest: &str| format!("{ROOT}/world{rest}");
    Router::new()
        .route(&at(""), get(state::show))
        .route(&at("/clock"), get(clock::show))
        .route(&at("/faults"), get(faults::show))
        .route(&at("/lifecycles"), get(holds::show))
        .route(&at("/history"), get(history::show))
        .route(&at("/history.har"), get(file::har))
        .route(&at("/snapshots/{name}"), get(difference::show))
        .route(&at("/export"), get(file::export))
        .route(&at("/import"), post(file::import))
}

/// Whether an operation is Kettle's own, and no part of the API.
pub(crate) fn is_own(operation: &Operation) -> bool {
    operation.op.path.starts_with(OWN)
}

/// The line of the navigation that is marked on all of these pages.
pub(crate) fn here() -> String {
    format!("{ROOT}/world")
}

/// Its pages by their titles: what is looked for by name.
pub(crate) fn pages() -> impl Iterator<Item = (String, String)> {
    Tab::ALL
        .into_iter()
        .map(|tab| (format!("World: {}", tab.title().to_lowercase()), tab.address()))
}

/// The pages above the form of an operation of Kettle's own; none above one of the API.
pub(crate) fn crumbs(operation: &Operation) -> Vec<(String, String)> {
    match is_own(operation) {
        true => {
            let tab = Tab::of(operation);
            let own = (tab.title().to_owned(), tab.address());
            let top = ("World".to_owned(), here());
            if tab == Tab::State { vec![top] } else { vec![top, own] }
        }
        false => Vec::new(),
    }
}

/// The tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    State,
    Clock,
    Faults,
    Holds,
    History,
}

impl Tab {
    const ALL: [Self; 5] = [Self::State, Self::Clock, Self::Faults, Self::Holds, Self::History];

    fn title(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Clock => "Clock",
            Self::Faults => "Faults",
            Self::Holds => "Lifecycles",
            Self::History => "History",
        }
    }

    fn address(self) -> String {
        let rest = match self {
            Self::State => "",
            Self::Clock => "/clock",
            Self::Faults => "/faults",
            Self::Holds => "/lifecycles",
            Self::History => "/history",
        };
        format!("{ROOT}/world{rest}")
    }

    /// The tab that an operation belongs to.
    fn of(operation: &Operation) -> Self {
        match (operation.group.name, operation.op.id) {
            ("world-clock", _) => Self::Clock,
            ("world-fault", _) => Self::Faults,
            ("world-hold", _) => Self::Holds,
            ("world-history", _) | (_, "check-calls") => Self::History,
            _ => Self::State,
        }
    }
}

/// A list of things with its title, how many there are, and what can be done with all of them.
fn panel(id: &str, title: &str, count: usize, all: &Markup, content: &Markup) -> Markup {
    html! {
        section.panel aria-labelledby=(id) {
            header {
                h2 id=(id) { (title) }
                @if count > 0 { span.tag { (count) } (all) }
            }
            (content)
        }
    }
}

/// What every tab tells of the world.
struct World {
    clock: Value,
    snapshots: Vec<Value>,
    faults: Vec<Value>,
    holds: Vec<Value>,
}

impl World {
    /// Looks at it; else the page that says why not.
    async fn look(cx: &Cx) -> Result<Self, Response> {
        let all = join4(
            ask(cx, "get-clock", &[]),
            list(cx, "list-world-snapshots"),
            list(cx, "list-faults"),
            list(cx, "list-holds"),
        );
        let (clock, snapshots, faults, holds) = all.await;
        let known = async { Ok((clock?, snapshots?, faults?, holds?)) };
        match known.await {
            Ok((clock, snapshots, faults, holds)) => Ok(Self { clock, snapshots, faults, holds }),
            Err(refusal) => Err(not_seen(cx, &refusal)),
        }
    }

    /// How many there are of what a tab is about.
    fn count(&self, tab: Tab) -> usize {
        match tab {
            Tab::State => self.snapshots.len(),
            Tab::Faults => self.faults.len(),
            Tab::Holds => self.holds.len(),
            Tab::Clock | Tab::History => 0,
        }
    }

    /// In a line: what time it is, and what is otherwise than usual.
    fn line(&self) -> String {
        let mut line = format!(
            "It is {}, and the clock {}.",
            clock::shown(&self.clock),
            clock::goes(&self.clock)
        );
        match self.faults.len() {
            0 => {}
            1 => line += " One rule makes things go wrong.",
            many => line += &format!(" {many} rules make things go wrong."),
        }
        match self.holds.len() {
            0 => {}
            1 => line += " One hold is in force.",
            many => line += &format!(" {many} holds are in force."),
        }
        line
    }

    /// A tab's page, with what is done there most at the right of its head.
    fn page(&self, cx: &Cx, tab: Tab, act: &Markup, content: &Markup) -> Response {
        let main = html! {
            div.head {
                div { h1 { "World" } p { (self.line()) } }
                (act)
            }
            nav.tabs.own aria-label="World" { @for each in Tab::ALL {
                a href=(each.address()) aria-current=[(each == tab).then_some("page")] {
                    (each.title())
                    @if self.count(each) > 0 { span.n { (self.count(each)) } }
                }
            } }
            (content)
        };
        let (title, crumbs) = match tab {
            Tab::State => ("World".to_owned(), Vec::new()),
            tab => (tab.title().to_owned(), vec![("World".to_owned(), here())]),
        };
        layout::page(cx, Page { title, crumbs, here: here(), main, ..Page::default() })
    }
}

/// The page of those who may not see it, or of what did not work.
fn not_seen(cx: &Cx, refusal: &Refusal) -> Response {
    if refusal.status != 403 {
        return layout::refused(cx, refusal);
    }
    let main = html! {
        div.head { div {
            h1 { "World" }
            p { "Only the owner of this server turns its clock, saves and restores its state, and has things go wrong." }
        } }
        div.note {
            (icon("info"))
            div {
                b { "This session's key is not the owner's." }
                " The owner's key is in the file " code { "key" } " of the data directory, and "
                code { "kettle console" } " signs in with it."
            }
        }
    };
    layout::page(cx, Page { title: "World".into(), here: here(), main, ..Page::default() })
}

/// Calls an operation of Kettle's own.
async fn ask(cx: &Cx, id: &str, fields: &[(&str, &str)]) -> Result<Value, Refusal> {
    let text = format!("There is no operation {id}.");
    let operation = operations::find(id).ok_or(Refusal { status: 404, text, field: None })?;
    Ok(cx.caller.call(&operation, own(fields)).await?.value)
}

async fn list(cx: &Cx, id: &str) -> Result<Vec<Value>, Refusal> {
    let value = ask(cx, id, &[]).await?;
    Ok(value.as_array().cloned().unwrap_or_default())
}

fn own(fields: &[(&str, &str)]) -> Map<String, Value> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

/// The form of an operation, with these fields filled in, at its own address.
fn form_at(id: &str, fields: &[(&str, &str)]) -> String {
    operations::find(id).map(|operation| href::form(&operation, &own(fields))).unwrap_or_default()
}

/// A small form that carries out an operation. What is wrong with what was filled in is said on the
/// operation's own form.
fn form(cx: &Cx, id: &str, inner: &Markup) -> Markup {
    html! { form.row method="post" action={ (ROOT) "/op/" (id) } { (token(cx)) (inner) } }
}

/// A button that carries out an operation with these fields.
fn button(cx: &Cx, id: &str, fields: &[(&str, &str)], name: &str, text: &Markup) -> Markup {
    form(
        cx,
        id,
        &html! {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.btn.slim type="submit" aria-label=[(!name.is_empty()).then_some(name)] { (text) }
        },
    )
}

/// What the same is on the command line.
fn commands(lines: &[String]) -> Markup {
    html! {
        section.panel aria-label="On the command line" {
            header { h2 { "On the command line" } }
            div.code {
                pre id="commands" tabindex="0" role="region" aria-label="Commands" {
                    @for (i, line) in lines.iter().enumerate() {
                        @if i > 0 { "\n" }
                        @match line.split_once(' ') {
                            Some((first, rest)) => { span.w { (first) } " " (rest) }
                            None => { (line) }
                        }
                    }
                }
                button.copy type="button" data-copy="#commands" aria-label="Copy commands" { (icon("copy")) }
            }
        }
    }
}

/// A text of the API's as it is: empty where there is none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// A time, with its day.
fn time(at: &str) -> Markup {
    let millis = when::millis(at).unwrap_or_default();
    html! {
        time datetime=(at) title=(when::shown(millis, "%-d %b %Y, %H:%M:%S UTC")) {
            (when::shown(millis, "%-d %b %Y, %H:%M"))
        }
    }
}
