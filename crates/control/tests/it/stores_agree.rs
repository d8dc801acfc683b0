//! Any text, through creating, listing, filtering and changing: SQLite and PostgreSQL answer the
//! same.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use testkit::World;

use crate::common::stores::both;

/// Texts of pieces that a database, a query or a list might take for something else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "\0", "\u{1}", "\u{1f}", "\u{7f}", "'", "\"", "\\", "%", "_", ";--", "$1", " ", "\n",
            "\u{202e}", "\u{fffd}", "\u{10ffff}", "e\u{301}", "é", "ß", "İ", "😀", "a", "A", "-", ".",
        ]).prop_map(str::to_owned),
        1 => (proptest::sample::select(vec!["a", "é", "😀", "\0"]), 1..4000_usize)
            .prop_map(|(piece, count)| piece.repeat(count)),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What a client is told, but for ids, addresses and passwords: statuses, lengths, and refusals.
async fn tell(world: &World, (label, tag): &(String, String)) -> Vec<(String, u16, Value)> {
    let mut told = Vec::new();
    let mut ids = Vec::new();
    let create = json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label, "tags": [tag] });
    let group = json!({ "description": label });
    let key =
        json!({ "name": label, "ssh_key": format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI {tag}") });
    let block = json!({ "region": "ewr", "size_gb": 20, "label": label });
    let domain = json!({ "domain": label });
    for (path, body) in [
        ("/v2/instances", &create),
        ("/v2/firewalls", &group),
        ("/v2/ssh-keys", &key),
        ("/v2/blocks", &block),
        ("/v2/domains", &domain),
    ] {
        let (status, text) = world.raw("POST", path, &body.to_string()).await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        told.push((format!("POST {path}"), status, answer["error"].clone()));
        let id = answer["instance"]["id"].as_str().filter(|_| path == "/v2/instances");
        ids.extend(id.map(str::to_owned));
    }
    for id in &ids {
        let path = format!("/v2/instances/{id}");
        for body in [
            json!({ "label": tag, "tags": [label, tag] }),
            json!({ "label": label, "tags": [tag] }),
        ] {
            let (status, text) = world.raw("PATCH", &path, &body.to_string()).await;
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            told.push(("PATCH".to_owned(), status, answer["error"].clone()));
        }
        let (status, text) = world.raw("GET", &path, "").await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(answer["instance"]["label"], **label);
        told.push(("GET".to_owned(), status, answer["instance"]["tags"].clone()));
    }
    for path in [
        format!("/v2/instances?label={}", encoded(label)),
        format!("/v2/instances?tag={}", encoded(tag)),
        format!("/v2/instances?label={}&tag={}&region=ewr", encoded(label), encoded(tag)),
        format!("/v2/instances?hostname={}&cursor={}", encoded(tag), encoded(label)),
        format!("/v2/plans?type={}", encoded(label)),
        format!("/v2/domains/{}", encoded(label).replace('+', "%20")),
        format!("/v2/instances/{}", encoded(label).replace('+', "%20")),
        format!("/v1/server/list?label={}", encoded(label)),
    ] {
        let (status, text) = world.raw("GET", &path, "").await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let total = answer["meta"]["total"].clone();
        if !ids.is_empty() && path.starts_with("/v2/instances?label") && !label.is_empty() {
            assert!(total.as_u64() >= Some(1), "{path} finds what is there: {text}");
        }
        told.push((format!("GET {path}"), status, json!([total, answer["error"]])));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_is_answered_the_same_on_both_stores() {
    let (worlds, _directory) = both().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let texts = (text(), text()).new_tree(&mut runner).unwrap().current();
        let mut told = Vec::new();
        for world in &worlds {
            told.push(tell(world, &texts).await);
        }
        for (what, status, answer) in &told[0] {
            assert!(*status < 500, "{what} {texts:?}: {status} {answer}");
        }
        if let [file, postgres] = &told[..] {
            assert_eq!(file, postgres, "{texts:?}");
        }
    }
}
