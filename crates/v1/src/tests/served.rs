//! v1 as the server itself serves it, and as the gateway does over the network.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use control::Behave;
use http_body_util::BodyExt;
use testkit::World;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt;
use v1::{Config, Gateway, Ids, Mode, StoreIds, Upstream};

use super::common::{Answer, exchange, form, request, text};

/// How long a gateway of these tests remembers what a key may do.
const REMEMBER: Duration = Duration::from_secs(30);

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
async fn a_console_is_at_the_host_that_was_asked() {
    let world = World::new().await;
    let create = api::instances::CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        ..Default::default()
    };
    let id = world.client.instances().create(create).await.unwrap().id;
    world.settle().await;
    let kvm = async |host: Option<&str>| {
        let mut ask = request("GET", "server/list", "");
        if let Some(host) = host {
            ask.headers_mut().insert("host", host.parse().unwrap());
        }
        let answer = exchange(&world.router, ask).await;
        let all: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let server = all.as_object().unwrap().values().next().unwrap();
        text(&server["kvm_url"]).to_owned()
    };
    for (asked, told) in [
        (Some("localhost:4711"), "localhost:4711"),
        (Some("[::1]:80"), "[::1]:80"),
        (Some("api.vultr.com"), "127.0.0.1:8787"),
        (None, "127.0.0.1:8787"),
    ] {
        assert_eq!(kvm(asked).await, format!("http://{told}/_kettle/console/{id}"), "{asked:?}");
    }
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
    let journal = server::Journal::new(world.clock.clone());
    let router = world.router.clone();
    let serving = tokio::spawn(server::serve(listener, router, limits, journal, stopped));
    let own = store::Store::open(&store::Location::Memory).await.unwrap();
    let gateway = v1::router(Config {
        upstream: Arc::new(Gateway::new(endpoint).unwrap()),
        ids: Arc::new(StoreIds::new(own)),
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: REMEMBER,
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
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: REMEMBER,
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
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: Duration::ZERO,
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

/// v2 of a world, which lets others go first, and does `meanwhile` after each change.
fn interrupted<F>(
    world: &World,
    meanwhile: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> impl Upstream
where
    F: Future<Output = ()> + Send + 'static,
{
    let v2 = world.router.clone();
    let transport = move |request: sdk::transport::Request| {
        let (v2, meanwhile) = (v2.clone(), meanwhile.clone());
        async move {
            tokio::task::yield_now().await;
            let is_change = request.method() == http::Method::PATCH;
            let response = v2.oneshot(request.map(Body::from)).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            tokio::task::yield_now().await;
            if is_change {
                meanwhile().await;
            }
            Ok(sdk::transport::Response::from_parts(parts, body))
        }
    };
    move |key: &str, _: &http::Extensions| {
        let builder = sdk::Client::builder("http://127.0.0.1:1").key(key).attempts(1);
        builder.transport(transport.clone()).build()
    }
}

/// A load balancer and so many servers, in a gateway.
async fn balancer(world: &World, gateway: &axum::Router, servers: usize) -> (String, Vec<String>) {
    let make = async |path: &str, params: &str| {
        let made = exchange(gateway, request("POST", path, params)).await;
        let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
        text(&made["SUBID"])
    };
    let balancer = make("loadbalancer/create", "DCID=1").await;
    let mut all = Vec::new();
    for _ in 0..servers {
        all.push(make("server/create", "DCID=1&VPSPLANID=201&OSID=387").await);
    }
    world.settle().await;
    (balancer, all)
}

async fn attached(gateway: &axum::Router, balancer: &str) -> BTreeSet<String> {
    let params = format!("SUBID={balancer}");
    let list = exchange(gateway, request("GET", "loadbalancer/instance_list", &params)).await;
    let list: serde_json::Value = serde_json::from_str(&list.body).unwrap();
    list["instance_list"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn of_servers_attached_and_detached_at_the_same_moment_none_is_lost() {
    let world = World::new().await;
    let gateway = gateway(&world, interrupted(&world, async || ())).await;
    let (balancer, servers) = balancer(&world, &gateway, 6).await;
    let all_at_once = async |call: &str, servers: &[String]| {
        let calls = servers.iter().map(|server| {
            let params = format!("SUBID={balancer}&backendNode={server}");
            let path = format!("loadbalancer/{call}");
            let gateway = &gateway;
            async move { exchange(gateway, request("POST", &path, &params)).await }
        });
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        }
        attached(&gateway, &balancer).await
    };
    let all: BTreeSet<_> = servers.iter().cloned().collect();
    assert_eq!(all_at_once("instance_attach", &servers).await, all);
    let left: BTreeSet<_> = servers[4..].iter().cloned().collect();
    assert_eq!(all_at_once("instance_detach", &servers[..4]).await, left);
}

#[tokio::test]
async fn a_server_is_attached_although_the_list_is_replaced_through_v2_meanwhile() {
    let world = World::new().await;
    let (v2, others) = (world.router.clone(), Arc::new(Mutex::new(None::<(String, String)>)));
    let once = others.clone();
    let replace = move || {
        let (v2, other) = (v2.clone(), once.lock().unwrap().take());
        async move {
            let Some((path, body)) = other else { return };
            let request = http::Request::builder().method("PATCH").uri(path);
            let request = request.header("authorization", format!("Bearer {}", testkit::KEY));
            let answer = v2.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
            assert!(answer.status().is_success());
        }
    };
    let gateway = gateway(&world, interrupted(&world, replace)).await;
    let (balancer, servers) = balancer(&world, &gateway, 2).await;
    let id = async |path: &str, list: &str| {
        let (_, answer) = world.raw("GET", path, "").await;
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer[list].as_array().unwrap().iter().map(|it| text(&it["id"])).collect::<Vec<_>>()
    };
    let path =
        format!("/v2/load-balancers/{}", id("/v2/load-balancers", "load_balancers").await[0]);
    let replaced = async |call: &str, list: &str| {
        *others.lock().unwrap() = Some((path.clone(), format!(r#"{{"instances":{list}}}"#)));
        let params = format!("SUBID={balancer}&backendNode={}", servers[0]);
        let path = format!("loadbalancer/{call}");
        let answer = exchange(&gateway, request("POST", &path, &params)).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert!(others.lock().unwrap().is_none(), "the list was replaced");
        attached(&gateway, &balancer).await
    };
    let instances = serde_json::json!(id("/v2/instances", "instances").await).to_string();
    assert!(replaced("instance_attach", "[]").await.contains(&servers[0]));
    assert!(!replaced("instance_detach", &instances).await.contains(&servers[0]));
}

#[tokio::test]
async fn a_gateway_asks_what_a_right_key_may_do_once_in_a_while() {
    let world = World::new().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let transport = move |request: sdk::transport::Request| {
        let is_account = request.uri().path() == "/v2/account";
        count.fetch_add(usize::from(is_account), Ordering::SeqCst);
        let is_right = request.headers()["authorization"] == "Bearer RIGHT";
        async move {
            let body = if is_right {
                r#"{"account":{"acls":["dns"]}}"#
            } else {
                r#"{"error":"Invalid API token."}"#
            };
            let mut response = sdk::transport::Response::new(body.into());
            if !is_right {
                *response.status_mut() = http::StatusCode::UNAUTHORIZED;
            }
            Ok(response)
        }
    };
    let upstream = move |key: &str, _: &http::Extensions| {
        sdk::Client::builder("http://127.0.0.1:1").key(key).transport(transport.clone()).build()
    };
    let gateway = gateway(&world, upstream).await;
    let ask = async |key: &str| {
        let request = http::Request::builder().method("POST").header("API-Key", key);
        let request = request.uri("/v1/server/halt?SUBID=x").body(Body::empty()).unwrap();
        exchange(&gateway, request).await.status
    };
    for _ in 0..5 {
        assert_eq!(ask("RIGHT").await, 412);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    world.advance(REMEMBER).await;
    assert_eq!(ask("RIGHT").await, 412);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    // Wrong ones are not remembered: nobody fills the memory with them.
    assert_eq!((ask("WRONG").await, ask("WRONG").await), (403, 403));
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_refusal_of_v2s_reaches_the_caller_as_text() {
    let world = World::new().await;
    let custom = "Please upload select a valid ISO or specify a valid iPXE Chain URL";
    for (said, told) in [
        (custom, custom),
        (
            "label: <b>theirs</b> & more is taken",
            "label: &lt;b&gt;theirs&lt;/b&gt; &amp; more is taken",
        ),
    ] {
        let answer: &str = serde_json::json!({ "error": said, "status": 400 }).to_string().leak();
        let gateway = gateway(&world, endpoint(Some((400, answer)))).await;
        let params = "DCID=1&METALPLANID=100&OSID=159";
        let refused = exchange(&gateway, request("POST", "baremetal/create", params)).await;
        assert_eq!((refused.status, refused.body.as_str()), (412, told));
    }
}
