//! From an HTTP request to a call, and back: which call, whose key, how many, which parameters.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use api::v1::{Entry, Verb, find};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use catalog::Catalog;
use engine::Clock;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::balancers::Balancers;
use crate::body::Bodies;
use crate::caller::{Caller, Keys};
use crate::calls::handler;
use crate::cx::{Cx, Named};
use crate::error::{Failure, INVALID_KEY, Result};
use crate::ignored::Ignored;
use crate::params::{Pairs, checked, pairs};
use crate::reply::{self, Reply};
use crate::{Ids, Limit, Upstream};

/// Whether v1 answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// As it did while it lived.
    #[default]
    Alive,
    /// As it does today: 503, gone. For people who test how their tools fail.
    Gone,
}

/// What v1 is served with.
pub struct Config {
    /// Where the operations of v2 are carried out.
    pub upstream: Arc<dyn Upstream>,
    /// Which id of v1 is which of v2.
    pub ids: Arc<dyn Ids>,
    /// Numbers of regions, plans and ISOs in v1.
    pub catalog: Arc<Catalog>,
    /// How many calls there may be; none: any number.
    pub limit: Option<Limit>,
    /// Whether it answers.
    pub mode: Mode,
    /// The time.
    pub clock: Clock,
    /// How long what a key may do is remembered, where asking is dear; zero: it is asked each time.
    pub remember: Duration,
}

/// What all calls share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) ignored: Ignored,
    pub(crate) balancers: Balancers,
    keys: Arc<Keys>,
    bodies: Bodies,
}

/// The routes under `/v1`. They are under `/v2/v1`, too: older clients put `/v1/...` behind the
/// address in `VULTR_API_ENDPOINT`, which `kettle exec` sets to that of v2 for newer ones.
pub fn router(config: Config) -> Router {
    let shared = Arc::new(Shared {
        ignored: Ignored::new(config.clock.clone()),
        balancers: Balancers::default(),
        keys: Arc::new(Keys::new(config.clock.clone(), config.remember)),
        bodies: Bodies::default(),
        config,
    });
    Router::new()
        .route("/v1", any(handle))
        .route("/v1/", any(handle))
        .route("/v1/{*call}", any(handle))
        .route("/v2/v1/{*call}", any(handle))
        .with_state(shared)
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if shared.config.mode == Mode::Gone {
        return reply::gone();
    }
    let (parts, body) = request.into_parts();
    // A handler that panics leaves v2 as it is; the server lives on.
    let answer = AssertUnwindSafe(answer(&shared, &parts, body)).catch_unwind().await;
    reply::response(answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked"))))
}

async fn answer(shared: &Arc<Shared>, parts: &Parts, body: Body) -> Result<Reply> {
    let call = route(parts)?;
    let mut sent: Pairs = pairs(parts.uri.query().unwrap_or_default().as_bytes()).collect();
    let in_query = take_key(&mut sent);
    let in_header = header(&parts.headers);
    // Those who send the header speak v1 as it was from about 2015 on.
    let later = in_header.is_some();
    // The key comes first: who has none makes nobody read what else was sent.
    let ahead = match in_header.or(in_query).filter(|key| !key.is_empty()) {
        Some(key) => Some(admit(shared, &key, parts)?),
        None => None,
    };
    // The room that the body takes is free when the call is done.
    let body = shared.bodies.read(body, ahead.as_ref(), &parts.extensions).await?;
    sent.extend(pairs(&body.bytes));
    let in_form = take_key(&mut sent).unwrap_or_default();
    let caller = match ahead {
        Some(caller) => caller,
        None if in_form.is_empty() && !call.is_public() => {
            return Err(Failure::forbidden(INVALID_KEY));
        }
        None => admit(shared, &in_form, parts)?,
    };
    let caller = Arc::new(caller);
    match carried_out(shared, call, &caller, &sent, later).await {
        Err(refusal) if !call.is_public() => Err(unless_key_is_wrong(&caller, refusal).await),
        outcome => outcome,
    }
}

/// Counts a call with a key, and lets it in; the empty key is none.
fn admit(shared: &Shared, key: &str, parts: &Parts) -> Result<Caller> {
    let Config { upstream, limit, .. } = &shared.config;
    let caller = Caller::new(&**upstream, shared.keys.clone(), key, &parts.extensions)?;
    let limit = limit.as_ref().filter(|_| !key.is_empty());
    match limit.and_then(|limit| limit.exceeded(&caller.digest)) {
        Some(per_second) => Err(Failure::too_many(per_second)),
        None => Ok(caller),
    }
}

async fn carried_out(
    shared: &Arc<Shared>,
    call: &'static Entry,
    caller: &Arc<Caller>,
    sent: &Pairs,
    later: bool,
) -> Result<Reply> {
    let mut unknown = Vec::new();
    let held = checked(call, sent, &mut unknown)?;
    shared.ignored.tell(call.path, &unknown);
    if let Some(access) = call.needs() {
        // v2 checks the permissions of its operations; where v1 asks for more, that is checked here.
        if !caller.rights().await?.may(access) {
            let access = access.as_str();
            let text = format!("Forbidden.  The key's user lacks the permission {access}");
            return Err(Failure::forbidden(text));
        }
    }
    let named = Named::default();
    let cx = Cx {
        client: caller.client.clone(),
        shared: shared.clone(),
        caller: caller.clone(),
        call: call.path,
        later,
        named: named.clone(),
    };
    let run = handler(call.path).ok_or_else(no_such_call)?.run;
    run(cx, held).await.map_err(|refusal| named.in_v1_ids(refusal))
}

/// A wrong key comes first: who has none learns nothing about parameters or ids. Refusals are rare,
/// so the key is asked for when there is one, not before each call.
async fn unless_key_is_wrong(caller: &Caller, refusal: Failure) -> Failure {
    if refusal.status != StatusCode::PRECONDITION_FAILED {
        return refusal;
    }
    match caller.rights().await {
        Err(failure) if failure.status == StatusCode::FORBIDDEN => failure,
        _ => refusal,
    }
}

fn no_such_call() -> Failure {
    Failure { status: StatusCode::BAD_REQUEST, text: "Invalid API endpoint".into() }
}

/// What is answered on paths that are none of v1's, by those who serve nothing else.
pub async fn nothing_there() -> Response {
    reply::response(Err(no_such_call()))
}

fn route(parts: &Parts) -> Result<&'static Entry> {
    let path = parts.uri.path();
    let path = path.strip_prefix("/v2").unwrap_or(path).strip_prefix("/v1").unwrap_or_default();
    let call = find(path).ok_or_else(no_such_call)?;
    let verb = match parts.method {
        http::Method::GET | http::Method::HEAD => Some(Verb::Get),
        http::Method::POST => Some(Verb::Post),
        _ => None,
    };
    if verb.is_some_and(|verb| call.takes(verb)) {
        return Ok(call);
    }
    let text = format!("Invalid HTTP method.  {} takes {}", call.path, call.verb.as_str());
    Err(Failure { status: StatusCode::METHOD_NOT_ALLOWED, text })
}

fn header(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("api-key")?.to_str().ok()?.trim().to_owned())
}

/// Takes the key out of what was sent.
fn take_key(sent: &mut Pairs) -> Option<String> {
    let mut key = None;
    sent.retain(|(name, value)| {
        let is_key = name == "api_key";
        if is_key {
            key = Some(value.trim().to_owned());
        }
        !is_key
    });
    key
}
