//! A conversation with a QEMU that runs, by its monitor: JSON, a line each.
//!
//! One command at a time; what QEMU tells meanwhile is kept until somebody waits for it.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use driver_nspawn::files::failed;
use drivers::Result;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

/// The socket in a machine's directory.
pub(crate) const SOCKET: &str = "qmp";
/// How long QEMU may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A conversation.
#[derive(Debug)]
pub(crate) struct Qmp {
    said: Lines<BufReader<OwnedReadHalf>>,
    to: OwnedWriteHalf,
    events: Vec<Value>,
}

impl Qmp {
    /// Begins one with the QEMU of a machine whose directory this is.
    pub(crate) async fn begin(place: &Path) -> Result<Self> {
        let stream = connect(place, SOCKET).await;
        let stream = stream.map_err(|error| failed("reach the machine's QEMU", error))?;
        let (from, to) = stream.into_split();
        let mut qmp = Self { said: BufReader::new(from).lines(), to, events: Vec::new() };
        // It says who it is, and wants to hear that we speak its language.
        qmp.next(PATIENCE).await?;
        qmp.ask("qmp_capabilities", json!({})).await?;
        Ok(qmp)
    }

    /// Asks for one thing. What it says of a failure is the error.
    pub(crate) async fn ask(&mut self, command: &str, with: Value) -> Result<Value> {
        let mut line = json!({ "execute": command, "arguments": with }).to_string();
        line.push('\n');
        let wanted = || format!("have QEMU do `{command}`");
        self.to.write_all(line.as_bytes()).await.map_err(|error| failed(wanted(), error))?;
        loop {
            let mut said = self.next(PATIENCE).await?;
            if said.get("event").is_some() {
                self.events.push(said);
            } else if let Some(error) = said.get("error") {
                return Err(failed(
                    wanted(),
                    error["desc"].as_str().unwrap_or("it does not say why"),
                ));
            } else {
                return Ok(said["return"].take());
            }
        }
    }

    /// Waits until it tells that something has happened; its data.
    pub(crate) async fn hear(
        &mut self,
        event: &str,
        is_it: impl Fn(&Value) -> bool,
        time: Duration,
    ) -> Result<Value> {
        let is_meant = |said: &Value| said["event"] == event && is_it(&said["data"]);
        let heard = async {
            loop {
                if let Some(place) = self.events.iter().position(&is_meant) {
                    return Ok(self.events.swap_remove(place)["data"].take());
                }
                let said = self.next(time).await?;
                self.events.push(said);
            }
        };
        let late = |_| failed("wait for QEMU", format_args!("it does not tell `{event}`"));
        timeout(time, heard).await.map_err(late)?
    }

    async fn next(&mut self, time: Duration) -> Result<Value> {
        let wanted = "hear what the machine's QEMU says";
        let line = timeout(time, self.said.next_line()).await;
        let line = line.map_err(|_| failed(wanted, "it says nothing"))?;
        let line = line.map_err(|error| failed(wanted, error))?;
        let line = line.ok_or_else(|| failed(wanted, "it has ended"))?;
        serde_json::from_str(&line).map_err(|error| failed(wanted, error))
    }
}

/// A connection to a socket in a directory, however long the directory's name is: the kernel takes 107
/// letters of a socket's.
pub(crate) async fn connect(place: &Path, socket: &str) -> std::io::Result<UnixStream> {
    let place = File::open(place)?;
    UnixStream::connect(format!("/proc/self/fd/{}/{socket}", place.as_raw_fd())).await
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// A stand-in for QEMU, which answers each line with the next of these.
    async fn stand_in(listener: UnixListener, answers: Vec<Value>) {
        let (stream, _) = listener.accept().await.unwrap();
        let (from, mut to) = stream.into_split();
        let mut lines = BufReader::new(from).lines();
        to.write_all(b"{\"QMP\": {}}\n").await.unwrap();
        for answer in [json!({ "return": {} })].into_iter().chain(answers) {
            lines.next_line().await.unwrap();
            to.write_all(format!("{answer}\n").as_bytes()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn answers_and_events_are_told_apart_and_refusals_come_with_their_words() {
        let place = tempfile::tempdir().unwrap();
        // Longer than a socket's name may be.
        let place = place.path().join("x".repeat(120));
        std::fs::create_dir(&place).unwrap();
        let short = File::open(&place).unwrap();
        let short = format!("/proc/self/fd/{}/{SOCKET}", short.as_raw_fd());
        let listener = UnixListener::bind(short).unwrap();
        let gone = json!({ "event": "DEVICE_DELETED", "data": { "device": "a" } });
        let answers =
            vec![gone, json!({ "error": { "class": "GenericError", "desc": "no such device" } })];
        let qemu = tokio::spawn(stand_in(listener, answers));
        let mut qmp = Qmp::begin(&place).await.unwrap();
        // The event comes first, and is kept.
        let asking = async {
            let line = "{\"execute\": \"none\"}\n";
            qmp.to.write_all(line.as_bytes()).await.unwrap();
            let refused = qmp.ask("device_del", json!({ "id": "b" })).await.unwrap_err();
            assert!(refused.to_string().ends_with("`device_del`: no such device"), "{refused}");
            let is_a = |data: &Value| data["device"] == "a";
            let heard = qmp.hear("DEVICE_DELETED", is_a, PATIENCE).await.unwrap();
            assert_eq!(heard["device"], "a");
            assert!(qmp.ask("quit", json!({})).await.is_err());
        };
        asking.await;
        qemu.await.unwrap();
    }
}
