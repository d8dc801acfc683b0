//! The operations by family: what [`Client`](crate::Client) has under their names.
//!
//! Made by `cargo xtask families`.

mod account;
mod api_keys;
mod applications;
mod backups;
mod bare_metals;
mod blocks;
mod domains;
mod firewalls;
mod instance_templates;
mod instances;
mod isos;
mod load_balancers;
mod object_storages;
mod os;
mod plans;
mod private_networks;
mod regions;
mod reserved_ips;
mod snapshots;
mod ssh_keys;
mod startup_scripts;
mod users;
mod vpc2;
mod vpcs;

pub use account::Account;
pub use api_keys::ApiKeys;
pub use applications::Applications;
pub use backups::Backups;
pub use bare_metals::BareMetals;
pub use blocks::{BlockSnapshots, Blocks};
pub use domains::{Domains, Records};
pub use firewalls::{FirewallRules, Firewalls};
pub use instance_templates::InstanceTemplates;
pub use instances::Instances;
pub use isos::Isos;
pub use load_balancers::{LoadBalancerFirewallRules, LoadBalancerForwardingRules, LoadBalancers};
pub use object_storages::{Buckets, ObjectStorageClusters, ObjectStorageTiers, ObjectStorages};
pub use os::Os;
pub use plans::Plans;
pub use private_networks::PrivateNetworks;
pub use regions::Regions;
pub use reserved_ips::ReservedIps;
pub use snapshots::Snapshots;
pub use ssh_keys::SshKeys;
pub use startup_scripts::StartupScripts;
pub use users::Users;
pub use vpc2::Vpc2;
pub use vpcs::{NatGatewayFirewallRules, NatGatewayPortForwardingRules, NatGateways, Vpcs};
