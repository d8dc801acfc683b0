//! What a database is asked to be, when it is made and later, and what of it is refused.

use api::databases::{CreateDatabase, DatabaseEngine, UpdateDatabase};
use api::{Time, id};
use uuid::Uuid;

use super::options::needs_business;
use super::{Database, word};
use crate::catalog::DatabasePlan;
use crate::vpcs::guests::{self, GuestSort};
use crate::{Cx, Doc, Network, Refusal, Result, Tx, alike, ensure, in_range, parsed, refuse, set};
use DatabaseEngine::{Kafka, Mysql, Pg, Valkey};

/// What MySQL's mode can be made of.
const SQL_MODES: &[&str] = &[
    "ALLOW_INVALID_DATES",
    "ANSI",
    "ANSI_QUOTES",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "HIGH_NOT_PRECEDENCE",
    "IGNORE_SPACE",
    "NO_AUTO_VALUE_ON_ZERO",
    "NO_DIR_IN_CREATE",
    "NO_ENGINE_SUBSTITUTION",
    "NO_UNSIGNED_SUBTRACTION",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "ONLY_FULL_GROUP_BY",
    "PIPES_AS_CONCAT",
    "REAL_AS_FLOAT",
    "STRICT_ALL_TABLES",
    "STRICT_TRANS_TABLES",
    "TIME_TRUNCATE_FRACTIONAL",
    "TRADITIONAL",
];
/// How long MySQL lets a query take before it is slow, in seconds.
const LONG_QUERY_S: u32 = 10;
/// When updates are installed where nobody says.
const MAINTENANCE: &str = "06:00:00";
const TIME_ZONE: &str = "UTC";

impl Database {
    /// One of which nothing was wished yet.
    pub(super) fn new(now: i64) -> Self {
        Self {
            maintenance_time: MAINTENANCE.into(),
            time_zone: TIME_ZONE.into(),
            long_query_time: LONG_QUERY_S,
            moved: now,
            // What it is set up from is a month old, as images of systems are.
            patched: month(now) - 1,
            ..Self::default()
        }
    }

    /// Moves it to other nodes.
    pub(super) fn move_on(&mut self, now: i64) {
        self.build += 1;
        self.moved = now;
    }
}

/// The month that holds a time, counted from 1970.
pub(super) fn month(at: i64) -> i64 {
    let text = Time::from_millis(at).0.strftime("%Y %m").to_string();
    let (year, month) = text.split_once(' ').unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    (number(year) - 1970) * 12 + number(month) - 1
}

/// What is wished of a new database, in the words in which it is of one that is there.
pub(super) fn at_creation(req: &CreateDatabase) -> UpdateDatabase {
    alike!(req => UpdateDatabase {
        tag, vpc_id, maintenance_dow, maintenance_time, backup_hour, backup_minute, trusted_ips,
        mysql_sql_modes, mysql_require_primary_key, mysql_slow_query_log, mysql_long_query_time,
        eviction_policy, redis_eviction_policy, enable_kafka_rest, enable_schema_registry,
        enable_kafka_connect;
        database_id: id::DatabaseId::default(),
        region: None,
        plan: None,
        label: None,
        cluster_time_zone: None,
    })
}

/// Puts what is wished into the database that should be; what is absent stays.
///
/// # Errors
/// 400 naming the first field that cannot be so.
pub(super) async fn apply(
    tx: &mut Tx,
    database: &mut Doc<Database>,
    wish: UpdateDatabase,
) -> Result<()> {
    let cx = tx.cx().clone();
    check_engine(&cx, database, &wish)?;
    let was = (database.region.clone(), database.plan.clone());
    let in_network = database.network;
    if let Some(region) = given(&wish.region) {
        database.region.clone_from(&cx.region("region", region)?.id);
    }
    if let Some(plan) = given(&wish.plan).filter(|plan| **plan != database.plan) {
        choose_plan(&cx, database, plan)?;
    }
    check_sold(&cx, database)?;
    check_services(&cx, database, &wish)?;
    if database.seq() > 0 && was != (database.region.clone(), database.plan.clone()) {
        database.move_on(cx.now());
    }
    let region = database.region.clone();
    match &wish.vpc_id {
        Some(text) => {
            database.network = guests::vpc_in_field(tx, "vpc_id", text, &region).await?;
        }
        None if in_network.is_some() && was.0 != region => {
            return refuse(
                "vpc_id",
                format_args!("its VPC is in {}; name one in {region}, or none", was.0),
            );
        }
        None => {}
    }
    guests::moves(tx, guest(database.id()), in_network, database.network).await?;
    settings(database, wish)
}

/// A database among what is in a VPC.
pub(super) fn guest(database: Uuid) -> (GuestSort, Uuid) {
    (GuestSort::Database, database)
}

/// What clients send empty where they mean nothing.
fn given(text: &Option<String>) -> Option<&String> {
    text.as_ref().filter(|text| !text.is_empty())
}

/// The rest of what is wished: what needs nothing but itself.
fn settings(database: &mut Database, wish: UpdateDatabase) -> Result<()> {
    set(&mut database.label, wish.label.filter(|label| !label.is_empty()));
    set(&mut database.tag, wish.tag);
    set(&mut database.maintenance_dow, wish.maintenance_dow.and_then(api::OrEmpty::get));
    if let Some(time) = given(&wish.maintenance_time) {
        check_hour(time)?;
        database.maintenance_time.clone_from(time);
    }
    for (field, most, text, own) in [
        ("backup_hour", 23, wish.backup_hour, &mut database.backup_hour),
        ("backup_minute", 59, wish.backup_minute, &mut database.backup_minute),
    ] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            in_range(field, parsed::<u32>(field, text, "number such as `4`")?, 0..=most)?;
        }
        set(own, text);
    }
    if let Some(zone) = given(&wish.cluster_time_zone) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        let text = format_args!("`{zone}` is no time zone such as `UTC` or `Europe/London`");
        ensure(zone.chars().all(allowed), "cluster_time_zone", text)?;
        database.time_zone.clone_from(zone);
    }
    if let Some(ips) = wish.trusted_ips {
        for ip in &ips {
            let whole = if ip.contains('/') { ip.clone() } else { format!("{ip}/32") };
            let is_one = whole.parse::<Network>().is_ok() || ip.parse::<std::net::IpAddr>().is_ok();
            let text = format_args!("`{ip}` is no address nor network such as `192.0.2.0/24`");
            ensure(is_one, "trusted_ips", text)?;
        }
        database.trusted_ips = ips;
    }
    if let Some(modes) = wish.mysql_sql_modes {
        let wrong = modes.iter().find(|mode| !SQL_MODES.contains(&mode.as_str()));
        if let Some(wrong) = wrong {
            let text = format_args!("`{wrong}` is none of {}", SQL_MODES.join(", "));
            return refuse("mysql_sql_modes", text);
        }
        database.sql_modes = modes;
    }
    set(&mut database.require_primary_key, wish.mysql_require_primary_key);
    set(&mut database.slow_query_log, wish.mysql_slow_query_log);
    set(&mut database.long_query_time, wish.mysql_long_query_time.filter(|s| *s > 0));
    let policies = [wish.redis_eviction_policy, wish.eviction_policy];
    for policy in policies.into_iter().flatten() {
        set(&mut database.eviction_policy, policy.get());
    }
    set(&mut database.services.rest, wish.enable_kafka_rest);
    set(&mut database.services.registry, wish.enable_schema_registry);
    set(&mut database.services.connect, wish.enable_kafka_connect);
    Ok(())
}

/// Refuses what belongs to another engine. What clients send whatever the engine is, and what
/// switches nothing on, changes nothing and is let pass.
fn check_engine(cx: &Cx, database: &Database, wish: &UpdateDatabase) -> Result<()> {
    let policy = wish.eviction_policy.as_ref().or(wish.redis_eviction_policy.as_ref());
    let modes = wish.mysql_sql_modes.as_ref();
    let on = |flag: Option<bool>| flag == Some(true);
    let not_kafka: &[_] = &[Mysql, Pg, Valkey];
    for (field, is_meant, engines) in [
        ("mysql_sql_modes", modes.is_some_and(|modes| !modes.is_empty()), &[Mysql][..]),
        ("eviction_policy", policy.is_some_and(|policy| policy.get().is_some()), &[Valkey]),
        ("cluster_time_zone", given(&wish.cluster_time_zone).is_some(), &[Mysql, Pg, Kafka]),
        ("enable_kafka_rest", on(wish.enable_kafka_rest), &[Kafka]),
        ("enable_schema_registry", on(wish.enable_schema_registry), &[Kafka]),
        ("enable_kafka_connect", on(wish.enable_kafka_connect), &[Kafka]),
        ("backup_hour", given(&wish.backup_hour).is_some(), not_kafka),
        ("backup_minute", given(&wish.backup_minute).is_some(), not_kafka),
    ] {
        if is_meant {
            database.needs(field, engines)?;
        }
    }
    if database.engine != Mysql && on(wish.mysql_require_primary_key) {
        cx.warn("mysql_require_primary_key", "means nothing to this engine, and was ignored");
    }
    Ok(())
}

/// Refuses to switch on what does not run on the plan.
fn check_services(cx: &Cx, database: &Database, wish: &UpdateDatabase) -> Result<()> {
    let services = [
        ("enable_kafka_rest", wish.enable_kafka_rest),
        ("enable_schema_registry", wish.enable_schema_registry),
        ("enable_kafka_connect", wish.enable_kafka_connect),
    ];
    let mut on = services.iter().filter(|(_, flag)| *flag == Some(true));
    on.try_for_each(|(field, _)| needs_business(cx, database, field))
}

fn check_hour(text: &str) -> Result<()> {
    let hour = text.strip_suffix(":00:00").or_else(|| text.strip_suffix(":00"));
    let is_hour = hour.and_then(|hour| hour.parse::<u8>().ok()).is_some_and(|hour| hour < 24);
    ensure(is_hour, "maintenance_time", format_args!("`{text}` is no full hour such as `06:00`"))
}

/// Refuses a version that the engine does not have.
pub(super) fn check_version(cx: &Cx, engine: DatabaseEngine, version: &str) -> Result<()> {
    let Some(known) = cx.catalog().database_engine(word(engine)) else {
        return refuse("database_engine", "the catalogue has no such engine");
    };
    let is_known = known.versions.iter().chain(&known.former).any(|one| one == version);
    let text = format_args!("`{version}` is none of {}", known.versions.join(", "));
    ensure(is_known, "database_engine_version", text)
}

/// Gives a database a plan on which its engine runs, no smaller than the one that it has.
pub(super) fn choose_plan(cx: &Cx, database: &mut Database, id: &str) -> Result<()> {
    let Some(plan) = cx.catalog().database_plan(id) else {
        let meant = cx.catalog().nearest_database_plan(id);
        let meant = meant.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        let help = format!("plan: `{id}` is no plan of databases{meant}");
        return Err(Refusal::bad("Invalid plan chosen.").help(help).into());
    };
    let engine = word(database.engine);
    ensure(plan.runs(engine), "plan", format_args!("{engine} does not run on `{id}`"))?;
    if let Some(old) = database.size(cx.catalog()) {
        let figures = |plan: DatabasePlan<'_>| {
            let size = plan.size;
            [size.vcpu_count, size.ram, size.disk, plan.number_of_nodes()]
        };
        let is_smaller = figures(plan).iter().zip(figures(old)).any(|(new, old)| *new < old);
        let text = format_args!("`{id}` is smaller than `{}`; a plan can only grow", old.id());
        ensure(!is_smaller, "plan", text)?;
    }
    id.clone_into(&mut database.plan);
    check_sold(cx, database)
}

/// Refuses a plan that the region does not sell.
fn check_sold(cx: &Cx, database: &Database) -> Result<()> {
    let (plan, region) = (&database.plan, &database.region);
    let is_sold = database.size(cx.catalog()).is_none_or(|plan| plan.sold_in(region));
    ensure(is_sold, "plan", format_args!("`{plan}` is not sold in {region}"))
}
