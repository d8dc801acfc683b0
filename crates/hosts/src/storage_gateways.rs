//! Storage gateways as they are stored and shown: file systems and networks stay as long as these need them.

use std::collections::BTreeSet;

use api::id::{VfsId, VpcId};
use api::storage_gateways::{self as wire, *};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate, owed};
use crate::catalog::{Catalog, PriceItem};
use crate::life::Provisioned;
use crate::{Cx, Doc, Kind, Part, Shown, alike, is_written, lies_in};

/// A storage gateway as its owner wants it: see [`api::storage_gateways::StorageGateway`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorageGateway {
    /// The region's id.
    pub region: String,
    /// The owner's name for it.
    pub label: String,
    /// Whether it has an IPv4 address on the internet.
    pub public_ipv4: bool,
    /// Whether it has an IPv6 address on the internet.
    pub public_ipv6: bool,
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
    pub file_system: Uuid,
    /// The path by which it is mounted.
    pub path: String,
    /// Who may mount it, as that was sent; empty: whoever reaches the gateway.
    pub clients: Vec<String>,
}

impl Kind for StorageGateway {
    const KIND: &'static str = "storage-gateway";
    const UNKNOWN: &'static str = "Invalid storage gateway ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        let exported: BTreeSet<Uuid> = self.exports.iter().map(|one| one.file_system).collect();
        exported.into_iter().map(exporting).chain(self.network.map(in_network)).collect()
    }
}

impl Charged for StorageGateway {
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        Rate::of(catalog.price(PriceItem::StorageGateway), amount)
    }
}

impl Shown for StorageGateway {
    type View = wire::StorageGateway;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> wire::StorageGateway {
        let (status, health) = match doc.seen.ready {
            true => (StorageGatewayStatus::Active, "healthy"),
            false => (StorageGatewayStatus::Pending, "pending"),
        };
        alike!(doc => wire::StorageGateway {
            label;
            id: doc.id().into(),
            date_created: doc.created(),
            status: status.into(),
            kind: StorageGatewayType::Nfs4.into(),
            pending_charges: owed(cx, doc),
            tags: Vec::new(),
            health: health.into(),
            network_config: StorageGatewayNetworks {
                primary: StorageGatewayNetwork {
                    ipv4_public_enabled: doc.public_ipv4,
                    ipv6_public_enabled: doc.public_ipv6,
                    vpc: StorageGatewayVpc { vpc_uuid: doc.network.map(VpcId).into() },
                },
            },
            export_config: doc.exports.iter().map(|export| export.view(doc)).collect(),
        })
    }
}

impl Part for Export {
    type View = StorageGatewayExport;
    const UNKNOWN: &'static str = "Invalid storage gateway export ID";
    lies_in!(StorageGateway, exports);

    fn is(&self, id: &str) -> bool {
        is_written(&self.id, id)
    }
    fn view(&self, _: &Doc<StorageGateway>) -> StorageGatewayExport {
        alike!(self => StorageGatewayExport {
            id, label;
            vfs_uuid: VfsId(self.file_system),
            pseudo_root_path: self.path.clone(),
            allowed_ips: self.clients.clone(),
        })
    }
}

/// The list of gateways that export a file system.
pub fn exporting(id: Uuid) -> Facet {
    ("file_system", id.to_string())
}

/// The list of gateways in a VPC.
pub fn in_network(id: Uuid) -> Facet {
    ("network", id.to_string())
}
