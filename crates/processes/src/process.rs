//! A program that runs: it is started, watched, and ended, also where the process that started it was
//! killed.
//!
//! Most are to end together with us, which the system sees to where there is setpriv. In any case a file
//! beside one has its number and when it was started, so that a later process finds it, and never takes
//! another one of the same number for it.

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

/// A program that runs.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    place: PathBuf,
    running: Running,
}

#[derive(Debug)]
enum Running {
    /// One that is to end with us; where this is dropped it is killed.
    Bound(Child, JoinHandle<()>),
    /// One that goes on without us.
    Free(Child),
    /// One that a process before us has started, and which went on without that.
    Found(Found),
}

/// A process that is no child of ours, by its number, and by when it was started.
#[derive(Debug, Clone, Copy)]
struct Found {
    pid: Pid,
    since: u64,
}

impl Found {
    /// The one that a file beside it tells of, where it runs.
    fn read(place: &Path, name: &str) -> Option<Self> {
        let text = std::fs::read_to_string(pid_file(place, name)).ok()?;
        let mut words = text.split_whitespace();
        let pid = Pid::from_raw(words.next()?.parse().ok()?)?;
        let found = Self { pid, since: words.next()?.parse().ok()? };
        found.runs().then_some(found)
    }

    fn runs(self) -> bool {
        started(self.pid.as_raw_pid()) == Some(self.since)
    }

    async fn ended(self) {
        while self.runs() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends it: it is asked to, and killed where it does not.
    async fn end(self) {
        for signal in [Signal::TERM, Signal::KILL] {
            let _ = kill_process(self.pid, signal);
            if tokio::time::timeout(ENDING, self.ended()).await.is_ok() {
                return;
            }
        }
    }
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
        command.args(args).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = spawn(command, name, place)?;
        let said = child.stderr.take().expect("it is piped");
        let logging = tokio::spawn(keep(said, log_file(place, name)));
        Ok(Self { name, place: place.to_owned(), running: Running::Bound(child, logging) })
    }

    /// The same for one that goes on when we end, and that [`find`](Self::find) finds then. It writes its
    /// log by itself.
    ///
    /// # Errors
    /// When it does not start, or nothing can be written there.
    pub fn start_free(
        name: &'static str,
        place: &Path,
        program: &Path,
        args: &[OsString],
    ) -> io::Result<Self> {
        let path = log_file(place, name);
        let _ = std::fs::rename(&path, older(&path));
        let log = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
        let mut command = Command::new(program);
        command.args(args).stderr(log);
        let child = spawn(command, name, place)?;
        Ok(Self { name, place: place.to_owned(), running: Running::Free(child) })
    }

    /// The one of this name that a process before us has started in a directory, if it runs.
    pub fn find(name: &'static str, place: &Path) -> Option<Self> {
        let found = Found::read(place, name)?;
        Some(Self { name, place: place.to_owned(), running: Running::Found(found) })
    }

    /// Sends it a signal. One that has ended gets none.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
    }

    fn pid(&self) -> Option<Pid> {
        match &self.running {
            Running::Bound(child, _) | Running::Free(child) => {
                Pid::from_raw(i32::try_from(child.id()?).ok()?)
            }
            Running::Found(found) => found.runs().then_some(found.pid),
        }
    }

    /// Its number; none: it has ended.
    pub fn number(&self) -> Option<u32> {
        self.pid().map(|pid| pid.as_raw_pid().unsigned_abs())
    }

    /// What it said last: the last line of its log.
    pub fn said(&self) -> String {
        let said = std::fs::read(log_file(&self.place, self.name)).unwrap_or_default();
        let last = String::from_utf8_lossy(&said[said.len().saturating_sub(LAST_BYTES)..]);
        last.trim_end().lines().next_back().unwrap_or_default().to_owned()
    }

    /// Keeps the log of one that goes on without us from growing without end. Others' never does.
    pub fn shorten_log(&self) {
        let path = log_file(&self.place, self.name);
        let is_long = || std::fs::metadata(&path).is_ok_and(|it| it.len() > LOG_BYTES as u64);
        if matches!(self.running, Running::Bound(..)) || !is_long() {
            return;
        }
        // It goes on writing to the file that it has, at its end.
        let _ = std::fs::copy(&path, older(&path));
        let _ = std::fs::OpenOptions::new().write(true).open(&path).and_then(|it| it.set_len(0));
    }

    /// Returns when it has ended, and says how.
    pub async fn ended(&mut self) -> String {
        let status = match &mut self.running {
            Running::Bound(child, _) | Running::Free(child) => child.wait().await.map(Some),
            Running::Found(found) => {
                found.ended().await;
                Ok(None)
            }
        };
        if let Running::Bound(_, logging) = &mut self.running {
            // All that it said is in the log then.
            let _ = tokio::time::timeout(TELLING, logging).await;
        }
        let how = match status {
            Ok(Some(status)) => format!(" ({status})"),
            // Only who has started it is told.
            Ok(None) => String::new(),
            Err(error) => format!(" ({error})"),
        };
        let log = log_file(&self.place, self.name);
        format!("{} ended{how}: {} (see {})", self.name, self.said(), log.display())
    }

    /// Ends it: it is asked to, and killed where it does not.
    pub async fn end(mut self) {
        self.signal(Signal::TERM);
        match &mut self.running {
            Running::Bound(child, _) | Running::Free(child) => {
                if tokio::time::timeout(ENDING, child.wait()).await.is_err() {
                    tracing::warn!("{} does not end by itself, and is killed", self.name);
                    let _ = child.kill().await;
                }
            }
            Running::Found(found) => found.end().await,
        }
        // Nothing is written any more when this returns: the directory may go. What it has started, and
        // what has its standard error, is not waited for.
        if let Running::Bound(_, logging) = &mut self.running
            && !logging.is_finished()
            && tokio::time::timeout(TELLING, &mut *logging).await.is_err()
        {
            logging.abort();
        }
        let _ = std::fs::remove_file(pid_file(&self.place, self.name));
    }
}

/// Starts a program in a directory, and writes down beside it which process it is.
fn spawn(mut command: Command, name: &str, place: &Path) -> io::Result<Child> {
    // Of a group of its own: Ctrl-C in a terminal is meant for us, who end it in good order.
    command.current_dir(place).process_group(0).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn()?;
    let number = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    let started = started(number).unwrap_or_default();
    let written = std::fs::write(pid_file(place, name), format!("{number} {started}\n"));
    if written.is_err() {
        // Nobody would find it again.
        let _ = child.start_kill();
    }
    written.map(|()| child)
}

/// Ends the program of this name that a process before us has left running in a directory, if any.
pub async fn end_left(place: &Path, name: &str) {
    if let Some(found) = Found::read(place, name) {
        let number = found.pid.as_raw_pid();
        tracing::warn!("{name} (process {number}) was left by a server that has ended: ending it");
        found.end().await;
    }
    let _ = std::fs::remove_file(pid_file(place, name));
}

fn pid_file(place: &Path, name: &str) -> PathBuf {
    place.join(format!("{name}.pid"))
}

fn log_file(place: &Path, name: &str) -> PathBuf {
    place.join(format!("{name}.log"))
}

/// Where the log goes that was before one.
fn older(log: &Path) -> PathBuf {
    log.with_extension("log.1")
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
        let _ = tokio::fs::rename(&path, older(&path)).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks again and again until something is so.
    async fn until(mut is_so: impl FnMut() -> bool) {
        for _ in 0..1000 {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not come");
    }

    #[tokio::test]
    async fn one_that_goes_on_is_found_by_the_next_and_ends_when_it_is_told_to() {
        let place = tempfile::tempdir().unwrap();
        let (place, sh) = (place.path(), Path::new("/bin/sh"));
        assert!(Process::find("waits", place).is_none());
        let args = ["-c", "echo it begins >&2; exec sleep 600"].map(OsString::from);
        let first = Process::start_free("waits", place, sh, &args).unwrap();
        let number = first.number();
        drop(first);
        let mut found = Process::find("waits", place).unwrap();
        assert_eq!((found.number(), number.is_some()), (number, true));
        until(|| found.said() == "it begins").await;
        found.signal(Signal::KILL);
        let how = found.ended().await;
        assert!(how.starts_with("waits ended: it begins (see "), "{how}");
        assert!(Process::find("waits", place).is_none());

        let again = Process::start_free("waits", place, sh, &args).unwrap();
        let number = again.number();
        assert!(place.join("waits.log.1").exists());
        drop(again);
        let found = Process::find("waits", place).unwrap();
        assert_eq!(found.number(), number);
        found.end().await;
        assert!(Process::find("waits", place).is_none() && !place.join("waits.pid").exists());
    }

    #[tokio::test]
    async fn the_log_of_one_that_goes_on_begins_anew_where_it_is_long() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        let script = "head -c 5000000 /dev/zero >&2; read x < go; echo more >&2; exec sleep 600";
        let args = ["-c", script].map(OsString::from);
        let made = std::process::Command::new("mkfifo").arg(place.join("go")).status();
        assert!(made.unwrap().success());
        let process = Process::start_free("talks", place, Path::new("/bin/sh"), &args).unwrap();
        let length = |name: &str| std::fs::metadata(place.join(name)).unwrap().len();
        until(|| length("talks.log") == 5_000_000).await;
        process.shorten_log();
        assert_eq!((length("talks.log"), length("talks.log.1")), (0, 5_000_000));
        std::fs::write(place.join("go"), "go\n").unwrap();
        until(|| process.said() == "more").await;
        assert_eq!(length("talks.log"), 5);
        process.shorten_log();
        assert_eq!(length("talks.log"), 5);
        process.end().await;
    }
}
