//! What keeps data: disks, their copies, images, buckets, file systems.

pub mod backups;
pub mod blocks;
pub mod copies;
pub mod isos;
pub mod object_storages;
pub mod snapshots;
pub mod vfs;

pub(crate) use hosts::{instances, servers, storage_gateways};
pub(crate) use plane::*;
