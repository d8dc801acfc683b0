//! The operations by family: what [`Client`](crate::Client) has under their names.
//!
//! What a method takes is `impl Into` its request, which is always understood. Where all that the
//! request must say stands in its path, that alone will do: an id, a text (`&str`) where things have
//! names instead, or, for several, a tuple in the path's order. What changes a thing (PATCH, PUT), or
//! needs more than its path has, takes the request:
//!
//! ```no_run
//! # async fn example(client: kettle_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use kettle_sdk::api::blocks::{BlockId, UpdateBlock};
//! use kettle_sdk::api::domains::RecordId;
//!
//! let id: BlockId = "cb676a46-66fd-4dfb-b839-443f2e6c0b60".parse()?;
//! client.blocks().delete(id).await?;
//! let domain = client.domains().get("example.com").await?;
//! // /v2/domains/{dns-domain}/records/{record-id}
//! let record: RecordId = "c81cbb8b-a1a0-4ab0-bb4d-8a1ee3c1a2c4".parse()?;
//! client.records().delete(("example.com", record)).await?;
//! let update = UpdateBlock { block_id: id, size_gb: Some(40), ..Default::default() };
//! client.blocks().update(update).await?;
//! // More than the path says, and may: by `with`.
//! client.blocks().detach(id).with(|request| request.live = Some(true)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Made by `cargo xtask families`.

mod account;
mod api_keys;
mod applications;
mod backups;
mod bare_metals;
mod billing;
mod blocks;
mod cdns;
mod databases;
mod domains;
mod firewalls;
mod inference;
mod instance_templates;
mod instances;
mod isos;
mod kubernetes;
mod load_balancers;
mod logs;
mod marketplace;
mod object_storages;
mod os;
mod plans;
mod private_networks;
mod regions;
mod registries;
mod reserved_ips;
mod snapshots;
mod ssh_keys;
mod startup_scripts;
mod storage_gateways;
mod subaccounts;
mod users;
mod vfs;
mod vpc2;
mod vpcs;
mod world;

pub use account::Account;
pub use api_keys::ApiKeys;
pub use applications::Applications;
pub use backups::Backups;
pub use bare_metals::BareMetals;
pub use billing::{Billing, Invoices};
pub use blocks::{BlockSnapshots, Blocks};
pub use cdns::{Cdns, PushZoneFiles, PushZones};
pub use databases::{
    ConnectionPools, DatabaseConnectors, DatabaseDbs, DatabaseMigrations, DatabaseOptions,
    DatabasePlans, DatabaseQuotas, DatabaseReplicas, DatabaseTopics, DatabaseUsers, Databases,
};
pub use domains::{Domains, Records};
pub use firewalls::{FirewallRules, Firewalls};
pub use inference::Inference;
pub use instance_templates::InstanceTemplates;
pub use instances::Instances;
pub use isos::Isos;
pub use kubernetes::{Kubernetes, NodePoolLabels, NodePoolTaints, NodePools};
pub use load_balancers::{LoadBalancerFirewallRules, LoadBalancerForwardingRules, LoadBalancers};
pub use logs::Logs;
pub use marketplace::Marketplace;
pub use object_storages::{Buckets, ObjectStorageClusters, ObjectStorageTiers, ObjectStorages};
pub use os::Os;
pub use plans::Plans;
pub use private_networks::PrivateNetworks;
pub use regions::Regions;
pub use registries::{
    Artifacts, Registries, RegistryPlans, RegistryRegions, Replications, Repositories, Retentions,
    Robots,
};
pub use reserved_ips::ReservedIps;
pub use snapshots::Snapshots;
pub use ssh_keys::SshKeys;
pub use startup_scripts::StartupScripts;
pub use storage_gateways::StorageGateways;
pub use subaccounts::Subaccounts;
pub use users::Users;
pub use vfs::Vfs;
pub use vpc2::Vpc2;
pub use vpcs::{NatGatewayFirewallRules, NatGatewayPortForwardingRules, NatGateways, Vpcs};
pub use world::{World, WorldClocks, WorldFaults, WorldHistories, WorldHolds, WorldSnapshots};
