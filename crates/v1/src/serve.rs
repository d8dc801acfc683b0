//! From an HTTP request to a call, and back: which call, whose key, how many, which parameters.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use api::Open;
use api::account::GetAccount;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use control::catalog::Catalog;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use sdk::Client;

use crate::calls::{Call, Verb, find};
use crate::cx::Cx;
use crate::error::{Failure, INVALID_KEY, Result};
use crate::params::{Args, Pairs, pairs};
use crate::reply::{self, Reply};
use crate::{Ids, Limit, Upstream};

const BODY_MAX: usize = 1 << 20;
const BODY_TIME: Duration = Duration::from_secs(30);

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
}

/// The routes under `/v1`. They are under `/v2/v1`, too: older clients put `/v1/...` behind the
/// address in `VULTR_API_ENDPOINT`, which `kettle exec` sets to that of v2 for newer ones.
pub fn router(config: Config) -> Router {
    let config = Arc::new(config);
    Router::new()
        .route("/v1", any(handle))
        .route("/v1/", any(handle))
        .route("/v1/{*call}", any(handle))
        .route("/v2/v1/{*call}", any(handle))
        .with_state(config)
}

async fn handle(State(config): State<Arc<Config>>, request: Request) -> Response {
    if config.mode == Mode::Gone {
        return reply::gone();
    }
    let (parts, body) = request.into_parts();
    // A handler that panics leaves v2 as it is; the server lives on.
    let answer = AssertUnwindSafe(answer(&config, &parts, body)).catch_unwind().await;
    reply::response(answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked"))))
}

async fn answer(config: &Arc<Config>, parts: &Parts, body: Body) -> Result<Reply> {
    let call = route(parts)?;
    let mut sent: Pairs = pairs(parts.uri.query().unwrap_or_default().as_bytes()).collect();
    sent.extend(pairs(&read(body).await?));
    let in_query = take_key(&mut sent);
    let in_header = header(&parts.headers);
    // Those who send the header speak v1 as it was from about 2015 on.
    let later = in_header.is_some();
    let key = in_header.or(in_query).unwrap_or_default();
    if key.is_empty() && !call.is_public() {
        return Err(Failure::forbidden(INVALID_KEY));
    }
    let limit = config.limit.as_ref().filter(|_| !key.is_empty());
    if let Some(per_second) = limit.and_then(|limit| limit.exceeded(&key)) {
        return Err(Failure::too_many(per_second));
    }
    let client = config.upstream.client(&key, &parts.extensions);
    let client = client.map_err(|_| Failure::forbidden(INVALID_KEY))?;
    let outcome = match Args::check(call, &sent) {
        Ok(args) => {
            let cx = Cx { client: client.clone(), config: config.clone(), args, later };
            match is_allowed(&client, call).await {
                Ok(()) => (call.run)(cx).await,
                Err(refusal) => Err(refusal),
            }
        }
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Err(refusal) if !call.is_public() => Err(unless_key_is_wrong(&client, refusal).await),
        outcome => outcome,
    }
}

/// v2 checks the permissions of its operations; where v1 asks for more, that is checked here.
async fn is_allowed(client: &Client, call: &Call) -> Result<()> {
    let Some(access) = call.needs() else { return Ok(()) };
    let acls = client.send(GetAccount {}).await?.acls;
    let known = acls.iter().filter_map(|acl| match acl {
        Open::Known(acl) => Some(*acl),
        Open::Other(_) => None,
    });
    let known: Vec<_> = known.collect();
    // None at all: this account keeps its permissions in some other way, and v2 looks after them.
    if known.is_empty() || access.allowed(&known) {
        return Ok(());
    }
    let access = access.as_str();
    Err(Failure::forbidden(format!("Forbidden.  The key's user lacks the permission {access}")))
}

/// A wrong key comes first: who has none learns nothing about parameters or ids. Refusals are rare,
/// so the key is asked for when there is one, not before each call.
async fn unless_key_is_wrong(client: &Client, refusal: Failure) -> Failure {
    if refusal.status != StatusCode::PRECONDITION_FAILED {
        return refusal;
    }
    match client.send(GetAccount {}).await.map_err(Failure::from) {
        Err(failure) if failure.status == StatusCode::FORBIDDEN => failure,
        _ => refusal,
    }
}

fn route(parts: &Parts) -> Result<&'static Call> {
    let path = parts.uri.path();
    let path = path.strip_prefix("/v2").unwrap_or(path).strip_prefix("/v1").unwrap_or_default();
    let Some(call) = find(path) else {
        let text = "Invalid API endpoint".into();
        return Err(Failure { status: StatusCode::BAD_REQUEST, text });
    };
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

async fn read(body: Body) -> Result<Vec<u8>> {
    let whole = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_MAX).collect()).await;
    match whole {
        Err(_) => Err(Failure::refused("The request's body did not arrive in time")),
        Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => {
            Err(Failure::refused(format!("The request's body has more than {BODY_MAX} bytes")))
        }
        Ok(Err(_)) => Err(Failure::refused("The request's body broke off")),
        Ok(Ok(body)) => Ok(body.to_bytes().to_vec()),
    }
}
