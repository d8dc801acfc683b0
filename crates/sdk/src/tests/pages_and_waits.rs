//! Lists over several pages, and waiting.

use std::time::Duration;

use api::blocks::{BlockStatus, GetBlock, ListBlocks};
use futures_util::{StreamExt, TryStreamExt};
use kettle_sdk::{Error, State, WaitError};
use serde_json::json;

use super::common::{self, Script, ok, status};

fn page(labels: &[&str], next: &str) -> common::Then {
    let blocks: Vec<_> = labels.iter().map(|l| json!({"label": l})).collect();
    ok(json!({"blocks": blocks, "meta": {"total": 3, "links": {"next": next, "prev": ""}}}))
}

fn block(status: &str) -> common::Then {
    ok(json!({"block": {"status": status}}))
}

#[tokio::test(start_paused = true)]
async fn pages_are_fetched_one_after_the_other_and_only_when_needed() {
    let script = Script::new([page(&["a", "b"], "n=2"), page(&["c"], "")]);
    let list = ListBlocks { per_page: Some(2), ..Default::default() };
    let blocks: Vec<_> = script.client().pages(list.clone()).try_collect().await.unwrap();
    let labels: Vec<_> = blocks.iter().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["a", "b", "c"]);
    let asked: Vec<_> =
        script.requests().iter().map(|r| r.uri().query().unwrap().to_owned()).collect();
    assert_eq!(asked, ["per_page=2", "per_page=2&cursor=n%3D2"]);

    let script = Script::new([page(&["a", "b"], "2"), page(&["c"], "")]);
    let first: Vec<_> = script.client().pages(list).take(2).collect().await;
    assert_eq!((first.len(), script.count()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_list_ends_with_its_first_error_and_does_not_go_in_circles() {
    let script = Script::new([page(&["a"], "2"), status(403)]);
    let items: Vec<_> = script.client().pages(ListBlocks::default()).collect().await;
    assert_eq!(items.len(), 2);
    assert!(matches!(items[1], Err(Error::Refused(_))));

    let script = Script::new([page(&["a"], "same")]);
    let items: Vec<_> = script.client().pages(ListBlocks::default()).collect().await;
    assert!(matches!(items.last(), Some(Err(Error::Unreadable { .. }))));
    assert!(script.count() <= 2);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_it_is_done_and_tells_how_it_goes() {
    let script = Script::new([block("pending"), block("pending"), block("active")]);
    let mut seen = Vec::new();
    let client = script.client();
    let wait = client.wait(GetBlock::default()).on_progress(|state, _| seen.push(state.to_owned()));
    let block = wait.ready().await.unwrap();
    assert!(block.status == BlockStatus::Active);
    assert_eq!(seen, ["pending", "pending"]);
    assert!(script.gaps()[1] > script.gaps()[0], "pauses grow: {:?}", script.gaps());
}

#[tokio::test(start_paused = true)]
async fn waiting_tells_late_from_failed_from_not_answered() {
    let client = Script::new([block("pending")]).client();
    let wait = client.wait(GetBlock::default()).timeout(Duration::from_secs(30));
    let start = tokio::time::Instant::now();
    match wait.ready().await {
        Err(WaitError::TimedOut { state, .. }) => assert_eq!(state, "pending"),
        other => panic!("{other:?}"),
    }
    assert_eq!(start.elapsed(), Duration::from_secs(30));

    let client = Script::new([block("failed")]).client();
    let error = client.wait(GetBlock::default()).ready().await.unwrap_err();
    assert!(matches!(error, WaitError::Failed { .. }), "{error:?}");

    let client = Script::new([status(404)]).client();
    let error = client.wait(GetBlock::default()).ready().await.unwrap_err();
    assert!(matches!(error, WaitError::Operation(Error::Refused(_))), "{error:?}");

    let client = Script::new([common::Then::Silence]).client();
    let wait = client.wait(GetBlock::default()).timeout(Duration::from_secs(5));
    let error = wait.ready().await.unwrap_err();
    assert!(matches!(error, WaitError::TimedOut { .. }), "a silent server does not outlast it");
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_for_anything_and_for_nothing() {
    let script =
        Script::new([ok(json!({"block": {"size_gb": 10}})), ok(json!({"block": {"size_gb": 20}}))]);
    let client = script.client();
    let big_enough = |b: &api::blocks::Block| match b.size_gb {
        20.. => State::Done,
        gb => State::Pending(format!("{gb} GB")),
    };
    assert_eq!(client.wait(GetBlock::default()).until(big_enough).await.unwrap().size_gb, 20);

    let client = Script::new([block("active"), block("active"), status(404)]).client();
    client.wait(GetBlock::default()).gone().await.unwrap();
    let client = Script::new([status(403)]).client();
    client.wait(GetBlock::default()).gone().await.unwrap_err();
}
