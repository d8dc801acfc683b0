//! Engines of managed databases, and their versions.

use crate::{endpoint, view};

/// List the engines of managed databases with the versions that can be ordered.
#[endpoint(GET "/v2/databases/available-services" -> 200 DatabaseEngines, needs AnyKey)]
pub struct ListDatabaseEngines {}

/// The engines, with the versions that can be ordered.
#[view]
pub struct DatabaseEngines {
    /// Versions by engine.
    pub available_services: EngineVersions,
    /// The same as the reference has it: a list of one.
    pub databases: Vec<EngineVersions>,
}

/// Versions by engine, from the oldest.
#[view]
pub struct EngineVersions {
    /// Of Kafka.
    pub kafka: Vec<String>,
    /// Of MySQL.
    pub mysql: Vec<String>,
    /// Of PostgreSQL.
    pub pg: Vec<String>,
    /// Of Valkey.
    pub valkey: Vec<String>,
}
