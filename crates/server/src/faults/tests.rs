//! Rules, by what they do to requests.

use std::time::Duration;

use api::blocks::{CreateBlock, ListBlocks};
use api::instances::{CreateInstance, GetInstance, ListInstances};
use api::world::faults::{
    AddFault, ClearFaults, DeleteFault, Dropped, Fault, ListFaults, ListReadyFaults, UseFault,
};
use api::world::state::ResetWorld;
use serde_json::Value;
use testkit::{World, refused};

fn block() -> CreateBlock {
    CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() }
}

fn instance() -> CreateInstance {
    CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some("web".into()),
        tags: Some(vec!["blue".into()]),
        ..Default::default()
    }
}

async fn add(world: &World, rule: AddFault) -> Fault {
    world.client.send(rule).await.unwrap()
}

async fn rules(world: &World) -> Vec<Fault> {
    world.client.send(ListFaults::default()).await.unwrap().items
}

/// What the history says of each request: its status, and what rules did.
async fn told(world: &World) -> Vec<(u64, Vec<String>)> {
    let (_, body) = world.raw("GET", "/_kettle/requests", "").await;
    let found: Value = serde_json::from_str(&body).unwrap();
    let did = |request: &Value| {
        let faults = request["faults"].as_array().cloned().unwrap_or_default();
        let faults = faults.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        (request["status"].as_u64().unwrap(), faults)
    };
    found["requests"].as_array().unwrap().iter().map(did).collect()
}

#[tokio::test]
async fn a_rule_refuses_the_next_calls_of_an_operation_and_nothing_is_done() {
    let world = World::new().await;
    let rule = AddFault {
        operation: Some("create-block".into()),
        status: Some(503),
        error: Some("Out of order.".into()),
        times: Some(2),
        ..Default::default()
    };
    let added = add(&world, rule).await;
    assert_eq!((added.id, added.acted, added.left), (1, 0, Some(2)));
    for _ in 0..2 {
        let refusal = refused(world.client.send(block()).await);
        assert_eq!(refusal, (503, "Out of order.".into()));
    }
    assert!(world.client.send(ListBlocks::default()).await.unwrap().items.is_empty());
    world.client.send(block()).await.unwrap();
    let rules = rules(&world).await;
    assert_eq!((rules[0].acted, rules[0].left), (2, Some(0)));
    let told = told(&world).await;
    assert_eq!(told[0], (503, vec!["fault 1: answered 503".to_owned()]));
    assert_eq!((told[2].0, told[3].0, told[3].1.len()), (200, 202, 0));
}

#[tokio::test]
async fn of_each_effect_the_first_rule_that_fits_has_its_way() {
    let world = World::new().await;
    let slow = AddFault {
        family: Some("block".into()),
        latency: Some("1ms..3ms".into()),
        ..Default::default()
    };
    add(&world, slow).await;
    for status in [500, 502] {
        let rule = AddFault {
            operation: Some("GET /v2/blocks".into()),
            status: Some(status),
            ..Default::default()
        };
        add(&world, rule).await;
    }
    let (status, body) = world.raw("GET", "/v2/blocks", "").await;
    assert_eq!((status, &*body), (500, r#"{"error":"Internal Server Error.","status":500}"#));
    assert_eq!(world.raw("GET", "/v2/instances", "").await.0, 200);
    let acted: Vec<_> = rules(&world).await.iter().map(|rule| rule.acted).collect();
    assert_eq!(acted, [1, 1, 0]);
    let told = told(&world).await;
    assert!(told[0].1[0].starts_with("fault 1: waited "), "{told:?}");
    assert_eq!(told[0].1[1], "fault 2: answered 500");
}

#[tokio::test]
async fn chance_is_the_same_each_time() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let world = World::new().await;
        let rule = AddFault {
            status: Some(500),
            probability: Some(0.5),
            seed: Some(seed),
            ..Default::default()
        };
        add(&world, rule).await;
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(world.raw("GET", "/v2/blocks", "").await.0);
        }
        let failed = statuses.iter().filter(|status| **status == 500).count();
        assert!((8..33).contains(&failed), "{failed} of 40");
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn what_is_kettles_own_is_never_touched_and_a_reset_ends_all_rules() {
    let world = World::new().await;
    add(&world, AddFault { status: Some(500), ..Default::default() }).await;
    for path in ["/_kettle/health", "/_kettle/faults", "/_kettle/status", "/", "/openapi.json"] {
        assert_eq!(world.raw("GET", path, "").await.0, 200, "{path}");
    }
    assert_eq!(world.raw("GET", "/v2/blocks", "").await.0, 500);
    let (status, body) = world.raw("GET", "/v1/account/info", "").await;
    assert_eq!((status, &*body), (500, "Internal Server Error."));
    world.client.send(ResetWorld {}).await.unwrap();
    assert!(rules(&world).await.is_empty());
    assert_eq!(world.raw("GET", "/v2/blocks", "").await.0, 200);
}

#[tokio::test]
async fn a_dropped_connection_is_no_answer_and_after_it_all_is_done() {
    let world = World::new().await;
    let drop = |drop| AddFault {
        operation: Some("create-block".into()),
        drop: Some(drop),
        times: Some(1),
        ..Default::default()
    };
    let mut there = Vec::new();
    for when in [Dropped::Before, Dropped::After, Dropped::Half] {
        add(&world, drop(when)).await;
        // Over a connection, and within the process.
        let served = world.serve();
        let client = match when {
            Dropped::After => world.client.clone(),
            _ => sdk::Client::builder(served.url()).key(testkit::KEY).attempts(1).build().unwrap(),
        };
        let error = client.send(block()).await.unwrap_err();
        assert!(matches!(error, sdk::Error::Transport { .. }), "{when:?}: {error}");
        there.push(world.client.send(ListBlocks::default()).await.unwrap().items.len());
    }
    assert_eq!(there, [0, 1, 2]);
    let told = told(&world).await;
    assert_eq!(told[0].0, 0, "nothing was answered");
    assert_eq!(told[0].1, ["fault 1: dropped the connection before anything was done"]);
    assert_eq!(
        told[2],
        (202, vec!["fault 2: dropped the connection in the place of the answer".into()])
    );
}

#[tokio::test]
async fn half_of_an_answer_arrives_over_a_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::new().await;
    add(&world, AddFault { drop: Some(Dropped::Half), ..Default::default() }).await;
    let served = world.serve();
    let address = served.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /v2/regions HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Its end may be a reset.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    assert_eq!(body.len(), length / 2, "{head}");
    assert!(body.starts_with(r#"{"regions":["#));
}

#[tokio::test]
async fn a_new_thing_is_not_found_for_a_while() {
    let world = World::new().await;
    let rules =
        world.client.send(UseFault { ready_name: "404-after-create".into() }).await.unwrap();
    assert_eq!(rules.items.len(), 2);
    let made = world.client.send(instance()).await.unwrap();
    let (status, error) = refused(world.client.send(GetInstance { instance_id: made.id }).await);
    assert_eq!(status, 404);
    assert!(error.starts_with("instance not found"), "{error}");
    let list = world.client.send(ListInstances::default()).await.unwrap();
    assert_eq!((list.items.len(), list.meta.total), (0, 0));
    let name = format!("fault 1 (404-after-create): hid {}", made.id);
    assert!(told(&world).await.iter().any(|(status, did)| *status == 404 && did[0] == name));
    world.advance(Duration::from_secs(31)).await;
    world.client.send(GetInstance { instance_id: made.id }).await.unwrap();
    assert_eq!(world.client.send(ListInstances::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn tags_show_up_late_and_are_not_found_by_until_then() {
    let world = World::new().await;
    world.client.send(UseFault { ready_name: "late-tags".into() }).await.unwrap();
    let made = world.client.send(instance()).await.unwrap();
    assert!(made.tags.is_empty(), "{made:?}");
    let get = GetInstance { instance_id: made.id };
    assert!(world.client.send(get.clone()).await.unwrap().tags.is_empty());
    let by_tag = ListInstances { tag: Some("blue".into()), ..Default::default() };
    assert!(world.client.send(by_tag.clone()).await.unwrap().items.is_empty());
    assert_eq!(world.client.send(ListInstances::default()).await.unwrap().items.len(), 1);
    world.advance(Duration::from_secs(31)).await;
    assert_eq!(world.client.send(get).await.unwrap().tags, ["blue"]);
    assert_eq!(world.client.send(by_tag).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_new_server_is_locked_for_a_minute() {
    let world = World::new().await;
    world.client.send(UseFault { ready_name: "locked-window".into() }).await.unwrap();
    let made = world.client.send(instance()).await.unwrap();
    let volume = world.client.send(block()).await.unwrap();
    world.advance(Duration::from_secs(20)).await;
    let path = format!("/v2/instances/{}", made.id);
    let locked = "Unable to destroy server: Unable to remove VM: Server is currently locked";
    let (status, body) = world.raw("DELETE", &path, "").await;
    assert_eq!((status, body), (500, format!(r#"{{"error":"{locked}","status":500}}"#)));
    let attach = format!("/v2/blocks/{}/attach", volume.id);
    let body = format!(r#"{{"instance_id":"{}"}}"#, made.id);
    let (status, said) = world.raw("POST", &attach, &body).await;
    assert_eq!(status, 400);
    assert!(said.contains("Server is currently locked"), "{said}");
    world.advance(Duration::from_secs(41)).await;
    assert_eq!(world.raw("POST", &attach, &body).await.0, 204);
    assert_eq!(world.raw("DELETE", &path, "").await.0, 204);
}

#[tokio::test]
async fn what_is_sold_out_is_neither_made_nor_listed() {
    let world = World::new().await;
    let rule = AddFault { sold_out: Some(vec!["ewr/vc2-1c-1gb".into()]), ..Default::default() };
    add(&world, rule).await;
    let (status, error) = refused(world.client.send(instance()).await);
    assert_eq!((status, &*error), (400, "plan is not available in the selected region"));
    let elsewhere = CreateInstance { region: "lax".into(), ..instance() };
    world.client.send(elsewhere).await.unwrap();
    let (_, plans) = world.raw("GET", "/v2/plans?per_page=500", "").await;
    let plans: Value = serde_json::from_str(&plans).unwrap();
    let plans = plans["plans"].as_array().unwrap();
    let plan = |id: &str| plans.iter().find(|plan| plan["id"] == id).unwrap();
    let sold = |id: &str| plan(id)["locations"].as_array().unwrap().contains(&"ewr".into());
    assert!(!sold("vc2-1c-1gb") && sold("vc2-1c-2gb"));
    let (_, there) = world.raw("GET", "/v2/regions/ewr/availability", "").await;
    assert!(!there.contains(r#""vc2-1c-1gb""#) && there.contains(r#""vc2-1c-2gb""#));
}

#[tokio::test]
async fn rules_are_for_clients_accounts_things_and_fields() {
    let world = World::new().await;
    let first = world.client.send(block()).await.unwrap();
    let second = world.client.send(block()).await.unwrap();
    let refuse = AddFault { status: Some(500), ..Default::default() };
    let rules = [
        AddFault { thing: Some(first.id.to_string()), ..refuse.clone() },
        AddFault { client: Some("terraform".into()), ..refuse.clone() },
        AddFault { account: Some("jo@example.com".into()), ..refuse.clone() },
        AddFault { having: Some(vec!["region=lax".into()]), ..refuse },
    ];
    for rule in rules {
        add(&world, rule).await;
    }
    let get = |id: String| format!("/v2/blocks/{id}");
    assert_eq!(world.raw("GET", &get(first.id.to_string()), "").await.0, 500);
    assert_eq!(world.raw("GET", &get(second.id.to_string()), "").await.0, 200);
    assert_eq!(world.raw("GET", "/v2/plans?region=lax", "").await.0, 500, "a field of the query");
    let body = r#"{"region":"lax","size_gb":10}"#;
    assert_eq!(world.raw("POST", "/v2/blocks", body).await.0, 500, "a field of the body");
    let asked = |agent: &'static str, key: String| {
        let request = testkit::http::Request::get("/v2/account");
        let request = request.header("user-agent", agent).header("authorization", key);
        world.exchange(request.body(testkit::Body::empty()).unwrap())
    };
    let own = format!("Bearer {}", testkit::KEY);
    assert_eq!(asked("Terraform/1.9", own.clone()).await.status(), 500);
    assert_eq!(asked("curl/8", own).await.status(), 200);
    let user = r#"{"email":"jo@example.com","name":"Jo","password":"Correct-Horse-9","acls":[]}"#;
    let (_, user) = world.raw("POST", "/v2/users", user).await;
    let user: Value = serde_json::from_str(&user).unwrap();
    let key = user["user"]["api_key"].as_str().unwrap();
    assert_eq!(asked("curl/8", format!("Bearer {key}")).await.status(), 500);
}

#[tokio::test]
async fn public_operations_answer_a_key_that_may_not_be_used_from_here() {
    let world = World::new().await;
    world.client.send(UseFault { ready_name: "key-not-from-here".into() }).await.unwrap();
    let here = world.client_at(testkit::KEY, std::net::Ipv4Addr::new(198, 51, 100, 7));
    let refusal = refused(here.send(ListBlocks::default()).await);
    assert_eq!(refusal, (401, "Unauthorized IP address: 198.51.100.7".into()));
    assert_eq!(world.raw("GET", "/v2/regions", "").await.0, 200);
}

#[tokio::test]
async fn every_ready_rule_can_be_used_and_is_listed_in_the_terms_of_any() {
    let world = World::new().await;
    let ready = world.client.send(ListReadyFaults::default()).await.unwrap().items;
    assert!(ready.len() >= 6, "{ready:?}");
    for ready in ready {
        let used = world.client.send(UseFault { ready_name: ready.name.clone() }).await.unwrap();
        for (used, own) in used.items.iter().zip(&ready.rules) {
            let used = Fault { id: 0, left: None, ..used.clone() };
            assert_eq!(&used, own);
            assert_eq!(used.name.as_deref(), Some(&*ready.name));
        }
    }
    world.client.send(ClearFaults {}).await.unwrap();
    assert!(rules(&world).await.is_empty());
}

#[tokio::test]
async fn what_is_no_rule_is_refused_by_its_field_and_adds_nothing() {
    let world = World::new().await;
    let add = AddFault { status: Some(500), ..Default::default() };
    let text = |text: &str| Some(text.to_owned());
    for (rule, says) in [
        (AddFault::default(), "it does nothing"),
        (AddFault { status: Some(99), ..Default::default() }, "status: 99 is not"),
        (AddFault { error: text("no"), ..Default::default() }, "status: must be said"),
        (
            AddFault { operation: text("creat-block"), ..add.clone() },
            "did you mean `create-block`?",
        ),
        (AddFault { family: text("blok"), ..add.clone() }, "family: there is no group `blok`"),
        (AddFault { younger_than: text("soon"), ..add.clone() }, "younger_than: `soon` is no"),
        (AddFault { latency: text("2s..1s"), ..Default::default() }, "latency: `2s..1s` goes"),
        (AddFault { probability: Some(1.5), ..add.clone() }, "probability: 1.5 is not"),
        (AddFault { times: Some(0), ..add.clone() }, "times: must be at least 1"),
        (
            AddFault { having: Some(vec!["region".into()]), ..add.clone() },
            "having: `region` is not",
        ),
        (AddFault { hidden: Some(true), ..Default::default() }, "hidden: say which things"),
        (AddFault { hidden: Some(true), ..add }, "a rule of their own"),
        (
            AddFault { sold_out: Some(vec!["xyz".into()]), ..Default::default() },
            "sold_out: `xyz` is no region and no plan",
        ),
    ] {
        let (status, error) = refused(world.client.send(rule).await);
        assert_eq!(status, 400, "{error}");
        assert!(error.contains(says), "{error} has no {says}");
    }
    let wrong = world.client.send(UseFault { ready_name: "429-strom".into() }).await;
    assert!(refused(wrong).1.contains("did you mean `429-storm`?"));
    let (status, error) = refused(world.client.send(DeleteFault { fault_id: 9 }).await);
    assert_eq!((status, &*error), (404, "fault_id: there is no rule 9; there are none"));
    assert!(rules(&world).await.is_empty());
}

#[tokio::test]
async fn lifecycles_are_stuck_until_the_rule_goes() {
    let world = World::new().await;
    let used = world.client.send(UseFault { ready_name: "stuck-pending".into() }).await.unwrap();
    let made = world.client.send(instance()).await.unwrap();
    let volume = world.client.send(block()).await.unwrap();
    world.settle().await;
    let get = GetInstance { instance_id: made.id };
    let status = async || world.client.send(get.clone()).await.unwrap().status.text();
    assert_eq!(status().await, "pending");
    let (_, volume) = world.raw("GET", &format!("/v2/blocks/{}", volume.id), "").await;
    assert!(volume.contains(r#""status":"active""#), "another kind goes on: {volume}");
    assert!(rules(&world).await[0].acted > 0);
    for rule in used.items {
        world.client.send(DeleteFault { fault_id: rule.id }).await.unwrap();
    }
    world.settle().await;
    assert_eq!(status().await, "active");
}

#[tokio::test]
async fn a_driver_that_fails_twice_is_tried_again() {
    let world = World::new().await;
    let rule = AddFault {
        family: Some("block".into()),
        fails: Some("the driver does not answer".into()),
        times: Some(2),
        ..Default::default()
    };
    add(&world, rule).await;
    let made = world.client.send(block()).await.unwrap();
    world.settle().await;
    let path = format!("/v2/blocks/{}", made.id);
    assert!(world.raw("GET", &path, "").await.1.contains(r#""status":"active""#));
    let rules = rules(&world).await;
    assert_eq!((rules[0].acted, rules[0].left), (2, Some(0)));
    for (rule, says) in [
        (AddFault { stuck: Some(true), times: Some(1), ..Default::default() }, "stuck: things are"),
        (
            AddFault { stuck: Some(true), status: Some(500), ..Default::default() },
            "status: is about",
        ),
        (
            AddFault { stuck: Some(true), family: Some("region".into()), ..Default::default() },
            "family: nothing of `region` has a lifecycle",
        ),
    ] {
        let (status, error) = refused(world.client.send(rule).await);
        assert!(status == 400 && error.contains(says), "{error}");
    }
}
