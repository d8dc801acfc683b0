//! Instances as their owner sees them, and what can be asked about one.
//!
//! A list costs two reads: the page, and the private networks that its instances are in. Nothing is
//! changed here.

use std::collections::BTreeMap;

use api::instances::{self as wire, *};
use api::{Page, Time};
use drivers::{Machine, Progress};
use uuid::Uuid;

use super::{Instance, Job, create, in_firewall_group, in_region, present_plan};
use crate::billing::{owed, owed_for_row};
use crate::servers::Locks;
use crate::servers::view::{self, common, shown};
use crate::vpcs::{PrivateNetwork, Sort};
use crate::{Cx, Doc, Json, Result, Shown, in_range};

/// The networks that instances are in.
type Networks = BTreeMap<Uuid, Doc<PrivateNetwork>>;

/// How many days of traffic are told where none are asked for, and at most.
const DAYS: u32 = 30;
const DAYS_MAX: u32 = 180;
/// How many neighbours are told at most.
const NEIGHBORS_MAX: u32 = 100;

/// How an instance is shown in a list.
pub(super) struct Listed;

impl Shown<Instance> for Listed {
    type View = wire::Instance;
    type With = Networks;
    const KEPT: bool = true;

    fn looks_at(doc: &Doc<Instance>) -> Vec<Uuid> {
        doc.networks.iter().map(|nic| nic.network).collect()
    }

    async fn with(cx: &Cx, docs: &[Doc<Instance>]) -> Result<Networks> {
        cx.find_many(docs.iter().flat_map(Self::looks_at).collect()).await
    }

    fn view(doc: &Doc<Instance>, networks: &Networks, cx: &Cx) -> wire::Instance {
        show_in(cx, doc, networks)
    }
}

/// An instance as its owner sees it, without what is owed for it.
pub(super) async fn show(cx: &Cx, doc: &Doc<Instance>) -> Result<wire::Instance> {
    let networks = Listed::with(cx, std::slice::from_ref(doc)).await?;
    Ok(show_in(cx, doc, &networks))
}

/// The same, where the networks that it is in are at hand.
fn show_in(cx: &Cx, doc: &Doc<Instance>, networks: &Networks) -> wire::Instance {
    let mut common = common(cx, doc);
    for address in [&mut common.main_ip, &mut common.gateway_v4] {
        if address.is_empty() {
            "0.0.0.0".clone_into(address);
        }
    }
    let vpcs = attached_vpcs(doc, networks);
    let plan = cx.catalog().plan(present_plan(doc));
    let sizes = plan.map(|p| (p.ram, p.disk_total(), p.vcpu_count, p.bandwidth));
    let (ram, disk, vcpu_count, allowed_bandwidth) = sizes.unwrap_or_default();
    let features = [
        (doc.ddos_protection, InstanceFeature::DdosProtection),
        (doc.ipv6.is_some(), InstanceFeature::Ipv6),
        (doc.backups.is_some(), InstanceFeature::AutoBackups),
    ];
    let features = features.into_iter().filter(|(is_on, _)| *is_on);
    let v6 = InstanceIpv6Network {
        network: common.v6_network.clone(),
        main_ip: common.v6_main_ip.clone(),
        network_size: common.v6_network_size,
    };
    let machine = doc.seen.machine.as_ref();
    let is_running = machine.is_some_and(|machine| machine.running);
    let power = if is_running { PowerStatus::Running } else { PowerStatus::Stopped };
    shown!(
        common,
        wire::Instance {
            id: doc.id().into(),
            date_created: doc.created(),
            plan: present_plan(doc).to_owned(),
            ram,
            disk,
            vcpu_count,
            allowed_bandwidth,
            status: status(doc, machine).into(),
            power_status: power.into(),
            server_status: server_status(doc, machine).into(),
            hostname: doc.hostname.clone(),
            firewall_group_id: doc.firewall_group.map(Into::into).into(),
            features: features.map(|(_, feature)| feature.into()).collect(),
            vpc_only: doc.vpc_only,
            internal_ip: vpcs.first().map(|(_, address)| address.clone()).unwrap_or_default(),
            vpcs: vpcs.into_iter().map(|(vpc, _)| vpc).collect(),
            // Seconds after a create the real one is still empty.
            kvm: machine.map(|_| cx.console(doc.id())).unwrap_or_default(),
            v6_networks: Some(v6).filter(|v6| v6.network_size > 0).into_iter().collect(),
            default_password: None,
            pending_charges: None,
        }
    )
}

/// The VPCs that an instance is in, each with the instance's address there.
fn attached_vpcs(doc: &Doc<Instance>, networks: &Networks) -> Vec<(AttachedVpc, String)> {
    let vpc = |nic: &super::PrivateNic| {
        let network = networks.get(&nic.network).filter(|network| network.sort == Sort::Vpc)?;
        let subnet = network.subnet.to_string();
        let vpc = AttachedVpc { id: nic.network.into(), version: 1, subnet };
        Some((vpc, nic.address.to_string()))
    };
    doc.networks.iter().filter_map(vpc).collect()
}

/// Active once it is installed for the first time: until then it is locked, so that what waits
/// for `active` may destroy it at once.
fn status(doc: &Doc<Instance>, machine: Option<&Machine>) -> InstanceStatus {
    match machine {
        None => InstanceStatus::Pending,
        Some(_) if doc.seen.ready_at.is_none() && doc.is_locked() => InstanceStatus::Pending,
        Some(_) if present_plan(doc) != doc.plan => InstanceStatus::Resizing,
        Some(_) => InstanceStatus::Active,
    }
}

fn server_status(doc: &Doc<Instance>, machine: Option<&Machine>) -> ServerStatus {
    match machine.map(|machine| (machine.progress, machine.running)) {
        None | Some((Progress::Building, true)) => ServerStatus::None,
        Some(_) if doc.is_locked() => ServerStatus::Locked,
        // A restart that was asked for, and has not begun yet.
        Some((_, true)) if machine.is_some_and(|machine| machine.reset != doc.reboots) => {
            ServerStatus::InstallingBooting
        }
        Some((Progress::Booting, true)) => ServerStatus::InstallingBooting,
        Some(_) => ServerStatus::Ok,
    }
}

pub(super) async fn list(cx: Cx, req: ListInstances) -> Result<Page<Json>> {
    let mut lists = Vec::new();
    let mut narrow = |name: &'static str, value: Option<String>| {
        lists.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    };
    narrow("tag", req.tag.map(|tag| tag.to_lowercase()));
    narrow("label", req.label);
    narrow("main_ip", req.main_ip);
    narrow("region", req.region.map(|region| region.to_ascii_lowercase()));
    narrow("hostname", req.hostname);
    lists.extend(req.firewall_group_id.map(|id| in_firewall_group(id.into())));
    if req.show_pending_charges != Some(true) {
        return cx.listed::<Instance, Listed>(lists, req.per_page, req.cursor.as_deref()).await;
    }
    // What is owed grows with the time.
    let page = cx.page::<Instance>(lists, req.per_page, req.cursor.as_deref()).await?;
    let networks = Listed::with(&cx, &page.items).await?;
    Ok(page.map(|doc| {
        let pending_charges = Some(owed(&cx, &doc));
        Json::of(&wire::Instance { pending_charges, ..show_in(&cx, &doc, &networks) })
    }))
}

pub(super) async fn get(cx: Cx, req: GetInstance) -> Result<Json> {
    let (shown, row) = cx.shown::<Instance, Listed>(req.instance_id.into()).await?;
    // The last field of all.
    Ok(shown.and("pending_charges", &owed_for_row::<Instance>(&cx, row)?))
}

pub(super) async fn job(cx: Cx, req: GetInstanceJob) -> Result<InstanceJob> {
    let job = cx.get::<Job>(req.job_id).await?;
    let instance = cx.get::<Instance>(job.instance).await?;
    let is_done = is_done(&job, &instance);
    let added = job.created();
    let updated = instance.seen.settled_at.filter(|_| is_done).map(Time::from_millis);
    let kind = if job.plan.is_some() { "UPGRADE" } else { "REINSTALL" };
    let work = if job.plan.is_some() { "Upgrade" } else { "Reinstall" };
    Ok(InstanceJob {
        id: req.job_id,
        vps_id: Some(job.instance.into()).into(),
        kind: kind.to_owned(),
        state: if is_done { "success" } else { "pending" }.to_owned(),
        info: match is_done {
            true => format!("{work} completed successfully!"),
            false => format!("{work} in progress."),
        },
        added_at: added.spaced(),
        updated_at: updated.unwrap_or(added).max(added).spaced(),
    })
}

/// Whether a job's work is done, or has been overtaken by later work.
fn is_done(job: &Job, instance: &Doc<Instance>) -> bool {
    let resized =
        job.plan.as_ref().is_none_or(|plan| *plan == instance.seen.plan || *plan != instance.plan);
    let installed = job.install.is_none_or(|number| {
        let machine = instance.seen.machine.as_ref();
        machine.is_some_and(|machine| {
            let is_up = machine.progress == Progress::Ready;
            machine.install > number || (machine.install == number && is_up)
        })
    });
    resized && installed
}

pub(super) fn upgrades(
    cx: &Cx,
    instance: Doc<Instance>,
    req: GetInstanceUpgrades,
) -> Result<InstanceUpgrades> {
    let plan = create::plan(cx, &instance.plan)?;
    let (os, applications) = view::upgrades(cx, &instance.software, plan, req.kind);
    let mut plans = Vec::new();
    if view::is_asked(req.kind, UpgradeType::Plans) {
        let larger = cx.catalog().upgrades(plan, &instance.region);
        plans = larger.map(|plan| plan.id.clone()).collect();
    }
    Ok(InstanceUpgrades { os, applications, plans })
}

pub(super) fn bandwidth(
    cx: &Cx,
    instance: Doc<Instance>,
    req: GetInstanceBandwidth,
) -> Result<BTreeMap<String, DayTraffic>> {
    let days = in_range("date_range", req.date_range.unwrap_or(DAYS), 1..=DAYS_MAX)?;
    Ok(view::traffic(cx, instance.created(), days))
}

/// The simulated world has one host in each region: neighbours are the account's other instances
/// there, the oldest first.
pub(super) async fn neighbors(cx: Cx, req: ListInstanceNeighbors) -> Result<Vec<InstanceId>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let lists = vec![in_region(&instance.region)];
    let page = cx.page::<Instance>(lists, Some(NEIGHBORS_MAX), None).await?;
    let others = page.items.iter().map(Doc::id).filter(|id| *id != instance.id());
    Ok(others.map(Into::into).collect())
}
