//! Making instances: what a request may ask for, and what a new instance is given.
//!
//! Everything that is taken (addresses, volumes) is taken in the transaction that stores the
//! instance, so that a refusal leaves nothing behind. No driver is called here.

use std::collections::BTreeSet;

use api::OrEmpty;
use api::id::FirewallGroupId;
use api::instances::{self as wire, Backups, BlockDevice, CreateInstance, Device};
use uuid::Uuid;

use super::{Instance, Schedule, view};
use crate::blocks::{PER_INSTANCE, Volume};
use crate::catalog::{Plan, Region, StorageType};
use crate::firewalls::Group;
use crate::private_networks::PRIVATE;
use crate::servers::addresses::{give_ipv4, give_ipv6};
use crate::servers::networks::{Wish, resolve};
use crate::servers::software::{ADD_FAILED, Named};
use crate::servers::{Software, options, plans};
use crate::vpc2::VPC2;
use crate::vpcs::{Name, VPC};
use crate::{Cx, Doc, Refusal, Result, Tx, ensure, refuse};

/// The fields that can name what is installed.
const SOFTWARE: &str = "os_id, app_id, image_id, snapshot_id, iso_id, ipxe_chain_url";
/// The region's word for protection against denial of service.
const DDOS: &str = "ddos_protection";

pub(super) async fn create(cx: Cx, req: CreateInstance) -> Result<wire::Instance> {
    let mut tx = cx.begin();
    let instance = make(&mut tx, req).await?;
    tx.put(&instance);
    tx.commit().await?;
    let default_password = Some(instance.password.clone());
    Ok(wire::Instance { default_password, ..view::show(&cx, &instance).await? })
}

/// A new instance as a request wants it, with all that is taken for it in this change; not put yet.
///
/// # Errors
/// 400 for what cannot be.
pub async fn make(tx: &mut Tx, req: CreateInstance) -> Result<Doc<Instance>> {
    let cx = tx.cx().clone();
    let region = cx.region("region", &req.region)?;
    let plan = plan(&cx, &req.plan)?;
    plans::check_sold(plan.sold_in(&region.id) || cx.is_copying(), &plan.id, &plan.locations)?;
    let named = Named {
        os: req.os_id,
        app: req.app_id,
        image: req.image_id.as_deref(),
        snapshot: req.snapshot_id.and_then(OrEmpty::get),
        iso: req.iso_id.and_then(OrEmpty::get),
        ipxe: req.ipxe_chain_url.as_deref(),
        starts_by_itself: options::is_pxe(tx, req.script_id).await?,
    };
    let software = named.of_new(&cx, tx, plan.into(), SOFTWARE).await?;
    let mut instance = tx.new_doc(wanted(&cx, &req, region, software)?);
    options::check_variables(&cx, &instance)?;
    let keys = req.sshkey_id.as_deref();
    options::resolve_access(tx, &mut instance, keys, req.script_id).await?;
    if let Some(id) = req.firewall_group_id.and_then(|id| id.get()) {
        instance.firewall_group = Some(resolve_firewall_group(tx, id).await?);
    }
    give_addresses(tx, &mut instance, &req, plan).await?;
    resolve(tx, &mut instance, &networks(&req)).await?;
    let help = "an instance without public addresses needs a VPC; add attach_vpc or enable_vpc";
    ensure(!instance.vpc_only || !instance.networks.is_empty(), "vpc_only", help)?;
    give_volumes(&cx, tx, &instance, &req, plan).await?;
    Ok(instance)
}

/// What the request says about the instance alone.
fn wanted(cx: &Cx, req: &CreateInstance, region: &Region, software: Software) -> Result<Instance> {
    let backups = req.backups == Some(Backups::Enabled);
    let ddos_protection = req.ddos_protection.unwrap_or_default();
    check_ddos(region, ddos_protection)?;
    let iso = match software {
        Software::Iso(id) => Some(id),
        _ => None,
    };
    Ok(Instance {
        server: options::wanted!(req, region, software),
        iso,
        backups: backups.then(|| Schedule::initial(cx.now())),
        ddos_protection,
        vpc_only: req.vpc_only.unwrap_or_default(),
        ..Instance::default()
    })
}

/// A plan of instances by its id.
///
/// # Errors
/// 400 with the plan that was probably meant.
pub fn plan<'a>(cx: &'a Cx, id: &str) -> Result<&'a Plan> {
    let catalog = cx.catalog();
    catalog.plan(id).ok_or_else(|| {
        let instead = catalog.metal_plan(id).map(|_| "a bare metal plan");
        plans::unknown(id, "plan", instead, catalog.nearest_plan(id)).into()
    })
}

/// Refuses protection where it is not sold.
pub(super) fn check_ddos(region: &Region, wanted: bool) -> Result<()> {
    let text = format_args!("it is not offered in `{}`", region.id);
    ensure(!wanted || region.offers(DDOS), "ddos_protection", text)
}

async fn give_addresses(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: &CreateInstance,
    plan: &Plan,
) -> Result<()> {
    let reserved = req.reserved_ipv4.filter(|id| id.0.is_some());
    let wants_ipv6 = plan.ipv6_only || req.enable_ipv6.unwrap_or_default();
    // Without IPv6 the instance could not be reached at all.
    let no_ipv4 = plan.ipv6_only || (wants_ipv6 && req.disable_public_ipv4.unwrap_or_default());
    if !no_ipv4 && !instance.vpc_only {
        give_ipv4(tx, instance, reserved).await?;
    } else {
        let help = "the instance is to have no public IPv4 address";
        ensure(reserved.is_none(), "reserved_ipv4", help)?;
    }
    if wants_ipv6 && !instance.vpc_only {
        give_ipv6(tx, instance).await?;
    }
    Ok(())
}

/// Attaches and makes the volumes that the request lists.
async fn give_volumes(
    cx: &Cx,
    tx: &mut Tx,
    instance: &Doc<Instance>,
    req: &CreateInstance,
    plan: &Plan,
) -> Result<()> {
    let devices = req.block_devices.as_deref().unwrap_or_default();
    let has_local = plan.storage_type != StorageType::BlockStorage;
    if devices.is_empty() && !has_local {
        let said = format!("{ADD_FAILED}One or more block devices are required.");
        let help = format!("block_devices: `{}` has no local disk to boot from", plan.id);
        return Err(Refusal::bad(said).help(help).into());
    }
    let volumes = devices.iter().filter(|device| device.block_id != Some(Device::Local)).count();
    let help = format!("an instance has at most {PER_INSTANCE} volumes");
    ensure(volumes as u64 <= PER_INSTANCE, "block_devices", help)?;
    let help =
        format!("`{}` has no local disk; name a volume, or give the size of a new one", plan.id);
    ensure(has_local || volumes == devices.len(), "block_devices", help)?;
    let mut known = BTreeSet::new();
    for device in devices {
        let volume = match device.block_id.unwrap_or_default() {
            // It is there with the plan, bootable or not.
            Device::Local => continue,
            Device::Volume(id) if known.insert(id) => {
                existing_volume(tx, id.into(), instance).await?
            }
            Device::Volume(id) => {
                cx.warn("block_devices", format!("{id} is listed twice"));
                continue;
            }
            Device::New => new_volume(cx, tx, device, instance)?,
        };
        tx.put(&volume);
    }
    Ok(())
}

async fn existing_volume(tx: &mut Tx, id: Uuid, instance: &Doc<Instance>) -> Result<Doc<Volume>> {
    let mut volume = tx.named::<Volume>("block_devices", id).await?;
    if let Some(other) = volume.attached_to {
        let said = format!("{ADD_FAILED}Block storage is already attached to another server");
        let help = format!("block_devices: {id} is attached to {other}; detach it first");
        return Err(Refusal::bad(said).help(help).into());
    }
    let help = format_args!("{id} is in {}, not in {}", volume.region, instance.region);
    ensure(volume.region == instance.region, "block_devices", help)?;
    volume.attached_to = Some(instance.id());
    Ok(volume)
}

fn new_volume(
    cx: &Cx,
    tx: &Tx,
    device: &BlockDevice,
    instance: &Doc<Instance>,
) -> Result<Doc<Volume>> {
    let region = cx.region("region", &instance.region)?;
    let kind = cx.catalog().default_block_type(region);
    let none = || refuse("block_devices", format_args!("`{}` has no block storage", region.id));
    let kind = kind.map_or_else(none, Ok)?;
    let size_gb = device.disk_size.unwrap_or_default();
    let (id, min, max) = (&kind.id, kind.min_size_gb, kind.max_size_gb);
    let help = format_args!("disk_size {size_gb} is out of range; `{id}` has {min} to {max} GB");
    ensure((min..=max).contains(&size_gb), "block_devices", help)?;
    let bootable = device.bootable.unwrap_or_default();
    let os_id = u32::try_from(instance.software.os_id()).unwrap_or_default();
    Ok(tx.new_doc(Volume {
        region: region.id.clone(),
        block_type: kind.id.clone(),
        size_gb,
        label: device.label.clone().unwrap_or_default(),
        attached_to: Some(instance.id()),
        os_id: if bootable { os_id } else { 0 },
        snapshot: None,
        bootable,
        goes_with_instance: bootable,
        cluster: None,
    }))
}

fn networks(req: &CreateInstance) -> [(Name, &'static str, Wish); 3] {
    let private = req.attach_private_network.as_deref();
    [
        (VPC, "vpc", Wish::new(req.attach_vpc.as_deref(), None, req.enable_vpc)),
        (VPC2, "vpc2", Wish::new(req.attach_vpc2.as_deref(), None, req.enable_vpc2)),
        (PRIVATE, "private_network", Wish::new(private, None, req.enable_private_network)),
    ]
}

/// The firewall group that `firewall_group_id` names.
pub(super) async fn resolve_firewall_group(tx: &mut Tx, id: FirewallGroupId) -> Result<Uuid> {
    Ok(tx.named::<Group>("firewall_group_id", id).await?.id())
}
