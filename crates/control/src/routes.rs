//! Operations and their handlers. What HTTP library carries them is the server's affair.

use std::sync::{Arc, RwLock};

use api::{ApiError, Endpoint, Listing, Op, Page, wire};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::catalog::nearest;
use crate::cx::Cx;
use crate::kept::Kept;
use crate::refusal::{Error, Refusal, Result};
use crate::rendered::Json;

/// How many bytes of answers of a fixed list are kept.
const KEPT: usize = 4 << 20;
/// What keeping an answer takes beside its bytes.
const AROUND: usize = 256;

/// A request whose operation is known.
#[derive(Clone, Default)]
pub struct Request {
    /// The path's parameters, decoded.
    pub path: Vec<(String, String)>,
    /// The query, as it was sent.
    pub query: String,
    /// The body.
    pub body: Bytes,
}

/// The body of a success.
pub type Answer = std::result::Result<Bytes, ApiError>;

type Serve = Arc<dyn Fn(Cx, Request) -> BoxFuture<'static, Answer> + Send + Sync>;

/// One operation with its handler.
#[derive(Clone)]
pub struct Route {
    /// The operation.
    pub op: Op,
    serve: Serve,
}

impl Route {
    /// Answers a request. The caller's permission is checked here.
    ///
    /// # Errors
    /// What the caller is to see.
    pub async fn serve(&self, cx: Cx, request: Request) -> Answer {
        if let Err(refusal) = cx.caller.may(self.op.access) {
            return Err(refusal.answer(cx.behave().is_helpful()));
        }
        (self.serve)(cx, request).await
    }
}

/// The operations of a family, each with its handler.
#[derive(Default, Clone)]
pub struct Routes(pub Vec<Route>);

impl Routes {
    /// Adds an operation: which one, is told by the handler's argument.
    #[must_use]
    pub fn on<E, H, F>(mut self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + Send + 'static,
    {
        let serve: Serve = Arc::new(move |cx: Cx, request: Request| {
            let handler = handler.clone();
            Box::pin(async move { run::<E, _, _, _>(cx, request, handler, encode::<E>).await })
        });
        self.0.push(Route { op: E::OP, serve });
        self
    }

    /// Adds a list whose handler answers with items that are rendered.
    #[must_use]
    pub fn listed<E, H, F>(mut self, handler: H) -> Self
    where
        E: Listing,
        H: Fn(Cx, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Page<Json>>> + Send + 'static,
    {
        let serve: Serve = Arc::new(move |cx: Cx, request: Request| {
            let handler = handler.clone();
            Box::pin(async move { run(cx, request, handler, wire::write::rendered).await })
        });
        self.0.push(Route { op: E::OP, serve });
        self
    }

    /// Adds a public operation whose answer follows from its query alone as long as the server
    /// runs: made once, then handed out as bytes. Those that are asked for most are kept.
    #[must_use]
    pub fn fixed<E, H, F>(mut self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + Send + 'static,
    {
        let kept = Arc::new(RwLock::new(Kept::<_, Bytes>::new(KEPT)));
        let serve: Serve = Arc::new(move |cx: Cx, request: Request| {
            let (handler, kept) = (handler.clone(), kept.clone());
            Box::pin(async move {
                let key = (request.path.clone(), request.query.clone());
                if let Some(answer) = kept.read().expect("no panic while held").get(&key) {
                    return Ok(answer);
                }
                let answer = run::<E, _, _, _>(cx, request, handler, encode::<E>).await?;
                let (path, query) = &key;
                let path = path.iter().map(|(name, value)| name.len() + value.len());
                let weight = AROUND + path.sum::<usize>() + query.len() + answer.len();
                let mut kept = kept.write().expect("no panic while held");
                kept.put(key, answer.clone(), weight);
                Ok(answer)
            })
        });
        self.0.push(Route { op: E::OP, serve });
        self
    }

    /// Adds another family's operations.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

fn encode<E: Endpoint>(_: &Op, response: &E::Response) -> Vec<u8> {
    E::encode_response(response)
}

async fn run<E, H, F, T>(
    cx: Cx,
    request: Request,
    handler: H,
    encode: fn(&Op, &T) -> Vec<u8>,
) -> Answer
where
    E: Endpoint,
    H: Fn(Cx, E) -> F,
    F: Future<Output = Result<T>>,
{
    let helpful = cx.behave().is_helpful();
    let sent = (helpful && E::OP.has_body).then(|| request.body.clone());
    let request = decode::<E>(request).map_err(|refusal| refusal.answer(helpful))?;
    tell_unknown(&cx, &request, sent.as_deref().unwrap_or_default());
    let mut patience = cx.control.store.patience();
    loop {
        match handler(cx.clone(), request.clone()).await {
            Ok(response) => return Ok(encode(&E::OP, &response).into()),
            Err(Error::Stale(hot)) if patience.again(&hot).await => {}
            Err(error) => {
                if matches!(error, Error::Gone) {
                    cx.control.keyring.forget(); // it remembers who is gone
                }
                let error = match error {
                    // An earlier part of it is done.
                    Error::Unavailable(error) if cx.has_written() => Error::Internal(error.into()),
                    other => other,
                };
                return Err(failure(E::OP.id, error, helpful));
            }
        }
    }
}

/// What the caller sees of an error that ends its request.
pub fn failure(op: &'static str, error: Error, helpful: bool) -> ApiError {
    // Clients send a 503 again by themselves: it says that nothing was done.
    let again = |help: &str| Refusal::new(503, "Service unavailable.").help(help).answer(helpful);
    match error {
        Error::Refused(refusal) => refusal.answer(helpful),
        Error::Stale(hot) => {
            tracing::warn!(op, %hot, "others kept changing what an operation relies on");
            again("others kept changing what this relies on, so nothing was done; send it again")
        }
        Error::Gone => {
            again("the caller is gone, as after a reset, so nothing was done; send it again")
        }
        Error::Unavailable(error) => {
            tracing::warn!(op, %error, "an operation could not be done");
            let why = error.unavailable().unwrap_or("the store cannot be used");
            again(&format!("{why}, so nothing was done; send it again"))
        }
        Error::Internal(error) => {
            tracing::error!(op, %error, "an operation failed");
            ApiError { error: "Internal server error.".into(), status: 500 }
        }
    }
}

fn decode<E: Endpoint>(request: Request) -> std::result::Result<E, Refusal> {
    let json = match E::OP.has_body {
        true => body(&request.body)?,
        false => Map::new(),
    };
    let query = form_urlencoded::parse(request.query.as_bytes()).into_owned();
    let query = query.filter(|_| !E::OP.has_body);
    let path = request.path.into_iter();
    wire::decode::<E>(path.chain(query), json).map_err(|problem| {
        let said = if problem.is_uuid() { api::id::INVALID_UUID } else { "Bad request." };
        Refusal::bad(said).help(problem.to_string().replacen(api::id::INVALID_UUID, "no UUID:", 1))
    })
}

/// How many fields of one body are told at most.
const UNKNOWN_MOST: usize = 20;

/// Tells the log which fields of a body nobody reads.
fn tell_unknown<E: Endpoint>(cx: &Cx, request: &E, sent: &[u8]) {
    let Ok(Value::Object(sent)) = serde_json::from_slice(sent) else { return };
    for field in wire::unknown_fields(request, &sent).into_iter().take(UNKNOWN_MOST) {
        let others = field.others.iter().map(|other| (other, other.as_str()));
        let meant = nearest(&field.name, others);
        let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        cx.warn(&field.path, format!("there is no such field, and it was ignored{meant}"));
    }
}

fn body(bytes: &[u8]) -> std::result::Result<Map<String, Value>, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        // PHP's clients send an empty map so.
        Ok(Value::Array(items)) if items.is_empty() => Ok(Map::new()),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Refusal::bad("Bad request.").help("the body must be a JSON object")),
        Err(e) => Err(Refusal::bad("Bad request.").help(format!("the body is no JSON: {e}"))),
    }
}

#[cfg(test)]
mod tests {
    use api::account::GetAccount;
    use store::{Hot, Location, Store};

    use super::*;
    use crate::auth::Caller;
    use crate::{Config, Control};

    #[tokio::test(start_paused = true)]
    async fn what_is_always_too_late_is_a_503_that_says_so() {
        let control = Control::new(Config::new(Store::open(&Location::Memory).await.unwrap()));
        let cx = control.cx(Arc::new(Caller::nobody()), None, "test");
        let begun = tokio::time::Instant::now();
        let late = async |_: Cx, _: GetAccount| Err(Error::Stale(Hot::row(uuid::Uuid::nil())));
        let refused = run(cx, Request::default(), late, encode::<GetAccount>).await.unwrap_err();
        assert_eq!(refused.status, 503);
        assert!(refused.error.contains("nothing was done"), "{}", refused.error);
        assert_eq!(begun.elapsed(), store::PATIENCE);
    }

    #[tokio::test]
    async fn a_store_that_fails_after_a_part_was_written_is_no_503() {
        let control = Control::new(Config::new(Store::open(&Location::Memory).await.unwrap()));
        for (writes, status) in [(false, 503), (true, 500)] {
            let cx = control.cx(Arc::new(Caller::nobody()), None, "test");
            let fails = async |cx: Cx, _: GetAccount| {
                if writes {
                    cx.begin().commit().await?;
                }
                Err(store::testing::full().into())
            };
            let refused =
                run(cx, Request::default(), fails, encode::<GetAccount>).await.unwrap_err();
            assert_eq!(refused.status, status);
            assert_eq!(refused.error.contains("the disk is full, so nothing was done"), !writes);
        }
    }
}
