//! With TLS and proxies on the loopback interface. What the environment says, and which
//! certificates are trusted, is given here; the rest is as a client has it.

use std::net::SocketAddr;
use std::sync::Mutex;

use rustls::RootCertStore;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::*;

const LONG: Duration = Duration::from_secs(60);
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// Accepts connections on a free port, and has each of them answered.
async fn serve<F: Future<Output = ()> + Send + 'static>(
    answer: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

/// Reads the head of a request.
async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(read).unwrap()
}

/// TLS for these names, and what a client trusts to believe it.
fn tls(names: &[&str], protocol: &str) -> (TlsAcceptor, RootCertStore) {
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![made.cert.der().clone()],
            PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into(),
        )
        .unwrap();
    config.alpn_protocols = vec![protocol.into()];
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    (TlsAcceptor::from(Arc::new(config)), roots)
}

fn net(proxies: Matcher, roots: RootCertStore) -> Net {
    let proxies = Arc::new(proxies);
    Net::with(Connector::new(proxies.clone(), LONG).trusting(roots), proxies, 1000)
}

fn no_proxy() -> Matcher {
    Matcher::builder().build()
}

async fn get(net: &Net, uri: &str) -> Result<String, Fault> {
    let request = http::Request::get(uri).body(Bytes::new()).unwrap();
    net.exchange(request).await.map(|answer| String::from_utf8(answer.body().to_vec()).unwrap())
}

/// Answers each request of HTTP/2 with its version and its number on this connection; the first
/// ones are refused unseen.
async fn http_2(stream: TlsStream<TcpStream>, refused: usize) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut count = 0;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        count += 1;
        if count <= refused {
            respond.send_reset(h2::Reason::REFUSED_STREAM);
            continue;
        }
        let mut body = respond.send_response(http::Response::new(()), false).unwrap();
        body.send_data(format!("{:?} {count}", request.version()).into(), true).unwrap();
    }
}

async fn server_of_http_2(refused: usize) -> (String, RootCertStore) {
    let (acceptor, roots) = tls(&["localhost"], "h2");
    let address = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move { http_2(acceptor.accept(stream).await.unwrap(), refused).await }
    });
    (format!("https://localhost:{}/", address.await.port()), roots)
}

#[tokio::test]
async fn http_2_is_spoken_where_tls_agrees_on_it_on_one_connection() {
    let (uri, roots) = server_of_http_2(0).await;
    let net = net(no_proxy(), roots);
    assert_eq!(get(&net, &uri).await.unwrap(), "HTTP/2.0 1");
    assert_eq!(get(&net, &uri).await.unwrap(), "HTTP/2.0 2");
}

#[tokio::test]
async fn what_http_2_refuses_unseen_goes_out_again_but_not_for_ever() {
    let (uri, roots) = server_of_http_2(2).await;
    assert_eq!(get(&net(no_proxy(), roots), &uri).await.unwrap(), "HTTP/2.0 3");
    let (uri, roots) = server_of_http_2(3).await;
    let fault = get(&net(no_proxy(), roots), &uri).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Broken, "{fault}");
}

/// A proxy that tunnels to this server whatever host is asked for, and the heads of its requests.
async fn tunnel(to: SocketAddr, answer: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let heads = asked.clone();
    let address = serve(move |mut stream| {
        let heads = heads.clone();
        async move {
            let head = head(&mut stream).await;
            heads.lock().unwrap().push(head);
            stream.write_all(answer.as_bytes()).await.unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
        }
    });
    (address.await, asked)
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_is_nothing_that_the_proxy_reads() {
    let (acceptor, roots) = tls(&["api.test"], "http/1.1");
    let server = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            assert!(head(&mut stream).await.starts_with("GET /v2/x HTTP/1.1\r\n"));
            stream.write_all(OK.as_bytes()).await.unwrap();
        }
    });
    let (proxy, asked) = tunnel(server.await, "HTTP/1.1 200 OK\r\n\r\n").await;
    let proxies = Matcher::builder().https(format!("http://me:secret@{proxy}")).build();
    assert_eq!(get(&net(proxies, roots), "https://api.test/v2/x").await.unwrap(), "hi");
    let asked = asked.lock().unwrap().concat();
    assert!(asked.starts_with("CONNECT api.test:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"), "{asked}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_a_connection_that_was_not() {
    let nowhere = serve(async |_| {}).await;
    let (proxy, _) = tunnel(nowhere, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let proxies = Matcher::builder().all(format!("http://{proxy}")).build();
    let fault = get(&net(proxies, RootCertStore::empty()), "https://api.test/").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Connect);
    assert_eq!(fault.text, "tunnel error: proxy authorization required");
    let proxies = Matcher::builder().all("socks5://127.0.0.1:1").build();
    let fault = get(&net(proxies, RootCertStore::empty()), "https://api.test/").await.unwrap_err();
    assert_eq!(
        (fault.kind, &*fault.text),
        (FaultKind::Setup, "`socks5` proxies are not supported")
    );
}

#[tokio::test]
async fn http_is_asked_of_the_proxy_by_its_whole_address_unless_it_is_excepted() {
    let address = serve(async |mut stream| {
        let asked = head(&mut stream).await;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{asked}", asked.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let (address, roots) = (address.await, RootCertStore::empty());
    let proxies =
        Matcher::builder().http(format!("http://me:secret@{address}")).no("127.0.0.1").build();
    let net = net(proxies, roots);
    let asked = get(&net, "http://api.test/v2/x").await.unwrap();
    assert!(asked.starts_with("GET http://api.test/v2/x HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("proxy-authorization: Basic bWU6c2VjcmV0\r\n"), "{asked}");
    let asked = get(&net, &format!("http://{address}/a?q=ä{{}}%20'")).await.unwrap();
    assert!(asked.starts_with("GET /a?q=%C3%A4%7B%7D%20' HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("accept: */*\r\n") && !asked.contains("proxy-"), "{asked}");
}

#[tokio::test]
async fn who_is_not_believed_is_told_so() {
    let (uri, _) = server_of_http_2(0).await;
    let (_, others) = tls(&["localhost"], "h2");
    let fault = get(&net(no_proxy(), others), &uri).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Connect);
    assert!(fault.text.starts_with("invalid peer certificate"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_ends_is_a_connection_that_was_not() {
    let silent = serve(async |stream| {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let uri = format!("https://{}/", silent.await);
    let fault = get(&net(no_proxy(), RootCertStore::empty()), &uri).await.unwrap_err();
    assert_eq!((fault.kind, &*fault.text), (FaultKind::Connect, "operation timed out"));
}
