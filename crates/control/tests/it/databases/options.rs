//! Advanced options: of each engine, and of what runs beside Kafka.

use std::collections::BTreeSet;

use api::databases::*;
use api::form::Form;
use api::id::DatabaseId;
use api::{Endpoint, wire};
use control::catalog::Catalog;
use drivers::{DatabaseSpec, Things};
use serde_json::{Value, json};
use testkit::World;

use super::streams::{database, kafka};
use crate::common::{Asks, outside};

fn options<T: wire::Wire>(options: Value) -> T {
    wire::from_value(&options).expect("these are options")
}

fn set(database_id: DatabaseId, values: Value) -> UpdateDatabaseOptions {
    UpdateDatabaseOptions { database_id, options: options(values) }
}

/// The names that a request can hold.
fn names<E: Endpoint>() -> BTreeSet<String> {
    let Form::Record(record) = E::FORM else { panic!("a request is a record") };
    record.all().iter().map(|f| f.name.to_owned()).filter(|name| name != "database_id").collect()
}

#[tokio::test]
async fn what_is_set_is_told_with_all_that_can_be() {
    let world = World::new().await;
    let database_id = database(&world, "pg", "17", "vultr-dbaas-startup-cc-1-55-2").await;
    let first = world.done(ListDatabaseOptions { database_id }).await;
    assert!(first.configured_options.is_empty());
    assert_eq!(first.available_options.len(), 44);
    let values = json!({
        "jit": false, "autovacuum_naptime": 30, "autovacuum_vacuum_scale_factor": 0.25,
        "pg_stat_statements.track": "all", "wal_sender_timeout": 0, "temp_file_limit": -1,
    });
    let answer = world.done(set(database_id, values.clone())).await;
    assert_eq!(Value::Object(answer.configured_options), values);
    world.done(set(database_id, json!({ "jit": true }))).await;
    let last = world.done(ListDatabaseOptions { database_id }).await;
    assert_eq!(last.available_options, first.available_options);
    let mut expected = values;
    expected["jit"] = true.into();
    assert_eq!(Value::Object(last.configured_options), expected, "what is absent stays");
    // Its nodes are told, and what is set comes along to a copy.
    world.settle().await;
    let nodes = store::derived_id(database_id.0, b"nodes 0");
    let nodes = Things::<DatabaseSpec>::observe(&outside(&world), nodes).await.unwrap();
    let told = nodes.unwrap().spec.unwrap().settings;
    assert_eq!((&*told["jit"], &*told["autovacuum_naptime"]), ("true", "30"));
    let label = "copy".into();
    let copy = world.done(RestoreDatabase { database_id, label, ..Default::default() }).await;
    let copied = world.done(ListDatabaseOptions { database_id: copy.id }).await;
    assert_eq!(Value::Object(copied.configured_options), expected);
}

#[tokio::test]
async fn an_option_is_described_as_clients_read_it() {
    let world = World::new().await;
    let database_id = database(&world, "mysql", "8.4", "vultr-dbaas-startup-cc-1-55-2").await;
    let (_, body) =
        world.raw("GET", &format!("/v2/databases/{database_id}/advanced-options"), "").await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["configured_options"], json!({}));
    let found = |name: &str| {
        let all = body["available_options"].as_array().unwrap();
        all.iter().find(|option| option["name"] == name).unwrap().clone()
    };
    let expected = json!({
        "name": "group_concat_max_len", "type": "int", "min_value": 4, "max_value": u64::MAX,
        "units": "bytes",
    });
    assert_eq!(found("group_concat_max_len"), expected, "whole numbers stay whole");
    let engine = found("internal_tmp_mem_storage_engine");
    assert_eq!(engine["enumerals"], json!(["MEMORY", "TempTable"]));
    assert_eq!(found("innodb_print_all_deadlocks").as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn what_an_option_cannot_be_is_refused_by_its_name_and_changes_nothing() {
    let world = World::new().await;
    let database_id = database(&world, "pg", "17", "vultr-dbaas-startup-cc-1-55-2").await;
    for (values, words) in [
        (
            json!({ "autovacuum_naptime": 0 }),
            "autovacuum_naptime: 0 is no whole number from 1 to 86400 seconds",
        ),
        (
            json!({ "autovacuum_naptime": 1.5 }),
            "autovacuum_naptime: 1.5 is no whole number from 1 ",
        ),
        (
            json!({ "bgwriter_lru_multiplier": 10.5 }),
            "bgwriter_lru_multiplier: 10.5 is no number from 0 to 10",
        ),
        (
            json!({ "wal_sender_timeout": 1 }),
            "wal_sender_timeout: 1 is no whole number from 5000 to 10800000 milliseconds, nor 0",
        ),
        (
            json!({ "track_functions": "some" }),
            "track_functions: `some` is none of `all`, `pl`, `none`",
        ),
        (json!({ "sort_buffer_size": 65536 }), "sort_buffer_size: is no option of pg"),
        (json!({ "max_files_per_process": 999, "jit": true }), "max_files_per_process: 999 "),
    ] {
        world.refuses(set(database_id, values), words).await;
    }
    let uri = format!("/v2/databases/{database_id}/advanced-options");
    for (body, words) in [
        (r#"{"jit": "maybe"}"#, "jit: `maybe` is no true or false"),
        (r#"{"track_io_timing": true}"#, "track_io_timing: expected a text"),
        (r#"{"autovacuum_naptime": "soon"}"#, "autovacuum_naptime: `soon` is no number"),
    ] {
        world.refuses_raw("PUT", &uri, body, words).await;
    }
    let none = world.done(set(database_id, json!({}))).await;
    assert!(none.configured_options.is_empty(), "nothing was set");
    let (status, _) = world.raw("PUT", &uri, r#"{"autovacuum_naptime": "60"}"#).await;
    assert_eq!(status, 202, "a number as text is a number");
}

#[tokio::test]
async fn what_runs_beside_kafka_has_options_of_its_own() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let rest = |values| UpdateKafkaRestOptions { database_id, options: options(values) };
    let answer = world.done(rest(json!({ "producer_acks": "1" }))).await;
    assert_eq!(answer.available_options.len(), 10);
    world.refuses(rest(json!({ "producer_acks": "2" })), "producer_acks: `2` is none of").await;
    let registry = json!({ "leader_eligibility": false });
    let registry = UpdateSchemaRegistryOptions { database_id, options: options(registry) };
    assert_eq!(world.done(registry).await.available_options.len(), 3);
    let connect = |values| UpdateKafkaConnectOptions { database_id, options: options(values) };
    world.done(connect(json!({ "consumer_max_poll_records": 10 }))).await;
    let wrong = connect(json!({ "consumer_max_poll_records": 10001 }));
    world
        .refuses(wrong, "consumer_max_poll_records: 10001 is no whole number from 1 to 10000")
        .await;
    // Each keeps its own.
    let own = [
        world.done(ListKafkaRestOptions { database_id }).await,
        world.done(ListSchemaRegistryOptions { database_id }).await,
        world.done(ListKafkaConnectOptions { database_id }).await,
        world.done(ListDatabaseOptions { database_id }).await,
    ];
    let set = own.map(|own| Value::Object(own.configured_options));
    let expected = [
        json!({ "producer_acks": "1" }),
        json!({ "leader_eligibility": false }),
        json!({ "consumer_max_poll_records": 10 }),
        json!({}),
    ];
    assert_eq!(set, expected);
}

#[tokio::test]
async fn engines_without_options_and_small_plans_are_told_so() {
    let world = World::new().await;
    let said = "This is not available for the database engine";
    let database_id =
        database(&world, "valkey", "9.0", "vultr-dbaas-startup-rp-intel-2-14-4").await;
    world.refuses_with(ListDatabaseOptions { database_id }, said).await;
    world.refuses_with(set(database_id, json!({ "jit": true })), said).await;
    world.refuses_with(ListKafkaConnectOptions { database_id }, said).await;
    let database_id =
        database(&world, "kafka", "4.1", "vultr-dbaas-startup-3x-occ-so-2-30-2").await;
    world.done(ListDatabaseOptions { database_id }).await;
    let small = "This is not available for the plan. schema-registry runs on business plans";
    world.refuses_with(ListSchemaRegistryOptions { database_id }, small).await;
    let on = UpdateDatabase { database_id, enable_kafka_rest: Some(true), ..Default::default() };
    let small = "This is not available for the plan. enable_kafka_rest runs on business plans";
    world.refuses_with(on, small).await;
}

#[tokio::test]
async fn requests_can_hold_what_the_catalogue_has_and_nothing_else() {
    let catalog = Catalog::builtin();
    let known = |services: &[&str]| -> BTreeSet<String> {
        let options = services.iter().flat_map(|service| catalog.database_options(service));
        options.map(|option| option.name().to_owned()).collect()
    };
    assert_eq!(names::<UpdateDatabaseOptions>(), known(&["mysql", "pg", "kafka"]));
    assert_eq!(names::<UpdateKafkaRestOptions>(), known(&["kafka-rest"]));
    assert_eq!(names::<UpdateSchemaRegistryOptions>(), known(&["schema-registry"]));
    assert_eq!(names::<UpdateKafkaConnectOptions>(), known(&["kafka-connect"]));
}

#[tokio::test]
async fn engines_are_listed_with_their_versions() {
    let world = World::new().await;
    let engines = world.done(ListDatabaseEngines {}).await;
    assert_eq!(engines.databases, std::slice::from_ref(&engines.available_services));
    assert_eq!(engines.available_services.pg, ["15", "16", "17", "18"]);
}
