//! Copies of disks: snapshots of instances and of volumes, backups, ISO images.
//!
//! They differ in what they are of and in what their owners see. They have one life: begun, waited
//! for, removed; and nothing is made of one before it is complete.

mod life;

use drivers::{Source, StoredImage};
use http::Uri;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Doc, Kind, Refusal, Result, Tx, ensure};

pub(crate) use life::{Copying, step};

/// Bytes in a GB of a disk.
pub(crate) const GB: u64 = 1 << 30;

/// A kind that is a copy of a disk.
pub trait Copied: Kind<Seen = Seen> {
    /// What is said where something is to be made of one that is not complete.
    const INCOMPLETE: &'static str;

    /// Where its contents come from.
    fn source(&self) -> Source;
    /// Size of the disk that it is of, in GB; 0 for a download: how large that is shows when it is
    /// there.
    fn disk_gb(&self) -> u32 {
        0
    }
}

/// What was last seen of a copy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Seen {
    /// The copy as it was last seen.
    pub image: Option<StoredImage>,
    /// When it was first seen complete, in milliseconds.
    pub complete_at: Option<i64>,
    /// Since when what it is of was seen to be gone, in milliseconds, where that matters to it.
    pub orphan_since: Option<i64>,
}

impl Seen {
    /// The copy, once it is complete.
    pub fn complete(&self) -> Option<&StoredImage> {
        self.image.as_ref().filter(|image| image.ready)
    }
    /// Its size in bytes; 0 until it is complete.
    pub fn size_bytes(&self) -> u64 {
        self.complete().map_or(0, |image| image.size_bytes)
    }
}

/// It as it is stored, and as 0.1 stored it of snapshots and ISO images.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Image(StoredImage),
    Seen {
        image: Option<StoredImage>,
        #[serde(default)]
        complete_at: Option<i64>,
        #[serde(default)]
        orphan_since: Option<i64>,
    },
}

impl From<Stored> for Seen {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Image(image) => Self { image: Some(image), ..Self::default() },
            Stored::Seen { image, complete_at, orphan_since } => {
                Self { image, complete_at, orphan_since }
            }
        }
    }
}

/// The copy that a field of a request names, where something can be made of it.
///
/// # Errors
/// 400 naming the field: there is none, or it is not complete yet.
pub async fn usable<K: Copied>(tx: &mut Tx, field: &str, id: impl Into<Uuid>) -> Result<Doc<K>> {
    let copy = tx.named::<K>(field, id).await?;
    let help = format!("{field}: {} is still pending; wait until it is complete", copy.id());
    Refusal::bad(K::INCOMPLETE).help(help).unless(copy.seen.complete().is_some())?;
    Ok(copy)
}

/// Refuses to put the copy of a disk on a smaller one. Sizes that are not known fit.
///
/// # Errors
/// 400 naming the field.
pub fn check_fits(field: &str, copy_gb: u32, disk_gb: u32) -> Result<()> {
    let fits = disk_gb == 0 || copy_gb <= disk_gb;
    let text = "it holds a disk of";
    ensure(fits, field, format_args!("{text} {copy_gb} GB, which does not fit on {disk_gb} GB"))
}

/// Checks an address from which an image is to be downloaded. Whether there is one shows later.
pub(crate) fn download(field: &str, url: &str) -> Result<Uri> {
    let fetchable = |uri: &Uri| {
        let host = uri.host().is_some_and(|host| !host.is_empty());
        host && matches!(uri.scheme_str(), Some("http" | "https"))
    };
    url.parse().ok().filter(fetchable).ok_or_else(|| {
        let help = format!("`{url}` is no address such as https://example.com/images/disk.raw");
        Refusal::bad("Invalid URL").help(format!("{field}: {help}")).into()
    })
}
