//! File systems that instances share. What is stored of one, and how it
//! is shown, is in `hosts`.

mod life;

use api::vfs::*;
use api::{Access, Money, Open, Page};

// By name, too: others reach them here.
pub use hosts::vfs::*;

use crate::catalog::{self, Catalog, Region};
use crate::instances::Instance;
use crate::storage_gateways::{StorageGateway, exporting};
use crate::{
    Cx, Doc, Family, Part, Refusal, Result, Routes, Tx, alike, ensure, in_range, refuse, set,
};

/// How many instances a file system can be attached to: the row is written whole.
const ATTACHMENTS_MAX: usize = 1000;

/// The family.
pub fn family() -> Family {
    let file_systems = Routes::of::<FileSystem>()
        .list::<ListVfs>()
        .create(create)
        .get::<GetVfs>()
        .update_shown(update)
        .delete_with::<DeleteVfs>(|tx, file_system| Box::pin(check_unused(tx, file_system)));
    let attachments = Routes::parts::<Attachment>()
        .on(list)
        .get::<GetVfsAttachment>()
        .create_with(|tx, file_system, req| Box::pin(attach(tx, file_system, req)))
        .remove::<DetachVfs>();
    let regions = Routes::default().on(async |cx: Cx, _: ListVfsRegions| Ok(regions(cx.catalog())));
    Family::new(file_systems.and(attachments).and(regions).done())
        .life_by::<FileSystem, life::Mounting>()
        .costs::<FileSystem>()
}

fn regions(catalog: &Catalog) -> Vec<VfsRegion> {
    let sold = |region: &Region, id: &str| {
        catalog.file_system_types().find(|kind| kind.id == id && kind.sold_in(&region.id))
    };
    let view = |region: &Region| {
        let (nvme, hdd) = (sold(region, "nvme"), sold(region, "hdd"));
        let price = |kind: &catalog::FileSystemType| Money(kind.price_per_gb_month);
        (nvme.is_some() || hdd.is_some()).then(|| {
            alike!(region => VfsRegion {
                id, country, continent;
                description: region.city.clone(),
                price_per_gb: VfsPrices { nvme: nvme.map(price), hdd: hdd.map(price) },
                min_size_gb: VfsMinSizes {
                    nvme: nvme.map(|kind| kind.min_size_gb),
                    hdd: hdd.map(|kind| kind.min_size_gb),
                },
            })
        })
    };
    catalog.regions().filter_map(view).collect()
}

fn create(cx: &Cx, req: CreateVfs) -> Result<FileSystem> {
    let region = &cx.region("region", &req.region)?.id;
    let disk_type = Open::from(req.disk_type.unwrap_or_default()).text();
    let kind = cx.catalog().file_system_type(&disk_type).filter(|kind| kind.sold_in(region));
    let Some(kind) = kind else {
        let sells = |kind: &&catalog::FileSystemType| kind.sold_in(region);
        let others = cx.catalog().file_system_types().filter(sells);
        let others: Vec<_> = others.map(|kind| format!("`{}`", kind.id)).collect();
        return match others.as_slice() {
            [] => refuse(
                "region",
                format_args!("`{region}` has no file systems; see /v2/vfs/regions"),
            ),
            _ => refuse("disk_type", format_args!("`{region}` has {} alone", others.join(", "))),
        };
    };
    check_size(kind, req.storage_size.gb)?;
    Ok(FileSystem {
        region: region.clone(),
        disk_type,
        size_gb: req.storage_size.gb,
        label: req.label,
        tags: req.tags.unwrap_or_default(),
        attachments: Vec::new(),
    })
}

fn check_size(kind: &catalog::FileSystemType, gb: u32) -> Result<()> {
    in_range("storage_size.gb", gb, kind.min_size_gb..=kind.max_size_gb).map(drop)
}

fn update(cx: &Cx, file_system: &mut Doc<FileSystem>, req: UpdateVfs) -> Result<()> {
    // Terraform sends 0 where it changes no size.
    let gb =
        req.storage_size.map(|size| size.gb).filter(|gb| ![0, file_system.size_gb].contains(gb));
    if let Some(gb) = gb {
        cx.needs(Access::Upgrade)?;
        let text =
            format_args!("{gb} is less than {}; file systems only grow", file_system.size_gb);
        ensure(gb > file_system.size_gb, "storage_size.gb", text)?;
        if let Some(kind) = cx.catalog().file_system_type(&file_system.disk_type) {
            check_size(kind, gb)?;
        }
        file_system.size_gb = gb;
    }
    set(&mut file_system.label, req.label);
    Ok(())
}

/// Refuses, where something would lose it: Terraform tries again for as long as it reads these words.
async fn check_unused(tx: &mut Tx, file_system: &mut Doc<FileSystem>) -> Result<()> {
    let said = "Can not delete this subscription until it is detatched from all machines";
    let refuse = |help: String| Refusal::new(409, said).help(help);
    let mounts = file_system.attachments.len();
    refuse(format!("instances that mount it: {mounts}")).unless(mounts == 0)?;
    let exports = tx.count::<StorageGateway>(exporting(file_system.id())).await?;
    refuse(format!("storage gateways that export it: {exports}")).unless(exports == 0)
}

/// Terraform compares all of them, and reads one page.
async fn list(cx: Cx, req: ListVfsAttachments) -> Result<Page<VfsAttachment>> {
    let owner = cx.get::<FileSystem>(req.vfs_id).await?;
    Ok(Page::whole(owner.attachments.iter().map(|one| one.view(&owner)).collect()))
}

async fn attach(
    tx: &mut Tx,
    file_system: &mut Doc<FileSystem>,
    req: AttachVfs,
) -> Result<Attachment> {
    let instance = tx.get::<Instance>(req.vps_id).await?;
    let said = "Target Subscription Already Attached to This VFS Subscription";
    let is_new = file_system.attachments.iter().all(|one| one.target != instance.id());
    Refusal::new(409, said).help(instance.id().to_string()).unless(is_new)?;
    let (here, there) = (&file_system.region, &instance.region);
    let text = format!("the file system is in {here}, the instance in {there}");
    ensure(here == there, "vps_id", text)?;
    let text = format!("the file system has {ATTACHMENTS_MAX} attachments, the most there can be");
    ensure(file_system.attachments.len() < ATTACHMENTS_MAX, "vps_id", text)?;
    Ok(Attachment { target: instance.id() })
}
