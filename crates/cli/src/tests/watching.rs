//! What is told of requests that are under way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cli::{Context, Terminal, Watch};
use sdk::transport::{Request, Response};
use serde_json::json;
use tokio::time::Instant;

use super::common::{Kettle, WEB, world};

#[tokio::test(start_paused = true)]
async fn verbose_shows_requests_and_answers_without_keys_and_passwords() {
    let mut kettle = Kettle::new(|_, _, _| {
        (
            202,
            json!({"instance": {"id": WEB, "default_password": "hunter2", "label": "web\u{9b}2J"}}),
        )
    });
    kettle.key = Some("THEKEY");
    let create = "instance create --region ewr --plan p --os-id 1 --label x -v";
    let ran = kettle.run(create).await;
    let told = ran.told.join("\n");
    assert!(told.starts_with("> POST http://127.0.0.1:1/v2/instances\n"), "{told}");
    for line in [
        "> authorization: Bearer ***",
        "> content-type: application/json",
        r#"> {"region":"ewr","plan":"p","os_id":1,"label":"x"}"#,
        "< 202 Accepted in 0.0 ms",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    assert!(told.contains(r#""default_password":"***""#), "{told}");
    assert!(!told.contains("THEKEY") && !told.contains("hunter2"), "{told}");
    assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
    assert!(ran.out.contains("hunter2"), "the result is whole: {}", ran.out);

    let ran = kettle.run("api account --verbose").await;
    assert!(ran.told[0].starts_with("> GET http://127.0.0.1:1/v2/account\n"), "{:?}", ran.told);
    assert_eq!(kettle.run("block list").await.told, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn verbose_shows_what_is_tried_again() {
    let ran = Kettle::new(|_, _, _| (503, json!({}))).run("block list -v").await;
    let again = ran.told.iter().filter(|told| told.starts_with("* trying again in ")).count();
    assert_eq!((again, ran.asked.len()), (4, 5));
}

/// Runs a line against somebody who says nothing for so long; what is told, and after which time.
async fn silent(
    line: &str,
    silence: Duration,
    somebody: bool,
) -> (u8, Vec<(u64, String)>, Duration) {
    let start = Instant::now();
    let transport = move |_: Request| async move {
        tokio::time::sleep(silence).await;
        Ok(Response::new(r#"{"blocks":[],"meta":{}}"#.into()))
    };
    // As patient as the one that the command line makes.
    let client = sdk::Client::builder("http://127.0.0.1:1").transport(transport);
    let client = client.timeout(Duration::from_secs(60)).build().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let context = Context {
        env: &|_| None,
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        terminal: Terminal { progress: somebody, ..Terminal::default() },
        watch: Watch::new(move |line| {
            log.lock().unwrap().push(((Instant::now() - start).as_secs(), line.to_owned()));
        }),
        client: Some(client),
    };
    let matches = cli::command().try_get_matches_from(line.split(' ')).unwrap();
    let exit = cli::run(&matches, context).await as u8;
    let told = told.lock().unwrap().clone();
    (exit, told, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn who_watches_is_told_that_no_answer_came_yet() {
    let (exit, told, _) = silent("kettle block list", Duration::from_secs(15), true).await;
    let what = "still waiting for GET http://127.0.0.1:1/v2/blocks";
    assert_eq!(told, [(3, format!("{what}, 3 s")), (13, format!("{what}, 13 s"))]);
    assert_eq!(exit, 0);
    let quick = Duration::from_secs(2);
    assert_eq!(silent("kettle block list", quick, true).await.1, []);
    assert_eq!(silent("kettle block list", Duration::from_secs(15), false).await.1, []);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_is_given_up_within_a_minute() {
    let forever = Duration::from_secs(86_400);
    let (exit, told, took) = silent("kettle block list", forever, true).await;
    assert_eq!((exit, told.len(), took.as_secs()), (9, 6, 60));
}

#[tokio::test(start_paused = true)]
async fn how_long_a_connection_may_take_is_a_time() {
    let ran = Kettle::new(world).run("block list --connect-timeout soon").await;
    assert!(ran.exit == 2 && ran.err.contains("expected a time such as"), "{}", ran.err);
    assert_eq!(Kettle::new(world).run("block list --connect-timeout 2s").await.exit, 0);
}
