//! What agents rely on. The protocol itself is shown by conformance/mcp.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;

use presentation::operations;
use presentation::schema::{self, Kind};
use rmcp::model::CallToolRequestParams;
use sdk::Client;
use sdk::transport::{Request, Response};
use serde_json::{Map, Value, json};
use testkit::{Body, KEY, World};

use crate::tools::{self, Effect};
use crate::{Config, Mcp, ask};

fn here(world: &World) -> Mcp {
    Mcp::with_client(world.client.clone(), Config::default())
}

/// An agent for which the same world is elsewhere.
fn elsewhere(world: &World, allow_remote: bool) -> Mcp {
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    let router = world.router.clone();
    let transport = move |request: Request| {
        let router = router.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            parts.headers.insert("host", "127.0.0.1".parse().unwrap());
            let request = testkit::http::Request::from_parts(parts, Body::from(body));
            let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
            Ok(Response::from_parts(parts, body.collect().await.unwrap().to_bytes()))
        }
    };
    let client = Client::builder("http://192.0.2.1").key(KEY).attempts(1).transport(transport);
    Mcp::with_client(client.build().unwrap(), Config { allow_remote, ..Config::default() })
}

async fn call(mcp: &Mcp, tool: &'static str, arguments: Value) -> Result<String, String> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    let mut request = CallToolRequestParams::new(tool);
    request.arguments = Some(arguments);
    ask::call(mcp, request).await
}

fn order(label: &str) -> Value {
    json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label })
}

#[tokio::test]
async fn elsewhere_nothing_is_lost_by_whatever_tool() {
    let world = World::running().await;
    let own = here(&world);
    let create = json!({ "family": "instance", "fields": order("web"), "wait": true });
    call(&own, "create", create).await.unwrap();
    let before = call(&own, "get", json!({ "family": "instance", "id": "web" })).await.unwrap();

    let far = elsewhere(&world, true);
    let listed = call(&far, "list", json!({ "family": "instance" })).await.unwrap();
    assert!(listed.contains("web"), "{listed}");
    for (tool, arguments) in [
        ("destroy", json!({ "id": "web" })),
        ("destroy", json!({ "id": "web", "action": "reinstall" })),
        ("destroy", json!({ "id": "web", "action": "update", "fields": { "os_id": 2284 } })),
        ("change", json!({ "id": "web", "action": "delete" })),
        ("change", json!({ "id": "web", "fields": { "os_id": 2284 } })),
        ("create", json!({ "fields": {}, "within": ["web"], "action": "reinstall" })),
        ("get", json!({ "id": "web", "action": "delete" })),
    ] {
        let mut arguments = arguments;
        arguments["family"] = "instance".into();
        let said = call(&far, tool, arguments.clone()).await.unwrap_err();
        assert!(said.contains("destroy"), "{tool} {arguments}: {said}");
    }
    let said = call(&far, "world", json!({ "action": "reset" })).await.unwrap_err();
    assert!(said.contains("not on this machine"), "{said}");
    let after = call(&own, "get", json!({ "family": "instance", "id": "web" })).await.unwrap();
    assert_eq!(before, after);

    let offered: Vec<_> = tools::all(false).into_iter().map(|tool| tool.name).collect();
    assert_eq!(offered, ["describe", "list", "get", "create", "change", "wait"]);
}

#[tokio::test]
async fn elsewhere_has_to_be_allowed() {
    let world = World::running().await;
    let said = call(&elsewhere(&world, false), "list", json!({ "family": "instance" })).await;
    assert!(said.unwrap_err().contains("--allow-remote"));
}

#[tokio::test]
async fn what_was_wrong_is_said_in_an_agents_words() {
    let world = World::running().await;
    let own = here(&world);
    let refused = async |tool, arguments| call(&own, tool, arguments).await.unwrap_err();
    let said =
        refused("create", json!({ "family": "instance", "fields": { "region": "ewr" } })).await;
    assert!(said.starts_with("missing: plan\n") && said.contains("- plan (required)"), "{said}");
    let fields = json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": "many" });
    let said = refused("create", json!({ "family": "instance", "fields": fields })).await;
    assert!(said.contains("os_id") && !said.contains("--"), "{said}");
    let said =
        refused("change", json!({ "family": "instance", "id": "nobody", "action": "halt" })).await;
    assert!(said.contains("no instance `nobody`") && !said.contains("INSTANCE_ID"), "{said}");
    let said = refused("list", json!({ "family": "record" })).await;
    assert!(said.contains("within: [dns_domain]"), "{said}");
}

#[test]
fn every_operation_is_offered_by_the_tool_for_what_it_does() {
    let mut effects = BTreeSet::new();
    for operation in operations::with_own() {
        let effect = Effect::always(&operation);
        effects.insert(format!("{effect:?}"));
        assert_eq!(effect == Effect::Reads, operation.reads(), "{}", operation.op.id);
        let schema = operation.request();
        let params = operation.path_fields();
        let value = |shape: &Value| match schema::kind(&schema, shape) {
            Kind::Flag => json!(true),
            Kind::Integer | Kind::Number => json!(1),
            Kind::Word(words) => words[0].clone().into(),
            _ => json!("-x"),
        };
        let needed = schema::required(&schema);
        let wanted = |name: &str| params.iter().any(|p| p == name) || needed.contains(&name);
        let fields = schema::fields(&schema).filter(|(name, _)| wanted(name));
        let mut fields: Map<String, Value> =
            fields.map(|(name, shape)| (name.clone(), value(shape))).collect();
        if operation.command == "update" {
            let (name, shape) = schema::fields(&schema).find(|(n, _)| !params.contains(n)).unwrap();
            fields.insert(name.clone(), value(shape));
        }
        let (line, _) = ask::line(&operation, fields).unwrap();
        let words = std::iter::once("kettle".to_owned()).chain(line.words());
        let parsed = cli::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{}: {}", operation.op.id, parsed.unwrap_err());
    }
    assert_eq!(effects.len(), 3);
}
