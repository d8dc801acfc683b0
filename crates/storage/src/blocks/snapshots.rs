//! Snapshots of volumes: taken, described, dropped.
//!
//! A snapshot is a copy: it stays when its volume goes, and volumes made from it stay when it goes.

use api::Time;
use api::blocks::*;
use drivers::Source;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Tally;
use uuid::Uuid;

use super::{Volume, is_ready};
use crate::billing::{self, Charged, Rate, month_end, pending_charges};
use crate::catalog::{Catalog, PriceItem};
use crate::copies::{Copied, Seen, usable};
use crate::{Cx, Doc, Kind, Refusal, Result, Routes, Shown, Tx, ensure};

/// A snapshot of a volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VolumeSnapshot {
    /// The volume that it was taken of.
    pub volume: Uuid,
    /// Size of that volume in GB, then.
    pub size_gb: u32,
    /// The owner's words for it.
    pub description: String,
    /// When those last changed, in milliseconds.
    pub updated: i64,
}

impl Kind for VolumeSnapshot {
    const KIND: &'static str = "block-snapshot";
    const UNKNOWN: &'static str = "Invalid block storage snapshot ID";
    const LIVES: bool = true;
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Copied for VolumeSnapshot {
    const INCOMPLETE: &'static str = "Snapshot is not complete";

    fn source(&self) -> Source {
        Source::Disk(self.volume)
    }
    fn disk_gb(&self) -> u32 {
        self.size_gb
    }
}

impl Shown for VolumeSnapshot {
    type View = BlockSnapshot;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> BlockSnapshot {
        let is_complete = doc.seen.complete().is_some();
        let updated = doc.updated.max(doc.seen.complete_at.unwrap_or_default());
        let invoiced = month_end(cx.time());
        BlockSnapshot {
            id: doc.id().into(),
            block_id: BlockId(doc.volume).into(),
            state: if is_complete { "COMPLETE" } else { "PENDING" }.into(),
            added_at: doc.created().spaced(),
            updated_at: Time::from_millis(updated).spaced(),
            size: doc.seen.size_bytes(),
            next_invoice_date: invoiced.0.strftime("%Y-%m-%d").to_string(),
            next_invoice_price: price(cx, doc, invoiced),
            description: doc.description.clone(),
        }
    }
}

/// What the invoice at the end of the month will say, where the snapshot is kept until then.
fn price(cx: &Cx, doc: &Doc<VolumeSnapshot>, invoiced: Time) -> String {
    let last = Time::from_millis(invoiced.as_millis() - 1);
    pending_charges(Charged::rate(doc, cx.catalog()), doc.created(), last).0.to_string()
}

impl Charged for VolumeSnapshot {
    const PRODUCT: &'static str = "Block Storage Snapshot";
    /// There is one; the amount is its size in GB.
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn amount(doc: &Doc<Self>) -> i64 {
        doc.size_gb.into()
    }

    fn price((): &(), size_gb: Decimal, catalog: &Catalog) -> Rate {
        Rate::of(catalog.price(PriceItem::BlockSnapshot), size_gb)
    }
}

pub(super) fn routes() -> Routes {
    let snapshots = Routes::of::<VolumeSnapshot>().list::<ListBlockSnapshots>().on(get).on(create);
    snapshots.on(update).delete::<DeleteBlockSnapshot>().done()
}

async fn create(cx: Cx, req: CreateBlockSnapshot) -> Result<CreatedBlockSnapshot> {
    let mut tx = cx.begin();
    let volume = tx.named::<Volume>("block_id", req.block_id).await?;
    let help = "block_id: the volume is still pending; wait until it is active";
    Refusal::bad("Block storage is not active").help(help).unless(is_ready(&volume))?;
    let (volume, size_gb) = (volume.id(), volume.size_gb);
    let (description, updated) = (req.description, cx.now());
    let bare = tx.create(VolumeSnapshot { volume, size_gb, description, updated }).await?;
    Ok(CreatedBlockSnapshot { block: bare.clone(), bare })
}

async fn get(cx: Cx, req: GetBlockSnapshot) -> Result<FoundBlockSnapshot> {
    let bare = VolumeSnapshot::show(&cx, cx.get(req.snapshot_id).await?).await?;
    Ok(FoundBlockSnapshot { snapshot: bare.clone(), bare })
}

async fn update(cx: Cx, req: UpdateBlockSnapshot) -> Result<()> {
    let nothing = || Refusal::bad("Nothing to change").help("give a description");
    let description = req.description.ok_or_else(nothing)?;
    let mut tx = cx.begin();
    let mut snapshot = tx.get::<VolumeSnapshot>(req.snapshot_id).await?;
    (snapshot.description, snapshot.updated) = (description, cx.now());
    tx.save(&snapshot).await
}

/// Checks that a volume of this size can start with the contents of a snapshot.
pub(super) async fn check_fits(tx: &mut Tx, id: BlockSnapshotId, size_gb: u32) -> Result<()> {
    let snapshot = usable::<VolumeSnapshot>(tx, "snapshot_id", id).await?;
    let text = format_args!("{size_gb} GB is too small for a snapshot of {} GB", snapshot.size_gb);
    ensure(size_gb >= snapshot.size_gb, "size_gb", text)
}
