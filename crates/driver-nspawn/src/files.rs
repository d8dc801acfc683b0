//! Files of the driver's own, and mounts. Nothing here is about the files within a machine: see `tree`.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use drivers::{Error, Result};
use processes::files::failed as about;
pub use processes::files::{directory, ids};
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An error of the outside, in words: what was wanted, and why it could not be had.
pub fn failed(wanted: impl std::fmt::Display, why: impl std::fmt::Display) -> Error {
    Error::Outside(format!("cannot {wanted}: {why}"))
}

/// Lets others than root into a directory: it is one of a machine's own.
pub fn open_to_all(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| about("open", path, error))
}

/// Removes a directory with all that is in it, if it is there. Nothing may be mounted in it: what is
/// mounted would go, too.
pub async fn remove(path: &Path) -> Result<()> {
    if let Some(mounted) = mounts_below(path)?.first() {
        return Err(about("remove", path, format_args!("{} is mounted", mounted.display())));
    }
    match tokio::fs::remove_dir_all(path).await {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(about("remove", path, error)),
        _ => Ok(()),
    }
}

/// Removes a file, if it is there.
pub fn forget(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(about("remove", path, error)),
        _ => Ok(()),
    }
}

/// Writes what is remembered: whole or not at all, for its owner alone.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let text = serde_json::to_vec_pretty(value).map_err(|error| about("write", path, error))?;
    let new = path.with_extension("new");
    let write = || {
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|error: io::Error| about("write", path, error))
}

/// What is remembered; none: nothing.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(about("read", path, error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| about("read", path, error))
}

/// Where something is mounted at a path or below it, the innermost first.
pub(crate) fn mounts_below(path: &Path) -> Result<Vec<PathBuf>> {
    let list = Path::new("/proc/self/mountinfo");
    let text = fs::read_to_string(list).map_err(|error| about("read", list, error))?;
    let places = text.lines().filter_map(|line| Some(unescaped(line.split(' ').nth(4)?)));
    let mut found: Vec<PathBuf> = places.filter(|place| place.starts_with(path)).collect();
    found.sort();
    found.reverse();
    Ok(found)
}

/// A path as the kernel lists it, where a space is `\040`.
fn unescaped(text: &str) -> PathBuf {
    let mut parts = text.split('\\');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|code| u8::from_str_radix(code, 8).ok());
        match code {
            Some(code) => {
                path.push(char::from(code));
                path.push_str(&part[3..]);
            }
            None => path.push_str(part),
        }
    }
    path.into()
}

/// Whether something is mounted at a path.
pub(crate) fn is_mounted(path: &Path) -> Result<bool> {
    Ok(mounts_below(path)?.iter().any(|place| place == path))
}

/// Takes away all that is mounted at a path or below it.
pub fn unmount_all(path: &Path) -> Result<()> {
    for place in mounts_below(path)? {
        // What is still busy there goes when it ends.
        rustix::mount::unmount(&place, UnmountFlags::DETACH)
            .map_err(|error| about("unmount", &place, error))?;
    }
    Ok(())
}

/// Mounts a layer on a base that is only read.
pub fn mount_layer(lower: &Path, layer: &Layer, root: &Path) -> Result<()> {
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        lower.display(),
        layer.upper.display(),
        layer.work.display()
    );
    let options = std::ffi::CString::new(options).map_err(|error| about("mount", root, error))?;
    rustix::mount::mount("kettle", root, "overlay", MountFlags::empty(), Some(&*options))
        .map_err(|error| about("mount an overlay at", root, error))
}

/// What a machine has changed of its base, and what the kernel needs beside that.
#[derive(Debug, Clone)]
pub struct Layer {
    /// What is changed.
    pub upper: PathBuf,
    /// The kernel's own.
    pub work: PathBuf,
}

/// Makes a directory a mount of its own, so that what is mounted in it shows wherever it is bound.
pub(crate) fn share(path: &Path) -> Result<()> {
    if is_mounted(path)? {
        return Ok(());
    }
    bind(path, path)?;
    for kind in [MountPropagationFlags::PRIVATE, MountPropagationFlags::SHARED] {
        rustix::mount::mount_change(path, kind).map_err(|error| about("share", path, error))?;
    }
    Ok(())
}

/// Shows a directory at another place, too.
pub(crate) fn bind(from: &Path, to: &Path) -> Result<()> {
    rustix::mount::mount_bind(from, to).map_err(|error| about("mount", to, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_again_and_kept_from_others() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("spec.json");
        assert_eq!(read::<Vec<u8>>(&path).unwrap(), None);
        write(&path, &vec![1_u8, 2]).unwrap();
        assert_eq!(read(&path).unwrap(), Some(vec![1_u8, 2]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "{").unwrap();
        let error = read::<Vec<u8>>(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot read {}: ", path.display())), "{error}");
    }

    #[test]
    fn paths_are_read_as_the_kernel_lists_them() {
        assert_eq!(unescaped("/a\\040b/c\\134d"), Path::new("/a b/c\\d"));
        assert!(is_mounted(Path::new("/proc")).unwrap());
        assert!(!is_mounted(Path::new("/proc/self")).unwrap());
    }
}
