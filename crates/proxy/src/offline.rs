//! Running a program in a network of its own, in which there is nothing but the proxy and Kettle's
//! server: so that offline holds for programs that heed no proxy, too.
//!
//! We start ourselves once more. That process, see [`inside`], leaves our network for one of its
//! own, listens in it at the addresses that the program knows, hands these listeners to us and
//! becomes the program. A socket belongs to the network in which it was made, so we serve there
//! from out here, and nothing else leads out. Not held: what a program asks of services behind Unix
//! sockets (Docker, an SSH agent), and what root does.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use rustix::process::{getegid, geteuid};
use rustix::thread::UnshareFlags;
use tempfile::{NamedTempFile, TempDir};
use tokio::sync::mpsc;

use crate::Error;
use crate::run::not_started;

/// What the process inside says first: here are the listeners, or there are none. Why, or why the
/// program cannot be run after all, follows as text.
const READY: u8 = b'R';
const REFUSED: u8 = b'N';
/// How many listeners come at most.
const DOORS: usize = 3;
/// Where programs look for a host's address before they ask anybody.
const HOSTS: &str = "/etc/hosts";
/// Where the hosts of that file are listened for, by TLS.
const HTTPS: u16 = 443;

/// Where the process inside reports to us.
pub(crate) struct Gate {
    directory: TempDir,
    listener: UnixListener,
}

/// Where it listens.
pub(crate) struct Doors {
    /// At the proxy's address.
    pub(crate) proxy: TcpListener,
    /// At the server's address.
    pub(crate) server: TcpListener,
    /// Where programs that heed no proxy look for the host that Kettle stands in for; none where this system
    /// lets nobody change what they find.
    pub(crate) host: Option<TcpListener>,
}

/// What it reports.
pub(crate) enum Report {
    /// It listens.
    Ready(Box<Doors>),
    /// The program does not run.
    Failed(Error),
}

impl Gate {
    pub(crate) fn open() -> Result<Self, Error> {
        let failed = |source: io::Error| Error::Offline(source.to_string());
        // Nobody else may connect: the directory is ours alone.
        let directory = tempfile::Builder::new().prefix("kettle-").tempdir().map_err(failed)?;
        let listener = UnixListener::bind(socket_in(directory.path())).map_err(failed)?;
        Ok(Self { directory, listener })
    }

    /// The command that becomes `command` in a network of its own, where `ports` are listened on, and
    /// where `host` is found.
    pub(crate) fn command(
        &self,
        reentry: &[OsString],
        ports: [u16; 2],
        host: &str,
        command: &[OsString],
    ) -> Vec<OsString> {
        let mut whole = reentry.to_vec();
        whole.push(socket_in(self.directory.path()).into());
        whole.extend(ports.map(|port| port.to_string().into()));
        whole.push(host.into());
        whole.extend_from_slice(command);
        whole
    }

    /// Takes the reports; they end when the program runs.
    pub(crate) fn reports(self, program: String) -> Result<mpsc::Receiver<Report>, Error> {
        let (sender, reports) = mpsc::channel(4);
        // A thread, since it may have to wait for a process that never comes.
        let thread = thread::Builder::new().name("gate".to_owned());
        let listen = move || {
            let Ok((stream, _)) = self.listener.accept() else { return };
            drop(self.directory);
            let listened = match receive(&stream) {
                Ok(Some(doors)) => sender.blocking_send(Report::Ready(doors)),
                Ok(None) => Ok(()),
                Err(error) => {
                    let error = Error::Offline(format!("the network cannot be reached: {error}"));
                    sender.blocking_send(Report::Failed(error))
                }
            };
            let mut text = String::new();
            if listened.is_ok() && (&stream).read_to_string(&mut text).is_ok() {
                // Nobody waits for it any more: then it does not matter.
                let _ = failure(&text, program).map(|e| sender.blocking_send(Report::Failed(e)));
            }
        };
        thread.spawn(listen).map_err(|source| Error::Offline(source.to_string()))?;
        Ok(reports)
    }
}

fn socket_in(directory: &Path) -> PathBuf {
    directory.join("gate")
}

/// What went wrong, by what the process inside says about it: a number is the system's reason why
/// the program cannot be run, and nothing is said where it runs.
fn failure(text: &str, program: String) -> Option<Error> {
    match text.parse() {
        Ok(number) => Some(not_started(program, io::Error::from_raw_os_error(number))),
        Err(_) if text.is_empty() => None,
        Err(_) => Some(Error::Offline(text.to_owned())),
    }
}

/// Takes the first byte, and the listeners that come with it where that is [`READY`].
fn receive(stream: &UnixStream) -> io::Result<Option<Box<Doors>>> {
    let mut first = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DOORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut bytes = [IoSliceMut::new(&mut first)];
    rustix::net::recvmsg(stream, &mut bytes, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut found: Vec<TcpListener> = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(sockets) = message {
            found.extend(sockets.map(TcpListener::from));
        }
    }
    if first[0] != READY {
        return Ok(None);
    }
    for listener in &found {
        listener.set_nonblocking(true)?;
    }
    let mut found = found.into_iter();
    let (Some(proxy), Some(server), host) = (found.next(), found.next(), found.next()) else {
        return Err(io::Error::other("not all listeners came"));
    };
    Ok(Some(Box::new(Doors { proxy, server, host })))
}

/// The process inside: leaves the network, reports to the first argument, listens on the two ports
/// that follow and for the host after them, and becomes the command after that. Must be called before
/// there are any threads.
/// Returns the exit status where that fails; what went wrong was reported.
pub fn inside(arguments: impl Iterator<Item = OsString>) -> u8 {
    let mut arguments = arguments.fuse();
    let mut next = || arguments.next().unwrap_or_default();
    let (socket, ports, host, program) = (next(), [next(), next()], next(), next());
    let Ok(mut gate) = UnixStream::connect(&socket) else { return Error::NOT_RUN };
    let doors = leave().and_then(|()| {
        let mut doors = Vec::new();
        for port in &ports {
            let port: Option<u16> = port.to_str().and_then(|port| port.parse().ok());
            let port = port.ok_or("it was not told which ports")?;
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
            let told = |error| format!("it cannot listen on 127.0.0.1:{port} inside: {error}");
            doors.push(OwnedFd::from(listener.map_err(told)?));
        }
        // Who heeds the proxy needs none of this: where it cannot be had, the command runs all the same.
        doors.extend(found_here(&host.to_string_lossy()).ok().map(OwnedFd::from));
        send(&gate, &doors).map_err(|error| format!("its listeners cannot be handed on: {error}"))
    });
    let failed = match doors {
        // Whoever waits at the other end sees it close when the program runs.
        Ok(()) => {
            let error = Command::new(program).args(arguments).exec();
            error.raw_os_error().unwrap_or(0).to_string()
        }
        Err(why) => format!("{}{why}", char::from(REFUSED)),
    };
    // Should it not arrive, there is nobody to tell.
    let _ = gate.write_all(failed.as_bytes());
    Error::NOT_RUN
}

/// Leaves the network for one with nothing but loopback. Who is not root does so in a user
/// namespace of its own, with the same ids.
fn leave() -> Result<(), String> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    if unshare(UnshareFlags::NEWNET).is_err() {
        unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNET).map_err(|error| {
            format!("this system gives no network namespace to this user ({error})")
        })?;
        // Groups cannot be given up inside, or membership could be used to get more.
        for (file, text) in [
            ("setgroups", "deny".to_owned()),
            ("uid_map", format!("{user} {user} 1")),
            ("gid_map", format!("{group} {group} 1")),
        ] {
            let path = Path::new("/proc/self").join(file);
            fs::write(&path, text)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
    }
    loopback_up().map_err(|error| format!("loopback cannot be switched on inside: {error}"))
}

/// Has a host found at this network's own address, whatever the program heeds: by a file of hosts that is
/// laid over the system's, in a view of the files that nobody else has.
fn found_here(host: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, HTTPS))?;
    unshare(UnshareFlags::NEWNS)?;
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)?;
    let mut file = NamedTempFile::new()?;
    writeln!(file, "{} {host}", Ipv4Addr::LOCALHOST)?;
    file.write_all(&fs::read(HOSTS)?)?;
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    mount_bind(file.path(), HOSTS)?;
    Ok(listener)
}

#[expect(deprecated, reason = "what made it unsafe is to unshare file descriptors; we do not")]
fn unshare(what: UnshareFlags) -> rustix::io::Result<()> {
    rustix::thread::unshare(what)
}

/// Switches on the loopback interface, which is the first one of every network, by a message to the
/// kernel: the header, and then which interface is to have which flags.
fn loopback_up() -> io::Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_AND_ACKNOWLEDGE: u16 = 1 | 4;
    const UP: u32 = 1;
    const LENGTH: u32 = 32;
    const ERROR: u16 = 2;
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_AND_ACKNOWLEDGE.to_ne_bytes());
    message.extend([0; 8]); // sequence and sender: of no use here
    message.extend([0; 4]); // any family, any type
    message.extend(1_i32.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes()); // the flags that change
    let kernel = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::net::send(&kernel, &message, SendFlags::empty())?;
    let mut answer = [0; 512];
    let (_, length) = rustix::net::recv(&kernel, &mut answer, RecvFlags::empty())?;
    // The acknowledgement is an error of number 0, which follows the header of 16 bytes.
    let kind = u16::from_ne_bytes([answer[4], answer[5]]);
    let number = i32::from_ne_bytes([answer[16], answer[17], answer[18], answer[19]]);
    match (length, kind, number) {
        (20.., ERROR, 0) => Ok(()),
        (20.., ERROR, number) => Err(io::Error::from_raw_os_error(-number)),
        _ => Err(io::Error::other("the kernel's answer cannot be read")),
    }
}

fn send(gate: &UnixStream, doors: &[OwnedFd]) -> io::Result<()> {
    let doors: Vec<_> = doors.iter().map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DOORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&doors)) {
        return Err(io::Error::other("there is no room for them"));
    }
    rustix::net::sendmsg(gate, &[IoSlice::new(&[READY])], &mut control, SendFlags::empty())?;
    Ok(())
}
