//! The page of the world: what is done by its forms, as a browser without script does it.

use http_body_util::BodyExt;
use testkit::http::Request;
use testkit::{Body, World};
use tower::ServiceExt;

use super::support::{Browser, HOST};

/// Makes a domain.
async fn domain(world: &World, name: &str) {
    let body = format!(r#"{{"domain":"{name}"}}"#);
    assert_eq!(world.raw("POST", "/v2/domains", &body).await.0, 200);
}

/// Whether there is a domain.
async fn has(world: &World, name: &str) -> bool {
    world.raw("GET", &format!("/v2/domains/{name}"), "").await.0 == 200
}

/// Sends the form of an operation, follows it, and takes what the next page says.
async fn does(browser: &mut Browser<'_>, id: &str, fields: &[(&str, &str)]) -> String {
    let sent = browser.submit(&format!("/console/op/{id}"), fields).await;
    assert_eq!(sent.status, 303, "{id}: {}", sent.body);
    assert!(sent.location.starts_with("/console/world"), "{id}: {}", sent.location);
    browser.page(&sent.location).await
}

#[tokio::test]
async fn a_snapshot_is_saved_compared_restored_and_deleted() {
    let world = World::new().await;
    domain(&world, "one.example").await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/world").await;
    assert!(page.contains("No snapshot yet") && page.contains("aria-current=\"page\""), "{page}");
    let page = does(&mut browser, "save-world-snapshot", &[("name", "monday")]).await;
    assert!(
        page.contains("Saved monday") && page.contains("/console/world/snapshots/monday"),
        "{page}"
    );
    let again = browser.submit("/console/op/save-world-snapshot", &[("name", "monday")]).await;
    assert_eq!(again.status, 409);
    assert!(
        again.body.contains("aria-invalid") && again.body.contains("value=\"monday\""),
        "{}",
        again.body
    );

    let page = browser.page("/console/world/snapshots/monday").await;
    assert!(page.contains("Nothing differs"), "{page}");
    domain(&world, "two.example").await;
    let page = browser.page("/console/world/snapshots/monday").await;
    assert!(page.contains("3 added") && page.contains("two.example"), "{page}");
    assert!(page.contains("href=\"/console/v2/domains/two.example\""), "{page}");
    does(&mut browser, "save-world-snapshot", &[("name", "tuesday")]).await;
    let page = browser.page("/console/world/snapshots/tuesday?other=monday").await;
    assert!(page.contains("3 removed") && page.contains("From tuesday to monday"), "{page}");

    let asked = browser.page("/console/op/restore-world-snapshot?name=monday").await;
    assert!(
        asked.contains("Restore monday?") && asked.contains("kettle</span> world snapshot restore"),
        "{asked}"
    );
    let path = "/console/op/restore-world-snapshot";
    let unsure = browser.submit(path, &[("name", "monday"), ("_sure", "tuesday")]).await;
    assert_eq!(unsure.status, 400);
    assert!(has(&world, "two.example").await, "nothing was restored yet");
    let page =
        does(&mut browser, "restore-world-snapshot", &[("name", "monday"), ("_sure", "monday")])
            .await;
    assert!(page.contains("Restored monday"), "{page}");
    assert!(has(&world, "one.example").await && !has(&world, "two.example").await);

    let sure = [("name", "monday"), ("_sure", "monday")];
    let page = does(&mut browser, "delete-world-snapshot", &sure).await;
    assert!(page.contains("Deleted monday") && !page.contains("snapshots/monday\""), "{page}");
    let nothing = browser.get("/console/world/snapshots/monday").await;
    assert_eq!(nothing.status, 404);
}

#[tokio::test]
async fn all_is_reset_when_the_word_was_typed() {
    let world = World::new().await;
    domain(&world, "one.example").await;
    let mut browser = Browser::signed_in(&world).await;
    let asked = browser.page("/console/op/reset-world").await;
    assert!(asked.contains("Reset the world?") && asked.contains("data-must=\"reset\""), "{asked}");
    assert_eq!(browser.submit("/console/op/reset-world", &[]).await.status, 400);
    assert!(has(&world, "one.example").await, "nothing was taken away yet");
    let page = does(&mut browser, "reset-world", &[("_sure", "reset")]).await;
    assert!(page.contains("Everything was taken away"), "{page}");
    assert!(!has(&world, "one.example").await);
}

#[tokio::test]
async fn the_clock_is_frozen_turned_and_let_run() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = does(&mut browser, "freeze-clock", &[]).await;
    assert!(page.contains("The clock stands still") && page.contains("Let it run"), "{page}");
    let page = does(&mut browser, "advance-clock", &[("duration", "300d")]).await;
    assert!(page.contains("As it was turned") && page.contains("stands still"), "{page}");
    let wrong = browser.submit("/console/op/advance-clock", &[("duration", "soon")]).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.body.contains("aria-invalid") && wrong.body.contains("value=\"soon\""),
        "{}",
        wrong.body
    );
    let page = does(&mut browser, "scale-clock", &[("rate", "60")]).await;
    assert!(page.contains("runs 60 seconds in one"), "{page}");
    let back = browser.submit("/console/op/resume-clock", &[("real", "true")]).await;
    assert_eq!(back.status, 409, "it is ahead of the system's");
    assert!(back.body.contains("never goes back"), "{}", back.body);
}

#[tokio::test]
async fn faults_are_taken_by_name_written_and_deleted() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/world/faults").await;
    assert!(page.contains("late-tags") && page.contains("Nothing goes wrong on purpose"), "{page}");
    let page = does(&mut browser, "use-fault", &[("ready_name", "429-storm")]).await;
    assert!(
        page.contains("429-storm is in force") && page.contains("by a chance of 0.5"),
        "{page}"
    );
    does(&mut browser, "clear-faults", &[]).await;
    let form = browser.page("/console/op/add-fault").await;
    assert!(form.contains("For which requests") && form.contains("name=\"probability\""), "{form}");
    let rule = [
        ("operation", "list-regions"),
        ("status", "418"),
        ("error", "Short and stout."),
        ("times", "1"),
    ];
    let page = does(&mut browser, "add-fault", &rule).await;
    assert!(page.contains("Answers 418: Short and stout.") && page.contains("once more"), "{page}");
    assert_eq!(world.raw("GET", "/v2/regions", "").await.0, 418);
    let page = browser.page("/console/world/faults").await;
    assert!(page.contains("no more") && page.contains(">1</td>"), "{page}");
    let (_, rest) = page.split_once("name=\"fault_id\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let page = does(&mut browser, "delete-fault", &[("fault_id", &id), ("_sure", &id)]).await;
    assert!(page.contains("Nothing goes wrong on purpose"), "{page}");
    let wrong = browser
        .submit("/console/op/add-fault", &[("operation", "list-regoins"), ("status", "500")])
        .await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_thing_is_held_stepped_and_released() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = does(&mut browser, "add-hold", &[("kind", "instance")]).await;
    assert!(page.contains("Every instance"), "{page}");
    let body = r#"{"region":"ewr","plan":"vc2-1c-1gb","os_id":2284,"label":"web"}"#;
    let (status, made) = world.raw("POST", "/v2/instances", body).await;
    assert_eq!(status, 202, "{made}");
    let id = made.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
    let page = browser.page("/console/world/lifecycles").await;
    assert!(page.contains("What is held") && page.contains("Step web"), "{page}");
    assert!(page.contains("has a step to take"), "{page}");
    let page = does(&mut browser, "step-life", &[("thing_id", id), ("steps", "10")]).await;
    assert!(page.contains("Stepped: running, at its end"), "{page}");
    let page = browser.page(&format!("/console/world/lifecycles?thing={id}")).await;
    assert!(page.contains("Its lifecycle") && page.contains("Running"), "{page}");
    let page = browser.page("/console/world/lifecycles?thing=web").await;
    assert!(page.contains("is no id"), "{page}");
    let page = does(&mut browser, "release-hold", &[("hold_id", "1")]).await;
    assert!(page.contains("Nothing is held"), "{page}");
}

#[tokio::test]
async fn the_history_is_marked_checked_and_forgotten() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let sent = browser.submit("/console/op/mark-history", &[]).await;
    domain(&world, "one.example").await;
    let page = browser.page(&sent.location).await;
    assert!(page.contains("Since request") && page.contains("/v2/domains"), "{page}");
    let page =
        does(&mut browser, "check-calls", &[("call", "POST /v2/domains"), ("times", "1")]).await;
    assert!(page.contains("found once"), "{page}");
    let wrong =
        browser.submit("/console/op/check-calls", &[("call", "DELETE /v2/domains/*")]).await;
    assert_eq!(wrong.status, 412);
    assert!(wrong.body.contains("was called never"), "{}", wrong.body);
    let har = browser.page("/console/world/history.har").await;
    assert!(har.contains("\"log\"") && har.contains("/v2/domains"), "{har}");
    let page = does(&mut browser, "clear-history", &[]).await;
    assert!(page.contains("All requests are forgotten"), "{page}");
}

/// Sends the form with a file, as browsers do.
async fn upload(
    world: &World,
    cookie: &str,
    fields: &[(&str, &str)],
    file: &[u8],
) -> (u16, String) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let part = "--XX\r\nContent-Disposition: form-data; name=\"world\"; filename=\"world.kettle\"\r\n\
                Content-Type: application/octet-stream\r\n\r\n";
    body.extend_from_slice(part.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    let request = Request::post("/console/world/import")
        .header("host", HOST)
        .header("origin", format!("http://{HOST}"))
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body));
    let response = world.exchange(request.unwrap()).await;
    (response.status().as_u16(), response.into_body())
}

#[tokio::test]
async fn a_world_goes_out_as_a_file_and_comes_in_where_that_is_meant() {
    let world = World::new().await;
    domain(&world, "one.example").await;
    let mut browser = Browser::signed_in(&world).await;
    let request = Request::get("/console/world/export")
        .header("host", HOST)
        .header("cookie", &browser.cookie);
    let response =
        world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let file = response.into_body().collect().await.unwrap().to_bytes();
    assert!(file.starts_with(b"SQLite format 3\0"));
    domain(&world, "two.example").await;
    let token = browser.token().await;
    let cookie = browser.cookie.clone();
    let unsure = upload(&world, &cookie, &[("_token", &token), ("_sure", "yes")], &file).await;
    assert_eq!(unsure.0, 303);
    assert!(browser.page("/console/world").await.contains("Nothing was imported"));
    let foreign = upload(&world, &cookie, &[("_token", "other"), ("_sure", "import")], &file).await;
    assert_eq!(foreign.0, 403);
    let none =
        upload(&world, &cookie, &[("_token", &token), ("_sure", "import")], b"no world").await;
    assert_eq!(none.0, 303);
    assert!(browser.page("/console/world").await.contains("Refused"));
    assert!(has(&world, "two.example").await, "nothing was imported yet");
    let done = upload(&world, &cookie, &[("_token", &token), ("_sure", "import")], &file).await;
    assert_eq!(done.0, 303, "{}", done.1);
    assert!(browser.page("/console/world").await.contains("Imported"));
    assert!(has(&world, "one.example").await && !has(&world, "two.example").await);
}

#[tokio::test]
async fn who_is_not_the_owner_is_told_so_and_does_nothing() {
    let world = World::new().await;
    domain(&world, "one.example").await;
    let mut browser = Browser::of_user(&world, &[]).await;
    for path in [
        "",
        "/clock",
        "/faults",
        "/lifecycles",
        "/history",
        "/history.har",
        "/export",
        "/snapshots/monday",
    ] {
        let page = browser.page(&format!("/console/world{path}")).await;
        assert!(
            page.contains("This session&#39;s key is not the owner")
                || page.contains("not the owner's"),
            "{path}: {page}"
        );
    }
    let refused = browser.submit("/console/op/reset-world", &[("_sure", "reset")]).await;
    assert_eq!(refused.status, 403);
    assert!(has(&world, "one.example").await);
}
