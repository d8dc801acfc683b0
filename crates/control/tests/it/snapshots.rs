//! Snapshots: taken of an instance, downloaded, found, dropped, restored from.

use std::time::Duration;

use api::id::{InstanceId, SnapshotId};
use api::instances::RestoreInstance;
use api::snapshots::*;
use control::Behave;
use control::instances::{Locks, Software};
use testkit::World;

use crate::common::{
    self, Asks, OS, change_instance, delete_instance, image, instance, plain, stored,
    survives_crashes,
};

const GB: u64 = 1 << 30;

async fn take(world: &World, instance_id: impl Into<InstanceId>, description: &str) -> Snapshot {
    let (instance_id, description) = (instance_id.into(), Some(description.into()));
    world.done(CreateSnapshot { instance_id, description }).await
}

async fn read(world: &World, snapshot_id: SnapshotId) -> Snapshot {
    world.done(GetSnapshot { snapshot_id }).await
}

async fn list(world: &World, req: ListSnapshots) -> Vec<String> {
    let page = world.done(req).await;
    page.items.into_iter().map(|snapshot| snapshot.description).collect()
}

fn from_url(url: &str) -> CreateSnapshotFromUrl {
    CreateSnapshotFromUrl { url: url.into(), ..Default::default() }
}

#[tokio::test]
async fn a_snapshot_of_an_instance_holds_its_disk_and_its_system() {
    let world = World::new().await;
    let taken = take(&world, instance(&world).await, "before the upgrade").await;
    assert_eq!(taken.status, SnapshotStatus::Pending);
    assert_eq!((taken.size, taken.compressed_size), (0, 0));
    world.settle().await;
    let read = read(&world, taken.id).await;
    assert_eq!(read.status, SnapshotStatus::Complete);
    assert_eq!(read.size, 25 * GB);
    assert!(read.compressed_size > 0 && read.compressed_size < read.size);
    assert_eq!((read.os_id, read.app_id), (OS as u32, 0));
    assert_eq!(read.description, "before the upgrade");
    assert_eq!(read.date_created, taken.date_created);
}

#[tokio::test]
async fn a_snapshot_knows_the_application_and_the_system_of_its_source() {
    let world = World::new().await;
    for (software, expected) in [
        (Software::App(3), (186, 3)),
        (Software::Nothing, (159, 0)),
        (Software::Backup(uuid::Uuid::nil(), 1743), (1743, 0)),
    ] {
        let id = common::unbuilt_instance(&world, |i| i.software = software).await;
        world.settle().await;
        let taken = take(&world, id, "").await;
        assert_eq!((taken.os_id, taken.app_id), expected);
    }
}

#[tokio::test]
async fn a_snapshot_outlives_its_instance() {
    let world = World::new().await;
    let id = instance(&world).await;
    let taken = take(&world, id, "kept").await;
    world.settle().await;
    delete_instance(&world, id).await;
    world.settle().await;
    assert_eq!(read(&world, taken.id).await.status, SnapshotStatus::Complete);
}

#[tokio::test]
async fn a_download_becomes_complete_without_a_known_system() {
    let world = World::new().await;
    let request = CreateSnapshotFromUrl {
        uefi: Some(true),
        ..from_url("http://images.example.com/a/disk.raw?version=2")
    };
    let made = world.done(request).await;
    assert_eq!(made.status, SnapshotStatus::Pending);
    assert_eq!(made.description, "disk.raw");
    world.settle().await;
    let read = read(&world, made.id).await;
    assert_eq!(read.status, SnapshotStatus::Complete);
    assert!(read.size > 0);
    assert_eq!((read.os_id, read.app_id), (0, 0));
}

#[tokio::test]
async fn what_is_no_address_is_not_downloaded() {
    let world = World::new().await;
    for url in ["", "disk.raw", "ftp://example.com/disk.raw", "http:///disk.raw", "a b"] {
        world.refuses_with(from_url(url), "Invalid URL: url: ").await;
    }
    assert_eq!(list(&world, ListSnapshots::default()).await.len(), 0);
}

#[tokio::test]
async fn there_is_no_snapshot_of_an_instance_that_is_not_there_or_not_installed() {
    let world = World::new().await;
    let nobody = InstanceId(uuid::Uuid::nil());
    let request = CreateSnapshot { instance_id: nobody, ..Default::default() };
    world.refuses_with(request, "instance not found: instance_id: ").await;
    let instance_id = common::unbuilt_instance(&world, |_| {}).await.into();
    let request = CreateSnapshot { instance_id, ..Default::default() };
    world.refuses_with(request, "Server is currently locked").await;
}

#[tokio::test]
async fn descriptions_change_and_snapshots_are_found_by_them() {
    let world = World::new().await;
    let id = instance(&world).await;
    for description in ["one", "two", "one"] {
        take(&world, id, description).await;
    }
    let snapshot_id = take(&world, id, "three").await.id;
    let described =
        |text: &str| ListSnapshots { description: Some(text.into()), ..Default::default() };
    assert_eq!(list(&world, described("one")).await, ["one", "one"]);
    assert_eq!(list(&world, described("")).await, ["one", "two", "one", "three"]);
    let description = String::from("two");
    world.done(UpdateSnapshot { snapshot_id, description }).await;
    assert_eq!(list(&world, described("two")).await, ["two", "two"]);
    assert_eq!(list(&world, described("three")).await.len(), 0);
    let long = "long ".repeat(51);
    world.done(UpdateSnapshot { snapshot_id, description: long.clone() }).await;
    assert_eq!(list(&world, described(&long)).await, [long.as_str()]);
    world.done(UpdateSnapshot { snapshot_id, description: String::new() }).await;
    assert_eq!(read(&world, snapshot_id).await.description, "");
}

#[tokio::test]
async fn a_deleted_snapshot_is_gone_at_once() {
    let world = World::new().await;
    let snapshot_id = take(&world, instance(&world).await, "").await.id;
    world.done(DeleteSnapshot { snapshot_id }).await;
    let gone = (404, String::from("Invalid snapshot"));
    assert_eq!(world.refused(GetSnapshot { snapshot_id }).await, gone);
    assert_eq!(world.refused(DeleteSnapshot { snapshot_id }).await, gone);
    let description = String::new();
    assert_eq!(world.refused(UpdateSnapshot { snapshot_id, description }).await, gone);
    world.settle().await;
    assert!(image(&world, snapshot_id).await.is_none());
}

#[tokio::test]
async fn an_instance_is_restored_from_a_snapshot() {
    let world = World::new().await;
    let id = instance(&world).await;
    let snapshot = take(&world, id, "").await;
    let restore = RestoreInstance {
        instance_id: id.into(),
        snapshot_id: Some(snapshot.id.into()),
        ..Default::default()
    };
    world.refuses_with(restore.clone(), "Snapshot is not complete").await;
    world.settle().await;
    let answer = world.done(restore).await;
    let expected = ("snapshot_id", snapshot.id.to_string(), "inprogress");
    assert_eq!((&*answer.restore_type, answer.restore_id, &*answer.status), expected);
    world.settle().await;
    let doc = stored(&world, id).await;
    let machine = doc.seen.machine.as_ref().unwrap();
    assert_eq!(machine.spec.image.kind, "snapshot");
    assert_eq!(machine.spec.image.id, snapshot.id.to_string());
    assert_eq!(doc.software, Software::Snapshot(snapshot.id.0, OS));
    assert!(!doc.is_locked());
}

#[tokio::test]
async fn a_restoration_that_cannot_be_changes_nothing() {
    let world = World::new().await;
    let id = instance(&world).await;
    let large = common::unbuilt_instance(&world, |i| i.plan = "vc2-1c-2gb".into()).await;
    world.settle().await;
    let (small, large) = (take(&world, id, "").await.id, take(&world, large, "").await.id);
    world.settle().await;
    let unknown = SnapshotId(uuid::Uuid::nil());
    let backup = api::id::BackupId(uuid::Uuid::nil());
    for (snapshot_id, backup_id, words) in [
        (None, None, "Bad request. give either"),
        (Some(small), Some(backup), "Bad request. give either"),
        (Some(unknown), None, "Invalid snapshot: snapshot_id: "),
        (None, Some(backup), "Invalid backup: backup_id: "),
        (Some(large), None, "Bad request. snapshot_id: it holds a disk of 55 GB"),
    ] {
        let restore = RestoreInstance {
            instance_id: id.into(),
            snapshot_id: snapshot_id.map(Into::into),
            backup_id: backup_id.map(Into::into),
        };
        world.refuses_with(restore, words).await;
    }
    let doc = stored(&world, id).await;
    assert_eq!((doc.installs, &doc.software), (0, &Software::Os(OS)));
}

#[tokio::test]
async fn a_stopped_instance_runs_after_a_restoration() {
    let world = World::new().await;
    let id = instance(&world).await;
    let snapshot_id = Some(take(&world, id, "").await.id.into());
    change_instance(&world, id, |i| i.halted = true).await;
    world.settle().await;
    let restore = RestoreInstance { instance_id: id.into(), snapshot_id, ..Default::default() };
    world.done(restore).await;
    world.settle().await;
    assert!(stored(&world, id).await.seen.machine.as_ref().unwrap().running);
}

#[tokio::test]
async fn what_takes_minutes_is_not_asked_about_all_the_time() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let snapshot_id = world.done(from_url("https://example.com/d.raw")).await.id;
    world.advance(Duration::from_secs(170)).await;
    assert_eq!(read(&world, snapshot_id).await.status, SnapshotStatus::Pending);
    world.advance(Duration::from_secs(20)).await;
    assert_eq!(read(&world, snapshot_id).await.status, SnapshotStatus::Complete);
    assert!(world.sim.calls() < 100, "{} calls", world.sim.calls());
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let id = instance(world).await;
        let snapshot_id = take(world, id, "first").await.id;
        world.settle().await;
        let description = String::from("second");
        world.done(UpdateSnapshot { snapshot_id, description }).await;
        world.settle().await;
        let complete = plain(&read(world, snapshot_id).await);
        let restore = RestoreInstance {
            instance_id: id.into(),
            snapshot_id: Some(snapshot_id.into()),
            ..Default::default()
        };
        world.done(restore).await;
        world.settle().await;
        let machine = stored(world, id).await.want.installs;
        world.done(DeleteSnapshot { snapshot_id }).await;
        world.settle().await;
        let left = image(world, snapshot_id).await;
        (complete, machine, left, list(world, ListSnapshots::default()).await)
    })
    .await;
}
