//! Managed databases: nodes of an engine, with users, logical databases and pools on them.
//!
//! A database is one row with all that is in it: its parts go, are restored and are brought to the
//! world together. Nobody here speaks SQL: there are no tables, and no data in them.

mod access;
mod backups;
mod certificates;
mod connectors;
mod engines;
mod handlers;
mod kafka;
mod life;
mod migration;
mod options;
mod past;
mod replicas;
mod shown;
mod upkeep;
mod users;
mod wish;

use std::collections::BTreeMap;

use api::Secret;
use api::databases::{
    DatabaseEngine, DatabasePermission, EvictionPolicy, MaintenanceDay, PasswordEncryption,
    PoolMode,
};
use api::wire::Map;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, DatabasePlan};
use crate::{Doc, Family, Kind, Refusal, Result, Tx};
use DatabaseEngine::{Kafka, Mysql, Pg, Redis, Valkey};
use certificates::Certified;
use connectors::Connector;
use past::Past;

/// How many databases an account can have: lists of them have no pages.
pub const DATABASES_MAX: usize = 500;
/// How many of each sort of parts a database can have: the row is written whole.
pub const PARTS_MAX: usize = 1000;
/// How many read replicas a database can have.
pub const REPLICAS_MAX: usize = 3;
/// The user that is always there; Valkey has another.
const USER: &str = "vultradmin";
const VALKEY_USER: &str = "default";
/// The logical database that is always there.
const DBNAME: &str = "defaultdb";

/// A managed database as its owner wants it: what has no words here is shown by the same name in
/// [`api::databases::DatabaseNode`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Database {
    /// What runs it.
    pub engine: DatabaseEngine,
    /// The engine's version.
    pub version: String,
    /// Its region.
    pub region: String,
    /// Its plan.
    pub plan: String,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tag on it.
    pub tag: String,
    /// The VPC that it is in.
    pub network: Option<Uuid>,
    maintenance_dow: MaintenanceDay,
    maintenance_time: String,
    backup_hour: String,
    backup_minute: String,
    time_zone: String,
    trusted_ips: Vec<String>,
    sql_modes: Vec<String>,
    require_primary_key: bool,
    slow_query_log: bool,
    long_query_time: u32,
    eviction_policy: EvictionPolicy,
    /// Services beside Kafka.
    pub services: Services,
    /// Whom its clients trust.
    authority: Certified,
    /// Advanced options that were set, by what they are of: its engine, or what runs beside it.
    options: BTreeMap<String, Map>,
    /// What is in Kafka.
    streams: kafka::Streams,
    /// The database that it follows, where it is a read replica.
    pub source: Option<Uuid>,
    /// Which nodes it is to be on, by number: whatever moves it to others counts on.
    build: u64,
    /// When it was last moved to others, in milliseconds.
    moved: i64,
    /// What is in it; nothing in a read replica, which has what its source has.
    pub holds: Contents,
    /// What was in it, and is now.
    past: Past,
    /// The month whose maintenance updates it got last, counted from 1970.
    patched: i64,
    /// When it became a database that can be written to, in milliseconds, where it was a replica.
    promoted: Option<i64>,
    migration: Option<Migration>,
    /// How many migrations there were.
    migrations: u64,
}

/// Services beside Kafka.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// Kafka REST.
    pub rest: bool,
    /// A schema registry.
    pub registry: bool,
    /// Kafka Connect.
    pub connect: bool,
}

/// What is in a database, and comes back when it is restored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Contents {
    /// Its users; the first is always there.
    pub users: Vec<User>,
    /// Its logical databases; the first is always there.
    pub dbs: Vec<Db>,
    /// Its connection pools.
    pub pools: Vec<Pool>,
}

/// A user of a database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The name to log in by.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// How MySQL checks it.
    pub encryption: PasswordEncryption,
    /// What may be done in Kafka.
    pub permission: DatabasePermission,
    /// What shows Kafka who it is.
    identity: Certified,
    /// What may be done in Valkey, where rules were set.
    pub rules: Option<access::Rules>,
}

/// A logical database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Db {
    /// Its name.
    pub name: String,
}

/// A connection pool: see [`api::databases::ConnectionPool`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    name: String,
    database: String,
    username: String,
    mode: PoolMode,
    size: u32,
}

/// A migration from elsewhere: see [`api::databases::MigrationSource`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Migration {
    host: String,
    port: u32,
    username: String,
    password: Secret,
    database: String,
    ignored_databases: String,
    ssl: bool,
}

/// What was last seen of a database's nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The number of the nodes that serve it; none: it never worked yet.
    serving: Option<u64>,
    /// Nodes with numbers below are gone.
    swept: u64,
    /// When it could first be used, in milliseconds.
    ready_at: Option<i64>,
    /// Which migration was begun, and whether it has ended.
    migration: Option<(u64, bool)>,
}

impl Kind for Database {
    const KIND: &'static str = "database";
    // Terraform looks for these words, small letters and all.
    const UNKNOWN: &'static str = "invalid database ID";
    const LIVES: bool = true;
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        self.source.map(|id| vec![following(id), followers()]).unwrap_or_default()
    }
}

/// The list of a database's read replicas.
fn following(id: Uuid) -> Facet {
    ("source", id.to_string())
}

/// The list of all read replicas.
fn followers() -> Facet {
    ("role", "replica".into())
}

impl Charged for Database {
    const PRODUCT: &'static str = "Managed Database";
    /// The plan.
    type Class = String;

    fn class(doc: &Doc<Self>) -> String {
        doc.plan.clone()
    }

    fn price(plan: &String, amount: Decimal, catalog: &Catalog) -> Rate {
        let monthly = catalog.database_plan(plan).map_or(0, |plan| plan.monthly_cost);
        Rate::by_month(Decimal::from(monthly) * amount)
    }
}

/// An engine's word in the catalogue.
pub(crate) fn word(engine: DatabaseEngine) -> &'static str {
    match engine {
        Mysql => "mysql",
        Pg => "pg",
        Valkey | Redis => "valkey",
        Kafka => "kafka",
    }
}

impl Database {
    /// Whether it is Valkey, by whatever name.
    fn is_valkey(&self) -> bool {
        word(self.engine) == word(Valkey)
    }

    /// Its plan; none: the catalogue has it no more.
    fn size<'a>(&self, catalog: &'a Catalog) -> Option<DatabasePlan<'a>> {
        catalog.database_plan(&self.plan)
    }

    /// Goes on only where its engine is one of these: the others have no such thing as `what`.
    ///
    /// # Errors
    /// 400.
    pub fn needs(&self, what: &str, engines: &[DatabaseEngine]) -> Result<()> {
        let words: Vec<_> = engines.iter().map(|engine| word(*engine)).collect();
        let help =
            format!("{what}: of {} only, and this is {}", words.join(" and "), word(self.engine));
        let said = "This is not available for the database engine.";
        Refusal::bad(said).help(help).unless(words.contains(&word(self.engine)))
    }

    /// Goes on only where it follows no other database.
    ///
    /// # Errors
    /// 400.
    pub fn is_primary(&self) -> Result<()> {
        let help = "it has what its source has; change that, or promote this";
        Refusal::bad("This is a read replica.").help(help).unless(self.source.is_none())
    }

    /// Notes what is in it now, for when it is to be restored as it is now.
    pub fn remember(&mut self, now: i64) {
        // Of Kafka there are no backups.
        if self.engine != Kafka {
            self.past.note(now, &self.holds);
        }
    }

    /// Its settings, by the names that the engine has for them.
    fn settings(&self) -> BTreeMap<String, String> {
        let flag = |on: bool| if on { "on" } else { "off" }.to_owned();
        let own: &[(&str, String)] = &match self.engine {
            Mysql => vec![
                ("default_time_zone", self.time_zone.clone()),
                ("sql_mode", self.sql_modes.join(",")),
                ("sql_require_primary_key", flag(self.require_primary_key)),
                ("slow_query_log", flag(self.slow_query_log)),
                ("long_query_time", self.long_query_time.to_string()),
            ],
            Pg => vec![("timezone", self.time_zone.clone())],
            Valkey | Redis => {
                vec![("maxmemory-policy", api::Open::from(self.eviction_policy).text())]
            }
            Kafka => vec![
                ("kafka_rest", flag(self.services.rest)),
                ("schema_registry", flag(self.services.registry)),
                ("kafka_connect", flag(self.services.connect)),
            ],
        };
        let own = own.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        own.chain(self.set_options()).collect()
    }
}

/// The database whose parts a request is about; of a read replica, with those of its source, which
/// can be looked at only.
///
/// # Errors
/// 404 where there is none, 400 where its engine has none of `what`, or where a replica's would change.
async fn holder(
    tx: &mut Tx,
    path: &[String],
    what: &str,
    engines: &[DatabaseEngine],
) -> Result<Doc<Database>> {
    let id: Uuid = path.first().and_then(|id| id.parse().ok()).unwrap_or_default();
    let mut database = tx.get::<Database>(id).await?;
    database.needs(what, engines)?;
    let looks = ["list-", "get-"].iter().any(|word| tx.cx().op.starts_with(word));
    if let Some(source) = database.source {
        if !looks {
            database.is_primary()?;
        }
        database.want.holds = tx.get::<Database>(source).await?.want.holds;
    }
    if looks {
        // It is shown to those who may only look, too: not with what opens it.
        for user in &mut database.holds.users {
            user.password = tx.cx().secret(std::mem::take(&mut user.password));
            user.identity.key = tx.cx().secret(std::mem::take(&mut user.identity.key));
        }
        for connector in &mut database.streams.connectors {
            connector.hide(tx.cx());
        }
    }
    Ok(database)
}

/// Where parts of a database lie that are restored with it, and which engines have such.
macro_rules! held {
    ($list:ident, $what:literal, $engines:expr) => {
        type Owner = crate::databases::Database;

        fn all(owner: &Self::Owner) -> &[Self] {
            &owner.holds.$list
        }
        fn all_mut(owner: &mut Self::Owner) -> &mut Vec<Self> {
            &mut owner.holds.$list
        }
        fn changed(owner: &mut crate::Doc<Self::Owner>, cx: &crate::Cx) {
            owner.forget_gone_users();
            owner.remember(cx.now());
        }
        async fn owner(
            tx: &mut crate::Tx,
            path: &[String],
        ) -> crate::Result<crate::Doc<Self::Owner>> {
            crate::databases::holder(tx, path, $what, $engines).await
        }
    };
}
pub(crate) use held;

/// Refuses one more part where there are as many as can be.
pub(crate) fn check_room(what: &str, there_are: usize) -> Result<()> {
    let help = format!("there are {PARTS_MAX} {what}, the most that there can be");
    Refusal::bad("Bad request.").help(help).unless(there_are < PARTS_MAX)
}

/// A time as it is told of databases, in UTC.
fn time_text(at: i64) -> String {
    api::Time::from_millis(at).spaced()
}

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes().and(users::routes()).and(backups::routes());
    let routes = routes.and(replicas::routes()).and(upkeep::routes()).and(migration::routes());
    let routes = routes.and(options::routes()).and(kafka::routes()).and(connectors::routes());
    let routes = routes.and(access::routes()).and(engines::routes());
    Family::new(routes).life::<Database>().costs::<Database>()
}
