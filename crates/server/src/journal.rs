//! What was asked and answered: a line for each request in the log, and the last ones in memory.
//!
//! It must cost a request next to nothing: no text is made that nobody reads, and nothing is masked
//! before it is shown. It never keeps more than it says, whoever sends how much.

use std::collections::VecDeque;
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use control::auth::Caller;
use engine::Clock;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, Method};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::faults::Cut;
use crate::route::Peer;
use api::mask;
use api::world::faults::Dropped;

/// How many requests are kept, and how many bytes they have in all.
pub(crate) const KEPT: usize = 1000;
pub(crate) const KEPT_BYTES: usize = 16 << 20;
/// How much of a body is kept, and of an address.
const BODY: usize = 64 << 10;
const ADDRESS: usize = 2 << 10;
/// How much is kept of the headers of one request, or of one answer.
const HEADERS: usize = 2 << 10;
/// How much our answers' headers usually take.
const TOLD: usize = 384;
/// What is Kettle's own: told to those who ask for more, and not kept.
const OWN: &str = "/_kettle/";
/// The longest part of a refusal's text that is told.
const TEXT: usize = 500;
/// How the log calls the method of what was no request.
const NO_METHOD: &str = "-";
/// What a request takes besides its texts and bodies.
const ENTRY: usize = 256;

/// Writes down what is asked and answered. Clones share it.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    ring: Mutex<Ring>,
    news: Notify,
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    bytes: usize,
    entries: VecDeque<Arc<Entry>>,
    /// The last one before everything was reset, or all were forgotten.
    begun: u64,
    /// How often all were forgotten.
    cleared: u64,
}

impl Ring {
    fn push(&mut self, entry: Entry) {
        self.bytes += entry.size();
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.size();
        }
    }
}

/// Places in what is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) begun: u64,
    pub(crate) last: u64,
    pub(crate) cleared: u64,
}

/// A request with its answer.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) sequence: u64,
    /// When it came, in milliseconds after 1970.
    pub(crate) at: i64,
    pub(crate) method: Method,
    pub(super) address: String,
    pub(crate) status: u16,
    pub(crate) took: Duration,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) seen: Seen,
    pub(super) heads: Heads,
    pub(crate) request: Kept,
    pub(crate) response: Kept,
}

/// What was found out about a request on its way: a part of its extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    notes: Arc<Notes>,
    /// Whether the request is made for another one, which it is not to be taken for.
    is_within: bool,
}

#[derive(Debug, Default)]
struct Notes {
    operation: OnceLock<&'static str>,
    caller: OnceLock<Arc<Caller>>,
    sent: OnceLock<Kept>,
    /// What rules have done to it.
    faults: OnceLock<Vec<String>>,
}

impl Seen {
    /// For a request that is made to answer this one.
    pub(crate) fn within(&self) -> Self {
        Self { notes: self.notes.clone(), is_within: true }
    }

    pub(crate) fn note_operation(&self, id: &'static str) {
        if !self.is_within {
            self.notes.operation.get_or_init(|| id);
        }
    }

    pub(crate) fn note_caller(&self, caller: &Arc<Caller>) {
        if caller.account != 0 {
            self.notes.caller.get_or_init(|| caller.clone());
        }
    }

    /// Notes the body, or as much of it as came.
    pub(crate) fn note_sent(&self, body: &Bytes) {
        if !self.is_within {
            self.notes.sent.get_or_init(|| Kept::of(body.clone(), false));
        }
    }

    /// Notes what rules have done to it, and to its answer.
    pub(crate) fn note_faults(&self, did: Vec<String>) {
        if !self.is_within {
            self.notes.faults.get_or_init(|| did);
        }
    }

    /// What rules have done to it.
    pub(crate) fn faults(&self) -> &[String] {
        self.notes.faults.get().map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn operation(&self) -> Option<&'static str> {
        self.notes.operation.get().copied()
    }

    pub(crate) fn caller(&self) -> Option<&Caller> {
        self.notes.caller.get().map(|caller| &**caller)
    }
}

/// The beginning of a body, and how long all of it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    bytes: Bytes,
    pub(crate) whole: usize,
    is_answer: bool,
    /// What an earlier server has said of it, which kept what is shown alone.
    earlier: Option<Earlier>,
}

/// What an earlier server has said of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier {
    pub(crate) is_cut: bool,
    pub(crate) is_masked: bool,
}

impl Kept {
    fn of(all: Bytes, is_answer: bool) -> Self {
        let whole = all.len();
        // A part of a large body would hold all of it.
        let bytes = if whole > BODY { Bytes::copy_from_slice(&all[..BODY]) } else { all };
        Self { bytes, whole, is_answer, earlier: None }
    }

    /// As an earlier server has shown it.
    pub(crate) fn shown_before(shown: String, whole: usize, earlier: Earlier) -> Self {
        Self { bytes: shown.into(), whole, is_answer: true, earlier: Some(earlier) }
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.earlier.map_or(self.bytes.len() < self.whole, |earlier| earlier.is_cut)
    }

    /// Whether something of it is not shown.
    pub(crate) fn hides(&self, shown: &str) -> bool {
        if let Some(earlier) = self.earlier {
            return earlier.is_masked;
        }
        match (serde_json::from_slice::<Value>(&self.bytes), serde_json::from_str::<Value>(shown)) {
            (Ok(own), Ok(shown)) => own != shown,
            _ => *self.bytes != *shown.as_bytes(),
        }
    }

    /// What may be shown of it.
    pub(crate) fn shown(&self) -> String {
        if self.earlier.is_some() {
            return String::from_utf8_lossy(&self.bytes).into_owned();
        }
        match self.is_answer {
            true => mask::answer(&self.bytes),
            false => mask::body(&self.bytes, !self.is_cut()),
        }
    }
}

/// The headers of a request and of its answer: a copy in one piece, for values lie in the buffer that
/// they were read into.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    bytes: Vec<u8>,
    /// How much of it is the request's.
    asked: usize,
}

impl Heads {
    /// Those of a request, with room for its answer's.
    fn of(asked: &HeaderMap) -> Self {
        let length = |(name, value): (&HeaderName, &http::HeaderValue)| {
            name.as_str().len() + value.len().max(MASKED.len()) + 2
        };
        let whole: usize = asked.iter().map(length).sum();
        let mut heads = Self { bytes: Vec::with_capacity(whole.min(HEADERS) + TOLD), asked: 0 };
        heads.add(asked);
        heads.asked = heads.bytes.len();
        heads
    }

    /// As an earlier server has shown them.
    pub(crate) fn shown_before(asked: &[(String, String)], told: &[(String, String)]) -> Self {
        let lines = |heads: &[(String, String)]| -> Vec<u8> {
            let line = |(name, value): &(String, String)| format!("{name}:{value}\n");
            heads.iter().map(line).collect::<String>().into_bytes()
        };
        let mut bytes = lines(asked);
        let asked = bytes.len();
        bytes.extend(lines(told));
        Self { bytes, asked }
    }

    /// Adds as many headers as are kept. Of keys and cookies nothing is, but that they were there.
    fn add(&mut self, map: &HeaderMap) {
        let most = self.bytes.len() + HEADERS;
        for (name, value) in map {
            let value = if is_key(name) { masked(value.as_bytes()) } else { value.as_bytes() };
            if self.bytes.len() + name.as_str().len() + value.len() + 2 > most {
                continue;
            }
            self.bytes.extend_from_slice(name.as_str().as_bytes());
            self.bytes.push(b':');
            self.bytes.extend_from_slice(value);
            self.bytes.push(b'\n');
        }
    }
}

/// Headers of a request or an answer, as they are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Headers<'a>(&'a [u8]);

impl<'a> Headers<'a> {
    /// Names and values, as they may be shown.
    pub(crate) fn shown(self) -> impl Iterator<Item = (String, String)> + use<'a> {
        // No value holds the end of a line.
        let lines = self.0.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| {
            let text = String::from_utf8_lossy(line);
            let (name, value) = text.split_once(':').unwrap_or((&text, ""));
            let is_kept = matches!(name, "authorization" | "proxy-authorization");
            let value = match mask::is_secret(name) && !is_kept {
                true => MASKED.to_owned(),
                false => mask::path(value),
            };
            (name.to_owned(), value)
        })
    }

    /// What a client calls itself.
    pub(crate) fn agent(self) -> Option<String> {
        let agent = self.shown().find(|(name, _)| *name == USER_AGENT.as_str());
        agent.map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}

/// What stands in the place of a key or a cookie.
const MASKED: &str = "***";
const BEARER: &[u8] = b"Bearer ***";

/// Whether a header is a key as it stands.
fn is_key(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "authorization" | "cookie" | "set-cookie" | "proxy-authorization" | "api-key")
}

fn masked(value: &[u8]) -> &'static [u8] {
    if value.starts_with(b"Bearer ") { BEARER } else { MASKED.as_bytes() }
}

impl Entry {
    /// The request's headers.
    pub(crate) fn asked(&self) -> Headers<'_> {
        Headers(&self.heads.bytes[..self.heads.asked])
    }

    /// The answer's headers.
    pub(crate) fn told(&self) -> Headers<'_> {
        Headers(&self.heads.bytes[self.heads.asked..])
    }

    /// The address as it may be shown.
    pub(crate) fn address(&self) -> String {
        mask::path(&self.address)
    }

    /// The address without its query.
    pub(crate) fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or_default()
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.status >= 400 || self.status == 0
    }

    /// What a refusal says.
    pub(crate) fn error(&self) -> Option<String> {
        if !self.is_failed() {
            return None;
        }
        if self.status == 0 {
            return None;
        }
        let text = match serde_json::from_slice::<api::ApiError>(&self.response.bytes) {
            Ok(refusal) => refusal.error,
            // v1 writes a sentence, as a page has it.
            Err(_) => {
                let page = String::from_utf8_lossy(&self.response.bytes).replace("&lt;", "<");
                page.replace("&gt;", ">").replace("&amp;", "&")
            }
        };
        Some(text.chars().take(TEXT).collect())
    }

    pub(crate) fn size(&self) -> usize {
        let bodies = self.request.bytes.len() + self.response.bytes.len();
        ENTRY + self.address.len() + self.heads.bytes.capacity() + bodies
    }
}

/// Which requests are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    /// Those behind this one, the oldest first; without it, the last ones.
    pub(crate) after: Option<u64>,
    /// Of the last ones, those before this one.
    pub(crate) before: Option<u64>,
    pub(crate) limit: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Arc<Entry>>,
    /// Up to which one was looked.
    pub(crate) last: u64,
    /// How many were asked for and are not kept any more.
    pub(crate) missed: u64,
}

impl Journal {
    /// An empty one that goes by this clock.
    pub fn new(clock: Clock) -> Self {
        let (ring, news, is_closed) = Default::default();
        Self(Arc::new(Inner { clock, ring, news, is_closed }))
    }

    /// These routes, with each request written down once, however many they make among themselves.
    pub fn of(&self, routes: Router) -> Router {
        let journal = self.clone();
        routes.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let journal = journal.clone();
            async move { journal.watch(request, |request| next.run(request)).await }
        }))
    }

    /// Has a request served, and writes it down.
    pub(crate) async fn watch<F>(
        &self,
        mut request: Request,
        serve: impl FnOnce(Request) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        let (at, started) = (self.0.clock.now(), Instant::now());
        let seen = Seen::default();
        request.extensions_mut().insert(seen.clone());
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
        let method = request.method().clone();
        // A copy: the original would hold the buffer that it was read into.
        let address = request.uri().path_and_query().map(|all| all.as_str()).unwrap_or("/");
        let address = match address.len() {
            ..=ADDRESS => address.to_owned(),
            _ => address.chars().take(ADDRESS).collect(),
        };
        let mut heads = Heads::of(request.headers());
        let (response, answer) = at_hand(serve(request).await).await;
        heads.add(response.headers());
        let request = seen.notes.sent.get().cloned().unwrap_or_default();
        self.put(Entry {
            sequence: 0,
            at,
            method,
            address,
            status: told_status(&response),
            took: started.elapsed(),
            peer,
            seen,
            heads,
            request,
            response: Kept::of(answer, true),
        });
        response
    }

    /// Writes down what was refused before it was a request.
    pub(crate) fn note_no_request(&self, peer: SocketAddr, status: u16, answer: Bytes) {
        self.put(Entry {
            sequence: 0,
            at: self.0.clock.now(),
            method: NO_METHOD.parse().unwrap_or_default(),
            address: "-".into(),
            status,
            took: Duration::ZERO,
            peer: Some(peer),
            seen: Seen::default(),
            heads: Heads::default(),
            request: Kept::default(),
            response: Kept::of(answer, true),
        });
    }

    fn put(&self, mut entry: Entry) {
        if entry.address.starts_with(OWN) {
            tell_own(&entry);
            return;
        }
        tell(&entry);
        let mut ring = self.ring();
        ring.last += 1;
        entry.sequence = ring.last;
        ring.push(entry);
        drop(ring);
        self.0.news.notify_waiters();
    }

    /// Those that are wanted.
    pub(crate) fn find(&self, ask: &Ask, wanted: impl Fn(&Entry) -> bool) -> Found {
        let ring = self.ring();
        let all = ring.entries.iter();
        let Some(after) = ask.after else {
            let early = |e: &&Arc<Entry>| ask.before.is_none_or(|before| e.sequence < before);
            let earlier = all.rev().filter(early).filter(|e| wanted(e));
            let mut entries: Vec<_> = earlier.take(ask.limit).cloned().collect();
            entries.reverse();
            return Found { entries, last: ring.last, missed: 0 };
        };
        // Who has seen more than there was asked another server, before this one.
        let after = if after > ring.last { 0 } else { after };
        let first = ring.entries.front().map_or(ring.last + 1, |entry| entry.sequence);
        let missed = first.saturating_sub(after + 1);
        let entries: Vec<_> = all
            .skip_while(|entry| entry.sequence <= after)
            .filter(|e| wanted(e))
            .take(ask.limit)
            .cloned()
            .collect();
        let last = match entries.last() {
            Some(entry) if entries.len() == ask.limit => entry.sequence,
            _ => ring.last,
        };
        Found { entries, last, missed }
    }

    /// Ends when there is more, or will never be. What happens after this call is not missed, even
    /// if it is waited for later.
    pub(crate) fn news(&self) -> Notified<'_> {
        self.0.news.notified()
    }

    /// Nobody waits for more from now on.
    pub(crate) fn close(&self) {
        self.0.is_closed.store(true, SeqCst);
        self.0.news.notify_waiters();
    }

    /// What comes from now on belongs to a new beginning; tells the last one before it.
    pub(crate) fn begin(&self) -> u64 {
        let mut ring = self.ring();
        ring.begun = ring.last;
        let last = ring.last;
        drop(ring);
        self.0.news.notify_waiters();
        last
    }

    /// Forgets all. Numbers go on.
    pub(crate) fn clear(&self) -> u64 {
        let mut ring = self.ring();
        ring.entries.clear();
        ring.bytes = 0;
        ring.cleared += 1;
        drop(ring);
        self.begin()
    }

    /// The last one before the beginning, the last one there is, and how often all were forgotten.
    pub(crate) fn marks(&self) -> Marks {
        let ring = self.ring();
        Marks { begun: ring.begun, last: ring.last, cleared: ring.cleared }
    }

    /// Takes what an earlier server has kept for what came before.
    pub(crate) fn restore(&self, entries: Vec<Entry>, begun: u64) {
        let mut ring = self.ring();
        for entry in entries {
            ring.last = ring.last.max(entry.sequence);
            ring.push(entry);
        }
        ring.begun = begun.min(ring.last);
    }

    /// What time it is, in milliseconds after 1970.
    pub(crate) fn now(&self) -> i64 {
        self.0.clock.now()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_closed.load(SeqCst)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The status that an answer has; 0 where nothing is to be answered.
fn told_status(response: &Response) -> u16 {
    match response.extensions().get::<Cut>() {
        Some(Cut(Dropped::Before)) => 0,
        _ => response.status().as_u16(),
    }
}

/// The same answer, and its body beside it. All of ours are at hand; another one is left alone.
async fn at_hand(response: Response) -> (Response, Bytes) {
    if response.body().size_hint().exact().is_none() {
        return (response, Bytes::new());
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    (Response::from_parts(parts, Body::from(bytes.clone())), bytes)
}

/// Tells a request, and what was sent to those who want to know.
fn tell(entry: &Entry) {
    if tracing::enabled!(target: "requests", tracing::Level::INFO) {
        tracing::info!(target: "requests", "{}", Line(entry));
    }
    if tracing::enabled!(target: "requests", tracing::Level::DEBUG) {
        let name = format!("{} {}", entry.method, entry.address());
        for (way, body) in [('>', &entry.request), ('<', &entry.response)] {
            if body.whole > 0 {
                let cut = if body.is_cut() { "…" } else { "" };
                tracing::debug!(target: "requests", "{name} {way} {}{cut}", body.shown());
            }
        }
    }
}

fn tell_own(entry: &Entry) {
    if tracing::enabled!(target: "requests", tracing::Level::DEBUG) {
        tracing::debug!(target: "requests", "{}", Line(entry));
    }
}

/// A request in one line.
struct Line<'a>(&'a Entry);

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { method, status, took, .. } = self.0;
        write!(f, "{method} {} {status} {}", self.0.address(), Took(*took))?;
        self.0.error().map_or(Ok(()), |error| write!(f, " {error}"))?;
        self.0.seen.faults().iter().try_for_each(|did| write!(f, " [{did}]"))
    }
}

/// How long something took, for people: `1.2ms`, `35ms`, `2.4s`.
pub fn time_taken(time: Duration) -> String {
    Took(time).to_string()
}

struct Took(Duration);

impl Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_secs_f64() * 1000.0;
        match ms {
            ..9.95 => write!(f, "{ms:.1}ms"),
            ..999.5 => write!(f, "{ms:.0}ms"),
            _ => write!(f, "{:.1}s", ms / 1000.0),
        }
    }
}
