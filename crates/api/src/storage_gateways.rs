//! Storage gateways, which export file systems over NFS: `/v2/storage-gateways`.

pub use crate::id::StorageGatewayId;

use crate::id::{VfsId, VpcId};
use crate::wire::{Given, Wire, Wrong};
use crate::{Money, Open, OrEmpty, Time, endpoint, part, view, words};

operations! {
    "storage-gateway": "Storage gateways: file systems over NFS" {
        /// List storage gateways.
        "list" => ListStorageGateways(GET "/v2/storage-gateways" -> 200 { storage_gateway: [StorageGateway] }, needs SubscriptionsView),
        /// Create a storage gateway.
        "create" => CreateStorageGateway(POST "/v2/storage-gateways" -> 202 { storage_gateway: StorageGateway }, needs Provisioning) {
            /// A name for it.
            pub label: String,
            /// What it speaks.
            #[wire(name = "type")]
            pub kind: StorageGatewayType,
            /// The region's id; file systems and VPC are there, too.
            pub region: String,
            /// What it exports at first. One alone need be no list.
            // The reference describes a list, and shows one.
            #[wire(read = one_or_several)]
            pub export_config: Vec<NewStorageGatewayExport>,
            /// From where it is reached.
            pub network_config: StorageGatewayNetworks,
        },
        /// Get a storage gateway.
        "get" => GetStorageGateway(GET "/v2/storage-gateways/{storage-gateway-id}" -> 200 { storage_gateway: StorageGateway }, needs SubscriptionsView),
        /// Rename a storage gateway.
        "update" => UpdateStorageGateway(PUT "/v2/storage-gateways/{storage-gateway-id}" -> 204, needs Subscriptions) {
            /// Its new name.
            pub label: String,
        },
        /// Delete a storage gateway. The file systems that it exports stay.
        "delete" => DeleteStorageGateway(DELETE "/v2/storage-gateways/{storage-gateway-id}" -> 204, needs Subscriptions),
        "add-export" => AddStorageGatewayExport,
        /// Let a storage gateway export a file system no longer, which stays as it is.
        "delete-export" => DeleteStorageGatewayExport(DELETE "/v2/storage-gateways/{storage-gateway-id}/exports/{export-id: u32}" -> 204, needs Subscriptions),
    }
}

/// A storage gateway.
#[view]
pub struct StorageGateway {
    /// Its id.
    pub id: StorageGatewayId,
    /// When it was created.
    pub date_created: Time,
    /// `pending` until it works, then `active`.
    pub status: String,
    /// What it speaks.
    #[wire(name = "type")]
    pub kind: Open<StorageGatewayType>,
    /// The owner's name for it.
    pub label: String,
    /// What is owed for it: nothing.
    pub pending_charges: Money,
    /// Tags on it: none can be put there.
    pub tags: Vec<String>,
    /// `pending` until it works, then `healthy`.
    pub health: String,
    /// From where it is reached.
    pub network_config: StorageGatewayNetworks,
    /// What it exports.
    pub export_config: Vec<StorageGatewayExport>,
}

/// What a storage gateway speaks.
#[words]
pub enum StorageGatewayType {
    /// NFS, version 4.
    #[default]
    Nfs4,
}

/// From where a storage gateway is reached.
#[view]
pub struct StorageGatewayNetworks {
    /// Its first interface.
    pub primary: StorageGatewayNetwork,
}

/// An interface of a storage gateway.
#[view]
pub struct StorageGatewayNetwork {
    /// Whether it has an IPv4 address on the internet.
    pub ipv4_public_enabled: bool,
    /// Whether it has an IPv6 address on the internet.
    pub ipv6_public_enabled: bool,
    /// The VPC that it is in.
    pub vpc: StorageGatewayVpc,
}

/// The VPC that a storage gateway is in.
#[view]
pub struct StorageGatewayVpc {
    /// The VPC's id; empty: it is in none.
    pub vpc_uuid: OrEmpty<VpcId>,
}

/// A file system that a storage gateway exports.
#[view]
pub struct StorageGatewayExport {
    /// Its number within the gateway, which takes it away again.
    pub id: u32,
    /// The owner's name for it.
    pub label: String,
    /// The file system.
    pub vfs_uuid: VfsId,
    /// The path by which clients mount it.
    pub pseudo_root_path: String,
    /// The addresses and networks that may mount it.
    pub allowed_ips: Vec<String>,
}

sharing! {
    {
        /// The file system.
        pub vfs_uuid: VfsId,
        /// A name for it.
        pub label: Option<String>,
        /// The path by which clients mount it, as `/data`; `/` when absent.
        pub pseudo_root_path: Option<String>,
        /// The addresses and networks that may mount it; with none, all that reach the gateway.
        pub allowed_ips: Option<Vec<String>>,
    }

    /// A file system that a storage gateway is to export.
    #[part]
    pub struct NewStorageGatewayExport {}

    // The reference calls the key of the answer so.
    /// Let a storage gateway export one more file system.
    #[endpoint(POST "/v2/storage-gateways/{storage-gateway-id}/exports" -> 200 { vpc: StorageGatewayExport }, needs Subscriptions)]
    pub struct AddStorageGatewayExport {}
}

fn one_or_several(given: Given<'_>) -> Result<Vec<NewStorageGatewayExport>, Wrong> {
    match given.is_list() {
        true => Vec::read(given),
        false => NewStorageGatewayExport::read(given).map(|one| vec![one]),
    }
}
