//! A server of one test, and a client that signs.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use engine::Clock;
use front_s3::{Config, S3};
use ring::{digest, hmac};
use tokio::sync::watch;
use uuid::Uuid;

use crate::stores::Memory;

/// The storages of every test: each with its name for a key.
pub(crate) const NAMES: [(&str, Uuid); 2] =
    [("main", Uuid::from_u128(1)), ("alt", Uuid::from_u128(2))];

/// When the clocks of tests begin: 2026-11-26.
pub(crate) const BEGIN: i64 = 1_795_651_200_000;

/// A server, which ends with its test.
pub(crate) struct Server {
    pub(crate) s3: Arc<S3>,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    _stop: watch::Sender<bool>,
}

impl Server {
    /// Serves from a temporary folder.
    pub(crate) async fn start() -> Self {
        let clock = Clock::manual(BEGIN);
        let s3 = S3::open(Config {
            directory: None,
            stores: Arc::new(Memory::of(&NAMES, BEGIN)),
            hosts: vec!["ewr1.vultrobjects.com".into(), "localhost".into()],
            clock: clock.clone(),
        });
        let s3 = Arc::new(s3.unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, stop) = watch::channel(false);
        tokio::spawn(s3.clone().serve(listener, stop));
        Self { s3, address, clock, _stop: sender }
    }

    /// A client with the key of this name; an empty name: with none.
    pub(crate) fn client(&self, key: &'static str) -> Client {
        Client { address: self.address, key }
    }
}

/// A client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) key: &'static str,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// What is between the first tags of a name in the body.
    pub(crate) fn tag(&self, name: &str) -> &str {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let rest = self.body.split_once(&open).map_or("", |(_, rest)| rest);
        rest.split_once(&close).map_or("", |(value, _)| value)
    }

    /// The status with the code of an error, for assertions: `404 NoSuchKey`.
    pub(crate) fn outcome(&self) -> String {
        format!("{} {}", self.status, self.tag("Code")).trim().to_owned()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

impl Client {
    /// Asks on a thread that may wait; `target` is a path with its query, encoded as it is sent.
    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Reply {
        let request = self.signed(method, target, headers, body.as_ref());
        let address = self.address;
        let asked = tokio::task::spawn_blocking(move || send(address, &request));
        asked.await.unwrap().unwrap()
    }

    /// Puts, and expects that it is done.
    pub(crate) async fn put(&self, target: &str, body: impl AsRef<[u8]>) -> Reply {
        let reply = self.ask("PUT", target, &[], body).await;
        assert_eq!(reply.status, 200, "{target}: {}", reply.body);
        reply
    }

    /// Gets whatever is answered.
    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, &[], "").await
    }

    /// A request as it goes over the wire.
    pub(crate) fn signed(
        &self,
        method: &str,
        target: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let now = Clock::system().now() / 1000;
        let now = jiff::Timestamp::from_second(now).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let (date, day) =
            (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime("%Y%m%d").to_string());
        let hash = hex(digest::digest(&digest::SHA256, body).as_ref());
        let host =
            more.iter().find(|(name, _)| *name == "host").map(|(_, host)| (*host).to_owned());
        let mut headers: Vec<(String, String)> = vec![
            ("host".into(), host.unwrap_or_else(|| self.address.to_string())),
            ("x-amz-content-sha256".into(), hash.clone()),
            ("x-amz-date".into(), date.clone()),
        ];
        let others = more.iter().filter(|(name, _)| *name != "host");
        headers.extend(others.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers.sort();
        let mut query: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        query.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let canonical = format!("{method}\n{path}\n{}\n{lines}\n{names}\n{hash}", query.join("&"));
        let scope = format!("{day}/us-east-1/s3/aws4_request");
        let hashed = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}");
        let mut key = mac(b"AWS4secret", &day);
        for step in ["us-east-1", "s3", "aws4_request"] {
            key = mac(&key, step);
        }
        let signature = hex(&mac(&key, &text));
        let mut request = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
        if !self.key.is_empty() {
            let credential = format!("{}/{scope}", self.key);
            let _ = write!(
                request,
                "authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, \
                 Signature={signature}\r\n"
            );
        }
        let _ = write!(request, "content-length: {}\r\n", body.len());
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        request.push_str("\r\n");
        [request.as_bytes(), body].concat()
    }
}

/// Sends a request and reads the answer.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> std::io::Result<Reply> {
    let mut socket = TcpStream::connect(address)?;
    // What is refused early is answered before all of it is sent.
    let _ = socket.write_all(request);
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|n| n.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunked(&answer[end + 4..]) } else { answer[end + 4..].to_vec() };
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Reply { status: status.unwrap_or(0), headers, body })
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).unwrap_or(0);
        let Some(chunk) = rest.get(line + 2..line + 2 + size).filter(|_| size > 0) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(line + 4 + size..).unwrap_or_default();
    }
    body
}
