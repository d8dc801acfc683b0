//! The processes of machines: nspawn, and the init that it runs. They outlive Kettle; which is whose is
//! seen by what nspawn was called with.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use drivers::Result;
use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::files::failed;

pub(crate) const PROGRAM: &str = "systemd-nspawn";
/// How nspawn ends when the machine wants to start anew.
pub(crate) const REBOOT: i32 = 133;
/// How long the host waits for a process that it has killed.
const PATIENCE: Duration = Duration::from_secs(5);
const MOMENT: Duration = Duration::from_millis(10);

/// The argument by which a machine's nspawn is known, before the root.
const MARK: &str = "--directory=";

/// The argument that names a machine's root.
pub(crate) fn mark(root: &Path) -> String {
    format!("{MARK}{}", root.display())
}

/// A process, which no later one of the same number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: i32,
    started: u64,
}

impl Process {
    /// The one that has a number now; none: it has ended.
    pub fn now(id: i32) -> Option<Self> {
        let (_, started) = stat(id)?;
        Some(Self { id, started })
    }

    /// Whether it has not ended yet.
    pub fn lives(self) -> bool {
        stat(self.id)
            .is_some_and(|(state, started)| started == self.started && !"ZX".contains(state))
    }

    /// Ends it at once.
    pub fn kill(self) {
        if let Some(pid) = Pid::from_raw(self.id).filter(|_| self.lives()) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

/// All that nspawn runs on this machine, by the roots, whoever has started them.
pub(crate) fn all() -> BTreeMap<PathBuf, Process> {
    let mut found: BTreeMap<PathBuf, Process> = BTreeMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        let (Some(root), Some(process)) = (root_of(pid), Process::now(pid)) else { continue };
        // Of those that nspawn forks for a moment, the first one is it itself.
        let first = found.entry(root).or_insert(process);
        if (process.started, process.id) < (first.started, first.id) {
            *first = process;
        }
    }
    found
}

/// The root of the machine that a process runs as nspawn; none: it is no nspawn.
fn root_of(pid: i32) -> Option<PathBuf> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0);
    // The shell that is about to become nspawn has its words, too.
    words.find(|word| word.ends_with(PROGRAM.as_bytes()))?;
    let root = words.find_map(|word| word.strip_prefix(MARK.as_bytes()))?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(root)))
}

/// The state of a process, and when it was started, in ticks since the kernel was.
fn stat(pid: i32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Its name, in parentheses, may have anything in it.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?.chars().next()?;
    Some((state, words.nth(18)?.parse().ok()?))
}

/// The init of the machine that this nspawn runs; none: it has not come so far.
pub(crate) fn leader(nspawn: Process) -> Option<i32> {
    if !nspawn.lives() {
        return None;
    }
    let nspawn = nspawn.id;
    let list = fs::read_to_string(format!("/proc/{nspawn}/task/{nspawn}/children")).ok()?;
    let mut children = list.split_whitespace().filter_map(|pid| pid.parse().ok());
    children.find(|pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let ids = status.lines().find(|line| line.starts_with("NSpid:")).unwrap_or_default();
        ids.split_whitespace().skip(1).count() > 1 && ids.split_whitespace().last() == Some("1")
    })
}

/// Whether somebody listens on a TCP port in the network of a process.
pub(crate) fn listens(pid: i32, port: u16) -> bool {
    ["tcp", "tcp6"].iter().any(|list| {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{list}")).unwrap_or_default();
        text.lines().skip(1).any(|line| is_listener(line, port))
    })
}

/// Whether a line of the kernel's list is one of a socket that listens on this port.
fn is_listener(line: &str, port: u16) -> bool {
    const LISTEN: &str = "0A";
    let mut words = line.split_whitespace().skip(1);
    let local = words.next().unwrap_or_default();
    local.ends_with(&format!(":{port:04X}")) && words.nth(1) == Some(LISTEN)
}

/// Whether the network of a process has all of these addresses.
pub(crate) fn has_addresses(pid: i32, mut addresses: impl Iterator<Item = IpAddr>) -> bool {
    let list = |name| fs::read_to_string(format!("/proc/{pid}/net/{name}")).ok();
    let (v4, v6) = (LazyCell::new(|| list("fib_trie")), LazyCell::new(|| list("if_inet6")));
    addresses.all(|address| match address {
        IpAddr::V4(address) => {
            v4.as_ref().is_some_and(|list| has_local(list, &address.to_string()))
        }
        // Without a list the kernel has no IPv6, and nobody ever gets such an address.
        IpAddr::V6(address) => v6.as_ref().is_none_or(|list| {
            let address = format!("{:032x}", address.to_bits());
            list.lines().any(|line| line.starts_with(&address))
        }),
    })
}

/// Whether the kernel's list of routes has an IPv4 address as one of its own.
fn has_local(text: &str, address: &str) -> bool {
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let is_it = line.strip_prefix("|-- ") == Some(address);
        if is_it && lines.peek().is_some_and(|next| next.contains("host LOCAL")) {
            return true;
        }
    }
    false
}

/// Starts a program that goes on without us: a signal to our own group does not reach it.
pub fn spawn(mut command: Command, log: &Path) -> Result<Child> {
    let mut start = || {
        let log = fs::File::create(log)?;
        command.process_group(0).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        // Nobody's service is told that this one is ready.
        command.env_remove("NOTIFY_SOCKET").kill_on_drop(false).spawn()
    };
    start().map_err(|error: std::io::Error| failed("start the machine", error))
}

/// Ends a machine at once: its init takes all that runs in it along, and nspawn cleans up and ends.
pub(crate) async fn kill(nspawn: Process) -> Result<()> {
    let steps = (PATIENCE.as_millis() / MOMENT.as_millis()) as u32;
    for round in 0..=steps {
        if !nspawn.lives() {
            return Ok(());
        }
        match leader(nspawn).and_then(Process::now) {
            Some(leader) => leader.kill(),
            // There is no init yet, or it is stuck: nspawn takes it along.
            None if round % 50 == 49 => nspawn.kill(),
            None => {}
        }
        sleep(MOMENT).await;
    }
    nspawn.kill();
    sleep(MOMENT).await;
    match nspawn.lives() {
        false => Ok(()),
        true => {
            let why = format_args!("process {} does not end", nspawn.id);
            Err(failed("stop the machine", why))
        }
    }
}

/// Removes what nspawn leaves of a machine where /run is no file system of its own, and where it was killed
/// itself. The machine's root is still mounted: by that its lock is called.
pub(crate) fn tidy(root: &Path, name: &str) {
    const LEFT: &str = "/run/systemd/nspawn";
    let _ = fs::remove_dir(Path::new(LEFT).join("propagate").join(name));
    if let Ok(facts) = fs::metadata(root) {
        let lock = format!("{LEFT}/locks/inode-{}:{}", facts.dev(), facts.ino());
        let _ = fs::remove_file(lock);
    }
}

/// Runs a program to its end. What it says of a failure is the error.
pub async fn run(command: Command, wanted: &str) -> Result<()> {
    run_but(command, wanted, 0).await
}

/// The same for a program whose exit status `also` is no failure.
pub async fn run_but(mut command: Command, wanted: &str, also: i32) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let out = command.output().await.map_err(|error| failed(wanted, error))?;
    if out.status.success() || out.status.code() == Some(also) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    Err(failed(wanted, last.map_or_else(|| out.status.to_string(), str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_told_from_a_connection() {
        let line = "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        assert!(is_listener(line, 22) && !is_listener(line, 23));
        assert!(!is_listener(&line.replace(" 0A ", " 01 "), 22));
        assert!(!is_listener("", 22));
    }

    #[test]
    fn an_address_of_its_own_is_told_from_one_that_is_routed() {
        let trie = "Local:\n     |-- 198.18.0.5\n        /32 host LOCAL\n     |-- 198.18.0.50\n        /32 link UNICAST\n";
        assert!(has_local(trie, "198.18.0.5"));
        assert!(!has_local(trie, "198.18.0.50") && !has_local(trie, "198.18.0.1"));
        let (me, other) = (i32::try_from(std::process::id()).unwrap(), [192, 0, 2, 1].into());
        assert!(has_addresses(me, std::iter::empty()));
        assert!(!has_addresses(me, [[127, 0, 0, 1].into(), other].into_iter()));
    }

    #[test]
    fn this_process_is_no_machine() {
        let me = i32::try_from(std::process::id()).unwrap();
        let process = Process::now(me).unwrap();
        assert!(process.lives() && leader(process).is_none() && root_of(me).is_none());
        assert!(!Process { started: process.started + 1, ..process }.lives());
        assert_eq!(Process::now(0), None);
    }
}
