//! Snapshots of instances: `/v2/snapshots`.

pub use crate::id::SnapshotId;

use crate::id::InstanceId;
use crate::{Open, Time, view, words};

operations! {
    "snapshot": "Snapshots of instances" {
        /// List snapshots.
        "list" => ListSnapshots(GET "/v2/snapshots" -> 200 { snapshots: [Snapshot] }, needs SubscriptionsView) {
            /// Only those with this description.
            pub description: Option<String>,
        },
        /// Take a snapshot of an instance.
        "create" => CreateSnapshot(POST "/v2/snapshots" -> 201 { snapshot: Snapshot }, needs Provisioning) {
            /// The instance.
            pub instance_id: InstanceId,
            /// What it is for.
            pub description: Option<String>,
        },
        /// Make a snapshot from a raw disk image at a public address.
        "create-from-url" => CreateSnapshotFromUrl(POST "/v2/snapshots/create-from-url" -> 202 { snapshot: Snapshot }, needs Provisioning) {
            /// The image's address.
            #[wire(most = 8_192)]
            pub url: String,
            /// What it is for.
            pub description: Option<String>,
            /// Whether the image boots by UEFI.
            pub uefi: Option<bool>,
        },
        /// Get a snapshot.
        "get" => GetSnapshot(GET "/v2/snapshots/{snapshot-id}" -> 200 { snapshot: Snapshot }, needs SubscriptionsView),
        /// Change a snapshot's description.
        "update" => UpdateSnapshot(PUT "/v2/snapshots/{snapshot-id}" -> 204, needs Subscriptions) {
            /// What it is for.
            pub description: String,
        },
        /// Delete a snapshot.
        "delete" => DeleteSnapshot(DELETE "/v2/snapshots/{snapshot-id}" -> 204, needs Subscriptions),
    }
}

/// A copy of an instance's disk at some moment, or of an image from elsewhere.
#[view]
pub struct Snapshot {
    /// The snapshot's id.
    pub id: SnapshotId,
    /// When it was ordered.
    pub date_created: Time,
    /// What it is for.
    pub description: String,
    /// Size of the disk in bytes; 0 until it is complete.
    pub size: u64,
    /// Size in storage in bytes; 0 until it is complete.
    pub compressed_size: u64,
    /// `pending` until instances can be made from it.
    pub status: Open<SnapshotStatus>,
    /// The operating system on it; 0 where it is not known.
    pub os_id: u32,
    /// The application on it; 0 for none.
    pub app_id: u32,
}

/// Where a snapshot stands in its life.
#[words]
pub enum SnapshotStatus {
    /// Being taken or downloaded.
    #[default]
    Pending,
    /// Ready.
    Complete,
    /// Could not be downloaded.
    Failed,
    /// Gone.
    Deleted,
}
