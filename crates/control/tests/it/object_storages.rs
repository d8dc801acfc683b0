//! Object storage: what can be ordered, its life, its keys and its buckets.

use std::time::Duration;

use api::Money;
use api::account::GetAccount;
use api::id::ObjectStorageId;
use api::object_storages::*;
use control::catalog::Catalog;
use control::object_storages as stored;
use drivers::{ObjectStoreSpec, Thing, Things, object_store};
use testkit::World;

use crate::common::{Asks, change, outside, plain, survives_crashes};

/// ewr1, and lax1.
const EWR: u32 = 2;
const LAX: u32 = 11;
/// A tier with an archive, and one without.
const STANDARD: u32 = 2;
const PERFORMANCE: u32 = 5;

fn order(cluster_id: u32, tier_id: u32) -> CreateObjectStorage {
    CreateObjectStorage { cluster_id, tier_id: Some(tier_id), label: Some("files".into()) }
}

async fn storage(world: &World) -> ObjectStorageId {
    let made = world.done(order(EWR, STANDARD)).await;
    world.settle().await;
    made.id
}

async fn read(world: &World, object_storage_id: ObjectStorageId) -> ObjectStorage {
    world.done(GetObjectStorage { object_storage_id }).await
}

fn bucket(object_storage_id: ObjectStorageId, name: &str) -> CreateObjectStorageBucket {
    let bucket_name = name.into();
    CreateObjectStorageBucket { object_storage_id, bucket_name, ..Default::default() }
}

async fn buckets(world: &World, object_storage_id: ObjectStorageId) -> Vec<Bucket> {
    world.done(ListObjectStorageBuckets { object_storage_id }).await.items
}

/// A world with storage that has this bucket.
async fn with_bucket(name: &str) -> (World, ObjectStorageId) {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    world.done(bucket(object_storage_id, name)).await;
    (world, object_storage_id)
}

/// The storage as it is in the world.
async fn seen(world: &World, id: ObjectStorageId) -> Option<Thing<ObjectStoreSpec>> {
    Things::observe(&outside(world), id.0).await.unwrap()
}

/// What it was told to be.
async fn told(world: &World, id: ObjectStorageId) -> ObjectStoreSpec {
    seen(world, id).await.expect("it is there").spec.expect("it can be read")
}

fn rule(id: &str) -> ArchiveRule {
    ArchiveRule {
        id: id.into(),
        transitions: vec![RuleTransition { days: 30, ..Default::default() }],
        ..Default::default()
    }
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let object_storage_id = storage(world).await;
        world.done(bucket(object_storage_id, "first")).await;
        world.done(RegenerateObjectStorageKeys { object_storage_id }).await;
        world.settle().await;
        let mine = read(world, object_storage_id).await;
        let ready = seen(world, object_storage_id).await.unwrap().ready;
        let there = told(world, object_storage_id).await;
        let same = there.secret_key == mine.s3_secret_key;
        let mine = ObjectStorage {
            s3_access_key: String::new(),
            s3_secret_key: Default::default(),
            pending_charges: Money::default(),
            ..mine
        };
        world.done(DeleteObjectStorage { object_storage_id }).await;
        world.settle().await;
        let left = seen(world, object_storage_id).await.is_some();
        let row = world.store.get(object_storage_id.0).await.unwrap().is_some();
        (plain(&mine), same, ready, there.buckets, left, row)
    })
    .await;
}

#[tokio::test]
async fn storage_becomes_active_and_reads_as_it_was_ordered() {
    let world = World::new().await;
    let made = world.done(order(LAX, PERFORMANCE)).await;
    assert_eq!(made.status, ObjectStorageStatus::Pending);
    world.settle().await;
    let found = read(&world, made.id).await;
    assert_eq!(found, ObjectStorage { status: ObjectStorageStatus::Active.into(), ..made });
    assert_eq!((found.cluster_id, &*found.region, &*found.location), (LAX, "lax", "Los Angeles"));
    assert_eq!((&*found.label, &*found.s3_hostname), ("files", "lax1.vultrobjects.com"));
    let there = told(&world, found.id).await;
    assert_eq!(there.access_key, found.s3_access_key);
    assert_eq!(there.hostname, "lax1.vultrobjects.com");
    assert!(seen(&world, found.id).await.unwrap().ready);
    let unnamed = CreateObjectStorage { label: None, ..order(LAX, PERFORMANCE) };
    assert_eq!(world.done(unnamed).await.label, "");
}

#[tokio::test]
async fn the_tier_is_in_lists_only_under_the_name_that_clients_read() {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    let (_, body) = world.raw("GET", "/v2/object-storage", "").await;
    let list: serde_json::Value = serde_json::from_str(&body).unwrap();
    let tier = serde_json::json!({
        "OBJSTORETIERID": 2, "sales_name": "Standard", "sales_desc": "", "slug": "tier_008h_0600m",
        "price": 18, "bw_gb_price": 0.01, "disk_gb_price": 0.018, "archive_disk_gb_price": 0.006,
        "ratelimit_ops_bytes": 629_145_600, "ratelimit_ops_secs": 800, "is_default": "no",
    });
    assert_eq!(list["object_storages"][0]["tier"], tier);
    assert_eq!(list["object_storages"][0]["id"], object_storage_id.to_string());
    assert_eq!(list["meta"], serde_json::json!({"total": 1, "links": {"next": "", "prev": ""}}));
    let uri = format!("/v2/object-storage/{object_storage_id}");
    let (status, body) = world.raw("GET", &uri, "").await;
    assert!(status == 200 && !body.contains("tier"), "{body}");
}

#[tokio::test]
async fn a_cluster_or_tier_that_cannot_be_had_is_refused_and_nothing_is_made() {
    let closed = r#"{"object_storage_cluster": {"id": 7, "region": "blr", "hostname": "old.example", "tiers": [2], "deploy": false}}"#;
    let catalog = Catalog::builtin().with_file(closed).unwrap();
    let world = World::builder().catalog(catalog).build().await;
    let no_tier = || CreateObjectStorage { tier_id: None, ..order(LAX, 0) };
    let wrong = "Invalid tier specified for this location";
    let cluster = |help: &str| format!("Invalid object storage cluster. cluster_id: {help}");
    let offers = |help: &str| format!("{wrong}: tier_id: lax1.vultrobjects.com offers{help}");
    for (request, words) in [
        (order(99, STANDARD), cluster("99 is no cluster; there are 2 (ewr)")),
        (order(7, STANDARD), cluster("old.example takes no new object")),
        (no_tier(), offers(" 2 (Standard), 3 (Premium)")),
        // Legacy is offered in ewr1 only, and 99 nowhere.
        (order(LAX, 1), offers("")),
        (order(LAX, 99), offers("")),
        (order(LAX, 0), offers("")),
    ] {
        world.refuses_with(request, &words).await;
    }
    world.refuses_raw("POST", "/v2/object-storage", r#"{"tier_id": 2}"#, "cluster_id").await;
    let list = world.done(ListObjectStorages::default()).await;
    assert_eq!((list.items.len(), list.meta.total), (0, 0));
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    assert_eq!(world.refused(no_tier()).await, (400, wrong.into()));
}

#[tokio::test]
async fn clusters_are_public_and_tiers_are_listed_for_all_and_for_each_cluster() {
    let world = World::new().await;
    let nobody = async |uri: &str| {
        let request = http::Request::builder().uri(uri).body(String::new().into()).unwrap();
        world.exchange(request).await.status().as_u16()
    };
    assert_eq!(nobody("/v2/object-storage/clusters").await, 200);
    assert_eq!(nobody("/v2/object-storage/clusters/2/tiers").await, 200);
    // As it was seen, unlike what the reference says.
    assert_eq!(nobody("/v2/object-storage/tiers").await, 401);

    let clusters = world.done(ListObjectStorageClusters::default()).await;
    assert_eq!((clusters.meta.total, &*clusters.meta.links.next), (19, ""));
    let expected = ObjectStorageCluster {
        id: EWR,
        region: "ewr".into(),
        hostname: "ewr1.vultrobjects.com".into(),
        deploy: YesNo::Yes.into(),
    };
    assert_eq!(clusters.items[0], expected);
    let tiers = world.done(ListObjectStorageTiers {}).await;
    assert_eq!(tiers.iter().map(|tier| tier.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let legacy = &tiers[0];
    assert_eq!((legacy.terms.is_default.clone(), legacy.locations.len()), (YesNo::Yes.into(), 1));
    let place = &legacy.locations[0];
    assert_eq!((place.id, &*place.name, &*place.region), (EWR, "New Jersey", "ewr"));
    for cluster in clusters.items {
        let here = world.done(ListObjectStorageClusterTiers { cluster_id: cluster.id }).await;
        let offers = |tier: &&ObjectStorageTier| tier.locations.iter().any(|l| l.id == cluster.id);
        let expected = tiers.iter().filter(offers).map(|t| (t.id, t.terms.clone()));
        let here: Vec<_> = here.into_iter().map(|tier| (tier.id, tier.terms)).collect();
        assert_eq!(here, expected.collect::<Vec<_>>(), "{}", cluster.hostname);
    }
    let unknown = ListObjectStorageClusterTiers { cluster_id: 99 };
    let gone = (404, "Invalid object storage cluster ID".to_owned());
    assert_eq!(world.refused(unknown).await, gone);
    // A tier without an archive has no price for it, not a null.
    let (_, body) = world.raw("GET", "/v2/object-storage/clusters/4/tiers", "").await;
    assert!(!body.contains("null"), "{body}");
}

#[tokio::test]
async fn keys_are_random_and_new_ones_take_the_place_of_the_old() {
    let world = World::new().await;
    let mut known = std::collections::BTreeSet::new();
    let mut check = |access: &str, secret: &str| {
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        assert!(access.len() == 20 && access.bytes().all(upper), "{access}");
        assert!(secret.len() == 40 && secret.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(known.insert(access.to_owned()) && known.insert(secret.to_owned()));
    };
    let object_storage_id = storage(&world).await;
    let other = storage(&world).await;
    for id in [object_storage_id, other] {
        let found = read(&world, id).await;
        check(&found.s3_access_key, &found.s3_secret_key);
    }
    for _ in 0..3 {
        let keys = world.done(RegenerateObjectStorageKeys { object_storage_id }).await;
        check(&keys.s3_access_key, &keys.s3_secret_key);
        assert_eq!(keys.s3_hostname, "ewr1.vultrobjects.com");
        let found = read(&world, object_storage_id).await;
        assert_eq!(
            (&found.s3_access_key, &found.s3_secret_key),
            (&keys.s3_access_key, &keys.s3_secret_key)
        );
        assert_eq!(found.status, ObjectStorageStatus::Active, "it stays in use");
        world.settle().await;
        let there = told(&world, object_storage_id).await;
        assert_eq!((there.access_key, there.secret_key), (keys.s3_access_key, keys.s3_secret_key));
    }
    let uri = format!("/v2/object-storage/{object_storage_id}/regenerate-keys");
    let (status, body) = world.raw("POST", &uri, "").await;
    assert!(status == 201 && body.starts_with(r#"{"s3_credentials":{"s3_hostname":"#), "{body}");
}

#[tokio::test]
async fn a_label_changes_and_nothing_else() {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    let before = read(&world, object_storage_id).await;
    for label in ["renamed", ""] {
        world.done(UpdateObjectStorage { object_storage_id, label: label.into() }).await;
        let after = read(&world, object_storage_id).await;
        assert_eq!(after, ObjectStorage { label: label.into(), ..before.clone() });
    }
    let uri = format!("/v2/object-storage/{object_storage_id}");
    world.refuses_raw("PUT", &uri, "{}", "label").await;
}

#[tokio::test]
async fn charges_follow_the_tier_until_it_is_deleted() {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    world.advance(Duration::from_secs(24 * 3600)).await;
    // 18 dollars a month, by the hour.
    let owed = read(&world, object_storage_id).await.pending_charges;
    assert_eq!(owed.0.to_string(), "0.59");
    assert_eq!(world.done(GetAccount {}).await.pending_charges, owed);
    world.done(DeleteObjectStorage { object_storage_id }).await;
    world.advance(Duration::from_secs(24 * 3600)).await;
    assert_eq!(world.done(GetAccount {}).await.pending_charges, owed, "and no more");
}

#[tokio::test]
async fn a_bucket_is_listed_at_once_whichever_names_its_client_uses() {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    let uri = format!("/v2/object-storage/{object_storage_id}/bucket");
    let theirs = r#"{"name": "theirs", "enable_bucket_versioning": true}"#;
    assert_eq!(world.raw("POST", &uri, theirs).await, (202, String::new()));
    let locked = r#"{"name": "locked", "enable_object_lock": true}"#;
    assert_eq!(world.raw("POST", &uri, locked).await.0, 202);
    let documented = r#"{"bucket_name": "documented", "versioning": false, "archival": true}"#;
    assert_eq!(world.raw("POST", &uri, documented).await.0, 202);
    let all = buckets(&world, object_storage_id).await;
    let kinds = |b: &Bucket| (b.name.clone(), b.versioning, b.object_lock, b.archival);
    let expected = [
        ("theirs".into(), true, false, false),
        ("locked".into(), true, true, false),
        ("documented".into(), false, false, true),
    ];
    assert_eq!(all.iter().map(kinds).collect::<Vec<_>>(), expected);
    let (_, body) = world.raw("GET", &uri, "").await;
    let first = r#"{"buckets":[{"name":"theirs","date_created":"2026-11-21T09:30:00+00:00","#;
    assert!(body.starts_with(first), "{body}");
    world.settle().await;
    let there = told(&world, object_storage_id).await.buckets;
    let kinds =
        |b: &object_store::Bucket| (b.name.clone(), b.versioning, b.object_lock, b.archival);
    assert_eq!(there.iter().map(kinds).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_bucket_that_cannot_be_is_refused_and_not_made() {
    let (world, object_storage_id) = with_bucket("taken").await;
    let named = |name: &str| bucket(object_storage_id, name);
    let archived = || Create { archival: Some(true), ..named("good") };
    let beside = |what: &str| format!("Bad request. archival: cannot be combined with {what}");
    type Create = CreateObjectStorageBucket;
    for (bad, said) in [
        (named("Bad_Name"), "Bad request. bucket_name: `Bad_Name`: a name has".to_owned()),
        (named("192.0.2.1"), "Bad request. bucket_name: `192.0.2.1`: an IP".to_owned()),
        (named("taken"), "Bucket already exists. bucket_name: `taken` is taken".to_owned()),
        (Create { versioning: Some(true), ..archived() }, beside("versioning")),
        (Create { object_lock: Some(true), ..archived() }, beside("object_lock")),
    ] {
        world.refuses_with(bad, &said).await;
    }
    let uri = format!("/v2/object-storage/{object_storage_id}/bucket");
    world.refuses_raw("POST", &uri, r#"{"versioning": true}"#, "bucket_name").await;
    assert_eq!(buckets(&world, object_storage_id).await.len(), 1);
    // A tier that does not price an archive has none.
    let made = world.done(order(LAX, PERFORMANCE)).await.id;
    let archived = Create { object_storage_id: made, ..archived() };
    let words = "Bad request. archival: tier Performance has no archive";
    world.refuses_with(archived, words).await;
    assert_eq!(buckets(&world, made).await, []);
}

#[tokio::test]
async fn a_storage_has_a_thousand_buckets_at_most() {
    let world = World::new().await;
    let object_storage_id = storage(&world).await;
    let named = |n| stored::Bucket { name: format!("bucket-{n}"), ..Default::default() };
    change::<stored::Storage>(&world, object_storage_id, |storage| {
        storage.buckets = (0..stored::BUCKETS_MAX).map(named).collect();
    })
    .await;
    let words = "Bad request. the storage has 1000 buckets";
    world.refuses_with(bucket(object_storage_id, "more"), words).await;
    assert_eq!(buckets(&world, object_storage_id).await.len(), 1000, "all on one page");
}

#[tokio::test]
async fn a_bucket_name_is_unique_in_its_cluster_until_the_bucket_or_its_storage_goes() {
    let world = World::new().await;
    let (one, two) = (storage(&world).await, storage(&world).await);
    world.done(bucket(one, "shared")).await;
    assert_eq!(world.refused(bucket(two, "shared")).await.0, 400);
    let elsewhere = world.done(order(LAX, STANDARD)).await.id;
    world.done(bucket(elsewhere, "shared")).await;
    let delete = DeleteObjectStorageBucket { object_storage_id: one, bucket_name: "shared".into() };
    world.done(delete.clone()).await;
    assert_eq!(buckets(&world, one).await, []);
    assert_eq!(world.refused(delete).await.0, 404);
    world.done(bucket(two, "shared")).await;
    assert_eq!(world.refused(bucket(one, "shared")).await.0, 400);
    // At once, without waiting for the last of it to go.
    world.done(DeleteObjectStorage { object_storage_id: two }).await;
    world.done(bucket(one, "shared")).await;
    world.settle().await;
    assert!(seen(&world, two).await.is_none());
    assert_eq!(buckets(&world, one).await.len(), 1);
    assert_eq!(world.refused(bucket(one, "shared")).await.0, 400);
}

#[tokio::test]
async fn accounts_do_not_see_each_others_names_of_buckets() {
    let world = World::builder().open().build().await;
    let (mine, theirs) = (world.client_with("mine"), world.client_with("theirs"));
    let one = mine.send(order(EWR, STANDARD)).await.unwrap().id;
    let two = theirs.send(order(EWR, STANDARD)).await.unwrap().id;
    mine.send(bucket(one, "same")).await.unwrap();
    theirs.send(bucket(two, "same")).await.unwrap();
}

#[tokio::test]
async fn archival_goes_on_and_off_where_there_are_no_versions() {
    let (world, object_storage_id) = with_bucket("plain").await;
    let versioned =
        CreateObjectStorageBucket { versioning: Some(true), ..bucket(object_storage_id, "deep") };
    world.done(versioned).await;
    let set = |name: &str, archival| SetObjectStorageBucketArchival {
        object_storage_id,
        bucket_name: name.into(),
        archival,
    };
    for archival in [true, true, false] {
        world.done(set("plain", archival)).await;
        assert_eq!(buckets(&world, object_storage_id).await[0].archival, archival);
        world.settle().await;
        let there = seen(&world, object_storage_id).await.unwrap();
        assert_eq!(there.spec.unwrap().buckets[0].archival, archival);
    }
    let words = "Bad request. archival: cannot be combined with versioning";
    world.refuses_with(set("deep", true), words).await;
    assert!(!buckets(&world, object_storage_id).await[1].archival);
    world.done(set("deep", false)).await;
}

#[tokio::test]
async fn a_lifecycle_policy_is_set_replaced_and_deleted() {
    let (world, object_storage_id) = with_bucket("logs").await;
    let uri = format!("/v2/object-storage/{object_storage_id}/bucket/logs/lifecycle");
    // As the reference's example has it, and as its schema has it.
    let several = r#"{"archive_rules":[{"ID":"old","Status":"Enabled","Filter":{"Prefix":""},"Transitions":[{"Days":0,"StorageClass":"VULTR_ARCHIVE"}]}]}"#;
    let one = r#"{"archive_rules":[{"Status":"Disabled","Transitions":{"Days":7,"StorageClass":"VULTR_ARCHIVE"}},{"Status":"Enabled","Filter":{"Prefix":"a/"},"Transitions":{"Days":9,"StorageClass":"VULTR_ARCHIVE"}}]}"#;
    assert_eq!(world.raw("POST", &uri, several).await, (202, String::new()));
    let (_, list) = world.raw("GET", uri.trim_end_matches("/logs/lifecycle"), "").await;
    let sent = several.trim_start_matches('{').trim_end_matches('}');
    assert!(list.contains(sent.trim_end_matches(']')), "it reads back as sent: {list}");
    world.settle().await;
    let there = told(&world, object_storage_id).await.buckets.remove(0);
    let (name, prefix) = ("old".to_owned(), String::new());
    let old = object_store::ArchiveRule { name, enabled: true, prefix, after_days: 0 };
    assert_eq!(there.archive_rules, [old]);
    assert_eq!(world.raw("POST", &uri, one).await.0, 202);
    let rules = buckets(&world, object_storage_id).await.remove(0).archive_rules;
    assert_eq!((rules[0].status, rules[0].transitions[0].days), (RuleStatus::Disabled, 7));
    assert_eq!((&*rules[1].filter.prefix, rules.len()), ("a/", 2));
    world.settle().await;
    let there = told(&world, object_storage_id).await.buckets.remove(0).archive_rules;
    assert_eq!((there[0].enabled, there[0].after_days, there.len()), (false, 7, 2));
    assert_eq!((there[1].enabled, &*there[1].prefix, there[1].after_days), (true, "a/", 9));
    assert_eq!(world.raw("DELETE", &uri, "").await, (204, String::new()));
    assert_eq!(buckets(&world, object_storage_id).await[0].archive_rules, []);
    let (status, error) = world.raw("DELETE", &uri, "").await;
    assert!(status == 404 && error.contains("bucket `logs` has none"), "{error}");
    world.settle().await;
    let there = told(&world, object_storage_id).await.buckets.remove(0);
    assert_eq!(there.archive_rules, []);
}

#[tokio::test]
async fn a_lifecycle_policy_that_makes_no_sense_is_refused_by_field() {
    let (world, object_storage_id) = with_bucket("logs").await;
    let set = |archive_rules| SetObjectStorageBucketLifecycle {
        object_storage_id,
        bucket_name: "logs".into(),
        archive_rules,
    };
    let nowhere = ArchiveRule { transitions: Vec::new(), ..rule("b") };
    for (rules, field) in [
        (vec![], "archive_rules: there are 0"),
        (vec![rule(""); 101], "archive_rules: there are 101"),
        (vec![rule("a"), rule("a")], "archive_rules[1].ID: another rule is called `a`"),
        (vec![rule(&"x".repeat(256))], "archive_rules[0].ID: "),
        (vec![rule("a"), nowhere], "archive_rules[1].Transitions: "),
    ] {
        world.refuses_with(set(rules), &format!("Bad request. {field}")).await;
    }
    let uri = format!("/v2/object-storage/{object_storage_id}/bucket/logs/lifecycle");
    let rule_with = |part: &str| format!(r#"{{"archive_rules":[{{"Status":"Enabled",{part}}}]}}"#);
    let transition = |text: &str| rule_with(&format!(r#""Transitions":[{text}]"#));
    for (body, word) in [
        ("{}".to_owned(), "archive_rules"),
        (rule_with(r#""Filter":{}"#), "Transitions"),
        (transition(r#"{"StorageClass":"VULTR_ARCHIVE"}"#), "Days"),
        (transition(r#"{"Days":-1,"StorageClass":"VULTR_ARCHIVE"}"#), "-1"),
        (transition(r#"{"Days":1,"StorageClass":"GLACIER"}"#), "VULTR_ARCHIVE"),
        (r#"{"archive_rules":[{"Status":"On","Transitions":[]}]}"#.to_owned(), "Disabled"),
    ] {
        world.refuses_raw("POST", &uri, &body, word).await;
    }
    assert_eq!(buckets(&world, object_storage_id).await[0].archive_rules, []);
    let object_storage_id = world.done(order(LAX, PERFORMANCE)).await.id;
    world.done(bucket(object_storage_id, "logs")).await;
    let rules = SetObjectStorageBucketLifecycle { object_storage_id, ..set(vec![rule("a")]) };
    let words = "Bad request. archive_rules: tier Performance has no";
    world.refuses_with(rules, words).await;
}

#[tokio::test]
async fn what_an_older_release_told_the_world_is_told_anew_with_the_next_change() {
    let (world, object_storage_id) = with_bucket("logs").await;
    world.settle().await;
    let before = told(&world, object_storage_id).await;
    let (host, key, secret) = (&before.hostname, &before.access_key, before.secret_key.as_str());
    let older = format!(
        r#"{{"spec":{{"hostname":"{host}","access_key":"{key}","secret_key":"{secret}","buckets":[{{"name":"logs","versioning":false,"object_lock":false,"archival":false,"archive_rules":""}}]}},"ready_at":1}}"#
    );
    world.store.world_put("object-store", object_storage_id.0, older).await.unwrap();
    assert_eq!(seen(&world, object_storage_id).await, Some(Thing { spec: None, ready: true }));
    let label = "renamed".to_owned();
    world.done(UpdateObjectStorage { object_storage_id, label }).await;
    world.settle().await;
    assert_eq!(told(&world, object_storage_id).await, before);
}

#[tokio::test]
async fn names_of_buckets_are_those_that_s3_allows() {
    let world = World::new().await;
    let id = storage(&world).await;
    let (longest, too_long) = ("x".repeat(63), "x".repeat(64));
    for good in ["abc", "my-bucket", "my.bucket.1", "1st", "a--b", "192.0.2", &longest] {
        assert!(world.client.send(bucket(id, good)).await.is_ok(), "{good}");
    }
    let bad = "|ab|Bucket|my_bucket|my bucket|-abc|abc-|.abc|abc.|a..b|192.0.2.1|büro|a/b|abc\n";
    for bad in bad.split('|').chain([&*too_long]) {
        assert!(world.client.send(bucket(id, bad)).await.is_err(), "{bad}");
    }
}
