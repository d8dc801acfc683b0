//! Bare metal servers as their owner sees them.
//!
//! A server is shown from its own row alone, so that lists cost one read. Nothing is changed here.

use std::time::Duration;

use api::bare_metals::{self as wire, *};
use api::{Page, Secret};

use super::BareMetal;
use crate::servers::Locks;
use crate::servers::view::{common, shown};
use crate::{Cx, Doc, Result, addresses};

/// How long after its first installation a server's password is shown.
const PASSWORD_SHOWN: Duration = Duration::from_secs(600);

/// A bare metal server as its owner sees it.
pub(super) fn show(cx: &Cx, doc: &Doc<BareMetal>) -> wire::BareMetal {
    let status = match doc.is_locked() {
        true => BareMetalStatus::Pending,
        false => BareMetalStatus::Active,
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
    let internal_ip = doc.networks.first().map(|nic| nic.address.to_string());
    let plan = cx.catalog().metal_plan(&doc.plan);
    let (ram, disk, cpu_count) = plan
        .map(|plan| {
            let disk = format!("{}x {}GB {}", plan.disk_count, plan.disk, plan.kind);
            (format!("{} MB", plan.ram), disk, plan.cpu_count)
        })
        .unwrap_or_default();
    shown!(
        common(cx, doc),
        wire::BareMetal {
            id: doc.id().into(),
            date_created: doc.created(),
            default_password: password(cx, doc),
            plan: doc.plan.clone(),
            status: status.into(),
            internal_ip: internal_ip.unwrap_or_default(),
            mac_address: addresses::mac_number(&doc.mac()),
            features: features.map(|(_, feature)| feature.into()).collect(),
            mdisk_mode: mdisk_mode.into(),
            ram,
            disk,
            cpu_count,
        }
    )
}

pub(super) async fn list(cx: Cx, req: ListBareMetals) -> Result<Page<wire::BareMetal>> {
    let page = cx.page::<BareMetal>(Vec::new(), req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| show(&cx, &doc)))
}

fn password(cx: &Cx, doc: &Doc<BareMetal>) -> Option<Secret> {
    let shown = i64::try_from(PASSWORD_SHOWN.as_millis()).unwrap_or(i64::MAX);
    let is_shown = doc.seen.ready_at.is_none_or(|ready| cx.now() < ready + shown);
    is_shown.then(|| cx.secret(doc.password.clone()))
}
