//! Bare metal servers as their owner sees them, and what can be asked about one.
//!
//! A server is shown from its own row alone, so that lists cost one read. Nothing is changed here.

use std::collections::BTreeMap;
use std::time::Duration;

use api::bare_metals::{self as wire, *};
use api::instances::{DayTraffic, UpgradeType, UserScheme};
use api::{Page, Secret};

use super::{BareMetal, create};
use crate::servers::Locks;
use crate::servers::addresses::full;
use crate::servers::view::{Installed, installed, other_applications, other_systems, traffic};
use crate::{Cx, Doc, Result, Routes, addresses};

/// How long after its first installation a server's password is shown.
const PASSWORD_SHOWN: Duration = Duration::from_secs(600);
/// How many days of traffic are told.
const DAYS: u32 = 30;

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(get).on(upgrades).on(user_data).on(vnc).on(bandwidth)
}

/// A bare metal server as its owner sees it.
pub(super) fn show(cx: &Cx, doc: &Doc<BareMetal>) -> wire::BareMetal {
    with_addresses(with_plan(described(cx, doc), cx, doc), doc)
}

/// What the owner said about it, and how far it is.
fn described(cx: &Cx, doc: &Doc<BareMetal>) -> wire::BareMetal {
    let Installed { os, os_id, app_id, image_id, snapshot_id } = installed(cx, &doc.software);
    let status = match doc.is_locked() {
        true => BareMetalStatus::Pending,
        false => BareMetalStatus::Active,
    };
    let user_scheme = match doc.user_scheme.as_str() {
        "limited" => UserScheme::Limited,
        _ => UserScheme::Root,
    };
    let mdisk_mode = match doc.mdisk_mode.as_str() {
        "raid1" => MdiskMode::Raid1,
        "jbod" => MdiskMode::Jbod,
        _ => MdiskMode::None,
    };
    let features = [
        (doc.ipv6.is_some(), BareMetalFeature::Ipv6),
        (doc.persistent_pxe, BareMetalFeature::PersistentPxe),
    ];
    let features = features.into_iter().filter(|(is_on, _)| *is_on);
    wire::BareMetal {
        id: doc.id().into(),
        region: doc.region.clone(),
        date_created: doc.created(),
        default_password: password(cx, doc),
        status: status.into(),
        label: doc.label.clone(),
        tag: doc.tags.first().cloned().unwrap_or_default(),
        tags: doc.tags.clone(),
        os,
        os_id,
        app_id,
        image_id,
        snapshot_id,
        internal_ip: doc.networks.first().map(|nic| nic.address.to_string()).unwrap_or_default(),
        mac_address: addresses::mac_number(&doc.mac()),
        features: features.map(|(_, feature)| feature.into()).collect(),
        user_scheme: user_scheme.into(),
        mdisk_mode: mdisk_mode.into(),
        ..wire::BareMetal::default()
    }
}

fn password(cx: &Cx, doc: &Doc<BareMetal>) -> Option<Secret> {
    let shown = i64::try_from(PASSWORD_SHOWN.as_millis()).unwrap_or(i64::MAX);
    let is_shown = doc.seen.ready_at.is_none_or(|ready| cx.now() < ready + shown);
    is_shown.then(|| cx.secret(doc.password.clone()))
}

fn with_plan(shown: wire::BareMetal, cx: &Cx, doc: &Doc<BareMetal>) -> wire::BareMetal {
    let shown = wire::BareMetal { plan: doc.plan.clone(), ..shown };
    match cx.catalog().metal_plan(&doc.plan) {
        Some(plan) => wire::BareMetal {
            ram: format!("{} MB", plan.ram),
            disk: format!("{}x {}GB {}", plan.disk_count, plan.disk, plan.kind),
            cpu_count: plan.cpu_count,
            ..shown
        },
        None => shown,
    }
}

/// Its public addresses, which it has as soon as its machine is there.
fn with_addresses(shown: wire::BareMetal, doc: &Doc<BareMetal>) -> wire::BareMetal {
    if doc.seen.machine.is_none() {
        return shown;
    }
    let main = doc.main_ip();
    let shown = wire::BareMetal {
        main_ip: main.to_string(),
        netmask_v4: addresses::NETMASK.to_string(),
        gateway_v4: addresses::gateway(main).to_string(),
        ..shown
    };
    match &doc.ipv6 {
        Some(ipv6) => wire::BareMetal {
            v6_network: ipv6.network.to_string(),
            v6_main_ip: full(ipv6.address),
            v6_network_size: addresses::IPV6_PREFIX,
            ..shown
        },
        None => shown,
    }
}

async fn list(cx: Cx, req: ListBareMetals) -> Result<Page<wire::BareMetal>> {
    let page = cx.page::<BareMetal>(Vec::new(), req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| show(&cx, &doc)))
}

async fn get(cx: Cx, req: GetBareMetal) -> Result<wire::BareMetal> {
    Ok(show(&cx, &cx.get::<BareMetal>(req.baremetal_id).await?))
}

async fn upgrades(cx: Cx, req: GetBareMetalUpgrades) -> Result<BareMetalUpgrades> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    let plan = create::plan(&cx, &server.plan)?;
    let kind = req.kind.unwrap_or_default();
    let is_asked = |one: UpgradeType| kind == UpgradeType::All || kind == one;
    let mut found = BareMetalUpgrades::default();
    if is_asked(UpgradeType::Os) {
        found.os = other_systems(&cx, &server.software, plan);
    }
    if is_asked(UpgradeType::Applications) {
        found.applications = other_applications(&cx, &server.software);
    }
    Ok(found)
}

async fn user_data(cx: Cx, req: GetBareMetalUserData) -> Result<BareMetalUserData> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    Ok(BareMetalUserData { data: cx.secret(server.want.server.user_data) })
}

/// A simulated machine has no console: there is a page that says so.
async fn vnc(cx: Cx, req: GetBareMetalVnc) -> Result<BareMetalVnc> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    Ok(BareMetalVnc { url: cx.console(server.id()) })
}

async fn bandwidth(cx: Cx, req: GetBareMetalBandwidth) -> Result<BTreeMap<String, DayTraffic>> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    Ok(traffic(&cx, server.created(), DAYS))
}
