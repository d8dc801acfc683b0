//! The console of a machine that is real: a terminal in it, in the browser. It is opened by who has signed
//! in and may open it, or by the address that the API tells, whose token opens that machine alone.
//!
//! Where machines are simulated there is none, and the page says so.

mod keys;
mod lines;
mod screen;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use fronts::Error;
use fronts::terminals::{Console, Consoles, Terminals as Opens};
use http::{HeaderMap, StatusCode};
use hyper::upgrade::OnUpgrade;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::cx::{Cx, is_same_origin};
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::link::family;
use crate::upstream::{Caller, Refusal};
use crate::{ROOT, Shared, assets, link, nav};

/// How many terminals are open at once.
pub(crate) const MOST: usize = 32;

/// What opens terminals in machines, and knows whose console a token opens.
#[derive(Clone)]
pub struct Terminals {
    /// What opens them.
    pub terminals: Arc<dyn Opens>,
    /// Whose a token is.
    pub consoles: Arc<dyn Consoles>,
}

/// Machines that have a console: the list that they are in, what looks at one, what tells where its console
/// is, and that field of the answer. Who is told nothing there may not open it.
const MACHINES: &[(&str, &str, &str, &str)] = &[
    ("instances", "get-instance", "get-instance", "kvm"),
    ("bare-metals", "get-bare-metal", "get-bare-metal-vnc", "url"),
];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(&format!("{ROOT}/terminal/{{list}}/{{id}}"), get(page))
        .route(&format!("{ROOT}/terminal/{{list}}/{{id}}/socket"), get(session_socket))
        .route(&format!("{ROOT}/kvm/{{token}}"), get(token_page))
        .route(&format!("{ROOT}/kvm/{{token}}/socket"), get(token_socket))
}

/// The page of a machine's console, for who looks at the machine with this operation; none: it has none.
pub(crate) fn address(cx: &Cx, operation: &Operation, thing: &Value) -> Option<String> {
    cx.shared.config.terminals.as_ref()?;
    let (list, ..) = MACHINES.iter().find(|(_, get, ..)| *get == operation.op.id)?;
    Some(format!("{ROOT}/terminal/{list}/{}", thing["id"].as_str()?))
}

/// Who sits at a terminal.
pub(crate) struct Guest {
    terminals: Arc<dyn Opens>,
    machine: Uuid,
    by: By,
}

/// By what somebody may.
enum By {
    Key(Caller, &'static str, Uuid),
    Token(Arc<dyn Consoles>, String),
}

impl Guest {
    /// Why they may not be there any more, if that is so.
    async fn obstacle(&self) -> Option<String> {
        match &self.by {
            By::Key(caller, list, id) => may(caller, list, *id).await.err().map(|r| r.text),
            By::Token(consoles, token) => match consoles.by_token(token).await {
                Ok(Some(_)) => None,
                Ok(None) => Some("The machine is gone.".into()),
                Err(error) => Some(error.to_string()),
            },
        }
    }
}

fn operation(id: &str) -> Option<Operation> {
    operations::all().into_iter().find(|operation| operation.op.id == id)
}

/// The fields of an operation's path for the machine of this id.
fn fields(operation: &Operation, id: Uuid) -> Map<String, Value> {
    operation.path_fields().into_iter().map(|name| (name, id.to_string().into())).collect()
}

/// Whether a key opens the console of a machine.
async fn may(caller: &Caller, list: &str, id: Uuid) -> Result<(), Refusal> {
    let refusal = |status, text: &str| Refusal { status, text: text.into(), field: None };
    let found = MACHINES.iter().find(|(own, ..)| *own == list);
    let found = found.and_then(|(_, _, tells, field)| Some((operation(tells)?, field)));
    let Some((tells, field)) = found else {
        return Err(refusal(404, "These have no console."));
    };
    let answer = caller.call(&tells, fields(&tells, id)).await?;
    match answer.value[field].as_str().is_some_and(|address| !address.is_empty()) {
        true => Ok(()),
        false => Err(refusal(403, "There is no console yet, or this key may not open it.")),
    }
}

/// The machine that an address is of: its list, what looks at it, its id.
fn machine(list: &str, id: &str) -> Option<(&'static str, Operation, Uuid)> {
    let (list, get, ..) = MACHINES.iter().find(|(own, ..)| *own == list)?;
    Some((list, operation(get)?, id.parse().ok()?))
}

fn nothing(cx: &Cx) -> Response {
    let text = format!("There is no console at {}.", cx.path);
    layout::refused(cx, &Refusal { status: 404, text, field: None })
}

async fn page(cx: Cx, Path((list, id)): Path<(String, String)>) -> Response {
    let Some((list, get, id)) = machine(&list, &id) else { return nothing(&cx) };
    let path = fields(&get, id);
    let answer = match cx.caller.call(&get, path.clone()).await {
        Ok(answer) => answer,
        Err(refusal) => return layout::refused(&cx, &refusal),
    };
    let name = link::called(&answer.value).unwrap_or_else(|| id.to_string());
    let main = match (&cx.shared.config.terminals, may(&cx.caller, list, id).await) {
        (None, _) => none(),
        (Some(_), Err(refusal)) => return layout::refused(&cx, &refusal),
        (Some(_), Ok(())) => desk(&name, &format!("{ROOT}/terminal/{list}/{id}/socket")),
    };
    let mut crumbs = match family::node(&get) {
        Some(node) => link::crumbs(&cx, node, &path).await,
        None => Vec::new(),
    };
    crumbs.push((name, format!("{ROOT}/v2/{list}/{id}")));
    let here = nav::item_of(&get).map(|item| item.shows.to_owned()).unwrap_or_default();
    layout::page(&cx, Page { title: "Console".into(), crumbs, here, main, ..Page::default() })
}

/// The machine that a token opens.
async fn opened(shared: &Shared, token: &str) -> Result<(Terminals, Console), Response> {
    let Some(terminals) = &shared.config.terminals else {
        return Err(layout::plain(StatusCode::NOT_FOUND, SIMULATED));
    };
    match terminals.consoles.by_token(token).await {
        Ok(Some(console)) => Ok((terminals.clone(), console)),
        Ok(None) => {
            let text = "This address opens no console: its machine is gone, or the owner's key was \
                        changed. The API tells the one that does.";
            Err(layout::plain(StatusCode::NOT_FOUND, text))
        }
        Err(Error::Refused(text) | Error::Unavailable(text)) => {
            Err(layout::plain(StatusCode::SERVICE_UNAVAILABLE, &text))
        }
    }
}

async fn token_page(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let (_, console) = match opened(&shared, &token).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let body = html! {
        main.alone id="main" {
            p.brand { (bird()) "Kettle" }
            (desk(&console.name, &format!("{ROOT}/kvm/{token}/socket")))
        }
        div id="say" .sr role="status" aria-live="polite" {}
    };
    layout::document(&format!("Console of {}", console.name), body, StatusCode::OK)
}

async fn session_socket(
    cx: Cx,
    Path((list, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut request: Request,
) -> Response {
    if !is_same_origin(&headers) {
        return foreign();
    }
    let Some((list, _, id)) = machine(&list, &id) else { return nothing(&cx) };
    let Some(Terminals { terminals, .. }) = cx.shared.config.terminals.clone() else {
        return layout::plain(StatusCode::NOT_FOUND, SIMULATED);
    };
    if let Err(refusal) = may(&cx.caller, list, id).await {
        return layout::refused(&cx, &refusal);
    }
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let guest = Guest { terminals, machine: id, by: By::Key(cx.caller, list, id) };
    socket::answer(cx.shared, &headers, upgrade, guest)
}

async fn token_socket(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    mut request: Request,
) -> Response {
    if !is_same_origin(&headers) {
        return foreign();
    }
    let (Terminals { terminals, consoles }, console) = match opened(&shared, &token).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let guest = Guest { terminals, machine: console.machine, by: By::Token(consoles, token) };
    socket::answer(shared, &headers, upgrade, guest)
}

fn foreign() -> Response {
    layout::plain(StatusCode::FORBIDDEN, "A page of another site may not open a console here.")
}

/// Why there is no console.
const SIMULATED: &str = "Machines are simulated here: there is no screen and no keyboard. A server that is \
                         started with --machines nspawn (Linux, root) has machines that one can log in to.";

fn none() -> Markup {
    html! {
        div.head { div { h1 { "No console" } } }
        div.panel { div.empty {
            (bird())
            p { (SIMULATED) }
            pre { "kettle serve --machines nspawn" }
        } }
    }
}

/// The keys that a phone has not, and that leave the terminal where all others go to the machine: name,
/// word, what is held.
const KEYS: &[(&str, &str, &str)] = &[
    ("Escape", "Esc", ""),
    ("Tab", "Tab", ""),
    ("Tab", "Shift Tab", "s"),
    ("c", "Ctrl C", "c"),
    ("d", "Ctrl D", "c"),
    ("ArrowLeft", "←", ""),
    ("ArrowUp", "↑", ""),
    ("ArrowDown", "↓", ""),
    ("ArrowRight", "→", ""),
];

/// What an arrow is called.
fn called(key: &str) -> Option<String> {
    Some(key.strip_prefix("Arrow")?.to_owned() + " arrow")
}

/// The terminal with what stands around it.
fn desk(name: &str, socket: &str) -> Markup {
    html! {
        div.head {
            div {
                div.row { h1 { "Console of " (name) } span.status.wait data-state { "Connecting" } }
                p id="term-help" {
                    "Keys go to the machine. " kbd { "Shift" } " " kbd { "Tab" } " leaves the terminal, "
                    kbd { "Shift" } " " kbd { "Page up" } " looks back. What is selected is copied by "
                    kbd { "Ctrl" } " " kbd { "C" } "."
                }
            }
            div.row { button.btn type="button" data-again hidden { (icon("again")) " Open again" } }
        }
        noscript { div.note.warn { (icon("alert")) div { "The console needs script. "
            code { "kettle instance console" } " works without." } } }
        div.note.warn data-over hidden role="alert" { (icon("alert")) div {} }
        div.term data-terminal=(socket) {
            div.screen role="region" aria-label="What the terminal shows" tabindex="-1" {}
            textarea aria-label={ "Keyboard of " (name) } aria-describedby="term-help" rows="1"
                autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false" {}
            span.probe aria-hidden="true" { "MMMMMMMMMMMMMMMMMMMM" }
        }
        div.row.keys role="group" aria-label="Keys" {
            @for (key, word, held) in KEYS {
                button.btn.slim type="button" data-key=(key) data-held=[(!held.is_empty()).then_some(held)]
                    aria-label=[called(key)] { (word) }
            }
            button.btn.slim type="button" data-ctrl aria-pressed="false" { "Ctrl" }
            button.btn.slim type="button" data-paste { "Paste" }
        }
        script src=(assets::address("terminal.js")) defer {}
    }
}
