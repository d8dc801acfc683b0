//! Changing, switching and destroying instances.

use super::*;
use crate::common;

#[tokio::test]
async fn an_update_changes_what_is_sent_and_nothing_else() {
    let world = World::new().await;
    let request = CreateInstance {
        label: Some("before".into()),
        tags: Some(vec!["kept".into()]),
        user_data: Some("YQ==".into()),
        ..debian()
    };
    let before = made(&world, request).await;
    let id = before.id;
    let body = r#"{"label":"after","tags":null,"ddos_protection":null,"firewall_group_id":""}"#;
    let (status, text) = world.raw("PATCH", &format!("/v2/instances/{id}"), body).await;
    assert_eq!(status, 202, "{text}");
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["job_ids"], serde_json::Value::Null, "a label is no work");
    world.settle().await;
    let after = got(&world, id).await;
    assert_eq!(after, Instance { label: "after".into(), ..before.clone() });
    let clear = UpdateInstance { tags: Some(vec![]), ..nothing(id) };
    assert!(world.client.send(clear).await.unwrap().instance.tags.is_empty());
    let ipv6 = UpdateInstance { enable_ipv6: Some(true), ..nothing(id) };
    let ipv6 = world.client.send(ipv6).await.unwrap().instance;
    assert_eq!(ipv6.v6_network_size, 64);
    let off = UpdateInstance { enable_ipv6: Some(false), ..nothing(id) };
    assert_eq!(world.client.send(off).await.unwrap().instance.v6_main_ip, ipv6.v6_main_ip);
    let data = UpdateInstance { user_data: Some("Yg==".into()), ..nothing(id) };
    world.client.send(data).await.unwrap();
    let data = world.client.send(GetInstanceUserData { instance_id: id }).await.unwrap();
    assert_eq!(data.data, "Yg==");
    let limited = UpdateInstance { user_scheme: Some(UserScheme::Limited), ..nothing(id) };
    let limited = world.client.send(limited).await.unwrap().instance;
    assert_eq!(limited.user_scheme, UserScheme::Limited);
    let wrong = UpdateInstance { user_data: Some("#".into()), ..nothing(id) };
    assert_eq!(refused(world.client.send(wrong).await).0, 400);
}

#[tokio::test]
async fn plans_only_go_up_and_show_when_the_machine_has_grown() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    let upgrades = GetInstanceUpgrades { instance_id: id, kind: None };
    let upgrades = world.client.send(upgrades).await.unwrap();
    assert!(upgrades.plans.iter().any(|p| p == LARGER) && upgrades.plans.iter().all(|p| p != PLAN));
    assert!(
        upgrades.os.iter().any(|os| os.id == UBUNTU)
            && upgrades.os.iter().all(|os| os.id != DEBIAN)
    );
    assert!(!upgrades.applications.is_empty());
    let up = UpdateInstance { plan: Some(LARGER.into()), ..nothing(id) };
    let answer = world.client.send(up).await.unwrap();
    assert_eq!(answer.instance.plan, PLAN, "the old plan shows for a while");
    assert_eq!(answer.instance.status, InstanceStatus::Resizing);
    let job = GetInstanceJob { job_id: answer.job_ids[0] };
    let pending = world.client.send(job.clone()).await.unwrap();
    assert_eq!((pending.kind.as_str(), pending.state.as_str()), ("UPGRADE", "pending"));
    world.settle().await;
    let done = world.client.send(job.clone()).await.unwrap();
    assert_eq!((done.state.as_str(), done.vps_id), ("success", OrEmpty(Some(id))));
    assert_eq!(done.added_at, "2026-11-21 09:30:00");
    let grown = got(&world, id).await;
    assert_eq!((grown.plan.as_str(), grown.ram, grown.vcpu_count), (LARGER, 4096, 2));
    assert_eq!(grown.status, InstanceStatus::Active);
    let down = UpdateInstance { plan: Some(PLAN.into()), ..nothing(id) };
    let (status, text) = refused(world.client.send(down).await);
    assert_eq!(status, 400);
    assert!(text.contains("plans only go up"), "{text}");
    world.client.send(DeleteInstance { instance_id: id }).await.unwrap();
    assert_eq!(refused(world.client.send(job).await).0, 404, "jobs go with their instance");
    let unknown = GetInstanceJob { job_id: JobId(Uuid::now_v7()) };
    assert_eq!(refused(world.client.send(unknown).await).0, 404);
}

#[tokio::test]
async fn another_system_is_installed_anew() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    let change = UpdateInstance { os_id: Some(UBUNTU), ..nothing(id) };
    let answer = world.client.send(change).await.unwrap();
    assert_eq!(answer.instance.os_id, UBUNTU);
    assert_eq!(answer.instance.server_status, ServerStatus::Locked);
    world.settle().await;
    let found = got(&world, id).await;
    assert_eq!((found.os_id, found.server_status), (UBUNTU, ServerStatus::Ok.into()));
    let job = GetInstanceJob { job_id: answer.job_ids[0] };
    assert_eq!(world.client.send(job).await.unwrap().state, "success");
    let installed = drivers::Machines::observe(&world.sim, id.into()).await.unwrap().unwrap();
    assert_eq!(installed.spec.image.id, UBUNTU.to_string());
    let same = UpdateInstance { os_id: Some(UBUNTU), ..nothing(id) };
    assert!(world.client.send(same).await.unwrap().job_ids.is_empty(), "it has it already");
    let both = UpdateInstance { os_id: Some(DEBIAN), app_id: Some(29), ..nothing(id) };
    assert!(refused(world.client.send(both).await).1.contains("os_id, app_id"));
}

#[tokio::test]
async fn machines_are_halted_started_and_restarted() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    for _ in 0..2 {
        world.client.send(HaltInstance { instance_id: id }).await.unwrap();
        world.settle().await;
        let halted = got(&world, id).await;
        assert_eq!(halted.power_status, PowerStatus::Stopped);
        assert_eq!(halted.status, InstanceStatus::Active);
    }
    world.client.send(StartInstance { instance_id: id }).await.unwrap();
    world.settle().await;
    assert_eq!(got(&world, id).await.power_status, PowerStatus::Running);
    world.client.send(HaltInstance { instance_id: id }).await.unwrap();
    world.settle().await;
    world.client.send(RebootInstance { instance_id: id }).await.unwrap();
    world.settle().await;
    assert_eq!(got(&world, id).await.power_status, PowerStatus::Running);
    let machine = drivers::Machines::observe(&world.sim, id.into()).await.unwrap().unwrap();
    assert_eq!(machine.reset, 1);
}

#[tokio::test]
async fn in_bulk_all_are_changed_or_none() {
    let world = World::new().await;
    let (one, two) = (made(&world, debian()).await.id, made(&world, debian()).await.id);
    let unknown = HaltInstances { instance_ids: vec![one, Uuid::now_v7().into()] };
    assert_eq!(refused(world.client.send(unknown).await), (404, "instance not found".into()));
    world.settle().await;
    assert_eq!(got(&world, one).await.power_status, PowerStatus::Running, "none was halted");
    let instance_ids = vec![one, two, one];
    world.client.send(HaltInstances { instance_ids: instance_ids.clone() }).await.unwrap();
    world.settle().await;
    for id in [one, two] {
        assert_eq!(got(&world, id).await.power_status, PowerStatus::Stopped);
    }
    world.client.send(StartInstances { instance_ids: instance_ids.clone() }).await.unwrap();
    world.client.send(RebootInstances { instance_ids }).await.unwrap();
    world.settle().await;
    for id in [one, two] {
        assert_eq!(got(&world, id).await.power_status, PowerStatus::Running);
    }
    let none = refused(world.client.send(StartInstances { instance_ids: vec![] }).await);
    assert_eq!(none.0, 400);
}

#[tokio::test]
async fn a_reinstall_keeps_the_addresses_and_may_change_the_host_name() {
    let world = World::new().await;
    let before = made(&world, debian()).await;
    let request = ReinstallInstance { instance_id: before.id, hostname: Some("reborn".into()) };
    let answer = world.client.send(request).await.unwrap();
    assert_eq!((answer.id, answer.server_status), (before.id, ServerStatus::Locked.into()));
    world.settle().await;
    let after = got(&world, before.id).await;
    assert_eq!(after, Instance { hostname: "reborn".into(), ..before.clone() });
    let wrong = ReinstallInstance { instance_id: before.id, hostname: Some("no good".into()) };
    assert!(refused(world.client.send(wrong).await).1.contains("hostname"));
}

#[tokio::test]
async fn a_locked_instance_is_left_alone_where_that_lasts() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let instance_id = world.client.send(debian()).await.unwrap().id;
    world.advance(Duration::from_secs(25)).await;
    let (status, text) = refused(world.client.send(DeleteInstance { instance_id }).await);
    let words = "Unable to destroy server: Unable to remove VM: Server is currently locked";
    assert_eq!((status, text.as_str()), (400, words));
    let again = ReinstallInstance { instance_id, hostname: None };
    let words = "Unable to reinstall server: Server is currently locked";
    assert_eq!(refused(world.client.send(again).await).1, words);
    let larger = UpdateInstance { plan: Some(LARGER.into()), ..nothing(instance_id) };
    assert_eq!(refused(world.client.send(larger).await).1, "Server is currently locked");
    world.settle().await;
    world.client.send(DeleteInstance { instance_id }).await.unwrap();
}

#[tokio::test]
async fn a_new_instance_can_be_destroyed_at_once_where_everything_is_quick() {
    let world = World::new().await;
    let instance_id = world.client.send(debian()).await.unwrap().id;
    world.client.send(DeleteInstance { instance_id }).await.unwrap();
    let gone = (404, "Server is pending destruction".to_owned());
    assert_eq!(refused(world.client.send(GetInstance { instance_id }).await), gone);
    assert!(listed(&world, ListInstances::default()).await.is_empty());
    world.settle().await;
    assert_eq!(drivers::Machines::observe(&world.sim, instance_id.into()).await.unwrap(), None);
    assert_eq!(refused(world.client.send(DeleteInstance { instance_id }).await), gone);
}

#[tokio::test]
async fn whichever_driver_call_fails_an_instance_lives_the_same_life() {
    common::survives_crashes(async |world| {
        let created = made(world, debian()).await;
        let instance_id = created.id;
        let changes = UpdateInstance {
            plan: Some(LARGER.into()),
            os_id: Some(UBUNTU),
            label: Some("changed".into()),
            ..nothing(instance_id)
        };
        world.client.send(changes).await.unwrap();
        world.settle().await;
        world.client.send(RebootInstance { instance_id }).await.unwrap();
        world.client.send(HaltInstance { instance_id }).await.unwrap();
        world.settle().await;
        let changed = got(world, instance_id).await;
        let id = Uuid::from(instance_id);
        // Not by way of the driver: that would be one more call that can fail.
        let machine = world.store.world_get("machine", id).await.unwrap().unwrap();
        let machine: serde_json::Value = serde_json::from_str(&machine).unwrap();
        let machine = ["install", "reset", "running"].map(|key| machine["machine"][key].clone());
        world.client.send(DeleteInstance { instance_id }).await.unwrap();
        world.settle().await;
        let machine_left = world.store.world_get("machine", id).await.unwrap();
        let row_left = world.store.get(id).await.unwrap().is_some();
        let state = (created.status, created.server_status, changed.os_id, changed.plan);
        let power = (changed.power_status, changed.server_status);
        (state, power, machine, machine_left, row_left)
    })
    .await;
}
