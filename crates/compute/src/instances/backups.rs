//! When backups are made, and how an instance gets one back.
//!
//! A schedule names hours in UTC. Its times are computed, never stored: what is remembered is only
//! for which of them a backup was begun last.

use api::instances::*;
use api::{OrEmpty, Time};
use engine::StepError;

use super::{Schedule, Software};
use crate::backups::Backup;
use crate::copies::{check_fits, usable};
use crate::instances::Instance;
use crate::servers::Locks;
use crate::servers::life::check_can_be;
use crate::snapshots::{Contents, Snapshot};
use crate::{Cx, Doc, LifeCx, Refusal, Result, Tx, alike, ensure};

/// Begins the backup that the schedule wants by now, and tells when the next one is due, in
/// milliseconds; none: there is no schedule.
///
/// Of the times that were missed while nobody looked, only the last is made up for.
pub(super) async fn follow_schedule(
    doc: &mut Doc<Instance>,
    cx: &LifeCx,
) -> Result<Option<i64>, StepError> {
    let Some(schedule) = doc.backups.clone() else { return Ok(None) };
    let now = cx.cx.now();
    // A time from before there was a schedule, a system to copy, or the last backup, is past.
    let done =
        schedule.since.max(doc.seen.ready_at.unwrap_or(now)).max(doc.seen.backup_at.unwrap_or(0));
    if let Some(at) = schedule.last(now).filter(|at| *at > done) {
        begin_backup(doc, at, &cx.cx).await?;
        doc.seen.backup_at = Some(at);
    }
    Ok(schedule.next(now))
}

/// Orders the backup for one time of the schedule. Its id follows from that, so that one which
/// was ordered before a crash is not ordered again.
async fn begin_backup(doc: &Doc<Instance>, at: i64, cx: &Cx) -> Result<()> {
    let id = store::derived_id(doc.id(), format!("backup {at}").as_bytes());
    let mut tx = cx.begin();
    if tx.find::<Backup>(id).await?.is_some() {
        return Ok(());
    }
    let name = [&doc.label, &doc.hostname].into_iter().find(|name| !name.is_empty());
    let of = name.map(|name| format!(" of {name}")).unwrap_or_default();
    let description = format!("Automatic backup{of}");
    let backup = alike!(Contents::of(cx, doc) => Backup {
        disk_gb, os_id, app_id; instance: doc.id(), at, description,
    });
    let backup = tx.doc_with_id(id, backup);
    tx.save(&backup).await
}

pub(super) fn get_schedule(
    cx: &Cx,
    instance: Doc<Instance>,
    _: GetInstanceBackupSchedule,
) -> Result<BackupSchedule> {
    let Some(schedule) = &instance.backups else { return Ok(BackupSchedule::default()) };
    let next = schedule.next(cx.now()).map(Time::from_millis);
    Ok(alike!(schedule => BackupSchedule {
        hour, dow, dom;
        enabled: true,
        kind: OrEmpty(Some(schedule.every.into())),
        next_scheduled_time_utc: next.map(Time::spaced).unwrap_or_default(),
    }))
}

pub(super) fn set_schedule(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: SetInstanceBackupSchedule,
) -> Result<()> {
    let within = |field: &str, value: Option<u8>, most: u8, what: &str| {
        let value = value.unwrap_or_default();
        ensure(value <= most, field, format_args!("{value} is no {what}")).map(|()| value)
    };
    let hour = within("hour", req.hour, 23, "hour of the day, which are 0 to 23")?;
    let dow = within("dow", req.dow, 7, "day of the week; they are 1 for Sunday to 7")?;
    let dom = within("dom", req.dom, 28, "day of the month that all months have, 1 to 28")?;
    let off = Refusal::bad("Backups are not enabled on this instance")
        .help("switch them on first: update the instance with `backups` = `enabled`");
    off.unless(instance.backups.is_some())?;
    let since = tx.cx().now();
    instance.backups = Some(Schedule { every: req.kind, hour, dow, dom, since });
    Ok(())
}

pub(super) async fn restore(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: RestoreInstance,
) -> Result<InstanceRestore> {
    instance.check_no_node()?;
    instance.check_touchable(tx.cx(), "")?;
    let disk_gb = Contents::of(tx.cx(), instance).disk_gb;
    let (field, id, copy_gb, software) =
        match (req.backup_id.and_then(OrEmpty::get), req.snapshot_id.and_then(OrEmpty::get)) {
            (Some(id), None) => {
                let copy = usable::<Backup>(tx, "backup_id", id).await?;
                let software = Software::Backup(copy.id(), copy.os_id.into());
                ("backup_id", copy.id(), copy.disk_gb, software)
            }
            (None, Some(id)) => {
                let copy = usable::<Snapshot>(tx, "snapshot_id", id).await?;
                let software = Software::Snapshot(copy.id(), copy.os_id.into());
                ("snapshot_id", copy.id(), copy.disk_gb, software)
            }
            _ => {
                let help = "give either backup_id or snapshot_id";
                return Err(Refusal::bad("Bad request.").help(help).into());
            }
        };
    check_fits(field, copy_gb, disk_gb)?;
    check_can_be(tx.cx(), &software)?;
    instance.software = software;
    instance.reinstall();
    let status = "inprogress".into();
    Ok(InstanceRestore { restore_type: field.into(), restore_id: id.to_string(), status })
}
