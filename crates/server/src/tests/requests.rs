//! `/`, and what the server tells its owner of itself: `/_kettle/status`, `/_kettle/requests`.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use api::blocks::CreateBlock;
use api::ssh_keys::ListSshKeys;
use api::users::{CreateUser, User};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use testkit::{KEY, World};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

async fn get(world: &World, path: &str) -> Value {
    let (status, body) = world.raw("GET", path, "").await;
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

async fn requests(world: &World, query: &str) -> Value {
    get(world, &format!("/_kettle/requests?{query}")).await
}

/// A further user, with a password and a key.
async fn jo(world: &World) -> User {
    let create = CreateUser {
        email: "jo@example.com".into(),
        name: "Jo".into(),
        password: "Correct-Horse-9".into(),
        ..Default::default()
    };
    world.client.send(create).await.unwrap()
}

/// Method, path and status of each, in one line.
fn lines(found: &Value) -> Vec<String> {
    let line = |request: &Value| {
        let text = |name: &str| request[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("method"), text("path"), request["status"])
    };
    found["requests"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn a_request_is_told_with_all_that_is_known_of_it() {
    let world = World::new().await;
    let client = world.client_at(KEY, IpAddr::from(Ipv4Addr::LOCALHOST));
    let create = CreateBlock { region: "nowhere".into(), size_gb: 20, ..Default::default() };
    client.send(create).await.unwrap_err();
    let found = requests(&world, "").await;
    let told = &found["requests"][0];
    assert_eq!(lines(&found), ["POST /v2/blocks 400"]);
    assert_eq!(told["sequence"], 1);
    assert_eq!(told["at"], "2026-11-21T09:30:00.000Z");
    assert_eq!(told["operation"], "create-block");
    assert_eq!(told["user"]["email"], "root@kettle.invalid");
    assert_eq!(told["peer"], "127.0.0.1:0");
    assert!(told["error"].as_str().unwrap().starts_with("Invalid region"), "{told}");
    assert_eq!(told["request"]["json"]["region"], "nowhere");
    assert_eq!(told["response"]["json"]["status"], 400);
    assert!(told["duration_ms"].is_f64());
    assert_eq!((&found["last"], &found["missed"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn each_request_is_told_once_whatever_it_is_for_but_the_servers_own() {
    let world = World::new().await;
    for path in
        ["/v2/account", "/v1/account/info", "/v2/nothing", "/v2/clusters", "/", "/openapi.json"]
    {
        world.raw("GET", path, "").await;
    }
    world.raw("PUT", "/v2/blocks", "").await;
    for path in ["/_kettle/health", "/_kettle/status", "/_kettle/nothing"] {
        world.raw("GET", path, "").await;
    }
    let found = requests(&world, "").await;
    let expected = [
        "GET /v2/account 200",
        "GET /v1/account/info 403",
        "GET /v2/nothing 404",
        "GET /v2/clusters 501",
        "GET / 200",
        "GET /openapi.json 200",
        "PUT /v2/blocks 405",
    ];
    assert_eq!(lines(&found), expected);
    let error = &found["requests"][1]["error"];
    assert!(error.as_str().unwrap().contains("Invalid API key"), "{error}");
}

#[tokio::test]
async fn a_call_of_v1_says_whose_it_was() {
    let world = World::new().await;
    let request = Request::get(format!("/v1/account/info?api_key={KEY}")).body(Body::empty());
    assert_eq!(world.exchange(request.unwrap()).await.status(), 200);
    let found = requests(&world, "").await;
    assert_eq!(lines(&found), ["GET /v1/account/info?api_key=*** 200"]);
    assert_eq!(found["requests"][0]["user"]["email"], "root@kettle.invalid");
    assert!(found["requests"][0].get("operation").is_none(), "what it was made of is not told");
}

#[tokio::test]
async fn no_secret_is_shown() {
    let world = World::new().await;
    let user = jo(&world).await;
    assert!(!user.api_key.is_empty());
    let (_, body) = world.raw("GET", "/_kettle/requests", "").await;
    assert!(body.contains("jo@example.com") && body.contains("***"), "{body}");
    for secret in ["Correct-Horse-9", user.api_key.as_str(), KEY] {
        assert!(!body.contains(secret), "{secret}: {body}");
    }
}

#[tokio::test]
async fn headers_are_told_but_no_key_and_no_cookie_and_no_more_than_is_kept() {
    let world = World::new().await;
    let request = Request::get("/v2/account")
        .header("authorization", format!("Bearer {KEY}"))
        .header("cookie", "a=COOKIE")
        .header("api-key", "OLDKEY")
        .header("x-auth-token", "TOKEN")
        .header("user-agent", "Terraform/1.9 (+https://terraform.io)")
        .header("accept", "text/html")
        .header("accept", "application/json")
        .header("x-long", "x".repeat(3_000))
        .header("x-last", "y");
    world.exchange(request.body(Body::empty()).unwrap()).await;
    let (_, text) = world.raw("GET", "/_kettle/requests", "").await;
    for secret in [KEY, "COOKIE", "OLDKEY", "TOKEN", "xxx"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let found: Value = serde_json::from_str(&text).unwrap();
    let told = &found["requests"][0];
    assert_eq!(told["agent"], "Terraform/1.9 (+https://terraform.io)");
    let headers = &told["request"]["headers"];
    assert_eq!(headers["authorization"], "Bearer ***");
    assert_eq!((&headers["cookie"], &headers["x-auth-token"]), (&json!("***"), &json!("***")));
    assert_eq!(headers["accept"], "text/html, application/json");
    assert_eq!(headers["x-last"], "y");
    assert_eq!(told["response"]["headers"]["x-user"], "root@kettle.invalid");
    let bare = requests(&world, "bodies=false").await;
    assert!(
        bare["requests"][0].get("request").is_none() && bare["requests"][0]["agent"].is_string()
    );
}

#[tokio::test]
async fn those_with_a_text_or_a_method_can_be_asked_for_and_those_before_one() {
    let world = World::new().await;
    world.raw("POST", "/v2/ssh-keys", r#"{"name":"find-me","ssh_key":"x"}"#).await;
    world.raw("GET", "/v2/account", "").await;
    world.raw("POST", "/v2/users", r#"{"name":"a","password":"find-me-not"}"#).await;
    let (post, user) = ("POST /v2/ssh-keys 400", "POST /v2/users 400");
    assert_eq!(lines(&requests(&world, "text=FIND-ME").await), [post]);
    assert_eq!(lines(&requests(&world, "method=post").await), [post, user]);
    assert_eq!(lines(&requests(&world, "method=post&after=1").await), [user]);
    assert_eq!(lines(&requests(&world, "before=2").await), [post]);
    assert_eq!(lines(&requests(&world, "text=/v2/users&after=0&limit=1").await), [user]);
    let masked = requests(&world, "").await;
    let is_masked = |at: usize| masked["requests"][at]["request"]["masked"] == true;
    assert!(!is_masked(0) && is_masked(2), "{masked}");
}

#[tokio::test]
async fn those_of_a_group_or_those_that_failed_can_be_asked_for() {
    let world = World::new().await;
    for (method, path) in [
        ("GET", "/v2/blocks"),
        ("GET", "/v2/blocks/nothing"),
        ("GET", "/v2/blocks/x/y/z"),
        ("GET", "/v2/blocksaw"),
        ("GET", "/v2/ssh-keys"),
        ("GET", "/v2/ssh-keys/nothing"),
    ] {
        world.raw(method, path, "").await;
    }
    let blocks = ["GET /v2/blocks 200", "GET /v2/blocks/nothing 400", "GET /v2/blocks/x/y/z 404"];
    for group in ["block", "blocks", "/v2/blocks", "/v2/blocks/"] {
        let found = requests(&world, &format!("group={group}")).await;
        assert_eq!(lines(&found), blocks, "{group}");
    }
    let keys = ["GET /v2/ssh-keys 200", "GET /v2/ssh-keys/nothing 400"];
    assert_eq!(lines(&requests(&world, "group=ssh-key").await), keys);
    let failed = requests(&world, "group=ssh-key&failed=true").await;
    assert_eq!(lines(&failed), &keys[1..]);
    assert_eq!(failed["last"], 6, "so that the next question begins behind");
    let (status, body) = world.raw("GET", "/_kettle/requests?group=blok", "").await;
    assert!(status == 400 && body.contains("there is no group `blok`"), "{body}");
    let (status, body) = world.raw("GET", "/_kettle/requests?afterr=1", "").await;
    assert!(
        status == 400
            && body
                .contains("failed, group, method, text, bodies, as, after, before, limit and wait"),
        "{body}"
    );
}

#[tokio::test]
async fn the_last_thousand_are_kept_and_what_was_missed_is_said() {
    let world = World::new().await;
    for n in 0..1005 {
        world.raw("GET", &format!("/v2/nothing/{n}"), "").await;
    }
    let found = requests(&world, "limit=2").await;
    assert_eq!(lines(&found), ["GET /v2/nothing/1003 404", "GET /v2/nothing/1004 404"]);
    let found = requests(&world, "after=2&limit=1").await;
    assert_eq!(lines(&found), ["GET /v2/nothing/5 404"]);
    assert_eq!((&found["last"], &found["missed"]), (&json!(6), &json!(3)));
    let all = requests(&world, "after=0&limit=5000").await;
    assert_eq!(all["requests"].as_array().unwrap().len(), 1000);
    // The words of a server that was there before.
    assert_eq!(requests(&world, "after=9999&limit=1").await["last"], 6);
}

#[tokio::test]
async fn bodies_are_kept_to_64_kb_and_all_together_to_what_is_bounded() {
    let world = World::new().await;
    let body = format!(r#"{{"name":"x","ssh_key":"{}"}}"#, "k".repeat(300_000));
    for _ in 0..300 {
        world.raw("POST", "/v2/ssh-keys", &body).await;
    }
    let found = requests(&world, "after=0&limit=1").await;
    let told = &found["requests"][0]["request"];
    assert_eq!((&told["bytes"], &told["cut"]), (&json!(body.len()), &json!(true)));
    assert_eq!(told["text"].as_str().unwrap().len(), 64 << 10);
    let first = found["requests"][0]["sequence"].as_u64().unwrap();
    let kept = 301 - first;
    assert!((200..=256).contains(&kept), "16 MB in all: {kept}");
}

#[tokio::test]
async fn who_waits_hears_of_the_next_one_that_is_wanted() {
    let world = Arc::new(World::new().await);
    let waits = tokio::spawn({
        let world = world.clone();
        async move { requests(&world, "after=0&failed=true&wait=30").await }
    });
    tokio::task::yield_now().await;
    world.raw("GET", "/v2/account", "").await;
    world.raw("GET", "/v2/nothing", "").await;
    let found = tokio::time::timeout(LONG, waits).await.expect("it does not wait longer").unwrap();
    assert_eq!(lines(&found), ["GET /v2/nothing 404"]);
    // Without a word of waiting, nothing is an answer.
    assert_eq!(requests(&world, "after=2").await["requests"], json!([]));
}

#[tokio::test]
async fn only_the_owner_is_told() {
    let world = World::new().await;
    let user = jo(&world).await;
    for (method, path) in [
        ("GET", "/_kettle/requests"),
        ("GET", "/_kettle/status"),
        ("POST", "/_kettle/stop"),
        ("POST", "/_kettle/reset"),
    ] {
        for key in ["", "WRONG", user.api_key.as_str()] {
            let request = Request::builder().method(method).uri(path);
            let request = request.header("authorization", format!("Bearer {key}"));
            let response = world.exchange(request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), 403, "{method} {path} {key}");
        }
    }
    assert_eq!(world.client.send(ListSshKeys::default()).await.unwrap().meta.total, 0);
}

#[tokio::test]
async fn the_status_counts_what_there_is() {
    let world = World::new().await;
    let status = get(&world, "/_kettle/status").await;
    assert_eq!(status["things"], json!({}), "the owner's key is no thing");
    for _ in 0..2 {
        let create = CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() };
        world.client.send(create).await.unwrap();
    }
    world.raw("POST", "/v2/domains", r#"{"domain":"a.example"}"#).await;
    let status = get(&world, "/_kettle/status").await;
    assert_eq!(status["things"]["block"], 2);
    assert_eq!(status["things"]["domain"], 1);
    assert_eq!(status["pid"], std::process::id());
    assert_eq!(status["since"], "2026-11-21T09:30:00+00:00");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&status["behave"], &status["can_stop"]), (&json!("fast"), &json!(false)));
}

#[tokio::test]
async fn the_root_says_what_this_is_to_programs_and_leads_browsers_to_the_console() {
    let world = World::new().await;
    let front = get(&world, "/").await;
    assert_eq!(
        (&front["name"], &front["version"]),
        (&json!("kettle"), &json!(env!("CARGO_PKG_VERSION")))
    );
    for name in ["openapi", "health", "requests"] {
        get(&world, front[name].as_str().unwrap()).await;
    }
    let request = Request::get("/").header("accept", "text/html,application/xhtml+xml");
    let page = world.exchange(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["location"]),
        (303, &"/console/".parse().unwrap())
    );
    assert_eq!(front["console"], "/console/");
}

#[tokio::test]
async fn an_unknown_address_leads_browsers_to_the_console_and_tells_programs_in_json() {
    let world = World::new().await;
    let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (method, path, accept, is_page) in [
        ("GET", "/consolex", page, true),
        ("GET", "/console/no/such", page, true),
        ("GET", "/favicon", page, true),
        ("GET", "/consolex", "*/*", false),
        ("GET", "/console/no/such", "application/json", false),
        ("POST", "/consolex", page, false),
        // What only programs ask for answers as the real API does.
        ("GET", "/v2/consolex", page, false),
        ("GET", "/v1/consolex", page, false),
        ("GET", "/_kettle/consolex", page, false),
    ] {
        let request = Request::builder().method(method).uri(path).header("accept", accept);
        let got = world.exchange(request.body(Body::empty()).unwrap()).await;
        assert!(got.status().is_client_error(), "{method} {path}: {}", got.status());
        let is_told = got.body().contains("There is no such page")
            && got.body().contains("href=\"/console/\"");
        assert_eq!(is_told, is_page, "{method} {path} {accept}: {}", got.body());
    }
}

#[tokio::test]
async fn an_answer_has_no_more_than_four_megabytes_of_them_and_none_is_left_out_of_what_follows() {
    let world = World::new().await;
    let body = json!({ "region": "nowhere", "label": "x".repeat(60_000) }).to_string();
    for _ in 0..150 {
        world.raw("POST", "/v2/blocks", &body).await;
    }
    let sequences = |found: &Value| -> Vec<u64> {
        let all = found["requests"].as_array().unwrap().iter();
        all.map(|request| request["sequence"].as_u64().unwrap()).collect()
    };
    let newest = sequences(&requests(&world, "limit=1000").await);
    assert!(newest.len() < 100 && newest.last() == Some(&150), "{newest:?}");
    let (mut after, mut seen) = (0, Vec::new());
    for _ in 0..10 {
        let (status, text) =
            world.raw("GET", &format!("/_kettle/requests?after={after}&limit=1000"), "").await;
        assert!(status == 200 && text.len() < 5 << 20, "{status}: {} bytes", text.len());
        let found: Value = serde_json::from_str(&text).unwrap();
        seen.extend(sequences(&found));
        after = found["last"].as_u64().unwrap();
    }
    assert_eq!(seen, (1..=150).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_of_a_secret_is_repeated_where_it_is_not_what_it_must_be() {
    let world = World::new().await;
    for (path, body) in [
        ("/v2/users", r#"{"name":"a","email":"a@b.c","password":["LEAK"]}"#),
        ("/v2/users", r#"{"name":"a","email":"a@b.c","password":{"x":"LEAK"}}"#),
        ("/v2/load-balancers", r#"{"region":"ewr","ssl":"-----BEGIN PRIVATE KEY-----LEAK"}"#),
        ("/v2/load-balancers", r#"{"region":"ewr","ssl":{"private_key":["LEAK"]}}"#),
        ("/v2/users", "{'password':'LEAK'}"),
    ] {
        let (status, answer) = world.raw("POST", path, body).await;
        assert!(status == 400 && !answer.contains("LEAK"), "{body}: {answer}");
    }
    let told = requests(&world, "").await.to_string();
    assert!(!told.contains("LEAK"), "{told}");
}
