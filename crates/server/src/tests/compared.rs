//! States that are compared: what a snapshot has, as it would be told now.

use serde_json::Value;
use testkit::World;

#[tokio::test]
async fn a_comparison_has_no_addresses_of_the_server_that_nobody_changed() {
    let world = World::builder().build().await;
    world.control.reached_at("127.0.0.1:4711".into());
    let body = r#"{"region":"ewr","plan":"vc2-1c-1gb","os_id":2284,"label":"web"}"#;
    let (status, made) = world.raw("POST", "/v2/instances", body).await;
    assert_eq!(status, 202, "{made}");
    let made: Value = serde_json::from_str(&made).unwrap();
    let id = made["instance"]["id"].as_str().unwrap();
    world.settle().await;
    let (status, saved) = world.raw("PUT", "/_kettle/world/snapshots/monday", "").await;
    assert_eq!(status, 201, "{saved}");
    let path = format!("/v2/instances/{id}");
    let (_, told) = world.raw("GET", &path, "").await;
    assert!(told.contains("\"kvm\":\"http"), "{told}");
    world.raw("PATCH", &path, r#"{"label":"web-1"}"#).await;
    world.settle().await;
    let (_, told) = world.raw("GET", "/_kettle/world/snapshots/monday/diff", "").await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let fields = told["differences"][0]["fields"].as_array().unwrap();
    let names: Vec<_> = fields.iter().filter_map(|field| field["field"].as_str()).collect();
    assert_eq!(names, ["label"], "{told}");
}
