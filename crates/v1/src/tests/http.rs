//! How v1 travels: keys, eras, limits, its end, and ids that outlive the server.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use testkit::{KEY, World};
use v1::{Config, Limit, Mode, StoreIds};

use super::common::{self, V1, exchange, request, router, text};

fn with_header(method: &str, path: &str, form: &str) -> http::Request<Body> {
    http::Request::builder()
        .method(method)
        .uri(format!("/v1/{path}"))
        .header("API-Key", KEY)
        .body(Body::from(form.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn the_key_is_taken_from_the_query_the_header_and_the_form() {
    let v1 = V1::new().await;
    assert_eq!(v1.exchange(request("GET", "account/info", "")).await.status, 200);
    assert_eq!(v1.exchange(with_header("GET", "account/info", "")).await.status, 200);
    let form = format!("api_key={KEY}&name=k&ssh_key=ssh-rsa%20AAAA");
    let builder = http::Request::builder().method("POST").uri("/v1/sshkey/create");
    assert_eq!(v1.exchange(builder.body(Body::from(form)).unwrap()).await.status, 200);
    // The seed's client puts everything into the query, of a POST too.
    let uri = format!("/v1/sshkey/create?api_key={KEY}&name=k&ssh_key=ssh-rsa%20AAAA");
    let builder = http::Request::builder().method("POST").uri(uri);
    assert_eq!(v1.exchange(builder.body(Body::empty()).unwrap()).await.status, 200);
}

#[tokio::test]
async fn those_who_send_the_header_get_the_types_of_later_years() {
    let v1 = V1::new().await;
    let parse = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap();
    let first = parse(&v1.exchange(request("GET", "os/list", "")).await.body);
    assert_eq!(first["159"]["OSID"], "159");
    let later = parse(&v1.exchange(with_header("GET", "os/list", "")).await.body);
    assert_eq!(later["159"]["OSID"], 159);
    let form = "DCID=1&VPSPLANID=201&OSID=387";
    let made = parse(&v1.exchange(with_header("POST", "server/create", form)).await.body);
    assert!(made["SUBID"].is_string());
    let v2_id = text(&made["v2_id"]);
    let (status, _) = v1.world.raw("GET", &format!("/v2/instances/{v2_id}"), "").await;
    assert_eq!(status, 200);
    v1.world.settle().await;
    let form = format!("SUBID={}", text(&made["SUBID"]));
    let made = parse(&v1.exchange(with_header("POST", "server/create_ipv4", &form)).await.body);
    assert!(text(&made["ipv4"]).parse::<std::net::Ipv4Addr>().is_ok());
}

#[tokio::test]
async fn clients_oddities_are_understood() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    let form = format!("SUBID={subid}");
    for path in
        ["server/list_ipv6", "server/reverse_list_ipv6", "server/upgrade_plan_list", "backup/list"]
    {
        assert_eq!(v1.exchange(request("POST", path, &form)).await.status, 200, "{path}");
    }
    let form = format!("SUBID={subid}&reboot=false");
    assert_eq!(v1.exchange(request("POST", "server/create_ipv4", &form)).await.status, 200);
    // A public call answers whatever key there is, and none.
    let builder = http::Request::builder().uri("/v1/os/list");
    assert_eq!(v1.exchange(builder.body(Body::empty()).unwrap()).await.status, 200);
    let reserved = v1.make("reservedip/create", &[("DCID", "1"), ("ip_type", "v4")]).await;
    v1.act("reservedip/destroy", &[("SUBID", &text(&reserved["SUBID"]))]).await;
}

#[tokio::test]
async fn one_state_behind_both_versions() {
    let v1 = V1::new().await;
    let body = r#"{"region":"ewr","plan":"vc2-1c-1gb","os_id":387,"label":"by v2"}"#;
    let (status, answer) = v1.world.raw("POST", "/v2/instances", body).await;
    assert_eq!(status, 202, "{answer}");
    v1.world.settle().await;
    let (subid, server) = common::only(&v1.get("server/list", &[]).await);
    assert_eq!(server["label"], "by v2");
    v1.act("server/destroy", &[("SUBID", &subid)]).await;
    let (_, list) = v1.world.raw("GET", "/v2/instances", "").await;
    assert!(list.contains(r#""instances":[]"#), "{list}");
}

#[tokio::test]
async fn another_accounts_server_is_as_unknown_as_none() {
    let world = World::builder().open().build().await;
    let router = router(&world, Mode::Alive, None);
    let ask = async |key: &str, path: &str, form: &str| {
        let builder = http::Request::builder().method("POST").uri(format!("/v1/{path}"));
        let request = builder.header("API-Key", key).body(Body::from(form.to_owned())).unwrap();
        exchange(&router, request).await
    };
    let form = "DCID=1&VPSPLANID=201&OSID=387";
    let made = ask("ONEONEONE", "server/create", form).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let form = format!("SUBID={}", text(&made["SUBID"]));
    let refused = ask("TWOTWOTWO", "server/halt", &form).await;
    assert_eq!(refused.status, 412);
    assert!(refused.body.starts_with("Invalid server.  Check SUBID"), "{}", refused.body);
}

#[tokio::test]
async fn two_calls_pass_in_a_second_and_the_third_is_503() {
    let world = World::new().await;
    let router = router(&world, Mode::Alive, Some(Limit::of_v1(world.clock.clone())));
    let ask = || exchange(&router, request("GET", "account/info", ""));
    assert_eq!((ask().await.status, ask().await.status), (200, 200));
    let answer = ask().await;
    let words = "Rate limit reached - please try your request again later.  Current rate limit: 2 \
                 requests/sec";
    assert_eq!((answer.status, answer.body.as_str()), (503, words));
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn gone_it_answers_nothing_but_that() {
    let world = World::new().await;
    let router = router(&world, Mode::Gone, None);
    for path in ["account/info", "os/list", "nothing/such"] {
        let answer = exchange(&router, request("GET", path, "")).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.body.ends_with("Please use API v2."), "{}", answer.body);
    }
}

#[tokio::test]
async fn ids_stay_the_same_over_restarts() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    // Another server process on the same store.
    let other = router(&v1.world, Mode::Alive, None);
    let answer = exchange(&other, request("GET", "server/list", "")).await;
    assert!(answer.body.starts_with(&format!("{{\"{subid}\":")), "{}", answer.body);
}

#[tokio::test]
async fn a_gateway_keeps_its_ids_in_a_store_of_its_own() {
    let world = World::new().await;
    let own = store::Store::open(&store::Location::Memory).await.unwrap();
    let gateway = v1::router(Config {
        upstream: Arc::new(v1::in_process(world.router.clone(), |_, _| {})),
        ids: Arc::new(StoreIds::new(own)),
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: Duration::ZERO,
    });
    let form = "DCID=1&VPSPLANID=201&OSID=387";
    let made = exchange(&gateway, request("POST", "server/create", form)).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    world.settle().await;
    let form = format!("SUBID={}", text(&made["SUBID"]));
    let halt = exchange(&gateway, request("POST", "server/halt", &form)).await;
    assert_eq!((halt.status, halt.body.as_str()), (200, ""));
    let server = exchange(&gateway, request("GET", "server/list", &form)).await;
    let server: serde_json::Value = serde_json::from_str(&server.body).unwrap();
    assert_eq!(text(&server["default_password"]).len(), 16);
}

#[tokio::test]
async fn a_failing_upstream_is_500_and_says_nothing_of_it() {
    let world = World::new().await;
    let store = StoreIds::new(world.store.clone());
    let broken = axum::Router::new().fallback(async || (http::StatusCode::BAD_GATEWAY, "secret"));
    let router = v1::router(Config {
        upstream: Arc::new(v1::in_process(broken, |_, _| {})),
        ids: Arc::new(store),
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: Duration::ZERO,
    });
    let answer = exchange(&router, request("GET", "account/info", "")).await;
    assert_eq!((answer.status, answer.body.contains("secret")), (500, false));
}
