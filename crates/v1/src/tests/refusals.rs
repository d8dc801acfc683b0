//! What every call refuses alike, asked of all 157: a missing key, a wrong method, parameters that
//! are missing, wrong or unknown, and things that are not there. Nothing is changed thereby.

use api::v1::{CALLS, Entry, Kind, Verb};
use serde_json::json;

use super::common::{V1, form, request};

/// A value that a parameter of this kind may have.
fn value(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "99999999",
        Kind::Text => "x",
        Kind::Flag => "yes",
        Kind::Switch => "on",
        Kind::Boolean => "true",
        Kind::Json => "[]",
        Kind::List => "dns",
    }
}

/// What the call cannot do without.
fn required(call: &Entry) -> Vec<(&'static str, &'static str)> {
    call.params.iter().filter(|p| p.required).map(|p| (p.name, value(p.kind))).collect()
}

#[tokio::test]
async fn no_call_goes_without_a_key_but_the_public_ones() {
    let v1 = V1::new().await;
    for call in CALLS {
        let uri = format!("/v1/{}?{}", call.path, form(&required(call)));
        for key in ["", "WRONG"] {
            let builder = http::Request::builder().method(call.verb.as_str()).uri(&uri);
            let builder = if key.is_empty() { builder } else { builder.header("API-Key", key) };
            let answer = v1.exchange(builder.body(axum::body::Body::empty()).unwrap()).await;
            let is_wrong_key = answer.status == 403 && answer.body == "Invalid API key";
            assert_eq!(is_wrong_key, !call.is_public(), "{} {answer:?}", call.path);
        }
    }
}

#[tokio::test]
async fn the_other_method_is_405_but_for_reads_that_clients_post() {
    let v1 = V1::new().await;
    let posted =
        ["backup/list", "server/list_ipv6", "server/reverse_list_ipv6", "server/upgrade_plan_list"];
    for call in CALLS {
        let other = if call.verb == Verb::Get { "POST" } else { "GET" };
        let answer = v1.exchange(request(other, call.path, "")).await;
        assert_eq!(answer.status == 405, !posted.contains(&call.path), "{} {answer:?}", call.path);
        let answer = v1.exchange(request("DELETE", call.path, "")).await;
        assert_eq!(answer.status, 405, "{}", call.path);
    }
    let answer = v1.exchange(request("GET", "server/nothing", "")).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, "Invalid API endpoint"));
}

#[tokio::test]
async fn each_parameter_that_is_missing_is_named() {
    let v1 = V1::new().await;
    for call in CALLS {
        let all = required(call);
        for (left_out, _) in &all {
            let params: Vec<_> = all.iter().filter(|(n, _)| n != left_out).copied().collect();
            let refused = v1.refused(call.path, &params).await;
            let words = format!("Missing {left_out}.  ");
            assert!(refused.starts_with(&words), "{}: {refused}", call.path);
        }
    }
}

#[tokio::test]
async fn each_parameter_of_a_wrong_type_is_named() {
    let v1 = V1::new().await;
    for call in CALLS {
        for param in call.params.iter().filter(|p| !matches!(p.kind, Kind::Text | Kind::List)) {
            let mut params = required(call);
            params.retain(|(name, _)| *name != param.name);
            params.push((param.name, "neither{"));
            let refused = v1.refused(call.path, &params).await;
            let words = format!("Invalid {}.  It must be ", param.name);
            assert!(refused.starts_with(&words), "{}: {refused}", call.path);
        }
    }
}

#[tokio::test]
async fn a_parameter_that_is_unknown_makes_no_difference() {
    let v1 = V1::new().await;
    for call in CALLS.iter().filter(|call| call.verb == Verb::Get) {
        let params = required(call);
        let mut with_more = params.clone();
        with_more.extend([("colour", "red"), ("tags[]", "a")]);
        let answer =
            async |params: &[_]| v1.exchange(request("GET", call.path, &form(params))).await;
        assert_eq!(answer(&with_more).await, answer(&params).await, "{}", call.path);
    }
    let key = [("name", "k"), ("ssh_key", "ssh-rsa AAAA"), ("colour", "red")];
    v1.make("sshkey/create", &key).await;
}

#[tokio::test]
async fn a_wrong_key_is_told_before_a_wrong_parameter() {
    let v1 = V1::new().await;
    let builder = http::Request::builder().method("POST").uri("/v1/server/halt?colour=red");
    let request = builder.header("API-Key", "WRONG").body(axum::body::Body::empty()).unwrap();
    assert_eq!(v1.exchange(request).await.status, 403);
}

#[tokio::test]
async fn a_subid_that_names_nothing_is_refused_in_v1s_words() {
    let v1 = V1::new().await;
    for call in CALLS {
        if !call.params.iter().any(|p| p.name == "SUBID") || call.path == "reservedip/destroy" {
            continue;
        }
        let mut params = required(call);
        params.retain(|(name, _)| *name != "SUBID");
        params.push(("SUBID", "99999999"));
        for (name, value) in &mut params {
            // What is checked by its form comes before what is looked up.
            if *name == "cron_type" {
                *value = "daily";
            }
        }
        let refused = v1.refused(call.path, &params).await;
        let words = match call.group() {
            "block" => "Invalid block storage.  Check SUBID value and ensure ",
            "loadbalancer" => "Invalid load balancer.  Check SUBID value and ensure ",
            "objectstorage" => "Invalid object storage.  Check SUBID value and ensure ",
            _ => "Invalid server.  Check SUBID value and ensure ",
        };
        assert!(refused.starts_with(words), "{}: {refused}", call.path);
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let v1 = V1::new().await;
    for call in CALLS.iter().filter(|call| call.verb == Verb::Post) {
        let mut params = required(call);
        // The last to be checked.
        if params.pop().is_some() {
            v1.refused(call.path, &params).await;
        }
    }
    let lists = [
        "server/list",
        "block/list",
        "snapshot/list",
        "sshkey/list",
        "startupscript/list",
        "dns/list",
        "firewall/group_list",
        "iso/list",
        "network/list",
        "reservedip/list",
        "loadbalancer/list",
        "objectstorage/list",
        "backup/list",
        "baremetal/list",
    ];
    for list in lists {
        assert_eq!(v1.get(list, &[]).await, json!([]), "{list}");
    }
    // The account's first user is none of those it made.
    assert_eq!(v1.get("user/list", &[]).await, json!([]));
}

#[tokio::test]
async fn a_custom_system_with_nothing_to_boot_from_is_refused() {
    let v1 = V1::new().await;
    let words = "Please upload select a valid ISO or specify a valid iPXE Chain URL";
    for (path, plan) in
        [("server/create", ("VPSPLANID", "201")), ("baremetal/create", ("METALPLANID", "100"))]
    {
        let refused = v1.refused(path, &[("DCID", "1"), plan, ("OSID", "159")]).await;
        assert!(refused.starts_with(words), "{path}: {refused}");
    }
}
