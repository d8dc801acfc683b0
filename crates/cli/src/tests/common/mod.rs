//! Runs the command line in this process, against a server that is a function.
#![allow(unreachable_pub, clippy::type_complexity)]

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cli::{Context, Terminal};
use sdk::transport::{Request, Response};
use serde_json::{Value, json};

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub exit: u8,
    pub out: String,
    pub err: String,
    /// `METHOD path body`, one by one.
    pub asked: Vec<String>,
    /// What was told of requests under way.
    pub told: Vec<String>,
}

/// A server: method, path with query, body -> status, body. Status 0 is no answer, ever.
pub type Server = fn(&str, &str, &Value) -> (u16, Value);

pub struct Kettle {
    pub server: Server,
    pub columns: Option<usize>,
    pub colour: bool,
    /// Whether somebody reads what goes to standard error.
    pub watched: bool,
    pub stdin: &'static str,
    /// Whether somebody is there to answer.
    pub asks: bool,
    pub endpoint: &'static str,
    pub key: Option<&'static str>,
    pub env: &'static [(&'static str, &'static str)],
    /// After how many bytes nobody reads what is printed.
    pub read: usize,
}

/// A pipe from which somebody takes so many bytes, and goes.
struct Pipe(Vec<u8>, usize);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.1 - self.0.len());
        self.0.extend(&bytes[..taken]);
        match taken {
            0 if !bytes.is_empty() => Err(std::io::ErrorKind::BrokenPipe.into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub const WEB: &str = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";
pub const DATA: &str = "cb9a1d2e-0000-4dfb-b839-443f2e6c0b61";
pub const OTHER: &str = "d1111111-66fd-4dfb-b839-443f2e6c0b62";

pub fn block(id: &str, label: &str, status: &str) -> Value {
    json!({
        "id": id, "date_created": "2026-11-21T09:30:00+00:00", "cost": 5, "pending_charges": 0.25,
        "status": status, "size_gb": 50, "region": "ewr", "attached_to_instance": "",
        "attached_to_instance_ip": "", "attached_to_instance_label": "", "label": label,
        "mount_id": "ewr-2f5d7a314fe44f", "block_type": "high_perf", "os_id": 0, "snapshot_id": "",
        "bootable": false
    })
}

/// Three volumes on two pages, two instances, and nothing else.
pub fn world(method: &str, path: &str, _body: &Value) -> (u16, Value) {
    let page = |key: &str, items: Value, next: &str| {
        (200, json!({key: items, "meta": {"total": 3, "links": {"next": next, "prev": ""}}}))
    };
    match (method, path) {
        ("GET", "/v2/blocks?per_page=500&cursor=2") => {
            page("blocks", json!([block(OTHER, "web, old", "pending")]), "")
        }
        ("GET", path) if path.starts_with("/v2/blocks?") => {
            page("blocks", json!([block(WEB, "web", "active"), block(DATA, "data", "active")]), "2")
        }
        ("GET", path) if path.starts_with("/v2/instances?") => {
            page("instances", json!([{"id": WEB, "label": "a"}, {"id": DATA, "label": "ab"}]), "")
        }
        ("GET", path) if path == format!("/v2/blocks/{WEB}") => {
            (200, json!({"block": block(WEB, "web", "active")}))
        }
        ("GET", "/v2/blocks/00000000-0000-0000-0000-000000000429") => (429, Value::Null),
        ("POST", "/v2/blocks") => (202, json!({"block": block(WEB, "web", "pending")})),
        ("POST" | "PATCH" | "DELETE", _) => (204, Value::Null),
        _ => (404, json!({"error": "Not found", "status": 404})),
    }
}

impl Kettle {
    pub fn new(server: Server) -> Self {
        let endpoint = "http://127.0.0.1:1";
        Self {
            server,
            columns: None,
            colour: false,
            stdin: "",
            asks: false,
            watched: false,
            endpoint,
            key: None,
            env: &[],
            read: usize::MAX,
        }
    }

    /// Runs `kettle LINE`; words are parted at spaces.
    pub async fn run(&self, line: &str) -> Ran {
        self.words(&line.split_whitespace().collect::<Vec<_>>()).await
    }

    pub async fn words(&self, words: &[&str]) -> Ran {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let root = cli::settled(cli::command());
        let line = std::iter::once("kettle").chain(words.iter().copied());
        let matches = match cli::parse(root, line.map(Into::into)) {
            Ok(matches) => matches,
            Err(error) => {
                let (exit, text) = (error.exit_code() as u8, error.render().to_string());
                let (out, err) =
                    if exit == 0 { (text, String::new()) } else { (String::new(), text) };
                return Ran { exit, out, err, asked: Vec::new(), told: Vec::new() };
            }
        };
        let (server, log) = (self.server, asked.clone());
        let transport = move |request: Request| {
            let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
            let path = request.uri().path_and_query().unwrap().to_string();
            let text = String::from_utf8_lossy(request.body()).into_owned();
            let line = format!("{} {path} {text}", request.method());
            log.lock().unwrap().push(line.trim_end().to_owned());
            let (status, body) = server(request.method().as_str(), &path, &body);
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = status.max(100).try_into().unwrap();
            async move {
                if status == 0 {
                    std::future::pending::<()>().await;
                }
                Ok(response)
            }
        };
        let builder = sdk::Client::builder(self.endpoint).transport(transport);
        let client = builder.key(self.key.unwrap_or_default()).build().unwrap();
        let env = |name: &str| {
            self.env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let (mut out, mut err) = (Pipe(Vec::new(), self.read), Vec::new());
        let told = Arc::new(Mutex::new(Vec::new()));
        let log = told.clone();
        let context = Context {
            env: &env,
            stdin: &mut self.stdin.as_bytes(),
            out: &mut out,
            err: &mut err,
            terminal: Terminal {
                columns: self.columns,
                colour: self.colour,
                progress: self.watched,
                asks: self.asks,
            },
            watch: cli::Watch::new(move |line| log.lock().unwrap().push(line.to_owned())),
            client: Some(client),
        };
        let exit = cli::run(&matches, context).await as u8;
        let asked = asked.lock().unwrap().clone();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let told = told.lock().unwrap().clone();
        Ran { exit, out: text(out.0), err: text(err), asked, told }
    }
}
