//! The control plane through a client, a file of tests for each family: one binary, so that the world is
//! linked once.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod access;
mod account;
mod addresses;
mod api_keys;
mod backups;
mod bare_metals;
mod block_snapshots;
mod blocks;
mod catalog;
mod collisions;
mod common;
mod copies;
mod domains;
mod firewalls;
mod instance_addresses;
mod instance_backups;
mod instance_isos;
mod instance_templates;
mod instances;
mod isolation;
mod isos;
mod kubernetes;
mod load_balancers;
mod nat_gateways;
mod object_storages;
mod postgres;
mod private_networks;
mod rendered;
mod reserved_ips;
mod reset;
mod rows;
mod schedules;
mod secrets;
mod servers;
mod snapshots;
mod specs;
mod startup_scripts;
mod stores_agree;
mod sums;
mod users;
mod vpc2;
mod vpcs;
