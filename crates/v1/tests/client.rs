//! The SDK's typed calls of v1 against the server's table, and against a server.

use std::collections::BTreeMap;

use http_body_util::BodyExt;
use sdk::transport::{Request, Response};
use sdk::v1::*;
use serde_json::json;
use testkit::{KEY, World};
use tower::ServiceExt;

#[test]
fn the_sdk_and_the_server_agree_on_every_call() {
    let ours: BTreeMap<_, _> = v1::calls::all().map(|call| (call.path, call)).collect();
    assert_eq!(CALLS.len(), 157);
    for entry in CALLS {
        let call = ours[entry.path];
        let verb = if entry.verb == Verb::Get { "GET" } else { "POST" };
        assert_eq!(verb, call.verb.as_str(), "{}", entry.path);
        let theirs: Vec<_> = entry.params.iter().map(|(name, _)| *name).collect();
        let names: Vec<_> = call.params.iter().map(|param| param.name).collect();
        assert_eq!(theirs, names, "{}", entry.path);
        for (param, (name, required)) in call.params.iter().zip(entry.params) {
            // A list that is empty is not sent, whichever it is.
            let is_list = param.kind == v1::Kind::List;
            assert!(is_list || param.required == *required, "{} {name}", entry.path);
        }
    }
}

fn client(world: &World, key: &str) -> Client {
    let router = world.router.clone();
    let transport = move |request: Request| {
        let router = router.clone();
        async move {
            let request = request.map(axum::body::Body::from);
            let response = router.oneshot(request).await.expect("routers answer");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("the body is at hand").to_bytes();
            Ok(Response::from_parts(parts, body))
        }
    };
    let builder = sdk::Client::builder("http://127.0.0.1:8787").transport(transport);
    Client::with(builder.attempts(1), key).expect("a client")
}

#[tokio::test]
async fn typed_calls_make_change_and_destroy_a_server() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let create = ServerCreate {
        dcid: 1,
        plan: 201,
        os: 387,
        enable_ipv6: Some(true),
        label: Some("typed & sent".into()),
        ..Default::default()
    };
    let made = client.call(&create).await.unwrap();
    world.settle().await;
    let subid = made["SUBID"].as_str().unwrap().parse().unwrap();
    client.call(&ServerHalt { subid }).await.unwrap();
    world.settle().await;
    let list = ServerList { subid: Some(subid), ..Default::default() };
    let server = client.call(&list).await.unwrap();
    assert_eq!(server["label"], "typed & sent");
    assert_eq!(server["power_status"], "stopped");
    client.call(&ServerDestroy { subid }).await.unwrap();
    assert_eq!(client.call(&ServerList::default()).await.unwrap(), json!([]));
    match client.call(&ServerHalt { subid }).await {
        Err(sdk::Error::Refused(refusal)) => {
            assert_eq!(refusal.status, 412);
            assert!(refusal.error.starts_with("Invalid server.  Check SUBID"), "{refusal}");
        }
        other => panic!("{other:?}"),
    }
    let user = UserCreate {
        email: "a@example.com".into(),
        name: "A".into(),
        password: "Sufficient-42-long".into(),
        acls: vec!["dns".into(), "billing".into()],
        ..Default::default()
    };
    client.call(&user).await.unwrap();
    let users = client.call(&UserList {}).await.unwrap();
    assert_eq!(users[0]["acls"], json!(["dns", "billing"]));
}

#[tokio::test]
async fn raw_calls_bring_the_whole_answer_or_its_text() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let answer = client.response(Verb::Get, "/v1/server/list", &[]).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "[]"));
    assert_eq!(client.text(Verb::Get, "server/list", &[]).await.unwrap(), "[]");
    let params = [("domain", "example.com"), ("serverip", "192.0.2.1")];
    let text = client.text(Verb::Post, "dns/create_domain", &params).await.unwrap();
    assert_eq!(text, "200 OK");
    let nothing = client.response(Verb::Get, "no/such", &[]).await.unwrap();
    assert_eq!(nothing.status.as_u16(), 400);
}

#[tokio::test]
async fn without_a_key_only_public_calls_are_answered() {
    let world = World::new().await;
    let client = client(&world, "");
    assert!(client.call(&OsList {}).await.unwrap().is_object());
    let refused = client.call(&ServerList::default()).await.unwrap_err();
    assert_eq!(refused.status(), Some(403));
}
