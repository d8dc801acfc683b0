//! A shell in a machine, whatever its network does: for who sits at this host, and on a terminal of its
//! own for who comes by a browser.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll, ready};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::process::Child;

/// What a terminal in a browser understands.
const TERM: &str = "xterm-256color";
/// Becomes root as who logs in does. (Not by `su`, which a terminal that hangs up does not end.)
const LOGIN: &str = "SHELL=$(getent passwd root | cut -d: -f7); export SHELL=${SHELL:-/bin/sh}; cd";
/// Gives the shell a terminal of the machine's own where there is `script`, and else that of the host.
const OWN: &str = "command -v script >/dev/null && \
                   exec script --quiet --return --command 'exec \"$SHELL\" -l' /dev/null";
const SHELL: &str = "exec \"$SHELL\" -l";

/// The command that opens a shell in the machine whose init has this number. On a terminal, which is
/// called `term`, it has one of the machine's own.
pub(crate) fn shell(leader: i32, term: &str, on_terminal: bool) -> Command {
    let mut enter = Command::new("nsenter");
    enter.arg(format!("--target={leader}")).args(["--all", "--root", "--wd", "--"]);
    enter.args([
        "env",
        "-i",
        "HOME=/root",
        "USER=root",
        "LOGNAME=root",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
    enter.arg(format!("TERM={term}")).args(["sh", "-c"]);
    enter.arg(match on_terminal {
        true => format!("{LOGIN}; {OWN}; {SHELL}"),
        false => format!("{LOGIN}; {SHELL}"),
    });
    enter
}

/// A terminal with a shell in a machine on it. What runs on it ends with this.
#[derive(Debug)]
pub struct Terminal {
    /// What is shown, and what is typed. To the runtime a terminal is as a pipe is.
    shown: Receiver,
    typed: Sender,
    here: OwnedFd,
    child: Child,
}

impl Terminal {
    /// Opens one of so many columns and rows.
    pub(crate) fn open(leader: i32, columns: u16, rows: u16) -> io::Result<Self> {
        let here = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&here)?;
        unlockpt(&here)?;
        let there = ioctl_tiocgptpeer(
            &here,
            OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC,
        )?;
        tcsetwinsize(&there, size(columns, rows))?;
        let flags = rustix::fs::fcntl_getfl(&here)?;
        rustix::fs::fcntl_setfl(&here, flags | OFlags::NONBLOCK)?;
        let enter = shell(leader, TERM, true);
        // It is the terminal that the processes belong to: they are told of its size, and of its end.
        let mut command = tokio::process::Command::new("setsid");
        command.arg("--ctty").arg(enter.get_program()).args(enter.get_args());
        command.stdin(Stdio::from(there.try_clone()?)).stdout(Stdio::from(there.try_clone()?));
        command.stderr(Stdio::from(there)).kill_on_drop(true);
        let child = command.spawn()?;
        let shown = Receiver::from_owned_fd_unchecked(here.try_clone()?)?;
        let typed = Sender::from_owned_fd_unchecked(here.try_clone()?)?;
        Ok(Self { shown, typed, here, child })
    }

    /// What tells those who run on the terminal how large it is.
    ///
    /// # Errors
    /// When this process may have no more files.
    pub fn resizer(&self) -> io::Result<impl Fn(u16, u16) -> io::Result<()> + Send + Sync + use<>> {
        let here = self.here.try_clone()?;
        Ok(move |columns, rows| Ok(tcsetwinsize(&here, size(columns, rows))?))
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // `script` outlives the terminal that it was started on. As it ends, its own hangs up, and all
        // that runs there is told so.
        let Some(enter) = self.child.id().and_then(|id| i32::try_from(id).ok()) else { return };
        // It starts nothing more while its children are looked for.
        kill(enter, Signal::STOP);
        let list = fs::read_to_string(format!("/proc/{enter}/task/{enter}/children"));
        let list = list.unwrap_or_default();
        list.split_whitespace()
            .filter_map(|id| id.parse().ok())
            .for_each(|id| kill(id, Signal::KILL));
        kill(enter, Signal::KILL);
    }
}

fn kill(id: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(id) {
        let _ = kill_process(pid, signal);
    }
}

impl AsyncRead for Terminal {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.shown).poll_read(cx, buf)) {
            // So a terminal says that nobody has it any more.
            Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                Poll::Ready(Ok(()))
            }
            outcome => Poll::Ready(outcome),
        }
    }
}

impl AsyncWrite for Terminal {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.typed).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.typed).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // It is shut as it is dropped.
        Poll::Ready(Ok(()))
    }
}
