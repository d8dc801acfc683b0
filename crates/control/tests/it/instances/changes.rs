//! Changing, switching and destroying instances.

use super::*;

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
