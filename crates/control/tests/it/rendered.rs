//! Pages and items that were rendered before are as those that are rendered afresh, whatever happened
//! in between, on both stores and behind two servers.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use store::testing;
use testkit::{KEY, World};

use crate::common::servers::two_servers;
use crate::common::stores::both;
use crate::common::{self, PLAN};

/// What is done to the account's things; numbers say which of them, and how.
#[derive(Debug, Clone)]
enum Op {
    Create { label: usize, networks: Vec<usize> },
    Change { nth: usize, label: usize },
    Attach { nth: usize, network: usize },
    Detach { nth: usize, network: usize },
    Power { nth: usize, on: bool },
    Delete { nth: usize },
    CreateNetwork,
    ChangeNetwork { nth: usize },
    DeleteNetwork { nth: usize },
    Permit { secrets: bool },
    Work,
}

fn op() -> impl Strategy<Value = Op> {
    let nth = any::<prop::sample::Index>().prop_map(|index| index.index(1_000));
    let (a, b) = (nth.clone(), nth.clone());
    let networks = prop::collection::vec(nth.clone(), 0..3);
    prop_oneof![
        4 => (a.clone(), networks).prop_map(|(label, networks)| Op::Create { label, networks }),
        3 => (a.clone(), b.clone()).prop_map(|(nth, label)| Op::Change { nth, label }),
        3 => (a.clone(), b.clone()).prop_map(|(nth, network)| Op::Attach { nth, network }),
        2 => (a.clone(), b).prop_map(|(nth, network)| Op::Detach { nth, network }),
        2 => (a.clone(), any::<bool>()).prop_map(|(nth, on)| Op::Power { nth, on }),
        2 => a.clone().prop_map(|nth| Op::Delete { nth }),
        2 => Just(Op::CreateNetwork),
        1 => a.clone().prop_map(|nth| Op::ChangeNetwork { nth }),
        2 => a.prop_map(|nth| Op::DeleteNetwork { nth }),
        1 => any::<bool>().prop_map(|secrets| Op::Permit { secrets }),
        4 => Just(Op::Work),
    ]
}

/// Who asks, and by which name of the server.
struct Caller {
    key: String,
    host: &'static str,
}

/// What one caller is answered.
async fn ask(world: &World, caller: &Caller, method: &str, path: &str, body: Value) -> String {
    let request = http::Request::builder().method(method).uri(path);
    let request = request
        .header("authorization", format!("Bearer {}", caller.key))
        .header("host", caller.host)
        .header("content-type", "application/json");
    let body = if method == "GET" { String::new() } else { body.to_string() };
    world.exchange(request.body(body.into()).unwrap()).await.into_body()
}

/// The ids of all of a list.
async fn ids(world: &World, list: &str) -> Vec<String> {
    let (_, text) = world.raw("GET", &format!("/v2/{list}?per_page=500"), "").await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    let items = answer.as_object().unwrap().values().next().unwrap().as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// One of these, if there is any.
fn one(ids: &[String], nth: usize) -> Option<&String> {
    ids.get(nth % ids.len().max(1))
}

async fn act(world: &World, user: &str, op: &Op) -> Option<(u16, String)> {
    let (instances, networks) = (ids(world, "instances").await, ids(world, "vpcs").await);
    let label = |label: usize| format!("label-{}", label % 3);
    let (method, path, body) = match op {
        Op::Create { label: text, networks: which } => {
            let networks: Vec<_> = which.iter().filter_map(|nth| one(&networks, *nth)).collect();
            let body = json!({ "region": "ewr", "plan": PLAN, "os_id": common::OS,
                "label": label(*text), "attach_vpc": networks });
            ("POST", "/v2/instances".to_owned(), body)
        }
        Op::Change { nth, label: text } => {
            let body = json!({ "label": label(*text), "tags": [label(text + 1)] });
            ("PATCH", format!("/v2/instances/{}", one(&instances, *nth)?), body)
        }
        Op::Attach { nth, network } | Op::Detach { nth, network } => {
            let way = if matches!(op, Op::Attach { .. }) { "attach" } else { "detach" };
            let path = format!("/v2/instances/{}/vpcs/{way}", one(&instances, *nth)?);
            ("POST", path, json!({ "vpc_id": one(&networks, *network)? }))
        }
        Op::Power { nth, on } => {
            let way = if *on { "start" } else { "halt" };
            ("POST", format!("/v2/instances/{}/{way}", one(&instances, *nth)?), json!({}))
        }
        Op::Delete { nth } => {
            ("DELETE", format!("/v2/instances/{}", one(&instances, *nth)?), json!({}))
        }
        Op::CreateNetwork => ("POST", "/v2/vpcs".to_owned(), json!({ "region": "ewr" })),
        Op::ChangeNetwork { nth } => {
            let body = json!({ "description": format!("{nth}") });
            ("PUT", format!("/v2/vpcs/{}", one(&networks, *nth)?), body)
        }
        Op::DeleteNetwork { nth } => {
            ("DELETE", format!("/v2/vpcs/{}", one(&networks, *nth)?), json!({}))
        }
        Op::Permit { secrets } => {
            let acl = if *secrets { "subscriptions" } else { "subscriptions_view" };
            ("PATCH", format!("/v2/users/{user}"), json!({ "acls": [acl] }))
        }
        Op::Work => {
            world.settle().await;
            return None;
        }
    };
    Some(world.raw(method, &path, &body.to_string()).await)
}

/// Holds every page, and each item alone, against the same page with what is owed, which is rendered
/// afresh.
async fn compare(world: &World, callers: &[Caller], op: &Op) {
    for caller in callers {
        for query in ["per_page=100", "per_page=3", "label=label-1", "label=label-1&region=ewr"] {
            let path = format!("/v2/instances?{query}");
            let kept = ask(world, caller, "GET", &path, Value::Null).await;
            let path = format!("{path}&show_pending_charges=true");
            let afresh = ask(world, caller, "GET", &path, Value::Null).await;
            let mut afresh: Value = serde_json::from_str(&afresh).unwrap();
            for item in afresh["instances"].as_array_mut().expect(&kept) {
                let path = format!("/v2/instances/{}", item["id"].as_str().unwrap());
                let alone = ask(world, caller, "GET", &path, Value::Null).await;
                assert_eq!(alone, json!({ "instance": item }).to_string(), "after {op:?}");
                let owed = item.as_object_mut().unwrap().shift_remove("pending_charges");
                assert!(owed.is_some());
            }
            assert_eq!(kept, afresh.to_string(), "{query} after {op:?}");
        }
    }
}

/// Does one thing after the other on one of these servers of the same data and the next; after each
/// all pages of all servers are right.
async fn all_pages_are_right(worlds: &[Arc<World>], cases: usize) {
    let user = json!({ "email": "looks@example.com", "name": "looks",
        "password": "Correct-Horse-7", "acls": ["subscriptions_view"] });
    let (status, text) = worlds[0].raw("POST", "/v2/users", &user.to_string()).await;
    assert!(status < 300, "{text}");
    let made: Value = serde_json::from_str(&text).unwrap();
    let made = made.get("user").unwrap_or(&made);
    let (user, key) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    let caller = |key: &str, host| Caller { key: key.to_owned(), host };
    let callers =
        [caller(KEY, "localhost:1"), caller(KEY, "127.0.0.1:2"), caller(key, "localhost:1")];
    let (mut runner, mut done) = (TestRunner::deterministic(), 0);
    for n in 0..cases {
        let op = op().new_tree(&mut runner).unwrap().current();
        let outcome = act(&worlds[n % worlds.len()], user, &op).await;
        done += usize::from(outcome.is_some_and(|(status, _)| status < 300));
        for world in worlds {
            compare(world, &callers, &op).await;
        }
    }
    assert!(done > cases / 3, "only {done} of {cases} did anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_right_after_every_change() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        all_pages_are_right(&[world], 120).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_right_after_a_change_by_another_server() {
    let Some(worlds) = two_servers().await else { return };
    all_pages_are_right(&worlds, 40).await;
}

/// What nobody noted is not seen, so what is shown was not read again.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_rendered_again() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        let id = common::instance(&world).await;
        let path = format!("/v2/instances/{id}");
        let label = async |path: &str| {
            let (_, text) = world.raw("GET", path, "").await;
            let answer: Value = serde_json::from_str(&text).unwrap();
            let shown = answer.get("instance").unwrap_or(&answer["instances"][0]);
            shown["label"].as_str().unwrap().to_owned()
        };
        world.raw("PATCH", &path, r#"{"label":"before"}"#).await;
        world.settle().await;
        assert_eq!(label("/v2/instances").await, "before");
        let behind = "UPDATE resource SET desired = replace(desired, 'before', 'behind')";
        testing::run(&world.store, behind).await.unwrap();
        assert_eq!(label(&path).await, "behind");
        assert_eq!(label("/v2/instances").await, "before");
        assert_eq!(label("/v2/instances?show_pending_charges=true").await, "behind");
        world.raw("PATCH", &path, r#"{"tags":["new"]}"#).await;
        assert_eq!(label("/v2/instances").await, "behind");
    }
}
