//! Pages that change while somebody looks.

use http_body_util::BodyExt;
use serde_json::{Value, json};
use testkit::http::Request;
use testkit::{Body, World};
use tower::ServiceExt;

use super::support::{Browser, HOST};
use super::things::{call, instance};

/// The address of a page's stream, as the page has it.
fn stream(page: &str) -> String {
    let (_, rest) = page.split_once("data-live=\"").unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

/// Reads a stream.
struct Reader(Body);

impl Reader {
    async fn open(world: &World, browser: &Browser<'_>, address: &str) -> Self {
        let request = Request::get(address).header("host", HOST).header("cookie", &browser.cookie);
        let request = request.body(Body::empty()).unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body())
    }

    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    /// The next event that says something.
    async fn event(&mut self) -> Value {
        loop {
            let text = self.next().await.unwrap();
            if let Some(data) = text.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_row_that_has_changed_is_sent() {
    let world = World::new().await;
    let (one, other) =
        (instance(&world, "one", "ewr").await, instance(&world, "other", "ewr").await);
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/v2/instances").await;
    let mut reader = Reader::open(&world, &browser, &stream(&page)).await;
    let live = "event: live\ndata: {}\n\n";
    assert_eq!(reader.next().await.unwrap(), live, "the page is as it was made");
    call(&world, "POST", &format!("/v2/instances/{one}/halt"), Value::Null).await;
    world.settle().await;
    let event = reader.event().await;
    let set = event["set"].as_object().unwrap();
    let (row, kept) = (format!("x-row-{one}"), format!("x-row-{other}"));
    assert!(set[&row].as_str().unwrap().contains("Stopped"), "{event}");
    assert!(!set.contains_key(&kept) && event["rows"].is_null(), "{event}");
    assert!(set["x-sums"].as_str().unwrap().contains("1 running, 1 stopped"), "{event}");

    // A new one is counted, and its row is not moved in.
    let new = instance(&world, "new", "ewr").await;
    let event = reader.event().await;
    assert_eq!(event["rows"].as_array().unwrap().len(), 3, "{event}");
    assert!(event["rows"].as_array().unwrap().contains(&json!(format!("x-row-{new}"))));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_older_than_its_stream_is_sent_whole() {
    let world = World::new().await;
    let id = instance(&world, "one", "ewr").await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&format!("/console/v2/instances/{id}")).await;
    world.settle().await;
    let mut reader = Reader::open(&world, &browser, &stream(&page)).await;
    let event = reader.event().await;
    assert!(event["set"]["x-head"].as_str().unwrap().contains("Running"), "{event}");
    assert!(event["set"]["x-facts"].is_string(), "{event}");
}

#[tokio::test(start_paused = true)]
async fn there_are_never_more_streams_than_so_many() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = stream(&browser.page("/console/v2/instances").await);
    let mut open = Vec::new();
    for _ in 0..crate::live::MOST {
        open.push(Reader::open(&world, &browser, &address).await);
    }
    assert_eq!(browser.get(&address).await.status, 503);
    drop(open.pop());
    Reader::open(&world, &browser, &address).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_what_it_is_about_and_tells_nothing_to_strangers() {
    let world = World::new().await;
    let id = instance(&world, "one", "ewr").await;
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&format!("/console/v2/instances/{id}")).await;
    let address = stream(&page);
    let mut reader = Reader::open(&world, &browser, &address).await;
    assert!(reader.next().await.unwrap().starts_with("event: live"));
    call(&world, "DELETE", &format!("/v2/instances/{id}"), Value::Null).await;
    let over = reader.next().await.unwrap();
    let over: Value =
        serde_json::from_str(over.strip_prefix("event: over\ndata: ").unwrap()).unwrap();
    let note = over["gone"].as_str().unwrap();
    assert!(note.contains("This instance is gone."), "{note}");
    assert!(note.contains("taken away at <time") && note.contains("/console/requests/"), "{note}");
    assert!(note.contains("href=\"/console/v2/instances\""), "{note}");
    assert_eq!(reader.next().await, None);

    // Who signs out meanwhile is told that, and not that something is gone.
    let page = browser.page("/console/v2/instances").await;
    let mut reader = Reader::open(&world, &browser, &stream(&page)).await;
    assert!(reader.next().await.unwrap().starts_with("event: live"));
    let cookie = browser.cookie.clone();
    browser.submit("/console/logout", &[]).await;
    assert_eq!(reader.next().await.unwrap(), "event: over\ndata: {\"out\":true}\n\n");
    browser.cookie = cookie;
    let got = browser.get(&address).await;
    assert_eq!(got.status, 303, "the session is over");
    let mut browser = Browser::signed_in(&world).await;
    let got = Browser::new(&world).get(&address).await;
    assert_eq!(got.status, 303, "who has not signed in is asked to");
    for of in ["/v2/instances", "/console/live?of=/console/live", "", "http://elsewhere/console/"] {
        let address = format!("/console/live?of={of}");
        assert_eq!(browser.get(&address).await.status, 400, "{of}");
    }
}
