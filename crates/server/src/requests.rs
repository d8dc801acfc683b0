//! `GET /_kettle/requests`: the last requests and what they were answered, for the server's owner.
//!
//! | | |
//! |---|---|
//! | `failed=true` | those that were refused or failed |
//! | `group=GROUP` | those of a group of operations (`instance`), or below a path (`/v2/instances`) |
//! | `method=METHOD` | those of this method |
//! | `text=TEXT` | those that have this text in their address, headers, bodies, operation or user, as shown |
//! | `bodies=false` | leave bodies and headers out |
//! | `after=SEQUENCE` | those behind this one, the oldest first; else the last ones |
//! | `before=SEQUENCE` | of the last ones, those before this one |
//! | `limit=NUMBER` | at most so many; 100 when nothing is said |
//! | `as=har` | in the form that browsers' tools open (HAR 1.2) |
//! | `wait=SECONDS` | where there is none yet, wait for one, so long at most |
//!
//! `last` is up to where was looked: `after` of the next question. `missed` are those behind `after`
//! that are not kept any more. `kept` says whether they outlive the server (`--keep-requests`). Bodies are cut at 64 kB, and show no secrets. An answer has 4 MB of them
//! at most: of those to come the first ones, else the last ones.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use api::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::Method;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::journal::{Ask, Entry, Found, Headers, KEPT, Kept};
use crate::wanted::Wanted;
use crate::{App, control_routes, reply};

/// How many are answered when nothing is said.
const USUAL: usize = 100;
/// How long may be waited, in seconds.
const WAIT: u64 = 30;
/// How many bytes of requests one answer has.
const ANSWER: usize = 4 << 20;
/// How many answers are made at the same time.
static RENDERING: Semaphore = Semaphore::const_new(2);

pub(crate) async fn list(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = control_routes::owner(&app, &parts).await {
        return refusal;
    }
    let wish = match Wish::read(parts.uri.query().unwrap_or_default()) {
        Ok(wish) => wish,
        Err(help) => {
            let error = format!("Bad request. {help}");
            return reply::error(&ApiError { error, status: 400 });
        }
    };
    let Wish { ask: Ask { after, limit, .. }, bodies, .. } = wish;
    let (follows, text, har, kept) = (after.is_some(), wish.text.clone(), wish.har, app.keeps);
    let found = find(&app, wish).await;
    // To mask megabytes takes its time, which nobody else is to wait for.
    let _turn = RENDERING.acquire().await;
    let rendered = tokio::task::spawn_blocking(move || {
        let mut found = match text {
            Some(text) => with_text(found, &text, limit, follows),
            None => found,
        };
        if bodies {
            found = fitting(found, follows);
        }
        let requests: Vec<Value> = found.entries.iter().map(|entry| shown(entry, bodies)).collect();
        if har {
            return crate::har(&requests).to_string();
        }
        let Found { last, missed, .. } = found;
        json!({ "requests": requests, "last": last, "missed": missed, "kept": kept }).to_string()
    });
    match rendered.await {
        Ok(answer) => reply::success(200, answer.into()),
        Err(_) => {
            let error = "Internal server error.".into();
            reply::error(&ApiError { error, status: 500 })
        }
    }
}

/// Those that have a text in what is shown of them.
fn with_text(mut found: Found, text: &str, limit: usize, follows: bool) -> Found {
    let text = text.to_lowercase();
    let has = |entry: &Arc<Entry>| {
        let has = |shown: &str| shown.to_lowercase().contains(&text);
        let who = entry.seen.caller().is_some_and(|c| has(&c.name) || has(&c.email));
        let headers = || entry.asked().shown().chain(entry.told().shown()).any(|(_, v)| has(&v));
        who || has(&entry.address())
            || entry.seen.operation().is_some_and(has)
            || headers()
            || has(&entry.request.shown())
            || has(&entry.response.shown())
    };
    let all = std::mem::take(&mut found.entries);
    if follows {
        let mut having = all.into_iter().filter(has);
        found.entries = having.by_ref().take(limit).collect();
        // What comes behind the last that is told was not told.
        if let (true, Some(last)) = (having.next().is_some(), found.entries.last()) {
            found.last = last.sequence;
        }
    } else {
        found.entries = all.into_iter().rev().filter(has).take(limit).collect();
        found.entries.reverse();
    }
    found
}

/// As many as one answer holds, at least one: of those to come the first ones, else the last ones.
fn fitting(mut found: Found, follows: bool) -> Found {
    let mut left = ANSWER;
    let mut fits = |entry: &Arc<Entry>| {
        let size = entry.size();
        let fits = size <= left || left == ANSWER;
        left = left.saturating_sub(size);
        fits
    };
    if follows {
        let fitting = found.entries.iter().take_while(|entry| fits(entry)).count();
        let is_whole = fitting == found.entries.len();
        found.entries.truncate(fitting);
        if let Some(entry) = found.entries.last().filter(|_| !is_whole) {
            found.last = entry.sequence;
        }
    } else {
        let fitting = found.entries.iter().rev().take_while(|entry| fits(entry)).count();
        found.entries.drain(..found.entries.len() - fitting);
    }
    found
}

/// What is wanted, as soon as there is something of it.
async fn find(app: &App, wish: Wish) -> Found {
    let Wish { mut ask, failed, group, method, wait, .. } = wish;
    if wish.text.is_some() {
        ask.limit = KEPT;
    }
    let wanted = |entry: &Entry| {
        (!failed || entry.is_failed())
            && method.as_ref().is_none_or(|method| *method == entry.method)
            && group.as_ref().is_none_or(|g| g.has(entry.path(), entry.seen.operation()))
    };
    let mut over = pin!(tokio::time::sleep(wait));
    let mut missed = 0;
    loop {
        let mut news = pin!(app.journal.news());
        // From here on, whatever comes is told.
        news.as_mut().enable();
        let mut found = app.journal.find(&ask, wanted);
        missed += found.missed;
        found.missed = missed;
        if !found.entries.is_empty() || wait.is_zero() || app.journal.is_closed() {
            return found;
        }
        ask.after = Some(found.last);
        tokio::select! {
            () = news => {}
            () = &mut over => return found,
        }
    }
}

/// What a query asks for.
struct Wish {
    ask: Ask,
    failed: bool,
    group: Option<Wanted>,
    method: Option<Method>,
    text: Option<String>,
    bodies: bool,
    har: bool,
    wait: Duration,
}

impl Wish {
    fn read(query: &str) -> Result<Self, String> {
        let ask = Ask { limit: USUAL, ..Ask::default() };
        let (group, method, text) = Default::default();
        let wait = Duration::ZERO;
        let mut wish = Self { ask, failed: false, group, method, text, bodies: true, har: false, wait };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse::<u64>().map_err(|_| format!("{name}: must be a number"));
            match &*name {
                "failed" => wish.failed = !matches!(&*value, "false" | "0"),
                "group" => wish.group = Some(Wanted::named(&name, &value)?),
                "method" => {
                    let method = value.to_ascii_uppercase();
                    let wrong = || "method: must be one as GET or POST".to_owned();
                    wish.method = Some(Method::from_bytes(method.as_bytes()).map_err(|_| wrong())?);
                }
                "text" => wish.text = Some(value.into_owned()).filter(|text| !text.is_empty()),
                "bodies" => wish.bodies = !matches!(&*value, "false" | "0"),
                "as" if value == "har" => wish.har = true,
                "as" => return Err("as: must be har".into()),
                "after" => wish.ask.after = Some(number()?),
                "before" => wish.ask.before = Some(number()?),
                "limit" => {
                    let limit = usize::try_from(number()?).unwrap_or(KEPT);
                    wish.ask.limit = limit.clamp(1, KEPT);
                }
                "wait" => wish.wait = Duration::from_secs(number()?.min(WAIT)),
                _ => {
                    let known = "there are failed, group, method, text, bodies, as, after, \
                                 before, limit and wait";
                    return Err(known.into());
                }
            }
        }
        Ok(wish)
    }
}

/// A request as its owner may see it.
pub(crate) fn shown(entry: &Entry, bodies: bool) -> Value {
    let mut fields = Map::new();
    fields.insert("sequence".into(), entry.sequence.into());
    let at = jiff::Timestamp::from_millisecond(entry.at).unwrap_or_default();
    fields.insert("at".into(), format!("{at:.3}").into());
    fields.insert("method".into(), entry.method.as_str().into());
    fields.insert("path".into(), entry.address().into());
    fields.insert("status".into(), entry.status.into());
    let micros = u32::try_from(entry.took.as_micros()).unwrap_or(u32::MAX);
    fields.insert("duration_ms".into(), (f64::from(micros) / 1000.0).into());
    if let Some(id) = entry.seen.operation() {
        fields.insert("operation".into(), id.into());
    }
    if let Some(caller) = entry.seen.caller() {
        let user =
            json!({ "id": caller.user.to_string(), "name": caller.name, "email": caller.email });
        fields.insert("user".into(), user);
    }
    if let Some(peer) = entry.peer {
        fields.insert("peer".into(), peer.to_string().into());
    }
    if let Some(error) = entry.error() {
        fields.insert("error".into(), error.into());
    }
    if !entry.seen.faults().is_empty() {
        fields.insert("faults".into(), entry.seen.faults().into());
    }
    if let Some(agent) = entry.asked().agent() {
        fields.insert("agent".into(), agent.into());
    }
    let ways =
        [("request", entry.asked(), &entry.request), ("response", entry.told(), &entry.response)];
    for (name, headers, body) in ways.into_iter().filter(|_| bodies) {
        let mut way = if body.whole > 0 { body_of(body) } else { Map::new() };
        let headers = headers_of(headers);
        if !headers.is_empty() {
            way.insert("headers".into(), headers.into());
        }
        if !way.is_empty() {
            fields.insert(name.into(), way.into());
        }
    }
    fields.into()
}

/// Headers by their names; several of one name are one, as HTTP has it.
fn headers_of(headers: Headers<'_>) -> Map<String, Value> {
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in headers.shown() {
        let value = match fields.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value,
        };
        fields.insert(name, value.into());
    }
    fields
}

/// A body as JSON where it is some, and as text where it is not, or not whole.
fn body_of(body: &Kept) -> Map<String, Value> {
    let text = body.shown();
    let mut fields = Map::new();
    fields.insert("bytes".into(), body.whole.into());
    if body.hides(&text) {
        fields.insert("masked".into(), true.into());
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(json) => fields.insert("json".into(), json),
        Err(_) => fields.insert("text".into(), text.into()),
    };
    if body.is_cut() {
        fields.insert("cut".into(), true.into());
    }
    fields
}
