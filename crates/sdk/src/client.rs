//! The client: how a call becomes an exchange, and an exchange an answer.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use api::wire::{self, Encoded};
use api::{Endpoint, Method, Op};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, StatusCode, Uri};
use tokio::time::Instant;

use crate::config::{self, Target};
use crate::error::{Error, excerpt, refusal};
use crate::limit::Limit;
use crate::net::{self, Net};
use crate::observe::{Event, Observer};
use crate::retry::{self, Retry};
use crate::transport::{Fault, FaultKind, Request, Response, Transport};
use crate::whoami::Question;

/// How long whoever answers is given to prove who it is.
const PATIENCE: Duration = Duration::from_secs(10);
const AGENT: &str = concat!("kettle/", env!("CARGO_PKG_VERSION"));

/// Calls the API. Cheap to clone; clones share their connections and their rate limit.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    endpoint: String,
    loopback: bool,
    authorization: Option<HeaderValue>,
    /// What whoever answers has to prove before anything is sent.
    proof: Option<Arc<Proof>>,
    observer: Option<Arc<Observer>>,
    limit: Option<Arc<Limit>>,
    retry: Retry,
    attempt_timeout: Duration,
    timeout: Duration,
    body_limit: usize,
}

/// Has whoever answers prove to have the key, once.
struct Proof {
    key: String,
    given: OnceLock<()>,
}

/// How a client is made.
pub struct Builder {
    endpoint: String,
    key: Option<String>,
    to_prove: Option<String>,
    rate: Option<Option<u32>>,
    retry: Retry,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    body_limit: usize,
    transport: Option<Arc<dyn Transport>>,
    observer: Option<Arc<Observer>>,
}

/// An answer as it came, whatever its status. `Debug` tells nothing of the body, which may hold a
/// password.
#[derive(Clone)]
pub struct RawResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; bytes that are no text are replaced.
    pub body: String,
}

impl From<Response> for RawResponse {
    fn from(answer: Response) -> Self {
        let (parts, body) = answer.into_parts();
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { status: parts.status, headers: parts.headers, body }
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = format!("{} bytes", self.body.len());
        f.debug_struct("RawResponse").field("status", &self.status).field("body", &body).finish()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key stays out of logs.
        f.debug_struct("Client").field("endpoint", &self.inner.endpoint).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `endpoint`, such as `https://api.vultr.com`; a trailing `/v2` is understood.
    pub fn builder(endpoint: impl Into<String>) -> Builder {
        Builder {
            endpoint: endpoint.into(),
            key: None,
            to_prove: None,
            rate: None,
            retry: Retry::default(),
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(60),
            timeout: Duration::from_secs(180),
            body_limit: 64 << 20,
            transport: None,
            observer: None,
        }
    }

    /// A client for a target that was resolved.
    ///
    /// # Errors
    /// When the endpoint is no address, or the key cannot be sent.
    pub fn for_target(target: &Target) -> Result<Self, Error> {
        Self::builder_for(target).build()
    }

    /// A client for a target that was resolved, with more to be said of it.
    pub fn builder_for(target: &Target) -> Builder {
        let mut builder = Self::builder(&target.endpoint).proving(target.to_prove());
        if let Some(text) = target.when_unserved().filter(|_| target.is_absent()) {
            let nobody = Fault { kind: FaultKind::Connect, text };
            builder = builder.transport(move |_: Request| std::future::ready(Err(nobody.clone())));
            builder = builder.attempts(1);
        }
        match &target.key {
            Some(key) => builder.key(key),
            None => builder,
        }
    }

    /// The same client, of whose exchanges `observer` hears instead of another: see [`Event`].
    #[must_use]
    pub fn observed(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        let inner = Inner {
            transport: self.inner.transport.clone(),
            endpoint: self.inner.endpoint.clone(),
            authorization: self.inner.authorization.clone(),
            proof: self.inner.proof.clone(),
            observer: Some(Arc::new(observer)),
            limit: self.inner.limit.clone(),
            ..*self.inner
        };
        Self { inner: Arc::new(inner) }
    }

    /// The same client for another key, or for none where it is empty. Both share connections and
    /// rate limit, so that one is made for each request as well as for each key.
    ///
    /// # Errors
    /// When the key cannot be sent.
    pub fn with_key(&self, key: impl AsRef<str>) -> Result<Self, Error> {
        let key = Some(key.as_ref().trim()).filter(|key| !key.is_empty());
        let inner = Inner {
            transport: self.inner.transport.clone(),
            endpoint: self.inner.endpoint.clone(),
            authorization: key.map(bearer).transpose()?,
            proof: None,
            observer: self.inner.observer.clone(),
            limit: self.inner.limit.clone(),
            ..*self.inner
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where the calls go, without a trailing slash or `/v2`.
    pub fn endpoint(&self) -> &str {
        &self.inner.endpoint
    }

    /// Whether the calls stay on this machine.
    pub fn is_loopback(&self) -> bool {
        self.inner.loopback
    }

    /// Carries out one operation.
    ///
    /// # Errors
    /// When the API refuses, no answer comes, or it cannot be read.
    pub async fn send<E: Endpoint>(&self, request: E) -> Result<E::Response, Error> {
        let fields = request.to_fields();
        let (request, answer) = self.send_fields(&E::OP, fields).await?;
        E::decode_response(answer.body()).map_err(|e| self.unreadable(&E::OP, &request, &answer, e))
    }

    /// The part of [`send`](Self::send) that is the same for all types.
    async fn send_fields(&self, op: &Op, fields: wire::Map) -> Result<(Encoded, Response), Error> {
        let unsent = |why| Error::Invalid(format!("{} {}: {why}", op.method, op.path));
        let encoded = wire::encode_fields(op, fields).map_err(unsent)?;
        let answer = self.call(op, &encoded).await?;
        Ok((encoded, answer))
    }

    fn unreadable(
        &self,
        op: &Op,
        request: &Encoded,
        answer: &Response,
        why: wire::Unreadable,
    ) -> Error {
        Error::Unreadable {
            request: self.label(&op.method, &request.uri),
            status: answer.status().as_u16(),
            reason: why.to_string(),
            excerpt: excerpt(answer.body()),
        }
    }

    /// Carries out an operation that is already encoded, and brings its success unread.
    ///
    /// # Errors
    /// When the API refuses, no answer comes, or it is neither success nor refusal.
    pub async fn call(&self, op: &Op, request: &Encoded) -> Result<Response, Error> {
        let body = request.body.clone().map(Bytes::from);
        let again = op.is_idempotent();
        let answer = self.exchange(&op.method, &request.uri, body, again).await?;
        match answer.status() {
            // Another 2xx than the documented one still says that it is done.
            status if status.is_success() => Ok(answer),
            status if status.as_u16() >= 400 => {
                let request = self.label(&op.method, &request.uri);
                Err(refusal(request, status.as_u16(), answer.body()))
            }
            status => Err(Error::Unreadable {
                request: self.label(&op.method, &request.uri),
                status: status.as_u16(),
                reason: format!("expected status {}; is this endpoint the API?", op.status),
                excerpt: excerpt(answer.body()),
            }),
        }
    }

    /// Calls any path and brings whatever answers: no status is an error here.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<RawResponse, Error> {
        let path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        };
        let known = api::operation::at(&method, &path).into_iter().next();
        let again = known.map_or(api::is_idempotent(&method), |known| known.op.is_idempotent());
        let answer = self.exchange(&method, &path, body.map(Bytes::from), again).await?;
        Ok(answer.into())
    }

    /// The same for what is no text: it is sent once.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn bytes(&self, to: (Method, &str), body: Option<Bytes>) -> Result<Response, Error> {
        self.exchange(&to.0, to.1, body, false).await
    }

    fn label(&self, method: &Method, path: &str) -> String {
        format!("{method} {}{path}", self.inner.endpoint)
    }

    /// A request with the headers that all have.
    pub(crate) fn request(
        &self,
        method: &Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<Request, Error> {
        let uri: Uri = format!("{}{path}", self.inner.endpoint)
            .parse()
            .map_err(|e| Error::Invalid(format!("{method} `{path}`: that is no path: {e}")))?;
        let has_body = body.is_some();
        let mut request = Request::new(body.unwrap_or_default());
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(authorization) = &self.inner.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }

    async fn exchange(
        &self,
        method: &Method,
        path: &str,
        body: Option<Bytes>,
        again: bool,
    ) -> Result<Response, Error> {
        let request = self.request(method, path, body)?;
        self.repeat(method, path, request, (again, retry::TOO_MANY)).await
    }

    /// Exchanges one request, again and again where that is safe, until the time is over. It is
    /// after an answer of `too_many`, and, where it is as good `again`, after any failure on the way.
    pub(crate) async fn repeat(
        &self,
        method: &Method,
        path: &str,
        request: Request,
        (again, too_many): (bool, StatusCode),
    ) -> Result<Response, Error> {
        let deadline = Instant::now() + self.inner.timeout;
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(&request, deadline).await;
            let last = attempt >= self.inner.retry.attempts;
            let pause = match self.pause(again, &outcome, attempt, too_many) {
                // Waiting past the deadline helps nobody: what is known now is the better answer.
                Some(pause) if !last && Instant::now() + pause < deadline => pause,
                _ => return outcome.map_err(|e| self.failed(method, path, e)),
            };
            self.about(Some(&request), |request| Event::Pausing { request, pause });
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, request: &Request, deadline: Instant) -> Result<Response, Failed> {
        if let Some(limit) = &self.inner.limit {
            let due = limit.take();
            if due >= deadline {
                return Err(Failed::TimedOut(self.inner.timeout));
            }
            tokio::time::sleep_until(due).await;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let allowed = left.min(self.inner.attempt_timeout);
        if let Some(proof) = self.inner.proof.as_ref().filter(|proof| proof.given.get().is_none()) {
            self.ask(proof, allowed.min(PATIENCE)).await?;
        }
        let answer = self.carry(request.clone(), allowed).await?;
        if answer.body().len() > self.inner.body_limit {
            return Err(Failed::Fault(net::too_large(self.inner.body_limit)));
        }
        Ok(answer)
    }

    async fn carry(&self, request: Request, allowed: Duration) -> Result<Response, Failed> {
        let kept = self.inner.observer.is_some().then(|| request.clone());
        let start = Instant::now();
        self.about(kept.as_ref(), |request| Event::Sending { request });
        let exchange = self.inner.transport.exchange(request);
        let outcome = match tokio::time::timeout(allowed, exchange).await {
            Ok(answer) => answer.map_err(Failed::Fault),
            Err(_) => Err(Failed::TimedOut(allowed)),
        };
        let took = start.elapsed();
        match &outcome {
            Ok(answer) => {
                self.about(kept.as_ref(), |r| Event::Answered { request: r, answer, took })
            }
            Err(failed) => {
                let reason = failed.reason();
                self.about(kept.as_ref(), |r| Event::Failed { request: r, reason: &reason, took });
            }
        }
        outcome
    }

    /// Tells the observer, where there is one.
    fn about<'a>(
        &self,
        request: Option<&'a Request>,
        event: impl FnOnce(&'a Request) -> Event<'a>,
    ) {
        if let (Some(observer), Some(request)) = (&self.inner.observer, request) {
            observer(&event(request));
        }
    }

    /// Asks whoever is there to prove that it has the key, without a word of the key.
    async fn ask(&self, proof: &Proof, allowed: Duration) -> Result<(), Failed> {
        let question = Question::new().map_err(Failed::Unsent)?;
        let mut request =
            self.request(&Method::GET, &question.path(), None).map_err(Failed::Unsent)?;
        request.headers_mut().remove(AUTHORIZATION);
        let answer = self.carry(request, allowed).await?;
        if question.calls(&proof.key, answer.body()).is_none() {
            return Err(Failed::Unsent(self.stranger(answer.status())));
        }
        let _ = proof.given.set(()); // another request may have been as quick
        Ok(())
    }

    fn stranger(&self, status: StatusCode) -> Error {
        let endpoint = &self.inner.endpoint;
        Error::Invalid(format!(
            "what answers at {endpoint} (status {}) does not prove to have the key of your data \
             directory: another program, or a server with other data or of an older version. \
             Nothing was sent. Start `kettle serve` on your data directory, or, to mean this one, \
             set VULTR_API_ENDPOINT={endpoint} and VULTR_API_KEY together",
            status.as_u16()
        ))
    }

    /// How long to pause before the next attempt; none where there must be none.
    fn pause(
        &self,
        again: bool,
        outcome: &Result<Response, Failed>,
        attempt: u32,
        too_many: StatusCode,
    ) -> Option<Duration> {
        let pause = self.inner.retry.pause(attempt);
        match outcome {
            Ok(answer) if retry::on_status(again, answer.status(), too_many) => {
                let Some(asked) = retry::retry_after(answer.headers()) else { return Some(pause) };
                if let (StatusCode::TOO_MANY_REQUESTS, Some(limit)) =
                    (answer.status(), &self.inner.limit)
                {
                    limit.pause(Instant::now() + asked);
                }
                // Never earlier than asked, and not all at the same moment.
                Some(asked + self.inner.retry.pause(1))
            }
            Ok(_) | Err(Failed::Unsent(_)) => None,
            Err(Failed::Fault(fault)) => {
                retry::on_fault(again, fault, self.inner.loopback).then_some(pause)
            }
            Err(Failed::TimedOut(_)) => again.then_some(pause),
        }
    }

    fn failed(&self, method: &Method, path: &str, failed: Failed) -> Error {
        let request = self.label(method, path);
        match failed {
            Failed::Fault(mut fault) => {
                let kettle = self.inner.loopback && self.inner.endpoint.starts_with("http:");
                if kettle
                    && fault.kind == FaultKind::Connect
                    && !fault.text.contains("kettle serve")
                {
                    fault.text = format!("{} (is `kettle serve` running?)", fault.text);
                }
                Error::Transport { request, fault }
            }
            Failed::TimedOut(after) => Error::TimedOut { request, after },
            Failed::Unsent(error) => error,
        }
    }
}

/// Why an attempt brought no answer.
enum Failed {
    Fault(Fault),
    TimedOut(Duration),
    /// The request must not go out.
    Unsent(Error),
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Failed {
    /// What happened, for whoever watches.
    fn reason(&self) -> String {
        match self {
            Self::Fault(fault) => fault.to_string(),
            Self::TimedOut(after) => format!("no answer within {}", crate::error::seconds(*after)),
            Self::Unsent(error) => error.to_string(),
        }
    }
}

impl Builder {
    /// The API key. White space around it is dropped: files end with a newline.
    #[must_use]
    pub fn key(mut self, key: impl AsRef<str>) -> Self {
        self.key = Some(key.as_ref().trim().to_owned());
        self
    }

    /// The key that whoever answers must prove to have before anything is sent.
    pub(crate) fn proving(mut self, key: Option<String>) -> Self {
        self.to_prove = key;
        self
    }

    /// At most so many requests in any second, or as many as fit. When not called: 30, which is what
    /// Vultr allows, and no limit for an endpoint on this machine.
    #[must_use]
    pub fn rate_limit(mut self, per_second: Option<u32>) -> Self {
        self.rate = Some(per_second);
        self
    }

    /// How often a call is tried at most; 5 when not called, 1 for never again.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.retry.attempts = attempts.max(1);
        self
    }

    /// How long a connection may take to come about; 10 s when not called.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, its body included; 60 s when not called.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long a call may take, all attempts and pauses included; 180 s when not called.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes an answer may have; 64 MiB when not called.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Something else than the network to carry the requests.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Somebody who hears of each exchange: see [`Event`].
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Without a key: for API v1, which has it in a header of its own.
    pub(crate) fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When the endpoint is no address, or the key cannot be sent.
    pub fn build(self) -> Result<Client, Error> {
        let (endpoint, uri) = config::base(&self.endpoint)?;
        let loopback = config::is_loopback(uri.host().unwrap_or_default());
        let authorization = self.key.filter(|k| !k.is_empty()).map(|k| bearer(&k)).transpose()?;
        let net = || Net::new(loopback, self.connect_timeout, self.body_limit);
        let inner = Inner {
            transport: self.transport.unwrap_or_else(|| Arc::new(net())),
            endpoint,
            loopback,
            authorization,
            proof: self.to_prove.map(|key| Arc::new(Proof { key, given: OnceLock::new() })),
            observer: self.observer,
            limit: self
                .rate
                .unwrap_or((!loopback).then_some(30))
                .map(|rate| Arc::new(Limit::per_second(rate.max(1)))),
            retry: self.retry,
            attempt_timeout: self.attempt_timeout,
            timeout: self.timeout,
            body_limit: self.body_limit,
        };
        Ok(Client { inner: Arc::new(inner) })
    }
}

fn bearer(key: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
        .map_err(|_| Error::Invalid("the API key has characters that no key has".into()))?;
    value.set_sensitive(true);
    Ok(value)
}
