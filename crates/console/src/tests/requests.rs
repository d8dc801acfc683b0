//! The log: filters, one request, sending it again, and those to come.

use http_body_util::BodyExt;
use testkit::api::Access;
use testkit::api::blocks::CreateBlock;
use testkit::api::users::CreateUser;
use testkit::{Body, KEY, World, http};
use tower::ServiceExt;

use super::support::{Browser, HOST};

async fn raw(world: &World, method: &str, path: &str, body: &str) -> u16 {
    world.raw(method, path, body).await.0
}

#[tokio::test]
async fn the_log_shows_what_was_sent_and_takes_filters_from_its_address() {
    let world = World::new().await;
    raw(&world, "GET", "/v2/account", "").await;
    raw(&world, "POST", "/v2/blocks", r#"{"region":"nowhere","size_gb":20}"#).await;
    raw(&world, "GET", "/v2/ssh-keys", "").await;
    let mut browser = Browser::signed_in(&world).await;
    let paths = |page: &str| {
        let rows = page.split("class=\"path\"").skip(1);
        let path =
            |row: &str| row.split("title=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        rows.map(path).collect::<Vec<_>>()
    };
    let all = browser.page("/console/requests").await;
    assert_eq!(paths(&all), ["/v2/ssh-keys", "/v2/blocks", "/v2/account"]);
    assert!(all.contains("create-block") && all.contains("root@kettle.invalid"));
    for (query, found) in [
        ("failed=true", ["/v2/blocks"].as_slice()),
        ("method=GET", &["/v2/ssh-keys", "/v2/account"]),
        ("group=ssh-key", &["/v2/ssh-keys"]),
        ("group=%2Fv2%2Faccount", &["/v2/account"]),
        ("text=NOWHERE", &["/v2/blocks"]),
        ("text=nobody+sent+this", &[]),
        ("before=2", &["/v2/account"]),
    ] {
        let page = browser.page(&format!("/console/requests?{query}")).await;
        assert_eq!(paths(&page), found, "{query}");
    }
    let wrong = browser.page("/console/requests?group=blok").await;
    assert!(wrong.contains("there is no group `blok`"), "{wrong}");
}

#[tokio::test]
async fn one_request_is_shown_whole_but_for_its_secrets() {
    let world = World::new().await;
    let create = CreateUser {
        email: "jo@example.com".into(),
        name: "<script>alert(1)</script>".into(),
        password: "Correct-Horse-9".into(),
        ..Default::default()
    };
    let user = world.client.send(create).await.unwrap();
    let request = http::Request::get("/v2/account?x=%3Cscript%3E")
        .header("authorization", format!("Bearer {KEY}"))
        .header("cookie", "session=COOKIE-SECRET")
        .header("x-api-key", "HEADER-SECRET")
        .header("user-agent", "Terraform/1.9 <script>")
        .body(Body::empty());
    world.exchange(request.unwrap()).await;
    let mut browser = Browser::signed_in(&world).await;
    let mut pages = String::new();
    for path in ["", "/1", "/1?tab=answer", "/1?tab=headers", "/2", "/2?tab=headers"] {
        let page = browser.page(&format!("/console/requests{path}")).await;
        assert!(!page.contains("<script>"), "{page}");
        pages += &page;
    }
    for secret in ["Correct-Horse-9", &*user.api_key, KEY, "COOKIE-SECRET", "HEADER-SECRET"] {
        assert!(!pages.contains(secret), "{secret} is shown");
    }
    for shown in ["create-user", "jo@example.com", "x-user", "Terraform/1.9", "••••••••", "Bearer "]
    {
        assert!(pages.contains(shown), "{shown} is not shown");
    }
    assert!(pages.contains("It cannot be sent again: the log keeps no secrets"));
    let thing = format!("/console/v2/users/{}", user.id);
    assert!(pages.contains(&thing), "the user has no link");
    assert_eq!(browser.get("/console/requests/99").await.status, 404);
    assert_eq!(browser.get("/console/requests/x").await.status, 404);
}

#[tokio::test]
async fn a_look_is_sent_again_at_once_and_anything_else_after_asking() {
    let world = World::new().await;
    raw(&world, "GET", "/v2/account", "").await;
    raw(&world, "POST", "/v2/blocks", r#"{"region":"ewr","size_gb":20,"label":"b"}"#).await;
    let mut browser = Browser::signed_in(&world).await;
    let sent = browser.submit("/console/requests/1", &[]).await;
    assert_eq!(sent.status, 303);
    assert_eq!(sent.location, "/console/requests/3?tab=answer");
    let page = browser.page("/console/requests/3?tab=answer").await;
    assert!(page.contains("/v2/account") && page.contains("kettle-console"), "{page}");

    let asked = browser.submit("/console/requests/2", &[]).await;
    assert_eq!(asked.location, "/console/requests/2?again=ask");
    let blocks =
        || async { world.raw("GET", "/v2/blocks", "").await.1.matches("\"label\"").count() };
    assert_eq!(blocks().await, 1, "nothing was sent yet");
    let page = "/console/requests/2?again=ask";
    assert!(browser.page(page).await.contains("once more?"));
    let sent = browser.submit("/console/requests/2", &[("sure", "yes")]).await;
    assert_eq!(sent.status, 303);
    assert_eq!(blocks().await, 2);
}

#[tokio::test]
async fn what_was_masked_or_cut_is_not_sent_again() {
    let world = World::new().await;
    let password = r#"{"email":"a@b.c","name":"a","password":"Correct-Horse-9"}"#;
    raw(&world, "POST", "/v2/users", password).await;
    let long = format!(r#"{{"name":"{}","ssh_key":"x"}}"#, "x".repeat(70_000));
    raw(&world, "POST", "/v2/ssh-keys", &long).await;
    raw(&world, "GET", "/v2/account", "").await;
    let mut browser = Browser::signed_in(&world).await;
    for (sequence, why) in [(1, "keeps no secrets"), (2, "too long")] {
        let path = format!("/console/requests/{sequence}");
        let refused = browser.submit(&path, &[("sure", "yes")]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains(why), "{}", refused.body);
    }
    let all = world.raw("GET", "/_kettle/requests", "").await.1;
    assert!(all.contains("\"last\":3"), "something was sent: {all}");
}

#[tokio::test]
async fn the_stream_sends_the_next_request_that_fits() {
    let world = World::new().await;
    raw(&world, "GET", "/v2/account", "").await;
    let browser = Browser::signed_in(&world).await;
    let path = "/console/requests/live?after=1&method=POST";
    let request = http::Request::get(path).header("host", HOST).header("cookie", &browser.cookie);
    let request = request.body(Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body();
    let mut next = async || {
        let frame = stream.frame().await.unwrap().unwrap().into_data().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    assert_eq!(next().await, ": here\n\n");
    raw(&world, "GET", "/v2/regions", "").await;
    let create = CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() };
    let (event, _) = tokio::join!(next(), world.client.send(create));
    assert!(event.starts_with("event: request\nid: 3\ndata: <tr>"), "{event}");
    assert!(event.contains("/v2/blocks") && event.ends_with("\n\n"), "{event}");
}

#[tokio::test]
async fn who_is_not_the_owner_sees_no_log_but_their_accounts() {
    let world = World::new().await;
    raw(&world, "GET", "/v2/blocks?nobody_else_knows", "").await;
    let mut browser = Browser::of_user(&world, &[]).await;
    for path in ["/console/requests", "/console/requests/2"] {
        let page = browser.page(path).await;
        assert!(page.contains("Only the owner of this server"), "{page}");
        assert!(!page.contains("nobody_else_knows"), "{page}");
    }
    assert_eq!(browser.get("/console/requests/live").await.status, 403);
}

#[tokio::test]
async fn who_is_not_the_owner_reads_in_the_accounts_log_what_was_done_to_a_thing() {
    let world = World::new().await;
    let body = r#"{"region":"ewr","size_gb":20}"#;
    let (_, made) = world.raw("POST", "/v2/blocks", body).await;
    let id = made.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
    let mut browser =
        Browser::of_user(&world, &[Access::SubscriptionsView, Access::ActivityLogs]).await;
    let page = browser.page(&format!("/console/v2/blocks/{id}")).await;
    assert!(page.contains("What was done to it"), "{page}");
}
