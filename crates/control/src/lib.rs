//! The control plane: what every operation of every family means.
//!
//! Its core is `plane`, which names no family; families are in groups, each a crate. Here they are
//! listed, and everything is found by one name.

pub mod fronts;

pub use ::databases::databases;
pub use ::kubernetes::kubernetes;
pub use ::network::{
    domains, firewalls, load_balancers, private_networks, reserved_ips, storage_gateways, vpc2,
    vpcs,
};
pub use access::{account, api_keys, billing, logs, subaccounts, users};
pub use basics::{applications, marketplace, os, plans, regions, ssh_keys, startup_scripts};
pub use compute::{bare_metals, instance_templates, instances};
pub use delivery::{cdns, inference, registries};
pub use plane::*;
pub use storage::{backups, blocks, copies, isos, object_storages, snapshots, vfs};

use store::Store;

/// The families: a module each, with its operations.
macro_rules! families {
    ($($family:ident,)*) => {
        /// The families that there are.
        pub fn families() -> Vec<Family> {
            vec![$($family::family()),*]
        }
    };
}

families! {
    account,
    api_keys,
    applications,
    backups,
    bare_metals,
    billing,
    blocks,
    databases,
    cdns,
    domains,
    firewalls,
    inference,
    instance_templates,
    instances,
    isos,
    kubernetes,
    load_balancers,
    marketplace,
    logs,
    object_storages,
    os,
    plans,
    private_networks,
    regions,
    registries,
    reserved_ips,
    snapshots,
    ssh_keys,
    startup_scripts,
    storage_gateways,
    subaccounts,
    users,
    vfs,
    vpc2,
    vpcs,
}

/// Every operation with its handler.
pub fn routes() -> Routes {
    families().into_iter().fold(Routes::default(), |routes, family| routes.and(family.routes))
}

/// What a control plane is made with, usually: the system's clock, the built-in catalogue, a
/// simulated world, and all families.
pub fn config(store: Store) -> Config {
    Config::new(store, families)
}
