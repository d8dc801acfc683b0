//! What servers are reached by and talk over: networks, addresses, firewalls, load balancers, names.

pub mod domains;
pub mod firewalls;
pub mod load_balancers;
pub mod private_networks;
pub mod reserved_ips;
pub mod vpc2;
pub mod vpcs;

pub(crate) use hosts::{bare_metals, instances, servers};
pub(crate) use plane::*;
