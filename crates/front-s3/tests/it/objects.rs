//! Objects are put, read, listed, copied and deleted.

use crate::client::{NAMES, Server};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_is_read_again_whole_and_in_ranges() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/shop", "").await;
    let headers = [("content-type", "text/plain"), ("x-amz-meta-colour", "red")];
    let put = client.ask("PUT", "/shop/a/b%20c", &headers, "hello world").await;
    assert_eq!(put.header("etag"), "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
    let got = client.get("/shop/a/b%20c").await;
    assert_eq!((got.status, got.body.as_str()), (200, "hello world"));
    assert_eq!(got.header("content-type"), "text/plain");
    assert_eq!(got.header("x-amz-meta-colour"), "red");
    assert_eq!(got.header("content-length"), "11");
    let range = client.ask("GET", "/shop/a/b%20c", &[("range", "bytes=-5")], "").await;
    assert_eq!((range.status, range.body.as_str()), (206, "world"));
    assert_eq!(range.header("content-range"), "bytes 6-10/11");
    let beyond = client.ask("GET", "/shop/a/b%20c", &[("range", "bytes=11-")], "").await;
    assert_eq!(beyond.outcome(), "416 InvalidRange");
    assert_eq!(client.get("/shop/a").await.outcome(), "404 NoSuchKey");
    client.put("/shop/a", "a key beside those below it").await;
    assert_eq!(client.get("/nobody/a").await.outcome(), "404 NoSuchBucket");
    let usage = server.s3.usage(NAMES[0].1, "shop").await.unwrap();
    assert_eq!((usage.objects, usage.bytes, usage.versions), (2, 11 + 27, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_decide_who_writes_and_what_is_told_again() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/state", "").await;
    let once = [("if-none-match", "*")];
    let first = client.ask("PUT", "/state/lock", &once, "1").await;
    assert_eq!(first.status, 200);
    assert_eq!(
        client.ask("PUT", "/state/lock", &once, "2").await.outcome(),
        "412 PreconditionFailed"
    );
    assert_eq!(client.get("/state/lock").await.body, "1");
    let same = [("if-match", first.header("etag"))];
    assert_eq!(client.ask("PUT", "/state/lock", &same, "3").await.status, 200);
    assert_eq!(
        client.ask("PUT", "/state/lock", &same, "4").await.outcome(),
        "412 PreconditionFailed"
    );
    assert_eq!(client.ask("PUT", "/state/none", &same, "4").await.outcome(), "404 NoSuchKey");
    let now = client.get("/state/lock").await;
    let known = [("if-none-match", now.header("etag"))];
    let again = client.ask("GET", "/state/lock", &known, "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let since = [("if-modified-since", now.header("last-modified"))];
    assert_eq!(client.ask("GET", "/state/lock", &since, "").await.status, 304);
    let before = [("if-unmodified-since", "Thu, 01 Jan 2026 00:00:00 GMT")];
    assert_eq!(client.ask("GET", "/state/lock", &before, "").await.status, 412);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_write_at_once_if_nothing_is_there_one_does() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/race", "").await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..8 {
        asked.spawn(async move {
            let once = [("if-none-match", "*")];
            client.ask("PUT", "/race/one", &once, n.to_string()).await.status
        });
    }
    let mut all = asked.join_all().await;
    all.sort_unstable();
    assert_eq!(all, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_folded_at_a_delimiter() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/tree", "").await;
    for key in ["a", "b/1", "b/2", "b0", "c/x/1", "d%26e"] {
        client.put(&format!("/tree/{key}"), "x").await;
    }
    let keys = |body: &str, tag: &str| -> Vec<String> {
        let open = format!("<{tag}>");
        let parts =
            body.split(&open).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        parts.collect()
    };
    let folded = client.get("/tree?delimiter=%2F&list-type=2").await;
    assert_eq!(keys(&folded.body, "Key"), ["a", "b0", "d&amp;e"]);
    assert_eq!(keys(&folded.body, "Prefix"), ["", "b/", "c/"]);
    let mut seen = Vec::new();
    let mut target = "/tree?delimiter=%2F&list-type=2&max-keys=1".to_owned();
    loop {
        let page = client.get(&target).await;
        seen.extend(keys(&page.body, "Key"));
        seen.extend(keys(&page.body, "Prefix").into_iter().skip(1));
        if page.tag("IsTruncated") != "true" {
            break;
        }
        let token = page.tag("NextContinuationToken");
        target = format!("/tree?continuation-token={token}&delimiter=%2F&list-type=2&max-keys=1");
    }
    assert_eq!(seen, ["a", "b/", "b0", "c/", "d&amp;e"]);
    let encoded = client.get("/tree?encoding-type=url&prefix=d").await;
    assert_eq!(keys(&encoded.body, "Key"), ["d%26e"]);
    let after = client.get("/tree?list-type=2&start-after=b%2F1").await;
    assert_eq!(keys(&after.body, "Key"), ["b/2", "b0", "c/x/1", "d&amp;e"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_checked_by_what_was_said_of_it() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/sums", "").await;
    let wrong = [("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")];
    assert_eq!(client.ask("PUT", "/sums/k", &wrong, "hello").await.outcome(), "400 BadDigest");
    let sum = [("x-amz-checksum-crc32", "NhCmhg==")];
    let put = client.ask("PUT", "/sums/k", &sum, "hello").await;
    assert_eq!((put.status, put.header("x-amz-checksum-crc32")), (200, "NhCmhg=="));
    assert_eq!(client.ask("PUT", "/sums/k", &sum, "other").await.outcome(), "400 BadDigest");
    let told = client.ask("HEAD", "/sums/k", &[("x-amz-checksum-mode", "ENABLED")], "").await;
    assert_eq!(told.header("x-amz-checksum-crc32"), "NhCmhg==");
    // The body is not what was signed.
    let mut request = client.signed("PUT", "/sums/k", &[], b"hello");
    let last = request.len() - 1;
    request[last] = b'!';
    let address = server.address;
    let forged = tokio::task::spawn_blocking(move || crate::client::send(address, &request));
    assert_eq!(forged.await.unwrap().unwrap().status, 400);
    assert_eq!(client.get("/sums/k").await.body, "hello");
    let secret = [("x-amz-server-side-encryption", "AES256")];
    assert_eq!(client.ask("PUT", "/sums/k", &secret, "x").await.outcome(), "501 NotImplemented");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_live_on_their_own() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/from", "").await;
    client.put("/copy", "").await;
    let red = [("x-amz-meta-colour", "red"), ("x-amz-tagging", "a=b")];
    client.ask("PUT", "/from/k", &red, "content").await;
    let copied = client.ask("PUT", "/copy/k", &[("x-amz-copy-source", "/from/k")], "").await;
    assert_eq!(copied.status, 200, "{}", copied.body);
    let gone = client.ask("DELETE", "/from/k", &[], "").await;
    assert_eq!(gone.status, 204);
    let copy = client.get("/copy/k").await;
    assert_eq!((copy.body.as_str(), copy.header("x-amz-meta-colour")), ("content", "red"));
    assert_eq!(copy.header("x-amz-tagging-count"), "1");
    let itself = client.ask("PUT", "/copy/k", &[("x-amz-copy-source", "/copy/k")], "").await;
    assert_eq!(itself.outcome(), "400 InvalidRequest");
    let replaced = [
        ("x-amz-copy-source", "/copy/k"),
        ("x-amz-meta-colour", "blue"),
        ("x-amz-metadata-directive", "REPLACE"),
    ];
    assert_eq!(client.ask("PUT", "/copy/k", &replaced, "").await.status, 200);
    assert_eq!(client.get("/copy/k").await.header("x-amz-meta-colour"), "blue");
}

#[tokio::test(flavor = "multi_thread")]
async fn full_buckets_stay_and_empty_ones_go_from_both_sides() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/box", "").await;
    client.put("/box/k", "x").await;
    assert_eq!(client.ask("DELETE", "/box", &[], "").await.outcome(), "409 BucketNotEmpty");
    client.ask("DELETE", "/box/k", &[], "").await;
    assert_eq!(client.ask("DELETE", "/box", &[], "").await.status, 204);
    assert_eq!(client.get("/box").await.outcome(), "404 NoSuchBucket");
    client.put("/box", "").await;
    assert_eq!(client.get("/box?policy").await.outcome(), "404 NoSuchBucketPolicy");
    let other = server.client("alt").ask("PUT", "/box", &[], "").await;
    assert_eq!(other.outcome(), "409 BucketAlreadyExists");
    client.put("/box/k", "x").await;
    server.s3.remove_all(NAMES[0].1).await.unwrap();
    assert!(server.s3.there().await.is_empty());
    assert_eq!(client.get("/box/k").await.outcome(), "404 NoSuchKey");
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_are_found_by_their_hosts() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/pics", "").await;
    client.put("/pics/cat", "meow").await;
    for host in ["pics.localhost", "pics.ewr1.vultrobjects.com"] {
        assert_eq!(client.ask("GET", "/cat", &[("host", host)], "").await.body, "meow", "{host}");
    }
    assert_eq!(client.ask("GET", "/pics/cat", &[("host", "localhost")], "").await.body, "meow");
}
