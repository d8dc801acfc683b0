//! When backups are made, and how an instance gets one back.

use engine::StepError;

use super::Instance;
use crate::{Doc, LifeCx, Routes};

pub(super) fn routes() -> Routes {
    Routes::default()
}

/// Begins the backups that the schedule wants by now, and tells when the next one is due, in
/// milliseconds; none: there is no schedule.
pub(super) async fn follow_schedule(
    doc: &mut Doc<Instance>,
    _cx: &LifeCx,
) -> Result<Option<i64>, StepError> {
    match &doc.backups {
        None => Ok(None),
        Some(_) => Err("schedules are not followed yet".into()),
    }
}
