//! Managed databases: what the nodes of one are to be.

use std::collections::BTreeMap;

use api::Secret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Spec;

/// What the nodes of a managed database are to be: they have these users, logical databases and
/// settings, and no others. What moves a database to other nodes makes new ones of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseSpec {
    /// `mysql`, `pg`, `valkey` or `kafka`.
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// The region.
    pub region: String,
    /// How many nodes.
    pub nodes: u32,
    /// Virtual CPUs of each.
    pub vcpus: u32,
    /// Memory of each in MB.
    pub ram_mb: u32,
    /// Disk of each in GB.
    pub disk_gb: u32,
    /// The network that they are in besides the internet.
    pub network: Option<Uuid>,
    /// The database that they follow; none: they can be written to.
    pub follows: Option<Uuid>,
    /// Who may connect, in CIDR notation; none: all.
    pub allowed: Vec<String>,
    /// Users and their passwords.
    pub users: BTreeMap<String, Secret>,
    /// Logical databases.
    pub databases: Vec<String>,
    /// Settings of the engine, by their names.
    pub settings: BTreeMap<String, String>,
}

impl Spec for DatabaseSpec {
    const WHAT: &'static str = "database";
    const TAKES: i64 = 300_000;
}

/// A migration to a managed database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationSpec {
    /// The database that takes it up.
    pub to: Uuid,
    /// Which of its migrations it is.
    pub number: u64,
    /// The host that it comes from.
    pub host: String,
    /// That host's port.
    pub port: u32,
    /// The user to log in as.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// The logical database to begin with; empty for none.
    pub database: String,
    /// Logical databases to leave out.
    pub ignored: Vec<String>,
    /// Whether to connect by TLS.
    pub tls: bool,
}

impl Spec for MigrationSpec {
    const WHAT: &'static str = "migration";
    const TAKES: i64 = 120_000;
}
