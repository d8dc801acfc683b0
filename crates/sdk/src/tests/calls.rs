//! How a call travels, what is tried again and what is not, and what errors say.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::Method;
use api::blocks::{CreateBlock, DeleteBlock, GetBlock, UpdateBlock};
use api::cdns::PurgePullZone;
use api::registries::UpdateRegistryPassword;
use kettle_sdk::{Error, Event, FaultKind};

use super::common::{Script, Then, ok, status};

const BLOCK: &str = r#"{"block":{"id":"cb676a46-66fd-4dfb-b839-443f2e6c0b60","size_gb":50}}"#;
const ELSEWHERE: &str = "https://api.example.com";

#[tokio::test(start_paused = true)]
async fn a_call_carries_key_agent_and_body_and_brings_the_answer() {
    let script = Script::new([Then::Answer(202, &[], BLOCK.into())]);
    let client = script.builder("http://127.0.0.1:1/v2/").key(" KEY\n").build().unwrap();
    let create = CreateBlock { region: "ewr".into(), size_gb: 50, ..Default::default() };
    assert_eq!(client.send(create).await.unwrap().size_gb, 50);
    let request = &script.requests()[0];
    assert_eq!(request.uri(), "http://127.0.0.1:1/v2/blocks");
    assert_eq!(request.headers()["authorization"], "Bearer KEY");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("kettle/"));
    assert_eq!(&request.body()[..], br#"{"region":"ewr","size_gb":50}"#);
}

#[tokio::test(start_paused = true)]
async fn server_errors_are_tried_again_where_twice_is_as_good_as_once() {
    for code in [500, 502, 503, 504] {
        let script = Script::new([status(code), ok(BLOCK)]);
        script.client().send(GetBlock::default()).await.unwrap();
        assert_eq!(script.count(), 2, "GET after {code}");

        let script = Script::new([status(code)]);
        let error = script.client().send(DeleteBlock::default()).await.unwrap_err();
        assert_eq!((error.status(), script.count()), (Some(code), 5), "attempts are bounded");

        let script = Script::new([status(code), ok(BLOCK)]);
        let error = script.client().send(CreateBlock::default()).await.unwrap_err();
        assert_eq!((error.status(), script.count()), (Some(code), 1), "POST after {code}");

        let script = Script::new([status(code), ok("")]);
        script.client().send(UpdateBlock::default()).await.unwrap_err();
        assert_eq!(script.count(), 1, "PATCH after {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_get_that_does_something_is_not_tried_again_where_it_may_have_arrived() {
    let path = "/v2/cdns/pull-zones/cb676a46-66fd-4dfb-b839-443f2e6c0b60/purge?x=1";
    for then in [status(502), Then::Fault(FaultKind::Broken), Then::Silence] {
        let script = Script::new([then.clone(), ok("[]")]);
        script.client().send(PurgePullZone::default()).await.unwrap_err();
        assert_eq!(script.count(), 1);
        let script = Script::new([then.clone(), ok("[]")]);
        let _ = script.client().raw(Method::GET, path, None).await;
        assert_eq!(script.count(), 1, "nor by its path");
        let script = Script::new([then, ok(r#"{"success": "changed"}"#)]);
        script.client().send(UpdateRegistryPassword::default()).await.unwrap_err();
        assert_eq!(script.count(), 1, "nor what proves itself by what it changes");
    }
    // What was turned away has done nothing.
    let script = Script::new([status(429), ok("[]")]);
    script.client().send(PurgePullZone::default()).await.unwrap();
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_not_tried_again() {
    for code in [400, 401, 403, 404, 409, 422, 501] {
        let script = Script::new([status(code)]);
        let error = script.client().send(GetBlock::default()).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
        assert_eq!(script.count(), 1, "after {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_is_tried_again_by_every_method_when_the_server_says() {
    let limited = Then::Answer(429, &[("retry-after", "7")], String::new());
    let script = Script::new([limited.clone(), ok(BLOCK)]);
    script.client().send(CreateBlock::default()).await.unwrap();
    assert!(script.gaps()[0] >= Duration::from_secs(7), "{:?}", script.gaps());
    assert!(script.gaps()[0] < Duration::from_secs(8), "{:?}", script.gaps());

    let dates = &[
        ("date", "Sun, 22 Nov 2026 00:00:00 GMT"),
        ("retry-after", "Sun, 22 Nov 2026 00:00:05 GMT"),
    ];
    let script = Script::new([Then::Answer(429, dates, String::new()), ok("")]);
    script.client().send(UpdateBlock::default()).await.unwrap();
    assert!(script.gaps()[0] >= Duration::from_secs(5), "{:?}", script.gaps());

    let script = Script::new([Then::Answer(429, &[("retry-after", "86400")], String::new())]);
    let error = script.client().send(GetBlock::default()).await.unwrap_err();
    assert_eq!((error.status(), script.count()), (Some(429), 1), "nobody waits for a day");
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_tried_again_only_where_it_is_safe() {
    let script = Script::new([Then::Fault(FaultKind::Broken), ok(BLOCK)]);
    script.client().send(GetBlock::default()).await.unwrap();
    assert_eq!(script.count(), 2);

    let script = Script::new([Then::Fault(FaultKind::Broken), ok(BLOCK)]);
    let error = script.client().send(CreateBlock::default()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }));
    assert_eq!(error.to_string(), "POST http://127.0.0.1:1/v2/blocks: cut");
    assert_eq!(script.count(), 1);

    let script = Script::new([Then::Fault(FaultKind::Connect), ok(BLOCK)]);
    script.builder(ELSEWHERE).build().unwrap().send(GetBlock::default()).await.unwrap();
    assert_eq!(script.count(), 2);

    let script = Script::new([Then::Fault(FaultKind::Connect)]);
    let error = script.client().send(GetBlock::default()).await.unwrap_err();
    assert!(error.to_string().ends_with("(is `kettle serve` running?)"), "{error}");
    assert_eq!(script.count(), 1, "nobody listens on this machine: told at once");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_costs_no_more_than_the_timeout() {
    let script = Script::new([Then::Silence]);
    let client = script
        .builder(ELSEWHERE)
        .attempt_timeout(Duration::from_secs(20))
        .timeout(Duration::from_secs(50))
        .build()
        .unwrap();
    let start = tokio::time::Instant::now();
    let error = client.send(GetBlock::default()).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(start.elapsed() <= Duration::from_secs(50), "{:?}", start.elapsed());
    assert!(script.count() > 1, "a read is tried again");

    let script = Script::new([Then::Silence]);
    script.client().send(CreateBlock::default()).await.unwrap_err();
    assert_eq!(script.count(), 1, "a create is not");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_shows_its_status_and_beginning() {
    let script = Script::new([ok("<html>hello</html>")]);
    let error = script.client().send(GetBlock::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { status: 200, .. }), "{error:?}");
    assert!(error.to_string().contains("<html>hello</html>"), "{error}");

    let script = Script::new([Then::Answer(301, &[], String::new())]);
    let error = script.client().send(GetBlock::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { status: 301, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_larger_than_allowed_is_a_fault() {
    let script = Script::new([ok("x".repeat(101))]);
    let client = script.builder("http://127.0.0.1:1").body_limit(100).build().unwrap();
    let error = client.send(GetBlock::default()).await.unwrap_err();
    assert!(error.to_string().contains("larger than 100 bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_raw_call_brings_any_status_and_text() {
    let script = Script::new([Then::Answer(404, &[("x-kind", "odd")], "no such page".into())]);
    let answer = script.client().raw(Method::GET, "v2/what?ever=1", None).await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (404, "no such page"));
    assert_eq!(answer.headers["x-kind"], "odd");
    assert_eq!(script.requests()[0].uri(), "http://127.0.0.1:1/v2/what?ever=1");
}

#[tokio::test(start_paused = true)]
async fn clones_share_one_rate_limit() {
    let script = Script::new([ok(BLOCK)]);
    let client = script.builder(ELSEWHERE).build().unwrap();
    let start = tokio::time::Instant::now();
    let calls = (0..90).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(GetBlock::default()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(script.count(), 90);
    let taken = start.elapsed();
    assert!(taken >= Duration::from_secs(3) && taken < Duration::from_secs(5), "{taken:?}");

    let script = Script::new([ok(BLOCK)]);
    let start = tokio::time::Instant::now();
    for _ in 0..90 {
        script.client().send(GetBlock::default()).await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "this machine is not spared");
}

#[test]
fn a_client_does_not_show_its_key_and_refuses_one_that_cannot_be_sent() {
    let client = kettle_sdk::Client::builder("http://127.0.0.1:1").key("SECRET").build().unwrap();
    assert!(!format!("{client:?}").contains("SECRET"));
    let error = kettle_sdk::Client::builder("http://127.0.0.1:1").key("a\nb").build().unwrap_err();
    assert!(matches!(error, Error::Invalid(_)));
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_of_each_attempt_and_the_key_is_marked() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = heard.clone();
    let observer = move |event: &Event<'_>| {
        let line = match event {
            Event::Sending { request } => {
                assert!(request.headers()["authorization"].is_sensitive());
                assert!(!format!("{event:?}").contains("KEY"));
                format!("{} {}", request.method(), request.uri().path())
            }
            Event::Answered { answer, took, .. } => {
                format!("{} {took:?}", answer.status().as_u16())
            }
            Event::Failed { reason, .. } => (*reason).to_owned(),
            Event::Pausing { request, .. } => format!("again {}", request.uri().path()),
            other => panic!("{other:?}"),
        };
        log.lock().unwrap().push(line);
    };
    let script =
        Script::new([status(503), Then::Fault(FaultKind::Broken), ok(BLOCK), Then::Silence]);
    let builder = script.builder("http://127.0.0.1:1").key("KEY").observe(observer);
    let client = builder.timeout(Duration::from_secs(9)).build().unwrap();
    let get = GetBlock { block_id: "a".parse().unwrap_or_default() };
    client.send(get.clone()).await.unwrap();
    let path = format!("/v2/blocks/{}", get.block_id);
    let (sent, again) = (format!("GET {path}"), format!("again {path}"));
    let expected = [&*sent, "503 0ns", &again, &sent, "cut", &again, &sent, "200 0ns"];
    assert_eq!(std::mem::take(&mut *heard.lock().unwrap()), expected);
    client.with_key("KEY").unwrap().send(get).await.unwrap_err();
    assert_eq!(*heard.lock().unwrap(), [&*sent, "no answer within 9 s"]);
}
