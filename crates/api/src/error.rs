//! What a refusal looks like on the wire.

use crate::part;

/// The error body of every operation: `{"error":"...","status":404}`, in this order.
#[derive(Eq, thiserror::Error)]
#[part]
#[error("{error} (status {status})")]
pub struct ApiError {
    /// What was wrong.
    pub error: String,
    /// The HTTP status again.
    pub status: u16,
}
