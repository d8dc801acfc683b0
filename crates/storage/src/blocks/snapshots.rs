//! Snapshots of volumes: taken, described, dropped.
//!
//! A snapshot is a copy: it stays when its volume goes, and volumes made from it stay when it goes.

use api::blocks::*;
use api::id::{BlockId, BlockSnapshotId};
use api::{Page, Time};
use drivers::{Source, StoredImage};
use engine::{Next, StepError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Tally;
use uuid::Uuid;

use super::{Volume, is_ready};
use crate::billing::{self, Charged, Rate, month_end, pending_charges};
use crate::catalog::{Catalog, PriceItem};
use crate::snapshots::{GB, copy, remove};
use crate::{Cx, Doc, Kind, Life, LifeCx, Refusal, Result, Routes, Tx};

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

/// What was last seen of a snapshot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Seen {
    /// The copy as it was last seen.
    pub image: Option<StoredImage>,
    /// When it was first seen complete, in milliseconds.
    pub complete_at: Option<i64>,
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

impl Life for VolumeSnapshot {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let id = doc.id();
        if doc.deleting() {
            return remove(id, &mut doc.seen.image, cx).await;
        }
        let (source, bytes) = (Source::Disk(doc.volume), u64::from(doc.size_gb) * GB);
        let begun = doc.created().as_millis();
        let next = copy(id, &source, bytes, begun, &mut doc.seen.image, cx).await?;
        if next == Next::Settled {
            doc.seen.complete_at.get_or_insert(cx.cx.now());
        }
        Ok(next)
    }
}

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

/// A snapshot as its owner sees it.
fn view(cx: &Cx, doc: Doc<VolumeSnapshot>) -> BlockSnapshot {
    let image = doc.seen.image.as_ref().filter(|image| image.ready);
    let updated = doc.updated.max(doc.seen.complete_at.unwrap_or_default());
    let invoiced = month_end(cx.time());
    BlockSnapshot {
        id: BlockSnapshotId(doc.id()),
        block_id: BlockId(doc.volume).into(),
        state: if image.is_some() { "COMPLETE" } else { "PENDING" }.into(),
        added_at: moment(doc.created()),
        updated_at: moment(Time::from_millis(updated)),
        size: image.map_or(0, |image| image.size_bytes),
        next_invoice_date: invoiced.0.strftime("%Y-%m-%d").to_string(),
        next_invoice_price: price(cx, &doc, invoiced),
        description: doc.want.description,
    }
}

fn moment(time: Time) -> String {
    time.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What the invoice at the end of the month will say, where the snapshot is kept until then.
fn price(cx: &Cx, doc: &Doc<VolumeSnapshot>, invoiced: Time) -> String {
    let last = Time::from_millis(invoiced.as_millis() - 1);
    pending_charges(Charged::rate(doc, cx.catalog()), doc.created(), last).0.to_string()
}

impl Charged for VolumeSnapshot {
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

async fn list(cx: Cx, req: ListBlockSnapshots) -> Result<Page<BlockSnapshot>> {
    let page = cx.page(vec![], req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| view(&cx, doc)))
}

async fn create(cx: Cx, req: CreateBlockSnapshot) -> Result<CreatedBlockSnapshot> {
    let mut tx = cx.begin();
    let volume = tx.named::<Volume>("block_id", req.block_id).await?;
    if !is_ready(&volume) {
        let help = "block_id: the volume is still pending; wait until it is active";
        return Err(Refusal::bad("Block storage is not active").help(help).into());
    }
    let snapshot = tx.new_doc(VolumeSnapshot {
        volume: volume.id(),
        size_gb: volume.size_gb,
        description: req.description,
        updated: cx.now(),
    });
    tx.put(&snapshot);
    tx.commit().await?;
    let bare = view(&cx, snapshot);
    Ok(CreatedBlockSnapshot { block: bare.clone(), bare })
}

async fn get(cx: Cx, req: GetBlockSnapshot) -> Result<FoundBlockSnapshot> {
    let bare = view(&cx, cx.get(req.snapshot_id).await?);
    Ok(FoundBlockSnapshot { snapshot: bare.clone(), bare })
}

async fn update(cx: Cx, req: UpdateBlockSnapshot) -> Result<()> {
    let Some(description) = req.description else {
        return Err(Refusal::bad("Nothing to change").help("give a description").into());
    };
    let mut tx = cx.begin();
    let mut snapshot = tx.get::<VolumeSnapshot>(req.snapshot_id).await?;
    (snapshot.description, snapshot.updated) = (description, cx.now());
    tx.put(&snapshot);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteBlockSnapshot) -> Result<()> {
    let mut tx = cx.begin();
    let snapshot = tx.get::<VolumeSnapshot>(req.snapshot_id).await?;
    tx.delete(snapshot);
    tx.commit().await
}

/// Checks that a volume of this size can start with the contents of the snapshot that a field of
/// a request names.
///
/// # Errors
/// 400 naming the field: there is none, it is not complete yet, or it is larger than the volume.
pub(super) async fn check_fits(tx: &mut Tx, id: BlockSnapshotId, size_gb: u32) -> Result<()> {
    let snapshot = tx.named::<VolumeSnapshot>("snapshot_id", id).await?;
    if !snapshot.seen.image.as_ref().is_some_and(|image| image.ready) {
        let help = format!("snapshot_id: {id} is still pending; wait until it is complete");
        return Err(Refusal::bad("Snapshot is not complete").help(help).into());
    }
    if size_gb < snapshot.size_gb {
        let help = format!("{size_gb} GB is too small for a snapshot of {} GB", snapshot.size_gb);
        return Err(Refusal::field("size_gb", help).into());
    }
    Ok(())
}
