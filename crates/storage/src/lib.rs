//! What keeps data: disks, their copies, images, buckets.

pub mod backups;
pub mod blocks;
pub mod copies;
pub mod isos;
pub mod object_storages;
pub mod snapshots;

pub(crate) use hosts::{instances, servers};
pub(crate) use plane::*;
