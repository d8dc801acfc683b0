//! The files of a machine, as its host writes and reads them.
//!
//! Whoever has the machine may have put a link anywhere in it: every path is followed by the kernel as if
//! the machine's root were the only one, so that nothing outside is ever reached.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use drivers::Result;
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::files::failed;

/// The root of a machine.
#[derive(Debug)]
pub struct Tree {
    root: OwnedFd,
    place: PathBuf,
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);
/// What is read is never longer than this.
const READ_MAX: u64 = 1 << 20;

impl Tree {
    /// The one at a path.
    pub fn at(place: &Path) -> Result<Self> {
        let root = rustix::fs::open(place, DIRECTORY, Mode::empty());
        let root = root.map_err(|error| failed(format_args!("open {}", place.display()), error))?;
        Ok(Self { root, place: place.to_owned() })
    }

    fn open(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        rustix::fs::openat2(&self.root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)
    }

    /// Whether there is something at a path.
    pub fn has(&self, path: &str) -> bool {
        self.open(path, OFlags::PATH).is_ok()
    }

    /// The text at a path; none: there is none.
    pub fn text(&self, path: &str) -> Option<String> {
        // What is no file (a pipe, a device) is not waited for.
        let file = File::from(self.open(path, OFlags::RDONLY | OFlags::NONBLOCK).ok()?);
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut text = String::new();
        file.take(READ_MAX).read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// The directory at a path, which is made where it is not there.
    fn directory(&self, path: &str, mode: u32) -> Result<OwnedFd, Errno> {
        let mut reached = String::from(".");
        let mut at = self.open(&reached, DIRECTORY)?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            reached.push('/');
            reached.push_str(part);
            at = match self.open(&reached, DIRECTORY) {
                Err(Errno::NOENT) => {
                    match rustix::fs::mkdirat(&at, part, Mode::from_raw_mode(mode)) {
                        Ok(()) | Err(Errno::EXIST) => self.open(&reached, DIRECTORY)?,
                        Err(error) => return Err(error),
                    }
                }
                found => found?,
            };
        }
        Ok(at)
    }

    /// Puts a file at a path, in place of what is there; directories on the way are made.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>, mode: u32) -> Result<()> {
        self.write(path, bytes.as_ref(), mode).map_err(|error| self.failed("write", path, error))
    }

    fn write(&self, path: &str, bytes: &[u8], mode: u32) -> std::io::Result<()> {
        let (directory, name) = split(path);
        // What lies with a secret is as secret.
        let at = self.directory(directory, if mode & 0o077 == 0 { 0o700 } else { 0o755 })?;
        unlink(&at, name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&at, name, flags, Mode::from_raw_mode(mode))?;
        // Whatever the umask says.
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        File::from(file).write_all(bytes)
    }

    /// Puts a link at a path, in place of what is there.
    pub fn link(&self, path: &str, to: &str) -> Result<()> {
        let link = || {
            let (directory, name) = split(path);
            let at = self.directory(directory, 0o755)?;
            unlink(&at, name)?;
            rustix::fs::symlinkat(to, &at, name)
        };
        link().map_err(|error: Errno| self.failed("write", path, error))
    }

    /// Removes the file at a path, if there is one.
    pub fn forget(&self, path: &str) -> Result<()> {
        let (directory, name) = split(path);
        let gone = match self.open(directory, DIRECTORY) {
            Ok(at) => unlink(&at, name),
            Err(error) => Err(error),
        };
        match gone {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(self.failed("remove", path, error)),
        }
    }

    /// The names of what is in a directory.
    pub fn names(&self, path: &str) -> Vec<String> {
        let Ok(at) = self.open(path, DIRECTORY | OFlags::RDONLY) else { return Vec::new() };
        let Ok(entries) = rustix::fs::Dir::read_from(&at) else { return Vec::new() };
        let names = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
        names.filter(|name| name != "." && name != "..").collect()
    }

    fn failed(&self, what: &str, path: &str, why: impl std::fmt::Display) -> drivers::Error {
        failed(format_args!("{what} {}", self.place.join(path).display()), why)
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

fn unlink(at: &OwnedFd, name: &str) -> Result<(), Errno> {
    match rustix::fs::unlinkat(at, name, AtFlags::empty()) {
        Err(Errno::NOENT) => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn no_link_leads_out_of_a_machine() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tree = Tree::at(inside.path()).unwrap();
        let stolen = outside.path().join("stolen");
        std::fs::write(&stolen, "kept").unwrap();
        // A file that is a link, a directory that is one, and one that climbs.
        symlink(&stolen, inside.path().join("hostname")).unwrap();
        symlink(outside.path(), inside.path().join("etc")).unwrap();
        symlink("../../../../../..", inside.path().join("up")).unwrap();
        tree.put("hostname", "web\n", 0o644).unwrap();
        let _ = tree.put("etc/stolen", "taken", 0o644);
        let _ = tree.put(&format!("up{}", stolen.display()), "taken", 0o644);
        assert_eq!(std::fs::read_to_string(&stolen).unwrap(), "kept");
        assert_eq!(std::fs::read_to_string(inside.path().join("hostname")).unwrap(), "web\n");
        assert_ne!(tree.text("etc/stolen").as_deref(), Some("kept"));
        let _ = tree.forget("etc/stolen");
        assert!(stolen.exists());
    }

    #[test]
    fn files_are_put_with_their_directories_and_modes() {
        let inside = tempfile::tempdir().unwrap();
        let tree = Tree::at(inside.path()).unwrap();
        tree.put("root/.ssh/authorized_keys", "key", 0o600).unwrap();
        tree.put("etc/systemd/network/10.network", "x", 0o644).unwrap();
        tree.put("etc/systemd/network/10.network", "y", 0o644).unwrap();
        let mode = |path: &str| {
            std::fs::metadata(inside.path().join(path)).unwrap().permissions().mode() & 0o777
        };
        assert_eq!((mode("root/.ssh/authorized_keys"), mode("root/.ssh")), (0o600, 0o700));
        assert_eq!(tree.text("etc/systemd/network/10.network").as_deref(), Some("y"));
        assert_eq!(tree.names("etc/systemd/network"), ["10.network"]);
        tree.forget("etc/systemd/network/10.network").unwrap();
        tree.forget("no/such/file").unwrap();
        assert!(!tree.has("etc/systemd/network/10.network") && tree.has("etc/systemd"));
    }
}
