//! Versions, locks and the end by a lifecycle.

use crate::client::{BEGIN, Client, NAMES, Server};

const ENABLED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const DAY: i64 = 86_400_000;

async fn versioned(client: &Client, bucket: &str) {
    client.put(&format!("/{bucket}"), "").await;
    client.put(&format!("/{bucket}?versioning"), ENABLED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_versions_stay_behind_newer_ones_and_markers() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/ver", "").await;
    client.put("/ver/k", "zero").await;
    client.put("/ver?versioning", ENABLED).await;
    let one = client.put("/ver/k", "one").await.header("x-amz-version-id").to_owned();
    let two = client.put("/ver/k", "two").await.header("x-amz-version-id").to_owned();
    assert_ne!(one, two);
    assert_eq!(client.get(&format!("/ver/k?versionId={one}")).await.body, "one");
    assert_eq!(client.get("/ver/k?versionId=null").await.body, "zero");
    let marker = client.ask("DELETE", "/ver/k", &[], "").await;
    assert_eq!((marker.status, marker.header("x-amz-delete-marker")), (204, "true"));
    let gone = client.get("/ver/k").await;
    assert_eq!(
        (gone.outcome().as_str(), gone.header("x-amz-delete-marker")),
        ("404 NoSuchKey", "true")
    );
    let list = client.get("/ver?versions").await;
    assert_eq!(list.body.matches("<Version>").count(), 3, "{}", list.body);
    assert_eq!(list.body.matches("<DeleteMarker>").count(), 1);
    let marker = marker.header("x-amz-version-id").to_owned();
    client.ask("DELETE", &format!("/ver/k?versionId={marker}"), &[], "").await;
    assert_eq!(client.get("/ver/k").await.body, "two");
    client.ask("DELETE", &format!("/ver/k?versionId={two}"), &[], "").await;
    assert_eq!(client.get("/ver/k").await.body, "one");
    assert_eq!(client.ask("DELETE", "/ver", &[], "").await.outcome(), "409 BucketNotEmpty");
    let usage = server.s3.usage(NAMES[0].1, "ver").await.unwrap();
    assert_eq!((usage.objects, usage.versions, usage.bytes), (1, 2, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_versions_goes_on_though_what_it_showed_is_deleted() {
    let server = Server::start().await;
    let client = server.client("main");
    versioned(&client, "ver").await;
    for n in 0..5 {
        client.put("/ver/k", n.to_string()).await;
    }
    let (mut seen, mut from) = (0, String::new());
    loop {
        let page = client.get(&format!("/ver?versions&max-keys=2{from}")).await;
        for one in page.body.split("<VersionId>").skip(1) {
            let version = one.split('<').next().unwrap();
            client.ask("DELETE", &format!("/ver/k?versionId={version}"), &[], "").await;
            seen += 1;
        }
        if page.tag("IsTruncated") != "true" {
            break;
        }
        let (key, version) = (page.tag("NextKeyMarker"), page.tag("NextVersionIdMarker"));
        from = format!("&key-marker={key}&version-id-marker={version}");
    }
    assert_eq!(seen, 5);
    assert_eq!(client.ask("DELETE", "/ver", &[], "").await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_locked_stays_until_its_time_or_its_hold_is_over() {
    let server = Server::start().await;
    let client = server.client("main");
    let lock = [("x-amz-bucket-object-lock-enabled", "true")];
    assert_eq!(client.ask("PUT", "/locks", &lock, "").await.status, 200);
    let kept = [
        ("x-amz-object-lock-mode", "GOVERNANCE"),
        ("x-amz-object-lock-retain-until-date", "2026-11-28T00:00:00Z"),
    ];
    let put = client.ask("PUT", "/locks/k", &kept, "kept").await;
    assert_eq!(put.status, 200, "{}", put.body);
    let target = format!("/locks/k?versionId={}", put.header("x-amz-version-id"));
    assert_eq!(client.ask("DELETE", &target, &[], "").await.outcome(), "403 AccessDenied");
    let hold = "<LegalHold><Status>ON</Status></LegalHold>";
    client.put("/locks/k?legal-hold", hold).await;
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    assert_eq!(client.ask("DELETE", &target, &bypass, "").await.outcome(), "403 AccessDenied");
    server.clock.set(BEGIN + 3 * DAY);
    assert_eq!(client.ask("DELETE", &target, &[], "").await.outcome(), "403 AccessDenied");
    client.put("/locks/k?legal-hold", hold.replace("ON", "OFF")).await;
    assert_eq!(client.ask("DELETE", &target, &[], "").await.status, 204);
    let rule = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
                <DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
                </ObjectLockConfiguration>";
    client.put("/locks?object-lock", rule).await;
    let put = client.put("/locks/strict", "x").await;
    let target = format!("/locks/strict?versionId={}", put.header("x-amz-version-id"));
    assert_eq!(client.ask("DELETE", &target, &bypass, "").await.outcome(), "403 AccessDenied");
    server.clock.set(BEGIN + 5 * DAY);
    assert_eq!(client.ask("DELETE", &target, &[], "").await.status, 204);
    // Buckets without locks promise none.
    client.put("/plain", "").await;
    assert_eq!(client.ask("PUT", "/plain/k", &kept, "x").await.outcome(), "400 InvalidRequest");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_end_by_the_rules_of_their_bucket() {
    let server = Server::start().await;
    let client = server.client("main");
    client.put("/logs", "").await;
    let rules = "<LifecycleConfiguration>\
        <Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter>\
        <Expiration><Days>2</Days></Expiration></Rule>\
        <Rule><ID>off</ID><Status>Disabled</Status><Filter><Prefix></Prefix></Filter>\
        <Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
    client.put("/logs?lifecycle", rules).await;
    client.put("/logs/tmp/a", "x").await;
    let kept = client.put("/logs/kept", "x").await;
    assert_eq!(kept.header("x-amz-expiration"), "");
    let told = client.get("/logs/tmp/a").await;
    assert_eq!(
        told.header("x-amz-expiration"),
        "expiry-date=\"Sun, 29 Nov 2026 00:00:00 GMT\", rule-id=\"old\""
    );
    assert_eq!(server.s3.expire(BEGIN + 2 * DAY).await.unwrap(), 0);
    assert_eq!(server.s3.expire(BEGIN + 3 * DAY).await.unwrap(), 1);
    assert_eq!(client.get("/logs/tmp/a").await.outcome(), "404 NoSuchKey");
    assert_eq!(client.get("/logs/kept").await.body, "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_and_lonely_markers_end_by_their_rules() {
    let server = Server::start().await;
    let client = server.client("main");
    versioned(&client, "ver").await;
    let rules = "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter></Filter>\
        <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>\
        <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>\
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>\
        </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";
    client.put("/ver?lifecycle", rules).await;
    client.put("/ver/k", "1").await;
    client.put("/ver/k", "2").await;
    client.ask("DELETE", "/ver/k", &[], "").await;
    client.ask("POST", "/ver/begun?uploads", &[], "").await;
    // Both versions, the marker that is then alone, and the upload.
    assert_eq!(server.s3.expire(BEGIN + 3 * DAY).await.unwrap(), 4);
    assert_eq!(server.s3.usage(NAMES[0].1, "ver").await.unwrap().versions, 0);
    assert!(!client.get("/ver?uploads").await.body.contains("begun"));
}
