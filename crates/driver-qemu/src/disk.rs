//! Disks of machines, in QEMU's own format: what a machine has written stands on the disk of its base,
//! which is made once of the base's files, without mounting anything.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use driver_nspawn::files::{self, failed};
use driver_nspawn::{Base, Bases, process};
use drivers::Result;
use serde_json::Value;
use tokio::process::Command;

/// The program that makes and changes disks, and Debian's package that has it.
pub(crate) const PROGRAM: &str = "qemu-img";
const NAME: &str = "disk.ext4";
const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;
/// What a base's disk has beside its files, in MB: machines have a disk that is larger.
const ROOM: u64 = 512;

/// The disk of a base, which is made if it is not there.
pub(crate) async fn of_base(bases: &Bases, base: &Base) -> Result<PathBuf> {
    let place = bases.place(&base.name).zip(bases.root(&base.name));
    let (place, root) = place.ok_or_else(|| {
        failed("make a disk", format_args!("there is no image `{}` any more", base.name))
    })?;
    let path = place.join(NAME);
    if path.exists() {
        return Ok(path);
    }
    tracing::info!("making a disk of the image {}, once", base.name);
    let new = path.with_extension("new");
    files::forget(&new)?;
    let size = base.size_bytes / MB * 5 / 4 + ROOM;
    let mut command = Command::new("mke2fs");
    // Small files are many in a system: twice the usual number may be in it.
    command.args(["-q", "-F", "-t", "ext4", "-i", "8192", "-m", "1", "-L", "root", "-d"]);
    command.arg(&root).arg(&new).arg(format!("{size}M"));
    process::run(command, "make a disk of the image").await?;
    fs::rename(&new, &path).map_err(|error| failed("name the disk of the image", error))?;
    Ok(path)
}

/// Makes a disk, empty or on another one, which is never written.
pub(crate) async fn make(path: &Path, on: Option<(&Path, &str)>, size_gb: u32) -> Result<()> {
    let new = path.with_extension("new");
    files::forget(&new)?;
    let mut command = Command::new(PROGRAM);
    command.args(["create", "-q", "-f", "qcow2"]);
    if let Some((on, format)) = on {
        command.arg("-b").arg(on).args(["-F", format]);
    }
    command.arg(&new).arg((u64::from(size_gb) * GB).to_string());
    process::run(command, "make a disk").await?;
    named(&new, path)
}

/// Copies a disk that nobody writes.
pub(crate) async fn copy(from: &Path, to: &Path) -> Result<()> {
    let new = to.with_extension("new");
    let mut command = Command::new("cp");
    command.args(["--reflink=auto", "--sparse=auto"]).arg(from).arg(&new);
    process::run(command, "copy a disk").await?;
    named(&new, to)
}

/// Makes a disk of one that was fetched: bytes as they are on it, whatever they look like.
pub(crate) async fn read(from: &Path, to: &Path) -> Result<()> {
    let new = to.with_extension("new");
    let mut command = Command::new(PROGRAM);
    command.args(["convert", "-q", "-f", "raw", "-O", "qcow2"]).arg(from).arg(&new);
    process::run(command, "read a disk").await?;
    named(&new, to)
}

fn named(new: &Path, path: &Path) -> Result<()> {
    fs::rename(new, path).map_err(|error| failed("name a disk", error))
}

/// Makes a disk that nobody has open at least this large.
pub(crate) async fn grow(path: &Path, size_gb: u32) -> Result<()> {
    let bytes = u64::from(size_gb) * GB;
    if facts(path).await?.0 >= bytes {
        return Ok(());
    }
    let mut command = Command::new(PROGRAM);
    command.args(["resize", "-q", "-f", "qcow2"]).arg(path).arg(bytes.to_string());
    process::run(command, "make a disk larger").await
}

/// How large a disk is for who has it, in bytes, and the disk that it stands on.
pub(crate) async fn facts(path: &Path) -> Result<(u64, Option<PathBuf>)> {
    let args: [&OsStr; 5] =
        ["info", "--force-share", "--output=json", "-f", "qcow2"].map(OsStr::new);
    let mut command = Command::new(PROGRAM);
    let told = command.args(args).arg(path).kill_on_drop(true).output().await;
    let told = told.map_err(|error| failed("look at a disk", error))?;
    let facts: Value = serde_json::from_slice(&told.stdout).map_err(|_| {
        failed("look at a disk", String::from_utf8_lossy(&told.stderr).trim().to_owned())
    })?;
    let on = facts["full-backing-filename"].as_str().map(PathBuf::from);
    Ok((facts["virtual-size"].as_u64().unwrap_or_default(), on))
}
