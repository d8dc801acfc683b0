//! Running the child: its environment, the signals meant for it, its exit status.
//!
//! The child stays in our process group, so what the terminal sends (Ctrl-C) reaches it without us;
//! such a signal must never be sent to it a second time, since many programs take the second one as
//! "stop at once" and leave their work half done.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::{Handle, SignalsInfo};
use signal_hook::low_level::siginfo::{Cause, Origin};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::{Changes, Error};

const FORWARDED: [i32; 6] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// Runs `command` with `changes` to the environment it inherits, and returns its exit status, or 128
/// and the signal's number if a signal ended it. From here on this process no longer ends at the
/// signals it hands on, not even after the command has ended: do little after it.
///
/// With `to_stderr` what it prints goes to standard error, where standard output is wanted for something
/// else.
///
/// Limits: a program that signals our whole process group by hand, as `timeout` does unless told
/// `--foreground`, is heard by the child twice.
pub async fn run(command: &[OsString], changes: &Changes, to_stderr: bool) -> Result<u8, Error> {
    let (program, arguments) = command.split_first().ok_or(Error::NoCommand)?;
    let failed = |source| Error::Run { program: program.display().to_string(), source };
    // Before the child exists: a signal that comes while it starts must not end us and leave it.
    let mut signals = Signals::catch().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, value) in changes {
        match value.is_empty() {
            true => command.env_remove(name),
            false => command.env(name, value),
        };
    }
    if to_stderr {
        let stderr = io::stderr().as_fd().try_clone_to_owned().map_err(failed)?;
        command.stdout(stderr);
    }
    let mut child =
        command.spawn().map_err(|source| not_started(program.display().to_string(), source))?;
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    loop {
        tokio::select! {
            status = child.wait() => return Ok(exit_status(status.map_err(failed)?)),
            Some(signal) = signals.received.recv() => {
                // The child is reaped by `wait` alone, so the id is still its own.
                if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
                    let sent = kill_process(pid, signal);
                    tracing::debug!(?signal, ?sent, "handed on a signal");
                }
            }
        }
    }
}

pub(crate) fn not_started(program: String, source: io::Error) -> Error {
    // ENOEXEC has no kind of its own.
    const NOT_A_PROGRAM: i32 = 8;
    match source.kind() {
        io::ErrorKind::NotFound => Error::CommandNotFound { program },
        io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Error::CommandNotExecutable { program, source }
        }
        _ if source.raw_os_error() == Some(NOT_A_PROGRAM) => {
            Error::CommandNotExecutable { program, source }
        }
        _ => Error::Run { program, source },
    }
}

fn exit_status(status: ExitStatus) -> u8 {
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    // Both are below 256 on every Unix; the fallback is a plain failure.
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(1)
}

/// The signals that another process sent to us.
struct Signals {
    received: mpsc::Receiver<i32>,
    handle: Handle,
}

impl Signals {
    /// tokio's signals do not tell who sent them, which is what matters here; hence a thread that
    /// waits for them.
    fn catch() -> io::Result<Self> {
        let ignored = ignored_signals();
        // What we were told to ignore (`nohup`) the child must go on ignoring, and it only inherits
        // that if we do not catch it.
        let caught = FORWARDED.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let mut signals = SignalsInfo::<WithOrigin>::new(caught)?;
        let handle = signals.handle();
        let (sender, received) = mpsc::channel(16);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for origin in &mut signals {
                if was_sent(&origin) && sender.blocking_send(origin.signal).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { received, handle })
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Whether a process sent the signal. Those of the terminal come from the kernel.
fn was_sent(origin: &Origin) -> bool {
    // macOS gives no cause, but no sender either for what its terminals send.
    matches!(origin.cause, Cause::Sent(_)) || origin.process.is_some()
}

/// The signals that this process was started with as ignored, bit n - 1 for signal n. None where
/// the system does not tell.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
