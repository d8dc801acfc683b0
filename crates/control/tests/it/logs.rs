//! What happened in an account.

use std::time::Duration;

use api::blocks::CreateBlock;
use api::logs::*;
use api::{Access, Time};
use testkit::World;

use crate::common::{self, Asks};

/// All that happened, the newest first.
async fn all(world: &World) -> Logs {
    world.done(ListLogs { end_time: time(world, 1), ..ListLogs::default() }).await
}

/// A time from now, in seconds.
fn time(world: &World, seconds: i64) -> Option<api::OrEmpty<Time>> {
    Some(Time::from_millis(world.clock.now() + seconds * 1_000).into())
}

fn block() -> CreateBlock {
    CreateBlock { region: "ewr".into(), size_gb: 40, ..Default::default() }
}

#[tokio::test]
async fn each_change_is_told_with_who_asked_from_where_and_what_became_of_it() {
    let world = World::new().await;
    let block_id = world.done(block()).await.id;
    let id = block_id.to_string();
    let (_, body) = world.raw("GET", "/v2/blocks", "").await;
    assert!(body.contains(&id));
    let ada = common::user(&world, "ada", &[Access::Subscriptions, Access::ActivityLogs]).await;
    let client = world.client_at(&ada.api_key, [192, 0, 2, 7]);
    client.blocks().delete(block_id).await.unwrap();
    let gone = client.blocks().delete(block_id).await;
    assert_eq!(testkit::refused(gone).0, 404);

    let logs = all(&world).await.logs;
    let short: Vec<_> = logs
        .iter()
        .map(|l| (&*l.resource_type, l.log_level, l.metadata.http_status_code, &*l.message))
        .collect();
    let expected = [
        ("blocks", LogLevel::Warning, 404, "Invalid block storage ID"),
        ("blocks", LogLevel::Info, 204, "Delete block"),
        ("users", LogLevel::Info, 201, "Create user"),
        ("blocks", LogLevel::Info, 202, "Create block"),
    ];
    assert_eq!(short, expected);
    assert!([0, 1, 3].iter().all(|n| logs[*n].resource_id == id), "{logs:?}");
    assert_eq!(logs[2].resource_id, ada.id.to_string());
    let delete = &logs[1].metadata;
    let who = (&*delete.username, &*delete.ip_address, &*delete.user_id);
    assert_eq!(who, ("ada", "192.0.2.7", &*ada.id.to_string()));
    assert_eq!((&*delete.method, &*delete.request_path), ("DELETE", &*format!("/v2/blocks/{id}")));
    assert!(logs[3].metadata.request_body.contains("\"size_gb\":40"), "{logs:?}");
    let user = &logs[2].metadata.request_body;
    assert!(user.contains("ada@example.com") && !user.contains("Correct-Horse"), "{user}");
}

#[tokio::test]
async fn records_are_chosen_by_time_level_and_thing() {
    let world = World::new().await;
    let first = world.done(block()).await.id;
    world.advance(Duration::from_secs(3_600)).await;
    world.done(block()).await;
    let (status, _) = world.raw("POST", "/v2/blocks", "{}").await;
    assert_eq!(status, 400);
    let count = async |list: ListLogs| world.done(list).await.meta.total_count;
    let all = || ListLogs { start_time: time(&world, -9_999), ..ListLogs::default() };
    assert_eq!(count(all()).await, 3);
    assert_eq!(count(ListLogs { end_time: time(&world, -3_600), ..all() }).await, 0, "exclusive");
    assert_eq!(count(ListLogs { end_time: time(&world, -3_599), ..all() }).await, 1);
    assert_eq!(
        count(ListLogs { start_time: time(&world, 0), end_time: time(&world, 1), ..all() }).await,
        2
    );
    assert_eq!(count(ListLogs { log_level: Some(LogLevel::Warning), ..all() }).await, 1);
    assert_eq!(count(ListLogs { resource_type: Some("instances".into()), ..all() }).await, 0);
    let id = Some(first.to_string().to_uppercase());
    assert_eq!(count(ListLogs { resource_id: id, ..all() }).await, 1);

    let uri = "/v2/logs?start_time=2026-11-21T00:00:00Z&end_time=&log_level=info";
    let (status, body) = world.raw("GET", uri, "").await;
    assert_eq!(status, 200, "an empty end is none: {body}");
    let meta = r#""meta":{"next_page_url":"","continue_time":"","returned_count":2,"unreturned_count":0,"total_count":2}}"#;
    assert!(body.ends_with(meta), "{body}");
}

#[tokio::test]
async fn times_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let days = |days: i64| time(&world, days * 24 * 3_600);
    let refused = async |list, field| {
        common::refused_for(field, world.client.send(list).await);
    };
    refused(ListLogs::default(), "start_time").await;
    let ends = |start_time, end_time| ListLogs { start_time, end_time, ..ListLogs::default() };
    refused(ends(days(0), days(0)), "end_time").await;
    refused(ends(days(0), days(-1)), "end_time").await;
    refused(ends(days(-31), days(0)), "end_time").await;
    world.refuses_raw("GET", "/v2/logs?start_time=yesterday", "", "start_time").await;
    world.refuses_raw("GET", "/v2/logs?start_time=&log_level=loud", "", "log_level").await;
}

#[tokio::test]
async fn what_happened_is_known_for_thirty_days() {
    let world = World::new().await;
    world.done(block()).await;
    let days = |days: u64| Duration::from_secs(days * 24 * 3_600);
    world.advance(days(29)).await;
    assert_eq!(all(&world).await.meta.total_count, 1);
    world.advance(days(2)).await;
    assert_eq!(all(&world).await.meta.total_count, 0);
    world.advance(days(31)).await;
    let left = store::testing::count(&world.store, "SELECT count(*) FROM event").await.unwrap();
    assert_eq!(left, 0, "nor is it kept");
}

#[tokio::test]
async fn of_many_records_the_newest_come_first_and_seconds_are_whole() {
    let world = World::new().await;
    let mut tx = world.store.begin();
    let account = common::owner(&world).await.account();
    // Three a second, the last of them now.
    for n in 0..6_000 {
        let at = world.clock.now() - n / 3 * 1_000;
        let (level, topic) = ("info".into(), "instances".into());
        let told = format!("{{\"message\":\"{n}\"}}");
        tx.tell(store::Event { account, at, level, topic, subject: "x".into(), told });
    }
    tx.commit().await.unwrap();
    let first = all(&world).await;
    let meta = &first.meta;
    let counts = (meta.returned_count, meta.unreturned_count, meta.total_count);
    assert_eq!((counts, first.logs.len()), ((4_998, 1_002, 6_000), 4_998));
    let (address, query) = meta.next_page_url.split_once('?').unwrap();
    assert_eq!(address, "http://127.0.0.1:8787/v2/logs");
    let (_, rest) = world.raw("GET", &format!("/v2/logs?{query}"), "").await;
    let rest: serde_json::Value = serde_json::from_str(&rest).unwrap();
    assert_eq!(rest["meta"]["returned_count"], 1_002);
    assert_eq!(rest["logs"][0]["timestamp"], {
        let last = first.logs.last().unwrap().timestamp;
        Time::from_millis(last.as_millis() - 1_000).to_string()
    });
    assert_eq!(rest["meta"]["continue_time"], "");
}
