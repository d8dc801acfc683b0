//! What is told of a server of either kind: what is installed, what could be, and its traffic.
//!
//! Nothing is changed here.

use std::collections::BTreeMap;

use api::applications::{Application, ApplicationType};
use api::id::SnapshotId;
use api::instances::{DayTraffic, UpgradeType, UserScheme};
use api::os::Os;
use api::{Open, OrEmpty, Time};
use jiff::tz::TimeZone;
use jiff::{ToSpan, civil::Date};

use super::addresses::full;
use super::{Hosted, Software};
use crate::addresses::{IPV6_PREFIX, NETMASK, gateway};
use crate::catalog::{self, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT, Room};
use crate::{Cx, Doc, alike};

/// The view of a server of either kind, with its own fields and those of [`Common`]: the two views
/// are types of their own that have no more in common than the names of these.
macro_rules! shown {
    ($common:expr, $view:path { $($own:tt)* }) => {{
        let $crate::servers::view::Common {
            region, label, tag, tags, user_scheme, os, os_id, app_id, image_id, snapshot_id, main_ip,
            netmask_v4, gateway_v4, v6_network, v6_main_ip, v6_network_size,
        } = $common;
        $view {
            region, label, tag, tags, user_scheme, os, os_id, app_id, image_id, snapshot_id, main_ip,
            netmask_v4, gateway_v4, v6_network, v6_main_ip, v6_network_size, $($own)*
        }
    }};
}
pub(crate) use shown;

/// What is shown of a server of either kind, in the API's words.
#[derive(Default)]
pub(crate) struct Common {
    pub(crate) region: String,
    pub(crate) label: String,
    pub(crate) tag: String,
    pub(crate) tags: Vec<String>,
    pub(crate) user_scheme: Open<UserScheme>,
    pub(crate) os: String,
    pub(crate) os_id: u32,
    pub(crate) app_id: u32,
    pub(crate) image_id: String,
    pub(crate) snapshot_id: OrEmpty<SnapshotId>,
    pub(crate) main_ip: String,
    pub(crate) netmask_v4: String,
    pub(crate) gateway_v4: String,
    pub(crate) v6_network: String,
    pub(crate) v6_main_ip: String,
    pub(crate) v6_network_size: u32,
}

pub(crate) fn common<K: Hosted>(cx: &Cx, doc: &Doc<K>) -> Common {
    let os_id = doc.software.os_id();
    let os = cx.catalog().system(os_id).map(|system| system.name.clone()).unwrap_or_default();
    let mut shown = alike!(doc => Common {
        region, label, tags, user_scheme;
        tag: doc.tags.first().cloned().unwrap_or_default(),
        os,
        os_id: number(os_id),
        ..Common::default()
    });
    match &doc.software {
        Software::App(id) => shown.app_id = number(*id),
        Software::Image(id) => shown.image_id = id.clone(),
        Software::Snapshot(id, _) => shown.snapshot_id = Some((*id).into()).into(),
        _ => {}
    }
    // It has its public addresses as soon as its machine is there.
    if doc.seen.machine.is_none() {
        return shown;
    }
    if let Some(main) = doc.ipv4.first() {
        shown.main_ip = main.address.to_string();
        shown.netmask_v4 = NETMASK.to_string();
        shown.gateway_v4 = gateway(main.address).to_string();
    }
    if let Some(ipv6) = &doc.ipv6 {
        shown.v6_network = ipv6.network.to_string();
        shown.v6_main_ip = full(ipv6.address);
        shown.v6_network_size = IPV6_PREFIX;
    }
    shown
}

fn number(id: i64) -> u32 {
    u32::try_from(id).unwrap_or_default()
}

/// Whether upgrades of one kind are asked for.
pub(crate) fn is_asked(kind: Option<UpgradeType>, one: UpgradeType) -> bool {
    let kind = kind.unwrap_or_default();
    kind == UpgradeType::All || kind == one
}

/// The systems and applications that could be installed instead, where they are asked for.
pub(crate) fn upgrades<'a>(
    cx: &Cx,
    present: &Software,
    room: impl Into<Room<'a>>,
    kind: Option<UpgradeType>,
) -> (Vec<Os>, Vec<Application>) {
    let (room, catalog) = (room.into(), cx.catalog());
    let stand_ins = [OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT];
    let systems = catalog.systems().filter(|system| {
        system.id != present.os_id() && !stand_ins.contains(&system.id) && system.fits(room)
    });
    let applications = catalog.applications().filter(|app| match present {
        Software::App(id) => app.id != *id,
        Software::Image(image) => app.image_id != *image,
        _ => true,
    });
    let asked = |one| if is_asked(kind, one) { usize::MAX } else { 0 };
    let systems = systems.map(system).take(asked(UpgradeType::Os));
    let applications = applications.map(application).take(asked(UpgradeType::Applications));
    (systems.collect(), applications.collect())
}

fn system(system: &catalog::System) -> Os {
    alike!(system => Os { name, arch, family; id: number(system.id) })
}

fn application(app: &catalog::Application) -> Application {
    let kind: Open<ApplicationType> = match app.kind {
        catalog::ApplicationType::OneClick => ApplicationType::OneClick.into(),
        catalog::ApplicationType::Marketplace => ApplicationType::Marketplace.into(),
    };
    alike!(app => Application {
        name, short_name, deploy_name, vendor, image_id; id: number(app.id), kind,
    })
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
