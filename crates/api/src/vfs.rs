//! File systems that instances share: `/v2/vfs`.

pub use crate::id::VfsId;

use crate::id::InstanceId;
use crate::{Money, Open, Time, part, view, words};

operations! {
    "vfs": "File systems that instances share" {
        /// List file systems.
        "list" => ListVfs(GET "/v2/vfs" -> 200 { vfs: [Vfs] }, needs SubscriptionsView),
        /// Create a file system.
        "create" => CreateVfs(POST "/v2/vfs" -> 201 Vfs, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// A name for it.
            pub label: String,
            /// How large it is to be.
            pub storage_size: NewVfsSize,
            /// The medium that it is on; `nvme` when absent.
            pub disk_type: Option<VfsDiskType>,
            /// Tags on it, which stay as they are.
            pub tags: Option<Vec<String>>,
        },
        /// List the regions that have file systems.
        "regions" => ListVfsRegions(GET "/v2/vfs/regions" -> 200 { regions: Vec<VfsRegion> }, needs AnyKey),
        /// Get a file system.
        "get" => GetVfs(GET "/v2/vfs/{vfs_id: VfsId}" -> 200 Vfs, needs SubscriptionsView),
        /// Rename or grow a file system.
        "update" => UpdateVfs(PUT "/v2/vfs/{vfs_id: VfsId}" -> 200 Vfs, needs Subscriptions) {
            /// A new name.
            pub label: Option<String>,
            /// How large it is to be, no less than it is.
            pub storage_size: Option<NewVfsSize>,
        },
        /// Delete a file system. Nothing may be attached, and no storage gateway export it.
        "delete" => DeleteVfs(DELETE "/v2/vfs/{vfs_id: VfsId}" -> 204, needs Subscriptions),
        /// List the instances that a file system is attached to, all at once.
        "attachments" => ListVfsAttachments(GET "/v2/vfs/{vfs_id: VfsId}/attachments" -> 200 { attachments: [VfsAttachment], whole }, needs SubscriptionsView),
        /// Attach a file system to an instance in its region.
        "attach" => AttachVfs(PUT "/v2/vfs/{vfs_id: VfsId}/attachments/{vps_id: InstanceId}" -> 201 VfsAttachment, needs Subscriptions),
        /// Get the attachment of a file system to an instance.
        "attachment" => GetVfsAttachment(GET "/v2/vfs/{vfs_id: VfsId}/attachments/{vps_id: InstanceId}" -> 200 VfsAttachment, needs SubscriptionsView),
        /// Detach a file system from an instance. What is on it stays.
        "detach" => DetachVfs(DELETE "/v2/vfs/{vfs_id: VfsId}/attachments/{vps_id: InstanceId}" -> 204, needs Subscriptions),
    }
}

/// A file system.
#[view]
pub struct Vfs {
    /// Its id.
    pub id: VfsId,
    /// The region's id.
    pub region: String,
    /// When it was created.
    pub date_created: Time,
    /// `pending` until it can be used.
    pub status: Open<VfsStatus>,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tags on it.
    pub tags: Vec<String>,
    /// The medium that it is on.
    pub disk_type: Open<VfsDiskType>,
    /// How large it is.
    pub storage_size: VfsSize,
    /// How much of that is used.
    pub storage_used: VfsSize,
    /// What it costs.
    pub billing: VfsBilling,
}

/// Where a file system stands in its life.
#[words]
pub enum VfsStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Active,
}

/// The medium that a file system is on.
#[words]
pub enum VfsDiskType {
    /// NVMe: 10 GB at least.
    #[default]
    Nvme,
    /// Hard disks, where a region has them: 40 GB at least.
    Hdd,
}

/// How large a file system is to be.
#[derive(Copy)]
#[part]
pub struct NewVfsSize {
    /// Size in GB; 0 in a change: it stays.
    pub gb: u32,
}

/// A size, in two units.
#[view]
pub struct VfsSize {
    /// In bytes.
    pub bytes: u64,
    /// In GB, of 1024 MB each.
    pub gb: u32,
}

/// What a file system costs.
#[view]
pub struct VfsBilling {
    /// What is owed for it since the last invoice.
    pub charges: Money,
    /// US dollars a month.
    pub monthly: Money,
}

/// The attachment of a file system to an instance.
#[view]
pub struct VfsAttachment {
    /// Where it stands in its life.
    pub state: Open<VfsAttachmentState>,
    /// The file system.
    pub vfs_id: VfsId,
    /// The instance.
    pub target_id: InstanceId,
    /// The name by which the instance mounts the file system.
    pub mount_tag: u64,
}

/// Where an attachment stands in its life.
#[words("SCREAMING_SNAKE_CASE")]
pub enum VfsAttachmentState {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Attached,
}

/// A region that has file systems.
#[view]
pub struct VfsRegion {
    /// The region's id.
    pub id: String,
    /// Its country, in two letters.
    pub country: String,
    /// Its continent.
    pub continent: String,
    /// Its city.
    pub description: String,
    /// US dollars a month for a GB, by medium.
    pub price_per_gb: VfsPrices,
    /// GB that a file system has at least, by medium.
    pub min_size_gb: VfsMinSizes,
}

/// US dollars a month for a GB. A medium that the region does not have is left out.
#[view]
pub struct VfsPrices {
    /// NVMe.
    #[wire(omit)]
    pub nvme: Option<Money>,
    /// Hard disks.
    #[wire(omit)]
    pub hdd: Option<Money>,
}

/// GB at least. A medium that the region does not have is left out.
#[view]
pub struct VfsMinSizes {
    /// NVMe.
    #[wire(omit)]
    pub nvme: Option<u32>,
    /// Hard disks.
    #[wire(omit)]
    pub hdd: Option<u32>,
}
