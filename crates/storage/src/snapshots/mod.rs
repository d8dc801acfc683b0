//! Snapshots of instances, taken of one or downloaded.
//!
//! A snapshot is a copy: what becomes of its instance later is nothing to it, and instances made
//! from it keep what they have when it goes.

mod handlers;
mod life;

use drivers::{Source, StoredImage};
use http::Uri;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::auth::digest;
use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, OS_APPLICATION, OS_CUSTOM, PriceItem};
use crate::instances::{Instance, Software};
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Tx};

pub(crate) use life::{copy, remove};

/// Bytes in a GB of a disk.
pub(crate) const GB: u64 = 1 << 30;

/// Bytes in a MB, by which what is kept is paid for.
const MB: u64 = 1 << 20;

/// A snapshot as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// The owner's words for it.
    pub description: String,
    /// Where its contents come from.
    pub source: Source,
    /// Size of the disk that it was taken of, in GB; 0 for a download.
    pub disk_gb: u32,
    /// The operating system on it; 0 where it is not known.
    pub os_id: u32,
    /// The application on it; 0 for none.
    pub app_id: u32,
    /// Whether a download is said to boot by UEFI.
    pub uefi: bool,
}

impl Kind for Snapshot {
    const KIND: &'static str = "snapshot";
    const UNKNOWN: &'static str = "Invalid snapshot";
    const LIVES: bool = true;
    type Seen = Option<StoredImage>;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        vec![described(&self.description)]
    }
}

impl Charged for Snapshot {
    /// There is one; the amount is the size that it takes in MB, once it is complete.
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn amount(doc: &Doc<Self>) -> i64 {
        let bytes = doc.seen.as_ref().map_or(0, |image| image.size_bytes);
        i64::try_from(bytes.div_ceil(MB)).unwrap_or(i64::MAX)
    }

    fn price((): &(), size_mb: Decimal, catalog: &Catalog) -> Rate {
        let gb = size_mb * Decimal::from(MB) / Decimal::from(GB);
        Rate::of(catalog.price(PriceItem::Snapshot), gb)
    }
}

/// The list of snapshots with this description. A long one stands there by its digest. The store
/// would see to that by itself by now, but rows that were stored before stand in this list.
fn described(description: &str) -> Facet {
    let is_short = description.len() <= 255;
    ("description", if is_short { description.to_owned() } else { digest(description) })
}

/// What is on a disk, and how large that is: all that a copy has to know of its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Size of the disk in GB; 0 where it is not known.
    pub disk_gb: u32,
    /// The operating system; 0 where it is not known.
    pub os_id: u32,
    /// The application; 0 for none.
    pub app_id: u32,
}

impl Contents {
    /// What is on an instance's disk.
    pub fn of(cx: &Cx, instance: &Instance) -> Self {
        let plan = cx.catalog().plan(&instance.plan);
        let (os, app) = match &instance.software {
            Software::Os(id) | Software::Snapshot(_, id) | Software::Backup(_, id) => (*id, 0),
            Software::App(id) => (OS_APPLICATION, *id),
            Software::Image(id) => {
                let app = cx.catalog().application_by_image(id);
                (OS_APPLICATION, app.map_or(0, |app| app.id))
            }
            Software::Nothing | Software::Iso(_) | Software::Ipxe(_) => (OS_CUSTOM, 0),
        };
        Self {
            disk_gb: plan.map_or(0, |plan| plan.disk_total()),
            os_id: u32::try_from(os).unwrap_or_default(),
            app_id: u32::try_from(app).unwrap_or_default(),
        }
    }
}

/// The snapshot that a field of a request names, where something can be made from it.
///
/// # Errors
/// 400 naming the field: there is none, or it is not complete yet.
pub async fn usable(tx: &mut Tx, field: &str, id: impl Into<Uuid>) -> Result<Doc<Snapshot>> {
    let snapshot = tx.named::<Snapshot>(field, id).await?;
    if snapshot.seen.as_ref().is_some_and(|image| image.ready) {
        return Ok(snapshot);
    }
    let help = format!("{field}: {} is still pending; wait until it is complete", snapshot.id());
    Err(Refusal::bad("Snapshot is not complete").help(help).into())
}

/// Refuses to put the copy of a disk on a smaller one. Sizes that are not known fit.
///
/// # Errors
/// 400 naming the field.
pub fn check_fits(field: &str, copy_gb: u32, disk_gb: u32) -> Result<()> {
    if disk_gb == 0 || copy_gb <= disk_gb {
        return Ok(());
    }
    let help = format!("it holds a disk of {copy_gb} GB, which does not fit on {disk_gb} GB");
    Err(Refusal::field(field, help).into())
}

/// Checks an address from which an image is to be downloaded. Whether there is one shows later.
///
/// # Errors
/// 400 naming the field.
pub(crate) fn download(field: &str, url: &str) -> Result<Uri> {
    let parsed: Option<Uri> = url.parse().ok();
    let fetchable = |uri: &Uri| {
        let host = uri.host().is_some_and(|host| !host.is_empty());
        host && matches!(uri.scheme_str(), Some("http" | "https"))
    };
    parsed.filter(fetchable).ok_or_else(|| {
        let help = format!("`{url}` is no address such as https://example.com/images/disk.raw");
        Refusal::bad("Invalid URL").help(format!("{field}: {help}")).into()
    })
}

/// The family's operations.
pub fn routes() -> Routes {
    handlers::routes()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life::<Snapshot>().costs::<Snapshot>()
}
