//! Snapshots of volumes, and volumes that start with one.

use api::blocks::*;
use api::id::{BlockId, BlockSnapshotId};
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks, disk, image, plain, refuses, survives_crashes};

async fn volume(world: &World, size_gb: u32) -> BlockId {
    let order = CreateBlock { region: "ewr".into(), size_gb, ..Default::default() };
    let block = world.done(order).await;
    world.settle().await;
    block.id
}

async fn take(world: &World, block_id: BlockId) -> BlockSnapshot {
    let description = String::from("nightly");
    let made = world.done(CreateBlockSnapshot { block_id, description }).await;
    assert_eq!(made.bare, made.block, "both forms that clients read are the same");
    made.bare
}

async fn read(world: &World, snapshot_id: BlockSnapshotId) -> BlockSnapshot {
    let found = world.done(GetBlockSnapshot { snapshot_id }).await;
    assert_eq!(found.bare, found.snapshot, "both forms that clients read are the same");
    found.bare
}

fn from(snapshot_id: BlockSnapshotId, size_gb: u32) -> CreateBlock {
    let snapshot_id = Some(snapshot_id.into());
    CreateBlock { region: "ewr".into(), size_gb, snapshot_id, ..Default::default() }
}

#[tokio::test]
async fn a_snapshot_becomes_complete_and_tells_what_it_costs() {
    let world = World::new().await;
    let block_id = volume(&world, 100).await;
    let taken = take(&world, block_id).await;
    assert_eq!((&*taken.state, taken.size), ("PENDING", 0));
    world.settle().await;
    let read = read(&world, taken.id).await;
    assert_eq!((&*read.state, read.size), ("COMPLETE", 100 << 30));
    assert_eq!((read.block_id, &*read.description), (block_id.into(), "nightly"));
    assert_eq!(read.added_at, "2026-11-21 09:30:00");
    assert!(read.updated_at >= read.added_at);
    assert_eq!(read.next_invoice_date, "2026-12-01");
    // 230.5 of 730 hours, at 5 dollars a month.
    assert_eq!(read.next_invoice_price, "1.58");
    let list = world.done(ListBlockSnapshots::default()).await;
    assert_eq!((list.items, list.meta.total), (vec![read], 1));
}

#[tokio::test]
async fn there_is_no_snapshot_of_a_volume_that_is_not_ready_or_not_there() {
    let world = World::new().await;
    let order = CreateBlock { region: "ewr".into(), size_gb: 10, ..Default::default() };
    let pending = world.done(order).await.id;
    for (block_id, words) in [
        (pending, "Block storage is not active: block_id: "),
        (BlockId(Uuid::nil()), "Invalid block storage ID: block_id: "),
    ] {
        let request = CreateBlockSnapshot { block_id, description: String::new() };
        world.refuses_with(request, words).await;
    }
    let body = format!(r#"{{"block_id":"{pending}"}}"#);
    world.refuses_raw("POST", "/v2/blocks/snapshots", &body, "description").await;
}

#[tokio::test]
async fn a_description_changes() {
    let world = World::new().await;
    let snapshot_id = take(&world, volume(&world, 10).await).await.id;
    world.advance(std::time::Duration::from_secs(60)).await;
    world.done(UpdateBlockSnapshot { snapshot_id, description: Some("weekly".into()) }).await;
    let changed = read(&world, snapshot_id).await;
    assert_eq!((&*changed.description, &*changed.updated_at), ("weekly", "2026-11-21 09:31:00"));
    let nothing = UpdateBlockSnapshot { snapshot_id, description: None };
    world.refuses_with(nothing, "Nothing to change").await;
}

#[tokio::test]
async fn a_snapshot_outlives_its_volume_and_can_be_deleted() {
    let world = World::new().await;
    let block_id = volume(&world, 10).await;
    let snapshot_id = take(&world, block_id).await.id;
    world.settle().await;
    world.done(DeleteBlock { block_id }).await;
    world.settle().await;
    assert_eq!(read(&world, snapshot_id).await.state, "COMPLETE");
    world.done(DeleteBlockSnapshot { snapshot_id }).await;
    world.settle().await;
    assert!(image(&world, snapshot_id).await.is_none());
}

#[tokio::test]
async fn a_volume_starts_with_the_contents_of_a_snapshot() {
    let world = World::new().await;
    let snapshot_id = take(&world, volume(&world, 20).await).await.id;
    world.settle().await;
    for size_gb in [20, 40] {
        let block = world.done(from(snapshot_id, size_gb)).await;
        assert_eq!((block.snapshot_id, block.os_id), (snapshot_id.to_string(), 0));
        assert!(!block.bootable);
        world.settle().await;
        let disk = disk(&world, block.id).await.unwrap();
        assert_eq!((disk.source, disk.size_gb), (Some(snapshot_id.0), size_gb));
    }
}

#[tokio::test]
async fn a_volume_cannot_start_with_what_is_not_there_or_does_not_fit() {
    let world = World::new().await;
    let snapshot_id = take(&world, volume(&world, 20).await).await.id;
    let unknown = BlockSnapshotId(Uuid::nil());
    let pending = world.client.send(from(snapshot_id, 20)).await;
    refuses(pending, 400, "Snapshot is not complete: snapshot_id: ");
    world.settle().await;
    let installed = CreateBlock { os_id: Some(2136), ..from(snapshot_id, 20) };
    let too_small = "Bad request. size_gb: 19 GB is too small for a snapshot of 20 GB";
    for (order, words) in [
        (from(unknown, 20), "Invalid block storage snapshot ID: snapshot_id: "),
        (from(snapshot_id, 19), too_small),
        (installed, "Bad request. snapshot_id: a volume starts with"),
    ] {
        world.refuses_with(order, words).await;
    }
    assert_eq!(world.done(ListBlocks::default()).await.meta.total, 1);
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let snapshot_id = take(world, volume(world, 20).await).await.id;
        world.settle().await;
        let complete = plain(&read(world, snapshot_id).await);
        let copy = world.done(from(snapshot_id, 30)).await.id;
        world.settle().await;
        let disk = disk(world, copy).await.unwrap();
        world.done(DeleteBlockSnapshot { snapshot_id }).await;
        world.settle().await;
        let left = image(world, snapshot_id).await;
        (complete, disk.size_gb, disk.ready, left)
    })
    .await;
}
