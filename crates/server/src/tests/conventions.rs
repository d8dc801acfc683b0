//! Conventions of API v2, whatever the operation: statuses, bodies, headers, pages, limits.

use std::net::IpAddr;
use std::time::Duration;

use api::ssh_keys::CreateSshKey;
use axum::body::Body;
use control::Behave;
use http::{HeaderMap, Request, Response};
use serde_json::Value;
use testkit::{KEY, World};

/// A request with the owner's key and a JSON body.
fn request(method: &str, uri: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
        .body(body.into())
        .expect("a request")
}

fn from(address: [u8; 4], mut request: Request<Body>) -> Request<Body> {
    let address = IpAddr::from(address);
    request.extensions_mut().insert(server::Peer((address, 49_152).into()));
    request
}

async fn vultr() -> World {
    World::builder().behave(Behave::Vultr).build().await
}

fn is_error(response: &Response<String>, status: u16, error: &str) {
    let (error, body) = (serde_json::to_string(error).expect("text is JSON"), response.body());
    assert_eq!(body, &format!(r#"{{"error":{error},"status":{status}}}"#));
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn nothing_is_served_elsewhere() {
    let world = World::new().await;
    let uris = ["/v2", "/v2/", "/v2/nothing", "/v2/blocks/", "/V2/blocks", "/v2//blocks"];
    for uri in uris.iter().chain(&["/v1x", "/v2/blocks/x/y/z", "/favicon.ico"]) {
        for method in ["GET", "POST", "DELETE"] {
            let response = world.exchange(request(method, uri, "")).await;
            is_error(&response, 404, "Not found.");
            assert_eq!(response.headers()["x-user"], "root@kettle.invalid", "errors included");
        }
    }
    let nobodys = Request::get("/v2/nothing").body(Body::empty()).unwrap();
    let response = world.exchange(nobodys).await;
    is_error(&response, 404, "Not found.");
    assert!(!response.headers().contains_key("x-user"));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new().await;
    let cases = [
        ("PUT", "/v2/blocks", "GET, POST"),
        ("POST", "/v2/blocks/x", "DELETE, GET, PATCH"),
        ("OPTIONS", "/v2/regions", "GET"),
        ("DELETE", "/v2/users/me/groups", "GET"),
        ("GET", "/v2/blocks/x/attach", "POST"),
    ];
    for (method, uri, allowed) in cases {
        let response = world.exchange(request(method, uri, "")).await;
        is_error(&response, 405, &format!("Method not allowed. Must be one of: {allowed}"));
        let allow: Vec<_> = response.headers().get_all("allow").iter().collect();
        assert_eq!(allow, [allowed]);
    }
}

fn common(headers: &HeaderMap) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex,noarchive"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(headers[name], value);
    }
}

#[tokio::test]
async fn headers_are_those_that_clients_expect() {
    let world = World::new().await;
    let public = Request::get("/v2/regions").body(Body::empty()).unwrap();
    let response = world.exchange(public).await;
    common(response.headers());
    assert_eq!(response.headers()["content-type"], "application/json", "no charset");
    assert!(!response.headers().contains_key("x-user"), "nobody's key");

    let response = world.exchange(request("GET", "/v2/ssh-keys", "")).await;
    common(response.headers());
    assert_eq!(response.headers()["x-user"], "root@kettle.invalid");
    let response = world.exchange(request("GET", "/v2/ssh-keys/x", "")).await;
    assert_eq!(response.status(), 400);
    common(response.headers());
    assert_eq!(response.headers()["x-user"], "root@kettle.invalid");

    let user = r#"{"email":"a@example.com","name":"A","password":"Correct-Horse-7"}"#;
    let (status, body) = world.raw("POST", "/v2/users", user).await;
    assert_eq!(status, 201);
    let user: Value = serde_json::from_str(&body).unwrap();
    let key = user["user"]["api_key"].as_str().unwrap();
    let mut forbidden = request("GET", "/v2/users", "");
    forbidden.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    let response = world.exchange(forbidden).await;
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["x-user"], "a@example.com");
}

#[tokio::test]
async fn a_success_without_data_has_no_body_and_a_type_all_the_same() {
    let world = World::new().await;
    let key = CreateSshKey { name: "a".into(), ssh_key: "ssh-rsa AAAA a".into() };
    let key = world.client.send(key).await.unwrap();
    let response = world.exchange(request("DELETE", &format!("/v2/ssh-keys/{}", key.id), "")).await;
    assert_eq!((response.status().as_u16(), &**response.body()), (204, ""));
    assert_eq!(response.headers()["content-type"], "text/html; charset=UTF-8");
    common(response.headers());
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let world = World::new().await;
    let get = world.exchange(request("GET", "/v2/regions", "")).await;
    let head = world.exchange(request("HEAD", "/v2/regions", "")).await;
    assert_eq!((head.status().as_u16(), &**head.body()), (200, ""));
    assert_eq!(head.headers()["content-type"], "application/json");
    assert_eq!(head.headers()["content-length"], get.body().len().to_string());
}

#[tokio::test]
async fn a_key_comes_as_bearer_in_any_case_and_in_no_other_way() {
    let world = World::new().await;
    let ask = async |value: &str| {
        let request = Request::get("/v2/ssh-keys").header("authorization", value);
        world.exchange(request.body(Body::empty()).unwrap()).await.status().as_u16()
    };
    for good in [format!("Bearer {KEY}"), format!("bearer {KEY}"), format!("BEARER  {KEY} ")] {
        assert_eq!(ask(&good).await, 200, "{good}");
    }
    for bad in [KEY.to_owned(), format!("Basic {KEY}"), format!("Bearer{KEY}"), "Bearer".into()] {
        assert_eq!(ask(&bad).await, 401, "{bad}");
    }
    let in_query = Request::get(format!("/v2/ssh-keys?api_key={KEY}")).body(Body::empty()).unwrap();
    assert_eq!(world.exchange(in_query).await.status(), 401);
}

#[tokio::test]
async fn no_answer_is_for_a_browser_to_show() {
    let world = World::new().await;
    for (method, uri, status) in [
        ("GET", "/", 200),
        ("PUT", "/", 405),
        ("GET", "/_kettle/status", 200),
        ("GET", "/_kettle/requests", 200),
        ("POST", "/_kettle/stop", 409),
        ("GET", "/v2/<script>", 404),
        ("PUT", "/v2/blocks", 405),
        ("GET", "/_kettle/health", 200),
        ("POST", "/_kettle/reset", 204),
        ("PUT", "/_kettle/reset", 405),
        ("GET", "/_kettle/console/x", 200),
        ("GET", "/_kettle/nothing", 404),
        ("GET", "/openapi.json", 200),
        ("GET", "/v2/clusters", 501),
    ] {
        let mut request = request(method, "/", "");
        *request.uri_mut() = uri.replace('<', "%3C").replace('>', "%3E").parse().unwrap();
        let response = world.exchange(request).await;
        assert_eq!(response.status(), status, "{method} {uri}");
        common(response.headers());
    }
}

#[tokio::test]
async fn a_key_that_is_too_long_is_refused_unseen() {
    let world = World::builder().open().build().await;
    for (length, status) in [(255, 200), (256, 401), (60_000, 401)] {
        let key = "k".repeat(length);
        let mut request = request("GET", "/v2/ssh-keys", "");
        request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        let response = world.exchange(request).await;
        assert_eq!(response.status(), status, "{length}");
        assert_eq!(world.control.identify(&key, None).await.is_ok(), status == 200);
        if status == 401 {
            let error = "Invalid API token. a key has at most 255 bytes";
            is_error(&response, 401, error);
        }
    }
}

#[tokio::test]
async fn an_account_is_made_where_one_is_needed_only() {
    let world = World::builder().open().build().await;
    let ask = async |method: &str, uri: &str, key: &str| {
        let mut request = request(method, uri, "");
        request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        world.exchange(request).await.status().as_u16()
    };
    for (n, (method, uri, status)) in [
        ("GET", "/v2/regions", 200),
        ("GET", "/v2/plans?per_page=1", 200),
        ("GET", "/v2/nothing", 404),
        ("PUT", "/v2/regions", 405),
        ("GET", "/v2/clusters", 501),
        ("GET", "/_kettle/health", 200),
        ("POST", "/_kettle/reset", 403),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("STRANGER{n}");
        assert_eq!(ask(method, uri, &key).await, status, "{method} {uri}");
        assert!(world.control.identify(&key, None).await.is_err(), "{method} {uri}: no account");
    }
    assert_eq!(ask("GET", "/v2/ssh-keys", "GUEST").await, 200);
    assert!(world.control.identify("GUEST", None).await.is_ok());
}

#[tokio::test]
async fn what_the_api_has_and_kettle_does_not_serve_says_so() {
    let (quick, real) = (World::new().await, vultr().await);
    for (method, uri, of) in [
        ("GET", "/v2/clusters", "/v2/clusters, an operation of the API (clusters)"),
        ("HEAD", "/v2/clusters", ""),
        (
            "GET",
            "/v2/clusters/availability",
            "/v2/clusters/availability, an operation of the API (clusters)",
        ),
        (
            "DELETE",
            "/v2/clusters/7",
            "/v2/clusters/{cluster-id}, an operation of the API (clusters)",
        ),
        ("POST", "/v2/clusters", "/v2/clusters, an operation of the API (clusters)"),
        ("GET", "/scim/v2/Users", "/scim/v2/Users, an operation of the API (scim)"),
    ] {
        let response = quick.exchange(request(method, uri, "{}")).await;
        match method {
            "HEAD" => assert_eq!(response.status(), 501),
            _ => {
                let error = format!(
                    "Not implemented. Kettle does not serve {method} {of}; docs/coverage.md lists \
                     what it serves"
                );
                is_error(&response, 501, &error);
            }
        }
        assert_eq!(response.headers()["x-user"], "root@kettle.invalid");
        let response = real.exchange(request(method, uri, "{}")).await;
        assert_eq!(response.status(), 404, "as what the real API has never heard of");
    }
    // A wrong method is one, wherever it is.
    for (method, uri, allowed) in
        [("PATCH", "/v2/clusters", "GET, POST"), ("PUT", "/v2/blocks", "GET, POST")]
    {
        let response = quick.exchange(request(method, uri, "")).await;
        is_error(&response, 405, &format!("Method not allowed. Must be one of: {allowed}"));
    }
    let response = quick.exchange(request("GET", "/v2/clusters/a/b/c/d", "")).await;
    is_error(&response, 404, "Not found.");
}

#[tokio::test]
async fn nothing_that_is_served_is_taken_for_what_is_not() {
    let world = World::new().await;
    for route in control::routes().0 {
        let path = route.op.path.replace(['{', '}'], "");
        let response = world.exchange(request(route.op.method.as_str(), &path, "{}")).await;
        let status = response.status().as_u16();
        let is_served = response.body() != r#"{"error":"Not found.","status":404}"#;
        assert!(is_served && ![405, 501].contains(&status), "{:?} {status}", route.op.id);
    }
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_refused() {
    let world = World::new().await;
    let body = |bytes: usize| {
        let around = r#"{"name":"","ssh_key":"x"}"#.len();
        format!(r#"{{"name":"{}","ssh_key":"x"}}"#, "n".repeat(bytes - around))
    };
    let response = world.exchange(request("POST", "/v2/ssh-keys", body((1 << 20) + 1))).await;
    let error = "Request entity too large. a body has at most 1048576 bytes";
    is_error(&response, 413, error);
    let response = world.exchange(request("POST", "/v2/ssh-keys", body(1 << 20))).await;
    assert_eq!(response.status(), 400, "that is read, and no SSH key");
    let response = world.exchange(request("GET", "/v2/ssh-keys", body((1 << 20) + 1))).await;
    assert_eq!(response.status(), 200, "what has no use for a body does not look at it");
}

#[tokio::test]
async fn what_is_no_object_in_json_is_refused() {
    let world = World::new().await;
    let post =
        async |body: &'static [u8]| world.exchange(request("POST", "/v2/ssh-keys", body)).await;
    for body in [&b"[1]"[..], b"7", b"\"text\"", b"true"] {
        is_error(&post(body).await, 400, "Bad request. the body must be a JSON object");
    }
    for body in [&b"{"[..], b"name=x", b"{\"name\":\"\xff\"}", b"{} {}"] {
        let response = post(body).await;
        assert_eq!(response.status(), 400);
        let starts = r#"{"error":"Bad request. the body is no JSON: "#;
        assert!(response.body().starts_with(starts), "{}", response.body());
    }
    // Nothing, and what PHP makes of an empty map, is an object without fields.
    for body in [&b""[..], b" \n", b"[]", b"null", b"{}"] {
        is_error(&post(body).await, 400, "Bad request. name: is required");
    }
    let deep = "[".repeat(100_000);
    let response = world.exchange(request("POST", "/v2/ssh-keys", deep)).await;
    assert_eq!(response.status(), 400, "however deep it is");
}

#[tokio::test]
async fn a_wrong_type_is_refused_by_field_and_what_reads_right_is_taken() {
    let world = World::new().await;
    let post = async |body: &str| world.raw("POST", "/v2/blocks", body).await;
    let (status, body) = post(r#"{"region":"ewr","size_gb":"forty"}"#).await;
    assert_eq!((status, body.contains("size_gb")), (400, true), "{body}");
    let (status, body) = post(r#"{"region":["ewr"],"size_gb":40}"#).await;
    assert_eq!((status, body.contains("region")), (400, true), "{body}");
    let lenient = r#"{"region":"ewr","size_gb":"40","label":null,"no_such_field":[{}]}"#;
    let (status, body) = post(lenient).await;
    assert_eq!(status, 202, "{body}");
    assert!(body.contains(r#""label":"""#), "null is not given: {body}");
}

#[tokio::test]
async fn an_id_that_is_none_is_told_so() {
    let world = World::new().await;
    for uri in ["/v2/ssh-keys/x", "/v2/blocks/123", "/v2/ssh-keys/%20"] {
        let response = world.exchange(request("GET", uri, "")).await;
        assert_eq!(response.status(), 400);
        let said = r#"{"error":"Invalid UUID format. "#;
        assert!(response.body().starts_with(said), "{}", response.body());
    }
    let response = world.exchange(request("GET", "/v2/ssh-keys/%FF", "")).await;
    is_error(&response, 400, "Bad request. the path is not UTF-8");
}

#[tokio::test]
async fn pages_lead_to_each_other_and_know_their_ends() {
    let world = World::new().await;
    for i in 0..5 {
        let key = CreateSshKey { name: format!("key{i}"), ssh_key: "ssh-rsa AAAA a".into() };
        world.client.send(key).await.unwrap();
    }
    let page = async |query: String| {
        let (status, body) = world.raw("GET", &format!("/v2/ssh-keys?{query}"), "").await;
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let keys = body["ssh_keys"].as_array().unwrap();
        let names: Vec<_> = keys.iter().map(|k| k["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(body["meta"]["total"], 5);
        let link = |name| body["meta"]["links"][name].as_str().unwrap().to_owned();
        (names.join(" "), link("next"), link("prev"))
    };
    // As Ansible writes it.
    let (names, next, prev) = page("&per_page=2&cursor=".into()).await;
    assert_eq!((&*names, &*prev), ("key0 key1", ""));
    let (names, next, prev) = page(format!("per_page=2&cursor={next}")).await;
    assert_eq!(names, "key2 key3");
    assert_eq!(page(format!("cursor={prev}&per_page=2")).await.0, "key0 key1");
    let (names, next, _) = page(format!("per_page=2&cursor={next}")).await;
    assert_eq!((&*names, &*next), ("key4", ""));
    let (_, next, prev) = page("per_page=500".into()).await;
    assert_eq!((&*next, &*prev), ("", ""));
}

#[tokio::test]
async fn filters_combine_with_paging() {
    let world = World::new().await;
    let mut uri = "/v2/plans?type=vhf&per_page=2".to_owned();
    let mut seen = 0;
    let total = loop {
        let (status, body) = world.raw("GET", &uri, "").await;
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body).unwrap();
        let plans = body["plans"].as_array().unwrap();
        assert!(plans.len() <= 2 && plans.iter().all(|plan| plan["type"] == "vhf"), "{body}");
        seen += plans.len();
        match body["meta"]["links"]["next"].as_str().unwrap() {
            "" => break body["meta"]["total"].clone(),
            next => uri = format!("/v2/plans?type=vhf&per_page=2&cursor={next}"),
        }
    };
    assert!(seen > 2);
    assert_eq!(total, seen);
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused_by_field() {
    let world = World::new().await;
    for list in ["/v2/ssh-keys", "/v2/regions"] {
        for (query, field) in [
            ("per_page=0", "per_page"),
            ("per_page=501", "per_page"),
            ("per_page=-1", "per_page"),
            ("per_page=ten", "per_page"),
            ("cursor=nonsense", "cursor"),
            ("cursor=bmV4dF9f", "cursor"),
        ] {
            let (status, body) = world.raw("GET", &format!("{list}?{query}"), "").await;
            assert_eq!(status, 400, "{list}?{query}");
            let starts = format!(r#"{{"error":"Bad request. {field}: "#);
            assert!(body.starts_with(&starts), "{body}");
        }
    }
}

#[tokio::test]
async fn more_than_thirty_requests_a_second_from_one_address_are_too_many() {
    let world = vultr().await;
    let ask =
        async |address, uri: &str| world.exchange(from(address, request("GET", uri, ""))).await;
    let (here, there) = ([127, 0, 0, 1], [127, 0, 0, 2]);
    for i in 0..30 {
        // Whatever they ask for: also where nothing is, and what they may not do.
        let (uri, status) = [("/v2/regions", 200), ("/v2/x", 404), ("/v2/ssh-keys/x", 400)][i % 3];
        assert_eq!(ask(here, uri).await.status(), status);
    }
    for uri in ["/v2/regions", "/v2/x", "/v2/ssh-keys"] {
        let response = ask(here, uri).await;
        is_error(&response, 429, "Your request exceeded the API rate limit.");
        assert_eq!(response.headers()["retry-after"], "1");
    }
    assert_eq!(ask(there, "/v2/regions").await.status(), 200, "each address counts for itself");
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(ask(here, "/v2/regions").await.status(), 200);
}

#[tokio::test]
async fn there_is_no_rate_limit_when_quick() {
    let world = World::new().await;
    for _ in 0..100 {
        let response =
            world.exchange(from([127, 0, 0, 1], request("GET", "/v2/regions", ""))).await;
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn the_real_words_come_alone_where_the_real_thing_is_asked_for() {
    let world = vultr().await;
    let long = "x".repeat((1 << 20) + 1);
    for (method, uri, body, status, error) in [
        ("POST", "/v2/ssh-keys", "{}", 400, "Bad request."),
        ("POST", "/v2/ssh-keys", "[1]", 400, "Bad request."),
        ("POST", "/v2/ssh-keys", "{", 400, "Bad request."),
        ("POST", "/v2/ssh-keys", &long, 413, "Request entity too large."),
        ("GET", "/v2/ssh-keys?per_page=0", "", 400, "Bad request."),
        ("GET", "/v2/ssh-keys?cursor=x", "", 400, "Bad request."),
        ("GET", "/v2/ssh-keys/x", "", 400, "Invalid UUID format."),
        ("GET", "/v2/ssh-keys/5b2c3a1e-7d64-4a0b-9c8f-0123456789ab", "", 404, "Invalid ssh key"),
        ("GET", "/v2/x", "", 404, "Not found."),
    ] {
        let response = world.exchange(request(method, uri, body.to_owned())).await;
        is_error(&response, status, error);
    }
    let mut wrong = request("GET", "/v2/ssh-keys", "");
    wrong.headers_mut().insert("authorization", "Bearer WRONG".parse().unwrap());
    is_error(&world.exchange(wrong).await, 401, "Invalid API token.");
    let mut none = request("GET", "/v2/ssh-keys", "");
    none.headers_mut().remove("authorization");
    is_error(&world.exchange(none).await, 401, "Invalid API token.");
}

#[tokio::test]
async fn a_body_says_that_it_is_json_where_the_real_thing_is_asked_for() {
    let ask = async |world: &World, kind: Option<&'static str>| {
        let body = r#"{"name":"a","ssh_key":"ssh-rsa AAAA a"}"#;
        let mut request = request("POST", "/v2/ssh-keys", body);
        request.headers_mut().remove("content-type");
        if let Some(kind) = kind {
            request.headers_mut().insert("content-type", kind.parse().unwrap());
        }
        world.exchange(request).await.status().as_u16()
    };
    let (real, quick) = (vultr().await, World::new().await);
    for kind in [None, Some("application/x-www-form-urlencoded")] {
        assert_eq!(ask(&real, kind).await, 400);
        assert_eq!(ask(&quick, kind).await, 201);
    }
    for kind in ["application/json", "application/json; charset=utf-8"] {
        assert_eq!(ask(&real, Some(kind)).await, 201);
    }
}

#[tokio::test]
async fn the_document_of_what_is_served_is_public() {
    let world = World::new().await;
    let response = world.exchange(Request::get("/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), 200);
    let document: Value = serde_json::from_str(response.body()).unwrap();
    assert!(document["paths"]["/v2/blocks"]["get"].is_object());
}

#[tokio::test]
async fn what_is_kettles_own_refuses_wrong_methods_too() {
    let world = World::new().await;
    for (uri, allowed) in
        [("/openapi.json", "GET"), ("/_kettle/health", "GET"), ("/_kettle/reset", "POST")]
    {
        let response = world.exchange(request("PUT", uri, "")).await;
        is_error(&response, 405, &format!("Method not allowed. Must be one of: {allowed}"));
        assert_eq!(response.headers()["allow"], allowed);
    }
}

#[tokio::test]
async fn a_reset_needs_the_first_key_and_leaves_nothing_but_it() {
    let world = World::new().await;
    world
        .client
        .send(CreateSshKey { name: "a".into(), ssh_key: "ssh-rsa AAAA a".into() })
        .await
        .unwrap();
    let nobodys = Request::post("/_kettle/reset").body(Body::empty()).unwrap();
    assert_eq!(world.exchange(nobodys).await.status(), 403);
    let response = world.exchange(request("POST", "/_kettle/reset", "")).await;
    assert_eq!(response.status(), 204);
    let (status, body) = world.raw("GET", "/v2/ssh-keys", "").await;
    assert_eq!((status, body.contains(r#""total":0"#)), (200, true), "{body}");
}
