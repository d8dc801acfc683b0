//! Real connections: what stalls is cut off, what is under way at the end is finished.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use server::{Config, Limits, Server};
use testkit::{KEY, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How long a server lets a client stall here.
const SHORT: Duration = Duration::from_millis(50);
/// What a test waits for happens long before.
const LONG: Duration = Duration::from_secs(20);

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// A server on a port of its own, with these limits; none but the changed one can be reached.
async fn serve(change: impl FnOnce(&mut Limits)) -> Running {
    let world = World::new().await;
    let mut limits =
        Limits { head: LONG, body: LONG, answer: LONG, stopping: LONG, ..Limits::default() };
    change(&mut limits);
    let config = Config { limits, ..Config::new(world.control.clone(), KEY) };
    let server = Server::bind(config, ([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = server.address().expect("it has an address");
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(server.run(stopped));
    Running { address, stop, task }
}

/// A server of these routes alone.
async fn serve_router(router: Router) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let limits =
        Limits { head: LONG, body: LONG, answer: LONG, stopping: LONG, ..Limits::default() };
    let (stop, stopped) = watch::channel(false);
    let journal = server::Journal::new(engine::Clock::system());
    let task = tokio::spawn(server::serve(listener, router, limits, journal, stopped));
    Running { address, stop, task }
}

impl Running {
    async fn connect(&self, send: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(send.as_bytes()).await.expect("it takes what is sent");
        stream
    }

    async fn stop(self) {
        self.stop.send(true).expect("it runs");
        within(self.task).await.expect("no panic");
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("it happens in time")
}

/// All that comes until the server hangs up.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A client that is cut off may find its connection reset, or closed.
    let _ = within(stream.read_to_end(&mut text)).await;
    String::from_utf8_lossy(&text).into_owned()
}

const HEALTH: &str = "GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_client_that_stalls_in_its_head_is_cut_off() {
    let server = serve(|limits| limits.head = SHORT).await;
    let stalled = server.connect("GET /v2/regions HTTP/1.1\r\nhost:").await;
    assert!(!rest(stalled).await.contains("200 OK"));
    let silent = server.connect("").await;
    assert_eq!(rest(silent).await, "");
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_is_idle_for_long_is_closed() {
    let server = serve(|limits| limits.head = SHORT).await;
    let idle = server.connect("GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = rest(idle).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_stalls_in_its_body_is_told_and_cut_off() {
    let server = serve(|limits| limits.body = SHORT).await;
    let head = format!(
        "POST /v2/ssh-keys HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"name\":"
    );
    let answer = rest(server.connect(&head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    let error = r#"{"error":"Request timeout. the body did not arrive in time","status":408}"#;
    assert!(answer.ends_with(error), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut_off() {
    let server = serve(|limits| (limits.answer, limits.connections) = (SHORT, 1)).await;
    // More answers than the sockets between us can hold, and nobody who reads them.
    let many = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(400);
    let stalled = server.connect(&many).await;
    // There is one place only: this one is served after the other has lost it.
    let answer = rest(server.connect(HEALTH).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    drop(stalled);
    server.stop().await;
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = serve(|_| ()).await;
    let twice = format!("GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\n\r\n{HEALTH}");
    let answer = rest(server.connect(&twice).await).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_server_stops() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (says, waits) = (begun.clone(), go_on.clone());
    let handler = axum::routing::post(async move |_body: String| {
        says.notify_one();
        waits.notified().await;
        "done"
    });
    let server = serve_router(Router::new().route("/", handler)).await;
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
    let client = server.connect(head).await;
    within(begun.notified()).await;
    server.stop.send(true).unwrap();
    // One that runs no handler any more is gone at once, and this one is not.
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.task.is_finished());
    go_on.notify_one();
    let answer = rest(client).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("done"), "{answer}");
    within(server.task).await.unwrap();
}

#[tokio::test]
async fn who_stops_waits_for_no_body_and_says_that_nothing_was_done() {
    let server = serve(|_| ()).await;
    let key = format!("authorization: Bearer {KEY}\r\n");
    let mut halves = Vec::new();
    for (path, header) in [
        ("/v2/ssh-keys", key.as_str()),
        ("/v1/sshkey/create", ""),
        ("/v1/sshkey/create", &format!("API-Key: {KEY}\r\n")),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\n{header}expect: 100-continue\r\n\
             content-length: 100\r\n\r\n"
        );
        let mut half = server.connect(&head).await;
        let mut go_on = [0; 25];
        within(half.read_exact(&mut go_on)).await.unwrap();
        half.write_all(b"name").await.unwrap();
        halves.push((path, half));
    }
    server.stop.send(true).unwrap();
    for (path, half) in halves {
        let answer = rest(half).await;
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{path}: {answer}");
        assert!(answer.contains("nothing was done"), "{path}: {answer}");
    }
    // Long before the time of those who run.
    let ended = tokio::time::timeout(LONG / 2, server.task).await;
    ended.expect("it waits for no body").unwrap();
}

#[tokio::test]
async fn who_stops_waits_for_nobody_who_takes_no_answer() {
    let begun = Arc::new(Notify::new());
    let says = begun.clone();
    let handler = axum::routing::get(async move || {
        says.notify_one();
        "x".repeat(64 << 20)
    });
    let server = serve_router(Router::new().route("/", handler)).await;
    let stalled = server.connect("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    within(begun.notified()).await;
    server.stop.send(true).unwrap();
    let ended = tokio::time::timeout(LONG / 2, server.task).await;
    ended.expect("it waits for nobody who takes nothing").unwrap();
    drop(stalled);
}

#[tokio::test]
async fn a_request_on_loopback_names_loopback_or_what_is_allowed() {
    let server = serve(|limits| limits.hosts = vec!["kettle.test".into()]).await;
    let ask = async |uri: &str, hosts: &str| {
        let request = format!("GET {uri} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        rest(server.connect(&request).await).await
    };
    let paths = ["/_kettle/health", "/openapi.json", "/v2/regions", "/v1/regions/list"];
    for path in paths {
        for host in ["localhost:1", "127.0.0.1", "[::1]:8787", "api.vultr.com", "Kettle.test:8787"]
        {
            let answer = ask(path, &format!("host: {host}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path} {host}: {answer}");
        }
        let answer = ask(path, "host: evil.example:8787\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 421 Misdirected Request\r\n"), "{path}: {answer}");
        let error = "{\"error\":\"Misdirected request. `evil.example` is no name of this server; \
                     `--host evil.example` makes it one\",\"status\":421}";
        assert!(answer.ends_with(error), "{answer}");
        for none in ["", "host: localhost\r\nhost: evil.example\r\n"] {
            let answer = ask(path, none).await;
            assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{path}: {answer}");
            assert!(answer.contains("{\"error\":\"Bad request. "), "{answer}");
        }
    }
    let old = server.connect("GET /_kettle/health HTTP/1.0\r\n\r\n").await;
    assert!(rest(old).await.starts_with("HTTP/1.0 200 OK\r\n"), "HTTP/1.0 knows no host");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_as_all_else_is() {
    let server = serve(|_| ()).await;
    let long = |bytes: usize| "x".repeat(bytes);
    for (request, status, error) in [
        ("NONSENSE\r\n\r\n".to_owned(), "400 Bad Request", "Bad request. "),
        ("GET / HTTP/3.0\r\n\r\n".into(), "400 Bad Request", "Bad request. "),
        ("GET / HTTP/1.1\r\n: x\r\n\r\n".into(), "400 Bad Request", "Bad request. "),
        (format!("GET /{} HTTP/1.1\r\n\r\n", long(70_000)), "414 URI Too Long", "URI too long. "),
        (
            format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", long(300_000)),
            "431 Request Header Fields Too Large",
            "Request header fields too large. ",
        ),
        (
            format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200)),
            "431 Request Header Fields Too Large",
            "Request header fields too large. ",
        ),
    ] {
        // Also behind a good one on the same connection.
        for before in ["", "GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
            let answer = rest(server.connect(&format!("{before}{request}")).await).await;
            let good = answer.matches("HTTP/1.1 200 OK\r\n").count();
            assert_eq!(good, usize::from(!before.is_empty()), "{answer}");
            let (_, last) = answer.rsplit_once("HTTP/1.1 ").expect("an answer");
            let (head, body) = last.split_once("\r\n\r\n").expect("a head");
            assert!(head.starts_with(status), "{head}");
            for line in [
                "server: kettle",
                "x-content-type-options: nosniff",
                "content-security-policy: default-src 'none'; sandbox",
                "content-type: application/json",
                &format!("content-length: {}", body.len()),
            ] {
                assert_eq!(head.matches(line).count(), 1, "{line}: {head}");
            }
            let number = &status[..3];
            assert!(body.starts_with(&format!("{{\"error\":\"{error}")), "{body}");
            assert!(body.ends_with(&format!(",\"status\":{number}}}")), "{body}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn the_longest_idle_make_room_and_the_busy_stay() {
    let server = serve(|limits| limits.connections = 6).await;
    let head = "GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\n";
    let busy = begun(&server).await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(server.connect(head).await);
    }
    let answer = rest(server.connect(HEALTH).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let first = idle.remove(0);
    assert_eq!(rest(first).await, "", "it was there longest");
    let mut last = idle.pop().unwrap();
    last.write_all(b"connection: close\r\n\r\n").await.unwrap();
    let answer = rest(last).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    finish(busy).await;
    server.stop().await;
}

#[tokio::test]
async fn who_stops_waits_for_no_head() {
    let server = serve(|_| ()).await;
    let half = server.connect("GET /v2/regions HTTP/1.1\r\nhost:").await;
    let idle = server.connect("").await;
    let kept = "GET /_kettle/health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut kept = server.connect(kept).await;
    let mut answer = [0; 15];
    within(kept.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    server.stop.send(true).unwrap();
    for (name, stream) in [("half", half), ("idle", idle)] {
        assert_eq!(rest(stream).await, "", "{name}");
    }
    assert!(rest(kept).await.ends_with('}'), "what follows is the rest of its answer");
    within(server.task).await.unwrap();
}

const KEY_BODY: &str = r#"{"name":"a","ssh_key":"ssh-rsa AAAA a"}"#;

/// A request whose handler surely runs: it has asked for the body.
async fn begun(server: &Running) -> TcpStream {
    let head = format!(
        "POST /v2/ssh-keys HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        KEY_BODY.len()
    );
    let mut client = server.connect(&head).await;
    let mut go_on = [0; 25];
    within(client.read_exact(&mut go_on)).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n", "the handler has begun");
    client
}

/// Sends its body, and takes its answer.
async fn finish(mut client: TcpStream) {
    client.write_all(KEY_BODY.as_bytes()).await.unwrap();
    let mut answer = [0; 20];
    within(client.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201 Created");
}

#[tokio::test]
async fn large_bodies_have_room_for_so_many_and_small_ones_always() {
    let server = serve(|limits| limits.bodies_bytes = 1 << 20).await;
    let head = |bytes: usize| {
        format!(
            "POST /v2/ssh-keys HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\
             connection: close\r\ncontent-length: {bytes}\r\n\r\n"
        )
    };
    // Two that need all the room together, and do not end: the second finds none left.
    let most = "x".repeat(700_000);
    let first = server.connect(&(head(1 << 20) + &most)).await;
    let second = server.connect(&(head(1 << 20) + &most)).await;
    let answers = tokio::select! {
        answer = rest(first) => answer,
        answer = rest(second) => answer,
    };
    assert!(answers.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answers}");
    assert!(answers.contains("\r\nretry-after: 1\r\n"), "{answers}");
    let body = KEY_BODY;
    let answer = rest(server.connect(&(head(body.len()) + body)).await).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    // Who says at once that it is too much is told so at once.
    let answer = rest(server.connect(&head(2 << 20)).await).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    server.stop.send(true).unwrap();
    within(server.task).await.unwrap();
}

/// What the server tells its owner of requests.
async fn told(server: &Running, query: &str) -> String {
    let ask = format!(
        "GET /_kettle/requests?{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         authorization: Bearer {KEY}\r\n\r\n"
    );
    rest(server.connect(&ask).await).await
}

#[tokio::test]
async fn what_is_refused_before_any_route_is_told_too() {
    let server = serve(|_| {}).await;
    let head = "GET /v2/regions HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    for sent in [head, "nonsense\r\n\r\n"] {
        rest(server.connect(sent).await).await;
    }
    let told = told(&server, "").await;
    assert!(told.contains(r#""method":"GET","path":"/v2/regions","status":421"#), "{told}");
    assert!(told.contains("`evil.example` is no name of this server"), "{told}");
    assert!(told.contains(r#""method":"-","path":"-","status":400"#), "{told}");
    assert!(told.contains("this is no request of HTTP/1.1"), "{told}");
    assert!(told.contains(r#""peer":"127.0.0.1:"#), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn who_waits_for_requests_does_not_keep_the_server_from_stopping() {
    let server = serve(|_| {}).await;
    let ask = format!(
        "GET /_kettle/requests?wait=30 HTTP/1.1\r\nhost: localhost\r\n\
         authorization: Bearer {KEY}\r\n\r\n"
    );
    let waits = server.connect(&ask).await;
    // Its handler runs by now: the head of another, which came later, was read.
    rest(server.connect(HEALTH).await).await;
    within(server.stop()).await;
    let answer = rest(waits).await;
    assert!(answer.is_empty() || answer.contains(r#"{"requests":[]"#), "{answer}");
}
