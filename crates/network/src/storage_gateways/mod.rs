//! Storage gateways: file systems over NFS, on the internet or in a VPC. What is stored of one, and
//! how it is shown, is in `hosts`.
//!
//! A gateway's exports are part of it: they are one row, changed in one go and brought to the world in
//! one go.

mod life;

use api::storage_gateways::*;
use uuid::Uuid;

// By name, too: others reach them here.
pub use hosts::storage_gateways::{Export, StorageGateway};

use crate::vfs::FileSystem;
use crate::vpcs::guests::{self, GuestSort};
use crate::vpcs::{VPC, networks::in_field};
use crate::{Doc, Family, Network, Result, Routes, Tx, alike, ensure, parsed};

/// How many exports a gateway can have: the row is written whole.
const EXPORTS_MAX: usize = 200;

/// The family.
pub fn family() -> Family {
    let gateways = Routes::of::<StorageGateway>()
        .list::<ListStorageGateways>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetStorageGateway>()
        .update(|_, gateway, req: UpdateStorageGateway| {
            gateway.label = req.label;
            Ok(())
        })
        .delete_with::<DeleteStorageGateway>(|tx, gateway| {
            Box::pin(guests::moves(tx, guest(gateway.id()), gateway.network, None))
        });
    let exports = Routes::parts::<Export>()
        .create_with(|tx, gateway, req: AddStorageGatewayExport| {
            Box::pin(async move {
                let new = alike!(req => NewStorageGatewayExport {
                    vfs_uuid, label, pseudo_root_path, allowed_ips
                });
                export(tx, &mut gateway.want, new, "").await
            })
        })
        .remove::<DeleteStorageGatewayExport>();
    // One alone is free.
    Family::new(gateways.and(exports).done()).life_by::<StorageGateway, life::Exporting>()
}

/// A gateway among what is in a VPC.
fn guest(gateway: Uuid) -> (GuestSort, Uuid) {
    (GuestSort::StorageGateway, gateway)
}

async fn create(tx: &mut Tx, req: CreateStorageGateway) -> Result<Doc<StorageGateway>> {
    let cx = tx.cx().clone();
    let region = &cx.region("region", &req.region)?.id;
    let has_any = cx.catalog().file_system_types().any(|kind| kind.sold_in(region));
    ensure(has_any, "region", format_args!("`{region}` has no file systems to export"))?;
    let wish = req.network_config.primary;
    let network = wish.vpc.vpc_uuid.get();
    if let Some(id) = network {
        let field = "network_config.primary.vpc.vpc_uuid";
        let vpc = in_field(tx, VPC, field, id.into()).await?;
        let text = format_args!("the VPC is in {}, the gateway in {region}", vpc.region);
        ensure(vpc.region == *region, field, text)?;
    }
    if network.is_none() && !wish.ipv4_public_enabled && !wish.ipv6_public_enabled {
        cx.warn("network_config.primary", "no public address and no VPC: nobody reaches it");
    }
    let mut gateway = StorageGateway {
        region: region.clone(),
        label: req.label,
        ipv4_public_enabled: wish.ipv4_public_enabled,
        ipv6_public_enabled: wish.ipv6_public_enabled,
        network: network.map(Into::into),
        exports: Vec::new(),
        last_export: 0,
    };
    for (place, new) in req.export_config.into_iter().enumerate() {
        let export = export(tx, &mut gateway, new, &format!("export_config[{place}].")).await?;
        gateway.exports.push(export);
    }
    let gateway = tx.new_doc(gateway);
    guests::moves(tx, guest(gateway.id()), None, gateway.network).await?;
    Ok(gateway)
}

/// An export that is to come to a gateway's others; `path` leads to its fields.
async fn export(
    tx: &mut Tx,
    gateway: &mut StorageGateway,
    new: NewStorageGatewayExport,
    path: &str,
) -> Result<Export> {
    let field = |name: &str| format!("{path}{name}");
    let vfs_uuid = field("vfs_uuid");
    let file_system = tx.named::<FileSystem>(&vfs_uuid, new.vfs_uuid).await?;
    let (here, there) = (&gateway.region, &file_system.region);
    let text = format_args!("the file system is in {there}, the gateway in {here}");
    ensure(here == there, &vfs_uuid, text)?;
    let root = new.pseudo_root_path.filter(|path| !path.is_empty()).unwrap_or_else(|| "/".into());
    let name = field("pseudo_root_path");
    let is_path = root.starts_with('/') && !root.split('/').any(|part| part == "..");
    ensure(is_path, &name, format_args!("`{root}` is no path such as `/data`"))?;
    let is_new = gateway.exports.iter().all(|other| other.pseudo_root_path != root);
    ensure(is_new, &name, format_args!("another export is mounted by `{root}` already"))?;
    let clients = new.allowed_ips.unwrap_or_default();
    for (place, client) in clients.iter().enumerate() {
        let what = "address or network such as 192.0.2.0/24";
        parsed::<Network>(&format!("{}[{place}]", field("allowed_ips")), client, what)?;
    }
    let text = format_args!("the gateway has {EXPORTS_MAX} exports, the most there can be");
    ensure(gateway.exports.len() < EXPORTS_MAX, &vfs_uuid, text)?;
    gateway.last_export += 1;
    Ok(Export {
        id: gateway.last_export,
        label: new.label.unwrap_or_default(),
        vfs_uuid: file_system.id(),
        pseudo_root_path: root,
        allowed_ips: clients,
    })
}
