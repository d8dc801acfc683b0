//! How the kernel is asked: by `ip`, `nft` and `nsenter` as processes with lists of arguments, never by a
//! shell, each within a bounded time; and by a thread in another network namespace.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use drivers::{Error, Result};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a process may take.
const TIME: Duration = Duration::from_secs(20);

/// A network namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Space {
    /// The one that Kettle runs in.
    Host,
    /// One with a name.
    Named(String),
    /// That of a process.
    Process(i32),
}

impl Space {
    /// The file that leads to it; none: it is ours already.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Host => None,
            Self::Named(name) => Some(Path::new("/run/netns").join(name)),
            Self::Process(id) => Some(format!("/proc/{id}/ns/net").into()),
        }
    }

    /// Runs a program in it, which reads `input`; what it prints.
    pub(crate) async fn run(&self, program: &str, args: &[&str], input: &str) -> Result<String> {
        let mut command = match self.file() {
            None => Command::new(program),
            Some(file) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net={}", file.display())).arg("--").arg(program);
                command
            }
        };
        command.args(args).env("LC_ALL", "C").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let tried = || format!("{program} {}", args.join(" "));
        let ended = async {
            let mut child = command.spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                // One that ends without having read all says why by itself.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            child.wait_with_output().await
        };
        let output = match timeout(TIME, ended).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(outside(format!("cannot run `{}`: {error}", tried()))),
            Err(_) => return Err(outside(format!("`{}` took too long", tried()))),
        };
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(outside(format!("`{}`{} failed: {}", tried(), line_of(&said, input), said.trim())))
    }

    /// Runs commands of `ip`, one a line, up to the first that fails.
    pub(crate) async fn ip(&self, lines: &[String]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let input = lines.join("\n") + "\n";
        self.run("ip", &["-batch", "-"], &input).await.map(drop)
    }

    /// What `ip` tells, as JSON.
    pub(crate) async fn tell(&self, args: &[&str]) -> Result<serde_json::Value> {
        let args: Vec<_> = ["-json"].iter().chain(args).copied().collect();
        let told = self.run("ip", &args, "").await?;
        if told.trim().is_empty() {
            return Ok(serde_json::Value::Array(Vec::new()));
        }
        let unread =
            |error| outside(format!("cannot read what `ip {}` told: {error}", args.join(" ")));
        serde_json::from_str(&told).map_err(unread)
    }

    /// Gives firewall rules to the kernel: all of them or none.
    pub(crate) async fn nft(&self, rules: &str) -> Result<()> {
        self.run("nft", &["-f", "-"], rules).await.map(drop)
    }

    /// Does something in it: what is opened there stays there.
    pub(crate) async fn inside<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let file = self.file();
        let enter = move || {
            if let Some(file) = file {
                let file = File::open(file)?;
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
            }
            act()
        };
        // A thread of its own: one that has entered another namespace is good for nothing else.
        let (done, told) = tokio::sync::oneshot::channel();
        std::thread::Builder::new().name("kettle-net".into()).spawn(move || done.send(enter()))?;
        told.await.map_err(io::Error::other)?
    }

    /// The names of its links.
    pub(crate) async fn links(&self) -> Result<Vec<String>> {
        let read = self.inside(|| std::fs::read_to_string("/proc/thread-self/net/dev")).await;
        let text = read.map_err(|error| outside(format!("cannot list links: {error}")))?;
        let names = text.lines().skip(2).filter_map(|line| line.split(':').next());
        Ok(names.map(|name| name.trim().to_owned()).collect())
    }

    /// The names of its links that are switched on.
    pub(crate) async fn links_up(&self) -> Result<BTreeSet<String>> {
        let told = self.tell(&["link", "show", "up"]).await?;
        let names =
            told.as_array().into_iter().flatten().filter_map(|link| link["ifname"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Writes settings below `/proc/sys/net`.
    pub(crate) async fn set(&self, settings: Vec<(String, &'static str)>) -> Result<()> {
        let set = move || {
            for (name, value) in settings {
                let path = Path::new("/proc/sys/net").join(&name);
                std::fs::write(&path, value)
                    .map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
            }
            Ok(())
        };
        let failed = |error| outside(format!("cannot write a setting of the network: {error}"));
        self.inside(set).await.map_err(failed)
    }
}

/// The line of a batch that a complaint is about.
fn line_of(said: &str, input: &str) -> String {
    let number = said.split("Command failed -:").nth(1).and_then(|rest| rest.trim().parse().ok());
    let line = number.and_then(|number: usize| input.lines().nth(number.checked_sub(1)?));
    line.map(|line| format!(" at `{line}`")).unwrap_or_default()
}

pub(crate) fn outside(words: String) -> Error {
    Error::Outside(words)
}
