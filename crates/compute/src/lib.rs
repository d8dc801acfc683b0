//! Servers, and what is made of them: instances, bare metal, templates. What is stored of servers is
//! in `hosts`.

pub mod bare_metals;
pub mod instance_templates;
pub mod instances;
mod servers;
pub mod told;

pub(crate) use ::network::{
    domains, firewalls, load_balancers, private_networks, reserved_ips, vpc2, vpcs,
};
pub(crate) use basics::{ssh_keys, startup_scripts};
pub(crate) use plane::*;
pub(crate) use storage::{backups, blocks, copies, isos, snapshots, vfs};
