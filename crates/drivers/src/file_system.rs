//! File systems that machines share, and gateways that export them: what they are to be.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Spec, Subnet};

/// What a file system is to be. One that has become too large stays so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemSpec {
    /// The medium that it is on: `nvme`, `hdd`.
    pub medium: String,
    /// Size in GB.
    pub size_gb: u32,
    /// The machines that mount it, and no others do.
    pub mounts: Vec<Mount>,
}

impl Spec for FileSystemSpec {
    const WHAT: &'static str = "file-system";
    // Vultr's CSI driver waits for 15 seconds.
    const TAKES: i64 = 8_000;
}

/// A machine that mounts a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The machine.
    pub machine: Uuid,
    /// The name of the file system in it.
    pub tag: u64,
}

/// What a storage gateway is to be: it speaks NFS, version 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageGatewaySpec {
    /// Whether it has an IPv4 address on the internet.
    pub public_ipv4: bool,
    /// Whether it has an IPv6 address on the internet.
    pub public_ipv6: bool,
    /// The private network that it is in.
    pub network: Option<Uuid>,
    /// What it exports, and nothing else.
    pub exports: Vec<Export>,
}

impl Spec for StorageGatewaySpec {
    const WHAT: &'static str = "storage-gateway";
    const TAKES: i64 = 60_000;
}

/// A file system that a gateway exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The file system.
    pub file_system: Uuid,
    /// The path by which it is mounted.
    pub path: String,
    /// Who may mount it; empty: whoever reaches the gateway.
    pub clients: Vec<Subnet>,
}
