//! Managed databases: what their owner wishes, what becomes of it outside, and what is refused.

mod contents;
mod copies;
mod options;
mod streams;
mod upkeep;

use std::time::Duration;

use api::databases::*;
use api::id::{DatabaseId, VpcId};
use api::vpcs::{CreateVpc, DeleteVpc, ListVpcs};
use api::{Money, OrEmpty};
use control::Behave;
use drivers::{DatabaseSpec, Things};
use serde_json::{Value, json};
use testkit::World;

use crate::common::{Asks as _, made_of, outside, plain, survives_crashes};

/// Plans of one, two and three nodes.
const STARTUP: &str = "vultr-dbaas-startup-cc-1-55-2";
const BUSINESS: &str = "vultr-dbaas-business-cc-1-55-2";
const PREMIUM: &str = "vultr-dbaas-premium-cc-1-55-2";
const LARGER: &str = "vultr-dbaas-startup-cc-2-80-4";
const VALKEY: &str = "vultr-dbaas-startup-rp-intel-1-12-2";

const DAY: Duration = Duration::from_secs(86_400);

/// What is asked of a new database of an engine, and more.
fn order(engine: &str, more: Value) -> CreateDatabase {
    let (version, plan) = match engine {
        "mysql" => ("8.4", STARTUP),
        "pg" => ("17", STARTUP),
        "valkey" => ("9.0", VALKEY),
        "redis" => ("7", VALKEY),
        _ => ("4.1", "vultr-dbaas-startup-3x-occ-so-2-30-2"),
    };
    let mut all = json!({
        "database_engine": engine, "database_engine_version": version, "region": "ewr",
        "plan": plan, "label": "orders",
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made_of(all)
}

/// A world with a database that runs.
async fn with_one(engine: &str, more: Value) -> (World, DatabaseId) {
    let world = World::new().await;
    let id = running(&world, order(engine, more)).await;
    (world, id)
}

async fn running(world: &World, order: CreateDatabase) -> DatabaseId {
    let id = world.done(order).await.id;
    world.settle().await;
    id
}

async fn read(world: &World, database_id: DatabaseId) -> Database {
    world.done(GetDatabase { database_id }).await
}

/// A change of these fields.
fn wished(id: DatabaseId, mut wish: Value) -> UpdateDatabase {
    wish["database_id"] = json!(id);
    made_of(wish)
}

/// The database as it answers, without types.
async fn raw(world: &World, id: DatabaseId) -> Value {
    let (status, body) = world.raw("GET", &format!("/v2/databases/{id}"), "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["database"].take()
}

/// What the nodes with a number were told to be; none where there are none.
async fn nodes(world: &World, id: DatabaseId, number: u64) -> Option<DatabaseSpec> {
    let id = store::derived_id(id.0, format!("nodes {number}").as_bytes());
    let found: Option<drivers::Thing<DatabaseSpec>> = outside(world).observe(id).await.unwrap();
    found.map(|thing| thing.spec.expect("it can be read"))
}

async fn vpc(world: &World, region: &str) -> VpcId {
    world.done(CreateVpc { region: region.into(), ..Default::default() }).await.id
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let database_id = running(world, order("pg", json!({}))).await;
        let create =
            CreateDatabaseUser { database_id, username: "app".into(), ..Default::default() };
        world.done(create).await;
        world.done(wished(database_id, json!({ "plan": LARGER, "region": "lax" }))).await;
        world.done(wished(database_id, json!({ "plan": "vultr-dbaas-startup-cc-4-160-8" }))).await;
        let start = StartDatabaseMigration {
            database_id,
            host: "db.example.com".into(),
            port: 5432,
            username: Some("app".into()),
            password: "Horse-7".into(),
            database: Some("shop".into()),
            ..Default::default()
        };
        world.settle().await;
        world.done(start).await;
        world.settle().await;
        let migration = world.done(GetDatabaseMigration { database_id }).await.status;
        let mut mine = read(world, database_id).await;
        (mine.node.pending_charges, mine.node.password) = Default::default();
        let mut there = Vec::new();
        for number in 0..3 {
            let names = |spec: DatabaseSpec| spec.users.into_keys().collect::<Vec<_>>();
            there.push(nodes(world, database_id, number).await.map(names));
        }
        world.done(DeleteDatabase { database_id }).await;
        world.settle().await;
        let left = nodes(world, database_id, 2).await.is_some();
        let row = world.store.get(database_id.0).await.unwrap().is_some();
        let host = std::mem::take(&mut mine.node.host);
        let (date, backup) = (mine.node.date_created.clone(), mine.node.latest_backup.clone());
        (mine.node.date_created, mine.node.latest_backup) = Default::default();
        mine.node.ca_certificate.clear();
        let told =
            host.contains(&database_id.to_string()) && !date.is_empty() && !backup.is_empty();
        (plain(&mine), there, migration, left, row, told)
    })
    .await;
}

#[tokio::test]
async fn a_database_is_rebuilt_until_it_runs_and_reads_as_it_was_ordered() {
    let world = World::new().await;
    let made = world.done(order("mysql", json!({ "tag": "shop", "plan": BUSINESS }))).await;
    assert_eq!(made.status, DatabaseStatus::Rebuilding);
    assert_eq!((&*made.label, &*made.tag, &*made.region), ("orders", "shop", "ewr"));
    assert_eq!((&*made.latest_backup, made.plan_replicas, made.plan_disk), ("", Some(1), Some(55)));
    world.settle().await;
    let found = read(&world, made.id).await;
    assert_eq!(found.status, DatabaseStatus::Running);
    assert_ne!(found.latest_backup, "", "replicas wait for it");
    let there = nodes(&world, made.id, 0).await.unwrap();
    assert_eq!((there.nodes, there.vcpus, there.ram_mb, there.disk_gb), (2, 1, 2048, 55));
    assert_eq!(there.users["vultradmin"], found.password);
    assert_eq!(there.databases, ["defaultdb"]);
    assert_eq!((&*found.user, &*found.dbname, &*found.port), ("vultradmin", "defaultdb", "16751"));
}

#[tokio::test]
async fn what_was_not_sent_is_not_filled_in_where_clients_would_see_a_difference() {
    let world = World::new().await;
    let id = running(&world, order("mysql", json!({}))).await;
    let shown = raw(&world, id).await;
    for (field, value) in [
        ("tag", json!("")),
        ("vpc_id", json!("")),
        ("backup_hour", json!("")),
        ("backup_minute", json!("")),
        ("trusted_ips", json!([])),
        ("mysql_sql_modes", json!([])),
        ("mysql_require_primary_key", json!(false)),
        ("mysql_slow_query_log", json!(false)),
        ("mysql_long_query_time", json!(10)),
        ("cluster_time_zone", json!("UTC")),
        ("maintenance_dow", json!("sunday")),
        ("maintenance_time", json!("06:00:00")),
        ("database_engine_version", json!("8.4")),
        ("read_replicas", json!([])),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    for field in ["public_host", "sasl_port", "eviction_policy", "plan_brokers", "access_key"] {
        assert!(shown.get(field).is_none(), "{field}");
    }
}

#[tokio::test]
async fn each_engine_shows_what_it_has_and_nothing_of_the_others() {
    let world = World::new().await;
    let has = |shown: &Value, fields: &[&str]| -> Vec<bool> {
        fields.iter().map(|field| shown.get(field).is_some()).collect()
    };
    let fields = [
        "plan_disk",
        "plan_replicas",
        "plan_brokers",
        "dbname",
        "sasl_port",
        "backup_hour",
        "mysql_sql_modes",
        "pg_available_extensions",
        "eviction_policy",
        "cluster_time_zone",
    ];
    for (engine, expected) in [
        ("mysql", [1, 1, 0, 1, 0, 1, 1, 0, 0, 1]),
        ("pg", [1, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
        ("valkey", [0, 1, 0, 0, 0, 1, 0, 0, 1, 0]),
        ("kafka", [1, 0, 1, 0, 1, 0, 0, 0, 0, 1]),
    ] {
        let id = running(&world, order(engine, json!({}))).await;
        let shown = raw(&world, id).await;
        assert_eq!(has(&shown, &fields), expected.map(|one| one == 1), "{engine}");
        assert_eq!(shown["database_engine"], engine);
    }
    let id =
        running(&world, order("redis", json!({ "redis_eviction_policy": "allkeys-lru" }))).await;
    let shown = raw(&world, id).await;
    assert_eq!((&shown["database_engine"], &shown["user"]), (&json!("redis"), &json!("default")));
    assert_eq!(shown["redis_eviction_policy"], "allkeys-lru");
    let plan = "vultr-dbaas-business-3x-occ-so-2-200-4";
    let services =
        json!({ "plan": plan, "enable_kafka_rest": true, "enable_schema_registry": true });
    let id = running(&world, order("kafka", services)).await;
    let shown = raw(&world, id).await;
    let uris = [&shown["kafka_rest_uri"], &shown["schema_registry_uri"]];
    let host = shown["host"].as_str().unwrap();
    assert!(uris.iter().all(|uri| uri.as_str().unwrap().contains(host)), "{uris:?}");
    assert_eq!(shown["enable_kafka_connect"], false);
}

#[tokio::test]
async fn a_list_is_whole_and_filtered_by_label_tag_and_region() {
    let world = World::new().await;
    for (label, tag, region) in [("a", "x", "ewr"), ("b", "x", "lax"), ("c", "", "ewr")] {
        let more = json!({ "label": label, "tag": tag, "region": region });
        running(&world, order("pg", more)).await;
    }
    let labels = async |list: ListDatabases| {
        let page = world.done(list).await;
        assert_eq!(page.meta.total, page.items.len() as u64);
        page.items.iter().map(|one| one.label.clone()).collect::<Vec<_>>().join(" ")
    };
    let none = ListDatabases::default;
    assert_eq!(labels(none()).await, "a b c");
    assert_eq!(labels(ListDatabases { label: Some("b".into()), ..none() }).await, "b");
    assert_eq!(labels(ListDatabases { tag: Some("x".into()), ..none() }).await, "a b");
    assert_eq!(labels(ListDatabases { region: Some("EWR".into()), ..none() }).await, "a c");
}

#[tokio::test]
async fn plans_are_listed_by_engine_nodes_and_region() {
    let world = World::new().await;
    let all = world.done(ListDatabasePlans::default()).await;
    assert!(all.meta.total > 200 && all.items.len() as u64 == all.meta.total);
    let first = &all.items[0];
    assert_eq!((&*first.id, first.monthly_cost), ("vultr-dbaas-hobbyist-cc-1-25-1", 15));
    let most = first.max_connections.as_ref().unwrap();
    assert_eq!((most.mysql, most.pg, first.disk), (Some(75), Some(22), Some(25)));
    let kafka = ListDatabasePlans { engine: Some(DatabaseEngine::Kafka), ..Default::default() };
    let kafka = world.done(kafka).await.items;
    assert!(!kafka.is_empty() && kafka.iter().all(|plan| plan.supported_engines.kafka));
    assert!(kafka.iter().all(|plan| plan.max_connections.is_none()));
    let three = ListDatabasePlans { nodes: Some(3), ..Default::default() };
    assert!(world.done(three).await.items.iter().all(|plan| plan.number_of_nodes == 3));
    let region = || Some("SAO".to_owned());
    let sold = world.done(ListDatabasePlans { region: region(), ..Default::default() }).await;
    assert!(sold.items.iter().all(|plan| plan.locations.contains(&"sao".to_owned())));
    assert!(sold.meta.total < all.meta.total);
}

#[tokio::test]
async fn what_a_database_cannot_be_is_refused_and_nothing_is_made() {
    let world = World::new().await;
    for (engine, more, words) in [
        (
            "pg",
            json!({ "region": "ewt" }),
            "Invalid region. region: `ewt` is no region; did you mean `ewr`?",
        ),
        (
            "pg",
            json!({ "plan": "vultr-dbaas-startup-cc-1-55-3" }),
            "Invalid plan chosen. plan: `vultr-dbaas-startup-cc-1-55-3` is no plan of databases; did you mean `",
        ),
        (
            "valkey",
            json!({ "plan": STARTUP }),
            "Bad request. plan: valkey does not run on `vultr-dbaas-startup-cc-1-55-2`",
        ),
        (
            "pg",
            json!({ "database_engine_version": "12" }),
            "Bad request. database_engine_version: `12` is none of 15, 16, 17, 18",
        ),
        (
            "pg",
            json!({ "mysql_sql_modes": ["ANSI"] }),
            "This is not available for the database engine. mysql_sql_modes: of mysql only, and this is pg",
        ),
        (
            "mysql",
            json!({ "mysql_sql_modes": ["ANSY"] }),
            "Bad request. mysql_sql_modes: `ANSY` is none of ALLOW_INVALID_DATES",
        ),
        (
            "mysql",
            json!({ "eviction_policy": "allkeys-lru" }),
            "This is not available for the database engine. eviction_policy: of valkey only",
        ),
        (
            "mysql",
            json!({ "enable_kafka_connect": true }),
            "This is not available for the database engine. enable_kafka_connect: of kafka only",
        ),
        (
            "kafka",
            json!({ "backup_hour": "4" }),
            "This is not available for the database engine. backup_hour: of mysql and pg and valkey only",
        ),
    ] {
        world.refuses_with(order(engine, more), words).await;
    }
    assert_eq!(world.done(ListDatabases::default()).await.meta.total, 0);
}

#[tokio::test]
async fn where_and_when_a_database_cannot_be_is_refused_and_nothing_is_made() {
    let world = World::new().await;
    for (engine, more, words) in [
        ("pg", json!({ "backup_hour": "24" }), "Bad request. backup_hour: 24 is not from 0 to 23"),
        ("pg", json!({ "backup_minute": "x" }), "Bad request. backup_minute: `x` is no number"),
        (
            "pg",
            json!({ "maintenance_time": "06:30" }),
            "Bad request. maintenance_time: `06:30` is no full hour",
        ),
        (
            "pg",
            json!({ "trusted_ips": ["10.0.0.0/8", "office"] }),
            "Bad request. trusted_ips: `office` is no address",
        ),
        (
            "pg",
            json!({ "vpc_id": "new-one" }),
            "Bad request. vpc_id: `new-one` is no id of a VPC, nor `new`",
        ),
        (
            "pg",
            json!({ "vpc_id": "5b2c3a1e-7d64-4a0b-9c8f-0123456789ab" }),
            "Invalid VPC ID: vpc_id: there is no VPC network",
        ),
    ] {
        world.refuses_with(order(engine, more), words).await;
    }
    let elsewhere = vpc(&world, "lax").await;
    let words = "Bad request. vpc_id: the VPC network is in lax, the database in ewr";
    world.refuses_with(order("pg", json!({ "vpc_id": elsewhere })), words).await;
    let large = json!({ "plan": "vultr-dbaas-startup-occ-so-16-3840-128" });
    world
        .refuses_with(
            order("pg", large),
            "Bad request. plan: `vultr-dbaas-startup-occ-so-16-3840-128` is not sold in ewr",
        )
        .await;
    assert_eq!(world.done(ListDatabases::default()).await.meta.total, 0);
}

#[tokio::test]
async fn what_clients_send_whatever_the_engine_is_let_pass() {
    let sent = json!({
        "mysql_require_primary_key": true, "mysql_slow_query_log": true, "mysql_long_query_time": 1,
        "enable_kafka_rest": false, "enable_schema_registry": false, "enable_kafka_connect": false,
        "backup_hour": "", "backup_minute": "", "tag": "t",
    });
    let world = World::new().await;
    for engine in ["mysql", "pg", "valkey", "kafka"] {
        let id = running(&world, order(engine, sent.clone())).await;
        assert_eq!(read(&world, id).await.status, DatabaseStatus::Running, "{engine}");
    }
}

#[tokio::test]
async fn a_change_reads_as_it_was_sent_and_reaches_the_nodes() {
    let (world, id) = with_one("mysql", json!({})).await;
    let wish = json!({
        "label": "carts", "tag": "shop", "maintenance_dow": "tuesday", "maintenance_time": "02:00",
        "backup_hour": "4", "backup_minute": "30", "cluster_time_zone": "Europe/London",
        "trusted_ips": ["192.0.2.7", "2001:db8::/32"], "mysql_sql_modes": ["ANSI", "TRADITIONAL"],
        "mysql_require_primary_key": true, "mysql_slow_query_log": true, "mysql_long_query_time": 2,
    });
    let changed = world.done(wished(id, wish.clone())).await;
    world.settle().await;
    let shown = raw(&world, id).await;
    for (field, value) in wish.as_object().unwrap() {
        assert_eq!(shown[field], *value, "{field}");
    }
    assert_eq!(changed.status, DatabaseStatus::Running);
    let there = nodes(&world, id, 0).await.unwrap();
    assert_eq!(there.settings["sql_mode"], "ANSI,TRADITIONAL");
    assert_eq!(there.settings["default_time_zone"], "Europe/London");
    assert_eq!(there.allowed, ["192.0.2.7", "2001:db8::/32"]);
    let (_, cleared) = (
        world.done(wished(id, json!({ "backup_hour": "", "trusted_ips": [] }))).await,
        raw(&world, id).await,
    );
    assert_eq!((&cleared["backup_hour"], &cleared["trusted_ips"]), (&json!(""), &json!([])));
    assert_eq!(cleared["backup_minute"], "30", "what is absent stays");
}

#[tokio::test]
async fn a_database_moves_to_other_nodes_when_its_plan_or_region_changes() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let id = world.done(order("pg", json!({}))).await.id;
    world.advance(Duration::from_secs(400)).await;
    let host = read(&world, id).await.host.clone();
    let moved = world.done(wished(id, json!({ "plan": LARGER, "region": "LAX" }))).await;
    assert_eq!(moved.status, DatabaseStatus::Rebalancing);
    assert_eq!((&*moved.region, moved.plan_ram), ("lax", 4096));
    world.advance(Duration::from_secs(10)).await;
    assert!(nodes(&world, id, 0).await.is_some(), "they serve until the others can");
    world.advance(Duration::from_secs(400)).await;
    let moved = read(&world, id).await;
    assert_eq!((&moved.status, &moved.host), (&DatabaseStatus::Running.into(), &host));
    assert_eq!(nodes(&world, id, 0).await, None);
    assert_eq!(nodes(&world, id, 1).await.unwrap().region, "lax");
    let smaller = world.refused(wished(id, json!({ "plan": STARTUP }))).await;
    assert_eq!(smaller, (400, "Bad request.".into()));
    let world = World::new().await;
    let id = running(&world, order("pg", json!({ "plan": BUSINESS }))).await;
    let words = "Bad request. plan: `vultr-dbaas-startup-cc-1-55-2` is smaller than `vultr-dbaas-business-cc-1-55-2`";
    world.refuses_with(wished(id, json!({ "plan": STARTUP })), words).await;
}

#[tokio::test]
async fn a_database_in_a_vpc_has_two_hosts_and_keeps_the_vpc_from_going() {
    let world = World::new().await;
    let vpc_id = vpc(&world, "ewr").await;
    let id = running(&world, order("pg", json!({ "vpc_id": vpc_id }))).await;
    let inside = read(&world, id).await;
    assert_eq!(inside.vpc_id, OrEmpty(Some(vpc_id)));
    assert_eq!(inside.public_host, format!("public-{}", inside.host));
    assert_eq!(nodes(&world, id, 0).await.unwrap().network, Some(vpc_id.0));
    let words = "The following servers are attached to this VPC network: ";
    world.refuses_with(DeleteVpc { vpc_id }, words).await;
    let moved = wished(id, json!({ "region": "lax" }));
    world.refuses_with(moved, "Bad request. vpc_id: its VPC is in ewr; name one in lax").await;
    world.done(wished(id, json!({ "region": "lax", "vpc_id": "" }))).await;
    world.settle().await;
    let outside = read(&world, id).await;
    assert_eq!((outside.vpc_id, &*outside.public_host), (OrEmpty(None), ""));
    world.done(DeleteVpc { vpc_id }).await;
    // And one in a VPC that is made for it.
    let id = running(&world, order("pg", json!({ "vpc_id": "new" }))).await;
    let vpcs = world.done(ListVpcs::default()).await.items;
    assert_eq!(read(&world, id).await.vpc_id, OrEmpty(Some(vpcs[0].id)));
    world.done(DeleteDatabase { database_id: id }).await;
    world.done(DeleteVpc { vpc_id: vpcs[0].id }).await;
}

#[tokio::test]
async fn what_a_database_costs_is_its_plans_price() {
    let (world, id) = with_one("pg", json!({ "plan": PREMIUM })).await;
    world.advance(DAY * 40).await;
    let owed = read(&world, id).await.pending_charges;
    assert!(owed > Money::default() && owed.0 <= 70.into(), "{owed:?}");
}

#[tokio::test]
async fn usage_is_told_in_numbers() {
    let (world, database_id) = with_one("pg", json!({})).await;
    let usage = world.done(GetDatabaseUsage { database_id }).await;
    assert_eq!((usage.disk.max_gb, usage.memory.max_mb), (55, 2048));
    assert!((usage.memory.percentage - 25.0).abs() < 0.01 && usage.disk.current_gb > 0.0);
}
