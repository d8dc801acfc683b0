//! What strangers and browsers can do to v1: no page, no memory, no other account's ids.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::v1::{CALLS, Entry, Kind};
use axum::body::{Body, Bytes};
use futures_util::stream;
use testkit::{KEY, World};
use tower::ServiceExt;
use v1::{Limit, Mode};

use super::common::{V1, exchange, form, request, router, text};

const SCRIPT: &str = "<script>alert('1')</script>&\"";

/// What each parameter of a call may be, or markup where it may be any text.
fn markup(call: &Entry) -> String {
    let value = |kind| match kind {
        Kind::Integer => "1",
        Kind::Flag => "yes",
        Kind::Switch => "on",
        Kind::Boolean => "true",
        Kind::Json => "[\"<b>\"]",
        Kind::Text | Kind::List => SCRIPT,
    };
    form(&call.params.iter().map(|p| (p.name, value(p.kind))).collect::<Vec<_>>())
}

#[tokio::test]
async fn no_answer_holds_what_a_browser_takes_for_markup() {
    let world = World::new().await;
    let alive = router(&world, Mode::Alive, None);
    let gone = router(&world, Mode::Gone, None);
    let mut asked = Vec::new();
    for call in CALLS {
        let (verb, path) = (call.verb.as_str(), call.path);
        asked.push((alive.clone(), request(verb, path, &markup(call))));
        for param in call.params {
            // Where a number should be, and as the name of a parameter, and without a key.
            let wrong = form(&[(param.name, SCRIPT), (SCRIPT, SCRIPT)]);
            asked.push((alive.clone(), request(verb, path, &wrong)));
            let uri = format!("/v1/{path}?{wrong}");
            let request = http::Request::builder().method(verb).uri(uri);
            asked.push((alive.clone(), request.body(Body::empty()).unwrap()));
        }
    }
    for path in ["%3Cscript%3E", "server/%3Cscript%3E", "os/list", "server/halt"] {
        asked.push((alive.clone(), request("GET", path, "")));
        asked.push((gone.clone(), request("GET", path, "")));
    }
    for (router, request) in asked {
        let uri = request.uri().clone();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let header = |name: &str| parts.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox", "{uri}");
        assert_eq!(header("x-frame-options"), "DENY", "{uri}");
        let kind = header("content-type");
        let is_page = kind == "text/html; charset=UTF-8";
        assert!(is_page || kind == "application/json", "{uri}: {kind}");
        let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(!is_page || !body.contains(['<', '>']), "{uri}: {body}");
    }
    let refused = request("GET", "regions/availability", &form(&[("DCID", SCRIPT)]));
    let told = exchange(&alive, refused).await.body;
    let words =
        "Invalid DCID.  It must be an integer, not \"&lt;script&gt;alert('1')&lt;/script&gt;";
    assert!(told.starts_with(words), "{told}");
}

/// A body of so many chunks of 8 KiB, and how many have been read.
fn chunks(most: usize) -> (Body, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    let chunks = std::iter::repeat_n(Bytes::from(vec![b'a'; 8 << 10]), most).map(move |chunk| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(chunk)
    });
    (Body::from_stream(stream::iter(chunks)), read)
}

#[tokio::test]
async fn of_a_long_body_little_is_read_before_the_key_is_right() {
    let world = World::new().await;
    let router = router(&world, Mode::Alive, None);
    for key in ["", "WRONG"] {
        let (body, read) = chunks(100);
        let request = http::Request::builder().method("POST").uri("/v1/server/create");
        let request = if key.is_empty() { request } else { request.header("API-Key", key) };
        let answer = exchange(&router, request.body(body).unwrap()).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, "Invalid API key"));
        assert!(read.load(Ordering::SeqCst) <= 3, "16 KiB, and what comes next");
    }
    let post = |body| {
        let request = http::Request::builder().method("POST").header("API-Key", KEY);
        request.uri("/v1/sshkey/create?name=k&ssh_key=ssh-rsa%20AAAA").body(body).unwrap()
    };
    let answer = exchange(&router, post(chunks(100).0)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let (body, read) = chunks(1000);
    let answer = exchange(&router, post(body)).await;
    let words = "The request's body has more than 1048576 bytes";
    assert_eq!((answer.status, answer.body.as_str()), (412, words));
    assert_eq!(read.load(Ordering::SeqCst), 129);
}

#[tokio::test]
async fn a_key_that_is_too_long_for_one_is_wrong_wherever_it_stands() {
    let world = World::new().await;
    let router = router(&world, Mode::Alive, Some(Limit::of_v1(world.clock.clone())));
    let long = "K".repeat(10_000);
    let get = |uri: &str| http::Request::builder().uri(uri);
    let in_header = get("/v1/account/info").header("API-Key", &long).body(Body::empty());
    let in_query = get(&format!("/v1/account/info?api_key={long}")).body(Body::empty());
    let public = get(&format!("/v1/os/list?api_key={long}")).body(Body::empty());
    let post = http::Request::builder().method("POST").uri("/v1/sshkey/create");
    let in_form = post.body(Body::from(format!("api_key={long}&name=k&ssh_key=ssh-rsa%20AAAA")));
    for request in [in_header, in_query, public, in_form] {
        let answer = exchange(&router, request.unwrap()).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, "Invalid API key"));
    }
}

#[tokio::test]
async fn a_value_that_fits_into_no_address_is_refused() {
    let v1 = V1::new().await;
    let long = "a".repeat(100_000);
    for (path, name) in [("dns/delete_domain", "domain"), ("dns/soa_update", "domain")] {
        let refused = v1.refused(path, &[(name, &long)]).await;
        assert!(refused.starts_with("Invalid value."), "{path}: {refused}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_tell_the_id_of_another_accounts_thing() {
    let world = World::builder().open().build().await;
    let router = router(&world, Mode::Alive, None);
    let ask = async |key: &str, path: &str, params: &[(&str, &str)]| {
        let builder = http::Request::builder().method("POST").uri(format!("/v1/{path}"));
        let request = builder.header("API-Key", key).body(Body::from(form(params))).unwrap();
        exchange(&router, request).await
    };
    let make = async |key: &str, path: &str, params: &[(&str, &str)], id: &str| {
        let answer = ask(key, path, params).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        world.settle().await;
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        text(&answer[id])
    };
    let (one, two) = ("ONEONEONE", "TWOTWOTWO");
    let server = [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387")];
    let theirs = make(one, "server/create", &server, "SUBID").await;
    let group = make(one, "firewall/group_create", &[], "FIREWALLGROUPID").await;
    let network = make(one, "network/create", &[("DCID", "1")], "NETWORKID").await;
    let key = [("name", "k"), ("ssh_key", "ssh-rsa AAAA")];
    let ssh_key = make(one, "sshkey/create", &key, "SSHKEYID").await;
    let script = [("name", "s"), ("script", "#!/bin/sh")];
    let script = make(one, "startupscript/create", &script, "SCRIPTID").await;
    let snapshot = make(one, "snapshot/create", &[("SUBID", &theirs)], "SNAPSHOTID").await;
    let own = make(two, "server/create", &server, "SUBID").await;
    let volume = [("DCID", "1"), ("size_gb", "10")];
    let volume = make(two, "block/create", &volume, "SUBID").await;
    let balancer = make(two, "loadbalancer/create", &[("DCID", "1")], "SUBID").await;
    let with = |name, id| [&server[..], &[(name, id)]].concat();
    let nodes = format!("[{theirs}]");
    for (path, params, id) in [
        ("server/create", with("FIREWALLGROUPID", &group), &group),
        ("server/create", with("NETWORKID[]", &network), &network),
        ("server/create", with("SSHKEYID", &ssh_key), &ssh_key),
        ("server/create", with("SCRIPTID", &script), &script),
        ("server/firewall_group_set", vec![("SUBID", &own), ("FIREWALLGROUPID", &group)], &group),
        ("server/restore_snapshot", vec![("SUBID", &own), ("SNAPSHOTID", &snapshot)], &snapshot),
        ("block/attach", vec![("SUBID", &volume), ("attach_to_SUBID", &theirs)], &theirs),
        (
            "loadbalancer/instance_attach",
            vec![("SUBID", &balancer), ("backendNode", &theirs)],
            &theirs,
        ),
        ("loadbalancer/create", vec![("DCID", "1"), ("attached_nodes", &nodes)], &theirs),
    ] {
        let refused = ask(two, path, &params).await;
        assert_eq!(refused.status, 412, "{path}: {refused:?}");
        let is_uuid = |word: &str| word.parse::<uuid::Uuid>().is_ok();
        let words = refused.body.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
        assert_eq!(words.into_iter().find(|word| is_uuid(word)), None, "{path} {id}: {refused:?}");
    }
}
