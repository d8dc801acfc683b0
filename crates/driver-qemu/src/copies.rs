//! Copies: disks of machines and volumes as they were at one moment, which machines and volumes begin with;
//! and images for a machine's drive.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use driver_nspawn::files::{self, failed};
use driver_nspawn::process;
use drivers::{Error, Images, Result, Source, StoredImage};
use serde_json::json;
use tokio::process::Command;
use uuid::Uuid;

use crate::qmp::Qmp;
use crate::shared::{MACHINE, Shared};
use crate::{Qemu, command, disk, volumes};

/// How long a copy of a machine that runs may take: a disk may be large.
const COPYING: Duration = Duration::from_secs(3600);

/// Where the disk of a copy lies, if it is one of a disk.
pub(crate) fn disk_of(shared: &Shared, id: Uuid) -> PathBuf {
    shared.copies.place(id).join("disk.qcow2")
}

/// Where an image that was fetched lies: for a drive, or a disk as it is.
///
/// # Errors
/// When there is none.
pub(crate) fn drive_of(shared: &Shared, id: Uuid) -> Result<PathBuf> {
    let path = shared.copies.place(id).join("image");
    match path.exists() {
        true => Ok(path),
        false => Err(Error::Unsupported(
            "this image was never fetched: it was made while machines were simulated".into(),
        )),
    }
}

async fn make(shared: &Shared, id: Uuid, source: &Source) -> Result<()> {
    let place = shared.copies.place(id);
    files::directory(&place)?;
    let (from, machine, node, base) = match source {
        Source::Machine(machine) => {
            let base = shared.must_be(*machine)?.base;
            (shared.disk(*machine), Some(*machine), command::ROOT.to_owned(), base)
        }
        Source::Disk(volume) => {
            let (from, machine, node) = volumes::where_is(shared, *volume)?;
            (from, machine, node, String::new())
        }
        Source::Url(url) => {
            let image = place.join("image");
            fetch(url, &image).await?;
            return shared.copies.finish(id, String::new(), source, &image).await;
        }
    };
    let to = disk_of(shared, id);
    // Nobody starts or stops the machine meanwhile.
    let _held = match machine {
        Some(machine) => Some(shared.hold(machine).await),
        None => None,
    };
    let qmp = match machine {
        Some(machine) => shared.speak(machine).await?,
        None => None,
    };
    match qmp {
        Some(mut qmp) => copy_running(&mut qmp, &node, &from, &to).await?,
        None => disk::copy(&from, &to).await?,
    }
    shared.copies.finish(id, base, source, &to).await
}

/// Copies a disk of a machine that runs, as it is when this begins: what is written later is not in it.
async fn copy_running(qmp: &mut Qmp, node: &str, from: &Path, to: &Path) -> Result<()> {
    const COPY: &str = "copy";
    // What a try before has left.
    let _ = qmp.ask("blockdev-del", json!({ "node-name": COPY })).await;
    let (bytes, on) = disk::facts(from).await?;
    let on = on.as_deref().map(|on| (on, "raw"));
    disk::make(to, on, u32::try_from(bytes.div_ceil(1 << 30)).unwrap_or(u32::MAX)).await?;
    qmp.ask("blockdev-add", command::disk(COPY, to)).await?;
    // What is only in the base is not copied.
    let sync = if on.is_some() { "top" } else { "full" };
    let job = json!({ "job-id": COPY, "device": node, "target": COPY, "sync": sync });
    let copied = async {
        qmp.ask("blockdev-backup", job).await?;
        let is_it = |data: &serde_json::Value| data["device"] == COPY;
        qmp.hear("BLOCK_JOB_COMPLETED", is_it, COPYING).await
    };
    let copied = copied.await;
    let closed = qmp.ask("blockdev-del", json!({ "node-name": COPY })).await;
    if let Some(why) = copied?["error"].as_str() {
        return Err(failed("copy the disk", why));
    }
    closed.map(drop)
}

/// Fetches an image.
async fn fetch(url: &str, to: &Path) -> Result<()> {
    let new = to.with_extension("new");
    let mut command = Command::new("curl");
    command.args(["--fail", "--silent", "--show-error", "--location", "--proto", "=http,https"]);
    command.arg("--output").arg(&new).arg("--").arg(url);
    let fetched = process::run(command, "fetch the image").await;
    // It will be no better when it is asked for again: whoever wants it tells another address.
    fetched.map_err(|error| Error::Unsupported(error.to_string()))?;
    std::fs::rename(&new, to).map_err(|error| failed("name the image", error))
}

#[async_trait]
impl Images for Qemu {
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
