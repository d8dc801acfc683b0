//! What is in Kafka: topics, quotas and connectors; and what users of it and of Valkey may do.

use std::time::Duration;

use api::databases::*;
use api::id::DatabaseId;
use api::{Access, Endpoint, OrEmpty};
use control::catalog::Catalog;
use control::databases as stored;
use serde_json::{Value, json};
use testkit::{Behave, World, refused};

use crate::common::{Asks, change, made_of, user};

const BUSINESS: &str = "vultr-dbaas-business-3x-occ-so-2-200-4";
const COUCHBASE: &str = "com.couchbase.connect.kafka.CouchbaseSinkConnector";

pub(super) async fn database(world: &World, engine: &str, version: &str, plan: &str) -> DatabaseId {
    let request: CreateDatabase = made_of(json!({
        "database_engine": engine, "database_engine_version": version, "region": "ewr",
        "plan": plan, "label": "mine",
    }));
    let made = world.done(request).await;
    world.settle().await;
    made.id
}

/// A Kafka on three nodes, with Kafka Connect.
pub(super) async fn kafka(world: &World) -> DatabaseId {
    let database_id = database(world, "kafka", "4.1", BUSINESS).await;
    let enable_kafka_connect = Some(true);
    world.done(UpdateDatabase { database_id, enable_kafka_connect, ..Default::default() }).await;
    world.settle().await;
    database_id
}

fn topic(database_id: DatabaseId, name: &str) -> CreateDatabaseTopic {
    CreateDatabaseTopic {
        database_id,
        name: name.into(),
        partitions: 3,
        replication: 2,
        retention_hours: 160,
        retention_bytes: -1,
    }
}

fn quota(database_id: DatabaseId, client_id: &str) -> CreateDatabaseQuota {
    CreateDatabaseQuota {
        database_id,
        client_id: client_id.into(),
        consumer_byte_rate: 100,
        producer_byte_rate: 200,
        request_percentage: 30,
        user: "vultradmin".into(),
    }
}

fn connector(database_id: DatabaseId, config: Value) -> CreateDatabaseConnector {
    let Value::Object(config) = config else { panic!("an object") };
    CreateDatabaseConnector {
        database_id,
        name: "sink".into(),
        class: COUCHBASE.into(),
        topics: "orders,returns".into(),
        config: Some(config),
    }
}

#[tokio::test]
async fn a_topic_reads_as_it_was_set_and_zeros_change_nothing() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let topic_name = "orders".to_owned();
    let made = world.done(topic(database_id, "orders")).await;
    assert_eq!((made.partitions, made.replication, made.retention_bytes), (3, 2, -1));
    assert_eq!(
        world.done(GetDatabaseTopic { database_id, topic_name: topic_name.clone() }).await,
        made
    );
    let listed = world.done(ListDatabaseTopics { database_id }).await.items;
    assert_eq!(listed, std::slice::from_ref(&made));
    let update = UpdateDatabaseTopic {
        database_id,
        topic_name: topic_name.clone(),
        partitions: Some(5),
        replication: Some(0),
        retention_hours: Some(0),
        retention_bytes: Some(1000),
    };
    let changed = world.done(update).await;
    assert_eq!(changed, DatabaseTopic { partitions: 5, retention_bytes: 1000, ..made });
    world.done(DeleteDatabaseTopic { database_id, topic_name }).await;
    assert!(world.done(ListDatabaseTopics { database_id }).await.items.is_empty());
}

#[tokio::test]
async fn topics_that_cannot_be_are_refused() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    world.done(topic(database_id, "orders")).await;
    let wish = |change: fn(&mut CreateDatabaseTopic)| {
        let mut wish = topic(database_id, "new");
        change(&mut wish);
        wish
    };
    for (wish, words) in [
        (wish(|t| t.name = "orders".into()), "name: there is a topic `orders` already"),
        (wish(|t| t.name = "a b".into()), "name: `a b` is no name of a topic"),
        (wish(|t| t.name = "..".into()), "name: `..` is no name of a topic"),
        (wish(|t| t.name = "x".repeat(250)), "name: `xxx"),
        (wish(|t| t.partitions = 0), "partitions: 0 is not from 1 to 1000000"),
        (wish(|t| t.replication = 4), "replication: 4 is not from 1 to 3"),
        (wish(|t| t.retention_hours = -2), "retention_hours: -2 is less than -1"),
        (wish(|t| t.retention_bytes = -2), "retention_bytes: -2 is less than -1"),
    ] {
        world.refuses_with(wish, &format!("Bad request. {words}")).await;
    }
    let update = |partitions| {
        let topic_name = "orders".into();
        UpdateDatabaseTopic {
            database_id,
            topic_name,
            partitions: Some(partitions),
            ..Default::default()
        }
    };
    world.refuses(update(2), "partitions: 2 are fewer than the 3 that it has").await;
    assert_eq!(world.done(update(3)).await.partitions, 3);
}

#[tokio::test]
async fn a_quota_goes_by_client_and_user() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let username = "alice".to_owned();
    world
        .done(CreateDatabaseUser { database_id, username: username.clone(), ..Default::default() })
        .await;
    world.done(quota(database_id, "app")).await;
    let hers = CreateDatabaseQuota { user: username.clone(), ..quota(database_id, "app") };
    let hers = world.done(hers).await;
    let client_id = "app".to_owned();
    let get =
        GetDatabaseQuota { database_id, client_id: client_id.clone(), username: username.clone() };
    assert_eq!(world.done(get.clone()).await, hers);
    let update = UpdateDatabaseQuota {
        database_id,
        client_id: client_id.clone(),
        username: username.clone(),
        consumer_byte_rate: Some(0),
        producer_byte_rate: Some(7),
        request_percentage: Some(120),
    };
    let changed = world.done(update.clone()).await;
    let expected = DatabaseQuota { producer_byte_rate: 7, request_percentage: 120, ..hers.clone() };
    assert_eq!(changed, expected, "0 changes nothing");
    let too_little = UpdateDatabaseQuota { request_percentage: Some(-1), ..update };
    world.refuses(too_little, "request_percentage: -1 is not from 0").await;
    for (wish, words) in [
        (quota(database_id, "app"), "client_id: `vultradmin` has a quota as `app` already"),
        (quota(database_id, ""), "client_id: give the id"),
        (
            CreateDatabaseQuota { user: "bob".into(), ..quota(database_id, "x") },
            "user: there is no user `bob`",
        ),
        (
            CreateDatabaseQuota { consumer_byte_rate: -1, ..quota(database_id, "x") },
            "consumer_byte_rate: -1 is not from 0",
        ),
        (
            CreateDatabaseQuota { producer_byte_rate: -1, ..quota(database_id, "x") },
            "producer_byte_rate: -1 is not from 0",
        ),
    ] {
        world.refuses(wish, words).await;
    }
    // A user's quotas go along.
    world.done(DeleteDatabaseUser { database_id, username }).await;
    assert_eq!(world.refused(get).await.0, 404);
    let left = world.done(ListDatabaseQuotas { database_id }).await.items;
    assert_eq!(left.iter().map(|quota| &*quota.user).collect::<Vec<_>>(), ["vultradmin"]);
    let username = "vultradmin".into();
    world.done(DeleteDatabaseQuota { database_id, client_id, username }).await;
    assert!(world.done(ListDatabaseQuotas { database_id }).await.items.is_empty());
}

#[tokio::test]
async fn a_connector_reads_as_it_was_told_and_runs_until_it_is_paused() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let database_id = kafka(&world).await;
    let config = json!({ "couchbase.seed.nodes": 3, "tasks.max": "2", "z": 1.5, "a": { "b": [] } });
    let made = world.done(connector(database_id, config.clone())).await;
    assert_eq!((&*made.name, &*made.topics), ("sink", "orders,returns"));
    assert_eq!(
        Value::Object(made.config.clone()),
        config,
        "not a key more, and numbers stay numbers"
    );
    let connector_name = "sink".to_owned();
    let get = GetDatabaseConnector { database_id, connector_name: connector_name.clone() };
    assert_eq!(world.done(get.clone()).await, made);
    let listed = world.done(ListDatabaseConnectors { database_id }).await.items;
    assert_eq!(listed, std::slice::from_ref(&made));

    let status = GetDatabaseConnectorStatus { database_id, connector_name: connector_name.clone() };
    let states = async || {
        let found = world.done(status.clone()).await;
        assert!(found.tasks.iter().map(|task| task.id).eq([0, 1]));
        [found.state.text(), found.tasks[0].state.text(), found.tasks[1].state.text()]
    };
    assert_eq!(states().await, ["UNASSIGNED", "UNASSIGNED", "UNASSIGNED"]);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(states().await, ["RUNNING", "RUNNING", "RUNNING"]);
    let task = |task_id| RestartDatabaseConnectorTask {
        database_id,
        connector_name: connector_name.clone(),
        task_id,
    };
    world.done(task(1)).await;
    assert_eq!(states().await, ["RUNNING", "RUNNING", "UNASSIGNED"]);
    let unknown = world.refused(task(2)).await;
    assert_eq!(unknown, (404, "Invalid task ID".into()));
    world
        .done(RestartDatabaseConnector { database_id, connector_name: connector_name.clone() })
        .await;
    assert_eq!(states().await, ["UNASSIGNED", "UNASSIGNED", "UNASSIGNED"]);
    world.advance(Duration::from_secs(10)).await;
    world
        .done(PauseDatabaseConnector { database_id, connector_name: connector_name.clone() })
        .await;
    assert_eq!(states().await, ["PAUSED", "PAUSED", "PAUSED"]);
    world
        .done(ResumeDatabaseConnector { database_id, connector_name: connector_name.clone() })
        .await;
    assert_eq!(states().await, ["UNASSIGNED", "UNASSIGNED", "UNASSIGNED"]);
    world.advance(Duration::from_secs(10)).await;
    world
        .done(ResumeDatabaseConnector { database_id, connector_name: connector_name.clone() })
        .await;
    assert_eq!(states().await, ["RUNNING", "RUNNING", "RUNNING"], "it was not paused");

    let update = UpdateDatabaseConnector {
        database_id,
        topics: Some("orders".into()),
        connector_name,
        config: None,
    };
    let changed = world.done(update).await;
    assert_eq!(changed, DatabaseConnector { topics: "orders".into(), ..made });
    // Nobody works where Kafka Connect is off.
    let enable_kafka_connect = Some(false);
    world.done(UpdateDatabase { database_id, enable_kafka_connect, ..Default::default() }).await;
    assert_eq!(world.done(status).await, ConnectorStatus::default());
    let DatabaseConnector { name: connector_name, .. } = changed;
    world.done(DeleteDatabaseConnector { database_id, connector_name }).await;
    assert_eq!(world.refused(get).await.0, 404);
}

#[tokio::test]
async fn connectors_that_could_not_work_are_refused() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let told = json!({ "couchbase.seed.nodes": "db.example.com" });
    world.done(connector(database_id, told.clone())).await;
    let wish = |change: fn(&mut CreateDatabaseConnector)| {
        let mut wish = connector(database_id, told.clone());
        wish.name = "other".into();
        change(&mut wish);
        wish
    };
    for (wish, words) in [
        (wish(|c| c.name = "sink".into()), "name: there is a connector `sink` already"),
        (wish(|c| c.name = String::new()), "name: give it a name"),
        (
            wish(|c| c.class = "org.example.Sink".into()),
            "class: `org.example.Sink` is none of com.",
        ),
        (wish(|c| c.topics = "orders,".into()), "topics: `` is no name of a topic"),
        (wish(|c| c.config = None), "config.couchbase.seed.nodes: is required by Couchbase Sink"),
    ] {
        world.refuses(wish, words).await;
    }
    for (config, words) in [
        (
            json!({ "couchbase.seed.nodes": "x", "tasks.max": 0 }),
            "config.tasks.max: 0 is not from 1 to 1000",
        ),
        (json!({ "couchbase.seed.nodes": "x", "a": "x".repeat(9000) }), "config: takes 90"),
    ] {
        let wish =
            CreateDatabaseConnector { name: "other".into(), ..connector(database_id, config) };
        world.refuses(wish, words).await;
    }
    let update = UpdateDatabaseConnector {
        database_id,
        connector_name: "sink".into(),
        config: Some(Default::default()),
        topics: None,
    };
    world.refuses(update, "config.couchbase.seed.nodes: is required").await;
    let plain = database(&world, "kafka", "4.1", BUSINESS).await;
    world.refuses_with(connector(plain, told), "Kafka Connect is not enabled").await;
}

/// Terraform would take an empty configuration for one that it has not set.
#[tokio::test]
async fn a_connector_that_is_told_nothing_shows_nothing() {
    let class = r#"{"database_connector": {"id": "org.example.Plain", "title": "Plain", "version": "1",
        "type": "sink", "doc_url": "", "settings": []}}"#;
    let catalog = Catalog::builtin().with_file(&class.replace('\n', " ")).unwrap();
    let world = World::builder().catalog(catalog).build().await;
    let database_id = kafka(&world).await;
    let class = "org.example.Plain".into();
    let wish = CreateDatabaseConnector { class, config: None, ..connector(database_id, json!({})) };
    world.done(wish).await;
    let (_, body) =
        world.raw("GET", &format!("/v2/databases/{database_id}/connectors/sink"), "").await;
    let shown: Value = serde_json::from_str(&body).unwrap();
    let expected =
        json!({ "name": "sink", "class": "org.example.Plain", "topics": "orders,returns" });
    assert_eq!(shown["connector"], expected);
}

#[tokio::test]
async fn what_connectors_can_be_told_is_listed_by_class() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let classes = world.done(ListAvailableConnectors { database_id }).await;
    let couchbase = classes.iter().find(|class| class.class == COUCHBASE).unwrap();
    assert_eq!((&*couchbase.title, &*couchbase.kind), ("Couchbase Sink", "sink"));
    for class in classes {
        let settings = GetConnectorSettings { database_id, connector_class: class.class };
        let settings = world.done(settings).await;
        assert!(settings.iter().any(|setting| setting.required), "{settings:?}");
        assert!(settings.iter().any(|setting| setting.name == "tasks.max"), "{settings:?}");
    }
    let none = GetConnectorSettings { database_id, connector_class: "org.example.Sink".into() };
    let (status, text) = world.refused(none).await;
    assert_eq!(status, 404);
    assert!(text.starts_with("Invalid connector class: no connector has the class"), "{text}");
}

#[tokio::test]
async fn who_may_only_look_is_not_told_what_connectors_are_told() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let config = json!({ "couchbase.seed.nodes": "x", "couchbase.password": "Horse-7" });
    world.done(connector(database_id, config)).await;
    let viewer = user(&world, "viewer", &[Access::SubscriptionsView]).await;
    let viewer = world.client_with(&viewer.api_key);
    let listed = viewer.send(ListDatabaseConnectors { database_id }).await.unwrap();
    assert!(listed.items[0].config.is_empty());
    let connector_name = "sink".to_owned();
    let shown =
        viewer.send(GetDatabaseConnector { database_id, connector_name: connector_name.clone() });
    assert!(shown.await.unwrap().config.is_empty());
    let delete = DeleteDatabaseConnector { database_id, connector_name };
    assert_eq!(refused(viewer.send(delete).await).0, 403);
}

#[tokio::test]
async fn what_is_kafkas_is_refused_to_other_engines() {
    let world = World::new().await;
    let database_id = database(&world, "pg", "17", "vultr-dbaas-startup-cc-1-55-2").await;
    async fn is_refused<E: Endpoint>(world: &World, request: E) {
        let said = "This is not available for the database engine. ";
        world.refuses_with(request, said).await;
    }
    is_refused(&world, ListDatabaseTopics { database_id }).await;
    is_refused(&world, topic(database_id, "orders")).await;
    is_refused(&world, ListDatabaseQuotas { database_id }).await;
    is_refused(&world, quota(database_id, "app")).await;
    is_refused(&world, ListDatabaseConnectors { database_id }).await;
    is_refused(&world, connector(database_id, json!({}))).await;
    is_refused(&world, ListAvailableConnectors { database_id }).await;
    let username = "vultradmin".into();
    is_refused(&world, SetDatabaseUserAcl { database_id, username, ..Default::default() }).await;
}

#[tokio::test]
async fn there_is_a_most_of_everything() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let told = json!({ "couchbase.seed.nodes": "x" });
    for number in 0..50 {
        let name = format!("sink-{number}");
        world.done(CreateDatabaseConnector { name, ..connector(database_id, told.clone()) }).await;
    }
    world.refuses(connector(database_id, told), "there are 50 connectors, the most").await;
    let topics: Vec<Value> = (0..stored::PARTS_MAX)
        .map(|number| {
            json!({
                "name": number.to_string(), "partitions": 1, "replication": 1, "retention_hours": 1,
                "retention_bytes": 1,
            })
        })
        .collect();
    change::<stored::Database>(&world, database_id, |doc| {
        let mut row = serde_json::to_value(&doc.want).unwrap();
        row["streams"]["topics"] = topics.into();
        doc.want = serde_json::from_value(row).unwrap();
    })
    .await;
    world.refuses(topic(database_id, "one-more"), "there are 1000 topics, the most").await;
}

#[tokio::test]
async fn users_of_valkey_have_rules_once_they_are_set() {
    let world = World::new().await;
    let database_id =
        database(&world, "valkey", "9.0", "vultr-dbaas-startup-rp-intel-2-14-4").await;
    let username = "app".to_owned();
    let new = CreateDatabaseUser { database_id, username: username.clone(), ..Default::default() };
    assert_eq!(world.done(new).await.access_control, None);
    let uri = format!("/v2/databases/{database_id}/users/app/access-control");
    let put = async |body: Value| {
        let (status, body) = world.raw("PUT", &uri, &body.to_string()).await;
        assert_eq!(status, 202, "{body}");
        let rules = serde_json::from_str::<Value>(&body).unwrap()["user"]["access_control"].take();
        ["acl_categories", "acl_channels", "acl_commands", "acl_keys"].map(|list| {
            assert_eq!(rules[list], rules[format!("redis_{list}")]);
            rules[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|rule| rule.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        })
    };
    let all = json!({
        "acl_categories": ["+@all", "-@dangerous"], "acl_channels": ["*"], "acl_commands": null,
        "acl_keys": ["cache:*"],
    });
    assert_eq!(put(all).await, ["+@all -@dangerous", "*", "", "cache:*"]);
    let some = json!({ "acl_commands": ["+get", "-config|set"], "acl_keys": null });
    assert_eq!(
        put(some).await,
        ["+@all -@dangerous", "*", "+get -config|set", ""],
        "null empties, absent stays"
    );
    let older = json!({ "redis_acl_keys": ["*"], "acl_channels": [] });
    assert_eq!(put(older).await, ["+@all -@dangerous", "", "+get -config|set", "*"]);
    let read = world.done(GetDatabaseUser { database_id, username: username.clone() }).await;
    assert_eq!(read.access_control.unwrap().acl_keys, ["*"]);

    let many = vec!["x*"; 101];
    for (body, words) in [
        (json!({}), "acl_categories: give at least one"),
        (
            json!({ "acl_categories": ["@all"] }),
            "acl_categories[0]: `@all` is no `+@` or `-@` before one of admin, all,",
        ),
        (json!({ "acl_categories": ["+@all", "+@cats"] }), "acl_categories[1]: `+@cats`"),
        (
            json!({ "acl_commands": ["get"] }),
            "acl_commands[0]: `get` is no `+` or `-` before a command",
        ),
        (json!({ "acl_keys": ["a b"] }), "acl_keys[0]: `a b` is no pattern"),
        (json!({ "acl_channels": many }), "acl_channels: there are 100 rules at most"),
        (json!({ "permission": "read" }), "permission: of kafka only"),
    ] {
        world.refuses_raw("PUT", &uri, &body.to_string(), words).await;
    }
    assert_eq!(
        put(json!({ "acl_keys": ["*"] })).await[0],
        "+@all -@dangerous",
        "nothing was changed"
    );
}

#[tokio::test]
async fn users_of_kafka_have_a_permission() {
    let world = World::new().await;
    let database_id = kafka(&world).await;
    let username = "app".to_owned();
    world
        .done(CreateDatabaseUser { database_id, username: username.clone(), ..Default::default() })
        .await;
    let permission = Some(OrEmpty::from(DatabasePermission::ReadWrite));
    let wish = SetDatabaseUserAcl { database_id, username, permission, ..Default::default() };
    let changed = world.done(wish.clone()).await;
    assert_eq!(changed.permission, Some(DatabasePermission::ReadWrite.into()));
    assert_eq!(changed.access_control, None);
    let none = SetDatabaseUserAcl { permission: None, ..wish.clone() };
    world
        .refuses(none, "permission: say what the user may do: admin, read, write or readwrite")
        .await;
    let rules = SetDatabaseUserAcl { acl_keys: Some(vec!["*".into()]), ..wish };
    world.refuses(rules, "acl_keys: of valkey only").await;
}
