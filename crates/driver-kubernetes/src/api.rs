//! Calls of an API server: JSON over HTTPS, with a certificate.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::files::Trust;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What keeps a call from its answer.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Who asks an API server.
pub(crate) struct Client {
    at: SocketAddr,
    tls: TlsConnector,
}

impl Client {
    /// An administrator of a cluster's.
    pub(crate) fn new(at: SocketAddr, trust: &Trust) -> Result<Self, BoxError> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(trust.authority.certificate.clone()))?;
        let (certificate, key) = trust.administrator()?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let tls = builder
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![CertificateDer::from(certificate)],
                PrivatePkcs8KeyDer::from(key).into(),
            )?;
        Ok(Self { at, tls: Arc::new(tls).into() })
    }

    /// A connection, for calls one after the other.
    pub(crate) async fn connect(&self) -> Result<Link, BoxError> {
        let connecting = async {
            let stream = TcpStream::connect(self.at).await?;
            let name = ServerName::from(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST));
            let stream = self.tls.connect(name, stream).await?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to an API server broke");
                }
            });
            Ok(Link { sender, host: self.at.to_string() })
        };
        tokio::time::timeout(PATIENCE, connecting).await?
    }

    /// Whether it is ready to be asked.
    pub(crate) async fn is_ready(&self) -> bool {
        let Ok(mut link) = self.connect().await else { return false };
        matches!(link.text(Method::GET, "/readyz", None).await, Ok((200, _)))
    }
}

/// A connection.
pub(crate) struct Link {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Link {
    /// What is answered: status and body.
    async fn text(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Bytes), BoxError> {
        let request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        // Of all that can change a thing it alone also takes away what is no longer said.
        let request = request.header(CONTENT_TYPE, "application/apply-patch+yaml");
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::from(body))?;
        let asking = async {
            self.sender.ready().await?;
            let answer = self.sender.send_request(request).await?;
            let status = answer.status().as_u16();
            Ok((status, answer.into_body().collect().await?.to_bytes()))
        };
        tokio::time::timeout(PATIENCE, asking).await?
    }

    /// What is answered; none: there is no such thing. A refusal is an error in the server's words.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, BoxError> {
        let (status, text) = self.text(method.clone(), path, body).await?;
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        match status {
            404 => Ok(None),
            200..300 => Ok(Some(answer)),
            _ => Err(format!("{method} {path} is {status}: {}", answer["message"]).into()),
        }
    }
}
