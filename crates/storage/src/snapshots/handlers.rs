//! What is asked of snapshots, and what is refused.

use api::snapshots::{self as wire, *};
use api::{Page, id::SnapshotId};
use drivers::Source;

use super::{Contents, Snapshot, described, download};
use crate::instances::Instance;
use crate::servers::Locks;
use crate::{Cx, Doc, Result, Routes};

/// A simulated disk is mostly empty: of so many bytes, one is worth keeping. The share is that of
/// the reference's example, a fresh system on 40 GB.
const COMPRESSION: u64 = 45;

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(create_from_url).on(get).on(update).on(delete)
}

/// A snapshot as its owner sees it.
fn view(doc: Doc<Snapshot>) -> wire::Snapshot {
    let image = doc.seen.as_ref().filter(|image| image.ready);
    let size = image.map_or(0, |image| image.size_bytes);
    let status = if image.is_some() { SnapshotStatus::Complete } else { SnapshotStatus::Pending };
    wire::Snapshot {
        id: SnapshotId(doc.id()),
        date_created: doc.created(),
        size,
        compressed_size: size / COMPRESSION,
        status: status.into(),
        os_id: doc.os_id,
        app_id: doc.app_id,
        description: doc.want.description,
    }
}

async fn list(cx: Cx, req: ListSnapshots) -> Result<Page<wire::Snapshot>> {
    let wanted = req.description.filter(|text| !text.is_empty());
    let lists = wanted.iter().map(|text| described(text)).collect();
    Ok(cx.page(lists, req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn create(cx: Cx, req: CreateSnapshot) -> Result<wire::Snapshot> {
    let mut tx = cx.begin();
    let instance = tx.named::<Instance>("instance_id", req.instance_id).await?;
    instance.check_unlocked()?;
    let Contents { disk_gb, os_id, app_id } = Contents::of(&cx, &instance);
    let description = req.description.unwrap_or_default();
    let source = Source::Machine(instance.id());
    let snapshot =
        tx.new_doc(Snapshot { description, source, disk_gb, os_id, app_id, uefi: false });
    tx.put(&snapshot);
    tx.commit().await?;
    Ok(view(snapshot))
}

async fn create_from_url(cx: Cx, req: CreateSnapshotFromUrl) -> Result<wire::Snapshot> {
    let address = download("url", &req.url)?;
    // The real API calls one that nobody described by itself, too.
    let file = address.path().rsplit('/').find(|part| !part.is_empty());
    let name = file.or(address.host()).unwrap_or_default().to_owned();
    let mut tx = cx.begin();
    let snapshot = tx.new_doc(Snapshot {
        description: req.description.filter(|text| !text.is_empty()).unwrap_or(name),
        source: Source::Url(req.url),
        disk_gb: 0,
        os_id: 0,
        app_id: 0,
        uefi: req.uefi.unwrap_or_default(),
    });
    tx.put(&snapshot);
    tx.commit().await?;
    Ok(view(snapshot))
}

async fn get(cx: Cx, req: GetSnapshot) -> Result<wire::Snapshot> {
    Ok(view(cx.get(req.snapshot_id).await?))
}

async fn update(cx: Cx, req: UpdateSnapshot) -> Result<()> {
    let mut tx = cx.begin();
    let mut snapshot = tx.get::<Snapshot>(req.snapshot_id).await?;
    snapshot.description = req.description;
    tx.put(&snapshot);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteSnapshot) -> Result<()> {
    let mut tx = cx.begin();
    let snapshot = tx.get::<Snapshot>(req.snapshot_id).await?;
    tx.delete(snapshot);
    tx.commit().await
}
