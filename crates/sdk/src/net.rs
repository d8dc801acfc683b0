//! The transport over the network: HTTP/1.1 and HTTP/2, TLS by rustls.
//!
//! It trusts the system's certificates (`SSL_CERT_FILE` is honoured, which is how `kettle exec`
//! introduces its own), follows no redirect, and never holds more of a body than it was allowed.
//! Certificates are read when the first TLS client is built, not before: that takes milliseconds.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::transport::{Exchange, Fault, FaultKind, Request, Response, Transport};

/// What the network needs to know.
pub(crate) struct Net {
    /// Whether the endpoint is this machine: proxies of the environment do not apply.
    pub(crate) loopback: bool,
    pub(crate) tls: bool,
    pub(crate) connect_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) client: OnceLock<reqwest::Client>,
}

impl Net {
    fn client(&self) -> Result<&reqwest::Client, Fault> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout);
        // reqwest sets up TLS whether it is used or not: without TLS, no certificate is looked for.
        let roots = if self.tls { roots()? } else { rustls::RootCertStore::empty() };
        builder = builder.tls_backend_preconfigured(tls(roots)?);
        if self.loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| Fault::new(FaultKind::Setup, &e))?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn carry(&self, request: Request) -> Result<Response, Fault> {
        let request =
            reqwest::Request::try_from(request).map_err(|e| Fault::new(FaultKind::Setup, &e))?;
        let mut answer = self.client()?.execute(request).await.map_err(|e| fault(&e))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| fault(&e))? {
            if body.len() + chunk.len() > self.body_limit {
                return Err(too_large(self.body_limit));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
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

fn fault(error: &reqwest::Error) -> Fault {
    let kind = match error {
        e if e.is_connect() => FaultKind::Connect,
        e if e.is_builder() => FaultKind::Setup,
        _ => FaultKind::Broken,
    };
    // The innermost cause says what happened; the outer ones only that a request was being sent.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Fault { kind, text: cause.to_string() }
}

fn roots() -> Result<rustls::RootCertStore, Fault> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let mut text = "no certificate authorities found on this system; install the package \
                        `ca-certificates`, or name a file of them in SSL_CERT_FILE"
            .to_owned();
        for error in &found.errors {
            text = format!("{text}; {error}");
        }
        return Err(Fault { kind: FaultKind::Setup, text });
    }
    Ok(roots)
}

fn tls(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::new(FaultKind::Setup, &e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
