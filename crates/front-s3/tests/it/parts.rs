//! Uploads by parts.

use crate::client::{Client, NAMES, Server};

async fn begin(client: &Client, target: &str) -> String {
    let begun = client.ask("POST", &format!("{target}?uploads"), &[], "").await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    begun.tag("UploadId").to_owned()
}

fn completion(etags: &[(u32, String)]) -> String {
    let parts = etags.iter().map(|(number, etag)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    });
    format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_make_an_object_in_the_order_of_their_numbers() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/big", "").await;
    let id = begin(&client, "/big/k").await;
    let five = "a".repeat(5 << 20);
    // The last part first, and one that another takes the place of.
    let mut etags = Vec::new();
    for (number, body) in [(7, "tail"), (2, "never"), (2, five.as_str())] {
        let put = client.put(&format!("/big/k?partNumber={number}&uploadId={id}"), body).await;
        etags.push((number, put.header("etag").to_owned()));
    }
    assert_eq!(client.get("/big/k").await.outcome(), "404 NoSuchKey");
    let parts = client.get(&format!("/big/k?uploadId={id}")).await;
    assert_eq!(parts.body.matches("<Part>").count(), 2);
    let complete = |etags: Vec<(u32, String)>| {
        let target = format!("/big/k?uploadId={id}");
        async move { client.ask("POST", &target, &[], completion(&etags)).await }
    };
    let [tail, never, five] = &etags[..] else { unreachable!() };
    let unordered = complete(vec![tail.clone(), five.clone()]).await;
    assert_eq!(unordered.outcome(), "400 InvalidPartOrder");
    assert_eq!(complete(vec![never.clone()]).await.outcome(), "400 InvalidPart");
    let done = complete(vec![five.clone(), tail.clone()]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.tag("ETag").contains("-2"), "{}", done.body);
    let got = client.ask("GET", "/big/k", &[("range", "bytes=5242878-")], "").await;
    assert_eq!(got.body, "aatail");
    assert_eq!(client.get("/big/k?partNumber=2").await.body, "tail");
    // Said twice, done once.
    assert_eq!(complete(vec![five.clone(), tail.clone()]).await.status, 200);
    let usage = server.s3.usage(NAMES[0].1, "big").await.unwrap();
    assert_eq!((usage.objects, usage.bytes), (1, (5 << 20) + 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn small_parts_come_last_and_aborted_ones_leave_nothing() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/big", "").await;
    let id = begin(&client, "/big/k").await;
    let mut etags = Vec::new();
    for number in [1, 2] {
        let put = client.put(&format!("/big/k?partNumber={number}&uploadId={id}"), "small").await;
        etags.push((number, put.header("etag").to_owned()));
    }
    let target = format!("/big/k?uploadId={id}");
    let small = client.ask("POST", &target, &[], completion(&etags)).await;
    assert_eq!(small.outcome(), "400 EntityTooSmall");
    assert!(client.get("/big?uploads").await.body.contains(&id));
    assert_eq!(server.s3.usage(NAMES[0].1, "big").await.unwrap().bytes, 10);
    assert_eq!(client.ask("DELETE", &target, &[], "").await.status, 204);
    assert_eq!(client.ask("DELETE", &target, &[], "").await.outcome(), "404 NoSuchUpload");
    assert_eq!(server.s3.usage(NAMES[0].1, "big").await.unwrap().bytes, 0);
    let late = client.ask("PUT", &format!("/big/k?partNumber=3&uploadId={id}"), &[], "x").await;
    assert_eq!(late.outcome(), "404 NoSuchUpload");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_may_be_a_range_of_another_object() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/big", "").await;
    client.put("/big/from", "0123456789").await;
    let id = begin(&client, "/big/k").await;
    let target = format!("/big/k?partNumber=1&uploadId={id}");
    let copy = |range: &'static str| {
        let target = target.clone();
        async move {
            let headers = [("x-amz-copy-source", "/big/from"), ("x-amz-copy-source-range", range)];
            client.ask("PUT", &target, &headers, "").await
        }
    };
    assert_eq!(copy("bytes=5-20").await.outcome(), "416 InvalidRange");
    assert_eq!(copy("bytes=5").await.outcome(), "400 InvalidArgument");
    let copied = copy("bytes=2-5").await;
    let etag = copied.tag("ETag").replace("&quot;", "\"");
    let target = format!("/big/k?uploadId={id}");
    let done = client.ask("POST", &target, &[], completion(&[(1, etag)])).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(client.get("/big/k").await.body, "2345");
}
