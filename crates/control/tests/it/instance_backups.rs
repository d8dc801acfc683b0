//! Schedules of backups: what can be set, and what is made when.

use std::time::Duration;

use api::backups::{Backup, BackupStatus, ListBackups};
use api::id::InstanceId;
use api::instances::*;
use control::instances::{Schedule, Software};
use store::Outcome;
use testkit::{BEGINNING, World};
use uuid::Uuid;

use crate::common::{self, Asks, change_instance, instance, plain, stored, survives_crashes};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// An instance of which a backup is made each day at `hour`.
async fn daily(world: &World, hour: u8) -> Uuid {
    let id = instance(world).await;
    change_instance(world, id, |i| i.backups = Some(Schedule::initial(BEGINNING))).await;
    world.done(set(id, BackupScheduleType::Daily, hour, 0, 0)).await;
    world.settle().await;
    id
}

fn set(
    id: Uuid,
    kind: BackupScheduleType,
    hour: u8,
    dow: u8,
    dom: u8,
) -> SetInstanceBackupSchedule {
    let (hour, dow, dom) = (Some(hour), Some(dow), Some(dom).filter(|dom| *dom != 0));
    SetInstanceBackupSchedule { instance_id: id.into(), kind, hour, dow, dom }
}

async fn schedule(world: &World, id: Uuid) -> BackupSchedule {
    world.done(GetInstanceBackupSchedule { instance_id: id.into() }).await
}

async fn backups(world: &World, id: Uuid) -> Vec<Backup> {
    world.done(ListBackups { instance_id: Some(id.into()), ..Default::default() }).await.items
}

async fn made(world: &World, id: Uuid) -> Vec<String> {
    let backups = backups(world, id).await;
    assert!(backups.iter().all(|backup| backup.status == BackupStatus::Complete));
    backups.iter().map(|backup| backup.date_created.to_string()[5..16].to_owned()).collect()
}

#[tokio::test]
async fn without_backups_the_schedule_reads_empty() {
    let world = World::new().await;
    let id = instance(&world).await;
    assert_eq!(schedule(&world, id).await, BackupSchedule::default());
    let uri = format!("/v2/instances/{id}/backup-schedule");
    let (status, body) = world.raw("GET", &uri, "").await;
    assert_eq!(status, 200);
    let enabled = r#"{"backup_schedule":{"enabled":false,"type":"","next_scheduled_time_utc":"""#;
    assert!(body.starts_with(enabled), "{body}");
}

#[tokio::test]
async fn a_schedule_cannot_be_set_before_backups_are_switched_on() {
    let world = World::new().await;
    let id = instance(&world).await;
    world
        .refuses_with(
            set(id, BackupScheduleType::Daily, 1, 0, 0),
            "Backups are not enabled on this instance",
        )
        .await;
    assert!(!schedule(&world, id).await.enabled);
}

#[tokio::test]
async fn what_was_set_comes_back_with_the_next_time() {
    let world = World::new().await;
    let id = daily(&world, 0).await;
    use BackupScheduleType::*;
    // The world begins on a Saturday at half past nine.
    for (kind, hour, dow, dom, next) in [
        (Daily, 10, 1, 1, "2026-11-21 10:00:00"),
        (Daily, 9, 0, 0, "2026-11-22 09:00:00"),
        (Weekly, 23, 7, 0, "2026-11-21 23:00:00"),
        (Weekly, 0, 0, 0, "2026-11-22 00:00:00"),
        (Monthly, 5, 0, 28, "2026-11-28 05:00:00"),
        (DailyAltEven, 0, 0, 0, "2026-11-22 00:00:00"),
        (DailyAltOdd, 0, 0, 0, "2026-11-23 00:00:00"),
    ] {
        world.done(set(id, kind, hour, dow, dom)).await;
        let read = schedule(&world, id).await;
        let kind = api::OrEmpty(Some(kind.into()));
        let next_scheduled_time_utc = next.into();
        let expected =
            BackupSchedule { enabled: true, kind, next_scheduled_time_utc, hour, dow, dom };
        assert_eq!(read, expected);
    }
}

#[tokio::test]
async fn hours_and_days_that_are_none_are_refused() {
    let world = World::new().await;
    let id = daily(&world, 4).await;
    let before = schedule(&world, id).await;
    for (hour, dow, dom, field) in [(24, 0, 0, "hour"), (0, 8, 0, "dow"), (0, 0, 29, "dom")] {
        let wrong = set(id, BackupScheduleType::Monthly, hour, dow, dom);
        world.refuses_with(wrong, &format!("Bad request. {field}: ")).await;
    }
    let uri = format!("/v2/instances/{id}/backup-schedule");
    for body in ["{}", r#"{"type":"hourly"}"#, r#"{"type":"daily","hour":-1}"#] {
        let (status, answer) = world.raw("POST", &uri, body).await;
        assert_eq!(status, 400, "{body} {answer}");
    }
    assert_eq!(schedule(&world, id).await, before);
}

#[tokio::test]
async fn backups_are_made_on_time_and_the_two_newest_are_kept() {
    let world = World::new().await;
    let id = daily(&world, 12).await;
    world.advance(2 * HOUR).await;
    assert_eq!(made(&world, id).await.len(), 0);
    world.advance(HOUR).await;
    assert_eq!(made(&world, id).await, ["11-21T12:00"]);
    world.advance(DAY).await;
    assert_eq!(made(&world, id).await, ["11-21T12:00", "11-22T12:00"]);
    world.advance(3 * DAY).await;
    assert_eq!(made(&world, id).await, ["11-24T12:00", "11-25T12:00"]);
    let newest = backups(&world, id).await.pop().unwrap();
    assert_eq!((newest.size, newest.os_id), (25 << 30, common::OS as u32));
    let next = schedule(&world, id).await.next_scheduled_time_utc;
    assert_eq!(next, "2026-11-26 12:00:00");
}

#[tokio::test]
async fn of_times_that_were_missed_one_is_made_up_for() {
    let world = World::new().await;
    let id = daily(&world, 12).await;
    // Nobody works while the clock goes on.
    world.clock.set(BEGINNING + 5 * 24 * 3_600_000);
    world.settle().await;
    assert_eq!(made(&world, id).await, ["11-26T09:30"]);
    world.advance(3 * HOUR).await;
    assert_eq!(made(&world, id).await, ["11-26T09:30", "11-26T12:00"]);
}

#[tokio::test]
async fn a_backup_that_was_ordered_before_a_crash_is_not_ordered_again() {
    let world = World::new().await;
    let id = daily(&world, 12).await;
    let before = world.store.get(id).await.unwrap().unwrap().observed;
    world.clock.set(BEGINNING + 3 * 3_600_000);
    world.engine.drain().await;
    assert_eq!(backups(&world, id).await.len(), 1);
    // The crash: the order is written, and what the step saw and did is not.
    change_instance(&world, id, |_| {}).await;
    let now = world.clock.now();
    for mut row in world.store.claim(now, 1_000, 10).await.unwrap() {
        if row.id == id {
            row.observed.clone_from(&before);
        }
        assert!(world.store.settle(&row, Outcome::After(now)).await.unwrap());
    }
    world.settle().await;
    assert_eq!(made(&world, id).await, ["11-21T12:30"]);
    assert_eq!(world.store.get(id).await.unwrap().unwrap().error, None);
}

#[tokio::test]
async fn nothing_is_made_for_times_before_the_schedule() {
    let world = World::new().await;
    let id = daily(&world, 9).await;
    world.advance(23 * HOUR).await;
    assert_eq!(made(&world, id).await.len(), 0);
    world.advance(HOUR).await;
    assert_eq!(made(&world, id).await, ["11-22T09:00"]);
}

#[tokio::test]
async fn without_a_schedule_no_more_backups_are_made() {
    let world = World::new().await;
    let id = daily(&world, 12).await;
    world.advance(DAY).await;
    change_instance(&world, id, |i| i.backups = None).await;
    world.advance(4 * DAY).await;
    assert_eq!(made(&world, id).await, ["11-21T12:00"]);
    assert!(!schedule(&world, id).await.enabled);
}

#[tokio::test]
async fn an_instance_is_restored_from_a_backup() {
    let world = World::new().await;
    let id = daily(&world, 12).await;
    world.clock.set(BEGINNING + 24 * 3_600_000);
    world.engine.drain().await;
    let backup = backups(&world, id).await.pop().unwrap();
    assert_eq!(backup.status, BackupStatus::Pending);
    let restore = RestoreInstance {
        instance_id: InstanceId(id),
        backup_id: Some(backup.id.into()),
        snapshot_id: Some(api::OrEmpty(None)),
    };
    world.refuses_with(restore.clone(), "Backup is not complete").await;
    world.settle().await;
    let answer = world.done(restore).await;
    assert_eq!((&*answer.restore_type, &*answer.status), ("backup_id", "inprogress"));
    assert_eq!(answer.restore_id, backup.id.to_string());
    world.settle().await;
    let doc = stored(&world, id).await;
    assert_eq!(doc.software, Software::Backup(backup.id.0, common::OS));
    assert_eq!(doc.seen.machine.as_ref().unwrap().spec.image.kind, "backup");
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let id = daily(world, 12).await;
        world.advance(3 * DAY).await;
        let made = backups(world, id).await;
        let kept: Vec<Uuid> = made.iter().map(|backup| backup.id.0).collect();
        // Ids follow from the instance and the time: nothing was made twice.
        let times = ["2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"];
        let expected = times.map(|time| {
            let at = time.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            store::derived_id(id, format!("backup {at}").as_bytes())
        });
        (plain(&made), kept == expected)
    })
    .await;
}
