//! How databases are shown: with the replicas that follow them, and with what their source has
//! where they follow one.

use std::collections::BTreeMap;

use api::databases::{self as wire, DatabaseEngine, DatabaseNode, DatabaseStatus, PgExtension};
use api::{OrEmpty, id};
use uuid::Uuid;

use super::{
    Contents, DATABASES_MAX, DBNAME, Database, REPLICAS_MAX, backups, followers, following,
    time_text,
};
use crate::billing::owed;
use crate::{Cx, Doc, Result, Shown, alike};
use DatabaseEngine::{Kafka, Mysql, Pg, Redis, Valkey};

/// The port of every engine; of Kafka, those of its other doors.
const PORT: u16 = 16751;
const SASL_PORT: u16 = 16754;
const REST_PORT: u16 = 16755;
const REGISTRY_PORT: u16 = 16756;

/// Some of PostgreSQL's extensions, which all versions have.
const EXTENSIONS: &[&str] = &[
    "btree_gin",
    "btree_gist",
    "citext",
    "dblink",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "ltree",
    "pg_partman",
    "pg_stat_statements",
    "pg_trgm",
    "pgaudit",
    "pgcrypto",
    "pgrowlocks",
    "postgis",
    "postgres_fdw",
    "tablefunc",
    "unaccent",
    "uuid-ossp",
    "vector",
];

/// What is shown with databases and is not their own.
#[derive(Default)]
pub struct Beside {
    replicas: Vec<Doc<Database>>,
    sources: BTreeMap<Uuid, Doc<Database>>,
}

impl Shown for Database {
    type View = wire::Database;
    type With = Beside;

    async fn with(cx: &Cx, docs: &[Doc<Self>]) -> Result<Beside> {
        let replicas = match docs {
            [one] => cx.all(following(one.id()), REPLICAS_MAX).await?,
            _ => cx.all(followers(), DATABASES_MAX).await?,
        };
        let sources = cx.find_many(docs.iter().filter_map(|doc| doc.source).collect()).await?;
        Ok(Beside { replicas, sources })
    }

    fn view(doc: &Doc<Self>, beside: &Beside, cx: &Cx) -> wire::Database {
        let source = doc.source.and_then(|id| beside.sources.get(&id));
        let holds = source.map_or(&doc.holds, |source| &source.holds);
        let mine = beside.replicas.iter().filter(|replica| replica.source == Some(doc.id()));
        wire::Database {
            node: node(doc, holds, cx),
            read_replicas: mine.map(|replica| node(replica, &doc.holds, cx)).collect(),
        }
    }
}

/// The host of a database: in a VPC the one that is found from there.
pub(super) fn host(id: Uuid) -> String {
    let (_, random) = id.as_u64_pair();
    format!("vultr-prod-{id}-vultr-prod-{:04x}.vultrdb.com", random & 0xffff)
}

/// A database by itself, with what is in it.
fn node(doc: &Doc<Database>, holds: &Contents, cx: &Cx) -> DatabaseNode {
    let host = host(doc.id());
    let (engine, plan) = (doc.engine, doc.size(cx.catalog()));
    let nodes = plan.map_or(1, |plan| plan.number_of_nodes());
    let user = holds.users.first().cloned().unwrap_or_default();
    let no_kafka = |text: &str| (engine != Kafka).then(|| text.to_owned());
    let uri = |is_on: bool, port: u16| match is_on {
        true => format!("https://{host}:{port}"),
        false => String::new(),
    };
    let (mysql, kafka) = (engine == Mysql, engine == Kafka);
    let (rest, registry, connect) =
        (doc.services.rest, doc.services.registry, doc.services.connect);
    let mut node = alike!(doc => DatabaseNode {
        plan, region, label, tag, maintenance_dow, maintenance_time, trusted_ips;
        id: doc.id().into(),
        date_created: time_text(doc.created().as_millis()),
        plan_ram: plan.map_or(0, |plan| plan.size.ram),
        plan_vcpus: plan.map_or(0, |plan| plan.size.vcpu_count),
        plan_disk: plan.filter(|_| !doc.is_valkey()).map(|plan| plan.size.disk),
        plan_replicas: (!kafka).then(|| nodes - 1),
        plan_brokers: kafka.then_some(nodes),
        database_engine: engine.into(),
        database_engine_version: doc.version.clone(),
        vpc_id: OrEmpty(doc.network.map(id::VpcId)),
        status: status(doc).into(),
        pending_charges: owed(cx, doc),
        port: PORT.to_string(),
        user: user.name,
        password: cx.secret(user.password),
        backup_hour: no_kafka(&doc.backup_hour),
        backup_minute: no_kafka(&doc.backup_minute),
        latest_backup: backups::kept(cx, doc).map_or(String::new(), |kept| time_text(kept.latest)),
        ..DatabaseNode::default()
    });
    match engine {
        Mysql | Pg => node.dbname = DBNAME.into(),
        Valkey => node.eviction_policy = Some(doc.eviction_policy.into()),
        Redis => node.redis_eviction_policy = Some(doc.eviction_policy.into()),
        Kafka => {
            node.sasl_port = SASL_PORT.to_string();
            node.enable_kafka_rest = Some(rest);
            node.kafka_rest_uri = uri(rest, REST_PORT);
            node.enable_schema_registry = Some(registry);
            node.schema_registry_uri = uri(registry, REGISTRY_PORT);
            node.enable_kafka_connect = Some(connect);
        }
    }
    if mysql {
        node.mysql_sql_modes = Some(doc.sql_modes.clone());
        node.mysql_require_primary_key = Some(doc.require_primary_key);
        node.mysql_slow_query_log = Some(doc.slow_query_log);
        node.mysql_long_query_time = Some(doc.long_query_time);
    }
    if engine == Pg {
        let named = |name: &&str| PgExtension { name: (*name).into(), ..PgExtension::default() };
        node.pg_available_extensions = EXTENSIONS.iter().map(named).collect();
    }
    if !doc.is_valkey() {
        node.cluster_time_zone.clone_from(&doc.time_zone);
    }
    if doc.network.is_some() {
        node.public_host = format!("public-{host}");
    }
    node.host = host;
    node
}

fn status(doc: &Doc<Database>) -> DatabaseStatus {
    match doc.seen.serving {
        None => DatabaseStatus::Rebuilding,
        Some(number) if number != doc.build => DatabaseStatus::Rebalancing,
        Some(_) => DatabaseStatus::Running,
    }
}
