//! A program that runs: it is started, watched, and ended, also where the process that started it was
//! killed.
//!
//! Where there is setpriv, the system ends it together with us. In any case a file beside it has its number
//! and when it was started, so that a later process finds it, and never takes another one of the same
//! number for it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;

/// How long a program may take to end by itself.
const ENDING: Duration = Duration::from_secs(5);
/// How long what it said last may take until it is in the log.
const TELLING: Duration = Duration::from_secs(1);
/// How often to look whether one has ended that is no child of ours.
const LOOK: Duration = Duration::from_millis(50);
/// How large a log grows before it begins anew; the one before is kept.
const LOG_BYTES: usize = 4 << 20;
/// How much of a log's end is told where its program ended.
const LAST_BYTES: usize = 400;

/// A program that runs. Where this is dropped it is killed.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    place: PathBuf,
    logging: JoinHandle<()>,
}

impl Process {
    /// Starts one in a directory, where `NAME.log` and `NAME.pid` tell of it. `bound` has it end
    /// together with the thread that starts it.
    ///
    /// # Errors
    /// When it does not start, or nothing can be written there.
    pub fn start(
        name: &'static str,
        place: &Path,
        bound: Option<&Path>,
        program: &Path,
        args: &[OsString],
    ) -> io::Result<Self> {
        let mut command = match bound {
            Some(bound) => {
                let mut command = Command::new(bound);
                command.args(["--pdeathsig", "TERM", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        // Of a group of its own: Ctrl-C in a terminal is meant for us, who end it in good order.
        command.args(args).current_dir(place).process_group(0).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let number = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
        let started = started(number).unwrap_or_default();
        std::fs::write(pid_file(place, name), format!("{number} {started}\n"))?;
        let said = child.stderr.take().expect("it is piped");
        let logging = tokio::spawn(keep(said, log_file(place, name)));
        Ok(Self { name, child, place: place.to_owned(), logging })
    }

    /// Sends it a signal. One that has ended gets none.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.id()?).ok()?)
    }

    /// Its number; none: it has ended.
    pub fn number(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it said last: the last line of its log.
    pub fn said(&self) -> String {
        let said = std::fs::read(log_file(&self.place, self.name)).unwrap_or_default();
        let last = String::from_utf8_lossy(&said[said.len().saturating_sub(LAST_BYTES)..]);
        last.trim_end().lines().next_back().unwrap_or_default().to_owned()
    }

    /// Returns when it has ended, and says how.
    pub async fn ended(&mut self) -> String {
        let how = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        // All that it said is in the log then.
        let _ = tokio::time::timeout(TELLING, &mut self.logging).await;
        let log = log_file(&self.place, self.name);
        format!("{} ended ({how}): {} (see {})", self.name, self.said(), log.display())
    }

    /// Ends it: it is asked to, and killed where it does not.
    pub async fn end(mut self) {
        self.signal(Signal::TERM);
        if tokio::time::timeout(ENDING, self.child.wait()).await.is_err() {
            tracing::warn!("{} does not end by itself, and is killed", self.name);
            let _ = self.child.kill().await;
        }
        // Nothing is written any more when this returns: the directory may go. What it has started, and
        // what has its standard error, is not waited for.
        let is_told = self.logging.is_finished();
        if !is_told && tokio::time::timeout(TELLING, &mut self.logging).await.is_err() {
            self.logging.abort();
        }
        let _ = std::fs::remove_file(pid_file(&self.place, self.name));
    }
}

/// Ends the program of this name that a process before us has left running in a directory, if any.
pub async fn end_left(place: &Path, name: &str) {
    let file = pid_file(place, name);
    let Ok(text) = std::fs::read_to_string(&file) else { return };
    let mut words = text.split_whitespace();
    let number: Option<i32> = words.next().and_then(|word| word.parse().ok());
    let since: Option<u64> = words.next().and_then(|word| word.parse().ok());
    let runs = |number| since.is_some() && started(number) == since;
    let found = number.filter(|number| runs(*number));
    if let Some((number, pid)) = found.and_then(|number| Some((number, Pid::from_raw(number)?))) {
        tracing::warn!("{name} (process {number}) was left by a server that was killed: ending it");
        for signal in [Signal::TERM, Signal::KILL] {
            let _ = kill_process(pid, signal);
            let looks = ENDING.as_millis() / LOOK.as_millis();
            for _ in 0..looks {
                if !runs(number) {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }
    let _ = std::fs::remove_file(file);
}

fn pid_file(place: &Path, name: &str) -> PathBuf {
    place.join(format!("{name}.pid"))
}

fn log_file(place: &Path, name: &str) -> PathBuf {
    place.join(format!("{name}.log"))
}

/// When a process was started, in ticks of the system's own; none where there is none, or nobody tells.
fn started(number: i32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // Its name, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let is_dead = matches!(fields.next()?, "Z" | "X");
    let ticks = fields.nth(18)?.parse().ok()?;
    (!is_dead).then_some(ticks)
}

/// Keeps what a program says in a file, until it says no more.
async fn keep(mut said: ChildStderr, path: PathBuf) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let older = path.with_extension("log.1");
        let _ = tokio::fs::rename(&path, older).await;
        let mut file = tokio::fs::File::create(&path).await.ok();
        let mut written = 0;
        while written < LOG_BYTES {
            let Ok(length @ 1..) = said.read(&mut buffer).await else { return };
            // A full disk must not hold up the program.
            if let Some(file) = &mut file {
                let _ = file.write_all(&buffer[..length]).await;
                let _ = file.flush().await;
            }
            written += length;
        }
    }
}
