//! Instances: what can be asked for, what is given, and how they live.

mod changes;
pub(crate) mod log;
mod real;

use std::time::Duration;

use api::blocks::{BlockStatus, CreateBlock, GetBlock, ListBlocks};
use api::firewalls::CreateFirewallGroup;
use api::id::{InstanceId, JobId, SshKeyId};
use api::instances::*;
use api::reserved_ips::CreateReservedIp;
use api::snapshots::CreateSnapshot;
use api::ssh_keys::CreateSshKey;
use api::startup_scripts::CreateStartupScript;
use api::vpcs::CreateVpc;
use api::{Money, OrEmpty};
use control::Behave;
use testkit::{World, refused};
use uuid::Uuid;

const DEBIAN: u32 = 2136;
const UBUNTU: u32 = 2284;
const PLAN: &str = "vc2-1c-1gb";
const LARGER: &str = "vc2-2c-4gb";

fn debian() -> CreateInstance {
    CreateInstance {
        region: "ewr".into(),
        plan: PLAN.into(),
        os_id: Some(DEBIAN),
        ..CreateInstance::default()
    }
}

fn nothing(instance_id: InstanceId) -> UpdateInstance {
    UpdateInstance { instance_id, ..UpdateInstance::default() }
}

async fn made(world: &World, request: CreateInstance) -> Instance {
    let made = world.client.send(request).await.expect("it is done");
    world.settle().await;
    got(world, made.id).await
}

async fn got(world: &World, instance_id: InstanceId) -> Instance {
    world.client.send(GetInstance { instance_id }).await.expect("it is done")
}

async fn listed(world: &World, request: ListInstances) -> Vec<InstanceId> {
    world.client.send(request).await.expect("it is done").items.into_iter().map(|i| i.id).collect()
}

async fn is_refused(world: &World, request: CreateInstance, status: u16, words: &str) {
    let before = listed(world, ListInstances::default()).await;
    let (code, text) = refused(world.client.send(request).await);
    assert_eq!(code, status, "{text}");
    assert!(text.contains(words), "`{text}` does not say `{words}`");
    assert_eq!(listed(world, ListInstances::default()).await, before, "a refusal makes nothing");
}

#[tokio::test]
async fn a_new_instance_is_pending_without_an_address_and_tells_its_password_once() {
    let world = World::new().await;
    let made = world.client.send(debian()).await.unwrap();
    assert_eq!(made.status, InstanceStatus::Pending);
    assert_eq!(made.power_status, PowerStatus::Stopped);
    assert_eq!(made.server_status, ServerStatus::None);
    assert_eq!((made.main_ip.as_str(), made.gateway_v4.as_str()), ("0.0.0.0", "0.0.0.0"));
    assert_eq!((made.netmask_v4.as_str(), made.v6_main_ip.as_str()), ("", ""));
    assert_eq!(made.default_password.unwrap().len(), 16);
    let found = got(&world, made.id).await;
    assert_eq!((found.main_ip.as_str(), found.default_password), ("0.0.0.0", None));
}

#[tokio::test]
async fn an_instance_comes_up_with_its_plan_and_address() {
    let world = World::new().await;
    let found = made(&world, debian()).await;
    assert_eq!(found.status, InstanceStatus::Active);
    assert_eq!(found.power_status, PowerStatus::Running);
    assert_eq!(found.server_status, ServerStatus::Ok);
    assert!(found.main_ip.starts_with("198."), "{}", found.main_ip);
    assert_eq!(found.netmask_v4, "255.255.254.0");
    let gateway: std::net::Ipv4Addr = found.gateway_v4.parse().unwrap();
    let main: std::net::Ipv4Addr = found.main_ip.parse().unwrap();
    assert_eq!(gateway.to_bits(), (main.to_bits() & !511) + 1, "the first address of the network");
    assert_eq!((found.ram, found.vcpu_count, found.disk), (1024, 1, 25));
    assert_eq!((found.os_id, found.os.as_str()), (DEBIAN, "Debian 12 x64 (bookworm)"));
    assert_eq!((found.plan.as_str(), found.region.as_str()), (PLAN, "ewr"));
    assert_eq!(found.user_scheme, UserScheme::Root);
    assert_eq!((found.app_id, found.image_id.as_str(), found.vpc_only), (0, "", false));
    assert!(found.features.is_empty() && found.tags.is_empty() && found.v6_networks.is_empty());
}

#[tokio::test]
async fn states_follow_each_other_as_the_real_ones_do() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let id = world.client.send(debian()).await.unwrap().id;
    let mut seen = Vec::new();
    for _ in 0..90 {
        let now = got(&world, id).await;
        let state =
            serde_json::to_value((now.status, now.power_status, now.server_status)).unwrap();
        if seen.last() != Some(&state) {
            seen.push(state);
        }
        world.advance(Duration::from_secs(1)).await;
    }
    let states = serde_json::json!([
        ["pending", "stopped", "none"],
        ["pending", "running", "none"],
        ["pending", "running", "locked"],
        ["active", "running", "installingbooting"],
        ["active", "running", "ok"],
    ]);
    assert_eq!(serde_json::Value::from(seen), states);
}

#[tokio::test]
async fn what_was_sent_comes_back_unchanged() {
    let world = World::new().await;
    let key = CreateSshKey { name: "me".into(), ssh_key: "ssh-ed25519 AAAA me".into() };
    let key = world.client.send(key).await.unwrap().id;
    let request = CreateInstance {
        label: Some("My label".into()),
        hostname: Some("Web-1.Example".into()),
        tags: Some(vec!["b".into(), "Ä tag/with=all:kinds".into(), "b".into()]),
        sshkey_id: Some(vec![key]),
        user_data: Some("I2Nsb3VkLWNvbmZpZwo=".into()),
        user_scheme: Some(UserScheme::Limited),
        enable_ipv6: Some(true),
        activation_email: Some(false),
        ..debian()
    };
    let found = made(&world, request).await;
    assert_eq!((found.label.as_str(), found.hostname.as_str()), ("My label", "Web-1.Example"));
    assert_eq!(found.tags, ["b", "Ä tag/with=all:kinds"]);
    assert_eq!(found.tag, "b");
    assert_eq!(found.user_scheme, UserScheme::Limited);
    assert_eq!(found.features, [InstanceFeature::Ipv6]);
    assert_eq!(found.v6_network_size, 64);
    assert!(found.v6_network.starts_with("2001:db8:") && found.v6_network.ends_with("::"));
    assert_eq!(found.v6_main_ip.len(), 39, "all its zeros are written");
    assert_eq!(found.v6_networks[0].main_ip, found.v6_main_ip);
    let data = world.client.send(GetInstanceUserData { instance_id: found.id }).await.unwrap();
    assert_eq!(data.data, "I2Nsb3VkLWNvbmZpZwo=");
}

#[tokio::test]
async fn nulls_zeros_and_empty_words_mean_nothing() {
    let world = World::new().await;
    let body = format!(
        r#"{{"region":"ewr","plan":"{PLAN}","os_id":"{DEBIAN}","app_id":0,"image_id":"",
            "snapshot_id":"","iso_id":"","ipxe_chain_url":"","script_id":"","hostname":"",
            "firewall_group_id":"","reserved_ipv4":"","tags":null,"block_devices":null,
            "sshkey_id":null,"attach_vpc":[],"user_data":"","enable_vpc":false,"vpc_only":false,
            "backups":"disabled","enable_ipv6":false,"disable_public_ipv4":false}}"#
    );
    let (status, text) = world.raw("POST", "/v2/instances", &body).await;
    assert_eq!(status, 202, "{text}");
    let made: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(made["instance"]["os_id"], DEBIAN);
    assert_eq!(made["instance"]["tags"], serde_json::json!([]));
    assert_eq!(made["instance"]["firewall_group_id"], "");
    assert_eq!(made["instance"]["hostname"], "vultr.guest");
}

#[tokio::test]
async fn addresses_are_never_handed_out_twice_and_are_free_when_the_instance_has_gone() {
    let world = World::new().await;
    let mut addresses = std::collections::BTreeSet::new();
    let mut ids = Vec::new();
    for _ in 0..40 {
        let id = world.client.send(debian()).await.unwrap().id;
        ids.push(id);
    }
    world.settle().await;
    for id in &ids {
        assert!(addresses.insert(got(&world, *id).await.main_ip));
    }
    let address = got(&world, ids[0]).await.main_ip;
    assert_eq!(world.store.taken("ipv4", &address).await.unwrap(), Some(ids[0].into()));
    world.client.send(DeleteInstance { instance_id: ids[0] }).await.unwrap();
    world.settle().await;
    assert_eq!(world.store.taken("ipv4", &address).await.unwrap(), None);
}

#[tokio::test]
async fn public_addresses_can_be_left_out() {
    let world = World::new().await;
    let without =
        CreateInstance { disable_public_ipv4: Some(true), enable_ipv6: Some(true), ..debian() };
    let found = made(&world, without).await;
    assert_eq!((found.main_ip.as_str(), found.netmask_v4.as_str()), ("0.0.0.0", ""));
    assert_ne!(found.v6_main_ip, "");
    let alone = CreateInstance { disable_public_ipv4: Some(true), ..debian() };
    assert_ne!(made(&world, alone).await.main_ip, "0.0.0.0", "it counts only along with IPv6");
    let ipv6_only =
        CreateInstance { plan: "vc2-1c-0.5gb-v6".into(), os_id: Some(DEBIAN), ..debian() };
    let found = made(&world, ipv6_only).await;
    assert_eq!(found.main_ip, "0.0.0.0");
    assert_ne!(found.v6_main_ip, "");
}

#[tokio::test]
async fn exactly_one_thing_is_installed() {
    let world = World::new().await;
    let base = || CreateInstance { os_id: None, ..debian() };
    is_refused(&world, base(), 400, "give one of os_id, app_id").await;
    let two = CreateInstance { app_id: Some(29), ..debian() };
    is_refused(&world, two, 400, "only one of these can be installed: os_id, app_id").await;
    let url = Some("https://boot.example.com/x.ipxe".to_owned());
    let two = CreateInstance { ipxe_chain_url: url.clone(), ..debian() };
    is_refused(&world, two, 400, "os_id, ipxe_chain_url").await;
    let custom = CreateInstance { os_id: Some(159), ipxe_chain_url: url, ..debian() };
    let found = made(&world, custom).await;
    assert_eq!((found.os_id, found.os.as_str()), (159, "Custom"));
    let no_url = CreateInstance { ipxe_chain_url: Some("boot".into()), ..base() };
    is_refused(&world, no_url, 400, "ipxe_chain_url: `boot` is no address").await;
    for (stand_in, field) in [(164, "snapshot_id"), (186, "app_id or image_id"), (180, "restore")] {
        let alone = CreateInstance { os_id: Some(stand_in), ..debian() };
        is_refused(&world, alone, 400, field).await;
    }
}

#[tokio::test]
async fn applications_are_shown_by_their_number_or_image() {
    let world = World::new().await;
    let plan = || "vc2-4c-8gb".to_owned();
    let by_number = CreateInstance { os_id: None, app_id: Some(29), plan: plan(), ..debian() };
    let found = made(&world, by_number).await;
    assert_eq!((found.os_id, found.app_id, found.os.as_str()), (186, 29, "Application"));
    let by_image = CreateInstance {
        os_id: None,
        image_id: Some("openlitespeed-wordpress".into()),
        plan: plan(),
        ..debian()
    };
    let found = made(&world, by_image).await;
    assert_eq!((found.app_id, found.image_id.as_str()), (0, "openlitespeed-wordpress"));
    let wrong =
        CreateInstance { os_id: None, image_id: Some("openlitespeed-wordpres".into()), ..debian() };
    is_refused(&world, wrong, 400, "did you mean `openlitespeed-wordpress`?").await;
    let wrong = CreateInstance { os_id: None, app_id: Some(999_999), ..debian() };
    is_refused(&world, wrong, 400, "app_id: 999999 is no application; see /v2/app").await;
    let wrong = CreateInstance { os_id: Some(2137), ..debian() };
    is_refused(&world, wrong, 400, "did you mean 2136, Debian 12 x64").await;
    let wrong = CreateInstance { plan: "vc2-1c-1g".into(), ..debian() };
    is_refused(
        &world,
        wrong,
        400,
        "did you mean `vc2-1c-1gb`? What is newer than this catalogue comes with --catalog FILE.",
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_makes_nothing() {
    let world = World::new().await;
    let nobody = Uuid::now_v7();
    let some = || debian();
    let cases = [
        (CreateInstance { region: "new".into(), ..some() }, "Invalid region. region: `new`"),
        (CreateInstance { plan: "vc2-none".into(), ..some() }, "Invalid plan chosen."),
        (
            CreateInstance { plan: "vbm-4c-32gb".into(), ..some() },
            "Invalid plan chosen. plan: `vbm-4c-32gb` is a bare metal plan",
        ),
        (
            CreateInstance { plan: "vc2-1c-0.5gb".into(), region: "ams".into(), ..some() },
            "plan is not available in the selected region: plan: `vc2-1c-0.5gb` is sold in ewr",
        ),
        (CreateInstance { os_id: Some(1), ..some() }, "Invalid OS. os_id: 1"),
        (
            CreateInstance { plan: "vc2-1c-0.5gb".into(), os_id: Some(UBUNTU), ..some() },
            "Server add failed: Ubuntu 24.04 LTS x64 requires a plan with at least 1000 MB memory.",
        ),
        (
            CreateInstance { plan: "vx1-g-2c-8g".into(), ..some() },
            "Server add failed: One or more block devices are required.",
        ),
        (CreateInstance { hostname: Some("my_host".into()), ..some() }, "hostname: `my_host`"),
        (
            CreateInstance { user_data: Some("#cloud".into()), ..some() },
            "user_data: must be base64",
        ),
        (
            CreateInstance { sshkey_id: Some(vec![SshKeyId(nobody)]), ..some() },
            "Invalid ssh key: sshkey_id",
        ),
        (
            CreateInstance { reserved_ipv4: Some(OrEmpty(Some(nobody.into()))), ..some() },
            "reserved_ipv4",
        ),
        (
            CreateInstance { firewall_group_id: Some(OrEmpty(Some(nobody.into()))), ..some() },
            "irewall",
        ),
        (CreateInstance { script_id: Some(OrEmpty(Some(nobody.into()))), ..some() }, "script"),
        (CreateInstance { attach_vpc: Some(vec![nobody.into()]), ..some() }, "vpc"),
        (
            CreateInstance {
                os_id: None,
                snapshot_id: Some(OrEmpty(Some(nobody.into()))),
                ..some()
            },
            "napshot",
        ),
        (
            CreateInstance { os_id: None, iso_id: Some(OrEmpty(Some(nobody.into()))), ..some() },
            "iso_id",
        ),
        (CreateInstance { vpc_only: Some(true), ..some() }, "vpc_only"),
        (
            CreateInstance { tags: Some((0..100).map(|n| n.to_string()).collect()), ..some() },
            "tags: 100 are too many",
        ),
    ];
    for (request, words) in cases {
        is_refused(&world, request, 400, words).await;
    }
}

#[tokio::test]
async fn the_real_words_stand_alone_where_the_real_api_is_followed() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let wrong = CreateInstance { plan: "vc2-none".into(), ..debian() };
    assert_eq!(refused(world.client.send(wrong).await), (400, "Invalid plan chosen.".into()));
    let instance_id = Uuid::now_v7().into();
    let unknown = refused(world.client.send(GetInstance { instance_id }).await);
    assert_eq!(unknown, (404, "instance not found".into()));
}

#[tokio::test]
async fn volumes_come_with_an_instance_and_outlive_it() {
    let world = World::new().await;
    let block = CreateBlock { region: "ewr".into(), size_gb: 20, ..CreateBlock::default() };
    let block = world.client.send(block).await.unwrap().id;
    let devices = vec![
        BlockDevice { block_id: Some(block.into()), ..BlockDevice::default() },
        BlockDevice {
            disk_size: Some(30),
            label: Some("new".into()),
            bootable: Some(true),
            ..BlockDevice::default()
        },
    ];
    let plan = "vx1-g-2c-8g".to_owned();
    let request = CreateInstance { plan, block_devices: Some(devices.clone()), ..debian() };
    let found = made(&world, request.clone()).await;
    let blocks = world.client.send(ListBlocks::default()).await.unwrap().items;
    assert_eq!(blocks.len(), 2);
    assert!(blocks.iter().all(|b| b.attached_to_instance == OrEmpty(Some(found.id))));
    assert_eq!((blocks[1].label.as_str(), blocks[1].size_gb), ("new", 30));
    is_refused(&world, request, 400, "Block storage is already attached to another server").await;
    let small = BlockDevice { disk_size: Some(1), ..BlockDevice::default() };
    let small = CreateInstance { block_devices: Some(vec![small]), ..debian() };
    is_refused(&world, small, 400, "block_devices: disk_size 1 is out of range").await;
    world.client.send(DeleteInstance { instance_id: found.id }).await.unwrap();
    world.settle().await;
    let block = world.client.send(GetBlock { block_id: block }).await.unwrap();
    assert_eq!(
        (block.attached_to_instance, block.status),
        (OrEmpty(None), BlockStatus::Active.into())
    );
}

#[tokio::test]
async fn lists_are_narrowed_by_each_filter_and_by_all_together() {
    let world = World::new().await;
    let one = CreateInstance {
        label: Some("one".into()),
        hostname: Some("One".into()),
        tags: Some(vec!["Shared".into(), "x".into()]),
        ..debian()
    };
    let one = made(&world, one).await;
    let two = CreateInstance {
        region: "ams".into(),
        label: Some("two".into()),
        tags: Some(vec!["shared".into()]),
        ..debian()
    };
    let two = made(&world, two).await;
    let ask = ListInstances::default;
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (ask(), vec![one.id, two.id]),
        (ListInstances { label: text("one"), ..ask() }, vec![one.id]),
        (ListInstances { label: text("on"), ..ask() }, vec![]),
        (ListInstances { label: text(""), ..ask() }, vec![one.id, two.id]),
        (ListInstances { tag: text("SHARED"), ..ask() }, vec![one.id, two.id]),
        (ListInstances { tag: text("share"), ..ask() }, vec![]),
        (ListInstances { region: text("ams"), ..ask() }, vec![two.id]),
        (ListInstances { hostname: text("One"), ..ask() }, vec![one.id]),
        (ListInstances { main_ip: Some(two.main_ip.clone()), ..ask() }, vec![two.id]),
        (ListInstances { tag: text("shared"), region: text("ewr"), ..ask() }, vec![one.id]),
        (ListInstances { firewall_group_id: Some(Uuid::now_v7().into()), ..ask() }, vec![]),
    ];
    for (request, expected) in cases {
        assert_eq!(listed(&world, request.clone()).await, expected, "{request:?}");
    }
    let first = world.client.send(ListInstances { per_page: Some(1), ..ask() }).await.unwrap();
    assert_eq!((first.meta.total, first.items[0].id), (2, one.id));
    let cursor = Some(first.meta.links.next);
    let rest = world.client.send(ListInstances { cursor, ..ask() }).await.unwrap();
    assert_eq!((rest.items[0].id, rest.meta.links.next.as_str()), (two.id, ""));
}

#[tokio::test]
async fn what_is_owed_is_shown_in_lists_only_where_asked_for() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    world.advance(Duration::from_secs(100 * 3600)).await;
    let owed = got(&world, id).await.pending_charges.unwrap();
    assert!(owed > Money::default() && owed < Money(5.into()), "{owed:?}");
    let plain = world.client.send(ListInstances::default()).await.unwrap();
    assert_eq!(plain.items[0].pending_charges, None);
    let ask = ListInstances { show_pending_charges: Some(true), ..ListInstances::default() };
    assert_eq!(world.client.send(ask).await.unwrap().items[0].pending_charges, Some(owed));
}

#[tokio::test]
async fn traffic_is_told_for_each_day_since_creation() {
    let world = World::new().await;
    let instance_id = made(&world, debian()).await.id;
    world.advance(Duration::from_secs(2 * 86_400)).await;
    let ask = |date_range| GetInstanceBandwidth { instance_id, date_range };
    let days = world.client.send(ask(None)).await.unwrap();
    let dates: Vec<_> = days.keys().map(String::as_str).collect();
    assert_eq!(dates, ["2026-11-21", "2026-11-22", "2026-11-23"]);
    assert!(days.values().all(|day| *day == DayTraffic::default()));
    let days = world.client.send(ask(Some(1))).await.unwrap();
    assert_eq!(days.keys().collect::<Vec<_>>(), ["2026-11-23"]);
    for wrong in [0, 181] {
        let (status, text) = refused(world.client.send(ask(Some(wrong))).await);
        assert_eq!(status, 400);
        assert!(text.contains("date_range"), "{text}");
    }
}

#[tokio::test]
async fn neighbours_are_in_the_same_region_and_never_the_instance_itself() {
    let world = World::new().await;
    let (one, two) = (made(&world, debian()).await.id, made(&world, debian()).await.id);
    made(&world, CreateInstance { region: "ams".into(), ..debian() }).await;
    let ask = ListInstanceNeighbors { instance_id: one };
    assert_eq!(world.client.send(ask).await.unwrap(), [two]);
}

#[tokio::test]
async fn what_others_keep_comes_with_an_instance_and_is_free_when_it_goes() {
    let world = World::new().await;
    let client = &world.client;
    let region = || "ewr".to_owned();
    let group = client.send(CreateFirewallGroup::default()).await.unwrap().id;
    let script = CreateStartupScript {
        name: "boot".into(),
        script: "IyEvYmluL3NoCg==".into(),
        ..CreateStartupScript::default()
    };
    let script = client.send(script).await.unwrap().id;
    let reserved = CreateReservedIp { region: region(), ..CreateReservedIp::default() };
    let reserved = client.send(reserved).await.unwrap();
    let vpc = CreateVpc { region: region(), ..CreateVpc::default() };
    let vpc = client.send(vpc).await.unwrap();
    let request = CreateInstance {
        firewall_group_id: Some(group.into()),
        script_id: Some(script.into()),
        reserved_ipv4: Some(reserved.id.into()),
        attach_vpc: Some(vec![vpc.id]),
        ..debian()
    };
    let found = made(&world, request.clone()).await;
    assert_eq!(found.firewall_group_id, OrEmpty(Some(group)));
    assert_eq!(found.main_ip, reserved.subnet);
    assert_eq!(found.vpcs.iter().map(|vpc| vpc.id).collect::<Vec<_>>(), [vpc.id]);
    assert!(found.internal_ip.starts_with("10."), "{}", found.internal_ip);
    let in_group = ListInstances { firewall_group_id: Some(group), ..ListInstances::default() };
    assert_eq!(listed(&world, in_group.clone()).await, [found.id]);
    is_refused(&world, request.clone(), 400, "Floating IPv4 address is already attached").await;
    let elsewhere = CreateInstance { region: "ams".into(), reserved_ipv4: None, ..request.clone() };
    is_refused(&world, elsewhere, 400, "attach_vpc").await;
    let leave = UpdateInstance {
        firewall_group_id: Some(OrEmpty(None)),
        detach_vpc: Some(vec![vpc.id]),
        ..nothing(found.id)
    };
    let left = client.send(leave).await.unwrap().instance;
    assert_eq!((left.firewall_group_id, left.internal_ip.as_str()), (OrEmpty(None), ""));
    assert!(left.vpcs.is_empty() && listed(&world, in_group).await.is_empty());
    client.send(DeleteInstance { instance_id: found.id }).await.unwrap();
    let again = made(&world, request).await;
    assert_eq!(again.main_ip, reserved.subnet, "a reserved address is free at once");
}

#[tokio::test]
async fn the_region_s_network_is_made_where_there_is_none() {
    let world = World::new().await;
    let request = CreateInstance { enable_vpc: Some(true), vpc_only: Some(true), ..debian() };
    let one = made(&world, request.clone()).await;
    let two = made(&world, request).await;
    assert_eq!((one.main_ip.as_str(), one.vpc_only), ("0.0.0.0", true));
    assert_eq!(one.vpcs, two.vpcs, "both are in the same");
    assert_ne!(one.internal_ip, two.internal_ip);
}

#[tokio::test]
async fn a_snapshot_must_be_complete_and_fit() {
    let world = World::new().await;
    let large = made(&world, CreateInstance { plan: LARGER.into(), ..debian() }).await;
    let snapshot = CreateSnapshot { instance_id: large.id, ..CreateSnapshot::default() };
    let id = world.client.send(snapshot).await.unwrap().id;
    let from = |plan: &str| CreateInstance {
        plan: plan.into(),
        os_id: None,
        snapshot_id: Some(id.into()),
        ..debian()
    };
    is_refused(&world, from(LARGER), 400, "Snapshot cannot be used at this time").await;
    world.settle().await;
    is_refused(&world, from(PLAN), 400, "does not fit on 25 GB").await;
    let found = made(&world, from(LARGER)).await;
    assert_eq!((found.snapshot_id, found.os_id), (OrEmpty(Some(id)), 164));
}
