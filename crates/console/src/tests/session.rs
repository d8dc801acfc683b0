//! Signing in and out, and whose forms are taken.

use testkit::http::Request;
use testkit::{Body, KEY, World};

use super::support::{Browser, HOST};

#[tokio::test]
async fn who_has_not_signed_in_is_asked_for_a_key_and_comes_back_to_where_they_were_going() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let got = browser.get("/console/v2/blocks?region=ewr").await;
    assert_eq!(
        (got.status, got.location.as_str()),
        (303, "/console/login?to=%2Fconsole%2Fv2%2Fblocks%3Fregion%3Dewr")
    );
    let form = browser.page(&got.location).await;
    assert!(form.contains("value=\"/console/v2/blocks?region=ewr\""), "{form}");
    let to = "/console/v2/blocks?region=ewr";
    let got = browser.post("/console/login", &[("key", KEY), ("to", to)]).await;
    assert_eq!((got.status, got.location.as_str()), (303, to));
    browser.page(to).await;
}

#[tokio::test]
async fn nobody_is_led_away_by_a_link_to_the_console() {
    let world = World::new().await;
    for to in [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/console\\@elsewhere.example",
        "/v2/account",
    ] {
        let got = Browser::new(&world).post("/console/login", &[("key", KEY), ("to", to)]).await;
        assert_eq!(got.location, "/console/", "{to}");
    }
}

#[tokio::test]
async fn a_key_that_is_none_signs_nobody_in_and_is_not_repeated() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for key in ["WRONGKEYWRONGKEYWRONGKEYWRONGKEY1234", ""] {
        let got = browser.post("/console/login", &[("key", key)]).await;
        assert_eq!(got.status, 401);
        assert!(got.body.contains("No such key"), "{}", got.body);
        assert!(key.is_empty() || !got.body.contains(key));
    }
    assert_eq!(browser.get("/console/").await.status, 303);
}

#[tokio::test]
async fn the_key_is_on_no_page_and_the_cookie_is_the_consoles_alone() {
    let world = World::new().await;
    let request = Request::post("/console/login").header("host", HOST);
    let response = world.exchange(request.body(Body::from(format!("key={KEY}"))).unwrap()).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    for word in ["kettle_console_8787=", "Path=/console", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let mut browser = Browser::signed_in(&world).await;
    for page in ["/console/", "/console/v2/account", "/console/v2/apikeys", "/console/v2/users"] {
        assert!(!browser.page(page).await.contains(KEY), "{page}");
    }
}

#[tokio::test]
async fn every_page_says_that_only_what_is_ours_may_run() {
    let world = World::new().await;
    for path in ["/console/login", "/console/ticket", "/console/enter?ticket=x"] {
        let method = if path.ends_with("ticket") { "POST" } else { "GET" };
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        let response = world.exchange(request.body(Body::empty()).unwrap()).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert_eq!(response.headers()["x-frame-options"], "DENY");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn a_form_of_another_page_or_session_changes_nothing() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let (token, others) = (browser.token().await, Browser::signed_in(&world).await.token().await);
    for (origin, token) in [
        ("http://elsewhere.example", token.as_str()),
        ("null", &token),
        ("http://127.0.0.1:8788", &token),
        ("http://127.0.0.1:8787", &others),
        ("http://127.0.0.1:8787", ""),
    ] {
        let got = browser.post_from(origin, "/console/logout", &[("_token", token)]).await;
        assert_eq!(got.status, 403, "{origin} {token}");
    }
    browser.page("/console/").await;
    let got = browser.submit("/console/logout", &[]).await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/login"));
    assert_eq!(browser.get("/console/").await.status, 303, "the session has ended");
    let got = browser.post("/console/op/create-block", &[("_token", &token)]).await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/login?lost=true"));
    let page = browser.get(&got.location).await.body;
    assert!(page.contains("nothing was done"), "{page}");
}

#[tokio::test]
async fn a_ticket_needs_a_key_and_is_good_once() {
    let world = World::new().await;
    let ticket = async |key: &str| {
        let request = Request::post("/console/ticket").header("host", HOST);
        let request = request.header("authorization", format!("Bearer {key}"));
        let response = world.exchange(request.body(Body::empty()).unwrap()).await;
        (response.status().as_u16(), response.into_body())
    };
    assert_eq!(ticket("WRONG").await.0, 401);
    let (status, body) = ticket(KEY).await;
    assert_eq!(status, 200);
    let path = body.split('"').nth(3).unwrap().to_owned();
    let mut browser = Browser::new(&world);
    let got = browser.get(&path).await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/"));
    browser.page("/console/").await;
    assert_eq!(Browser::new(&world).get(&path).await.status, 401);
}

#[tokio::test]
async fn what_the_console_looks_at_stands_in_no_log() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    browser.page("/console/").await;
    browser.page("/console/v2/instances").await;
    let (_, log) = world.raw("GET", "/_kettle/requests", "").await;
    assert!(log.contains("\"requests\":[]"), "{log}");
}
