//! What the tests share: a stand-in for Kettle's server, a server outside with a certificate of its
//! own, and a client that speaks to the proxy. Loopback only.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use proxy::{Ca, Chain, Config, Limits, Proxy, Site, Variables};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The domains that the CA may speak for.
pub(crate) const DOMAINS: [&str; 2] = ["vultr.com", "vultrobjects.com"];

/// A directory with a CA and its files, and a stand-in for the server.
pub(crate) struct Scene {
    pub(crate) directory: TempDir,
    pub(crate) ca: Ca,
    pub(crate) upstream: SocketAddr,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
        Self { directory, ca, upstream: echo_server("kettle").await }
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            sites: vec![self.site("api.vultr.com")],
            // The one that is kept.
            ca: Ca::open(self.directory.path(), &DOMAINS, now()).unwrap(),
            now: now(),
            offline: false,
            password: "secret".to_owned(),
            chain: Chain::default(),
            limits: Limits::default(),
        }
    }

    fn site(&self, hosts: &str) -> Site {
        Site { hosts: hosts.to_owned(), upstream: self.upstream }
    }

    /// A proxy that answers for these hosts.
    pub(crate) async fn proxy_for(&self, hosts: &[&str]) -> Proxy {
        let sites = hosts.iter().map(|hosts| self.site(hosts)).collect();
        Proxy::start(Config { sites, ..self.config() }).await.unwrap()
    }

    pub(crate) async fn proxy(&self) -> Proxy {
        Proxy::start(self.config()).await.unwrap()
    }

    /// A client that trusts the CA as a child of `kettle exec` does: by the file it is given.
    pub(crate) fn client(&self, variables: &Variables) -> TlsConnector {
        let files = proxy::write_trust_files(self.directory.path(), &self.ca, variables).unwrap();
        trusting(&files["SSL_CERT_FILE"])
    }
}

/// Tests have a real clock: certificates are checked against it by the clients.
#[allow(clippy::disallowed_methods, reason = "TLS clients compare with the real time")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

pub(crate) fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn trusting(file: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    // Some systems' lists hold certificates that rustls does not take.
    roots.add_parsable_certificates(CertificateDer::pem_file_iter(file).unwrap().flatten());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config).into()
}

/// Answers each request with its own name and the request's head, on one connection as often as
/// asked.
pub(crate) async fn echo_server(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(name, stream));
        }
    });
    address
}

/// The same over TLS, with a self-signed certificate for 127.0.0.1 and `outside.test`, which is
/// returned as PEM.
pub(crate) async fn tls_server(name: &'static str) -> (SocketAddr, String) {
    let names = vec!["127.0.0.1".to_owned(), "outside.test".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    echo(name, stream).await;
                }
            });
        }
    });
    (address, made.cert.pem())
}

async fn echo(name: &str, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    while let Some(head) = read_head(&mut stream).await {
        let body = format!("{name}\n{head}");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Everything up to the empty line, or `None` if the stream ends before.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Sends a request and returns head and body of the answer.
pub(crate) async fn ask(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &str,
) -> (String, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_head(stream).await.expect("the connection ended before the answer");
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// The header with the password of [`Scene::config`].
pub(crate) const AUTHORIZED: &str = "Proxy-Authorization: Basic a2V0dGxlOnNlY3JldA==\r\n";

/// Asks the proxy for a tunnel. Head and body of its answer, and the stream.
pub(crate) async fn tunnel(proxy: SocketAddr, target: &str) -> (String, String, TcpStream) {
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{AUTHORIZED}\r\n");
    let (head, body) = ask(&mut stream, &request).await;
    (head, body, stream)
}

/// A TLS connection to `host` through a tunnel that the proxy has to grant.
pub(crate) async fn tls_tunnel(
    proxy: SocketAddr,
    host: &'static str,
    port: u16,
    client: &TlsConnector,
) -> std::io::Result<TlsStream<TcpStream>> {
    let (head, body, stream) = tunnel(proxy, &format!("{host}:{port}")).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}{body}");
    client.connect(ServerName::try_from(host).unwrap(), stream).await
}
