//! Files that their owner alone can read: the data holds passwords and keys as they read.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::{Error, Result, held};

/// What SQLite and we add to the name of a database for the files beside it.
const BESIDE: [&str; 4] = ["-wal", "-shm", "-journal", ".lock"];

/// Takes the database and the files beside it from everybody but their owner, and makes the
/// database if it is not there: SQLite gives further files the permissions that it has.
pub(super) fn keep(path: &Path) -> Result<()> {
    for beside in BESIDE {
        take(&with(path, beside), false)?;
    }
    take(path, true)
}

fn take(path: &Path, make: bool) -> Result<()> {
    match open(path, make).and_then(|file| withdraw(&file)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound && !make => Ok(()),
        outcome => outcome.map_err(|e| Error::File(path.into(), e)),
    }
}

/// Opens a file; one that is made is its owner's alone.
pub(crate) fn open(path: &Path, make: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(make);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn withdraw(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(0o600);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn withdraw(_: &File) -> io::Result<()> {
    Ok(())
}

/// Holds a file for this process.
#[derive(Debug)]
pub(super) struct Lock(File);

/// Closing it would not do: a process that is being started holds the file, too, for the moment
/// between fork and exec.
impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // where it fails, closing it is what is left
    }
}

/// A second writer is refused, also in this process, to which `unix-excl` is blind. The lock goes with
/// the process, however that ends.
pub(super) fn lock(path: &Path) -> Result<Lock> {
    let name = with(path, ".lock");
    let failed = |e| Error::File(name.clone(), e);
    let file = open(&name, true).map_err(failed)?;
    match held::lock(&file, || false) {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::AlreadyOpen(path.into())),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}

/// The file beside another.
pub(crate) fn with(path: &Path, beside: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(beside);
    name.into()
}
