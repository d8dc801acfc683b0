//! What is asked of volumes, and what is refused.

use std::collections::BTreeMap;

use api::blocks::*;
use api::{Access, Open, OrEmpty};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use uuid::Uuid;

use super::snapshots::check_fits;
use super::{PER_INSTANCE, Volume, is_ready, on_instance};
use crate::billing::{Charged, Rate, owed};
use crate::catalog::{self, Catalog, Region};
use crate::instances::Instance;
use crate::servers::Locks;
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, alike, ensure, refuse, set};

pub(super) fn routes() -> Routes {
    let volumes = Routes::of::<Volume>().list::<ListBlocks>().get::<GetBlock>();
    volumes
        .on(create)
        .on(update)
        .delete::<DeleteBlock>()
        .change(|tx, volume, req| Box::pin(attach(tx, volume, req)))
        .change(|tx, volume, req| Box::pin(detach(tx, volume, req)))
        .done()
}

impl Shown for Volume {
    type View = Block;
    /// The instances that have them.
    type With = BTreeMap<Uuid, Doc<Instance>>;

    async fn with(cx: &Cx, volumes: &[Doc<Self>]) -> Result<Self::With> {
        cx.find_many(volumes.iter().filter_map(|volume| volume.attached_to).collect()).await
    }

    fn view(doc: &Doc<Self>, instances: &Self::With, cx: &Cx) -> Block {
        let instance = doc.attached_to.and_then(|id| instances.get(&id));
        let cost = Volume::rate(doc, cx.catalog()).monthly;
        let status = if is_ready(doc) { BlockStatus::Active } else { BlockStatus::Pending };
        alike!(doc => Block {
            size_gb, region, label, os_id, bootable;
            id: doc.id().into(),
            date_created: doc.created(),
            cost: cost.round().to_u32().unwrap_or_default(),
            pending_charges: owed(cx, doc),
            status: status.into(),
            attached_to_instance: doc.attached_to.map(Into::into).into(),
            attached_to_instance_ip: instance.map(|i| i.main_ip().to_string()).unwrap_or_default(),
            attached_to_instance_label: instance.map(|i| i.label.clone()).unwrap_or_default(),
            mount_id: mount_id(&doc.region, doc.id()),
            block_type: Open::read(&doc.block_type),
            snapshot_id: doc.snapshot.map(|id| id.to_string()).unwrap_or_default(),
        })
    }
}

impl Charged for Volume {
    const PRODUCT: &'static str = "Block Storage";
    /// The kind of storage; the amount is its size in GB.
    type Class = String;

    fn class(doc: &Doc<Self>) -> String {
        doc.block_type.clone()
    }

    fn amount(doc: &Doc<Self>) -> i64 {
        doc.size_gb.into()
    }

    fn price(block_type: &String, size_gb: Decimal, catalog: &Catalog) -> Rate {
        let kind = catalog.block_type(block_type);
        let per_gb = kind.map(|kind| kind.price_per_gb_month).unwrap_or_default();
        Rate::by_month(per_gb * size_gb)
    }
}

/// The device's name in the instance: the region, and what tells volumes apart.
pub(super) fn mount_id(region: &str, id: Uuid) -> String {
    let id = id.simple().to_string();
    format!("{region}-{}", &id[id.len() - 14..])
}

fn block_type<'a>(cx: &'a Cx, id: &str) -> Result<&'a catalog::BlockType> {
    let found = cx.catalog().block_type(id);
    found.map_or_else(|| refuse("block_type", format_args!("`{id}` is none")), Ok)
}

async fn create(cx: Cx, req: CreateBlock) -> Result<Block> {
    let region = cx.region("region", &req.region)?;
    let kind = kind_in(&cx, region, req.block_type)?;
    check_size(kind, req.size_gb)?;
    let os_id = req.os_id.filter(|id| *id != 0);
    check_system(&cx, os_id, req.size_gb)?;
    let snapshot = req.snapshot_id.and_then(OrEmpty::get);
    let mut tx = cx.begin();
    if let Some(id) = snapshot {
        let help = "a volume starts with a snapshot or with a system; leave one out";
        ensure(os_id.is_none(), "snapshot_id", help)?;
        check_fits(&mut tx, id, req.size_gb).await?;
    }
    let volume = Volume {
        region: region.id.clone(),
        block_type: kind.id.clone(),
        size_gb: req.size_gb,
        label: req.label.unwrap_or_default(),
        attached_to: None,
        os_id: os_id.unwrap_or_default(),
        snapshot: snapshot.map(Into::into),
        bootable: req.bootable.unwrap_or_default(),
        goes_with_instance: false,
        cluster: None,
    };
    tx.create(volume).await
}

/// The kind of storage that is asked for, or that the region has.
fn kind_in<'a>(
    cx: &'a Cx,
    region: &Region,
    wanted: Option<BlockType>,
) -> Result<&'a catalog::BlockType> {
    let Some(id) = wanted.map(|kind| Open::from(kind).text()) else {
        let kind = cx.catalog().default_block_type(region);
        let help = format!("`{}` has no block storage", region.id);
        return kind.ok_or_else(|| Refusal::field("region", help).into());
    };
    let kind = block_type(cx, &id)?;
    let text = format_args!("`{id}` is not offered in `{}`", region.id);
    ensure(region.offers(&kind.region_option), "block_type", text)?;
    Ok(kind)
}

fn check_size(kind: &catalog::BlockType, size_gb: u32) -> Result<()> {
    let (id, min, max) = (&kind.id, kind.min_size_gb, kind.max_size_gb);
    let text = format_args!("{size_gb} GB is out of range; `{id}` has {min} to {max} GB");
    ensure((min..=max).contains(&size_gb), "size_gb", text)
}

/// Checks the system that is to be installed on a volume.
fn check_system(cx: &Cx, os_id: Option<u32>, size_gb: u32) -> Result<()> {
    let Some(os_id) = os_id else { return Ok(()) };
    let Some(system) = cx.catalog().system(os_id.into()) else {
        return refuse("os_id", format_args!("{os_id} is no operating system"));
    };
    let least = system.min_disk_gb.unwrap_or_default();
    let text = format_args!("{size_gb} GB is too small; {} needs {least} GB", system.name);
    ensure(size_gb >= least, "size_gb", text)
}

async fn update(cx: Cx, req: UpdateBlock) -> Result<()> {
    let says = req.label.is_some() || req.size_gb.is_some();
    Refusal::bad("Nothing to change").help("give a label or a size_gb").unless(says)?;
    let mut tx = cx.begin();
    let mut volume = tx.get::<Volume>(req.block_id).await?;
    if let Some(size_gb) = req.size_gb.filter(|size| *size != volume.size_gb) {
        cx.needs(Access::Upgrade)?;
        check_size(block_type(&cx, &volume.block_type)?, size_gb)?;
        let text = format_args!("{size_gb} GB is less than {}; volumes only grow", volume.size_gb);
        ensure(size_gb > volume.size_gb, "size_gb", text)?;
        volume.size_gb = size_gb;
    }
    set(&mut volume.label, req.label);
    tx.save(&volume).await
}

async fn attach(tx: &mut Tx, volume: &mut Doc<Volume>, req: AttachBlock) -> Result<()> {
    let mut instance = tx.named::<Instance>("instance_id", req.instance_id).await?;
    if let Some(id) = volume.attached_to {
        if id == instance.id() {
            return Ok(());
        }
        let help = format!("it is attached to {id}; detach it first");
        let said = "Block storage is already attached to another server";
        return Err(Refusal::bad(said).help(help).into());
    }
    let (here, there) = (&volume.region, &instance.region);
    let text = format!("the volume is in {here}, the instance in {there}");
    ensure(here == there, "instance_id", text)?;
    let has = tx.count::<Volume>(on_instance(instance.id())).await?;
    let text = format!("the instance has {PER_INSTANCE} volumes already, the most there can be");
    ensure(has < PER_INSTANCE, "instance_id", text)?;
    instance.check_touchable(tx.cx(), "")?;
    volume.attached_to = Some(instance.id());
    volume.cluster = instance.node.as_ref().map(|node| node.cluster);
    restart(tx, &mut instance, req.live);
    Ok(())
}

async fn detach(tx: &mut Tx, volume: &mut Doc<Volume>, req: DetachBlock) -> Result<()> {
    let Some(id) = volume.attached_to.take() else {
        let said = "Block storage volume is not currently attached to a server";
        return Err(Refusal::bad(said).into());
    };
    volume.goes_with_instance = false;
    if let Some(mut instance) = tx.find::<Instance>(id).await? {
        instance.check_touchable(tx.cx(), "")?;
        restart(tx, &mut instance, req.live);
    }
    Ok(())
}

/// Restarts an instance whose volumes change, unless that is to be done while it runs.
fn restart(tx: &mut Tx, instance: &mut Doc<Instance>, live: Option<bool>) {
    if live != Some(true) && !instance.halted {
        instance.reboots += 1;
        tx.put(instance);
    }
}

/// Takes every volume away from an instance that is about to go, which needs no restart. The one
/// that it was made with, to boot from, goes with it.
pub async fn detach_all(tx: &mut Tx, instance: Uuid) -> Result<()> {
    for mut volume in tx.all::<Volume>(on_instance(instance), PER_INSTANCE as usize).await? {
        if volume.goes_with_instance {
            tx.delete(volume);
            continue;
        }
        volume.attached_to = None;
        tx.put(&volume);
    }
    Ok(())
}
