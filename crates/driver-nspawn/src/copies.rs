//! Copies: archives of what a machine has changed of its base, or of a volume's files. New machines and
//! volumes begin with them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

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
pub struct Copy {
    /// The base that the machine stood on; empty for a volume's.
    pub base: String,
    source: Source,
    size_bytes: u64,
    digest: String,
}

/// How far a copy is that is not complete.
#[derive(Debug)]
enum Making {
    /// It is being written.
    Runs(Source),
    /// It could not be made.
    Failed(Error),
}

/// The copies below a data directory, and those that are being made. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Copies {
    directory: PathBuf,
    making: Arc<Mutex<BTreeMap<Uuid, Making>>>,
}

impl Copies {
    /// Those of a data directory.
    pub fn of(data: &Path) -> Self {
        Self { directory: data.join("copies"), making: Arc::default() }
    }

    fn making(&self) -> MutexGuard<'_, BTreeMap<Uuid, Making>> {
        self.making.lock().expect("no panic while held")
    }

    /// The directory of one.
    pub fn place(&self, id: Uuid) -> PathBuf {
        self.directory.join(id.to_string())
    }

    /// The complete copy; none: there is no such.
    ///
    /// # Errors
    /// When what is remembered of it cannot be read.
    pub fn read(&self, id: Uuid) -> Result<Option<Copy>> {
        files::read(&self.place(id).join(FILE))
    }

    /// Those of which there is anything.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn ids(&self) -> Result<Vec<Uuid>> {
        files::ids(&self.directory)
    }

    /// One as it is, complete or not.
    ///
    /// # Errors
    /// When what is remembered of it cannot be read.
    pub fn observe(&self, id: Uuid) -> Result<Option<StoredImage>> {
        if let Some(Copy { source, size_bytes, digest, .. }) = self.read(id)? {
            return Ok(Some(StoredImage { source, ready: true, size_bytes, digest }));
        }
        let source = match self.making().get(&id) {
            Some(Making::Runs(source)) => source.clone(),
            _ => return Ok(None),
        };
        Ok(Some(StoredImage { source, ready: false, size_bytes: 0, digest: String::new() }))
    }

    /// Begins to make one, unless that was begun; `make` ends with [`Copies::finish`].
    ///
    /// # Errors
    /// Once, where it could not be made.
    pub fn begin(
        &self,
        id: Uuid,
        source: &Source,
        make: impl Future<Output = Result<()>> + Send + 'static,
    ) -> Result<()> {
        if self.read(id)?.is_some() {
            return Ok(());
        }
        {
            let mut making = self.making();
            match making.remove(&id) {
                Some(Making::Failed(error)) => return Err(error),
                Some(runs @ Making::Runs(_)) => {
                    making.insert(id, runs);
                    return Ok(());
                }
                None => making.insert(id, Making::Runs(source.clone())),
            };
        }
        let copies = self.clone();
        tokio::spawn(async move {
            let made = make.await;
            let mut making = copies.making();
            making.remove(&id);
            if let Err(error) = made {
                making.insert(id, Making::Failed(error));
            }
        });
        Ok(())
    }

    /// Notes that one is complete, whose contents are this file of its directory.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn finish(&self, id: Uuid, base: String, source: &Source, file: &Path) -> Result<()> {
        let path = file.to_owned();
        let sum = tokio::task::spawn_blocking(move || sum(&path)).await;
        let sum = sum.map_err(std::io::Error::other).flatten();
        let (size_bytes, digest) = sum.map_err(|error| failed("read a copy", error))?;
        let source = source.clone();
        files::write(&self.place(id).join(FILE), &Copy { base, source, size_bytes, digest })
    }

    /// Removes one. One that is not there is removed already.
    ///
    /// # Errors
    /// While it is being made, and when files cannot be removed.
    pub async fn remove(&self, id: Uuid) -> Result<()> {
        if matches!(self.making().get(&id), Some(Making::Runs(_))) {
            return Err(failed("remove a copy", "it is being made"));
        }
        self.making().remove(&id);
        let place = self.place(id);
        files::forget(&place.join(FILE))?;
        files::remove(&place).await
    }
}

/// Puts a copy's files into an empty directory.
pub(crate) async fn unpack(shared: &Shared, id: Uuid, into: &Path) -> Result<()> {
    let archive = shared.copies.place(id).join(ARCHIVE);
    if !archive.exists() {
        let why = "this copy is the disk of a virtual machine: it holds no files";
        return Err(Error::Unsupported(why.into()));
    }
    let mut command = Command::new("tar");
    command.args(["--extract", "--preserve-permissions"]).args(ATTRIBUTES);
    command.arg("--file").arg(archive).arg("--directory").arg(into);
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
    let place = shared.copies.place(id);
    files::directory(&place)?;
    let archive = place.join(ARCHIVE);
    let mut command = Command::new("tar");
    command.args(["--create", "--sparse", "--one-file-system"]).args(ATTRIBUTES);
    // A machine goes on meanwhile: what it changes is in the copy as it was before, or after.
    command.args(["--warning=no-file-changed", "--warning=no-file-ignored"]);
    command.args(["--warning=no-file-removed"]);
    command.arg("--file").arg(&archive).arg("--directory").arg(&from).arg(".");
    process::run_but(command, "archive the files", 1).await?;
    shared.copies.finish(id, base, source, &archive).await
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
        self.0.copies.observe(id)
    }

    async fn create(&self, id: Uuid, source: &Source, _: u64) -> Result<()> {
        if let Source::Machine(machine) = source
            && self.0.copies.read(id)?.is_none()
            && self.0.record(*machine)?.is_none()
        {
            return Err(Error::Missing { what: MACHINE, id: *machine });
        }
        let (shared, from) = (Arc::clone(&self.0), source.clone());
        self.0.copies.begin(id, source, async move { make(&shared, id, &from).await })
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.0.copies.remove(id).await
    }
}
