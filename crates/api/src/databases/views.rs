//! What is shown of managed databases.

use std::ops::Deref;

use super::AccessControl;
use crate::id::{DatabaseId, VpcId};
use crate::{Meta, Money, Open, OrEmpty, Secret, view, words};

/// What runs a managed database.
#[words]
pub enum DatabaseEngine {
    /// MySQL.
    #[default]
    Mysql,
    /// PostgreSQL.
    Pg,
    /// Valkey.
    Valkey,
    /// Kafka.
    Kafka,
    /// The former name of Valkey; databases that were made by it keep it.
    Redis,
}

/// What a managed database does now.
#[words("PascalCase")]
pub enum DatabaseStatus {
    /// Its nodes are set up for the first time.
    #[default]
    Rebuilding,
    /// It works, and is moved to other nodes.
    Rebalancing,
    /// It works, and what was changed is brought to it.
    Configuring,
    /// It works.
    Running,
}

/// A day of the week.
#[words]
pub enum MaintenanceDay {
    /// Sunday.
    #[default]
    Sunday,
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
}

/// What is dropped when memory is full.
#[words("kebab-case")]
pub enum EvictionPolicy {
    /// Nothing: what would need more is refused.
    #[default]
    #[wire(name = "noeviction")]
    NoEviction,
    /// What was not used for longest.
    AllkeysLru,
    /// The same among what has an expiry.
    VolatileLru,
    /// Anything.
    AllkeysRandom,
    /// Anything that has an expiry.
    VolatileRandom,
    /// What expires next.
    VolatileTtl,
    /// What is used least often.
    AllkeysLfu,
    /// The same among what has an expiry.
    VolatileLfu,
}

/// Which backup.
#[words]
pub enum BackupType {
    /// The latest.
    #[default]
    Basebackup,
    /// A point in time.
    Pitr,
}

/// How far to look back.
#[words]
pub enum AlertPeriod {
    /// A day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// 365 days.
    Year,
}

/// A managed database, with the read replicas that follow it.
#[view]
pub struct Database {
    /// The database itself.
    #[wire(flat)]
    pub node: DatabaseNode,
    /// Its read replicas.
    pub read_replicas: Vec<DatabaseNode>,
}

/// Its fields are the database's own.
impl Deref for Database {
    type Target = DatabaseNode;
    fn deref(&self) -> &DatabaseNode {
        &self.node
    }
}

/// A managed database by itself.
#[view]
pub struct DatabaseNode {
    /// Its id.
    pub id: DatabaseId,
    /// When it was created, in UTC: `2026-11-21 09:30:00`.
    pub date_created: String,
    /// Its plan.
    pub plan: String,
    /// Disk of each node in GB; not of Valkey, which keeps what it has in memory.
    #[wire(omit)]
    pub plan_disk: Option<u32>,
    /// Memory of each node in MB.
    pub plan_ram: u32,
    /// Virtual CPUs of each node.
    pub plan_vcpus: u32,
    /// Nodes besides the first; not of Kafka.
    #[wire(omit)]
    pub plan_replicas: Option<u32>,
    /// Nodes of Kafka.
    #[wire(omit)]
    pub plan_brokers: Option<u32>,
    /// The region's id.
    pub region: String,
    /// The engine.
    pub database_engine: Open<DatabaseEngine>,
    /// The engine's version.
    pub database_engine_version: String,
    /// The VPC that it is in; empty for none.
    pub vpc_id: OrEmpty<VpcId>,
    /// What it does now: `Running` when it can be used.
    pub status: Open<DatabaseStatus>,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tag on it.
    pub tag: String,
    /// What is owed for it since the last invoice.
    pub pending_charges: Money,
    /// The logical database that is always there (MySQL and PostgreSQL).
    #[wire(omit)]
    pub dbname: String,
    /// The host to connect to: in a VPC one that is found from there only.
    pub host: String,
    /// The host for those who are not in its VPC.
    #[wire(omit)]
    pub public_host: String,
    /// The port to connect to.
    pub port: String,
    /// The port to connect to by SASL (Kafka).
    #[wire(omit)]
    pub sasl_port: String,
    /// Whether Kafka REST runs beside it (Kafka).
    #[wire(omit)]
    pub enable_kafka_rest: Option<bool>,
    /// Where Kafka REST is.
    #[wire(omit)]
    pub kafka_rest_uri: String,
    /// Whether a schema registry runs beside it (Kafka).
    #[wire(omit)]
    pub enable_schema_registry: Option<bool>,
    /// Where the schema registry is.
    #[wire(omit)]
    pub schema_registry_uri: String,
    /// Whether Kafka Connect runs beside it (Kafka).
    #[wire(omit)]
    pub enable_kafka_connect: Option<bool>,
    /// The user that is always there.
    pub user: String,
    /// That user's password.
    pub password: Secret,
    /// That user's key (Kafka), in PEM.
    #[wire(omit, lines, most = 4_096)]
    pub access_key: Option<Secret>,
    /// That user's certificate (Kafka), in PEM.
    #[wire(omit, lines, most = 4_096)]
    pub access_cert: String,
    /// The day of the week on which updates are installed.
    pub maintenance_dow: Open<MaintenanceDay>,
    /// The hour at which they are, in UTC.
    pub maintenance_time: String,
    /// The hour of daily backups, as it was asked for; not of Kafka.
    #[wire(omit)]
    pub backup_hour: Option<String>,
    /// The minute of daily backups, as it was asked for; not of Kafka.
    #[wire(omit)]
    pub backup_minute: Option<String>,
    /// When the latest backup was made, in UTC: `2026-11-21 09:30:00`. Empty: there is none yet.
    pub latest_backup: String,
    /// The addresses and networks that may connect; empty: all.
    pub trusted_ips: Vec<String>,
    /// The certificate of those who sign the database's own, in PEM.
    #[wire(lines, most = 4_096)]
    pub ca_certificate: String,
    /// SQL modes that were asked for (MySQL).
    #[wire(omit)]
    pub mysql_sql_modes: Option<Vec<String>>,
    /// Whether each table must have a primary key (MySQL).
    #[wire(omit)]
    pub mysql_require_primary_key: Option<bool>,
    /// Whether slow queries are logged (MySQL).
    #[wire(omit)]
    pub mysql_slow_query_log: Option<bool>,
    /// From how many seconds on a query is slow (MySQL).
    #[wire(omit)]
    pub mysql_long_query_time: Option<u32>,
    /// Extensions that can be installed (PostgreSQL).
    #[wire(omit)]
    pub pg_available_extensions: Vec<PgExtension>,
    /// What is dropped when memory is full (Valkey).
    #[wire(omit)]
    pub eviction_policy: Option<Open<EvictionPolicy>>,
    /// The same of what is still called Redis.
    #[wire(omit)]
    pub redis_eviction_policy: Option<Open<EvictionPolicy>>,
    /// The time zone, as the tz database names it; not of Valkey.
    #[wire(omit)]
    pub cluster_time_zone: String,
}

/// An extension of PostgreSQL.
#[view]
pub struct PgExtension {
    /// Its name.
    pub name: String,
    /// The versions that can be had, where there are several.
    #[wire(omit)]
    pub versions: Vec<String>,
}

/// A plan of managed databases: how many nodes of which size.
#[view]
pub struct DatabasePlan {
    /// Its id.
    pub id: String,
    /// How many nodes.
    pub number_of_nodes: u32,
    /// What kind of machines they are.
    #[wire(name = "type")]
    pub kind: String,
    /// Virtual CPUs of each.
    pub vcpu_count: u32,
    /// Memory of each in MB.
    pub ram: u32,
    /// Disk of each in GB; absent where the engines keep all in memory.
    #[wire(omit)]
    pub disk: Option<u32>,
    /// US dollars a month for all nodes.
    pub monthly_cost: u32,
    /// The engines that run on it.
    pub supported_engines: SupportedEngines,
    /// How many connections engines take at once; those that have such a limit only.
    #[wire(omit)]
    pub max_connections: Option<MaxConnections>,
    /// The regions that sell it.
    pub locations: Vec<String>,
}

/// Which engines run on a plan.
#[view]
pub struct SupportedEngines {
    /// MySQL.
    pub mysql: bool,
    /// PostgreSQL.
    pub pg: bool,
    /// Valkey.
    pub valkey: bool,
    /// Kafka.
    pub kafka: bool,
}

/// How many connections an engine takes at once.
#[view]
pub struct MaxConnections {
    /// MySQL.
    #[wire(omit)]
    pub mysql: Option<u32>,
    /// PostgreSQL.
    #[wire(omit)]
    pub pg: Option<u32>,
}

/// How much of its plan a managed database uses.
#[view]
pub struct DatabaseUsage {
    /// Disk.
    pub disk: DiskUsage,
    /// Memory.
    pub memory: MemoryUsage,
    /// Virtual CPUs.
    pub cpu: CpuUsage,
}

/// How much disk is used.
#[view]
pub struct DiskUsage {
    /// GB that are used.
    pub current_gb: f64,
    /// GB that there are.
    pub max_gb: u32,
    /// The one in percent of the other.
    pub percentage: f64,
}

/// How much memory is used.
#[view]
pub struct MemoryUsage {
    /// MB that are used.
    pub current_mb: f64,
    /// MB that there are.
    pub max_mb: u32,
    /// The one in percent of the other.
    pub percentage: f64,
}

/// How much of the CPUs is used.
#[view]
pub struct CpuUsage {
    /// In percent.
    pub percentage: f64,
}

/// What a managed database has warned of.
#[view]
pub struct DatabaseAlert {
    /// When, in UTC: `2026-11-21 09:30:00`.
    pub timestamp: String,
    /// Of what kind: `MAINTENANCE SCHEDULED`, `DB MASTER PROMOTION` and the like.
    pub message_type: String,
    /// What happened.
    pub description: String,
    /// What is best done now.
    #[wire(omit)]
    pub recommendation: String,
    /// For when maintenance is scheduled.
    #[wire(omit)]
    pub maintenance_scheduled: String,
    /// What runs short.
    #[wire(omit)]
    pub resource_type: String,
    /// How many tables it is about.
    #[wire(omit)]
    pub table_count: Option<u32>,
}

/// From when to when a managed database can be restored.
#[view]
pub struct DatabaseBackups {
    /// The latest backup; absent while there is none.
    #[wire(omit)]
    pub latest_backup: Option<BackupTime>,
    /// The oldest that is kept.
    #[wire(omit)]
    pub oldest_backup: Option<BackupTime>,
}

/// When a backup was made, in UTC.
#[view]
pub struct BackupTime {
    /// The day: `2026-11-21`.
    pub date: String,
    /// The time of day: `09:30:00`.
    pub time: String,
}

/// What is said of something that has begun.
#[view]
pub struct DatabaseMessage {
    /// In words.
    pub message: String,
}

/// A migration from elsewhere.
#[view]
pub struct DatabaseMigration {
    /// How far it is.
    pub status: Open<MigrationStatus>,
    /// How it was done, once it is complete: `replication` or `dump`.
    #[wire(omit)]
    pub method: String,
    /// Why it failed, where it did.
    #[wire(omit)]
    pub error: String,
    /// Where it comes from.
    pub credentials: MigrationSource,
}

/// How far a migration is.
#[words]
pub enum MigrationStatus {
    /// Not begun.
    #[default]
    Pending,
    /// Under way.
    Running,
    /// Done.
    Complete,
    /// Failed.
    Error,
}

/// Where a migration comes from.
#[view]
pub struct MigrationSource {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u32,
    /// The user to log in as.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// The logical database to begin with (MySQL and PostgreSQL).
    #[wire(omit)]
    pub database: String,
    /// Logical databases that are left out, with commas between (not for Valkey).
    #[wire(omit)]
    pub ignored_databases: Option<String>,
    /// Whether it connects by TLS.
    pub ssl: bool,
}

/// A user of a managed database.
#[view]
pub struct DatabaseUser {
    /// The name to log in by.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// How the password is checked, in words for people (MySQL).
    #[wire(omit)]
    pub encryption: String,
    /// What the user may do (Kafka).
    #[wire(omit)]
    pub permission: Option<Open<DatabasePermission>>,
    /// What the user may do by rules, where rules were set (Valkey).
    #[wire(omit)]
    pub access_control: Option<AccessControl>,
    /// The user's key (Kafka), in PEM.
    #[wire(omit, lines, most = 4_096)]
    pub access_key: Option<Secret>,
    /// The user's certificate (Kafka), in PEM.
    #[wire(omit, lines, most = 4_096)]
    pub access_cert: String,
}

/// How MySQL checks a password.
#[words]
pub enum PasswordEncryption {
    /// As MySQL does since version 8.
    #[default]
    #[wire(name = "caching_sha2_password")]
    CachingSha2Password,
    /// As MySQL 5 did.
    MysqlNativePassword,
}

/// What a user of Kafka may do.
#[words]
pub enum DatabasePermission {
    /// Read.
    #[default]
    Read,
    /// Write.
    Write,
    /// Both.
    #[wire(name = "readwrite")]
    ReadWrite,
    /// All that there is.
    Admin,
}

/// A logical database.
#[view]
pub struct DatabaseDb {
    /// Its name.
    pub name: String,
}

/// The connection pools of a managed database.
#[view]
pub struct ConnectionPools {
    /// How many connections they hold and leave.
    pub connections: PoolConnections,
    /// The pools.
    pub connection_pools: Vec<ConnectionPool>,
    /// How many there are.
    pub meta: Meta,
}

/// How many connections the pools of a database hold.
#[view]
pub struct PoolConnections {
    /// Held by pools.
    pub used: u32,
    /// Left for others.
    pub available: u32,
    /// All that the plan has.
    pub max: u32,
}

/// Connections that are kept open and shared by clients.
#[view]
pub struct ConnectionPool {
    /// Its name.
    pub name: String,
    /// The logical database that it leads to.
    pub database: String,
    /// The user as which it logs in.
    pub username: String,
    /// When a connection is handed to the next client.
    pub mode: Open<PoolMode>,
    /// How many connections it holds.
    pub size: u32,
}

/// When a pool hands a connection to the next client.
#[words]
pub enum PoolMode {
    /// When the client leaves.
    Session,
    /// After each transaction.
    #[default]
    Transaction,
    /// After each statement.
    Statement,
}
