//! Copies: archives of what a machine has changed of its base, or of a volume's files. New machines and
//! volumes begin with them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use drivers::{Error, Images, Result, Source, StoredImage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::process::Command;
use uuid::Uuid;

use crate::files::{self, failed};
use crate::shared::{MACHINE, Shared};
use crate::{Nspawn, disks, process};

/// The file that says what a copy is: the last to be written.
pub(crate) const FILE: &str = "copy.json";
const ARCHIVE: &str = "files.tar";
/// What an overlay notes of removed and replaced directories is in attributes of the kernel's own.
const ATTRIBUTES: [&str; 3] = ["--xattrs", "--xattrs-include=*", "--numeric-owner"];

/// A complete copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Copy {
    /// The base that the machine stood on; empty for a volume's.
    pub(crate) base: String,
    source: Source,
    size_bytes: u64,
    digest: String,
}

/// How far a copy is that is not complete.
#[derive(Debug)]
pub(crate) enum Making {
    /// It is being written.
    Runs(Source),
    /// It could not be made.
    Failed(Error),
}

fn place(shared: &Shared, id: Uuid) -> PathBuf {
    shared.data.join("copies").join(id.to_string())
}

/// The complete copy; none: there is no such.
pub(crate) fn read(shared: &Shared, id: Uuid) -> Result<Option<Copy>> {
    files::read(&place(shared, id).join(FILE))
}

/// Those of which there is anything.
pub(crate) fn ids(shared: &Shared) -> Result<Vec<Uuid>> {
    files::ids(&shared.data.join("copies"))
}

/// Puts a copy's files into an empty directory.
pub(crate) async fn unpack(shared: &Shared, id: Uuid, into: &Path) -> Result<()> {
    let mut command = Command::new("tar");
    command.args(["--extract", "--preserve-permissions"]).args(ATTRIBUTES);
    command.arg("--file").arg(place(shared, id).join(ARCHIVE)).arg("--directory").arg(into);
    process::run(command, "unpack a copy").await
}

async fn make(shared: &Shared, id: Uuid, source: &Source) -> Result<()> {
    let (base, from) = match source {
        Source::Machine(machine) => {
            (shared.must_be(*machine)?.base, shared.place(*machine).layer().upper)
        }
        Source::Disk(disk) => (String::new(), disks::files_of(shared, *disk)?),
        Source::Url(_) => {
            let why = "a container starts from no downloaded image, and has no drive for one";
            return Err(Error::Unsupported(why.into()));
        }
    };
    let place = place(shared, id);
    files::directory(&place)?;
    let archive = place.join(ARCHIVE);
    let mut command = Command::new("tar");
    command.args(["--create", "--sparse", "--one-file-system"]).args(ATTRIBUTES);
    // A machine goes on meanwhile: what it changes is in the copy as it was before, or after.
    command.args(["--warning=no-file-changed", "--warning=no-file-ignored"]);
    command.args(["--warning=no-file-removed"]);
    command.arg("--file").arg(&archive).arg("--directory").arg(&from).arg(".");
    process::run_but(command, "archive the files", 1).await?;
    let path = archive.clone();
    let sum = tokio::task::spawn_blocking(move || sum(&path)).await;
    let sum = sum.map_err(std::io::Error::other).flatten();
    let (size_bytes, digest) = sum.map_err(|error| failed("read an archive", error))?;
    let source = source.clone();
    files::write(&place.join(FILE), &Copy { base, source, size_bytes, digest })
}

/// A file's size and digest, once it is safe.
fn sum(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = std::fs::File::open(path)?;
    file.sync_all()?;
    let (mut digest, mut size, mut part) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            break;
        }
        digest.update(&part[..read]);
        size += read as u64;
    }
    let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((size, hex))
}

#[async_trait]
impl Images for Nspawn {
    async fn observe(&self, id: Uuid) -> Result<Option<StoredImage>> {
        if let Some(Copy { source, size_bytes, digest, .. }) = read(&self.0, id)? {
            return Ok(Some(StoredImage { source, ready: true, size_bytes, digest }));
        }
        let source = match self.0.making().get(&id) {
            Some(Making::Runs(source)) => source.clone(),
            _ => return Ok(None),
        };
        Ok(Some(StoredImage { source, ready: false, size_bytes: 0, digest: String::new() }))
    }

    async fn create(&self, id: Uuid, source: &Source, _: u64) -> Result<()> {
        if read(&self.0, id)?.is_some() {
            return Ok(());
        }
        if let Source::Machine(machine) = source
            && self.0.record(*machine)?.is_none()
        {
            return Err(Error::Missing { what: MACHINE, id: *machine });
        }
        {
            let mut making = self.0.making();
            match making.remove(&id) {
                Some(Making::Failed(error)) => return Err(error),
                Some(runs @ Making::Runs(_)) => {
                    making.insert(id, runs);
                    return Ok(());
                }
                None => making.insert(id, Making::Runs(source.clone())),
            };
        }
        let (shared, source) = (Arc::clone(&self.0), source.clone());
        tokio::spawn(async move {
            let made = make(&shared, id, &source).await;
            let mut making = shared.making();
            making.remove(&id);
            if let Err(error) = made {
                making.insert(id, Making::Failed(error));
            }
        });
        Ok(())
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        if matches!(self.0.making().get(&id), Some(Making::Runs(_))) {
            return Err(failed("remove a copy", "it is being made"));
        }
        self.0.making().remove(&id);
        let place = place(&self.0, id);
        files::forget(&place.join(FILE))?;
        files::remove(&place).await
    }
}
