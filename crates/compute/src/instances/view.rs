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
use crate::billing::owed;
use crate::servers::Locks;
use crate::servers::addresses::full;
use crate::servers::view::{Installed, installed, other_applications, other_systems, traffic};
use crate::vpcs::{PrivateNetwork, Sort};
use crate::{Cx, Doc, Json, Refusal, Result, Routes, Shown, addresses};

/// The networks that instances are in.
type Networks = BTreeMap<Uuid, Doc<PrivateNetwork>>;

/// How many days of traffic are told where none are asked for, and at most.
const DAYS: u32 = 30;
const DAYS_MAX: u32 = 180;
/// How many neighbours are told at most.
const NEIGHBORS_MAX: u32 = 100;

pub(super) fn routes() -> Routes {
    Routes::default()
        .listed(list)
        .on(get)
        .on(job)
        .on(upgrades)
        .on(user_data)
        .on(bandwidth)
        .on(neighbors)
}

/// How an instance is shown in a list.
struct Listed;

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
    let vpcs = attached_vpcs(doc, networks);
    let internal_ip = vpcs.first().map(|(_, address)| address.clone()).unwrap_or_default();
    let shown = wire::Instance {
        internal_ip,
        // Seconds after a create the real one is still empty.
        kvm: doc.seen.machine.as_ref().map(|_| cx.console(doc.id())).unwrap_or_default(),
        vpcs: vpcs.into_iter().map(|(vpc, _)| vpc).collect(),
        ..described(doc)
    };
    with_state(with_addresses(with_software(with_plan(shown, cx, doc), cx, doc), doc), doc)
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

/// What the owner said about it.
fn described(doc: &Doc<Instance>) -> wire::Instance {
    let features = [
        (doc.ddos_protection, InstanceFeature::DdosProtection),
        (doc.ipv6.is_some(), InstanceFeature::Ipv6),
        (doc.backups.is_some(), InstanceFeature::AutoBackups),
    ];
    let features = features.into_iter().filter(|(is_on, _)| *is_on);
    let user_scheme = match doc.user_scheme.as_str() {
        "limited" => UserScheme::Limited,
        _ => UserScheme::Root,
    };
    wire::Instance {
        id: doc.id().into(),
        region: doc.region.clone(),
        date_created: doc.created(),
        label: doc.label.clone(),
        hostname: doc.hostname.clone(),
        tag: doc.tags.first().cloned().unwrap_or_default(),
        tags: doc.tags.clone(),
        firewall_group_id: doc.firewall_group.map(Into::into).into(),
        features: features.map(|(_, feature)| feature.into()).collect(),
        user_scheme: user_scheme.into(),
        vpc_only: doc.vpc_only,
        ..wire::Instance::default()
    }
}

fn with_plan(shown: wire::Instance, cx: &Cx, doc: &Doc<Instance>) -> wire::Instance {
    let id = present_plan(doc);
    let shown = wire::Instance { plan: id.to_owned(), ..shown };
    match cx.catalog().plan(id) {
        Some(plan) => wire::Instance {
            ram: plan.ram,
            disk: plan.disk_total(),
            vcpu_count: plan.vcpu_count,
            allowed_bandwidth: plan.bandwidth,
            ..shown
        },
        None => shown,
    }
}

fn with_software(shown: wire::Instance, cx: &Cx, doc: &Doc<Instance>) -> wire::Instance {
    let Installed { os, os_id, app_id, image_id, snapshot_id } = installed(cx, &doc.software);
    wire::Instance { os, os_id, app_id, image_id, snapshot_id, ..shown }
}

/// Its public addresses, which it has as soon as its machine is there.
fn with_addresses(shown: wire::Instance, doc: &Doc<Instance>) -> wire::Instance {
    let is_there = doc.seen.machine.is_some();
    let shown = match doc.ipv4.first().filter(|_| is_there) {
        Some(main) => wire::Instance {
            main_ip: main.address.to_string(),
            netmask_v4: addresses::NETMASK.to_string(),
            gateway_v4: addresses::gateway(main.address).to_string(),
            ..shown
        },
        None => wire::Instance { main_ip: "0.0.0.0".into(), gateway_v4: "0.0.0.0".into(), ..shown },
    };
    let Some(ipv6) = doc.ipv6.as_ref().filter(|_| is_there) else { return shown };
    let network = InstanceIpv6Network {
        network: ipv6.network.to_string(),
        main_ip: full(ipv6.address),
        network_size: addresses::IPV6_PREFIX,
    };
    wire::Instance {
        v6_network: network.network.clone(),
        v6_main_ip: network.main_ip.clone(),
        v6_network_size: network.network_size,
        v6_networks: vec![network],
        ..shown
    }
}

fn with_state(shown: wire::Instance, doc: &Doc<Instance>) -> wire::Instance {
    let machine = doc.seen.machine.as_ref();
    let is_running = machine.is_some_and(|machine| machine.running);
    wire::Instance {
        status: status(doc, machine).into(),
        power_status: if is_running { PowerStatus::Running } else { PowerStatus::Stopped }.into(),
        server_status: server_status(doc, machine).into(),
        ..shown
    }
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
        Some((Progress::Booting, true)) => ServerStatus::InstallingBooting,
        Some(_) => ServerStatus::Ok,
    }
}

async fn list(cx: Cx, req: ListInstances) -> Result<Page<Json>> {
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

async fn get(cx: Cx, req: GetInstance) -> Result<wire::Instance> {
    let doc = cx.get::<Instance>(req.instance_id).await?;
    Ok(wire::Instance { pending_charges: Some(owed(&cx, &doc)), ..show(&cx, &doc).await? })
}

async fn job(cx: Cx, req: GetInstanceJob) -> Result<InstanceJob> {
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
        added_at: seconds(added),
        updated_at: seconds(updated.unwrap_or(added).max(added)),
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

fn seconds(time: Time) -> String {
    time.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn upgrades(cx: Cx, req: GetInstanceUpgrades) -> Result<InstanceUpgrades> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let plan = create::plan(&cx, &instance.plan)?;
    let kind = req.kind.unwrap_or_default();
    let is_asked = |one: UpgradeType| kind == UpgradeType::All || kind == one;
    let mut found = InstanceUpgrades::default();
    if is_asked(UpgradeType::Os) {
        found.os = other_systems(&cx, &instance.software, plan);
    }
    if is_asked(UpgradeType::Applications) {
        found.applications = other_applications(&cx, &instance.software);
    }
    if is_asked(UpgradeType::Plans) {
        let plans = cx.catalog().upgrades(plan, &instance.region);
        found.plans = plans.map(|plan| plan.id.clone()).collect();
    }
    Ok(found)
}

async fn user_data(cx: Cx, req: GetInstanceUserData) -> Result<InstanceUserData> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    Ok(InstanceUserData { data: cx.secret(instance.want.server.user_data) })
}

async fn bandwidth(cx: Cx, req: GetInstanceBandwidth) -> Result<BTreeMap<String, DayTraffic>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let days = req.date_range.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        let help = format!("{days} is not from 1 to {DAYS_MAX}");
        return Err(Refusal::field("date_range", help).into());
    }
    Ok(traffic(&cx, instance.created(), days))
}

/// The simulated world has one host in each region: neighbours are the account's other instances
/// there, the oldest first.
async fn neighbors(cx: Cx, req: ListInstanceNeighbors) -> Result<Vec<api::id::InstanceId>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let lists = vec![in_region(&instance.region)];
    let page = cx.page::<Instance>(lists, Some(NEIGHBORS_MAX), None).await?;
    let others = page.items.iter().map(Doc::id).filter(|id| *id != instance.id());
    Ok(others.map(Into::into).collect())
}
