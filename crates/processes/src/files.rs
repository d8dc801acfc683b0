//! Files and directories of a driver's own, for their owner alone. Errors are of the outside, and say
//! what could not be done with which.

use std::fmt::Display;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use drivers::{Error, Result};
use uuid::Uuid;

/// An error about a file, in words: `what` could not be done.
pub fn failed(what: &str, path: &Path, error: impl Display) -> Error {
    Error::Outside(format!("cannot {what} {}: {error}", path.display()))
}

/// Makes a directory, unless it is there.
///
/// # Errors
/// When it is not there then.
pub fn directory(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| failed("make", path, error))
}

/// Removes a directory with all that is in it, if it is there.
///
/// # Errors
/// When something of it is left.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}

/// Writes a file.
///
/// # Errors
/// When not all of it is written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| failed("write", path, error))
}

/// Puts one file in the place of another.
///
/// # Errors
/// When the other is there as it was.
pub fn replace(new: &Path, old: &Path) -> Result<()> {
    fs::rename(new, old).map_err(|error| failed("write", old, error))
}

/// The things for which there is something of their name in a directory: none, where that is not there.
///
/// # Errors
/// When it cannot be read.
pub fn ids(directory: &Path) -> Result<Vec<Uuid>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", directory, error)),
    };
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_written_is_its_owners_alone_and_errors_say_of_which_file() {
        let above = tempfile::tempdir().unwrap();
        let place = above.path().join("a/b");
        directory(&place).unwrap();
        directory(&place).unwrap();
        let (file, new) = (place.join("key"), place.join("new"));
        write(&file, "long, long ago").unwrap();
        write(&new, "short").unwrap();
        replace(&new, &file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "short");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&file)), (0o700, 0o600));
        remove(&place).unwrap();
        remove(&place).unwrap();
        let error = write(&file, "").unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write {}: ", file.display())), "{error}");
    }
}
