//! A browser by WebDriver, over the SDK's transport: the dozen commands that the tests need.
//!
//! The libraries for it bring 46 packages with them, two copies of Unicode's tables among them, and none
//! sets the colour scheme or the width of a phone, which Chromium's own commands do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::http::Method;
use testkit::sdk::Client;

/// How long something on a page may take to come about.
const PATIENCE: Duration = Duration::from_secs(30);
/// How a driver calls the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser of its own, which ends with this.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    client: Client,
    session: String,
}

/// Something on a page.
#[derive(Debug, Clone)]
pub(crate) struct Element(String);

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser where it is told to; it does not as it ends.
        let _ = self.end_session();
        let pid = rustix::process::Pid::from_child(&self.driver);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// A new one; none where there is no Chromium with its driver here.
    pub(crate) async fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = command.spawn().ok()?;
        let client = Client::builder(format!("http://127.0.0.1:{port}"));
        let client = client.rate_limit(None).attempts(1).build().unwrap();
        let mut browser = Self { driver, port, client, session: String::new() };
        let started = Instant::now();
        while browser.client.raw(Method::GET, "/status", None).await.is_err() {
            assert!(started.elapsed() < PATIENCE, "chromedriver does not answer");
            tokio::task::yield_now().await;
        }
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        let options = json!({ "goog:chromeOptions": { "args": args } });
        let wanted = json!({ "capabilities": { "alwaysMatch": options } });
        let session = browser.call(Method::POST, "/session", wanted).await.unwrap();
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    /// Ends the browser, and waits until it has ended; this also works where a test has panicked.
    fn end_session(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let host = format!("Host: 127.0.0.1:{}\r\nConnection: close", self.port);
        write!(stream, "DELETE {} HTTP/1.1\r\n{host}\r\n\r\n", self.session)?;
        stream.read(&mut [0; 64]).map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let body = (method == Method::POST).then(|| body.to_string());
        let path = format!("{}{path}", self.session);
        let answer = self.client.raw(method, &path, body).await.map_err(|e| e.to_string())?;
        let mut value: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match answer.status.is_success() {
            true => Ok(value["value"].take()),
            false => Err(value["value"]["message"].as_str().unwrap_or_default().to_owned()),
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, body).await.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// One of Chromium's own commands.
    async fn chromium(&self, command: &str, params: Value) {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": params })).await;
    }

    /// Makes the window so wide, and has its user wish for this scheme.
    pub(crate) async fn look(&self, width: u32, height: u32, scheme: &str) {
        let wish = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            // What moves would be judged half way.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.chromium("Emulation.setEmulatedMedia", json!({ "features": wish })).await;
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Opens an address.
    pub(crate) async fn open(&self, address: &str) {
        self.post("/url", json!({ "url": address })).await;
    }

    /// Where it is.
    pub(crate) async fn address(&self) -> String {
        let address = self.call(Method::GET, "/url", Value::Null).await.unwrap();
        address.as_str().unwrap().to_owned()
    }

    /// What a script answers.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// What a script answers that calls `arguments[0]` when it is done.
    pub(crate) async fn run_to_its_end(&self, script: &str) -> Value {
        self.post("/execute/async", json!({ "script": script, "args": [] })).await
    }

    /// The first element that fits a selector; waits for it.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        self.until(selector, async || self.seen("css selector", selector).await).await
    }

    /// Waits until something fits a selector, to be seen or not.
    pub(crate) async fn find_any(&self, selector: &str) {
        let script = format!("return document.querySelector({selector:?}) !== null");
        self.until(selector, async || (self.run(&script).await == Value::Bool(true)).then_some(()))
            .await;
    }

    /// The first element with this text, of those that fit an XPath; waits for it.
    pub(crate) async fn with_text(&self, kind: &str, text: &str) -> Element {
        let path = with_text(kind, text);
        self.until(&path, async || self.seen("xpath", &path).await).await
    }

    async fn seen(&self, using: &str, value: &str) -> Option<Element> {
        let asked = json!({ "using": using, "value": value });
        let found = self.call(Method::POST, "/elements", asked).await.ok()?;
        for element in found.as_array()? {
            let element = Element(element[ELEMENT].as_str()?.to_owned());
            let path = format!("/element/{}/displayed", element.0);
            if self.call(Method::GET, &path, Value::Null).await == Ok(Value::Bool(true)) {
                return Some(element);
            }
        }
        None
    }

    /// Waits until there is something.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if started.elapsed() > PATIENCE {
                let (address, page) = (self.address().await, self.text().await);
                panic!("{what} does not come about at {address}:\n{page}");
            }
        }
    }

    /// What is to be read on the page.
    pub(crate) async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says so.
    pub(crate) async fn says(&self, text: &str) {
        self.until(text, async || self.text().await.contains(text).then_some(())).await;
    }

    pub(crate) async fn click(&self, element: &Element) {
        self.post(&format!("/element/{}/click", element.0), json!({})).await;
    }

    /// Clicks what a look finds. A page that is live may have drawn it anew meanwhile: then it is found
    /// again.
    async fn click_found(&self, what: &str, look: impl AsyncFn() -> Option<Element>) {
        let click = async || {
            let path = format!("/element/{}/click", look().await?.0);
            match self.call(Method::POST, &path, json!({})).await {
                Ok(_) => Some(()),
                Err(why) if why.contains("stale element") => None,
                Err(why) => panic!("{path}: {why}"),
            }
        };
        self.until(what, click).await;
    }

    /// Clicks the first element that fits a selector; waits for it.
    pub(crate) async fn click_at(&self, selector: &str) {
        self.click_found(selector, async || self.seen("css selector", selector).await).await;
    }

    /// Clicks the first element with this text, of those that fit an XPath; waits for it.
    pub(crate) async fn click_text(&self, kind: &str, text: &str) {
        let path = with_text(kind, text);
        self.click_found(&path, async || self.seen("xpath", &path).await).await;
    }

    /// Types into a field, after what is there is gone.
    pub(crate) async fn fill(&self, element: &Element, text: &str) {
        self.post(&format!("/element/{}/clear", element.0), json!({})).await;
        self.post(&format!("/element/{}/value", element.0), json!({ "text": text })).await;
    }

    /// Presses keys one after the other, wherever the keyboard is, and holds them until the last.
    pub(crate) async fn keys(&self, text: &str) {
        let (mut actions, mut held) = (Vec::new(), Vec::new());
        for key in text.chars() {
            actions.push(json!({ "type": "keyDown", "value": key }));
            match key {
                // Shift and Control.
                '\u{e008}' | '\u{e009}' => held.push(json!({ "type": "keyUp", "value": key })),
                key => actions.push(json!({ "type": "keyUp", "value": key })),
            }
        }
        actions.extend(held);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", json!({ "actions": [keyboard] })).await;
    }

    /// A picture of all of the page, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let shown = self.call(Method::GET, "/screenshot", Value::Null).await.unwrap();
        STANDARD.decode(shown.as_str().unwrap()).unwrap()
    }
}

/// The XPath of elements with this text, of those that fit another.
fn with_text(kind: &str, text: &str) -> String {
    format!("//{kind}[contains(normalize-space(.), \"{text}\")]")
}
