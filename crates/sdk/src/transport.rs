//! One HTTP exchange: the seam between the client and the network.
//!
//! A transport carries a request and brings its answer, whatever the status. It neither retries nor
//! interprets. Any `Fn(Request) -> Future` is one, so a test can answer by itself.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;

/// A request as it goes out: absolute address, headers, body.
pub type Request = http::Request<Bytes>;
/// An answer as it came in.
pub type Response = http::Response<Bytes>;
/// An exchange under way.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Response, Fault>> + Send + 'a>>;

/// Carries one HTTP exchange.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and brings the answer, whatever its status.
    fn exchange(&self, request: Request) -> Exchange<'_>;
}

impl<F, Fut> Transport for F
where
    F: Fn(Request) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Fault>> + Send + 'static,
{
    fn exchange(&self, request: Request) -> Exchange<'_> {
        Box::pin(self(request))
    }
}

/// Why an exchange brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it amounts to.
    pub kind: FaultKind,
    /// What happened, with its causes.
    pub text: String,
}

/// What a fault amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection: nothing was sent.
    Connect,
    /// The connection broke or stalled: the request may have arrived.
    Broken,
    /// The answer is larger than allowed.
    TooLarge,
    /// Cannot work, however often it is tried: no certificates, an address that is none.
    Setup,
}

impl Fault {
    /// A fault of that kind, described by `error` and all its causes.
    pub fn new(kind: FaultKind, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let more = error.to_string();
            // Some errors already repeat their cause.
            if !text.contains(&more) {
                text = format!("{text}: {more}");
            }
            cause = error.source();
        }
        Self { kind, text }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}
