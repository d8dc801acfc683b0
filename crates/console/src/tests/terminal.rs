//! Consoles of machines: who gets to one, what comes over the websocket, and what ends it. The machine is
//! a small shell in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use testkit::api::Access;
use testkit::api::instances::{CreateInstance, InstanceId};
use testkit::fronts::terminals::{Size, Terminal, Terminals};
use testkit::fronts::{Ask, Error};
use testkit::{Served, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use uuid::Uuid;

use super::support::Browser;

/// Machines that are all the same: a shell that says what was typed, how large its terminal is, and ends
/// by `exit`.
#[derive(Debug, Default)]
pub(crate) struct Machines {
    /// How many shells run.
    pub(crate) open: Arc<AtomicUsize>,
    is_off: bool,
}

/// Counts itself as long as it is there.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

const PROMPT: &[u8] = b"\x1b[1;32mroot@web\x1b[0m:\x1b[1;34m~\x1b[0m# ";

impl Terminals for Machines {
    fn open(&self, _: Uuid, size: Size) -> Ask<'_, Terminal> {
        Box::pin(async move {
            if self.is_off {
                return Err(Error::Refused("The machine is off.".into()));
            }
            let (here, there) = tokio::io::duplex(64 << 10);
            self.open.fetch_add(1, Ordering::SeqCst);
            let (sizes, size) = tokio::sync::watch::channel(size);
            tokio::spawn(shell(there, size, Counted(self.open.clone())));
            let resize = Box::new(move |size| {
                sizes.send_replace(size);
                Ok(())
            });
            Ok(Terminal { stream: Box::new(here), resize })
        })
    }
}

async fn shell(
    mut terminal: DuplexStream,
    size: tokio::sync::watch::Receiver<Size>,
    _counted: Counted,
) -> std::io::Result<()> {
    terminal.write_all(PROMPT).await?;
    let (mut line, mut byte) = (String::new(), [0]);
    while terminal.read(&mut byte).await? == 1 {
        match byte[0] {
            b'\r' => {
                let Size { columns, rows } = *size.borrow();
                match std::mem::take(&mut line).as_str() {
                    "exit" => return Ok(()),
                    "size" => {
                        terminal
                            .write_all(format!("\r\n{columns} by {rows}\r\n").as_bytes())
                            .await?;
                    }
                    "colours" => terminal.write_all(&colours()).await?,
                    "much" => {
                        for n in 1..=20_000 {
                            terminal.write_all(format!("\r\nline {n}").as_bytes()).await?;
                        }
                        terminal.write_all(b"\r\n").await?;
                    }
                    text => {
                        terminal.write_all(format!("\r\nyou said {text}\r\n").as_bytes()).await?
                    }
                }
                terminal.write_all(PROMPT).await?;
            }
            3 => {
                line.clear();
                terminal.write_all(b"^C\r\n").await?;
                terminal.write_all(PROMPT).await?;
            }
            letter => {
                line.push(char::from(letter));
                terminal.write_all(&[letter]).await?;
            }
        }
    }
    Ok(())
}

/// All that a terminal can show.
fn colours() -> Vec<u8> {
    let mut text = String::from("\r\n");
    for (first, last) in [(30, 38), (90, 98), (40, 48), (100, 108)] {
        (first..last).for_each(|n| text += &format!("\x1b[{n}m colour {n:<3}\x1b[0m"));
        text += "\r\n";
    }
    text += "\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mslanted\x1b[0m \x1b[4mlined\x1b[0m \x1b[7mturned\x1b[0m \
             \x1b[38;5;208mof 256\x1b[0m \x1b[38;2;180;120;255mof all\x1b[0m 漢字 \x1b(0lqqk x\x1b(B\r\n";
    text.into_bytes()
}

/// A world with real machines, and one of them.
async fn world(machines: Machines) -> (World, String, Arc<AtomicUsize>) {
    let open = machines.open.clone();
    let world = World::builder().running().terminals(Arc::new(machines)).build().await;
    let id = machine(&world).await;
    (world, id, open)
}

async fn machine(world: &World) -> String {
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some("web".into()),
        ..Default::default()
    };
    let made = world.client.instances().create(create).await.unwrap();
    world.client.instances().get(made.id).wait().ready().await.unwrap();
    made.id.to_string()
}

fn instance(id: &str) -> InstanceId {
    id.parse::<Uuid>().unwrap().into()
}

/// Where the API says that a machine's console is, below the host.
async fn told(world: &World, id: &str) -> String {
    let kvm = world.client.instances().get(instance(id)).await.unwrap().kvm;
    format!("/{}", kvm.splitn(4, '/').nth(3).unwrap())
}

/// A websocket to a console.
struct Console {
    socket: WebSocketStream<TcpStream>,
    /// The rows as they are.
    rows: Vec<String>,
}

/// Asks for a websocket with these headers besides its own: the answer's status and the connection.
async fn ask(served: &Served, path: &str, headers: &[(&str, &str)]) -> (u16, TcpStream) {
    let host = served.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let mut head = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    let answer = String::from_utf8(answer).unwrap();
    let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
    // The example of RFC 6455.
    let accept = "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    assert_eq!(answer.contains(accept), status == 101, "{answer}");
    (status, stream)
}

impl Console {
    async fn open(served: &Served, path: &str, cookie: &str) -> Self {
        let headers = [("origin", served.url()), ("cookie", cookie)];
        let (status, stream) = ask(served, path, &headers).await;
        assert_eq!(status, 101);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        let mut console = Self { socket, rows: Vec::new() };
        console.send(json!({ "s": [60, 10] })).await;
        console
    }

    async fn send(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn line(&mut self, text: &str) {
        self.send(json!({ "t": text })).await;
        self.send(json!({ "k": "Enter", "m": "" })).await;
    }

    /// What comes next; none: the socket is at its end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Waits until a row begins so.
    async fn says(&mut self, text: &str) {
        while !self.rows.iter().any(|row| row.starts_with(text)) {
            let news = self.next().await.expect("more");
            self.rows.resize(usize::try_from(news["n"].as_u64().unwrap()).unwrap(), String::new());
            for (place, row) in news["r"].as_object().unwrap() {
                let parts = row.as_array().unwrap().iter().map(|part| part[0].as_str().unwrap());
                self.rows[place.parse::<usize>().unwrap()] = parts.collect();
            }
        }
    }

    /// Why it was closed.
    async fn over(&mut self) -> String {
        loop {
            let news = self.next().await.expect("a last word");
            if let Some(why) = news["over"].as_str() {
                let why = why.to_owned();
                assert_eq!(self.next().await, None);
                return why;
            }
        }
    }
}

/// Waits until no shell runs.
pub(crate) async fn none_runs(open: &AtomicUsize) {
    while open.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_typed_reaches_the_machine_and_what_runs_there_ends_with_the_socket() {
    let (world, id, open) = world(Machines::default()).await;
    let mut browser = Browser::signed_in(&world).await;
    let served = world.serve();
    let path = format!("/console/terminal/instances/{id}/socket");
    // Two servers on one machine need two cookies.
    let cookie = cookie(&browser.cookie, &served);
    let mut console = Console::open(&served, &path, &cookie).await;
    console.says("root@web:~#").await;
    console.line("hello").await;
    console.says("you said hello").await;
    console.send(json!({ "p": "one\ntwo" })).await;
    console.says("you said one").await;
    console.send(json!({ "k": "c", "m": "c" })).await;
    console.says("root@web:~# two^C").await;
    console.line("size").await;
    console.says("60 by 10").await;
    console.send(json!({ "s": [100, 30] })).await;
    console.line("size").await;
    console.says("100 by 30").await;
    console.line("much").await;
    console.says("line 20000").await;
    assert_eq!(open.load(Ordering::SeqCst), 1);
    drop(console);
    none_runs(&open).await;

    let mut console = Console::open(&served, &path, &cookie).await;
    console.says("root@web:~#").await;
    console.line("exit").await;
    assert_eq!(console.over().await, "What ran on this terminal has ended.");
    none_runs(&open).await;
    let page = browser.page(&format!("/console/v2/instances/{id}")).await;
    assert!(page.contains(&format!("href=\"/console/terminal/instances/{id}\"")), "{page}");
    let page = browser.page(&format!("/console/terminal/instances/{id}")).await;
    assert!(page.contains(&format!("data-terminal=\"{path}\"")) && page.contains("Console of web"));
}

/// A session's cookie, as a browser has it at another port.
fn cookie(cookie: &str, served: &Served) -> String {
    let (name, value) = cookie.split_once('=').unwrap();
    let (_, port) = served.url().rsplit_once(':').unwrap();
    format!("{}_{port}={value}", name.rsplit_once('_').unwrap().0)
}

#[tokio::test]
async fn nobody_opens_a_console_who_may_not() {
    let (world, id, open) = world(Machines::default()).await;
    let owner = Browser::signed_in(&world).await;
    let looks = Browser::of_user(&world, &[Access::SubscriptionsView]).await;
    let served = world.serve();
    let (owner, looks) = (cookie(&owner.cookie, &served), cookie(&looks.cookie, &served));
    let path = format!("/console/terminal/instances/{id}/socket");
    let by_token = format!("{}/socket", told(&world, &id).await);
    let other = format!("/console/terminal/instances/{}/socket", Uuid::new_v4());
    let (here, evil) = (served.url(), "http://evil.example");
    for (path, origin, cookie, expected) in [
        (&path, here, &*owner, 101),
        (&path, evil, &owner, 403),
        (&path, "null", &owner, 403),
        (&path, "", &owner, 403),
        (&path, here, "", 303),
        (&path, here, "kettle_console_1=x", 303),
        (&path, here, &looks, 403),
        (&other, here, &owner, 404),
        (&"/console/terminal/blocks/x/socket".to_owned(), here, &owner, 404),
        (&by_token, here, "", 101),
        (&by_token, evil, "", 403),
        (&by_token.replace("kvm/", "kvm/A"), here, &owner, 404),
    ] {
        let mut headers = vec![("cookie", cookie)];
        if !origin.is_empty() {
            headers.push(("origin", origin));
        }
        let (status, _) = ask(&served, path, &headers).await;
        assert_eq!(status, expected, "{path} {origin} {cookie}");
    }
    none_runs(&open).await;
    // Who speaks no websocket is told so.
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.get(&format!("/console/terminal/instances/{id}")).await;
    assert_eq!(got.status, 200);
    assert_eq!(browser.post(&path, &[]).await.status, 405);
}

#[tokio::test]
async fn the_address_that_the_api_tells_opens_the_machine_without_a_session() {
    let (world, id, open) = world(Machines::default()).await;
    let address = told(&world, &id).await;
    assert!(address.starts_with("/console/kvm/"), "{address}");
    assert_eq!(told(&world, &id).await, address, "it stays");
    let mut nobody = Browser::new(&world);
    let page = nobody.page(&address).await;
    assert!(page.contains(&format!("data-terminal=\"{address}/socket\"")), "{page}");
    assert_eq!(nobody.get("/console/kvm/none").await.status, 404);
    let served = world.serve();
    let mut console = Console::open(&served, &format!("{address}/socket"), "").await;
    console.line("hello").await;
    console.says("you said hello").await;
    console.socket.close(None).await.unwrap();
    none_runs(&open).await;
    world.client.instances().delete(instance(&id)).await.unwrap();
    while nobody.get(&address).await.status != 404 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_says_nothing_sensible_has_no_terminal_and_a_machine_that_is_off_says_so() {
    let (world, id, open) = world(Machines { is_off: true, ..Machines::default() }).await;
    let address = format!("{}/socket", told(&world, &id).await);
    let served = world.serve();
    let mut console = Console::open(&served, &address, "").await;
    assert_eq!(console.over().await, "The machine is off.");
    for nonsense in ["", "{}", "[1]", "{\"k\":1}", "{\"t\":\"x\"}"] {
        let (_, stream) = ask(&served, &address, &[("origin", served.url())]).await;
        let socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        let mut console = Console { socket, rows: Vec::new() };
        console.socket.send(Message::text(nonsense)).await.unwrap();
        assert_eq!(console.next().await, None, "{nonsense}");
    }
    assert_eq!(open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn where_machines_are_simulated_nothing_leads_to_a_console_and_its_page_says_why() {
    let world = World::running().await;
    let id = machine(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&format!("/console/v2/instances/{id}")).await;
    assert!(!page.contains("/console/terminal/"), "{page}");
    let page = browser.page(&format!("/console/terminal/instances/{id}")).await;
    assert!(page.contains("Machines are simulated here") && !page.contains("data-terminal"));
    assert!(told(&world, &id).await.starts_with("/_kettle/console/"));
    assert_eq!(browser.get("/console/kvm/x").await.status, 404);
}
