//! How a connection comes about: straight or through a proxy of the environment, with TLS or without.
//!
//! Certificates are read when the first connection needs them, not before: that takes milliseconds.

use std::io::{Error, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::{Scheme, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::transport::{Fault, FaultKind};

/// A connection that stays silent for this long is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// How long the other side may leave what was sent unacknowledged.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector,
    proxies: Arc<Matcher>,
    timeout: Duration,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
    /// To a proxy itself: straight, and with HTTP/1.1.
    to_proxy: bool,
}

impl Connector {
    pub(super) fn new(proxies: Arc<Matcher>, timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        // https, too, begins with TCP.
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(timeout));
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(3));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        Self { tcp, proxies, timeout, tls: Arc::default(), to_proxy: false }
    }

    /// The same, which trusts these.
    #[cfg(test)]
    pub(super) fn trusting(self, roots: RootCertStore) -> Self {
        Self { tls: Arc::new(OnceLock::from(Arc::new(tls(roots).unwrap()))), ..self }
    }

    async fn connect(mut self, uri: Uri) -> Result<Wire, BoxError> {
        let has_tls = uri.scheme() == Some(&Scheme::HTTPS);
        if !has_tls && uri.scheme() != Some(&Scheme::HTTP) {
            let scheme = uri.scheme_str().unwrap_or_default();
            return Err(setup(format!("`{scheme}` proxies are not supported")).into());
        }
        // Without certificates there is nothing to connect for.
        let tls = if has_tls { Some(self.config()?) } else { None };
        let proxy = if self.to_proxy { None } else { self.proxies.intercept(&uri) };
        let mut to_proxy = Self { to_proxy: true, ..self.clone() };
        match (proxy, tls) {
            (Some(proxy), Some(tls)) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
                if let Some(proof) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(proof.clone());
                }
                let wire = tunnel.call(uri.clone()).await?;
                self.secured(&uri, wire, tls).await
            }
            (Some(proxy), None) => {
                let wire = to_proxy.call(proxy.uri().clone()).await?;
                Ok(Wire { is_proxied: true, ..wire })
            }
            (None, Some(tls)) => {
                let wire = Wire::new(self.tcp.call(uri.clone()).await?);
                self.secured(&uri, wire, tls).await
            }
            (None, None) => Ok(Wire::new(self.tcp.call(uri).await?)),
        }
    }

    async fn secured(
        &self,
        uri: &Uri,
        wire: Wire,
        mut config: Arc<ClientConfig>,
    ) -> Result<Wire, BoxError> {
        if self.to_proxy {
            Arc::make_mut(&mut config).alpn_protocols.clear();
        }
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|error| setup(error.to_string()))?;
        let stream = TlsConnector::from(config).connect(name, TokioIo::new(wire)).await?;
        let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Wire { is_h2, ..Wire::new(TokioIo::new(stream)) })
    }

    fn config(&self) -> Result<Arc<ClientConfig>, Fault> {
        if let Some(config) = self.tls.get() {
            return Ok(config.clone());
        }
        let config = Arc::new(tls(roots()?)?);
        Ok(self.tls.get_or_init(|| config).clone())
    }
}

impl Service<Uri> for Connector {
    type Response = Wire;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Wire, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connect = tokio::time::timeout(self.timeout, self.clone().connect(uri));
        Box::pin(async move {
            let text = || "operation timed out".to_owned();
            connect.await.map_err(|_| Fault { kind: FaultKind::Connect, text: text() })?
        })
    }
}

/// A connection, through whatever it leads.
pub(super) struct Wire {
    io: Box<dyn Io>,
    is_h2: bool,
    /// Whether a proxy reads the requests.
    is_proxied: bool,
}

trait Io: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> Io for T {}

impl Wire {
    fn new(io: impl Io + 'static) -> Self {
        Self { io: Box::new(io), is_h2: false, is_proxied: false }
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_proxied);
        if self.is_h2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<Result<(), Error>> {
        Pin::new(&mut *self.io).poll_read(cx, buf)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize, Error>> {
        Pin::new(&mut *self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut *self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut *self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize, Error>> {
        Pin::new(&mut *self.io).poll_write_vectored(cx, bufs)
    }
}

fn setup(text: String) -> Fault {
    Fault { kind: FaultKind::Setup, text }
}

fn roots() -> Result<RootCertStore, Fault> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let mut text = "no certificate authorities found on this system; install the package \
                        `ca-certificates`, or name a file of them in SSL_CERT_FILE"
            .to_owned();
        for error in &found.errors {
            text = format!("{text}; {error}");
        }
        return Err(setup(text));
    }
    Ok(roots)
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::new(FaultKind::Setup, &e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
