//! v1 as the server itself serves it, and as the gateway does over the network.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may panic as tests do")]

mod common;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use common::{Answer, exchange, form, request, text};
use control::Behave;
use testkit::World;
use tokio::net::TcpListener;
use tokio::sync::watch;
use v1::{Config, Gateway, Ids, Mode, StoreIds, Upstream};

#[tokio::test]
async fn the_server_answers_both_versions() {
    let world = World::new().await;
    let answer = exchange(&world.router, request("GET", "server/list", "")).await;
    let empty = Answer { status: 200, kind: "application/json".into(), body: "[]".into() };
    assert_eq!(answer, empty);
    let answer = exchange(&world.router, request("GET", "nothing/such", "")).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, "Invalid API endpoint"));
    let behind = axum::http::Request::get("/v2/v1/server/list").header("API-Key", testkit::KEY);
    let answer = exchange(&world.router, behind.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "[]"), "behind the address of v2");
    assert_eq!(world.raw("GET", "/v2/instances", "").await.0, 200);
    assert_eq!(world.raw("GET", "/v2/nothing", "").await.0, 404);
}

#[tokio::test]
async fn as_vultr_behaves_the_third_call_in_a_second_is_503() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let ask = || exchange(&world.router, request("GET", "account/info", ""));
    assert_eq!((ask().await.status, ask().await.status), (200, 200));
    assert_eq!(ask().await.status, 503);
}

#[tokio::test]
async fn a_key_that_is_limited_to_a_network_is_refused_from_elsewhere() {
    let world = World::new().await;
    let params = [
        ("email", "a@example.com"),
        ("name", "A"),
        ("password", "Sufficient-42-long"),
        ("acls[]", "subscriptions"),
    ];
    let made = exchange(&world.router, request("POST", "user/create", &form(&params))).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let (_, users) = world.raw("GET", "/v2/users", "").await;
    let users: serde_json::Value = serde_json::from_str(&users).unwrap();
    let path = format!("/v2/users/{}/ip-whitelist", text(&users["users"][0]["id"]));
    let network = r#"{"subnet":"203.0.113.0","subnet_size":24}"#;
    assert_eq!(world.raw("POST", &path, network).await.0, 204);
    let ask = async |from: &str| {
        let mut request = http::Request::builder()
            .uri("/v1/sshkey/list")
            .header("API-Key", text(&made["api_key"]))
            .body(Body::empty())
            .unwrap();
        let peer: SocketAddr = format!("{from}:4000").parse().unwrap();
        request.extensions_mut().insert(server::Peer(peer));
        exchange(&world.router, request).await
    };
    assert_eq!(ask("203.0.113.9").await.status, 200);
    let refused = ask("192.0.2.1").await;
    let words = "Your IP (192.0.2.1) is not authorized to use this API key";
    assert_eq!((refused.status, refused.body.as_str()), (403, words));
}

#[tokio::test]
async fn the_gateway_serves_v1_in_front_of_an_endpoint() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    let limits = server::Limits::default();
    let serving = tokio::spawn(server::serve(listener, world.router.clone(), limits, stopped));
    let own = store::Store::open(&store::Location::Memory).await.unwrap();
    let gateway = v1::router(Config {
        upstream: Arc::new(Gateway::new(endpoint).unwrap()),
        ids: Arc::new(StoreIds::new(own)),
        catalog: Arc::new(control::catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
    });
    let create = "DCID=1&VPSPLANID=201&OSID=387&label=old";
    let made = exchange(&gateway, request("POST", "server/create", create)).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let params = format!("SUBID={}", text(&made["SUBID"]));
    world.settle().await;
    let server = exchange(&gateway, request("GET", "server/list", &params)).await;
    let server: serde_json::Value = serde_json::from_str(&server.body).unwrap();
    assert_eq!((&server["label"], &server["status"]), (&"old".into(), &"active".into()));
    let done = exchange(&gateway, request("POST", "server/destroy", &params)).await;
    assert_eq!((done.status, done.body.as_str()), (200, ""));
    let wrong = http::Request::builder().uri("/v1/server/list").header("API-Key", "WRONG");
    let wrong = exchange(&gateway, wrong.body(Body::empty()).unwrap()).await;
    assert_eq!((wrong.status, wrong.body.as_str()), (403, "Invalid API key"));
    drop(gateway);
    stop.send_replace(true);
    serving.await.unwrap();
}

/// A gateway to an endpoint.
async fn gateway(world: &World, upstream: impl Upstream) -> axum::Router {
    let own = store::Store::open(&store::Location::Memory).await.unwrap();
    v1::router(Config {
        upstream: Arc::new(upstream),
        ids: Arc::new(StoreIds::new(own)),
        catalog: Arc::new(control::catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
    })
}

#[tokio::test]
async fn an_endpoint_that_is_away_is_503_since_nothing_was_done() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let world = World::new().await;
    let gateway = gateway(&world, Gateway::new(endpoint).unwrap()).await;
    for (method, path) in [("POST", "sshkey/create?name=k&ssh_key=ssh-rsa%20A"), ("GET", "os/list")]
    {
        let request = http::Request::builder().method(method).uri(format!("/v1/{path}"));
        let answer =
            exchange(&gateway, request.header("API-Key", "K").body(Body::empty()).unwrap());
        let answer = answer.await;
        assert_eq!((answer.status, answer.kind.as_str()), (503, "text/html; charset=UTF-8"));
        assert!(answer.body.contains("nothing was done"), "{}", answer.body);
    }
}

/// An endpoint that answers everything so, or not at all.
fn endpoint(answer: Option<(u16, &'static str)>) -> impl Upstream {
    let transport = move |_: sdk::transport::Request| async move {
        let Some((status, body)) = answer else { return std::future::pending().await };
        let mut response = sdk::transport::Response::new(body.into());
        *response.status_mut() = status.try_into().unwrap();
        Ok(response)
    };
    move |key: &str, _: &http::Extensions| {
        let builder = sdk::Client::builder("http://127.0.0.1:1").key(key).attempts(1);
        builder.attempt_timeout(Duration::from_millis(1)).transport(transport).build()
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_is_told_apart_by_what_a_caller_can_do() {
    let world = World::new().await;
    let page = "<html><body>Just a moment</body></html>";
    let internal = "Internal server error.  Try again at a later time";
    for (answer, status, words) in [
        (Some((500, r#"{"error":"secret","status":500}"#)), 500, internal),
        (Some((502, "secret")), 500, internal),
        (Some((502, page)), 500, "answered with a page for people: whether a change was made"),
        (Some((503, r#"{"error":"secret","status":503}"#)), 503, "so nothing was done"),
        (Some((503, page)), 503, "so nothing was done"),
        (Some((429, r#"{"error":"slow","status":429}"#)), 503, "Rate limit reached"),
        (Some((200, page)), 500, "answered what cannot be read: whether a change was made"),
        (Some((200, "{}")), 500, "answered what cannot be read: whether a change was made"),
        (Some((302, "")), 500, "answered what cannot be read: whether a change was made"),
        (Some((403, page)), 500, "answered with a page for people: whether a change was made"),
        (Some((401, r#"{"error":"Invalid API token.","status":401}"#)), 403, "Invalid API key"),
        (None, 500, "did not answer in time: whether a change was made"),
    ] {
        let gateway = gateway(&world, endpoint(answer)).await;
        for (method, path) in [("POST", "network/create"), ("GET", "server/list")] {
            let params = if method == "POST" { "DCID=1" } else { "" };
            let told = exchange(&gateway, request(method, path, params)).await;
            assert_eq!(told.status, status, "{answer:?} {path} {told:?}");
            assert_eq!(told.kind, "text/html; charset=UTF-8", "{answer:?} {path}");
            assert!(told.body.contains(words), "{answer:?} {path} {told:?}");
            assert!(!told.body.contains("secret") && !told.body.contains("Just a"), "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_page_with_404_does_not_say_that_a_thing_is_not_there() {
    let world = World::new().await;
    let ids = StoreIds::new(world.store.clone());
    let number = ids.numbers(v1::Space::Network, &[uuid::Uuid::from_u128(7)]).await.unwrap()[0];
    let gateway = v1::router(Config {
        upstream: Arc::new(endpoint(Some((404, "<html>Not found</html>")))),
        ids: Arc::new(ids),
        catalog: Arc::new(control::catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
    });
    let params = format!("NETWORKID={}", v1::Space::Network.text(number));
    let told = exchange(&gateway, request("POST", "network/destroy", &params)).await;
    assert_eq!(told.status, 500, "{told:?}");
}

#[tokio::test]
async fn a_letter_is_written_to_who_orders_a_server_unless_told_not_to() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let bodies = sent.clone();
    let transport = move |request: sdk::transport::Request| {
        let answer = match request.method().as_str() {
            "POST" => {
                let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
                bodies.lock().unwrap().push(body["activation_email"].clone());
                r#"{"instance":{"id":"0192c8f0-0000-7000-8000-000000000001"}}"#
            }
            _ => r#"{"account":{"acls":[]}}"#,
        };
        async move { Ok(sdk::transport::Response::new(answer.into())) }
    };
    let upstream = move |key: &str, _: &http::Extensions| {
        sdk::Client::builder("http://127.0.0.1:1").key(key).transport(transport.clone()).build()
    };
    let world = World::new().await;
    let gateway = gateway(&world, upstream).await;
    for more in ["", "&notify_activate=yes", "&notify_activate=no"] {
        let params = format!("DCID=1&VPSPLANID=201&OSID=387{more}");
        let made = exchange(&gateway, request("POST", "server/create", &params)).await;
        assert_eq!(made.status, 200, "{made:?}");
    }
    let letters = sent.lock().unwrap().clone();
    assert_eq!(letters, [true, true, false]);
}
