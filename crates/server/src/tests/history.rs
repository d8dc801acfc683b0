//! What tests say of the history, its archive, and what outlives the server.

use api::world::history::{CheckCalls, ClearHistory, MarkHistory};
use api::world::state::ResetWorld;
use serde_json::{Value, json};
use testkit::{World, refused};

use crate::journal::{Ask, Journal};
use crate::keep::Keeping;

const BLOCK: &str = r#"{"region":"ewr","size_gb":20,"label":"data"}"#;

fn call(call: &str) -> CheckCalls {
    CheckCalls { call: call.into(), ..Default::default() }
}

#[tokio::test]
async fn calls_are_asserted_by_number_status_and_body() {
    let world = World::new().await;
    world.raw("POST", "/v2/blocks", BLOCK).await;
    world.raw("POST", "/v2/blocks", r#"{"region":"lax","size_gb":20}"#).await;
    world.raw("POST", "/v2/blocks", r#"{"region":"nowhere","size_gb":20}"#).await;
    world.raw("GET", "/v2/blocks?region=ewr", "").await;
    let found = |check: CheckCalls| {
        let client = world.client.clone();
        async move { client.send(check).await.unwrap().sequences }
    };
    assert_eq!(found(call("create-block")).await, [1, 2, 3]);
    assert_eq!(found(CheckCalls { times: Some(1), ..call("GET /v2/blocks") }).await, [4]);
    assert_eq!(found(CheckCalls { status: Some(400), ..call("POST /v2/*") }).await, [3]);
    let body = |body: &str| CheckCalls { body: Some(body.into()), ..call("POST /v2/blocks") };
    assert_eq!(found(body(r#"{"region":"ewr"}"#)).await, [1]);
    assert_eq!(found(body(r#"~"region":"(ewr|lax)""#)).await, [1, 2]);
    assert!(found(CheckCalls { times: Some(0), ..call("delete-block") }).await.is_empty());
    assert!(found(CheckCalls { at_most: Some(2), ..call("delete-block") }).await.is_empty());
    assert_eq!(found(CheckCalls { since: Some(1), ..call("create-block") }).await, [2, 3]);
}

#[tokio::test]
async fn what_was_not_called_is_told_with_what_came_nearest() {
    let world = World::new().await;
    world.raw("POST", "/v2/blocks", BLOCK).await;
    let check = |body: &str| CheckCalls { body: Some(body.into()), ..call("POST /v2/blocks") };
    let (status, error) = refused(world.client.send(check(r#"{"region":"lax"}"#)).await);
    assert_eq!(status, 412);
    assert_eq!(
        error,
        format!(
            "Precondition failed. `POST /v2/blocks` was to be called at least once, and was called \
             never since request 0.\nNearly:\n  #1 POST /v2/blocks 202 {BLOCK}: region is \"ewr\", \
             not \"lax\""
        )
    );
    let (_, error) = refused(world.client.send(check(r#"{"tags":[]}"#)).await);
    assert!(error.ends_with("it has no tags"), "{error}");
    let (_, error) = refused(world.client.send(check("~^nothing")).await);
    assert!(error.ends_with("its body does not match `^nothing`"), "{error}");
    let (_, error) = refused(world.client.send(call("delete-block")).await);
    assert!(error.contains("What was called instead:\n  #1 POST /v2/blocks 202"), "{error}");
    let twice = CheckCalls { times: Some(0), ..call("create-block") };
    let (_, error) = refused(world.client.send(twice).await);
    assert!(error.contains("was to be called never, and was called once"), "{error}");
    assert!(error.contains("It was:\n  #1 POST"), "{error}");
    for (wrong, says) in [
        (CheckCalls { body: Some("~(".into()), ..call("get-block") }, "body: no regular expression"),
        (CheckCalls { body: Some("{".into()), ..call("get-block") }, "body: neither JSON"),
        (CheckCalls { since: Some(99), ..call("get-block") }, "since: the last request is 1"),
        (CheckCalls { at_least: Some(2), times: Some(1), ..call("get-block") }, "times: goes without"),
        (call("get-blok"), "did you mean `get-block`?"),
    ] {
        let (status, error) = refused(world.client.send(wrong).await);
        assert!(status == 400 && error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn assertions_begin_anew_with_a_reset_and_with_a_clearing() {
    let world = World::new().await;
    world.raw("POST", "/v2/blocks", BLOCK).await;
    world.client.send(ResetWorld {}).await.unwrap();
    assert_eq!(refused(world.client.send(call("create-block")).await).0, 412);
    world.raw("POST", "/v2/blocks", BLOCK).await;
    let found = world.client.send(call("create-block")).await.unwrap();
    assert_eq!((found.sequences, found.since), (vec![2], 1));
    let all = CheckCalls { since: Some(0), ..call("create-block") };
    assert_eq!(world.client.send(all.clone()).await.unwrap().found, 2, "all is kept still");
    assert_eq!(world.client.send(MarkHistory {}).await.unwrap().sequence, 2);
    assert_eq!(world.client.send(ClearHistory {}).await.unwrap().sequence, 2);
    assert_eq!(refused(world.client.send(all).await).0, 412);
    world.raw("POST", "/v2/blocks", BLOCK).await;
    assert_eq!(world.client.send(call("create-block")).await.unwrap().sequences, [3]);
}

#[tokio::test]
async fn an_archive_has_every_field_of_its_format_and_no_secret() {
    let world = World::new().await;
    let user = r#"{"email":"jo@example.com","name":"Jo","password":"Correct-Horse-9","acls":[]}"#;
    world.raw("POST", "/v2/users", user).await;
    world.raw("GET", "/v2/blocks?per_page=1&region=ewr", "").await;
    let (status, body) = world.raw("GET", "/_kettle/requests?as=har", "").await;
    assert_eq!(status, 200);
    assert!(!body.contains("Correct-Horse") && !body.contains(testkit::KEY), "{body}");
    let har: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let has = |way: &Value, names: &[&str]| {
            names.iter().for_each(|name| assert!(way.get(*name).is_some(), "{name}: {entry}"));
        };
        has(entry, &["startedDateTime", "time", "request", "response", "cache", "timings"]);
        let both = ["httpVersion", "cookies", "headers", "headersSize", "bodySize"];
        has(&entry["request"], &both);
        has(&entry["response"], &both);
        has(&entry["request"], &["method", "url", "queryString"]);
        has(&entry["response"], &["status", "statusText", "content", "redirectURL"]);
        has(&entry["response"]["content"], &["size", "mimeType"]);
        has(&entry["timings"], &["send", "wait", "receive"]);
    }
    let posted = entries[0]["request"]["postData"]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(posted).unwrap()["password"], "***");
    assert_eq!(entries[0]["_operation"], "create-user");
    assert_eq!(entries[1]["request"]["queryString"][1], json!({"name": "region", "value": "ewr"}));
    assert_eq!(entries[1]["response"]["statusText"], "OK");
    let (status, _) = world.raw("GET", "/_kettle/requests?as=pdf", "").await;
    assert_eq!(status, 400);
}

/// What a journal has, as it is shown.
fn shown(journal: &Journal) -> Vec<Value> {
    let ask = Ask { after: Some(0), before: None, limit: 1000 };
    let entries = journal.find(&ask, |_| true).entries;
    entries.iter().map(|entry| crate::requests::shown(entry, true)).collect()
}

#[tokio::test]
async fn what_was_asked_is_there_after_a_restart_as_it_was_shown() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("requests.jsonl");
    let clock = engine::Clock::manual(testkit::BEGINNING);
    let journal = Journal::new(clock.clone());
    let keeping = Keeping::open(&file, &journal).unwrap();
    let running = tokio::spawn(keeping.run(journal.clone()));
    let world = World::new().await;
    // A world's own routes, written down in the journal that is kept.
    let routes = journal.of(world.router.clone());
    let ask = |method: &str, path: &str, body: &'static str| {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", testkit::KEY));
        tower::ServiceExt::oneshot(routes.clone(), request.body(body.into()).unwrap())
    };
    let user = r#"{"email":"jo@example.com","name":"Jo","password":"Correct-Horse-9","acls":[]}"#;
    ask("POST", "/v2/users", user).await.unwrap();
    journal.begin();
    ask("GET", "/v2/blocks?per_page=1", "").await.unwrap();
    ask("GET", "/v2/nothing", "").await.unwrap();
    let before = shown(&journal);
    assert_eq!(before.len(), 3);
    journal.close();
    running.await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("Correct-Horse") && !text.contains(testkit::KEY), "{text}");
    // One that is cut off, as by a power cut, costs no other.
    std::fs::write(&file, format!("{text}{{\"sequence\":")).unwrap();
    let later = Journal::new(clock);
    let keeping = Keeping::open(&file, &later).unwrap();
    assert_eq!(shown(&later), before);
    assert_eq!((later.marks().begun, later.marks().last), (1, 3));
    let running = tokio::spawn(keeping.run(later.clone()));
    later.clear();
    later.close();
    running.await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "{\"begun\":3}\n", "what is forgotten is nowhere");
}
