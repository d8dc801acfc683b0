//! Changing and destroying instances.

use super::*;

async fn job(world: &World, id: &Value) -> (u16, Value) {
    let uri = format!("/v2/instances/jobs/{}", id.as_str().unwrap());
    let (status, mut answer) = call(world, "GET", &uri, json!(null)).await;
    (status, answer["job"].take())
}

#[tokio::test]
async fn plans_only_go_up_and_show_when_the_machine_has_grown() {
    let world = World::new().await;
    let id = INSTANCES.up(&world).await;
    let uri = format!("{}/upgrades", INSTANCES.of(&id));
    let upgrades = read(&world, &uri).await["upgrades"].take();
    let plans = upgrades["plans"].as_array().unwrap();
    assert!(plans.contains(&json!(LARGER)) && !plans.contains(&json!(INSTANCES.plan)));
    let (status, answer) =
        call(&world, "PATCH", &INSTANCES.of(&id), json!({ "plan": LARGER })).await;
    assert_eq!(status, 202, "{answer}");
    // The old plan shows for a while.
    shows(&answer["instance"], json!({ "plan": INSTANCES.plan, "status": "resizing" }));
    let job_id = &answer["job_ids"][0];
    shows(&job(&world, job_id).await.1, json!({ "type": "UPGRADE", "state": "pending" }));
    world.settle().await;
    let done = job(&world, job_id).await.1;
    shows(&done, json!({ "state": "success", "vps_id": id, "added_at": "2026-11-21 09:30:00" }));
    let grown = INSTANCES.got(&world, &id).await;
    shows(&grown, json!({ "plan": LARGER, "ram": 4096, "vcpu_count": 2, "status": "active" }));
    let down = json!({ "plan": INSTANCES.plan });
    refuses(&world, "PATCH", &INSTANCES.of(&id), down, "plans only go up").await;
    destroy(&world, &id).await;
    assert_eq!(job(&world, job_id).await.0, 404, "jobs go with their instance");
    assert_eq!(job(&world, &json!(Uuid::now_v7())).await.0, 404);
}

#[tokio::test]
async fn another_system_is_installed_anew() {
    let world = World::new().await;
    let id = INSTANCES.up(&world).await;
    let ubuntu = json!({ "os_id": UBUNTU });
    let (_, answer) = call(&world, "PATCH", &INSTANCES.of(&id), ubuntu.clone()).await;
    shows(&answer["instance"], json!({ "os_id": UBUNTU, "server_status": "locked" }));
    world.settle().await;
    let found = INSTANCES.got(&world, &id).await;
    shows(&found, json!({ "os_id": UBUNTU, "server_status": "ok" }));
    shows(&job(&world, &answer["job_ids"][0]).await.1, json!({ "state": "success" }));
    assert_eq!(machine(&world, &id).await["spec"]["image"]["id"], UBUNTU.to_string());
    let (_, same) = call(&world, "PATCH", &INSTANCES.of(&id), ubuntu).await;
    assert_eq!(same.get("job_ids"), None, "it has it already");
    let both = json!({ "os_id": DEBIAN, "app_id": 29 });
    let (_, text) = refused(&world, "PATCH", &INSTANCES.of(&id), both).await;
    assert!(text.contains("os_id, app_id"), "{text}");
}

#[tokio::test]
async fn a_new_instance_can_be_destroyed_at_once_where_everything_is_quick() {
    let world = World::new().await;
    let id = INSTANCES.create(&world, json!({})).await;
    destroy(&world, &id).await;
    let gone = (404, INSTANCES.gone.to_owned());
    assert_eq!(refused(&world, "GET", &INSTANCES.of(&id), json!(null)).await, gone);
    assert!(listed(&world, "").await.is_empty());
    world.settle().await;
    assert_eq!(machine(&world, &id).await, json!(null));
    assert_eq!(refused(&world, "DELETE", &INSTANCES.of(&id), json!(null)).await, gone);
}
