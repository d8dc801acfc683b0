//! CDNs: pull zones and push zones, purges, and files that come by a form.

use std::time::Duration;

use api::account::GetAccount;
use api::cdns::*;
use api::id::{PullZoneId, PushZoneId};
use api::{Endpoint, Time};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drivers::{CdnSpec, Things};
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks, outside, plain, survives_crashes};

const HOUR: Duration = Duration::from_secs(3600);

fn pull() -> CreatePullZone {
    CreatePullZone {
        label: "site".into(),
        origin_domain: "www.example.com".into(),
        gzip: Some(true),
        ..Default::default()
    }
}

fn push() -> CreatePushZone {
    CreatePushZone { label: "files".into(), ..Default::default() }
}

/// What a zone was told to be, outside; none: it is not there.
async fn told(world: &World, id: impl Into<Uuid>) -> Option<CdnSpec> {
    let seen = Things::observe(&outside(world), id.into()).await.unwrap();
    seen.map(|thing| thing.spec.expect("it can be read"))
}

/// The form for a file.
async fn form(world: &World, pushzone_id: PushZoneId, name: &str, size: u64) -> UploadEndpoint {
    world.done(CreatePushZoneUpload { pushzone_id, name: name.into(), size }).await
}

async fn uploaded(world: &World, id: PushZoneId, name: &str, text: &str) {
    let form = form(world, id, name, text.len() as u64).await;
    assert_eq!(world.upload(&form, "text/plain", text.as_bytes()).await, (204, String::new()));
}

fn pem(what: &str) -> String {
    STANDARD.encode(format!("-----BEGIN {what}-----\nMIIB\n-----END {what}-----\n"))
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let pullzone_id = world.done(pull()).await.id;
        let pushzone_id = world.done(push()).await.id;
        world.settle().await;
        world.done(PurgePullZone { pullzone_id }).await;
        uploaded(world, pushzone_id, "a.txt", "a").await;
        world.settle().await;
        let mut zones = (
            world.done(GetPullZone { pullzone_id }).await,
            world.done(GetPushZone { pushzone_id }).await,
        );
        (zones.0.cdn_url, zones.1.cdn_url) = Default::default();
        let there = [told(world, pullzone_id).await, told(world, pushzone_id).await];
        let there =
            there.map(|spec| spec.map(|spec| (spec.origin, spec.purged > 0, spec.files.len())));
        world.done(DeletePullZone { pullzone_id }).await;
        world.done(DeletePushZone { pushzone_id }).await;
        world.settle().await;
        let left = [told(world, pullzone_id).await, told(world, pushzone_id).await];
        let rows = world.store.kinds().await.unwrap();
        let rows: Vec<_> = rows.into_iter().filter(|(kind, _)| kind.starts_with("cdn")).collect();
        (plain(&zones.0), plain(&zones.1), there, left.map(|spec| spec.is_some()), rows)
    })
    .await;
}

#[tokio::test]
async fn zones_become_active_and_read_as_they_were_ordered() {
    let world = World::new().await;
    let made = world.done(pull()).await;
    assert_eq!(made.status, ZoneStatus::Pending);
    world.settle().await;
    let (_, body) = world.raw("GET", &format!("/v2/cdns/pull-zones/{}", made.id), "").await;
    let shown: Value = serde_json::from_str(&body).unwrap();
    let host = made.cdn_url.strip_prefix("https://").unwrap();
    assert!(
        host.starts_with("cdn-") && host.ends_with(".vultrcdn.com") && host.len() == 29,
        "{host}"
    );
    let expected = json!({
        "id": made.id.to_string(), "origin_scheme": "https", "origin_domain": "www.example.com",
        "last_purge": "", "date_created": "2026-11-21 09:30:00", "status": "active",
        "label": "site", "cdn_url": made.cdn_url, "vanity_domain": "", "cache_size": 50_000_000,
        "requests": 0, "in_bytes": 0, "out_bytes": 0, "packets_per_sec": 50, "cors": false,
        "gzip": true, "block_ai": false, "block_bad_bots": false, "regions": [],
    });
    assert_eq!(shown["pull_zone"], expected);
    let there = told(&world, made.id).await.unwrap();
    assert_eq!((&*there.host, there.origin.as_deref()), (host, Some("https://www.example.com")));
    let files = world.done(push()).await;
    world.settle().await;
    assert_eq!(world.done(GetPushZone { pushzone_id: files.id }).await.status, ZoneStatus::Active);
    assert_eq!(told(&world, files.id).await.unwrap().origin, None);
    // One kind is not the other.
    let other = GetPushZone { pushzone_id: made.id.0.into() };
    assert_eq!(world.refused(other).await, (404, "Invalid CDN push zone ID".into()));
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let world = World::new().await;
    let pullzone_id = world.done(pull()).await.id;
    let update = || UpdatePullZone { pullzone_id, ..Default::default() };
    let changed = UpdatePullZone {
        origin_scheme: Some(OriginScheme::Http.into()),
        origin_domain: Some("origin.example.com".into()),
        cors: Some(true),
        block_ai: Some(true),
        block_bad_bots: Some(true),
        regions: Some(vec!["EWR".into(), "fra".into()]),
        ..update()
    };
    world.done(changed).await;
    // govultr sends an empty label with every change.
    let shown = world.done(UpdatePullZone { label: Some(String::new()), ..update() }).await;
    assert_eq!((&*shown.label, &*shown.origin_domain), ("site", "origin.example.com"));
    assert!(shown.cors && shown.gzip && shown.block_ai && shown.block_bad_bots);
    assert_eq!(shown.regions, ["ewr", "fra"]);
    world.settle().await;
    let there = told(&world, pullzone_id).await.unwrap();
    assert_eq!(there.origin.as_deref(), Some("http://origin.example.com"));
    assert!(there.cors && there.blocks_ai && there.blocks_bad_bots);
    let pushzone_id = world.done(push()).await.id;
    let label = Some("renamed".into());
    let renamed = UpdatePushZone { pushzone_id, label, gzip: Some(true), ..Default::default() };
    let shown = world.done(renamed).await;
    assert_eq!((&*shown.label, shown.gzip, shown.cors), ("renamed", true, false));
}

#[tokio::test]
async fn a_name_of_ones_own_needs_a_certificate_where_it_is_asked_by_https() {
    let world = World::new().await;
    let vanity = |domain: &str| CreatePullZone { vanity_domain: Some(domain.into()), ..pull() };
    let lacks = "Bad request. ssl_cert: `vanity_domain` is asked by HTTPS, and needs a certificate";
    world.refuses_with(vanity("files.example.com"), lacks).await;
    let named = CreatePushZone { vanity_domain: Some("files.example.com".into()), ..push() };
    world.refuses_with(named, lacks).await;
    let plain = CreatePullZone { origin_scheme: OriginScheme::Http, ..vanity("files.example.com") };
    world.done(plain).await;
    let with = |cert: &str, key: &str| CreatePullZone {
        ssl_cert: Some(cert.into()).filter(|text: &String| !text.is_empty()),
        ssl_cert_key: Some(key.into()).filter(|key: &api::Secret| !key.is_empty()),
        ..vanity("files.example.com")
    };
    let (cert, key) = (pem("CERTIFICATE"), pem("PRIVATE KEY"));
    for (bad, words) in [
        (with(&cert, ""), "ssl_cert_key: a certificate needs its private key"),
        (with("", &key), "ssl_cert: a private key needs its certificate"),
        (with("eA==", &key), "ssl_cert: it is no certificate in PEM, in base64"),
        (with(&cert, &cert), "ssl_cert_key: it is no private key in PEM, in base64"),
        (vanity("nowhere"), "vanity_domain: `nowhere` is no domain"),
        (CreatePullZone { origin_domain: "http://x.y".into(), ..pull() }, "origin_domain: `http"),
    ] {
        world.refuses_with(bad, &format!("Bad request. {words}")).await;
    }
    let unknown = CreatePullZone { regions: Some(vec!["xyz".into()]), ..pull() };
    world.refuses_with(unknown, "Invalid region. regions: `xyz` is no region").await;
    let pullzone_id = world.done(with(&cert, &key)).await.id;
    world.settle().await;
    let there = told(&world, pullzone_id).await.unwrap();
    assert_eq!(there.vanity_host, "files.example.com");
    assert!(
        there.certificate.is_some_and(|(chain, key)| chain.contains("CERT") && key.contains("KEY"))
    );
    let none =
        UpdatePullZone { pullzone_id, vanity_domain: Some(String::new()), ..Default::default() };
    assert_eq!(world.done(none).await.vanity_domain, "");
}

#[tokio::test]
async fn a_purge_is_done_once_in_six_hours_by_who_may_change_the_zone() {
    let world = World::new().await;
    let pullzone_id: PullZoneId = world.done(pull()).await.id;
    world.settle().await;
    let uri = format!("/v2/cdns/pull-zones/{pullzone_id}/purge");
    assert_eq!(world.raw("HEAD", &uri, "").await.0, 405, "who only looks purges nothing");
    assert_eq!(world.raw("GET", &uri, "").await, (202, "[]".into()));
    let purged = Time::from_millis(world.clock.now());
    world.settle().await;
    assert_eq!(told(&world, pullzone_id).await.unwrap().purged, purged.as_millis());
    world.advance(5 * HOUR).await;
    let early =
        "A pull zone can be purged once every six hours. the next purge can be at 2026-11-21T15:";
    world.refuses_with(PurgePullZone { pullzone_id }, early).await;
    let shown = world.done(GetPullZone { pullzone_id }).await;
    assert_eq!(shown.last_purge, purged.spaced());
    world.advance(HOUR).await;
    world.done(PurgePullZone { pullzone_id }).await;
    assert!(PurgePullZone::OP.access == api::Access::Subscriptions);
}

#[tokio::test]
async fn a_file_comes_by_the_form_that_was_asked_for_and_is_kept_until_it_is_deleted() {
    let world = World::new().await;
    let pushzone_id = world.done(push()).await.id;
    let form = form(&world, pushzone_id, "hello.txt", 5).await;
    assert_eq!(form.url, format!("http://127.0.0.1:8787/_kettle/upload/{pushzone_id}"));
    let host = world.done(GetPushZone { pushzone_id }).await.cdn_url;
    assert_eq!(form.inputs.key, format!("{}/hello.txt", host.trim_start_matches("https://")));
    let policy: Value =
        serde_json::from_slice(&STANDARD.decode(&form.inputs.policy).unwrap()).unwrap();
    assert_eq!(policy["expiration"], "2026-11-21T09:35:00+00:00");
    assert_eq!(world.upload(&form, "text/plain", b"hello").await, (204, String::new()));
    uploaded(&world, pushzone_id, "a/b.txt", "longer than that").await;
    let uri = format!("/v2/cdns/push-zones/{pushzone_id}/files");
    let (_, body) = world.raw("GET", &uri, "").await;
    let time = "2026-11-21T09:30:00+00:00";
    let files: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "files": [
            { "name": "a/b.txt", "size": 16, "last_modified": time },
            { "name": "hello.txt", "size": 5, "last_modified": time },
        ],
        "count": 2, "total_size": 21,
    });
    assert_eq!(files, expected);
    let (_, body) = world.raw("GET", &format!("{uri}/hello.txt"), "").await;
    let file: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "file": {
            "name": "hello.txt", "size": 5, "last_modified": time, "mime": "text/plain",
            "content": "aGVsbG8=",
        },
        "name": "hello.txt", "size": 5, "last_modified": time,
    });
    assert_eq!(file, expected, "both as clients read it");
    world.settle().await;
    let there = told(&world, pushzone_id).await.unwrap().files;
    assert_eq!(
        there.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["a/b.txt", "hello.txt"]
    );
    uploaded(&world, pushzone_id, "hello.txt", "again").await;
    assert_eq!(world.raw("DELETE", &format!("{uri}/a%2Fb.txt"), "").await.0, 204);
    let list = world.done(ListPushZoneFiles { pushzone_id }).await;
    assert_eq!((list.count, list.total_size), (1, 5));
    let rows = world.store.kinds().await.unwrap();
    let contents = rows.iter().find(|(kind, _)| kind == "cdn-content").map(|(_, rows)| *rows);
    assert_eq!(contents, Some(1), "what was replaced or deleted is not kept");
}

#[tokio::test]
async fn a_form_is_for_its_file_alone_for_five_minutes() {
    let world = World::new().await;
    let pushzone_id = world.done(push()).await.id;
    let other = world.done(push()).await.id;
    let good = form(&world, pushzone_id, "a.txt", 5).await;
    let refused = async |form: &UploadEndpoint, file: &[u8], words: &str| {
        let (status, text) = world.upload(form, "text/plain", file).await;
        assert!(status == 403 && text.contains(words), "{status} {text}");
    };
    refused(&good, b"too long", "the file has 8 bytes, and the form is for 5").await;
    let mut renamed = good.clone();
    renamed.inputs.key = renamed.inputs.key.replace("a.txt", "b.txt");
    refused(&renamed, b"hello", "the form is for `a.txt`").await;
    let mut forged = good.clone();
    forged.inputs.policy = STANDARD.encode(
        String::from_utf8(STANDARD.decode(&good.inputs.policy).unwrap())
            .unwrap()
            .replace(",5,5", ",8,8"),
    );
    refused(&forged, b"too long", "its signature is none of this zone's").await;
    let mut elsewhere = good.clone();
    elsewhere.url = elsewhere.url.replace(&pushzone_id.to_string(), &other.to_string());
    refused(&elsewhere, b"hello", "its signature is none of this zone's").await;
    elsewhere.url = elsewhere.url.replace(&other.to_string(), &Uuid::nil().to_string());
    refused(&elsewhere, b"hello", "its signature is none of this zone's").await;
    let (status, text) = world.raw("POST", &good.url, "{}").await;
    assert!(status == 400 && text.contains("send a form as `multipart/form-data`"), "{text}");
    world.advance(Duration::from_secs(301)).await;
    refused(&good, b"hello", "the form was good for five minutes").await;
    assert_eq!(world.done(ListPushZoneFiles { pushzone_id }).await.count, 0);
    for (name, size, words) in [
        ("", 1, "name: `` is no name of a file"),
        ("a", 0, "size: 0 is not from 1 to 1000000"),
        ("a", 1_000_001, "size: 1000001 is not from 1 to 1000000"),
    ] {
        let bad = CreatePushZoneUpload { pushzone_id, name: name.into(), size };
        world.refuses_with(bad, &format!("Bad request. {words}")).await;
    }
}

#[tokio::test]
async fn a_zone_costs_by_the_month_until_it_is_deleted() {
    let world = World::new().await;
    let pullzone_id = world.done(pull()).await.id;
    let pushzone_id = world.done(push()).await.id;
    world.advance(24 * HOUR).await;
    // Two at 10 dollars a month, by the hour.
    assert_eq!(world.done(GetAccount {}).await.pending_charges.0.to_string(), "0.66");
    world.done(DeletePullZone { pullzone_id }).await;
    world.done(DeletePushZone { pushzone_id }).await;
    world.advance(24 * HOUR).await;
    let owed = world.done(GetAccount {}).await.pending_charges;
    assert_eq!(owed.0.to_string(), "0.66", "for the time that they were there");
}
