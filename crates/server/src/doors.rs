//! Servers of HTTPS on this machine that say one thing to whatever is asked: where a kubeconfig leads,
//! as long as nothing else is there. Where something is, connections are passed on to it as they are.
//!
//! They listen on 127.0.0.1 alone, look at no certificate of who asks, and read no more of a request
//! than that there is one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use control::doors::{Door, Doors, Way};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::connections::PAUSE;

/// How many there are at most: each listens on a port, and systems let a program have a thousand files.
const DOORS_MAX: usize = 200;
/// How many connections one has at once.
const CONNECTIONS: usize = 256;
/// How long one may last that is not passed on.
const LASTS: Duration = Duration::from_secs(30);

/// The doors that are open.
#[derive(Default)]
pub(crate) struct Open(Mutex<BTreeMap<Uuid, Opened>>);

/// An open door, which shuts as this goes.
struct Opened {
    address: SocketAddr,
    serving: AbortHandle,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Doors for Open {
    fn open(&self, id: Uuid, door: Door) -> io::Result<SocketAddr> {
        let mut open = self.0.lock().expect("no panic while held");
        if let Some(opened) = open.get(&id) {
            return Ok(opened.address);
        }
        if open.len() >= DOORS_MAX {
            let text =
                format!("{DOORS_MAX} such places are open on this machine, the most there can be");
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, text));
        }
        let listener = listen(door.port)?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let tls = TlsAcceptor::from(Arc::new(config(door.certificate, door.key)?));
        let said = Said { tls, status: door.status, body: door.body.into() };
        let serving = tokio::spawn(serve(listener, door.way, said));
        open.insert(id, Opened { address, serving: serving.abort_handle() });
        Ok(address)
    }

    fn shut(&self, id: Uuid) {
        self.0.lock().expect("no panic while held").remove(&id);
    }

    fn shut_all(&self) {
        self.0.lock().expect("no panic while held").clear();
    }
}

/// Listens on a port, or where somebody else has that, on any other.
fn listen(port: u16) -> io::Result<TcpListener> {
    let here = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    here(port).or_else(|error| {
        tracing::warn!(port, %error, "taken: a kubeconfig from before leads elsewhere, get it again");
        here(0)
    })
}

fn config(certificate: Vec<u8>, key: Vec<u8>) -> io::Result<ServerConfig> {
    let wrong = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidInput, error);
    // Named outright: which provider is the process's default depends on what else is linked.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(wrong)?;
    let (certificate, key) = (CertificateDer::from(certificate), PrivatePkcs8KeyDer::from(key));
    builder.with_no_client_auth().with_single_cert(vec![certificate], key.into()).map_err(wrong)
}

/// What is said to who is not passed on.
#[derive(Clone)]
struct Said {
    tls: TlsAcceptor,
    status: u16,
    body: Bytes,
}

async fn serve(listener: tokio::net::TcpListener, way: Way, said: Said) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // What is under way ends with the door.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let (way, said) = (way.clone(), said.clone());
                connections.spawn(async move {
                    let _place = place;
                    if let Err(error) = lead(stream, way(), said).await {
                        tracing::debug!(%error, "a connection broke");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Passes a connection on, or answers it where nobody is found there.
async fn lead(mut stream: TcpStream, to: Option<SocketAddr>, said: Said) -> Result<(), BoxError> {
    if let Some(to) = to
        && let Ok(mut found) = TcpStream::connect(to).await
    {
        tokio::io::copy_bidirectional(&mut stream, &mut found).await?;
        return Ok(());
    }
    tokio::time::timeout(LASTS, answer(stream, said)).await?
}

async fn answer(stream: TcpStream, said: Said) -> Result<(), BoxError> {
    let stream = said.tls.accept(stream).await?;
    let service = service_fn(|_: http::Request<Incoming>| {
        let mut response = Response::new(Full::new(said.body.clone()));
        *response.status_mut() = http::StatusCode::from_u16(said.status).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(LASTS);
    Ok(builder.serve_connection(TokioIo::new(stream), service).await?)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// A door that leads wherever `at` says at that moment.
    fn door(at: &Arc<Mutex<Option<SocketAddr>>>) -> Door {
        let good = [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 32)];
        let name = x509::name(&[(x509::COMMON_NAME, "door")]);
        let authority = x509::Authority::make(name, good, &[]).unwrap();
        let (certificate, key, at) = (authority.certificate, authority.key.pkcs8, at.clone());
        let way = Arc::new(move || *at.lock().unwrap());
        Door { way, port: 0, certificate, key, status: 503, body: "{}".into() }
    }

    /// What comes back for what is no TLS.
    async fn answered(address: SocketAddr) -> Vec<u8> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // Whoever does not like it may break off.
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn a_connection_is_passed_on_as_it_is_while_somebody_is_there() {
        let echo = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = echo.local_addr().unwrap();
        let echoing = tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                let mut said = Vec::new();
                stream.read_to_end(&mut said).await.unwrap();
                stream.write_all(&said).await.unwrap();
            }
        });
        let at = Arc::new(Mutex::new(None));
        let open = Open::default();
        let address = open.open(Uuid::from_u128(1), door(&at)).unwrap();
        assert_ne!(answered(address).await, b"hello", "nobody is there: it speaks TLS itself");
        *at.lock().unwrap() = Some(there);
        assert_eq!(answered(address).await, b"hello");
        echoing.abort();
        let _ = echoing.await;
        assert_ne!(answered(address).await, b"hello", "nobody is there any more");
    }
}
