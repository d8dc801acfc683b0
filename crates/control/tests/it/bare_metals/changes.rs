//! What happens to a bare metal server after it was made.

use super::*;

#[tokio::test]
async fn what_is_not_sent_stays_and_what_is_sent_is_changed() {
    let world = World::new().await;
    let request = CreateBareMetal {
        label: Some("before".into()),
        tags: Some(vec!["one".into()]),
        ..debian()
    };
    let before = made(&world, request).await;
    let id = before.id;
    assert_eq!(world.client.send(nothing(id)).await.unwrap(), before);
    let label = UpdateBareMetal { label: Some("after".into()), ..nothing(id) };
    let after = world.client.send(label).await.unwrap();
    assert_eq!(after, BareMetal { label: "after".into(), ..before.clone() });
    let change = UpdateBareMetal {
        tags: Some(vec![]),
        user_data: Some("YQ==".into()),
        user_scheme: Some(UserScheme::Limited.into()),
        mdisk_mode: Some(MdiskMode::Jbod.into()),
        enable_ipv6: Some(true),
        ..nothing(id)
    };
    let after = world.client.send(change).await.unwrap();
    assert_eq!((after.tags.len(), &*after.tag), (0, ""));
    assert_eq!(
        (after.user_scheme, after.mdisk_mode),
        (UserScheme::Limited.into(), MdiskMode::Jbod.into())
    );
    assert_eq!((after.features.len(), after.v6_network_size), (1, 64));
    assert_eq!(after.status, BareMetalStatus::Active, "nothing is installed for that");
    let off = UpdateBareMetal { enable_ipv6: Some(false), ..nothing(id) };
    assert_eq!(world.client.send(off).await.unwrap().v6_main_ip, after.v6_main_ip, "it stays");
    for wrong in [
        UpdateBareMetal { user_data: Some("#".into()), label: Some("x".into()), ..nothing(id) },
        UpdateBareMetal { os_id: Some(1), label: Some("x".into()), ..nothing(id) },
        UpdateBareMetal { attach_vpc2: Some(vec![Uuid::nil().into()]), ..nothing(id) },
    ] {
        assert_eq!(refused(world.client.send(wrong).await).0, 400);
        assert_eq!(got(&world, id).await.label, "after", "a refusal changes nothing");
    }
}

#[tokio::test]
async fn another_system_installs_it_anew_and_the_same_does_not() {
    let world = World::new().await;
    let before = made(&world, debian()).await;
    let id = before.id;
    let same = UpdateBareMetal { os_id: Some(DEBIAN), ..nothing(id) };
    assert_eq!(world.client.send(same).await.unwrap(), before);
    let other = UpdateBareMetal { os_id: Some(UBUNTU), ..nothing(id) };
    let changing = world.client.send(other).await.unwrap();
    assert_eq!((changing.status, changing.os_id), (BareMetalStatus::Pending.into(), UBUNTU));
    world.settle().await;
    let after = got(&world, id).await;
    assert_eq!((after.status, &after.main_ip), (BareMetalStatus::Active.into(), &before.main_ip));
    assert_eq!(machine(&world, id).await.unwrap()["install"], 1);
    let app = UpdateBareMetal { app_id: Some(29), ..nothing(id) };
    world.client.send(app).await.unwrap();
    let image = UpdateBareMetal { image_id: Some("openlitespeed-wordpress".into()), ..nothing(id) };
    world.client.send(image).await.unwrap();
    let url = Some("https://boot.example.com/x.ipxe".to_owned());
    let ipxe = UpdateBareMetal { ipxe_chain_url: url, ..nothing(id) };
    assert_eq!(world.client.send(ipxe).await.unwrap().os_id, 159);
    world.settle().await;
    let machine = machine(&world, id).await.unwrap();
    assert_eq!(
        (&machine["install"], &machine["spec"]["image"]["kind"]),
        (&json!(4), &json!("ipxe"))
    );
    let two = UpdateBareMetal { os_id: Some(UBUNTU), app_id: Some(29), ..nothing(id) };
    let (status, text) = refused(world.client.send(two).await);
    assert!(status == 400 && text.contains("os_id, app_id"), "{text}");
}

#[tokio::test]
async fn it_is_switched_off_and_on_and_restarted() {
    let world = World::new().await;
    let baremetal_id = made(&world, debian()).await.id;
    let power = async || {
        world.settle().await;
        let machine = machine(&world, baremetal_id).await.unwrap();
        (machine["running"].as_bool().unwrap(), machine["reset"].as_u64().unwrap())
    };
    world.client.send(HaltBareMetal { baremetal_id }).await.unwrap();
    assert_eq!(power().await, (false, 0));
    assert_eq!(got(&world, baremetal_id).await.status, BareMetalStatus::Active);
    world.client.send(StartBareMetal { baremetal_id }).await.unwrap();
    assert_eq!(power().await, (true, 0));
    world.client.send(RebootBareMetal { baremetal_id }).await.unwrap();
    assert_eq!(power().await, (true, 1));
    world.client.send(HaltBareMetal { baremetal_id }).await.unwrap();
    world.client.send(RebootBareMetal { baremetal_id }).await.unwrap();
    assert_eq!(power().await, (true, 2), "a restart switches on");
}

#[tokio::test]
async fn several_are_switched_at_once_or_none() {
    let world = World::new().await;
    let ids = vec![made(&world, debian()).await.id, made(&world, debian()).await.id];
    let running = async || {
        world.settle().await;
        let one = machine(&world, ids[0]).await.unwrap()["running"].take();
        (one, machine(&world, ids[1]).await.unwrap()["running"].take())
    };
    let (on, off) = (json!(true), json!(false));
    let with_nobody = vec![ids[0], BareMetalId(Uuid::nil())];
    let unknown = HaltBareMetals { baremetal_ids: with_nobody };
    assert_eq!(refused(world.client.send(unknown).await), (404, "Invalid server".into()));
    assert_eq!(running().await, (on.clone(), on.clone()));
    world.client.send(HaltBareMetals { baremetal_ids: ids.clone() }).await.unwrap();
    assert_eq!(running().await, (off.clone(), off));
    world.client.send(StartBareMetals { baremetal_ids: ids.clone() }).await.unwrap();
    assert_eq!(running().await, (on.clone(), on));
    world.client.send(RebootBareMetals { baremetal_ids: ids.clone() }).await.unwrap();
    world.settle().await;
    assert_eq!(machine(&world, ids[1]).await.unwrap()["reset"], 1);
    let none = refused(world.client.send(StartBareMetals::default()).await);
    assert!(none.0 == 400 && none.1.contains("baremetal_ids"), "{}", none.1);
}

#[tokio::test]
async fn a_reinstallation_keeps_the_server_and_may_name_it_anew() {
    let world = World::new().await;
    let before = made(&world, debian()).await;
    let baremetal_id = before.id;
    let wrong = ReinstallBareMetal { baremetal_id, hostname: Some("no good".into()) };
    assert_eq!(refused(world.client.send(wrong).await).0, 400);
    assert_eq!(got(&world, baremetal_id).await, before);
    let again = ReinstallBareMetal { baremetal_id, hostname: Some("reborn".into()) };
    let pending = world.client.send(again).await.unwrap();
    assert_eq!(pending.status, BareMetalStatus::Pending);
    world.settle().await;
    assert_eq!(got(&world, baremetal_id).await, before);
    let machine = machine(&world, baremetal_id).await.unwrap();
    assert_eq!((&machine["install"], &machine["spec"]["hostname"]), (&json!(1), &json!("reborn")));
    // The Go client sends no body at all.
    let path = format!("/v2/bare-metals/{baremetal_id}/reinstall");
    assert_eq!(world.raw("POST", &path, "").await.0, 202);
}

#[tokio::test]
async fn while_it_is_installed_the_real_one_is_locked() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let baremetal_id = world.client.send(debian()).await.unwrap().id;
    let (status, text) = refused(world.client.send(DeleteBareMetal { baremetal_id }).await);
    assert!(status == 400 && text.contains("Server is currently locked"), "{status} {text}");
    let again = ReinstallBareMetal { baremetal_id, hostname: None };
    assert_eq!(refused(world.client.send(again).await).0, 400);
    let other = UpdateBareMetal { os_id: Some(UBUNTU), ..nothing(baremetal_id) };
    assert_eq!(refused(world.client.send(other).await).0, 400);
    world.settle().await;
    assert_eq!(got(&world, baremetal_id).await.os_id, DEBIAN);
    world.client.send(DeleteBareMetal { baremetal_id }).await.unwrap();
}

#[tokio::test]
async fn a_deleted_server_is_gone_with_its_machine_and_its_addresses() {
    let world = World::new().await;
    let found = made(&world, CreateBareMetal { enable_ipv6: Some(true), ..debian() }).await;
    let baremetal_id = found.id;
    let holder = async |scope: &str, value: &str| world.store.taken(scope, value).await.unwrap();
    assert_eq!(holder("ipv4", &found.main_ip).await, Some(found.id.into()));
    assert_eq!(holder("ipv6", &found.v6_network).await, Some(found.id.into()));
    world.client.send(DeleteBareMetal { baremetal_id }).await.unwrap();
    let gone = (404, "Invalid server".to_owned());
    assert_eq!(refused(world.client.send(GetBareMetal { baremetal_id }).await), gone);
    assert_eq!(refused(world.client.send(DeleteBareMetal { baremetal_id }).await), gone);
    assert!(all(&world).await.is_empty());
    world.settle().await;
    assert_eq!(machine(&world, baremetal_id).await, None);
    assert_eq!(holder("ipv4", &found.main_ip).await, None);
    assert_eq!(holder("ipv6", &found.v6_network).await, None);
}

#[tokio::test]
async fn it_tells_what_can_be_installed_instead() {
    let world = World::new().await;
    let baremetal_id = made(&world, debian()).await.id;
    let ask = async |kind: &str| -> Value {
        let path = format!("/v2/bare-metals/{baremetal_id}/upgrades?type={kind}");
        serde_json::from_str(&world.raw("GET", &path, "").await.1).unwrap()
    };
    let count = |answer: &Value, key: &str| answer["upgrades"][key].as_array().unwrap().len();
    let all = ask("all").await;
    assert!(count(&all, "os") > 5 && count(&all, "applications") > 5);
    let os = ask("os").await;
    assert!(os["upgrades"]["os"].as_array().unwrap().iter().all(|os| os["id"] != DEBIAN));
    assert_eq!(count(&os, "applications"), 0);
    assert_eq!(count(&ask("applications").await, "os"), 0);
}

#[tokio::test]
async fn it_tells_its_console_and_its_traffic_by_day() {
    let world = World::new().await;
    let baremetal_id = made(&world, debian()).await.id;
    let vnc = world.client.send(GetBareMetalVnc { baremetal_id }).await.unwrap();
    assert!(vnc.url.ends_with(&format!("/_kettle/console/{baremetal_id}")), "{}", vnc.url);
    world.advance(Duration::from_secs(2 * 86_400)).await;
    let days = world.client.send(GetBareMetalBandwidth { baremetal_id }).await.unwrap();
    assert_eq!(days.keys().collect::<Vec<_>>(), ["2026-11-21", "2026-11-22", "2026-11-23"]);
}

#[tokio::test]
async fn whichever_driver_call_fails_a_server_lives_the_same_life() {
    common::survives_crashes(async |world| {
        let created = made(world, debian()).await;
        let baremetal_id = created.id;
        let vpc = api::vpcs::CreateVpc { region: "ewr".into(), ..Default::default() };
        let vpc_id = world.client.send(vpc).await.unwrap().id;
        world
            .client
            .send(api::bare_metals::AttachBareMetalVpc { baremetal_id, vpc_id })
            .await
            .unwrap();
        let change = UpdateBareMetal { os_id: Some(UBUNTU), ..nothing(baremetal_id) };
        world.client.send(change).await.unwrap();
        world.settle().await;
        world.client.send(RebootBareMetal { baremetal_id }).await.unwrap();
        world.client.send(HaltBareMetal { baremetal_id }).await.unwrap();
        world.settle().await;
        let changed = got(world, baremetal_id).await;
        let machine = machine(world, baremetal_id).await.unwrap();
        let machine = ["install", "reset", "running"].map(|key| machine[key].clone());
        world.client.send(DeleteBareMetal { baremetal_id }).await.unwrap();
        world.settle().await;
        let id = Uuid::from(baremetal_id);
        let machine_left = world.store.world_get("machine", id).await.unwrap();
        let row_left = world.store.get(id).await.unwrap().is_some();
        (created.status, changed.status, changed.os_id, machine, machine_left, row_left)
    })
    .await;
}
