//! Backups as their owner finds them, and how long they stay.

use std::collections::BTreeSet;
use std::time::Duration;

use api::backups::*;
use api::id::InstanceId;
use api::instances::BackupScheduleType;
use control::instances::Schedule;
use testkit::{BEGINNING, World};
use uuid::Uuid;

use crate::common::{Asks, change_instance, delete_instance, image, instance};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// An instance with this label of which a backup is made each day.
async fn daily(world: &World, label: &str) -> Uuid {
    let id = instance(world).await;
    let schedule = Schedule { every: BackupScheduleType::Daily, ..Schedule::initial(BEGINNING) };
    change_instance(world, id, |i| {
        i.backups = Some(schedule);
        i.label = label.into();
    })
    .await;
    id
}

async fn list(world: &World, instance: Option<Uuid>) -> Vec<Backup> {
    let instance_id = instance.map(InstanceId);
    world.done(ListBackups { instance_id, ..Default::default() }).await.items
}

#[tokio::test]
async fn backups_are_listed_for_all_instances_or_for_one() {
    let world = World::new().await;
    let (one, two) = (daily(&world, "one").await, daily(&world, "two").await);
    world.advance(DAY).await;
    assert_eq!(list(&world, None).await.len(), 2);
    let of_two = list(&world, Some(two)).await;
    assert_eq!(of_two.len(), 1);
    assert_eq!(of_two[0].description, "Automatic backup of two");
    assert_eq!(list(&world, Some(one)).await.len(), 1);
    assert_eq!(list(&world, Some(Uuid::nil())).await.len(), 0);
    let backup_id = of_two[0].id;
    assert_eq!(world.done(GetBackup { backup_id }).await, of_two[0]);
}

#[tokio::test]
async fn backups_come_in_pages() {
    let world = World::new().await;
    daily(&world, "").await;
    daily(&world, "").await;
    world.advance(2 * DAY).await;
    let pages = world.pages(ListBackups { per_page: Some(2), ..Default::default() }).await;
    let ids: BTreeSet<_> = pages.iter().flatten().map(|backup| backup.id).collect();
    assert_eq!((pages.len(), pages[0].len(), ids.len()), (2, 2, 4));
}

#[tokio::test]
async fn the_newest_backups_outlive_their_instance_by_some_days() {
    let world = World::new().await;
    let id = daily(&world, "").await;
    world.advance(4 * DAY).await;
    let kept = list(&world, Some(id)).await;
    assert_eq!(kept.len(), 2);
    delete_instance(&world, id).await;
    world.advance(5 * DAY).await;
    assert_eq!(list(&world, Some(id)).await, kept);
    world.advance(2 * DAY).await;
    assert_eq!(list(&world, Some(id)).await.len(), 0);
    for backup in kept {
        assert!(image(&world, backup.id).await.is_none());
    }
}
