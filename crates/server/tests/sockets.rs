//! Real connections: what stalls is cut off, what is under way at the end is finished.

use std::net::SocketAddr;
use std::time::Duration;

use server::{Config, Limits, Server};
use testkit::{KEY, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
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
    let config =
        Config { control: world.control.clone(), key: KEY.into(), limits, v1: v1::Mode::Alive };
    let server = Server::bind(config, ([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = server.address().expect("it has an address");
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(server.run(stopped));
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

const HEALTH: &str = "GET /_kettle/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

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
    let idle = server.connect("GET /_kettle/health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let answer = rest(idle).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_stalls_in_its_body_is_told_and_cut_off() {
    let server = serve(|limits| limits.body = SHORT).await;
    let head = format!(
        "POST /v2/ssh-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
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
    let many = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(400);
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
    let twice = format!("GET /_kettle/health HTTP/1.1\r\nhost: x\r\n\r\n{HEALTH}");
    let answer = rest(server.connect(&twice).await).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_server_stops() {
    let server = serve(|_| ()).await;
    let body = r#"{"name":"a","ssh_key":"ssh-rsa AAAA a"}"#;
    let head = format!(
        "POST /v2/ssh-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut client = server.connect(&head).await;
    let mut go_on = [0; 25];
    within(client.read_exact(&mut go_on)).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n", "the handler has begun");
    server.stop.send(true).unwrap();
    client.write_all(body.as_bytes()).await.unwrap();
    let answer = rest(client).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    within(server.task).await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}
