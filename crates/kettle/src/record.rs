//! `kettle record -- COMMAND`: runs a tool as `exec` does, and writes what it asked and was answered as an
//! HTTP Archive.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use sdk::Client;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::exec::{self, Recording};
use crate::fault::{Context, Result, bail};

pub(crate) const NAME: &str = "record";
const TO: &str = "to";
/// How long one question waits for the next request, in seconds.
const WAIT: u64 = 5;
/// What is done with a domain's records, by people who expect them here.
const VERBS: [&str; 5] = ["list", "get", "create", "update", "delete"];
const PATIENCE: Duration = Duration::from_secs(20);

/// The command. The API's group of this name, a domain's records, is found as `domain record` alone.
pub(crate) fn command() -> Command {
    let to = Arg::new(TO)
        .long(TO)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write the archive to this file; what the tool prints stays where it is then");
    Command::new(NAME)
        .about("Run a tool as exec does, and record what it asks")
        .after_help(
            "The archive (HAR 1.2, which browsers' tools open) goes to standard output, and what the tool \
             prints to standard error; with --to it goes to a file. Secrets are *** in it, and bodies are \
             cut at 64 kB. What others ask the same server meanwhile is in it, too.\n`kettle replay` sends \
             it again. The tool's exit status is passed on.\nThe records of a domain: `kettle domain record`.",
        )
        .args(exec::args())
        .arg(to)
        .display_order(2)
}

pub(crate) async fn run(args: &ArgMatches, data: Option<PathBuf>) -> Result<ExitCode> {
    let program = args.get_raw(exec::COMMAND).and_then(|mut words| words.next());
    if let Some(verb) =
        program.and_then(std::ffi::OsStr::to_str).filter(|verb| VERBS.contains(verb))
    {
        tracing::warn!(
            "this runs a program called {verb}; a domain's records: `kettle domain record {verb}`"
        );
    }
    let to: Option<&PathBuf> = args.get_one(TO);
    let recording = Recording { to_stderr: to.is_none() };
    let (status, requests) = exec::carry_out(args, data, Some(recording)).await?;
    let text = format!("{:#}\n", server::har(&requests));
    match to {
        Some(file) => write(file, &text)?,
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes()).context("cannot write the archive")?;
            out.flush().context("cannot write the archive")?;
        }
    }
    Ok(status)
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text)
        .with_context(|| format!("cannot write the archive to {}", file.display()))
}

/// What the server answers.
#[derive(Deserialize)]
struct Found {
    requests: Vec<Value>,
    last: u64,
    missed: u64,
}

/// Takes down what a server is asked, while that goes on: it keeps the last requests only.
pub(crate) struct Recorder {
    running: JoinHandle<Result<Vec<Value>>>,
    end: watch::Sender<bool>,
}

impl Recorder {
    /// Begins behind the last request that there is.
    pub(crate) async fn start(server: SocketAddr, key: &str) -> Result<Self> {
        let client = Client::builder(format!("http://{server}")).key(key);
        let client = client.attempts(1).rate_limit(None).timeout(PATIENCE).build()?;
        let last = ask(&client, "limit=1&bodies=false").await?.last;
        let (end, ended) = watch::channel(false);
        let running = tokio::spawn(follow(client, last, ended));
        Ok(Self { running, end })
    }

    /// All that was asked until now.
    pub(crate) async fn finish(self) -> Result<Vec<Value>> {
        self.end.send_replace(true);
        self.running.await.context("what was asked is lost")?
    }
}

async fn follow(
    client: Client,
    mut last: u64,
    mut ended: watch::Receiver<bool>,
) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    loop {
        let is_over = *ended.borrow();
        let wait = if is_over { 0 } else { WAIT };
        let query = format!("after={last}&limit=1000&wait={wait}");
        let found = tokio::select! {
            found = ask(&client, &query) => found?,
            // Whatever there is by then is asked for once more.
            _ = ended.wait_for(|ended| *ended), if !is_over => continue,
        };
        if found.missed > 0 {
            bail!(
                "{} requests came too fast to be recorded: the archive would lack them",
                found.missed
            );
        }
        if is_over && found.requests.is_empty() && found.last == last {
            return Ok(all);
        }
        all.extend(found.requests);
        last = found.last;
    }
}

async fn ask(client: &Client, query: &str) -> Result<Found> {
    let path = format!("/_kettle/requests?{query}");
    let answer = client.raw(api::Method::GET, &path, None).await?;
    if !answer.status.is_success() {
        bail!("the server does not tell what it was asked: {} {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).with_context(|| format!("{path} cannot be read"))
}
