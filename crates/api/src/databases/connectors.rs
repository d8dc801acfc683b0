//! Connectors of managed Kafka databases: what brings messages to topics, or away from them.

use crate::id::DatabaseId;
use crate::wire::Map;
use crate::{Open, endpoint, view, words};

/// List the connectors that can be made in a managed database (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/available-connectors" -> 200 { available_connectors: Vec<AvailableConnector> }, needs SubscriptionsView)]
pub struct ListAvailableConnectors {}

/// List what connectors of a class can be told (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/available-connectors/{connector-class: String}/configuration" -> 200 { configuration_schema: Vec<ConnectorSetting> }, needs SubscriptionsView)]
pub struct GetConnectorSettings {}

/// List the connectors of a managed database (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/connectors" -> 200 { connectors: [DatabaseConnector], whole }, needs SubscriptionsView)]
pub struct ListDatabaseConnectors {}

/// Create a connector (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/connectors" -> 202 { connector: DatabaseConnector }, needs Subscriptions)]
pub struct CreateDatabaseConnector {
    /// Its name.
    pub name: String,
    /// Its class: one of those that can be made.
    pub class: String,
    /// The topics that it works on, with commas between.
    #[wire(most = 4_096)]
    pub topics: String,
    /// What it is told, by the names of its class's settings.
    pub config: Option<Map>,
}

/// Get a connector (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/connectors/{connector-name: String}" -> 200 { connector: DatabaseConnector }, needs SubscriptionsView)]
pub struct GetDatabaseConnector {}

/// Change a connector (Kafka). What is absent stays; a `config` that is given replaces all of it.
#[endpoint(PUT "/v2/databases/{database-id}/connectors/{connector-name: String}" -> 202 { connector: DatabaseConnector }, needs Subscriptions)]
pub struct UpdateDatabaseConnector {
    /// The topics that it is to work on, with commas between.
    #[wire(most = 4_096)]
    pub topics: Option<String>,
    /// What it is told, by the names of its class's settings.
    pub config: Option<Map>,
}

/// Delete a connector (Kafka).
#[endpoint(DELETE "/v2/databases/{database-id}/connectors/{connector-name: String}" -> 204, needs Subscriptions)]
pub struct DeleteDatabaseConnector {}

/// Tell how a connector and its tasks do (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/connectors/{connector-name: String}/status" -> 200 { connector_status: ConnectorStatus }, needs SubscriptionsView)]
pub struct GetDatabaseConnectorStatus {}

/// Pause a connector and its tasks (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/connectors/{connector-name: String}/pause" -> 204, needs Subscriptions)]
pub struct PauseDatabaseConnector {}

/// Let a paused connector go on (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/connectors/{connector-name: String}/resume" -> 204, needs Subscriptions)]
pub struct ResumeDatabaseConnector {}

/// Restart a connector and its tasks (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/connectors/{connector-name: String}/restart" -> 204, needs Subscriptions)]
pub struct RestartDatabaseConnector {}

/// Restart one task of a connector (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/connectors/{connector-name: String}/tasks/{task-id: u32}/restart" -> 204, needs Subscriptions)]
pub struct RestartDatabaseConnectorTask {}

/// A connector that can be made.
#[view]
pub struct AvailableConnector {
    /// Its class.
    pub class: String,
    /// Its name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Whether it brings messages to topics (`source`) or away from them (`sink`).
    #[wire(name = "type")]
    pub kind: String,
    /// Where it is described.
    pub doc_url: String,
}

/// What connectors of a class can be told.
#[view]
pub struct ConnectorSetting {
    /// Its name in a connector's `config`.
    pub name: String,
    /// What it is: `STRING`, `INT`, `LIST`, `PASSWORD` and the like.
    #[wire(name = "type")]
    pub kind: String,
    /// Whether it must be told.
    pub required: bool,
    /// What it is when it is not told.
    pub default_value: String,
    /// What it means.
    pub description: String,
}

/// A connector of Kafka.
#[view]
pub struct DatabaseConnector {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// The topics that it works on, with commas between.
    pub topics: String,
    /// What it was told.
    pub config: Map,
}

/// How a connector and its tasks do.
#[view]
pub struct ConnectorStatus {
    /// How it does.
    pub state: Open<ConnectorState>,
    /// Its tasks.
    pub tasks: Vec<ConnectorTask>,
}

/// A task of a connector.
#[view]
pub struct ConnectorTask {
    /// Its number, from 0.
    pub id: u32,
    /// How it does.
    pub state: Open<ConnectorState>,
    /// What went wrong, where something did.
    pub trace: String,
}

/// How a connector or one of its tasks does.
#[words("UPPERCASE")]
pub enum ConnectorState {
    /// It waits for a worker.
    #[default]
    Unassigned,
    /// It works.
    Running,
    /// It was paused.
    Paused,
    /// It failed.
    Failed,
}
