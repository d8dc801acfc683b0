//! A terminal over a websocket: what is typed comes in, rows that have changed go out. What runs in the
//! machine ends with the socket.
//!
//! A message from the browser is JSON with one field: `s` the terminal's size (columns, rows), which comes
//! first; `k` a key, with `m` for what is held; `t` text that was typed, `p` that was pasted; `w` rows to
//! look further back. One to the browser is a screen's news, or `over` with the reason, which is the last.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fronts::terminals::{Size, Terminal};
use futures_util::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::keys::{self, Held};
use super::screen::{self, Screen};
use super::{Guest, MOST};
use crate::Shared;

/// What the key of a request is answered with, besides itself (RFC 6455, 1.3).
const MEANING: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// How large a message of the browser may be, in bytes.
const MESSAGE: usize = 256 << 10;
/// How much may wait for the machine to take it, in bytes, before no more is read of the browser.
const WAITING: usize = MESSAGE;
/// How long the browser may take to say how large the terminal is.
const FIRST: Duration = Duration::from_secs(10);
/// How long a terminal is open at which nobody types.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How often the browser is asked whether it is there, and whether its user still may.
const ASKED: Duration = Duration::from_secs(30);
/// How soon what has changed is sent, and how much of it a machine may write until then, in bytes.
const FRAME: Duration = Duration::from_millis(16);
const AT_ONCE: usize = 512 << 10;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Whether the headers ask for a websocket: its key.
fn key(headers: &HeaderMap) -> Option<&HeaderValue> {
    let says = |name, word: &str| {
        let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    let asks = says(CONNECTION, "upgrade")
        && says(UPGRADE, "websocket")
        && says(SEC_WEBSOCKET_VERSION, "13");
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks)
}

/// Answers a request for a terminal's websocket, and serves it as soon as it is one.
pub(super) fn answer(
    shared: Arc<Shared>,
    headers: &HeaderMap,
    upgrade: Option<OnUpgrade>,
    guest: Guest,
) -> Response {
    let mut response = Response::new(Body::empty());
    let (Some(key), Some(upgrade)) = (key(headers), upgrade) else {
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        return response;
    };
    let accept = Sha1::new().chain_update(key).chain_update(MEANING).finalize();
    let Ok(accept) = HeaderValue::from_str(&STANDARD.encode(accept)) else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    tokio::spawn(async move {
        // Who has gone meanwhile is told nothing.
        if let Ok(socket) = upgrade.await {
            let limits = WebSocketConfig::default()
                .max_message_size(Some(MESSAGE))
                .max_frame_size(Some(MESSAGE))
                .read_buffer_size(8 << 10)
                .write_buffer_size(0);
            let socket = TokioIo::new(socket);
            let socket = WebSocketStream::from_raw_socket(socket, Role::Server, Some(limits)).await;
            serve(shared, socket, guest).await;
        }
    });
    response
}

/// One place among [`MOST`], free again when it is dropped.
struct Place(Arc<Shared>);

impl Place {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        let more = |open| (open < MOST).then_some(open + 1);
        let taken = shared.terminals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.is_ok().then(|| Self(shared.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.terminals.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn serve(shared: Arc<Shared>, mut socket: Socket, guest: Guest) {
    let why = match Place::take(&shared) {
        Some(_place) => run(&shared, &mut socket, &guest).await,
        None => Some(format!("{MOST} consoles are open, the most there can be. Close one first.")),
    };
    let ends = async {
        if let Some(why) = why {
            let _ = socket.send(Message::text(json!({ "over": why }).to_string())).await;
        }
        let _ = socket.close(None).await;
        // The browser's own farewell.
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = timeout(FIRST, ends).await;
}

/// Serves a terminal to its end: the reason, for who sits there; none: they have gone.
async fn run(shared: &Shared, socket: &mut Socket, guest: &Guest) -> Option<String> {
    let first = async {
        loop {
            match input(socket.next().await?)? {
                Some(Input::Size(size)) => return Some(size),
                Some(_) => return None,
                None => {}
            }
        }
    };
    let size = timeout(FIRST, first).await.ok()??;
    let terminal = match guest.terminals.open(guest.machine, size).await {
        Ok(terminal) => terminal,
        Err(error) => return Some(error.to_string()),
    };
    Desk::new(terminal, size).work(shared, socket, guest).await
}

/// What came from the browser.
enum Input {
    Size(Size),
    Key(String, Held),
    Text(String),
    Pasted(String),
    Back(i64),
}

/// What a message says; none within: nothing that is for the terminal. None: the socket is at its end, or
/// what it says has no sense.
fn input(message: Result<Message, Error>) -> Option<Option<Input>> {
    let text = match message.ok()? {
        Message::Text(text) => text,
        Message::Ping(_) | Message::Pong(_) => return Some(None),
        _ => return None,
    };
    let value: Value = serde_json::from_str(&text).ok()?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let side =
        |place: usize| value["s"][place].as_u64().map(|n| u16::try_from(n).unwrap_or(u16::MAX));
    if let (Some(columns), Some(rows)) = (side(0), side(1)) {
        let (columns, rows) = screen::size(columns, rows);
        return Some(Some(Input::Size(Size { columns, rows })));
    }
    let held = Held::read(value["m"].as_str().unwrap_or_default());
    let input = text("k").map(|key| Input::Key(key, held));
    let input = input.or_else(|| text("t").map(Input::Text));
    let input = input.or_else(|| text("p").map(Input::Pasted));
    Some(Some(input.or_else(|| value["w"].as_i64().map(Input::Back))?))
}

/// A terminal, its screen, and what is on the way between them.
struct Desk {
    terminal: Terminal,
    screen: Screen,
    /// What the machine has not taken yet.
    waiting: Vec<u8>,
    /// When what has changed is sent, if anything has.
    due: Option<Instant>,
    /// How much the machine has written that was not sent.
    unsent: usize,
    typed: Instant,
}

impl Desk {
    fn new(terminal: Terminal, size: Size) -> Self {
        let screen = Screen::new(size.columns, size.rows);
        let (waiting, due) = (Vec::new(), Some(Instant::now()));
        Self { terminal, screen, waiting, due, unsent: 0, typed: Instant::now() }
    }

    async fn work(mut self, shared: &Shared, socket: &mut Socket, guest: &Guest) -> Option<String> {
        let mut buffer = vec![0; 32 << 10];
        let mut ask = interval(ASKED);
        ask.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ask.tick().await;
        let mut is_there = true;
        loop {
            let news = (shared.config.news)();
            let (mut from, mut to) = tokio::io::split(&mut self.terminal.stream);
            let (is_full, has_more) = (self.waiting.len() >= WAITING, !self.waiting.is_empty());
            let due = self.due;
            tokio::select! {
                message = socket.next(), if !is_full => {
                    is_there = true;
                    if let Some(input) = input(message?)? {
                        self.take(input);
                    }
                }
                read = from.read(&mut buffer), if self.unsent < AT_ONCE => match read {
                    Ok(read @ 1..) => self.show(&buffer[..read]),
                    _ => {
                        self.send(socket).await?;
                        return Some("What ran on this terminal has ended.".into());
                    }
                },
                written = to.write(&self.waiting), if has_more => match written {
                    Ok(written @ 1..) => drop(self.waiting.drain(..written)),
                    _ => return Some("The machine takes nothing more.".into()),
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.send(socket).await?;
                }
                _ = ask.tick() => {
                    if !std::mem::take(&mut is_there) {
                        return None;
                    }
                    if let Some(why) = self.idle() {
                        return Some(why);
                    }
                    if let Some(why) = guest.obstacle().await {
                        return Some(why);
                    }
                    socket.send(Message::Ping(Bytes::new())).await.ok()?;
                }
                goes_on = news => if !goes_on {
                    return Some("The server ends. The machine does not.".into());
                },
            }
        }
    }

    /// What is said where nobody has typed for long.
    fn idle(&self) -> Option<String> {
        let minutes = IDLE.as_secs() / 60;
        (self.typed.elapsed() > IDLE).then(|| format!("Nothing was typed for {minutes} minutes."))
    }

    fn show(&mut self, bytes: &[u8]) {
        let answer = self.screen.show(bytes);
        if self.waiting.len() < WAITING {
            self.waiting.extend(answer);
        }
        self.unsent += bytes.len();
        self.changed();
    }

    fn changed(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + FRAME);
    }

    async fn send(&mut self, socket: &mut Socket) -> Option<()> {
        (self.due, self.unsent) = (None, 0);
        match self.screen.news() {
            Some(news) => socket.send(Message::text(news.to_string())).await.ok(),
            None => Some(()),
        }
    }

    fn take(&mut self, input: Input) {
        let (cursor, is_marked) = self.screen.wishes();
        let bytes = match input {
            Input::Size(size) => {
                self.screen.resize(size.columns, size.rows);
                // Who cannot be told keeps the size that it has.
                let _ = (self.terminal.resize)(size);
                return self.changed();
            }
            Input::Back(rows) => {
                self.screen.look_back(rows);
                return self.changed();
            }
            Input::Key(key, held) => keys::key(&key, held, cursor).unwrap_or_default(),
            Input::Text(text) => keys::text(&text),
            Input::Pasted(text) => keys::pasted(&text, is_marked),
        };
        if !bytes.is_empty() {
            self.typed = Instant::now();
            self.screen.look_now();
            self.waiting.extend(bytes);
            self.changed();
        }
    }
}
