//! Opening connections: to a host, or to a host through an outer proxy.
//!
//! Must never wait without a limit.

use std::future::Future;
use std::io;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{HOST, PROXY_AUTHORIZATION};
use hyper::{Request, Uri, client, upgrade};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::chain::{OuterProxy, bare_host};
use crate::listener::Tasks;

/// Where a client wants to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Lower case, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Target {
    /// Reads the authority of a request's URI.
    pub(crate) fn from_uri(uri: &Uri, default_port: Option<u16>) -> Option<Self> {
        let authority = uri.authority()?;
        let port = authority.port_u16().or(default_port)?;
        let host = bare_host(authority.host());
        (!host.is_empty()).then_some(Self { host, port })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A connection of either kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Gives up after `limit`, with an error that says so.
pub(crate) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer within {} seconds", limit.as_secs_f32()),
        )),
    }
}

/// Connects to a host without a proxy.
pub(crate) async fn direct(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Connects to the target through the proxy, by its CONNECT.
pub(crate) async fn through(
    proxy: &OuterProxy,
    target: &Target,
    tasks: &Tasks,
) -> io::Result<Box<dyn Stream>> {
    let stream = direct(&proxy.host, proxy.port).await?;
    let (mut sender, connection) =
        client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Drives the exchange; ends when the stream is handed over or either side goes away.
    tasks.spawn(connection.with_upgrades());
    let mut request = Request::connect(target.to_string()).header(HOST, target.to_string());
    if let Some(authorization) = &proxy.authorization {
        request = request.header(PROXY_AUTHORIZATION, authorization);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(io::Error::other)?;
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    if !response.status().is_success() {
        return Err(io::Error::other(format!(
            "the proxy {}:{} answered {}",
            proxy.host,
            proxy.port,
            response.status()
        )));
    }
    let stream = upgrade::on(response).await.map_err(io::Error::other)?;
    Ok(Box::new(TokioIo::new(stream)))
}
