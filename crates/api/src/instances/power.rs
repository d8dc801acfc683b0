//! Switching instances on and off, and putting them back to where they began.

use crate::id::{InstanceId, JobId};
use crate::{OrEmpty, view};

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
