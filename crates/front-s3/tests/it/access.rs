//! Who may do what: lists, policies, browsers.

use crate::client::{NAMES, Server};

#[tokio::test(flavor = "multi_thread")]
async fn buckets_are_their_owners_until_they_are_opened() {
    let server = Server::start().await;
    let (main, alt, nobody) = (server.client("main"), server.client("alt"), server.client(""));
    main.put("/shop", "").await;
    main.put("/shop/secret", "x").await;
    main.ask("PUT", "/shop/page", &[("x-amz-acl", "public-read")], "hello").await;
    assert_eq!(nobody.get("/shop/page").await.body, "hello");
    for stranger in [alt, nobody] {
        assert_eq!(stranger.get("/shop/secret").await.outcome(), "403 AccessDenied");
        assert_eq!(stranger.get("/shop").await.outcome(), "403 AccessDenied");
        assert_eq!(stranger.get("/shop/none").await.outcome(), "403 AccessDenied");
        assert_eq!(stranger.ask("PUT", "/shop/k", &[], "x").await.outcome(), "403 AccessDenied");
        assert_eq!(
            stranger.ask("DELETE", "/shop/page", &[], "").await.outcome(),
            "403 AccessDenied"
        );
    }
    main.ask("PUT", "/shop?acl", &[("x-amz-acl", "public-read")], "").await;
    assert_eq!(nobody.get("/shop").await.status, 200);
    assert_eq!(nobody.get("/shop/none").await.outcome(), "404 NoSuchKey");
    let grant = format!("id=\"{}\"", NAMES[1].1);
    main.ask("PUT", "/shop/secret?acl", &[("x-amz-grant-read", &grant)], "").await;
    assert_eq!(alt.get("/shop/secret").await.body, "x");
    assert_eq!(nobody.get("/shop/secret").await.outcome(), "403 AccessDenied");
    let unknown = [("x-amz-grant-read", "id=\"00000000-0000-0000-0000-000000000009\"")];
    assert_eq!(
        main.ask("PUT", "/shop/secret?acl", &unknown, "").await.outcome(),
        "400 InvalidArgument"
    );
    let blocked = "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls>\
                   </PublicAccessBlockConfiguration>";
    main.put("/shop?publicAccessBlock", blocked).await;
    assert_eq!(nobody.get("/shop/page").await.outcome(), "403 AccessDenied");
    assert_eq!(server.client("other").get("/shop").await.outcome(), "403 InvalidAccessKeyId");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_allow_and_deny() {
    let server = Server::start().await;
    let (main, alt, nobody) = (server.client("main"), server.client("alt"), server.client(""));
    main.put("/pol", "").await;
    main.put("/pol/open/k", "open").await;
    main.put("/pol/closed/k", "closed").await;
    let policy = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
          {{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pol/open/*"}},
          {{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam:::user/{id}"}},
            "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::pol/*",
            "Condition": {{"StringEquals": {{"s3:x-amz-acl": "bucket-owner-full-control"}}}}}},
          {{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::pol/closed/*"}}]}}"#,
        id = NAMES[1].1
    );
    let put = main.ask("PUT", "/pol?policy", &[], &policy).await;
    assert_eq!(put.status, 204, "{}", put.body);
    assert_eq!(nobody.get("/pol/open/k").await.body, "open");
    assert_eq!(main.get("/pol/closed/k").await.outcome(), "403 AccessDenied");
    assert_eq!(alt.ask("PUT", "/pol/new", &[], "x").await.outcome(), "403 AccessDenied");
    let full = [("x-amz-acl", "bucket-owner-full-control")];
    assert_eq!(alt.ask("PUT", "/pol/new", &full, "x").await.status, 200);
    assert_eq!(main.get("/pol/new").await.body, "x");
    assert!(
        main.get("/pol?policyStatus").await.body.contains("<IsPublic>TRUE</IsPublic>")
            || main.get("/pol?policyStatus").await.body.contains("<IsPublic>true</IsPublic>")
    );
    assert_eq!(main.ask("DELETE", "/pol?policy", &[], "").await.status, 204);
    assert_eq!(main.get("/pol/closed/k").await.body, "closed");
    assert_eq!(nobody.get("/pol/open/k").await.outcome(), "403 AccessDenied");
    let other = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}}"#;
    assert_eq!(main.ask("PUT", "/pol?policy", &[], other).await.outcome(), "400 MalformedPolicy");
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_told_what_other_origins_may() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/web", "").await;
    let asks = [("origin", "https://app.example"), ("access-control-request-method", "PUT")];
    assert_eq!(client.ask("OPTIONS", "/web/k", &asks, "").await.outcome(), "403 AccessForbidden");
    let rules = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example</AllowedOrigin>\
                 <AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>\
                 <ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>";
    client.put("/web?cors", rules).await;
    let allowed = client.ask("OPTIONS", "/web/k", &asks, "").await;
    assert_eq!((allowed.status, allowed.header("access-control-allow-methods")), (200, "PUT, GET"));
    let put = client.ask("PUT", "/web/k", &asks[..1], "x").await;
    assert_eq!(put.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(put.header("access-control-expose-headers"), "ETag");
    let other = client.ask("GET", "/web/k", &[("origin", "https://evil.test")], "").await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_strangers_are_taken_where_strangers_may_write() {
    let server = Server::start().await;
    let (main, nobody) = (server.client("main"), server.client(""));
    main.put("/forms", "").await;
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file =
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhello\r\n";
    let form = format!("{}{file}--cut--\r\n", part("key", "upload"));
    let kind = [("content-type", "multipart/form-data; boundary=cut")];
    let refused = nobody.ask("POST", "/forms", &kind, &form).await;
    assert_eq!(refused.outcome(), "403 AccessDenied", "{}", refused.body);
    assert_eq!(main.get("/forms/upload").await.outcome(), "404 NoSuchKey");
    main.ask("PUT", "/forms?acl", &[("x-amz-acl", "public-read-write")], "").await;
    assert_eq!(nobody.ask("POST", "/forms", &kind, &form).await.status, 204);
    assert_eq!(main.get("/forms/upload").await.body, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_what_was_wrong_with_what() {
    let server = Server::start().await;
    let error = server.client("main").get("/nobody/a%26b").await;
    assert_eq!(error.outcome(), "404 NoSuchBucket");
    assert_eq!(error.tag("Message"), "The specified bucket does not exist");
    assert_eq!(error.tag("Resource"), "/nobody/a%26b");
    assert_eq!(error.tag("RequestId"), error.header("x-amz-request-id"));
    let long = "/nobody/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604801&X-Amz-Signature=0";
    let refused = server.client("").get(long).await;
    assert_eq!(refused.outcome(), "403 AccessDenied");
    assert!(refused.tag("Message").contains("a week"), "{}", refused.body);
}
