//! Instances: what they have that bare metal has not. What both have is in `servers`.

mod changes;
pub(crate) mod log;
mod real;

use std::collections::BTreeSet;
use std::time::Duration;

use api::instances::*;
use control::Behave;
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::servers::*;

const LARGER: &str = "vc2-2c-4gb";

/// The ids of a list, as its filters let them through.
async fn listed(world: &World, filters: &str) -> Vec<Value> {
    let uri = format!("{}?{filters}", INSTANCES.path);
    let mut answer = read(world, &uri).await;
    let instances = answer["instances"].as_array_mut().expect("a list").iter_mut();
    instances.map(|instance| instance["id"].take()).collect()
}

async fn destroy(world: &World, id: &str) {
    done(world, "DELETE", &INSTANCES.of(id), json!(null)).await;
}

#[tokio::test]
async fn addresses_are_never_handed_out_twice_and_are_free_when_the_instance_has_gone() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(INSTANCES.create(&world, json!({})).await);
    }
    world.settle().await;
    let address = async |id: &str| INSTANCES.got(&world, id).await["main_ip"].to_string();
    let mut addresses = BTreeSet::new();
    for id in &ids {
        assert!(addresses.insert(address(id).await));
    }
    let first = address(&ids[0]).await;
    let holder = async || world.store.taken("ipv4", first.trim_matches('"')).await.unwrap();
    assert_eq!(holder().await, ids[0].parse().ok());
    destroy(&world, &ids[0]).await;
    world.settle().await;
    assert_eq!(holder().await, None);
}

#[tokio::test]
async fn public_addresses_can_be_left_out() {
    let world = World::new().await;
    let without = json!({ "disable_public_ipv4": true, "enable_ipv6": true });
    // What stands behind the network comes from the interface, and no two have the same.
    let mut hosts = BTreeSet::new();
    for fields in [without, json!({ "plan": "vc2-1c-0.5gb-v6" })] {
        let found = INSTANCES.made(&world, fields).await;
        shows(&found, json!({ "main_ip": "0.0.0.0", "netmask_v4": "" }));
        assert!(hosts.insert(found["v6_main_ip"].as_str().unwrap()[20..].to_owned()), "{found}");
    }
    let alone = INSTANCES.made(&world, json!({ "disable_public_ipv4": true })).await;
    assert_ne!(alone["main_ip"], "0.0.0.0", "it counts only along with IPv6");
}

#[tokio::test]
async fn the_real_words_stand_alone_where_the_real_api_is_followed() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let wrong = INSTANCES.wish(json!({ "plan": "vc2-none" }));
    let said = refused(&world, "POST", INSTANCES.path, wrong).await;
    assert_eq!(said, (400, "Invalid plan chosen.".into()));
    let uri = INSTANCES.of(&Uuid::now_v7().to_string());
    let unknown = refused(&world, "GET", &uri, json!(null)).await;
    assert_eq!(unknown, (404, "instance not found".into()));
}

#[tokio::test]
async fn volumes_come_with_an_instance_and_outlive_it() {
    let world = World::new().await;
    let block = add(&world, "/v2/blocks", json!({ "region": "ewr", "size_gb": 20 })).await;
    let new = json!({ "disk_size": 30, "label": "new", "bootable": true });
    let devices = json!([{ "block_id": block["id"] }, new]);
    let wish = json!({ "plan": "vx1-g-2c-8g", "block_devices": devices });
    let found = INSTANCES.made(&world, wish.clone()).await;
    let blocks = read(&world, "/v2/blocks").await["blocks"].take();
    let blocks = blocks.as_array().unwrap();
    assert_eq!(blocks.len(), 2);
    assert!(blocks.iter().all(|block| block["attached_to_instance"] == found["id"]));
    shows(&blocks[1], json!({ "label": "new", "size_gb": 30 }));
    let words = "Block storage is already attached to another server";
    INSTANCES.refuses(&world, wish, words).await;
    let small = json!({ "block_devices": [{ "disk_size": 1 }] });
    INSTANCES.refuses(&world, small, "block_devices: disk_size 1 is out of range").await;
    destroy(&world, id_of(&found)).await;
    world.settle().await;
    let uri = format!("/v2/blocks/{}", id_of(&block));
    let block = read(&world, &uri).await["block"].take();
    shows(&block, json!({ "attached_to_instance": "", "status": "active" }));
}

#[tokio::test]
async fn a_plans_own_disk_is_asked_for_by_the_word_local() {
    let world = World::new().await;
    let wish = |plan: &str, devices: Value| json!({ "plan": plan, "block_devices": devices });
    for bootable in [true, false] {
        let local = json!([{ "block_id": "local", "bootable": bootable }]);
        INSTANCES.made(&world, wish("vx1-g-2c-8g-120s", local.clone())).await;
        INSTANCES.made(&world, wish("vc2-1c-1gb", local.clone())).await;
        let said = "block_devices: `vx1-g-2c-8g` has no local disk";
        INSTANCES.refuses(&world, wish("vx1-g-2c-8g", local), said).await;
    }
    assert_eq!(read(&world, "/v2/blocks").await["blocks"], json!([]), "no volume is made for it");
    let boot = json!({ "block_id": "", "bootable": true, "disk_size": 40 });
    let both = json!([{ "block_id": "local", "bootable": false, "label": "" }, boot]);
    let found = INSTANCES.made(&world, wish("vx1-g-2c-8g-120s", both)).await;
    let blocks = read(&world, "/v2/blocks").await["blocks"].take();
    assert_eq!(blocks.as_array().unwrap().len(), 1);
    assert_eq!(blocks[0]["attached_to_instance"], found["id"]);
    let wrong = wish("vx1-g-2c-8g-120s", json!([{ "block_id": "remote" }]));
    INSTANCES.refuses(&world, wrong, "block_devices[0].block_id").await;
}

#[tokio::test]
async fn lists_are_narrowed_by_each_filter_and_by_all_together() {
    let world = World::new().await;
    let one = json!({ "label": "one", "hostname": "One", "tags": ["Shared", "x"] });
    let one = INSTANCES.made(&world, one).await["id"].take();
    let two = json!({ "region": "ams", "label": "two", "tags": ["shared"] });
    let two = INSTANCES.made(&world, two).await;
    let (main_ip, two) = (two["main_ip"].as_str().unwrap(), two["id"].clone());
    let (both, nobody) = (vec![one.clone(), two.clone()], Uuid::now_v7());
    for (filters, expected) in [
        ("", both.clone()),
        ("label=one", vec![one.clone()]),
        ("label=on", vec![]),
        ("label=", both.clone()),
        ("tag=SHARED", both),
        ("tag=share", vec![]),
        ("region=ams", vec![two.clone()]),
        ("hostname=One", vec![one.clone()]),
        (&format!("main_ip={main_ip}"), vec![two.clone()]),
        ("tag=shared&region=ewr", vec![one.clone()]),
        (&format!("firewall_group_id={nobody}"), vec![]),
    ] {
        assert_eq!(listed(&world, filters).await, expected, "{filters}");
    }
}

#[tokio::test]
async fn what_is_owed_is_shown_in_lists_only_where_asked_for() {
    let world = World::new().await;
    let id = INSTANCES.up(&world).await;
    world.advance(Duration::from_secs(100 * 3600)).await;
    let owed = INSTANCES.got(&world, &id).await["pending_charges"].take();
    assert!((0.01..5.0).contains(&owed.as_f64().unwrap()), "{owed}");
    assert_eq!(INSTANCES.listed(&world).await["instances"][0].get("pending_charges"), None);
    let uri = format!("{}?show_pending_charges=true", INSTANCES.path);
    let asked = read(&world, &uri).await;
    assert_eq!(asked["instances"][0]["pending_charges"], owed);
}

#[tokio::test]
async fn neighbours_are_in_the_same_region_and_never_the_instance_itself() {
    let world = World::new().await;
    let (one, two) = (INSTANCES.up(&world).await, INSTANCES.up(&world).await);
    INSTANCES.made(&world, json!({ "region": "ams" })).await;
    let uri = format!("{}/neighbors", INSTANCES.of(&one));
    assert_eq!(read(&world, &uri).await, json!({ "neighbors": [two] }));
}

#[tokio::test]
async fn what_others_keep_comes_with_an_instance_and_is_free_when_it_goes() {
    let world = World::new().await;
    let group = add(&world, "/v2/firewalls", json!({})).await["id"].take();
    let script = json!({ "name": "boot", "script": "IyEvYmluL3NoCg==" });
    let script = add(&world, "/v2/startup-scripts", script).await;
    let reserved = json!({ "region": "ewr", "ip_type": "v4" });
    let reserved = add(&world, "/v2/reserved-ips", reserved).await;
    let vpc = add(&world, "/v2/vpcs", json!({ "region": "ewr" })).await["id"].take();
    let wish = json!({
        "firewall_group_id": group, "script_id": script["id"], "reserved_ipv4": reserved["id"],
        "attach_vpc": [vpc],
    });
    let found = INSTANCES.made(&world, wish.clone()).await;
    shows(&found, json!({ "firewall_group_id": group, "main_ip": reserved["subnet"] }));
    let vpcs = found["vpcs"].as_array().unwrap();
    assert_eq!(vpcs.iter().map(|vpc| &vpc["id"]).collect::<Vec<_>>(), [&vpc]);
    assert!(found["internal_ip"].as_str().unwrap().starts_with("10."), "{found}");
    let in_group = format!("firewall_group_id={}", group.as_str().unwrap());
    assert_eq!(listed(&world, &in_group).await, [found["id"].clone()]);
    let words = "Floating IPv4 address is already attached";
    INSTANCES.refuses(&world, wish.clone(), words).await;
    let elsewhere = with(wish.clone(), json!({ "region": "ams", "reserved_ipv4": null }));
    INSTANCES.refuses(&world, elsewhere, "attach_vpc").await;
    let leave = json!({ "firewall_group_id": "", "detach_vpc": [vpc] });
    let left = INSTANCES.update(&world, id_of(&found), leave).await;
    shows(&left, json!({ "firewall_group_id": "", "internal_ip": "", "vpcs": [] }));
    assert!(listed(&world, &in_group).await.is_empty());
    destroy(&world, id_of(&found)).await;
    let again = INSTANCES.made(&world, wish).await;
    assert_eq!(again["main_ip"], reserved["subnet"], "a reserved address is free at once");
}

#[tokio::test]
async fn the_region_s_network_is_made_where_there_is_none() {
    let world = World::new().await;
    let wish = || json!({ "enable_vpc": true, "vpc_only": true });
    let one = INSTANCES.made(&world, wish()).await;
    let two = INSTANCES.made(&world, wish()).await;
    shows(&one, json!({ "main_ip": "0.0.0.0", "vpc_only": true }));
    assert_eq!(one["vpcs"], two["vpcs"], "both are in the same");
    assert_ne!(one["internal_ip"], two["internal_ip"]);
}

#[tokio::test]
async fn a_snapshot_must_be_complete_and_fit() {
    let world = World::new().await;
    let large = INSTANCES.made(&world, json!({ "plan": LARGER })).await;
    let snapshot = add(&world, "/v2/snapshots", json!({ "instance_id": large["id"] })).await;
    let on = |plan: &str| json!({ "plan": plan, "os_id": null, "snapshot_id": snapshot["id"] });
    INSTANCES.refuses(&world, on(LARGER), "Snapshot cannot be used at this time").await;
    world.settle().await;
    INSTANCES.refuses(&world, on(INSTANCES.plan), "does not fit on 25 GB").await;
    let found = INSTANCES.made(&world, on(LARGER)).await;
    shows(&found, json!({ "snapshot_id": snapshot["id"], "os_id": 164 }));
}
