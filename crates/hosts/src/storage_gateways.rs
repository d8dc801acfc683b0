//! Storage gateways as they are stored and shown: file systems stay as long as these export them.

use std::collections::BTreeSet;

use api::id::VpcId;
use api::storage_gateways::{self as wire, *};
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::life::Provisioned;
use crate::{Cx, Doc, Kind, Part, Shown, alike, lies_in};

/// A storage gateway as its owner wants it: see [`api::storage_gateways::StorageGateway`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorageGateway {
    /// The region's id.
    pub region: String,
    /// The owner's name for it.
    pub label: String,
    /// Whether it has an IPv4 address on the internet.
    pub ipv4_public_enabled: bool,
    /// Whether it has an IPv6 address on the internet.
    pub ipv6_public_enabled: bool,
    /// The VPC that it is in.
    pub network: Option<Uuid>,
    /// What it exports, in order of creation.
    pub exports: Vec<Export>,
    /// The number of the export that was made last.
    pub last_export: u32,
}

/// A file system that a gateway exports: see [`api::storage_gateways::StorageGatewayExport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its number in the gateway.
    pub id: u32,
    /// The owner's name for it.
    pub label: String,
    /// The file system.
    pub vfs_uuid: Uuid,
    /// The path by which it is mounted.
    pub pseudo_root_path: String,
    /// Who may mount it, as that was sent; empty: whoever reaches the gateway.
    pub allowed_ips: Vec<String>,
}

impl Kind for StorageGateway {
    const KIND: &'static str = "storage-gateway";
    const UNKNOWN: &'static str = "Invalid storage gateway ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn lists(&self) -> Vec<Facet> {
        let exported: BTreeSet<Uuid> = self.exports.iter().map(|one| one.vfs_uuid).collect();
        exported.into_iter().map(exporting).collect()
    }
}

impl Shown for StorageGateway {
    type View = wire::StorageGateway;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::StorageGateway {
        let is_ready = doc.seen.ready;
        alike!(doc => wire::StorageGateway {
            label;
            id: doc.id().into(),
            date_created: doc.created(),
            status: if is_ready { "active" } else { "pending" }.into(),
            kind: StorageGatewayType::Nfs4.into(),
            health: if is_ready { "healthy" } else { "pending" }.into(),
            network_config: StorageGatewayNetworks {
                primary: alike!(doc => StorageGatewayNetwork {
                    ipv4_public_enabled, ipv6_public_enabled;
                    vpc: StorageGatewayVpc { vpc_uuid: doc.network.map(VpcId).into() },
                }),
            },
            export_config: doc.exports.iter().map(|export| export.view(doc)).collect(),
            ..wire::StorageGateway::default()
        })
    }
}

impl Part for Export {
    lies_in!(StorageGateway, exports => StorageGatewayExport {
        id, label, vfs_uuid, pseudo_root_path, allowed_ips
    });
    const UNKNOWN: &'static str = "Invalid storage gateway export ID";
}

/// The list of gateways that export a file system.
pub fn exporting(id: Uuid) -> Facet {
    ("file_system", id.to_string())
}
