//! Switching instances on and off, and putting them back to where they began.

use super::Instance;
use crate::id::{BackupId, InstanceId, JobId, SnapshotId};
use crate::{OrEmpty, endpoint, view};

/// Switch several instances on.
#[endpoint(POST "/v2/instances/start" -> 204, needs Subscriptions)]
pub struct StartInstances {
    /// The instances' ids.
    pub instance_ids: Vec<InstanceId>,
}

/// Switch several instances off at once.
#[endpoint(POST "/v2/instances/halt" -> 204, needs Subscriptions)]
pub struct HaltInstances {
    /// The instances' ids.
    pub instance_ids: Vec<InstanceId>,
}

/// Restart several instances.
#[endpoint(POST "/v2/instances/reboot" -> 204, needs Subscriptions)]
pub struct RebootInstances {
    /// The instances' ids.
    pub instance_ids: Vec<InstanceId>,
}

/// Install an instance anew; what is on its disk is lost.
#[endpoint(POST "/v2/instances/{instance-id}/reinstall" -> 202 { instance: Instance }, needs Subscriptions, loses)]
pub struct ReinstallInstance {
    /// A new host name; the old one stays when absent.
    pub hostname: Option<String>,
}

/// Put a backup or a snapshot on an instance's disk; what is there is lost.
#[endpoint(POST "/v2/instances/{instance-id}/restore" -> 202 { status: InstanceRestore }, needs Subscriptions, loses)]
pub struct RestoreInstance {
    /// The backup; either this or `snapshot_id`.
    pub backup_id: Option<OrEmpty<BackupId>>,
    /// The snapshot; either this or `backup_id`.
    pub snapshot_id: Option<OrEmpty<SnapshotId>>,
}

/// A restoration that was started.
#[view]
pub struct InstanceRestore {
    /// `backup_id` or `snapshot_id`, whichever was sent.
    pub restore_type: String,
    /// The backup's or the snapshot's id.
    pub restore_id: String,
    /// `inprogress`.
    pub status: String,
}

/// Work on an instance that an update started.
#[view]
pub struct InstanceJob {
    /// The job's id.
    pub id: JobId,
    /// The instance.
    pub vps_id: OrEmpty<InstanceId>,
    /// Kind of work in capitals: `UPGRADE`.
    #[wire(name = "type")]
    pub kind: String,
    /// How far it is; `success` at the end.
    pub state: String,
    /// The same for people.
    pub info: String,
    /// When it was started, as `2026-11-21 09:30:00`.
    pub added_at: String,
    /// When it last changed, as `2026-11-21 09:30:00`.
    pub updated_at: String,
}
