//! Snapshots of instances, taken of one or downloaded.
//!
//! A snapshot is a copy: what becomes of its instance later is nothing to it, and instances made
//! from it keep what they have when it goes.

use api::snapshots::{self as wire, *};
use drivers::Source;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};

use crate::auth::digest;
use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, OS_APPLICATION, OS_CUSTOM, PriceItem};
use crate::copies::{Copied, Copying, GB, Seen, download};
use crate::instances::{Instance, Software};
use crate::servers::Locks;
use crate::{Cx, Doc, Family, Kind, Result, Routes, Shown, alike};

/// Bytes in a MB, by which what is kept is paid for.
const MB: u64 = 1 << 20;
/// A simulated disk is mostly empty: of so many bytes, one is worth keeping. The share is that of
/// the reference's example, a fresh system on 40 GB.
const COMPRESSION: u64 = 45;

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
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        vec![described(&self.description)]
    }
}

impl Copied for Snapshot {
    const INCOMPLETE: &'static str = "Snapshot is not complete";

    fn source(&self) -> Source {
        self.source.clone()
    }
    fn disk_gb(&self) -> u32 {
        self.disk_gb
    }
}

impl Shown for Snapshot {
    type View = wire::Snapshot;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::Snapshot {
        let (is_complete, size) = (doc.seen.complete().is_some(), doc.seen.size_bytes());
        let status = if is_complete { SnapshotStatus::Complete } else { SnapshotStatus::Pending };
        alike!(doc => wire::Snapshot {
            os_id, app_id, description;
            id: doc.id().into(),
            date_created: doc.created(),
            size,
            compressed_size: size / COMPRESSION,
            status: status.into(),
        })
    }
}

impl Charged for Snapshot {
    /// There is one; the amount is the size that it takes in MB, once it is complete.
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn amount(doc: &Doc<Self>) -> i64 {
        i64::try_from(doc.seen.size_bytes().div_ceil(MB)).unwrap_or(i64::MAX)
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

/// The family.
pub fn family() -> Family {
    let described = |list: &ListSnapshots| match list.description.as_deref() {
        None | Some("") => Vec::new(),
        Some(text) => vec![described(text)],
    };
    let update = |_: &Cx, snapshot: &mut Doc<Snapshot>, req: UpdateSnapshot| {
        snapshot.description = req.description;
        Ok(())
    };
    let snapshots = Routes::of::<Snapshot>().list_of(described).get::<GetSnapshot>();
    let snapshots = snapshots.on(create).create(create_from_url).update(update);
    let routes = snapshots.delete::<DeleteSnapshot>().done();
    Family::new(routes).life_by::<Snapshot, Copying>().costs::<Snapshot>()
}

async fn create(cx: Cx, req: CreateSnapshot) -> Result<wire::Snapshot> {
    let mut tx = cx.begin();
    let instance = tx.named::<Instance>("instance_id", req.instance_id).await?;
    instance.check_unlocked()?;
    tx.create(alike!(Contents::of(&cx, &instance) => Snapshot {
        disk_gb, os_id, app_id;
        description: req.description.unwrap_or_default(),
        source: Source::Machine(instance.id()),
        uefi: false,
    }))
    .await
}

fn create_from_url(_: &Cx, req: CreateSnapshotFromUrl) -> Result<Snapshot> {
    let address = download("url", &req.url)?;
    // The real API calls one that nobody described by itself, too.
    let file = address.path().rsplit('/').find(|part| !part.is_empty());
    let name = file.or(address.host()).unwrap_or_default().to_owned();
    Ok(Snapshot {
        description: req.description.filter(|text| !text.is_empty()).unwrap_or(name),
        source: Source::Url(req.url),
        disk_gb: 0,
        os_id: 0,
        app_id: 0,
        uefi: req.uefi.unwrap_or_default(),
    })
}
