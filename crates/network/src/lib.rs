//! What servers are reached by and talk over: networks, addresses, firewalls, load balancers,
//! storage gateways, names.

pub mod domains;
pub mod firewalls;
pub mod load_balancers;
pub mod private_networks;
pub mod reserved_ips;
pub mod storage_gateways;
pub mod vpc2;
pub mod vpcs;

pub(crate) use hosts::{bare_metals, instances, servers, vfs};
pub(crate) use plane::*;
