//! Subscriptions to inference: their keys, and what was used of them, which is nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use api::Access;
use api::account::GetAccount;
use api::inference::*;
use testkit::World;

use crate::common::{Asks, user};

fn order() -> CreateInference {
    CreateInference { label: "models".into() }
}

#[tokio::test]
async fn each_has_a_key_of_its_own_and_reads_as_clients_read_it() {
    let world = World::new().await;
    let (one, other) = (world.done(order()).await, world.done(order()).await);
    let is_right = |b: u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b);
    let keys: BTreeSet<_> = [&one, &other].map(|found| found.api_key.to_string()).into();
    assert!(keys.len() == 2 && keys.iter().all(|key| key.len() == 36 && key.bytes().all(is_right)));
    assert_eq!(world.done(GetInference::from(one.id)).await, one);
    let label = Some("renamed".into());
    let renamed = world.done(UpdateInference { inference_id: one.id, label }).await;
    assert_eq!(renamed, Inference { label: "renamed".into(), ..one });
    let same = UpdateInference { inference_id: one.id, label: None };
    assert_eq!(world.done(same).await, renamed);
    let gone = other.id;
    assert_eq!(world.done(ListInferences {}).await.items, [renamed, other]);
    let (status, body) = world.raw("GET", "/v2/inference", "").await;
    assert!(status == 200 && body.starts_with(r#"{"subscriptions":[{"id":"#), "{body}");
    world.refuses_raw("POST", "/v2/inference", "{}", "label").await;
    world.done(DeleteInference::from(gone)).await;
    let refused = world.refused(GetInference::from(gone)).await;
    assert_eq!(refused, (404, "invalid inference ID".into()), "Terraform reads these words");
}

#[tokio::test]
async fn who_may_only_look_is_shown_no_key() {
    let world = World::new().await;
    let made = world.done(order()).await;
    let looks = user(&world, "looks", &[Access::SubscriptionsView]).await;
    let client = world.client_with(&looks.api_key);
    let found = client.send(GetInference::from(made.id)).await.unwrap();
    assert_eq!(found, Inference { api_key: Default::default(), ..made });
}

#[tokio::test]
async fn nothing_is_used_of_what_a_month_includes() {
    let world = World::new().await;
    let id = world.done(order()).await.id;
    let (_, body) = world.raw("GET", &format!("/v2/inference/{id}/usage"), "").await;
    let usage: serde_json::Value = serde_json::from_str(&body).unwrap();
    let expected = serde_json::json!({ "usage": {
        "chat": {
            "current_tokens": 0, "monthly_allotment": 50_000_000, "overage": 0,
            "completion_tokens": 0, "cost": 0, "input_tokens": 0, "input_cost": 0,
        },
        "chat_by_model": { "current_month": [], "previous_month": [] },
        "audio": { "tts_characters": 0, "tts_sm_characters": 0 },
        "image": { "megapixels": 0.0, "sm_megapixels": 0.0 },
    }});
    assert_eq!(usage, expected);
}

#[tokio::test]
async fn there_are_no_more_than_can_be_listed_at_once() {
    let world = World::new().await;
    for _ in 0..500 {
        world.done(order()).await;
    }
    world.refuses_with(order(), "Maximum inference subscriptions exceeded").await;
    assert_eq!(world.done(ListInferences {}).await.items.len(), 500);
}

#[tokio::test]
async fn each_costs_ten_dollars_a_month() {
    let world = World::new().await;
    world.done(order()).await;
    world.done(order()).await;
    world.advance(Duration::from_secs(73 * 3600)).await;
    assert_eq!(world.done(GetAccount {}).await.pending_charges.0.to_string(), "2");
}
