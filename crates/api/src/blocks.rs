//! Block storage: `/v2/blocks`.

pub use crate::id::{BlockId, BlockSnapshotId};

use crate::id::InstanceId;
use crate::{Money, Open, OrEmpty, Time, view, words};

operations! {
    "block": "Block storage volumes" {
        /// List block storage volumes.
        "list" => ListBlocks(GET "/v2/blocks" -> 200 { blocks: [Block] }, needs SubscriptionsView),
        /// Create a block storage volume.
        "create" => CreateBlock(POST "/v2/blocks" -> 202 { block: Block }, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// Size in GB: 10 to 10000 for `high_perf`, 40 to 40000 for `storage_opt`.
            pub size_gb: u32,
            /// A name for it.
            pub label: Option<String>,
            /// Kind of storage; `high_perf` when absent.
            pub block_type: Option<BlockType>,
            /// Start with the contents of this snapshot.
            pub snapshot_id: Option<OrEmpty<BlockSnapshotId>>,
            /// Install this operating system on it.
            pub os_id: Option<u32>,
            /// Make it a volume that instances can boot from.
            pub bootable: Option<bool>,
        },
        /// Get a block storage volume.
        "get" => GetBlock(GET "/v2/blocks/{block-id}" -> 200 { block: Block }, needs SubscriptionsView),
        /// Rename or grow a block storage volume.
        "update" => UpdateBlock(PATCH "/v2/blocks/{block-id}" -> 204, needs Subscriptions) {
            /// A new name.
            pub label: Option<String>,
            /// A new size in GB, larger than the old one.
            pub size_gb: Option<u32>,
        },
        /// Delete a block storage volume. One that is attached is detached first.
        "delete" => DeleteBlock(DELETE "/v2/blocks/{block-id}" -> 204, needs Subscriptions),
        /// Attach a block storage volume to an instance in its region.
        "attach" => AttachBlock(POST "/v2/blocks/{block-id}/attach" -> 204, needs Subscriptions) {
            /// The instance that gets it.
            pub instance_id: InstanceId,
            /// Attach without restarting the instance.
            pub live: Option<bool>,
        },
        /// Detach a block storage volume.
        "detach" => DetachBlock(POST "/v2/blocks/{block-id}/detach" -> 204, needs Subscriptions) {
            /// Detach without restarting the instance.
            pub live: Option<bool>,
        },
    }
    "block-snapshot": "Snapshots of block storage volumes" {
        /// List snapshots of block storage volumes.
        "list" => ListBlockSnapshots(GET "/v2/blocks/snapshots" -> 200 { snapshots: [BlockSnapshot] }, needs SubscriptionsView),
        /// Take a snapshot of a block storage volume.
        "create" => CreateBlockSnapshot(POST "/v2/blocks/snapshots" -> 201 CreatedBlockSnapshot, needs Provisioning) {
            /// The volume.
            pub block_id: BlockId,
            /// What it is for.
            pub description: String,
        },
        /// Get a snapshot of a block storage volume.
        "get" => GetBlockSnapshot(GET "/v2/blocks/snapshots/{snapshot-id: BlockSnapshotId}" -> 200 FoundBlockSnapshot, needs SubscriptionsView),
        /// Change a block storage snapshot's description.
        "update" => UpdateBlockSnapshot(PUT "/v2/blocks/snapshots/{snapshot-id: BlockSnapshotId}" -> 204, needs Subscriptions) {
            /// What it is for.
            pub description: Option<String>,
        },
        /// Delete a snapshot of a block storage volume.
        "delete" => DeleteBlockSnapshot(DELETE "/v2/blocks/snapshots/{snapshot-id: BlockSnapshotId}" -> 204, needs Subscriptions),
    }
}

/// A block storage volume.
#[view]
pub struct Block {
    /// The volume's id.
    pub id: BlockId,
    /// When it was created.
    pub date_created: Time,
    /// US dollars a month, whole.
    pub cost: u32,
    /// What is owed for it since the last invoice.
    pub pending_charges: Money,
    /// `pending` until it can be attached.
    pub status: Open<BlockStatus>,
    /// Size in GB.
    pub size_gb: u32,
    /// The region's id.
    pub region: String,
    /// The instance that it is attached to; empty while it is detached.
    pub attached_to_instance: OrEmpty<InstanceId>,
    /// That instance's main IPv4 address, or empty.
    pub attached_to_instance_ip: String,
    /// That instance's label, or empty.
    pub attached_to_instance_label: String,
    /// The owner's name for it.
    pub label: String,
    /// The name of the device in the instance.
    pub mount_id: String,
    /// Kind of storage.
    pub block_type: Open<BlockType>,
    /// The operating system on a bootable volume; 0 for none.
    pub os_id: u32,
    /// The snapshot that it was made from; empty for none.
    pub snapshot_id: String,
    /// Whether an instance can boot from it.
    pub bootable: bool,
}

/// Where a volume stands in its life.
#[words]
pub enum BlockStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Active,
}

/// Kind of storage.
#[words]
pub enum BlockType {
    /// NVMe: 10 to 10000 GB.
    #[default]
    HighPerf,
    /// HDD: 40 to 40000 GB.
    StorageOpt,
}

/// A snapshot of a block storage volume.
#[view]
pub struct BlockSnapshot {
    /// The snapshot's id.
    pub id: BlockSnapshotId,
    /// The volume that it was taken of.
    pub block_id: OrEmpty<BlockId>,
    /// What it is for.
    pub description: String,
    /// `PENDING`, then `COMPLETE`.
    pub state: String,
    /// When it was taken.
    pub added_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// Size in bytes.
    pub size: u64,
    /// The day of the next invoice, as `2026-12-01`.
    pub next_invoice_date: String,
    /// What that will charge for it, in US dollars.
    pub next_invoice_price: String,
}

/// A block storage snapshot in both forms that clients read: bare, and under a key.
#[view]
pub struct CreatedBlockSnapshot {
    /// The snapshot's fields, at the top.
    #[wire(flat)]
    pub bare: BlockSnapshot,
    /// The same again.
    pub block: BlockSnapshot,
}

/// A block storage snapshot in both forms that clients read: bare, and under a key.
#[view]
pub struct FoundBlockSnapshot {
    /// The snapshot's fields, at the top.
    #[wire(flat)]
    pub bare: BlockSnapshot,
    /// The same again.
    pub snapshot: BlockSnapshot,
}
