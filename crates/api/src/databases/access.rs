//! What users of managed databases may do.

use super::{DatabasePermission, DatabaseUser};
use crate::id::DatabaseId;
use crate::{OrEmpty, endpoint, view};

/// Say what a user may do: of Valkey by rules, of Kafka by a permission. What is absent stays.
#[endpoint(PUT "/v2/databases/{database-id}/users/{username: String}/access-control" -> 202 { user: DatabaseUser }, needs Subscriptions)]
pub struct SetDatabaseUserAcl {
    /// Categories of commands that are allowed or forbidden, in order: `+@read`, `-@dangerous`
    /// (Valkey).
    #[wire(null)]
    pub acl_categories: Option<Vec<String>>,
    /// Patterns of channels that are allowed (Valkey).
    #[wire(null)]
    pub acl_channels: Option<Vec<String>>,
    /// Single commands that are allowed or forbidden, in order: `+get`, `-config|set` (Valkey).
    #[wire(null)]
    pub acl_commands: Option<Vec<String>>,
    /// Patterns of keys that are allowed (Valkey).
    #[wire(null)]
    pub acl_keys: Option<Vec<String>>,
    /// The older name of `acl_categories`.
    #[wire(null)]
    pub redis_acl_categories: Option<Vec<String>>,
    /// The older name of `acl_channels`.
    #[wire(null)]
    pub redis_acl_channels: Option<Vec<String>>,
    /// The older name of `acl_commands`.
    #[wire(null)]
    pub redis_acl_commands: Option<Vec<String>>,
    /// The older name of `acl_keys`.
    #[wire(null)]
    pub redis_acl_keys: Option<Vec<String>>,
    /// What the user may do (Kafka).
    pub permission: Option<OrEmpty<DatabasePermission>>,
}

/// What a user of Valkey may do, by rules.
#[view]
pub struct AccessControl {
    /// Categories of commands that are allowed or forbidden.
    pub acl_categories: Vec<String>,
    /// Patterns of channels that are allowed.
    pub acl_channels: Vec<String>,
    /// Single commands that are allowed or forbidden.
    pub acl_commands: Vec<String>,
    /// Patterns of keys that are allowed.
    pub acl_keys: Vec<String>,
    /// The same as `acl_categories`, by its older name.
    pub redis_acl_categories: Vec<String>,
    /// The same as `acl_channels`, by its older name.
    pub redis_acl_channels: Vec<String>,
    /// The same as `acl_commands`, by its older name.
    pub redis_acl_commands: Vec<String>,
    /// The same as `acl_keys`, by its older name.
    pub redis_acl_keys: Vec<String>,
}
