//! Managed databases: `/v2/databases`. What answers show is in `views`.
//!
//! Types only: what an engine can do and what it refuses is decided by `control`.

mod access;
mod connectors;
mod engines;
mod kafka;
mod options;
mod views;

pub use crate::id::DatabaseId;
pub use access::*;
pub use connectors::*;
pub use engines::*;
pub use kafka::*;
pub use options::*;
pub use views::*;

use serde_json::Value;

use crate::wire::{Given, Wrong};
use crate::{OrEmpty, Secret};

operations! {
    "database": "Managed databases" {
        /// List managed databases.
        "list" => ListDatabases(GET "/v2/databases" -> 200 { databases: [Database], whole }, needs SubscriptionsView) {
            /// Those with this label only.
            pub label: Option<String>,
            /// Those with this tag only.
            pub tag: Option<String>,
            /// Those in this region only.
            pub region: Option<String>,
        },
        "create" => CreateDatabase,
        /// Get a managed database.
        "get" => GetDatabase(GET "/v2/databases/{database-id}" -> 200 { database: Database }, needs SubscriptionsView),
        "update" => UpdateDatabase,
        /// Delete a managed database with all that is in it. Its read replicas must be gone before.
        "delete" => DeleteDatabase(DELETE "/v2/databases/{database-id}" -> 204, needs Subscriptions),
        /// Tell how much of its plan a managed database uses.
        "usage" => GetDatabaseUsage(GET "/v2/databases/{database-id}/usage" -> 200 { usage: DatabaseUsage }, needs SubscriptionsView),
        /// List what a managed database has warned of lately.
        "alerts" => ListDatabaseAlerts(POST "/v2/databases/{database-id}/alerts" -> 200 { alerts: Vec<DatabaseAlert> }, needs SubscriptionsView) {
            /// How far to look back.
            pub period: AlertPeriod,
        },
        /// Tell from when to when a managed database can be restored.
        "backups" => GetDatabaseBackups(GET "/v2/databases/{database-id}/backups" -> 200 DatabaseBackups, needs SubscriptionsView),
        "restore" => RestoreDatabase,
        "fork" => ForkDatabase,
        /// List maintenance updates that a managed database has not got yet.
        "updates" => ListDatabaseUpdates(GET "/v2/databases/{database-id}/maintenance" -> 200 { available_updates: Vec<String> }, needs SubscriptionsView),
        /// Give a managed database its maintenance updates now.
        "install-updates" => StartDatabaseUpdates(POST "/v2/databases/{database-id}/maintenance" -> 200 DatabaseMessage, needs Subscriptions),
        /// List the versions to which a managed database can go up (PostgreSQL and Kafka).
        "versions" => ListDatabaseVersions(GET "/v2/databases/{database-id}/version-upgrade" -> 200 { available_versions: Vec<String> }, needs SubscriptionsView),
        /// Take a managed database up to another version (PostgreSQL and Kafka).
        "upgrade" => UpgradeDatabase(POST "/v2/databases/{database-id}/version-upgrade" -> 200 DatabaseMessage, needs Subscriptions) {
            /// One of the versions that it can go up to.
            #[wire(read = version)]
            pub version: String,
        },
    }
    "database-option": "Advanced options of managed databases" {
        "list" => ListDatabaseOptions,
        "update" => UpdateDatabaseOptions,
        "kafka-rest" => ListKafkaRestOptions,
        "update-kafka-rest" => UpdateKafkaRestOptions,
        "schema-registry" => ListSchemaRegistryOptions,
        "update-schema-registry" => UpdateSchemaRegistryOptions,
        "kafka-connect" => ListKafkaConnectOptions,
        "update-kafka-connect" => UpdateKafkaConnectOptions,
    }
    "database-topic": "Topics of managed Kafka databases" {
        "list" => ListDatabaseTopics,
        "create" => CreateDatabaseTopic,
        "get" => GetDatabaseTopic,
        "update" => UpdateDatabaseTopic,
        "delete" => DeleteDatabaseTopic,
    }
    "database-quota": "Quotas of managed Kafka databases" {
        "list" => ListDatabaseQuotas,
        "create" => CreateDatabaseQuota,
        "get" => GetDatabaseQuota,
        "update" => UpdateDatabaseQuota,
        "delete" => DeleteDatabaseQuota,
    }
    "database-connector": "Connectors of managed Kafka databases" {
        "available" => ListAvailableConnectors,
        "settings" => GetConnectorSettings,
        "list" => ListDatabaseConnectors,
        "create" => CreateDatabaseConnector,
        "get" => GetDatabaseConnector,
        "update" => UpdateDatabaseConnector,
        "delete" => DeleteDatabaseConnector,
        "status" => GetDatabaseConnectorStatus,
        "pause" => PauseDatabaseConnector,
        "resume" => ResumeDatabaseConnector,
        "restart" => RestartDatabaseConnector,
        "restart-task" => RestartDatabaseConnectorTask,
    }
    "database-plan": "Plans and engines of managed databases" {
        /// List the plans of managed databases.
        "list" => ListDatabasePlans(GET "/v2/databases/plans" -> 200 { plans: [DatabasePlan], whole }, needs AnyKey) {
            /// Those on which this engine runs only.
            pub engine: Option<DatabaseEngine>,
            /// Those with so many nodes only.
            pub nodes: Option<u32>,
            /// Those that this region sells only.
            pub region: Option<String>,
        },
        "engines" => ListDatabaseEngines,
    }
    "database-replica": "Read replicas of managed databases" {
        /// Make a read replica of a managed database: a database of its own that follows it.
        "create" => CreateDatabaseReplica(POST "/v2/databases/{database-id}/read-replica" -> 200 { database: Database }, needs Provisioning) {
            /// The region that it is to be in.
            pub region: String,
            /// A name for it.
            pub label: String,
        },
        /// Make a read replica a database that follows no other and can be written to.
        "promote" => PromoteDatabaseReplica(POST "/v2/databases/{database-id}/promote-read-replica" -> 204, needs Subscriptions),
    }
    "database-migration": "Migrations from elsewhere to managed databases" {
        /// Tell how far the migration to a managed database is.
        "get" => GetDatabaseMigration(GET "/v2/databases/{database-id}/migration" -> 200 { migration: DatabaseMigration }, needs SubscriptionsView),
        /// Begin to migrate a server elsewhere to a managed database.
        "start" => StartDatabaseMigration(POST "/v2/databases/{database-id}/migration" -> 200 { migration: DatabaseMigration }, needs Subscriptions) {
            /// The server's host.
            pub host: String,
            /// The port that it listens on.
            pub port: u32,
            /// The user to log in as; `default` for Valkey when absent or empty.
            pub username: Option<String>,
            /// That user's password.
            pub password: Secret,
            /// The logical database to begin with (MySQL and PostgreSQL, which need one).
            pub database: Option<String>,
            /// Logical databases to leave out, with commas between (not for Valkey).
            pub ignored_databases: Option<String>,
            /// Whether to connect by TLS; not when absent.
            pub ssl: Option<bool>,
        },
        /// Detach a migration from a managed database, finished or not.
        "detach" => DetachDatabaseMigration(DELETE "/v2/databases/{database-id}/migration" -> 204, needs Subscriptions),
    }
    "database-user": "Users of managed databases" {
        /// List the users of a managed database.
        "list" => ListDatabaseUsers(GET "/v2/databases/{database-id}/users" -> 200 { users: [DatabaseUser], whole }, needs SubscriptionsView),
        /// Create a user of a managed database.
        "create" => CreateDatabaseUser(POST "/v2/databases/{database-id}/users" -> 202 { user: DatabaseUser }, needs Subscriptions) {
            /// The name to log in by.
            pub username: String,
            /// The password; one is made when it is absent or empty.
            pub password: Option<Secret>,
            /// How the password is checked (MySQL only); `caching_sha2_password` when absent.
            pub encryption: Option<OrEmpty<PasswordEncryption>>,
            /// What the user may do (Kafka only); `read` when absent.
            pub permission: Option<OrEmpty<DatabasePermission>>,
        },
        /// Get a user of a managed database.
        "get" => GetDatabaseUser(GET "/v2/databases/{database-id}/users/{username: String}" -> 200 { user: DatabaseUser }, needs SubscriptionsView),
        /// Give a user of a managed database another password.
        "update" => UpdateDatabaseUser(PUT "/v2/databases/{database-id}/users/{username: String}" -> 202 { user: DatabaseUser }, needs Subscriptions) {
            /// The new password; one is made when it is empty.
            pub password: Secret,
        },
        "set-access" => SetDatabaseUserAcl,
        /// Delete a user of a managed database.
        "delete" => DeleteDatabaseUser(DELETE "/v2/databases/{database-id}/users/{username: String}" -> 204, needs Subscriptions),
    }
    "database-db": "Logical databases within managed databases" {
        /// List the logical databases of a managed database (MySQL and PostgreSQL).
        "list" => ListDatabaseDbs(GET "/v2/databases/{database-id}/dbs" -> 200 { dbs: [DatabaseDb], whole }, needs SubscriptionsView),
        /// Create a logical database (MySQL and PostgreSQL).
        "create" => CreateDatabaseDb(POST "/v2/databases/{database-id}/dbs" -> 202 { db: DatabaseDb }, needs Subscriptions) {
            /// Its name.
            pub name: String,
        },
        /// Get a logical database (MySQL and PostgreSQL).
        "get" => GetDatabaseDb(GET "/v2/databases/{database-id}/dbs/{db-name: String}" -> 200 { db: DatabaseDb }, needs SubscriptionsView),
        /// Delete a logical database with all that is in it (MySQL and PostgreSQL).
        "delete" => DeleteDatabaseDb(DELETE "/v2/databases/{database-id}/dbs/{db-name: String}" -> 204, needs Subscriptions),
    }
    "connection-pool": "Connection pools of managed PostgreSQL databases" {
        /// List the connection pools of a managed database (PostgreSQL).
        "list" => ListConnectionPools(GET "/v2/databases/{database-id}/connection-pools" -> 200 ConnectionPools, needs SubscriptionsView),
        /// Create a connection pool (PostgreSQL).
        "create" => CreateConnectionPool(POST "/v2/databases/{database-id}/connection-pools" -> 202 { connection_pool: ConnectionPool }, needs Subscriptions) {
            /// Its name.
            pub name: String,
            /// The logical database that it leads to.
            pub database: String,
            /// The user as which it logs in.
            pub username: String,
            /// When a connection is handed to the next client.
            pub mode: PoolMode,
            /// How many connections it holds.
            pub size: u32,
        },
        /// Get a connection pool (PostgreSQL).
        "get" => GetConnectionPool(GET "/v2/databases/{database-id}/connection-pools/{pool-name: String}" -> 200 { connection_pool: ConnectionPool }, needs SubscriptionsView),
        /// Change a connection pool (PostgreSQL). What is absent stays.
        "update" => UpdateConnectionPool(PUT "/v2/databases/{database-id}/connection-pools/{pool-name: String}" -> 202 { connection_pool: ConnectionPool }, needs Subscriptions) {
            /// Another logical database.
            pub database: Option<String>,
            /// Another user.
            pub username: Option<String>,
            /// Another mode.
            pub mode: Option<PoolMode>,
            /// Another number of connections.
            pub size: Option<u32>,
        },
        /// Delete a connection pool (PostgreSQL).
        "delete" => DeleteConnectionPool(DELETE "/v2/databases/{database-id}/connection-pools/{pool-name: String}" -> 204, needs Subscriptions),
    }
}

sharing! {
    {
        /// A tag on it.
        pub tag: Option<String>,
        /// The VPC that it is to be in, `new` for one that is made for it, or empty for none.
        pub vpc_id: Option<String>,
        /// The day of the week on which updates are installed.
        pub maintenance_dow: Option<OrEmpty<MaintenanceDay>>,
        /// The hour at which they are, in UTC: `06:00`.
        pub maintenance_time: Option<String>,
        /// The hour of daily backups in UTC, 0 to 23; empty to have one chosen (not for Kafka).
        pub backup_hour: Option<String>,
        /// The minute of daily backups, 0 to 59; empty to have one chosen (not for Kafka).
        pub backup_minute: Option<String>,
        /// The addresses and networks that may connect; empty: all.
        pub trusted_ips: Option<Vec<String>>,
        /// SQL modes (MySQL only).
        pub mysql_sql_modes: Option<Vec<String>>,
        /// Whether each table must have a primary key (MySQL only).
        pub mysql_require_primary_key: Option<bool>,
        /// Whether slow queries are logged (MySQL only).
        pub mysql_slow_query_log: Option<bool>,
        /// From how many seconds on a query is slow (MySQL only); 0 keeps what is.
        pub mysql_long_query_time: Option<u32>,
        /// What is dropped when memory is full (Valkey only).
        pub eviction_policy: Option<OrEmpty<EvictionPolicy>>,
        /// The older name of `eviction_policy`.
        pub redis_eviction_policy: Option<OrEmpty<EvictionPolicy>>,
        /// Whether Kafka REST runs beside it (Kafka only).
        pub enable_kafka_rest: Option<bool>,
        /// Whether a schema registry runs beside it (Kafka only).
        pub enable_schema_registry: Option<bool>,
        /// Whether Kafka Connect runs beside it (Kafka only).
        pub enable_kafka_connect: Option<bool>,
    }

    /// Create a managed database.
    #[crate::endpoint(POST "/v2/databases" -> 201 { database: Database }, needs Provisioning)]
    pub struct CreateDatabase {
        /// The engine.
        pub database_engine: DatabaseEngine,
        /// The engine's version.
        #[wire(read = version)]
        pub database_engine_version: String,
        /// The region's id.
        pub region: String,
        /// The plan's id: how many nodes of which size.
        pub plan: String,
        /// A name for it.
        pub label: String,
    }

    /// Change a managed database. What is absent stays.
    #[crate::endpoint(PUT "/v2/databases/{database-id}" -> 202 { database: Database }, needs Subscriptions)]
    pub struct UpdateDatabase {
        /// Another region.
        pub region: Option<String>,
        /// A larger plan.
        pub plan: Option<String>,
        /// Another name.
        pub label: Option<String>,
        /// The time zone, as the tz database names it (not for Valkey).
        pub cluster_time_zone: Option<String>,
    }
}

sharing! {
    {
        /// Which backup: the latest, or any point in time that is kept. The latest when absent.
        #[wire(name = "type")]
        pub kind: Option<OrEmpty<BackupType>>,
        /// The day of that point in time, in UTC: `2026-11-21`.
        pub date: Option<String>,
        /// Its time of day, in UTC: `20-51-05`, or with colons.
        pub time: Option<String>,
    }

    /// Make a new managed database of a backup of another, with its plan and in its region.
    #[crate::endpoint(POST "/v2/databases/{database-id}/restore" -> 200 { database: Database }, needs Provisioning)]
    pub struct RestoreDatabase {
        /// A name for the new one.
        pub label: String,
    }

    /// Make a new managed database of a backup of another, with a plan and region of its own.
    #[crate::endpoint(POST "/v2/databases/{database-id}/fork" -> 200 { database: Database }, needs Provisioning)]
    pub struct ForkDatabase {
        /// A name for the new one.
        pub label: String,
        /// The region that it is to be in.
        pub region: String,
        /// Its plan.
        pub plan: String,
        /// The VPC that it is to be in, or `new` for one that is made for it.
        pub vpc_id: Option<String>,
    }
}

/// A version as text, where a number is one, too.
fn version(given: Given<'_>) -> Result<String, Wrong> {
    match given.json() {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(Wrong::new(format!("expected a version such as \"8.4\", got `{other}`"))),
    }
}
