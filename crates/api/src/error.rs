//! What a refusal looks like on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The error body of every operation: `{"error":"...","status":404}`, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{error} (status {status})")]
pub struct ApiError {
    /// What was wrong.
    pub error: String,
    /// The HTTP status again.
    pub status: u16,
}
