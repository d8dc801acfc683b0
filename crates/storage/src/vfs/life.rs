//! The life of a file system: made, grown, mounted by instances, removed.

use drivers::FileSystemSpec;
use drivers::file_system::Mount;
use engine::{Next, StepError};

use super::{FileSystem, mount_tag};
use crate::{Doc, Life, LifeCx};

/// That life.
pub(super) struct Mounting;

impl Life<FileSystem> for Mounting {
    async fn step(doc: &mut Doc<FileSystem>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, things) = (doc.id(), cx.things::<FileSystemSpec>());
        let found = things.observe(id).await?;
        doc.seen.ready = found.as_ref().is_some_and(|thing| thing.ready);
        let mounts = found.iter().filter_map(|thing| thing.spec.as_ref()).flat_map(|s| &s.mounts);
        doc.seen.mounted = mounts.map(|mount| mount.machine).collect();
        let spec = spec(doc);
        match (doc.deleting(), found) {
            (true, None) => return Ok(Next::Gone),
            (true, Some(_)) => things.remove(id).await?,
            (false, None) => things.create(id, &spec).await?,
            (false, Some(thing)) if thing.spec.as_ref() != Some(&spec) => {
                things.configure(id, &spec).await?;
            }
            (false, Some(thing)) if !thing.ready => return Ok(Next::SOON),
            (false, Some(_)) => return Ok(Next::Settled),
        }
        Ok(Next::Now)
    }
}

/// It as the driver gets it.
fn spec(doc: &Doc<FileSystem>) -> FileSystemSpec {
    let tag = mount_tag(doc);
    let mount = |target| Mount { machine: target, tag };
    FileSystemSpec {
        medium: doc.disk_type.clone(),
        size_gb: doc.size_gb,
        mounts: doc.attachments.iter().map(|one| mount(one.target)).collect(),
    }
}
