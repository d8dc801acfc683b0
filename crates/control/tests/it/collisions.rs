//! Many want the same thing at once: each is served, on SQLite in a file and on PostgreSQL, and from
//! two servers on one database.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use store::testing;
use testkit::World;
use tokio::task::JoinSet;

use crate::common::servers::two_servers;
use crate::common::stores::both;

/// How many ask at once.
const MANY: usize = 64;

async fn send(world: &World, method: &str, path: &str, body: Value) -> (u16, Value) {
    let (status, text) = world.raw(method, path, &body.to_string()).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// What one POST makes: its status is told, and its body is an object with one field.
async fn made(world: &World, path: &str, body: Value) -> Value {
    let (status, answer) = send(world, "POST", path, body).await;
    assert!((200..300).contains(&status), "{answer}");
    answer.as_object().unwrap().values().next().unwrap().clone()
}

/// Sends all at once, in turn to each of `worlds`; tells what each was answered, in their order.
async fn burst(
    worlds: &[Arc<World>],
    method: &'static str,
    path: &str,
    body: impl Fn(usize) -> Value,
) -> Vec<(u16, Value)> {
    let mut tasks = JoinSet::new();
    for n in 0..MANY {
        let (world, path) = (worlds[n % worlds.len()].clone(), path.to_owned());
        let body = body(n);
        tasks.spawn(async move { (n, send(&world, method, &path, body).await) });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(n, _)| *n);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn all_are(answers: &[(u16, Value)], status: u16) {
    let others: Vec<_> = answers.iter().filter(|(found, _)| *found != status).collect();
    assert!(others.is_empty(), "{} of {}: {:?}", others.len(), answers.len(), others[0]);
}

async fn instances_come_into_one_vpc(worlds: &[Arc<World>]) {
    let network = json!({ "region": "ewr", "v4_subnet": "10.64.0.0", "v4_subnet_mask": 20 });
    let vpc = made(&worlds[0], "/v2/vpcs", network).await["id"].clone();
    let answers = burst(worlds, "POST", "/v2/instances", |n| {
        json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": format!("i{n}"),
            "enable_ipv6": true, "attach_vpc": [vpc] })
    });
    all_are(&answers.await, 202);
    worlds[0].settle().await;
    let (_, listed) = send(&worlds[0], "GET", "/v2/instances?per_page=500", json!({})).await;
    for field in ["internal_ip", "main_ip", "v6_network"] {
        let instances = listed["instances"].as_array().unwrap().iter();
        let addresses: BTreeSet<_> = instances.map(|i| i[field].as_str().unwrap()).collect();
        assert_eq!(addresses.len(), MANY, "{field}: each has its own");
    }
}

async fn one_instance_is_changed(worlds: &[Arc<World>]) {
    let create = json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136 });
    let id = made(&worlds[0], "/v2/instances", create).await["id"].clone();
    let path = format!("/v2/instances/{}", id.as_str().unwrap());
    let label = |n: usize| json!({ "label": format!("label {n}") });
    all_are(&burst(worlds, "PATCH", &path, label).await, 202);
}

async fn records_come_into_one_zone(worlds: &[Arc<World>]) {
    made(&worlds[0], "/v2/domains", json!({ "domain": "busy.example" })).await;
    let record = |n: usize| json!({ "type": "A", "name": format!("h{n}"), "data": "192.0.2.1", "ttl": 300, "priority": 0 });
    let path = "/v2/domains/busy.example/records";
    all_are(&burst(worlds, "POST", path, record).await, 201);
    let (_, listed) = send(&worlds[0], "GET", &format!("{path}?per_page=500"), json!({})).await;
    let names = listed["records"].as_array().unwrap().iter();
    let names: BTreeSet<_> = names.filter_map(|r| r["name"].as_str()?.strip_prefix('h')).collect();
    assert_eq!(names.len(), MANY);
}

async fn rules_come_into_one_group(worlds: &[Arc<World>]) {
    let id =
        made(&worlds[0], "/v2/firewalls", json!({ "description": "busy" })).await["id"].clone();
    let group = format!("/v2/firewalls/{}", id.as_str().unwrap());
    let rule = |n: usize| {
        json!({ "ip_type": "v4", "protocol": "tcp", "subnet": "192.0.2.0", "subnet_size": 24,
            "port": (1000 + n).to_string() })
    };
    let answers = burst(worlds, "POST", &format!("{group}/rules"), rule).await;
    let (_, found) = send(&worlds[0], "GET", &group, json!({})).await;
    let most = found["firewall_group"]["max_rule_count"].as_u64().unwrap() as usize;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(s, _)| *s == 201);
    all_are(&refused, 400);
    assert_eq!((made.len(), refused.len()), (most, MANY - most), "as many as there may be");
    assert_eq!(found["firewall_group"]["rule_count"], most);
    let ids = made.iter().map(|(_, rule)| rule["firewall_rule"]["id"].as_u64().unwrap());
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), most, "no number is given twice");
}

/// What is in a registry follows from all its repositories: each push relies on every one of them.
async fn images_come_into_one_registry(worlds: &[Arc<World>]) {
    let order = json!({ "name": "busy", "public": false, "region": "sjc", "plan": "start_up" });
    let (_, registry) = send(&worlds[0], "POST", "/v2/registry", order).await;
    let id = registry["id"].as_str().unwrap();
    let image = |n: usize| json!({ "repository": format!("image{}", n % 8), "size": 1 << 30 });
    let answers = burst(worlds, "POST", &format!("/_kettle/pushed/{id}"), image).await;
    let (pushed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(s, _)| *s == 204);
    all_are(&refused, 400);
    let (_, found) = send(&worlds[0], "GET", &format!("/v2/registry/{id}"), json!({})).await;
    let bytes = |which: &str| found["storage"][which]["bytes"].as_u64().unwrap();
    assert_eq!((bytes("used"), bytes("allowed"), pushed.len()), (10 << 30, 10 << 30, 10));
}

async fn all_bursts(worlds: &[Arc<World>]) {
    instances_come_into_one_vpc(worlds).await;
    one_instance_is_changed(worlds).await;
    records_come_into_one_zone(worlds).await;
    rules_come_into_one_group(worlds).await;
    images_come_into_one_registry(worlds).await;
    testing::check(&worlds[0].store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_served_who_wants_the_same_at_once() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        all_bursts(&[world]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_served_by_two_servers_on_one_database() {
    let Some(worlds) = two_servers().await else { return };
    all_bursts(&worlds).await;
}
