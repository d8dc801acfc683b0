//! Bare metal servers: what they have that instances have not. What both have is in `servers`.

mod networks;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::common;
use crate::servers::*;

#[tokio::test]
async fn answers_have_the_types_that_clients_read_under_both_names_of_the_new_one() {
    let world = World::new().await;
    let (status, made) = call(&world, "POST", METAL.path, METAL.wish(json!({}))).await;
    assert_eq!((status, &made["bare_metal"]), (202, &made["baremetal"]));
    let made = &made["bare_metal"];
    assert!(made["mac_address"].is_u64() && made["ram"].is_string() && made["disk"].is_string());
    shows(made, json!({ "snapshot_id": "", "tag": "", "tags": [] }));
    let got = read(&world, &METAL.of(id_of(made))).await;
    assert_eq!(got, json!({ "bare_metal": made }));
    let meta = json!({ "total": 1, "links": { "next": "", "prev": "" } });
    assert_eq!(METAL.listed(&world).await, json!({ "bare_metals": [made], "meta": meta }));
}

#[tokio::test]
async fn the_password_is_shown_until_ten_minutes_after_the_first_installation() {
    let world = World::new().await;
    let first = add(&world, METAL.path, METAL.wish(json!({}))).await;
    assert_eq!(first["default_password"].as_str().unwrap().len(), 16);
    let shown = METAL.up(&world).await;
    let password = async |id: &str| METAL.got(&world, id).await.get("default_password").cloned();
    assert_eq!(password(id_of(&first)).await, Some(first["default_password"].clone()));
    world.advance(Duration::from_secs(599)).await;
    assert!(password(&shown).await.is_some());
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(password(&shown).await, None);
    assert_eq!(METAL.listed(&world).await["bare_metals"][0].get("default_password"), None);
}

#[tokio::test]
async fn another_system_installs_it_anew_and_the_same_does_not() {
    let world = World::new().await;
    let before = METAL.made(&world, json!({})).await;
    let id = id_of(&before);
    assert_eq!(METAL.update(&world, id, json!({ "os_id": DEBIAN })).await, before);
    let changing = METAL.update(&world, id, json!({ "os_id": UBUNTU })).await;
    shows(&changing, json!({ "status": "pending", "os_id": UBUNTU }));
    world.settle().await;
    let after = METAL.got(&world, id).await;
    shows(&after, json!({ "status": "active", "main_ip": before["main_ip"] }));
    assert_eq!(machine(&world, id).await["install"], 1);
    METAL.update(&world, id, json!({ "app_id": 29 })).await;
    METAL.update(&world, id, json!({ "image_id": "openlitespeed-wordpress" })).await;
    let ipxe = json!({ "ipxe_chain_url": "https://boot.example.com/x.ipxe" });
    assert_eq!(METAL.update(&world, id, ipxe).await["os_id"], 159);
    world.settle().await;
    let machine = machine(&world, id).await;
    assert_eq!(machine["install"], 4);
    assert_eq!(machine["spec"]["image"]["kind"], "ipxe");
    let two = json!({ "os_id": UBUNTU, "app_id": 29 });
    refuses(&world, "PATCH", &METAL.of(id), two, "os_id, app_id").await;
}

#[tokio::test]
async fn it_tells_its_console() {
    let world = World::new().await;
    let id = METAL.up(&world).await;
    let vnc = read(&world, &format!("{}/vnc", METAL.of(&id))).await;
    let url = vnc["vnc"]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/_kettle/console/{id}")), "{url}");
}

#[tokio::test]
async fn keys_and_scripts_come_with_a_server_and_may_go() {
    let world = World::new().await;
    let key = json!({ "name": "me", "ssh_key": "ssh-ed25519 AAAA me" });
    let key = add(&world, "/v2/ssh-keys", key).await;
    let script = json!({ "name": "boot", "script": "IyEvYmluL3NoCg==" });
    let script = add(&world, "/v2/startup-scripts", script).await;
    let wish = json!({ "sshkey_id": [key["id"]], "script_id": script["id"] });
    let server = METAL.made(&world, wish).await;
    let spec = async || machine(&world, id_of(&server)).await["spec"].take();
    let expected = json!({ "ssh_keys": ["ssh-ed25519 AAAA me"], "script": "IyEvYmluL3NoCg==" });
    shows(&spec().await, expected);
    let uri = format!("/v2/ssh-keys/{}", id_of(&key));
    done(&world, "DELETE", &uri, json!(null)).await;
    add(&world, &format!("{}/reinstall", METAL.of(id_of(&server))), json!({})).await;
    world.settle().await;
    assert_eq!(spec().await["ssh_keys"], json!([]));
}

#[tokio::test]
async fn a_server_starts_from_a_snapshot_of_an_instance() {
    let world = World::new().await;
    let instance = common::instance(&world).await;
    let snapshot = add(&world, "/v2/snapshots", json!({ "instance_id": instance })).await;
    let wish = || json!({ "os_id": null, "snapshot_id": snapshot["id"] });
    METAL.refuses(&world, wish(), "Snapshot cannot be used at this time").await;
    world.settle().await;
    let found = METAL.made(&world, wish()).await;
    shows(&found, json!({ "snapshot_id": snapshot["id"], "os_id": 164 }));
}

#[tokio::test]
async fn what_others_have_is_not_for_bare_metal() {
    let world = World::new().await;
    let id = METAL.up(&world).await;
    let of_it = json!({ "instance_id": id, "description": "x" });
    refuses(&world, "POST", "/v2/snapshots", of_it.clone(), "instance_id").await;
    let block = add(&world, "/v2/blocks", json!({ "region": "ewr", "size_gb": 10 })).await;
    let attach = format!("/v2/blocks/{}/attach", id_of(&block));
    refuses(&world, "POST", &attach, of_it, "instance not found").await;
    let (status, _) = refused(&world, "GET", &INSTANCES.of(&id), json!(null)).await;
    assert_eq!(status, 404, "it is no instance");
}

#[tokio::test]
async fn a_server_costs_what_its_plan_does() {
    let world = World::new().await;
    METAL.up(&world).await;
    world.advance(Duration::from_secs(36_000)).await;
    let owed = world.client.account().get().await.unwrap().pending_charges;
    // Ten hours at 120 dollars for 672 or 730 of them.
    let owed: f64 = owed.0.to_string().parse().unwrap();
    assert!((1.6..1.9).contains(&owed), "{owed}");
}
