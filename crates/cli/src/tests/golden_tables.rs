//! What the important kinds look like: at 80 and at 120 columns, and in a pipe.
//!
//! `golden_things.json` is what a server answered.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::common::Kettle;

static THINGS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden_things.json")).unwrap_or_default());

const RULES: &str = "firewall-rule list f0000000-0000-4000-8000-000000000001";
const WEB: &str = "a0000000-0000-4000-8000-000000000001";
const FRONT: &str = "10000000-0000-4000-8000-000000000001";

fn server(_: &str, path: &str, _: &Value) -> (u16, Value) {
    let path = path.split('?').next().unwrap_or_default();
    match THINGS.get(path) {
        Some(answer) => (200, answer.clone()),
        None => (404, json!({"error": "Not found", "status": 404})),
    }
}

async fn golden(name: &str, line: &str) {
    let mut text = String::new();
    for columns in [Some(80), Some(120), None] {
        let mut kettle = Kettle::new(server);
        (kettle.columns, kettle.watched) = (columns, true);
        let ran = kettle.run(line).await;
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let place = columns.map_or("a pipe".to_owned(), |n| format!("{n} columns"));
        text.push_str(&format!("--- {place}\n{}{}", ran.out, ran.err));
    }
    insta::with_settings!({
        snapshot_path => "golden", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!(format!("table of {name}"), text);
    });
}

#[tokio::test(start_paused = true)]
async fn lists() {
    for (name, line) in [
        ("regions", "region list"),
        ("plans", "plan list"),
        ("systems", "os list"),
        ("instances", "instance list"),
        ("blocks", "block list"),
        ("firewall groups", "firewall list"),
        ("firewall rules", RULES),
        ("domains", "domain list"),
        ("records", "record list example.com"),
        ("users", "user list"),
        ("snapshots", "snapshot list"),
        ("ssh keys", "ssh-key list"),
        ("networks", "vpc list"),
        ("reserved ips", "reserved-ip list"),
        ("load balancers", "load-balancer list"),
        ("addresses", &format!("instance ipv4 {WEB}")),
    ] {
        golden(name, line).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_thing() {
    golden("an instance", &format!("instance get {WEB}")).await;
    golden("a load balancer", &format!("load-balancer get {FRONT}")).await;
    golden("the account", "account get").await;
    golden("bandwidth", "account bandwidth").await;
}

#[tokio::test(start_paused = true)]
async fn chosen() {
    golden("chosen columns", "plan list --columns id,monthly_cost,locations --sort -monthly_cost")
        .await;
    golden("one thing's columns", &format!("instance get {WEB} --columns label,ram,vpc_only"))
        .await;
    golden("a thing with its empty fields", &format!("instance get {WEB} --all-fields")).await;
    golden("a query", "plan list --query .[]|{id,ram}").await;
}
