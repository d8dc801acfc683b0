//! The data directory: the database, the owner's key, and where a running server can be reached.
//!
//! It must never show half a file to who reads meanwhile, nor leave one that others can read, nor
//! replace a key that is kept by one that nobody asked for.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use sdk::config;

use crate::fault::{Context, Result, bail};

/// How long a directory is waited for whose server has ended, or was killed.
const ENDING: Duration = Duration::from_secs(10);

/// The data directory.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// The owner's key, and whether it was made up just now: only then it is told.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) is_new: bool,
}

impl Home {
    /// The directory that was asked for, or the user's own.
    pub(crate) fn new(wanted: Option<&PathBuf>) -> Result<Self> {
        let directory = match wanted {
            Some(directory) => directory.clone(),
            None => config::data_dir(&config::process_env).context(
                "there is no home directory; say where the data is to be with --data DIR",
            )?,
        };
        Ok(Self(plain(&directory)))
    }

    /// Makes the directory, for its owner alone, if it is not there. What lies in one that is there
    /// is taken from everybody else.
    pub(crate) fn make(&self) -> Result<()> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.with_context(|| format!("cannot make the data directory {}", self.0.display()))?;
        let mode = fs::metadata(&self.0).map(|found| found.permissions().mode() & 0o777);
        if let Ok(mode) = mode
            && mode & 0o077 != 0
        {
            let place = quoted(&self.0);
            tracing::warn!(
                "others can look into the data directory (mode {mode:o}); its files are kept from \
                 them, but `chmod 700 {place}` is better"
            );
        }
        // The store sees to its own.
        let locks = [self.lock_path(), self.served_path()];
        for path in [self.key_file(), self.url_file(), self.origin_file()].into_iter().chain(locks)
        {
            withdraw(&path).with_context(|| format!("cannot protect {}", path.display()))?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("kettle.db")
    }

    /// Which id of API v1 is which of v2, for the gateway.
    pub(crate) fn gateway_ids(&self) -> PathBuf {
        self.0.join("gateway.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.0.join(config::KEY_FILE)
    }

    /// The file that says where the server on this directory can be reached while it runs.
    pub(crate) fn url_file(&self) -> PathBuf {
        self.0.join(config::URL_FILE)
    }

    /// The file that is locked while commands run on this directory's server.
    pub(crate) fn lock_file(&self) -> Result<File> {
        open_lock(&self.lock_path())
    }

    /// Takes the directory for one server, wherever its data is, as long as the file is open. The
    /// lock goes with the process, however that ends.
    pub(crate) fn claim(&self) -> Result<File> {
        let path = self.served_path();
        let file = open_lock(&path)?;
        let until = Instant::now() + ENDING;
        match store::held::lock(&file, || Instant::now() < until && self.server_is_ending()) {
            Ok(()) => {
                // Who was here before is not who is here now: see `sign`.
                file.set_len(0).with_context(|| format!("cannot write {}", path.display()))?;
                Ok(file)
            }
            Err(TryLockError::WouldBlock) => Err(store::Error::AlreadyOpen(self.0.clone()).into()),
            Err(TryLockError::Error(e)) => {
                Err(e).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    /// Whether a server has the directory at this moment.
    pub(crate) fn is_served(&self) -> bool {
        config::is_served(&self.0) == Some(true)
    }

    /// The process that serves the directory, where that is `kettle serve` and one of this machine
    /// as we see it: within a container the same number is another process.
    pub(crate) fn server(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.served_path()).ok()?;
        let (pid, space) = text.trim_end_matches('\n').split_once(' ')?;
        let pid = Pid::from_raw(pid.parse().ok()?)?;
        (self.is_served() && space == pid_space()).then_some(pid)
    }

    /// Whether the process that took the directory last has ended, or was killed.
    fn server_is_ending(&self) -> bool {
        let text = fs::read_to_string(self.served_path()).unwrap_or_default();
        let Some((pid, space)) = text.trim_end_matches('\n').split_once(' ') else { return false };
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
            return space == pid_space() && Path::new("/proc/self/status").exists();
        };
        space == pid_space() && is_ending(&status)
    }

    /// How many bytes its files have, those below it too.
    pub(crate) fn size(&self) -> u64 {
        size(&self.0)
    }

    /// Where a server in the background writes what it tells.
    pub(crate) fn log_file(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.log"))
    }

    fn served_path(&self) -> PathBuf {
        self.0.join(config::SERVED_FILE)
    }

    fn lock_path(&self) -> PathBuf {
        self.0.join("exec.lock")
    }

    fn origin_file(&self) -> PathBuf {
        self.0.join("origin")
    }

    /// What tells this directory from those of other servers on the same store: made up once.
    pub(crate) fn origin(&self) -> Result<String> {
        let path = self.origin_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => text,
            _ => {
                write_first(&path, &control::auth::new_key())
                    .with_context(|| format!("cannot write {}", path.display()))?;
                fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?
            }
        };
        Ok(text.trim().to_owned())
    }

    /// The owner's key: kept in a file that only its owner can read. That is `wanted`, which takes
    /// the place of what the file held; without it, what the file holds, or a new one.
    pub(crate) fn key(&self, wanted: Option<&str>) -> Result<Key> {
        let (path, known) = (self.key_file(), self.known_key()?);
        let failed = || format!("cannot write the key to {}", path.display());
        match (wanted, known) {
            (Some(wanted), Some(known)) if wanted != known => {
                let partial = partial(&path);
                write_private(&partial, wanted)
                    .and_then(|()| fs::rename(&partial, &path))
                    .with_context(failed)?;
                tracing::info!("{} holds the key that was given now", path.display());
                Ok(Key { text: wanted.to_owned(), is_new: false })
            }
            (_, Some(text)) => Ok(Key { text, is_new: false }),
            (_, None) => {
                let text = wanted.map_or_else(control::auth::new_key, str::to_owned);
                let is_first = write_first(&path, &text).with_context(failed)?;
                let text = self.known_key()?.context("the key came and went")?;
                Ok(Key { text, is_new: is_first && wanted.is_none() })
            }
        }
    }

    /// The owner's key, where there is one.
    pub(crate) fn known_key(&self) -> Result<Option<String>> {
        let path = self.key_file();
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => {
                bail!("{} is empty; delete it to have a new key made", path.display())
            }
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot read the key in {}", path.display())),
        }
    }

    /// Says where the server on this directory can be reached.
    pub(crate) fn tell_url(&self, url: &str) -> Result<()> {
        write_url(&self.url_file(), url, PRIVATE)
    }

    /// Says where the server on this directory answers S3; none: nowhere.
    pub(crate) fn tell_s3(&self, address: Option<SocketAddr>) -> Result<()> {
        let path = self.s3_file();
        match address {
            Some(address) => write_url(&path, &address.to_string(), PRIVATE),
            None => match fs::remove_file(&path) {
                Err(e) if e.kind() != ErrorKind::NotFound => {
                    Err(e).with_context(|| format!("cannot remove {}", path.display()))
                }
                _ => Ok(()),
            },
        }
    }

    /// Where the server on this directory says that it answers S3. Who asks knows that it runs: each
    /// says it anew.
    pub(crate) fn known_s3(&self) -> Option<SocketAddr> {
        fs::read_to_string(self.s3_file()).ok()?.trim().parse().ok()
    }

    fn s3_file(&self) -> PathBuf {
        self.0.join("s3")
    }

    /// Where objects are kept.
    pub(crate) fn objects(&self) -> PathBuf {
        self.0.join("objects")
    }

    /// Where the server on this directory says that it can be reached.
    pub(crate) fn known_url(&self) -> Option<String> {
        let text = fs::read_to_string(self.url_file()).ok()?;
        Some(text.trim().to_owned()).filter(|url| !url.is_empty())
    }
}

/// Who may read a file that only its owner is to read.
const PRIVATE: u32 = 0o600;
/// Who may read a file that somebody else asked for: whom the umask lets.
pub(crate) const ASKED_FOR: u32 = 0o666;

/// Where a file is written before it gets its name.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    name.into()
}

/// Writes `url` to a file at once: whoever waits for it never sees half of it.
pub(crate) fn write_url(path: &Path, url: &str, mode: u32) -> Result<()> {
    let partial = partial(path);
    let written = write_file(&partial, url, mode).and_then(|()| fs::rename(&partial, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Says in a directory's claim which process has it.
pub(crate) fn sign(mut claim: &File) -> Result<()> {
    let signed = writeln!(claim, "{} {}", std::process::id(), pid_space());
    signed.context("cannot write serve.lock")
}

/// Whether a process has ended, or ends as soon as it runs again: it may still wait for a disk when it was
/// killed. By its `/proc/PID/status`.
fn is_ending(status: &str) -> bool {
    let is_kill = |pending: &str| {
        u64::from_str_radix(pending, 16)
            .is_ok_and(|set| set & 1 << (Signal::KILL.as_raw() - 1) != 0)
    };
    let mut facts = status.lines().filter_map(|line| line.split_once(":\t"));
    facts.any(|(name, value)| match name {
        "State" => value.starts_with(['Z', 'X']),
        "SigPnd" | "ShdPnd" => is_kill(value),
        _ => false,
    })
}

/// What tells this machine's processes from those of a container.
fn pid_space() -> String {
    let space = fs::read_link("/proc/self/ns/pid");
    space.map(|space| space.display().to_string()).unwrap_or_default()
}

/// A directory by one name, however it was written: what is made elsewhere for it, as networks of machines,
/// is called after that. One that is not there yet is so by the first part of it that is.
fn plain(directory: &Path) -> PathBuf {
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    for there in directory.ancestors() {
        if let (Ok(plain), Ok(rest)) = (there.canonicalize(), directory.strip_prefix(there)) {
            // Nothing joined would be a slash at the end.
            return if rest.as_os_str().is_empty() { plain } else { plain.join(rest) };
        }
    }
    directory
}

/// How many bytes the files below a directory have: each once, and only those of its own file system, for
/// machines that run have their whole systems mounted there.
fn size(path: &Path) -> u64 {
    let Ok(top) = fs::symlink_metadata(path) else { return 0 };
    let (mut bytes, mut seen, mut left) = (0, BTreeSet::new(), vec![path.to_owned()]);
    while let Some(path) = left.pop() {
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if found.dev() != top.dev() || !seen.insert(found.ino()) {
            continue;
        }
        if found.is_dir() {
            let inside = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(inside.map(|entry| entry.path()));
        } else {
            bytes += found.len();
        }
    }
    bytes
}

fn open_lock(path: &Path) -> Result<File> {
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).mode(0o600).open(path);
    file.with_context(|| format!("cannot open {}", path.display()))
}

/// Removes a file that says `url`. One that says another belongs to another server by now.
pub(crate) fn forget_url(path: &Path, url: &str) {
    if fs::read_to_string(path).is_ok_and(|text| text.trim() == url) {
        // Gone already: either way nobody finds it.
        let _ = fs::remove_file(path);
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    write_file(path, text, PRIVATE)
}

fn write_file(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(mode).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// Writes the file, unless it is there: whole or not at all, since a key that is half written
/// would lock its owner out. The first of two servers that start at once decides.
fn write_first(path: &Path, text: &str) -> std::io::Result<bool> {
    let partial = partial(path);
    let written = write_private(&partial, text).and_then(|()| fs::hard_link(&partial, path));
    let _ = fs::remove_file(&partial); // it was never there, or has its name
    match written {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

/// Takes a file from everybody but its owner, where there is one.
fn withdraw(path: &Path) -> std::io::Result<()> {
    let mut permissions = match fs::metadata(path) {
        Ok(found) => found.permissions(),
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(0o600);
    fs::set_permissions(path, permissions)
}

/// A path as one types it in a shell.
pub(crate) fn quoted(path: &Path) -> String {
    presentation::text::quoted(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ending_that_has_ended_or_was_killed() {
        for (state, pending, shared, ending) in [
            ("S (sleeping)", "0000000000000000", "0000000000000000", false),
            ("S (sleeping)", "0000000000004000", "0000000000000001", false),
            ("D (disk sleep)", "0000000000000100", "0000000000000000", true),
            ("R (running)", "0000000000000000", "0000000000000102", true),
            ("Z (zombie)", "0000000000000000", "0000000000000000", true),
        ] {
            let status =
                format!("Name:\tkettle\nState:\t{state}\nSigPnd:\t{pending}\nShdPnd:\t{shared}\n");
            assert_eq!(is_ending(&status), ending, "{status}");
        }
    }

    #[test]
    fn a_path_can_be_pasted_into_a_shell() {
        for (path, typed) in [
            ("/home/me/.local/share/kettle", "/home/me/.local/share/kettle"),
            ("/tmp/my data", "'/tmp/my data'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(Path::new(path)), typed);
        }
    }
}
