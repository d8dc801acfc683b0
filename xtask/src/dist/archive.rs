//! Archives whose bytes depend on nothing but what is in them: no clock, no user, no order of a
//! directory.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

/// A file, or a directory, whose path ends in a slash.
pub struct Entry {
    /// Where it is in the archive.
    pub path: String,
    /// Who may do what with it.
    pub mode: u32,
    /// The number of its user and of its group.
    pub owner: u64,
    /// What is in it.
    pub data: Vec<u8>,
}

impl Entry {
    /// A file that everybody may read.
    pub fn text(path: impl Into<String>, data: Vec<u8>) -> Self {
        Self { path: path.into(), mode: 0o644, owner: 0, data }
    }

    /// A program.
    pub fn program(path: impl Into<String>, data: Vec<u8>) -> Self {
        Self { path: path.into(), mode: 0o755, owner: 0, data }
    }

    /// A directory.
    pub fn directory(path: &str, mode: u32, owner: u64) -> Self {
        Self { path: format!("{path}/"), mode, owner, data: Vec::new() }
    }
}

/// The archive of `entries`, in their order, all of them as old as `time`.
///
/// # Errors
/// When a path cannot stand in an archive.
pub fn tar(entries: &[Entry], time: u64) -> Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for Entry { path, mode, owner, data } in entries {
        let mut header = Header::new_gnu();
        let kind = if path.ends_with('/') { EntryType::Directory } else { EntryType::Regular };
        header.set_entry_type(kind);
        header.set_mode(*mode);
        header.set_uid(*owner);
        header.set_gid(*owner);
        header.set_mtime(time);
        header.set_size(data.len().try_into()?);
        let added = archive.append_data(&mut header, path, data.as_slice());
        added.with_context(|| format!("{path} cannot be put into an archive"))?;
    }
    archive.into_inner().context("the archive cannot be ended")
}

/// `data`, smaller.
///
/// # Errors
/// Never, in memory.
pub fn gzip(data: &[u8]) -> Result<Vec<u8>> {
    // No name and no time of its own.
    let mut writer = GzBuilder::new().write(Vec::new(), Compression::best());
    writer.write_all(data)?;
    Ok(writer.finish()?)
}

/// The SHA-256 of `data`, as people write it.
pub fn sha256(data: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(data) {
        write!(text, "{byte:02x}").expect("a text takes all that is written");
    }
    text
}
