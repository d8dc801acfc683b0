//! Managed databases. Made by `cargo xtask families`.

use api::databases::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Managed databases: see [`Client::databases`].
#[derive(Debug, Clone, Copy)]
pub struct Databases<'a>(&'a Client);

impl Client {
    /// Managed databases.
    pub fn databases(&self) -> Databases<'_> {
        Databases(self)
    }
}

impl<'a> Databases<'a> {
    /// List managed databases.
    pub fn list(self) -> Call<'a, ListDatabases> {
        Call::new(self.0, ListDatabases::default())
    }

    /// Create a managed database.
    pub fn create(self, request: impl Into<CreateDatabase>) -> Call<'a, CreateDatabase> {
        Call::new(self.0, request)
    }

    /// Get a managed database.
    pub fn get(self, request: impl Into<GetDatabase>) -> Call<'a, GetDatabase> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDatabase>) -> Optional<'a, GetDatabase> {
        self.get(request).opt()
    }

    /// Change a managed database. What is absent stays.
    pub fn update(self, request: impl Into<UpdateDatabase>) -> Call<'a, UpdateDatabase> {
        Call::new(self.0, request)
    }

    /// Delete a managed database with all that is in it. Its read replicas must be gone before.
    pub fn delete(self, request: impl Into<DeleteDatabase>) -> Call<'a, DeleteDatabase> {
        Call::new(self.0, request)
    }

    /// Tell how much of its plan a managed database uses.
    pub fn usage(self, request: impl Into<GetDatabaseUsage>) -> Call<'a, GetDatabaseUsage> {
        Call::new(self.0, request)
    }

    /// List what a managed database has warned of lately.
    pub fn alerts(self, request: impl Into<ListDatabaseAlerts>) -> Call<'a, ListDatabaseAlerts> {
        Call::new(self.0, request)
    }

    /// Tell from when to when a managed database can be restored.
    pub fn backups(self, request: impl Into<GetDatabaseBackups>) -> Call<'a, GetDatabaseBackups> {
        Call::new(self.0, request)
    }

    /// Make a new managed database of a backup of another, with its plan and in its region.
    pub fn restore(self, request: impl Into<RestoreDatabase>) -> Call<'a, RestoreDatabase> {
        Call::new(self.0, request)
    }

    /// Make a new managed database of a backup of another, with a plan and region of its own.
    pub fn fork(self, request: impl Into<ForkDatabase>) -> Call<'a, ForkDatabase> {
        Call::new(self.0, request)
    }

    /// List maintenance updates that a managed database has not got yet.
    pub fn updates(self, request: impl Into<ListDatabaseUpdates>) -> Call<'a, ListDatabaseUpdates> {
        Call::new(self.0, request)
    }

    /// Give a managed database its maintenance updates now.
    pub fn install_updates(
        self,
        request: impl Into<StartDatabaseUpdates>,
    ) -> Call<'a, StartDatabaseUpdates> {
        Call::new(self.0, request)
    }

    /// List the versions to which a managed database can go up (PostgreSQL and Kafka).
    pub fn versions(
        self,
        request: impl Into<ListDatabaseVersions>,
    ) -> Call<'a, ListDatabaseVersions> {
        Call::new(self.0, request)
    }

    /// Take a managed database up to another version (PostgreSQL and Kafka).
    pub fn upgrade(self, request: impl Into<UpgradeDatabase>) -> Call<'a, UpgradeDatabase> {
        Call::new(self.0, request)
    }
}

/// Advanced options of managed databases: see [`Client::database_options`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseOptions<'a>(&'a Client);

impl Client {
    /// Advanced options of managed databases.
    pub fn database_options(&self) -> DatabaseOptions<'_> {
        DatabaseOptions(self)
    }
}

impl<'a> DatabaseOptions<'a> {
    /// List a managed database's advanced options: which can be set, and which are (MySQL, PostgreSQL and
    /// Kafka).
    pub fn list(self, request: impl Into<ListDatabaseOptions>) -> Call<'a, ListDatabaseOptions> {
        Call::new(self.0, request)
    }

    /// Set advanced options of a managed database (MySQL, PostgreSQL and Kafka). What is absent stays.
    pub fn update(
        self,
        request: impl Into<UpdateDatabaseOptions>,
    ) -> Call<'a, UpdateDatabaseOptions> {
        Call::new(self.0, request)
    }

    /// List the advanced options of the Kafka REST beside a managed database (Kafka, from business plans
    /// on).
    pub fn kafka_rest(
        self,
        request: impl Into<ListKafkaRestOptions>,
    ) -> Call<'a, ListKafkaRestOptions> {
        Call::new(self.0, request)
    }

    /// Set advanced options of the Kafka REST beside a managed database. What is absent stays.
    pub fn update_kafka_rest(
        self,
        request: impl Into<UpdateKafkaRestOptions>,
    ) -> Call<'a, UpdateKafkaRestOptions> {
        Call::new(self.0, request)
    }

    /// List the advanced options of the schema registry beside a managed database (Kafka, from business
    /// plans on).
    pub fn schema_registry(
        self,
        request: impl Into<ListSchemaRegistryOptions>,
    ) -> Call<'a, ListSchemaRegistryOptions> {
        Call::new(self.0, request)
    }

    /// Set advanced options of the schema registry beside a managed database. What is absent stays.
    pub fn update_schema_registry(
        self,
        request: impl Into<UpdateSchemaRegistryOptions>,
    ) -> Call<'a, UpdateSchemaRegistryOptions> {
        Call::new(self.0, request)
    }

    /// List the advanced options of the Kafka Connect beside a managed database (Kafka, from business
    /// plans on).
    pub fn kafka_connect(
        self,
        request: impl Into<ListKafkaConnectOptions>,
    ) -> Call<'a, ListKafkaConnectOptions> {
        Call::new(self.0, request)
    }

    /// Set advanced options of the Kafka Connect beside a managed database. What is absent stays.
    pub fn update_kafka_connect(
        self,
        request: impl Into<UpdateKafkaConnectOptions>,
    ) -> Call<'a, UpdateKafkaConnectOptions> {
        Call::new(self.0, request)
    }
}

/// Topics of managed Kafka databases: see [`Client::database_topics`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseTopics<'a>(&'a Client);

impl Client {
    /// Topics of managed Kafka databases.
    pub fn database_topics(&self) -> DatabaseTopics<'_> {
        DatabaseTopics(self)
    }
}

impl<'a> DatabaseTopics<'a> {
    /// List the topics of a managed database (Kafka).
    pub fn list(self, request: impl Into<ListDatabaseTopics>) -> Call<'a, ListDatabaseTopics> {
        Call::new(self.0, request)
    }

    /// Create a topic (Kafka).
    pub fn create(self, request: impl Into<CreateDatabaseTopic>) -> Call<'a, CreateDatabaseTopic> {
        Call::new(self.0, request)
    }

    /// Get a topic (Kafka).
    pub fn get(self, request: impl Into<GetDatabaseTopic>) -> Call<'a, GetDatabaseTopic> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDatabaseTopic>) -> Optional<'a, GetDatabaseTopic> {
        self.get(request).opt()
    }

    /// Change a topic (Kafka). What is absent or 0 stays.
    pub fn update(self, request: impl Into<UpdateDatabaseTopic>) -> Call<'a, UpdateDatabaseTopic> {
        Call::new(self.0, request)
    }

    /// Delete a topic with all messages in it (Kafka).
    pub fn delete(self, request: impl Into<DeleteDatabaseTopic>) -> Call<'a, DeleteDatabaseTopic> {
        Call::new(self.0, request)
    }
}

/// Quotas of managed Kafka databases: see [`Client::database_quotas`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseQuotas<'a>(&'a Client);

impl Client {
    /// Quotas of managed Kafka databases.
    pub fn database_quotas(&self) -> DatabaseQuotas<'_> {
        DatabaseQuotas(self)
    }
}

impl<'a> DatabaseQuotas<'a> {
    /// List the quotas of a managed database (Kafka).
    pub fn list(self, request: impl Into<ListDatabaseQuotas>) -> Call<'a, ListDatabaseQuotas> {
        Call::new(self.0, request)
    }

    /// Create a quota: how much a user may do as a client of that id (Kafka).
    pub fn create(self, request: impl Into<CreateDatabaseQuota>) -> Call<'a, CreateDatabaseQuota> {
        Call::new(self.0, request)
    }

    /// Get a quota (Kafka).
    pub fn get(self, request: impl Into<GetDatabaseQuota>) -> Call<'a, GetDatabaseQuota> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDatabaseQuota>) -> Optional<'a, GetDatabaseQuota> {
        self.get(request).opt()
    }

    /// Change a quota (Kafka). What is absent or 0 stays.
    pub fn update(self, request: impl Into<UpdateDatabaseQuota>) -> Call<'a, UpdateDatabaseQuota> {
        Call::new(self.0, request)
    }

    /// Delete a quota (Kafka).
    pub fn delete(self, request: impl Into<DeleteDatabaseQuota>) -> Call<'a, DeleteDatabaseQuota> {
        Call::new(self.0, request)
    }
}

/// Connectors of managed Kafka databases: see [`Client::database_connectors`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseConnectors<'a>(&'a Client);

impl Client {
    /// Connectors of managed Kafka databases.
    pub fn database_connectors(&self) -> DatabaseConnectors<'_> {
        DatabaseConnectors(self)
    }
}

impl<'a> DatabaseConnectors<'a> {
    /// List the connectors that can be made in a managed database (Kafka).
    pub fn available(
        self,
        request: impl Into<ListAvailableConnectors>,
    ) -> Call<'a, ListAvailableConnectors> {
        Call::new(self.0, request)
    }

    /// List what connectors of a class can be told (Kafka).
    pub fn settings(
        self,
        request: impl Into<GetConnectorSettings>,
    ) -> Call<'a, GetConnectorSettings> {
        Call::new(self.0, request)
    }

    /// List the connectors of a managed database (Kafka).
    pub fn list(
        self,
        request: impl Into<ListDatabaseConnectors>,
    ) -> Call<'a, ListDatabaseConnectors> {
        Call::new(self.0, request)
    }

    /// Create a connector (Kafka).
    pub fn create(
        self,
        request: impl Into<CreateDatabaseConnector>,
    ) -> Call<'a, CreateDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Get a connector (Kafka).
    pub fn get(self, request: impl Into<GetDatabaseConnector>) -> Call<'a, GetDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetDatabaseConnector>,
    ) -> Optional<'a, GetDatabaseConnector> {
        self.get(request).opt()
    }

    /// Change a connector (Kafka). What is absent stays; a `config` that is given replaces all of it.
    pub fn update(
        self,
        request: impl Into<UpdateDatabaseConnector>,
    ) -> Call<'a, UpdateDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Delete a connector (Kafka).
    pub fn delete(
        self,
        request: impl Into<DeleteDatabaseConnector>,
    ) -> Call<'a, DeleteDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Tell how a connector and its tasks do (Kafka).
    pub fn status(
        self,
        request: impl Into<GetDatabaseConnectorStatus>,
    ) -> Call<'a, GetDatabaseConnectorStatus> {
        Call::new(self.0, request)
    }

    /// Pause a connector and its tasks (Kafka).
    pub fn pause(
        self,
        request: impl Into<PauseDatabaseConnector>,
    ) -> Call<'a, PauseDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Let a paused connector go on (Kafka).
    pub fn resume(
        self,
        request: impl Into<ResumeDatabaseConnector>,
    ) -> Call<'a, ResumeDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Restart a connector and its tasks (Kafka).
    pub fn restart(
        self,
        request: impl Into<RestartDatabaseConnector>,
    ) -> Call<'a, RestartDatabaseConnector> {
        Call::new(self.0, request)
    }

    /// Restart one task of a connector (Kafka).
    pub fn restart_task(
        self,
        request: impl Into<RestartDatabaseConnectorTask>,
    ) -> Call<'a, RestartDatabaseConnectorTask> {
        Call::new(self.0, request)
    }
}

/// Plans and engines of managed databases: see [`Client::database_plans`].
#[derive(Debug, Clone, Copy)]
pub struct DatabasePlans<'a>(&'a Client);

impl Client {
    /// Plans and engines of managed databases.
    pub fn database_plans(&self) -> DatabasePlans<'_> {
        DatabasePlans(self)
    }
}

impl<'a> DatabasePlans<'a> {
    /// List the plans of managed databases.
    pub fn list(self) -> Call<'a, ListDatabasePlans> {
        Call::new(self.0, ListDatabasePlans::default())
    }

    /// List the engines of managed databases with the versions that can be ordered.
    pub fn engines(self) -> Call<'a, ListDatabaseEngines> {
        Call::new(self.0, ListDatabaseEngines::default())
    }
}

/// Read replicas of managed databases: see [`Client::database_replicas`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseReplicas<'a>(&'a Client);

impl Client {
    /// Read replicas of managed databases.
    pub fn database_replicas(&self) -> DatabaseReplicas<'_> {
        DatabaseReplicas(self)
    }
}

impl<'a> DatabaseReplicas<'a> {
    /// Make a read replica of a managed database: a database of its own that follows it.
    pub fn create(
        self,
        request: impl Into<CreateDatabaseReplica>,
    ) -> Call<'a, CreateDatabaseReplica> {
        Call::new(self.0, request)
    }

    /// Make a read replica a database that follows no other and can be written to.
    pub fn promote(
        self,
        request: impl Into<PromoteDatabaseReplica>,
    ) -> Call<'a, PromoteDatabaseReplica> {
        Call::new(self.0, request)
    }
}

/// Migrations from elsewhere to managed databases: see [`Client::database_migrations`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseMigrations<'a>(&'a Client);

impl Client {
    /// Migrations from elsewhere to managed databases.
    pub fn database_migrations(&self) -> DatabaseMigrations<'_> {
        DatabaseMigrations(self)
    }
}

impl<'a> DatabaseMigrations<'a> {
    /// Tell how far the migration to a managed database is.
    pub fn get(self, request: impl Into<GetDatabaseMigration>) -> Call<'a, GetDatabaseMigration> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetDatabaseMigration>,
    ) -> Optional<'a, GetDatabaseMigration> {
        self.get(request).opt()
    }

    /// Begin to migrate a server elsewhere to a managed database.
    pub fn start(
        self,
        request: impl Into<StartDatabaseMigration>,
    ) -> Call<'a, StartDatabaseMigration> {
        Call::new(self.0, request)
    }

    /// Detach a migration from a managed database, finished or not.
    pub fn detach(
        self,
        request: impl Into<DetachDatabaseMigration>,
    ) -> Call<'a, DetachDatabaseMigration> {
        Call::new(self.0, request)
    }
}

/// Users of managed databases: see [`Client::database_users`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseUsers<'a>(&'a Client);

impl Client {
    /// Users of managed databases.
    pub fn database_users(&self) -> DatabaseUsers<'_> {
        DatabaseUsers(self)
    }
}

impl<'a> DatabaseUsers<'a> {
    /// List the users of a managed database.
    pub fn list(self, request: impl Into<ListDatabaseUsers>) -> Call<'a, ListDatabaseUsers> {
        Call::new(self.0, request)
    }

    /// Create a user of a managed database.
    pub fn create(self, request: impl Into<CreateDatabaseUser>) -> Call<'a, CreateDatabaseUser> {
        Call::new(self.0, request)
    }

    /// Get a user of a managed database.
    pub fn get(self, request: impl Into<GetDatabaseUser>) -> Call<'a, GetDatabaseUser> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDatabaseUser>) -> Optional<'a, GetDatabaseUser> {
        self.get(request).opt()
    }

    /// Give a user of a managed database another password.
    pub fn update(self, request: impl Into<UpdateDatabaseUser>) -> Call<'a, UpdateDatabaseUser> {
        Call::new(self.0, request)
    }

    /// Say what a user may do: of Valkey by rules, of Kafka by a permission. What is absent stays.
    pub fn set_access(
        self,
        request: impl Into<SetDatabaseUserAcl>,
    ) -> Call<'a, SetDatabaseUserAcl> {
        Call::new(self.0, request)
    }

    /// Delete a user of a managed database.
    pub fn delete(self, request: impl Into<DeleteDatabaseUser>) -> Call<'a, DeleteDatabaseUser> {
        Call::new(self.0, request)
    }
}

/// Logical databases within managed databases: see [`Client::database_dbs`].
#[derive(Debug, Clone, Copy)]
pub struct DatabaseDbs<'a>(&'a Client);

impl Client {
    /// Logical databases within managed databases.
    pub fn database_dbs(&self) -> DatabaseDbs<'_> {
        DatabaseDbs(self)
    }
}

impl<'a> DatabaseDbs<'a> {
    /// List the logical databases of a managed database (MySQL and PostgreSQL).
    pub fn list(self, request: impl Into<ListDatabaseDbs>) -> Call<'a, ListDatabaseDbs> {
        Call::new(self.0, request)
    }

    /// Create a logical database (MySQL and PostgreSQL).
    pub fn create(self, request: impl Into<CreateDatabaseDb>) -> Call<'a, CreateDatabaseDb> {
        Call::new(self.0, request)
    }

    /// Get a logical database (MySQL and PostgreSQL).
    pub fn get(self, request: impl Into<GetDatabaseDb>) -> Call<'a, GetDatabaseDb> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDatabaseDb>) -> Optional<'a, GetDatabaseDb> {
        self.get(request).opt()
    }

    /// Delete a logical database with all that is in it (MySQL and PostgreSQL).
    pub fn delete(self, request: impl Into<DeleteDatabaseDb>) -> Call<'a, DeleteDatabaseDb> {
        Call::new(self.0, request)
    }
}

/// Connection pools of managed PostgreSQL databases: see [`Client::connection_pools`].
#[derive(Debug, Clone, Copy)]
pub struct ConnectionPools<'a>(&'a Client);

impl Client {
    /// Connection pools of managed PostgreSQL databases.
    pub fn connection_pools(&self) -> ConnectionPools<'_> {
        ConnectionPools(self)
    }
}

impl<'a> ConnectionPools<'a> {
    /// List the connection pools of a managed database (PostgreSQL).
    pub fn list(self, request: impl Into<ListConnectionPools>) -> Call<'a, ListConnectionPools> {
        Call::new(self.0, request)
    }

    /// Create a connection pool (PostgreSQL).
    pub fn create(
        self,
        request: impl Into<CreateConnectionPool>,
    ) -> Call<'a, CreateConnectionPool> {
        Call::new(self.0, request)
    }

    /// Get a connection pool (PostgreSQL).
    pub fn get(self, request: impl Into<GetConnectionPool>) -> Call<'a, GetConnectionPool> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetConnectionPool>) -> Optional<'a, GetConnectionPool> {
        self.get(request).opt()
    }

    /// Change a connection pool (PostgreSQL). What is absent stays.
    pub fn update(
        self,
        request: impl Into<UpdateConnectionPool>,
    ) -> Call<'a, UpdateConnectionPool> {
        Call::new(self.0, request)
    }

    /// Delete a connection pool (PostgreSQL).
    pub fn delete(
        self,
        request: impl Into<DeleteConnectionPool>,
    ) -> Call<'a, DeleteConnectionPool> {
        Call::new(self.0, request)
    }
}
