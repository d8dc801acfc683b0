//! File systems as they are stored and shown: instances mount them, storage gateways export them.

use api::vfs::*;
use api::{Money, Open};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate, owed};
use crate::catalog::Catalog;
use crate::{Cx, Doc, Kind, Part, Result, Shown, Tx, alike, is_written, lies_in};

/// How many bytes a GB has here.
const GB: u64 = 1 << 30;

/// A file system as its owner wants it: see [`api::vfs::Vfs`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileSystem {
    /// The region's id.
    pub region: String,
    /// The id of the medium that it is on: `nvme`, `hdd`.
    pub disk_type: String,
    /// Size in GB.
    pub size_gb: u32,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tags on it.
    pub tags: Vec<String>,
    /// The instances that mount it, in the order in which they were attached.
    pub attachments: Vec<Attachment>,
}

/// The attachment of a file system to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The instance.
    pub target: Uuid,
}

/// What was last seen of a file system.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SeenFileSystem {
    /// Whether it can be used.
    pub ready: bool,
    /// The instances that mount it.
    pub mounted: Vec<Uuid>,
}

impl Kind for FileSystem {
    const KIND: &'static str = "file-system";
    const UNKNOWN: &'static str = "Subscription ID Not Found.";
    const LIVES: bool = true;
    type Seen = SeenFileSystem;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        self.attachments.iter().map(|attachment| on_instance(attachment.target)).collect()
    }
}

impl Charged for FileSystem {
    /// The medium; the amount is its size in GB.
    type Class = String;

    fn class(doc: &Doc<Self>) -> String {
        doc.disk_type.clone()
    }

    fn amount(doc: &Doc<Self>) -> i64 {
        doc.size_gb.into()
    }

    fn price(disk_type: &String, size_gb: Decimal, catalog: &Catalog) -> Rate {
        let kind = catalog.file_system_type(disk_type);
        let per_gb = kind.map(|kind| kind.price_per_gb_month).unwrap_or_default();
        Rate::by_month(per_gb * size_gb)
    }
}

impl Shown for FileSystem {
    type View = Vfs;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> Vfs {
        let (pending, active) = (VfsStatus::Pending, VfsStatus::Active);
        alike!(doc => Vfs {
            region, label, tags;
            id: doc.id().into(),
            date_created: doc.created(),
            status: if doc.seen.ready { active } else { pending }.into(),
            disk_type: Open::read(&doc.disk_type),
            storage_size: VfsSize { bytes: u64::from(doc.size_gb) * GB, gb: doc.size_gb },
            // Nobody writes here.
            storage_used: VfsSize::default(),
            billing: VfsBilling {
                charges: owed(cx, doc),
                monthly: Money(FileSystem::rate(doc, cx.catalog()).monthly.normalize()),
            },
        })
    }
}

impl Part for Attachment {
    type View = VfsAttachment;
    const UNKNOWN: &'static str = "Attachment Not Found";
    lies_in!(FileSystem, attachments);

    fn is(&self, id: &str) -> bool {
        is_written(&self.target, id)
    }
    fn view(&self, owner: &Doc<FileSystem>) -> VfsAttachment {
        let is_there = owner.seen.ready && owner.seen.mounted.contains(&self.target);
        let (pending, attached) = (VfsAttachmentState::Pending, VfsAttachmentState::Attached);
        VfsAttachment {
            state: if is_there { attached } else { pending }.into(),
            vfs_id: owner.id().into(),
            target_id: self.target.into(),
            mount_tag: mount_tag(owner),
        }
    }
}

/// The name of a file system in the instances that mount it: a number that no other has.
pub fn mount_tag(doc: &Doc<FileSystem>) -> u64 {
    doc.seq().unsigned_abs()
}

/// The list of file systems that an instance mounts.
fn on_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// Detaches the last file systems of an instance that is about to go, all in one commit.
///
/// # Errors
/// When the store cannot be read.
pub async fn forget(tx: &mut Tx, instance: Uuid) -> Result<()> {
    for file_system in tx.rest::<FileSystem>(on_instance(instance)).await? {
        detach(tx, file_system, instance);
    }
    Ok(())
}

/// Detaches all file systems of an instance that is about to go but the last few.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn forget_most(cx: &Cx, instance: Uuid) -> Result<()> {
    cx.in_batches::<FileSystem>(on_instance(instance), |tx, doc| detach(tx, doc, instance)).await
}

fn detach(tx: &mut Tx, mut file_system: Doc<FileSystem>, instance: Uuid) {
    file_system.attachments.retain(|attachment| attachment.target != instance);
    tx.put(&file_system);
}
