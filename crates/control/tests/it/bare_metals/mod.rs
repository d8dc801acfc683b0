//! Bare metal servers: what can be asked for, what is given, and how they live.

mod changes;
mod networks;

use std::time::Duration;

use api::OrEmpty;
use api::account::GetAccount;
use api::bare_metals::*;
use api::id::{BareMetalId, SshKeyId};
use api::instances::UserScheme;
use api::snapshots::CreateSnapshot;
use api::ssh_keys::{CreateSshKey, DeleteSshKey};
use api::startup_scripts::CreateStartupScript;
use control::Behave;
use serde_json::{Value, json};
use testkit::{World, refused};
use uuid::Uuid;

use crate::common;

const DEBIAN: u32 = 2136;
const UBUNTU: u32 = 2284;
const PLAN: &str = "vbm-4c-32gb";

fn debian() -> CreateBareMetal {
    CreateBareMetal {
        region: "ewr".into(),
        plan: PLAN.into(),
        os_id: Some(DEBIAN),
        ..CreateBareMetal::default()
    }
}

fn nothing(baremetal_id: BareMetalId) -> UpdateBareMetal {
    UpdateBareMetal { baremetal_id, ..UpdateBareMetal::default() }
}

async fn made(world: &World, request: CreateBareMetal) -> BareMetal {
    let made = world.client.send(request).await.expect("it is done");
    world.settle().await;
    got(world, made.id).await
}

async fn got(world: &World, baremetal_id: BareMetalId) -> BareMetal {
    world.client.send(GetBareMetal { baremetal_id }).await.expect("it is done")
}

async fn all(world: &World) -> Vec<BareMetal> {
    world.client.send(ListBareMetals::default()).await.expect("it is done").items
}

/// A server's machine as it is outside, looked at without asking the driver.
async fn machine(world: &World, id: BareMetalId) -> Option<Value> {
    let state = world.store.world_get("machine", id.into()).await.unwrap()?;
    Some(serde_json::from_str::<Value>(&state).unwrap()["machine"].take())
}

async fn is_refused(world: &World, request: CreateBareMetal, words: &str) {
    let before = all(world).await;
    let (status, text) = refused(world.client.send(request).await);
    assert_eq!(status, 400, "{text}");
    assert!(text.contains(words), "`{text}` does not say `{words}`");
    assert_eq!(all(world).await, before, "a refusal makes nothing");
}

#[tokio::test]
async fn a_new_server_is_pending_and_has_no_address_yet() {
    let world = World::new().await;
    let made = world.client.send(debian()).await.unwrap();
    assert_eq!(made.status, BareMetalStatus::Pending);
    assert_eq!((&*made.main_ip, &*made.gateway_v4, &*made.netmask_v4), ("", "", ""));
    assert_eq!((&*made.v6_main_ip, made.v6_network_size), ("", 0));
    assert!(made.mac_address > 0);
    assert_eq!(got(&world, made.id).await, made);
}

#[tokio::test]
async fn a_server_comes_up_with_what_its_plan_has() {
    let world = World::new().await;
    let found = made(&world, debian()).await;
    assert_eq!(found.status, BareMetalStatus::Active);
    assert_eq!((&*found.ram, &*found.disk, found.cpu_count), ("32768 MB", "2x 240GB SSD", 4));
    assert_eq!((&*found.os, found.os_id), ("Debian 12 x64 (bookworm)", DEBIAN));
    assert_eq!((&*found.plan, &*found.region), (PLAN, "ewr"));
    assert_eq!(found.netmask_v4, "255.255.254.0");
    assert!(found.main_ip.starts_with("198.") && found.gateway_v4.starts_with("198."));
    assert_eq!((found.app_id, &*found.image_id, found.snapshot_id), (0, "", OrEmpty(None)));
    assert!(found.features.is_empty() && found.tags.is_empty());
    assert_eq!(
        (found.user_scheme, found.mdisk_mode),
        (UserScheme::Root.into(), MdiskMode::None.into())
    );
    let size = &machine(&world, found.id).await.unwrap()["spec"]["size"];
    assert_eq!(*size, json!({ "vcpus": 8, "ram_mb": 32768, "disk_gb": 480 }));
}

#[tokio::test]
async fn answers_have_the_types_that_clients_read_under_both_names_of_the_new_one() {
    let world = World::new().await;
    let body = format!(r#"{{"region":"ewr","plan":"{PLAN}","os_id":{DEBIAN}}}"#);
    let (status, text) = world.raw("POST", "/v2/bare-metals", &body).await;
    assert_eq!(status, 202, "{text}");
    let made: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(made["bare_metal"], made["baremetal"]);
    let made = &made["bare_metal"];
    assert!(made["mac_address"].is_u64() && made["ram"].is_string() && made["disk"].is_string());
    assert_eq!(
        (&made["snapshot_id"], &made["tag"], &made["tags"]),
        (&json!(""), &json!(""), &json!([]))
    );
    let path = format!("/v2/bare-metals/{}", made["id"].as_str().unwrap());
    let (_, text) = world.raw("GET", &path, "").await;
    let got: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(got["bare_metal"], *made);
    assert!(got.get("baremetal").is_none());
    let (_, text) = world.raw("GET", "/v2/bare-metals", "").await;
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list["bare_metals"], json!([made]));
    assert_eq!(list["meta"], json!({ "total": 1, "links": { "next": "", "prev": "" } }));
}

#[tokio::test]
async fn the_password_is_shown_until_ten_minutes_after_the_first_installation() {
    let world = World::new().await;
    let first = world.client.send(debian()).await.unwrap();
    let password = first.default_password.unwrap();
    assert_eq!(password.len(), 16);
    let shown = made(&world, debian()).await;
    assert_eq!(got(&world, first.id).await.default_password, Some(password));
    world.advance(Duration::from_secs(599)).await;
    assert!(got(&world, shown.id).await.default_password.is_some());
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(got(&world, shown.id).await.default_password, None);
    assert_eq!(all(&world).await[0].default_password, None);
}

#[tokio::test]
async fn states_follow_each_other_as_the_real_ones_do() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let id = world.client.send(debian()).await.unwrap().id;
    let mut seen = Vec::new();
    for _ in 0..120 {
        let now = got(&world, id).await;
        let state = (now.status, now.main_ip.is_empty());
        if seen.last() != Some(&state) {
            seen.push(state);
        }
        world.advance(Duration::from_secs(1)).await;
    }
    let (pending, active) = (BareMetalStatus::Pending, BareMetalStatus::Active);
    let states = [(pending.into(), true), (pending.into(), false), (active.into(), false)];
    assert_eq!(seen, states);
}

#[tokio::test]
async fn what_was_sent_comes_back_unchanged() {
    let world = World::new().await;
    let request = CreateBareMetal {
        label: Some("My label".into()),
        hostname: Some("Metal-1.Example".into()),
        tags: Some(vec!["b".into(), "Ä tag/with=all:kinds".into(), "b".into()]),
        user_data: Some("I2Nsb3VkLWNvbmZpZwo=".into()),
        user_scheme: Some(UserScheme::Limited),
        mdisk_mode: Some(MdiskMode::Raid1.into()),
        enable_ipv6: Some(true),
        persistent_pxe: Some(true),
        activation_email: Some(true),
        ..debian()
    };
    let found = made(&world, request).await;
    assert_eq!(found.label, "My label");
    assert_eq!((found.tags, &*found.tag), (vec!["b".into(), "Ä tag/with=all:kinds".into()], "b"));
    assert_eq!(
        (found.user_scheme, found.mdisk_mode),
        (UserScheme::Limited.into(), MdiskMode::Raid1.into())
    );
    assert_eq!(found.features, [BareMetalFeature::Ipv6, BareMetalFeature::PersistentPxe]);
    assert_eq!((found.v6_network_size, found.v6_main_ip.len()), (64, 39));
    assert!(found.v6_network.starts_with("2001:db8:") && found.v6_network.ends_with("::"));
    let baremetal_id = found.id;
    let data = world.client.send(GetBareMetalUserData { baremetal_id }).await.unwrap();
    assert_eq!(data.data, "I2Nsb3VkLWNvbmZpZwo=");
    assert_eq!(machine(&world, found.id).await.unwrap()["spec"]["hostname"], "Metal-1.Example");
}

#[tokio::test]
async fn nulls_zeros_and_empty_words_mean_nothing() {
    let world = World::new().await;
    let body = format!(
        r#"{{"region":"ewr","plan":"{PLAN}","os_id":"{DEBIAN}","app_id":0,"image_id":"",
            "snapshot_id":"","ipxe_chain_url":"","script_id":"","hostname":"","reserved_ipv4":"",
            "tags":null,"sshkey_id":null,"attach_vpc":[],"attach_vpc2":[],"detach_vpc2":[],
            "user_data":"","mdisk_mode":"","user_scheme":"root","enable_vpc2":false,
            "enable_ipv6":false,"activation_email":false,"persistent_pxe":false}}"#
    );
    let (status, text) = world.raw("POST", "/v2/bare-metals", &body).await;
    assert_eq!(status, 202, "{text}");
    let found = &all(&world).await[0];
    assert_eq!((found.os_id, &*found.label, found.tags.len()), (DEBIAN, "", 0));
    let path = format!("/v2/bare-metals/{}", found.id);
    let body = r#"{"os_id":0,"app_id":0,"image_id":"","ipxe_chain_url":"","mdisk_mode":"",
        "user_scheme":"","tags":null,"attach_vpc2":null,"enable_ipv6":false}"#;
    let (status, text) = world.raw("PATCH", &path, body).await;
    assert_eq!(status, 202, "{text}");
    assert_eq!(all(&world).await[0], *found);
}

#[tokio::test]
async fn exactly_one_thing_is_installed() {
    let world = World::new().await;
    let base = || CreateBareMetal { os_id: None, ..debian() };
    is_refused(&world, base(), "give one of os_id, app_id, image_id, snapshot_id").await;
    let two = CreateBareMetal { app_id: Some(29), ..debian() };
    is_refused(&world, two, "os_id, app_id").await;
    for stand_in in [164, 180, 186] {
        let alone = CreateBareMetal { os_id: Some(stand_in), ..debian() };
        is_refused(&world, alone, "is no system by itself").await;
    }
    let app = CreateBareMetal { app_id: Some(29), os_id: Some(186), ..base() };
    let app = made(&world, app).await;
    assert_eq!((app.app_id, app.os_id), (29, 186));
    let image = CreateBareMetal { image_id: Some("openlitespeed-wordpress".into()), ..base() };
    assert_eq!(made(&world, image).await.image_id, "openlitespeed-wordpress");
    let url = Some("https://boot.example.com/x.ipxe".to_owned());
    let ipxe = CreateBareMetal { os_id: Some(159), ipxe_chain_url: url, ..base() };
    let ipxe = made(&world, ipxe).await;
    assert_eq!(ipxe.os_id, 159);
    assert_eq!(machine(&world, ipxe.id).await.unwrap()["spec"]["image"]["kind"], "ipxe");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_makes_nothing() {
    let world = World::new().await;
    let nobody = Uuid::from_u128(7);
    let cases = [
        (CreateBareMetal { region: "new".into(), ..debian() }, "Invalid region. region: `new`"),
        (CreateBareMetal { plan: "vbm-4c-32".into(), ..debian() }, "did you mean `vbm-4c-32gb`?"),
        (CreateBareMetal { plan: "vc2-1c-1gb".into(), ..debian() }, "a plan of instances"),
        (
            CreateBareMetal { region: "ams".into(), ..debian() },
            "plan is not available in the selected region",
        ),
        (CreateBareMetal { os_id: Some(1), ..debian() }, "Invalid OS. os_id: 1"),
        (CreateBareMetal { hostname: Some("my_host".into()), ..debian() }, "hostname: `my_host`"),
        (CreateBareMetal { user_data: Some("#cloud".into()), ..debian() }, "user_data"),
        (CreateBareMetal { sshkey_id: Some(vec![SshKeyId(nobody)]), ..debian() }, "sshkey_id"),
        (
            CreateBareMetal { script_id: Some(OrEmpty(Some(nobody.into()))), ..debian() },
            "script_id",
        ),
        (
            CreateBareMetal { reserved_ipv4: Some(OrEmpty(Some(nobody.into()))), ..debian() },
            "reserved_ipv4",
        ),
        (CreateBareMetal { attach_vpc: Some(vec![nobody.into()]), ..debian() }, "attach_vpc"),
        (CreateBareMetal { attach_vpc2: Some(vec![nobody.into()]), ..debian() }, "attach_vpc2"),
        (
            CreateBareMetal {
                os_id: None,
                snapshot_id: Some(OrEmpty(Some(nobody.into()))),
                ..debian()
            },
            "Invalid snapshot",
        ),
        (
            CreateBareMetal { tags: Some((0..60).map(|n| n.to_string()).collect()), ..debian() },
            "tags: 60",
        ),
    ];
    for (request, words) in cases {
        is_refused(&world, request, words).await;
    }
    let body = format!(r#"{{"region":"ewr","plan":"{PLAN}","os_id":1,"mdisk_mode":"raid5"}}"#);
    let (status, text) = world.raw("POST", "/v2/bare-metals", &body).await;
    assert!(status == 400 && text.contains("mdisk_mode") && text.contains("raid1"), "{text}");
}

#[tokio::test]
async fn keys_and_scripts_come_with_a_server_and_may_go() {
    let world = World::new().await;
    let client = &world.client;
    let key = CreateSshKey { name: "me".into(), ssh_key: "ssh-ed25519 AAAA me".into() };
    let key = client.send(key).await.unwrap().id;
    let script = CreateStartupScript {
        name: "boot".into(),
        script: "IyEvYmluL3NoCg==".into(),
        ..CreateStartupScript::default()
    };
    let script = client.send(script).await.unwrap().id;
    let request =
        CreateBareMetal { sshkey_id: Some(vec![key]), script_id: Some(script.into()), ..debian() };
    let baremetal_id = made(&world, request).await.id;
    let spec = &machine(&world, baremetal_id).await.unwrap()["spec"];
    assert_eq!(spec["ssh_keys"], json!(["ssh-ed25519 AAAA me"]));
    assert_eq!(spec["script"], "IyEvYmluL3NoCg==");
    client.send(DeleteSshKey { ssh_key_id: key }).await.unwrap();
    client.send(ReinstallBareMetal { baremetal_id, hostname: None }).await.unwrap();
    world.settle().await;
    assert_eq!(machine(&world, baremetal_id).await.unwrap()["spec"]["ssh_keys"], json!([]));
}

#[tokio::test]
async fn a_server_starts_from_a_snapshot_of_an_instance() {
    let world = World::new().await;
    let instance_id = common::instance(&world).await.into();
    let snapshot = CreateSnapshot { instance_id, ..CreateSnapshot::default() };
    let snapshot = world.client.send(snapshot).await.unwrap().id;
    let request =
        || CreateBareMetal { os_id: None, snapshot_id: Some(snapshot.into()), ..debian() };
    is_refused(&world, request(), "Snapshot cannot be used at this time").await;
    world.settle().await;
    let found = made(&world, request()).await;
    assert_eq!((found.snapshot_id, found.os_id), (OrEmpty(Some(snapshot)), 164));
}

#[tokio::test]
async fn what_others_have_is_not_for_bare_metal() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    let body = format!(r#"{{"instance_id":"{id}","description":"x"}}"#);
    let (status, text) = world.raw("POST", "/v2/snapshots", &body).await;
    assert!(status == 400 && text.contains("instance_id"), "{text}");
    let block = r#"{"region":"ewr","size_gb":10}"#;
    let (_, text) = world.raw("POST", "/v2/blocks", block).await;
    let block: Value = serde_json::from_str(&text).unwrap();
    let attach = format!("/v2/blocks/{}/attach", block["block"]["id"].as_str().unwrap());
    let (status, text) = world.raw("POST", &attach, &format!(r#"{{"instance_id":"{id}"}}"#)).await;
    assert!(status == 400 && text.contains("instance not found"), "{text}");
    let (status, _) = world.raw("GET", &format!("/v2/instances/{id}"), "").await;
    assert_eq!(status, 404, "it is no instance");
}

#[tokio::test]
async fn lists_have_pages_in_the_order_of_creation() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.client.send(debian()).await.unwrap().id);
    }
    let list = |cursor| ListBareMetals { per_page: Some(2), cursor };
    let one = world.client.send(list(None)).await.unwrap();
    let two = world.client.send(list(Some(one.meta.links.next.clone()))).await.unwrap();
    let told = [one.items, two.items].concat();
    assert_eq!(told.iter().map(|server| server.id).collect::<Vec<_>>(), ids[..4]);
    assert_eq!(two.meta.total, 5);
    let back = world.client.send(list(Some(two.meta.links.prev))).await.unwrap();
    assert_eq!(back.items[0].id, ids[0]);
    let wrong = ListBareMetals { per_page: Some(501), cursor: None };
    assert_eq!(refused(world.client.send(wrong).await).0, 400);
}

#[tokio::test]
async fn a_server_costs_what_its_plan_does() {
    let world = World::new().await;
    made(&world, debian()).await;
    world.advance(Duration::from_secs(36_000)).await;
    let owed = world.client.send(GetAccount {}).await.unwrap().pending_charges;
    // Ten hours at 120 dollars for 672 or 730 of them.
    let owed: f64 = owed.0.to_string().parse().unwrap();
    assert!((1.6..1.9).contains(&owed), "{owed}");
}

#[tokio::test]
async fn another_accounts_server_is_as_unknown_as_none() {
    let world = World::builder().open().build().await;
    let id = made(&world, debian()).await.id;
    let other = world.client_with("ANOTHERKEYANOTHERKEYANOTHERKEYANOTHE");
    let gone = (404, "Invalid server".to_owned());
    assert_eq!(refused(other.send(GetBareMetal { baremetal_id: id }).await), gone);
    assert_eq!(refused(other.send(DeleteBareMetal { baremetal_id: id }).await), gone);
    assert_eq!(other.send(ListBareMetals::default()).await.unwrap().meta.total, 0);
}
