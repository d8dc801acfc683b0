//! The transport over the network: HTTP/1.1 and HTTP/2, TLS by rustls, connections kept.
//!
//! It trusts the system's certificates (`SSL_CERT_FILE` is honoured, which is how `kettle exec`
//! introduces its own), follows no redirect, and never holds more of a body than it was allowed.

mod connect;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, HeaderValue, PROXY_AUTHORIZATION};
use http::uri::{PathAndQuery, Scheme, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use self::connect::Connector;
use crate::transport::{Exchange, Fault, FaultKind, Request, Response, Transport};

/// How often a request goes out again that a server of HTTP/2 did not look at.
const UNSEEN: usize = 2;

/// What a path may not have as it is, though it can be read.
const ODD: &AsciiSet = &CONTROLS.add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

/// A client of the network.
pub(crate) struct Net {
    client: legacy::Client<Connector, Full<Bytes>>,
    proxies: Arc<Matcher>,
    body_limit: usize,
}

impl Net {
    /// Proxies of the environment do not apply where the endpoint is this machine.
    pub(crate) fn new(loopback: bool, connect_timeout: Duration, body_limit: usize) -> Self {
        let proxies = if loopback { Matcher::builder().build() } else { Matcher::from_env() };
        let proxies = Arc::new(proxies);
        Self::with(Connector::new(proxies.clone(), connect_timeout), proxies, body_limit)
    }

    fn with(connector: Connector, proxies: Arc<Matcher>, body_limit: usize) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client, proxies, body_limit }
    }

    async fn carry(&self, request: Request) -> Result<Response, Fault> {
        let (head, body) = self.send(self.prepared(request)?).await?.into_parts();
        let body = self.read(body).await?;
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        Ok(response)
    }

    /// The request as it goes out.
    fn prepared(&self, mut request: Request) -> Result<http::Request<Full<Bytes>>, Fault> {
        *request.uri_mut() = plain(request.uri())?;
        let is_plain = request.uri().scheme() == Some(&Scheme::HTTP);
        let proxy = self.proxies.intercept(request.uri()).filter(|_| is_plain);
        let headers = request.headers_mut();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        // With TLS, it is the tunnel that is asked for with it.
        if let Some(proof) = proxy.as_ref().and_then(|proxy| proxy.basic_auth()) {
            headers.entry(PROXY_AUTHORIZATION).or_insert(proof.clone());
        }
        Ok(request.map(Full::new))
    }

    async fn send(
        &self,
        request: http::Request<Full<Bytes>>,
    ) -> Result<http::Response<hyper::body::Incoming>, Fault> {
        for _ in 0..UNSEEN {
            match self.client.request(request.clone()).await {
                Err(error) if is_unseen(&error) => {}
                outcome => return outcome.map_err(|error| refused(&error)),
            }
        }
        self.client.request(request).await.map_err(|error| refused(&error))
    }

    async fn read(&self, mut body: hyper::body::Incoming) -> Result<Bytes, Fault> {
        let mut read = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| innermost(FaultKind::Broken, &error))?;
            // Trailers are nothing to us.
            let Ok(chunk) = frame.into_data() else { continue };
            if read.len() + chunk.len() > self.body_limit {
                return Err(too_large(self.body_limit));
            }
            read.extend_from_slice(&chunk);
        }
        Ok(read.freeze())
    }
}

impl Transport for Net {
    fn exchange(&self, request: Request) -> Exchange<'_> {
        Box::pin(self.carry(request))
    }
}

/// The fault of a body that is larger than allowed.
pub(crate) fn too_large(limit: usize) -> Fault {
    Fault { kind: FaultKind::TooLarge, text: format!("the answer is larger than {limit} bytes") }
}

/// The address with nothing in its path that servers may stumble over, such as an umlaut.
fn plain(uri: &Uri) -> Result<Uri, Fault> {
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let encoded = utf8_percent_encode(path, ODD).to_string();
    if encoded == path {
        return Ok(uri.clone());
    }
    let setup = |error: http::Error| Fault::new(FaultKind::Setup, &error);
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(encoded.parse().map_err(|e| setup(http::Error::from(e)))?);
    Uri::from_parts(parts).map_err(|e| setup(http::Error::from(e)))
}

/// Whether the server let the connection go, or refused the one request, before it looked at it.
fn is_unseen(error: &legacy::Error) -> bool {
    let cause = error.source().and_then(Error::source);
    let Some(error) = cause.and_then(|cause| cause.downcast_ref::<h2::Error>()) else {
        return false;
    };
    error.is_remote()
        && match error.reason() {
            Some(h2::Reason::NO_ERROR) => error.is_go_away(),
            Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
            _ => false,
        }
}

fn refused(error: &legacy::Error) -> Fault {
    let kind = if error.is_connect() { FaultKind::Connect } else { FaultKind::Broken };
    innermost(kind, error)
}

/// The innermost cause says what happened; the outer ones only that a request was being sent.
fn innermost(kind: FaultKind, error: &(dyn Error + 'static)) -> Fault {
    let mut cause = error;
    loop {
        match (cause.downcast_ref::<Fault>(), cause.source()) {
            // One of our own, on its way through the client.
            (Some(fault), _) => return fault.clone(),
            (None, Some(inner)) => cause = inner,
            (None, None) => return Fault { kind, text: cause.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
