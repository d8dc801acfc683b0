//! What the tests share: the program as a process of its own, on loopback, in a directory of its
//! own, with nothing of the caller's environment but PATH.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sdk::Client;

/// How long anything may take before a test fails.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// The program, with this directory for a home.
pub(crate) fn kettle(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kettle"));
    command.env_clear().env("HOME", home).env("KETTLE_LOG", "error").stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// `kettle serve` on a free port, with its data in this directory.
pub(crate) fn serve(data: &Path) -> Command {
    let mut command = kettle(data);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

/// A server that runs. Killed when dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) key: String,
    /// What it said when it started.
    pub(crate) said: String,
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `command`, and waits until it has said where it is. `data` is where its key is.
    pub(crate) fn start(command: &mut Command, data: &Path) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("  try ") {
            let length = output.read_line(&mut said).unwrap();
            assert!(length > 0, "the server ended: {:?}; {said}", process.wait());
        }
        let url =
            said.lines().next().and_then(|line| line.split(" at ").nth(1)).unwrap().to_owned();
        let told = said.lines().find_map(|line| line.strip_prefix("  key    "));
        let key = match std::fs::read_to_string(data.join("key")) {
            Ok(key) => key.trim().to_owned(),
            Err(_) => told.unwrap().to_owned(),
        };
        Self { url, key, said, process, output }
    }

    /// A client with the server's key that tries everything once.
    pub(crate) fn client(&self) -> Client {
        self.client_with(&self.key)
    }

    pub(crate) fn client_with(&self, key: &str) -> Client {
        let builder = Client::builder(&self.url).key(key).attempts(1).rate_limit(None);
        builder.timeout(LONG).build().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn send(&self, signal: Signal) {
        let pid = Pid::from_raw(self.process.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(self) -> ExitStatus {
        self.send(Signal::TERM);
        self.ended()
    }

    pub(crate) fn ended(mut self) -> ExitStatus {
        // The end of its output is its end.
        self.output.read_to_end(&mut Vec::new()).unwrap();
        self.process.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, where a test has ended it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command that is to fail by itself; its exit status, and what it said on standard error.
pub(crate) fn fails(command: &mut Command) -> (i32, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(!status.success(), "it was to fail: {said}");
    (status.code().expect("no signal ended it"), said)
}

/// Looks again and again until there is something.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LONG, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Somebody who says yes to everything, knows no key, and writes down what comes.
pub(crate) struct False {
    pub(crate) url: String,
    heard: Receiver<String>,
}

impl False {
    pub(crate) fn listen(address: &str) -> Self {
        Self::answering(address, r#"{"proof":"0000","calls":0,"account":{}}"#)
    }

    /// Says this, whatever it is asked.
    pub(crate) fn answering(address: &str, body: &'static str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while !head.ends_with("\r\n\r\n")
                    && reader.read_line(&mut head).is_ok_and(|n| n > 0)
                {}
                // Before the answer: whoever has that finds what was heard.
                let _ = sender.send(head);
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, heard }
    }

    /// The heads of the requests that came since this was last asked.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.try_iter().collect()
    }
}
