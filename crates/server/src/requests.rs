//! `GET /_kettle/requests`: the last requests and what they were answered, for the server's owner.
//!
//! | | |
//! |---|---|
//! | `failed=true` | those that were refused or failed |
//! | `group=GROUP` | those of a group of operations (`instance`), or below a path (`/v2/instances`) |
//! | `after=SEQUENCE` | those behind this one, the oldest first; else the last ones |
//! | `limit=NUMBER` | at most so many; 100 when nothing is said |
//! | `wait=SECONDS` | where there is none yet, wait for one, so long at most |
//!
//! `last` is up to where was looked: `after` of the next question. `missed` are those behind `after`
//! that are not kept any more. Bodies are cut at 64 kB, and show no secrets. An answer has 4 MB of them
//! at most: of those to come the first ones, else the last ones.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use api::{ApiError, Operation};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::journal::{Ask, Entry, Found, KEPT, Kept};
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
    let follows = wish.ask.after.is_some();
    let found = fitting(find(&app, wish).await, follows);
    // To mask megabytes takes its time, which nobody else is to wait for.
    let _turn = RENDERING.acquire().await;
    let rendered = tokio::task::spawn_blocking(move || {
        let requests: Vec<Value> = found.entries.iter().map(|entry| shown(entry)).collect();
        json!({ "requests": requests, "last": found.last, "missed": found.missed }).to_string()
    });
    match rendered.await {
        Ok(answer) => reply::success(200, answer.into()),
        Err(_) => {
            let error = "Internal server error.".into();
            reply::error(&ApiError { error, status: 500 })
        }
    }
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
    let Wish { mut ask, failed, group, wait } = wish;
    let wanted = |entry: &Entry| {
        (!failed || entry.is_failed()) && group.as_ref().is_none_or(|group| group.has(entry))
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
    wait: Duration,
}

impl Wish {
    fn read(query: &str) -> Result<Self, String> {
        let ask = Ask { after: None, limit: USUAL };
        let mut wish = Self { ask, failed: false, group: None, wait: Duration::ZERO };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse::<u64>().map_err(|_| format!("{name}: must be a number"));
            match &*name {
                "failed" => wish.failed = !matches!(&*value, "false" | "0"),
                "group" => wish.group = Some(Wanted::named(&value)?),
                "after" => wish.ask.after = Some(number()?),
                "limit" => {
                    let limit = usize::try_from(number()?).unwrap_or(KEPT);
                    wish.ask.limit = limit.clamp(1, KEPT);
                }
                "wait" => wish.wait = Duration::from_secs(number()?.min(WAIT)),
                _ => return Err("there are failed, group, after, limit and wait".into()),
            }
        }
        Ok(wish)
    }
}

/// The requests of a group, or those below a path.
enum Wanted {
    Below(String),
    Group { operations: BTreeSet<&'static str>, paths: BTreeSet<&'static str> },
}

impl Wanted {
    fn named(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Below(text.trim_end_matches('/').to_owned()));
        }
        let mut members =
            Members { name: text, operations: BTreeSet::new(), paths: BTreeSet::new() };
        api::operations().for_each(|operation| members.add(operation));
        let Members { operations, paths, .. } = members;
        match operations.is_empty() {
            true => Err(format!(
                "group: there is no group `{text}`; it is one of the command line's (instance, \
                 block), or a path (/v2/instances)"
            )),
            false => Ok(Self::Group { operations, paths }),
        }
    }

    fn has(&self, entry: &Entry) -> bool {
        let path = entry.path();
        let is_below = |top: &str| {
            path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match (self, entry.seen.operation()) {
            (Self::Below(top), _) => is_below(top),
            (Self::Group { operations, .. }, Some(id)) => operations.contains(id),
            // It was no operation, but may have been meant for one.
            (Self::Group { paths, .. }, None) => paths.iter().any(|top| is_below(top)),
        }
    }
}

/// Collects a group's operations, and the beginnings of their paths.
struct Members<'a> {
    name: &'a str,
    operations: BTreeSet<&'static str>,
    paths: BTreeSet<&'static str>,
}

impl Members<'_> {
    fn add(&mut self, operation: &'static Operation) {
        let (group, path) = (&operation.group, operation.op.path);
        // `/v2/load-balancers`.
        let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
        let top = &path[..end];
        let family = top.rsplit('/').next().unwrap_or_default();
        let plural = self.name.strip_suffix('s') == Some(group.name);
        if group.name == self.name || plural || family == self.name {
            self.operations.insert(operation.op.id);
            self.paths.insert(top);
        }
    }
}

/// A request as its owner may see it.
fn shown(entry: &Entry) -> Value {
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
    for (name, body) in [("request", &entry.request), ("response", &entry.response)] {
        if body.whole > 0 {
            fields.insert(name.into(), body_of(body));
        }
    }
    fields.into()
}

/// A body as JSON where it is some, and as text where it is not, or not whole.
fn body_of(body: &Kept) -> Value {
    let text = body.shown();
    let mut fields = Map::new();
    fields.insert("bytes".into(), body.whole.into());
    match serde_json::from_str::<Value>(&text) {
        Ok(json) => fields.insert("json".into(), json),
        Err(_) => fields.insert("text".into(), text.into()),
    };
    if body.is_cut() {
        fields.insert("cut".into(), true.into());
    }
    fields.into()
}
