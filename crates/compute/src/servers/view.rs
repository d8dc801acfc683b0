//! What is told of a server of either kind: what is installed, what could be, and its traffic.
//!
//! Nothing is changed here.

use std::collections::BTreeMap;

use api::applications::{Application, ApplicationType};
use api::id::SnapshotId;
use api::instances::DayTraffic;
use api::os::Os;
use api::{Open, OrEmpty, Time};
use jiff::tz::TimeZone;
use jiff::{ToSpan, civil::Date};

use super::Software;
use crate::Cx;
use crate::catalog::{self, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT, Room};

/// What is installed, in the API's words.
pub(crate) struct Installed {
    pub(crate) os: String,
    pub(crate) os_id: u32,
    pub(crate) app_id: u32,
    pub(crate) image_id: String,
    pub(crate) snapshot_id: OrEmpty<SnapshotId>,
}

pub(crate) fn installed(cx: &Cx, software: &Software) -> Installed {
    let os_id = software.os_id();
    let system = cx.catalog().system(os_id);
    let (mut app_id, mut image_id, mut snapshot_id) = Default::default();
    match software {
        Software::App(id) => app_id = number(*id),
        Software::Image(id) => image_id = id.clone(),
        Software::Snapshot(id, _) => snapshot_id = Some((*id).into()).into(),
        _ => {}
    }
    let os = system.map(|system| system.name.clone()).unwrap_or_default();
    Installed { os, os_id: number(os_id), app_id, image_id, snapshot_id }
}

fn number(id: i64) -> u32 {
    u32::try_from(id).unwrap_or_default()
}

/// The systems that could be installed instead.
pub(crate) fn other_systems<'a>(
    cx: &Cx,
    software: &Software,
    room: impl Into<Room<'a>>,
) -> Vec<Os> {
    let room = room.into();
    let stand_ins = [OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT];
    let systems = cx.catalog().systems().filter(|system| {
        system.id != software.os_id() && !stand_ins.contains(&system.id) && system.fits(room)
    });
    let view = |system: &catalog::System| Os {
        id: number(system.id),
        name: system.name.clone(),
        arch: system.arch.clone(),
        family: system.family.clone(),
    };
    systems.map(view).collect()
}

/// The applications that could be installed instead.
pub(crate) fn other_applications(cx: &Cx, software: &Software) -> Vec<Application> {
    let others = cx.catalog().applications().filter(|app| match software {
        Software::App(id) => app.id != *id,
        Software::Image(image) => app.image_id != *image,
        _ => true,
    });
    others.map(application).collect()
}

fn application(app: &catalog::Application) -> Application {
    let kind: Open<ApplicationType> = match app.kind {
        catalog::ApplicationType::OneClick => ApplicationType::OneClick.into(),
        catalog::ApplicationType::Marketplace => ApplicationType::Marketplace.into(),
    };
    Application {
        id: number(app.id),
        name: app.name.clone(),
        short_name: app.short_name.clone(),
        deploy_name: app.deploy_name.clone(),
        kind,
        vendor: app.vendor.clone(),
        image_id: app.image_id.clone(),
    }
}

/// The last days, `count` at most, on which something that was made at `created` was there. A
/// simulated machine transfers nothing.
pub(crate) fn traffic(cx: &Cx, created: Time, count: u32) -> BTreeMap<String, DayTraffic> {
    let today = day(cx.time());
    let earliest = today.saturating_sub((i64::from(count) - 1).days());
    let first = day(created).max(earliest);
    let days = first.series(1.day()).take_while(|date| *date <= today);
    days.map(|date| (date.to_string(), DayTraffic::default())).collect()
}

fn day(time: Time) -> Date {
    time.0.to_zoned(TimeZone::UTC).date()
}
