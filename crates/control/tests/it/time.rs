//! The clock and lifecycles by hand, as their owner turns them under `/_kettle/`.

use serde_json::Value;
use testkit::{Behave, World};

async fn ask(world: &World, method: &str, uri: &str, body: &str) -> (u16, Value) {
    let (status, body) = world.raw(method, &format!("/_kettle/{uri}"), body).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

async fn instance(world: &World) -> String {
    let plan = r#"{"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "backups": "enabled"}"#;
    let (status, body) = world.raw("POST", "/v2/instances", plan).await;
    assert_eq!(status, 202, "{body}");
    let made: Value = serde_json::from_str(&body).unwrap();
    made["instance"]["id"].as_str().unwrap().to_owned()
}

async fn status_of(world: &World, id: &str) -> String {
    let (status, body) = world.raw("GET", &format!("/v2/instances/{id}"), "").await;
    assert_eq!(status, 200, "{body}");
    let seen: Value = serde_json::from_str(&body).unwrap();
    seen["instance"]["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_clock_is_turned_ahead_and_what_is_due_on_the_way_is_done() {
    let world = World::new().await;
    instance(&world).await;
    let (status, told) = ask(&world, "POST", "clock/advance/40d", "").await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["clock"]["time"], "2026-12-31T09:30:00+00:00");
    assert_eq!(told["clock"]["mode"], "frozen");
    assert!(told["clock"]["steps"].as_u64().unwrap() > 10, "{told}");
    let (_, invoices) = world.raw("GET", "/v2/billing/invoices", "").await;
    assert!(invoices.contains("\"total\":1"), "November has been invoiced: {invoices}");
    let (_, backups) = world.raw("GET", "/v2/backups", "").await;
    assert!(backups.contains("complete"), "{backups}");
    let (_, told) = ask(&world, "POST", "clock/set/2027-01-01T00:00:00Z", "").await;
    assert_eq!(told["clock"]["time"], "2027-01-01T00:00:00+00:00");
    let (_, told) = ask(&world, "POST", "clock/scale/3600", "").await;
    assert_eq!(told["clock"]["rate"].as_f64(), Some(3600.0));
    let (_, told) = ask(&world, "POST", "clock/freeze", "").await;
    assert_eq!(told["clock"]["rate"].as_f64(), Some(0.0));
    let (_, told) = ask(&world, "GET", "status", "").await;
    assert_eq!(told["clock"]["rate"], 0.0);
}

#[tokio::test]
async fn a_clock_is_not_turned_back_nor_by_what_is_no_time() {
    let world = World::new().await;
    let before = world.clock.mode();
    for (uri, says) in [
        ("clock/set/2020-01-01T00:00:00Z", "never goes back"),
        ("clock/set/tomorrow", "is no time"),
        ("clock/advance/3", "is no duration"),
        ("clock/advance/-1d", "is no duration"),
        ("clock/scale/fast", "is no number"),
    ] {
        let (status, told) = ask(&world, "POST", uri, "").await;
        let error = told["error"].as_str().unwrap_or_default().to_owned();
        assert!(status == 400 && error.contains(says), "{uri}: {status} {told}");
    }
    assert_eq!(world.clock.mode(), before, "nothing has changed");
}

#[tokio::test]
async fn a_lifecycle_that_is_held_stays_as_it_is_and_each_step_is_seen() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let (status, told) = ask(&world, "POST", "holds", r#"{"kind": "instance"}"#).await;
    assert_eq!((status, &told["hold"]["kind"]), (201, &"instance".into()), "{told}");
    let number = told["hold"]["id"].as_u64().unwrap();
    let id = instance(&world).await;
    ask(&world, "POST", "clock/advance/1d", "").await;
    assert_eq!(status_of(&world, &id).await, "pending", "for as long as it is held");
    let (_, life) = ask(&world, "GET", &format!("lives/{id}"), "").await;
    assert_eq!((&life["life"]["held"], &life["life"]["stands"]), (&true.into(), &"due".into()));
    let mut seen = vec!["pending".to_owned()];
    for _ in 0..20 {
        let (status, told) = ask(&world, "POST", &format!("lives/{id}/step"), "{}").await;
        assert_eq!(status, 200, "{told}");
        let state = status_of(&world, &id).await;
        assert_eq!(told["life"]["status"], state.as_str(), "the step tells what a GET tells");
        seen.push(state);
        if told["life"]["stands"] == "settled" {
            break;
        }
    }
    assert!(seen.contains(&"active".to_owned()), "{seen:?}");
    // Another one is deleted while it is held: nobody sees it, and it goes when it is released.
    let other = instance(&world).await;
    ask(&world, "POST", &format!("lives/{other}/step"), r#"{"steps": 50}"#).await;
    world.raw("DELETE", &format!("/v2/instances/{other}"), "").await;
    world.settle().await;
    let there = async || world.store.get(other.parse().unwrap()).await.unwrap();
    assert!(there().await.is_some_and(|row| row.deleting));
    let (status, _) = ask(&world, "POST", &format!("holds/{number}/release"), "").await;
    assert_eq!(status, 204);
    world.settle().await;
    assert!(there().await.is_none());
    assert_eq!(ask(&world, "POST", "holds/7/release", "").await.0, 404);
    let (status, told) = ask(&world, "POST", "holds", r#"{"kind": "instances"}"#).await;
    assert!(status == 400 && told.to_string().contains("load-balancer"), "{told}");
    assert_eq!(ask(&world, "GET", "lives/nothing", "").await.0, 400);
}

/// Prints how long a month takes; run by hand: `--ignored --nocapture`, in a release profile.
#[tokio::test]
#[ignore = "it measures, and asserts nothing about time"]
async fn how_long_a_month_takes_with_a_thousand_things() {
    let world = World::new().await;
    for n in 0..1000 {
        let body = format!(r#"{{"region": "ewr", "size_gb": 10, "label": "{n}"}}"#);
        assert_eq!(world.raw("POST", "/v2/blocks", &body).await.0, 202);
    }
    world.settle().await;
    let begun = tokio::time::Instant::now();
    let (_, told) = ask(&world, "POST", "clock/advance/31d", "").await;
    println!("a month at 1,000 volumes: {:?}, {}", begun.elapsed(), told["clock"]["steps"]);
}
