//! What speaks S3 asks of the control plane, and what it knows that the control plane does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::account::GetAccount;
use api::id::ObjectStorageId;
use api::object_storages::*;
use control::contents::{Amount, Contents, Look};
use control::fronts::Front;
use fronts::stores::Bucket as Wanted;
use fronts::{Error, Stores};
use testkit::{Behave, World};
use uuid::Uuid;

use crate::common::Asks;

/// ewr1 and lax1, and a tier that both offer.
const EWR: u32 = 2;
const LAX: u32 = 11;
const STANDARD: u32 = 2;

fn order(cluster_id: u32) -> CreateObjectStorage {
    CreateObjectStorage { cluster_id, tier_id: Some(STANDARD), label: Some("files".into()) }
}

async fn storage(world: &World, cluster: u32) -> ObjectStorage {
    let made = world.done(order(cluster)).await;
    world.settle().await;
    made
}

fn front(world: &World) -> Front {
    Front::new(world.control.clone())
}

fn wanted(name: &str) -> Wanted {
    Wanted { name: name.into(), ..Wanted::default() }
}

async fn names(world: &World, object_storage_id: ObjectStorageId) -> Vec<String> {
    let list = world.done(ListObjectStorageBuckets { object_storage_id }).await;
    list.items.into_iter().map(|bucket| bucket.name).collect()
}

fn said<T: std::fmt::Debug>(outcome: fronts::Result<T>) -> String {
    match outcome.unwrap_err() {
        Error::Refused(text) => text,
        Error::Unavailable(text) => panic!("{text}"),
    }
}

/// What lies in buckets, as a test says it.
#[derive(Default)]
struct Held {
    all: Mutex<BTreeMap<(Uuid, String), Amount>>,
    forgotten: Mutex<Vec<String>>,
    is_broken: Mutex<bool>,
}

impl Held {
    fn put(&self, storage: ObjectStorageId, bucket: &str, objects: u64, bytes: u64) {
        let held = Amount { objects, bytes };
        self.all.lock().unwrap().insert((storage.0, bucket.into()), held);
    }
}

impl Contents for Held {
    fn close<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, Option<Amount>> {
        let held = self.all.lock().unwrap().get(&(storage, bucket.to_owned())).copied();
        let is_broken = *self.is_broken.lock().unwrap();
        Box::pin(async move {
            match is_broken {
                true => Err(std::io::Error::other("the disk is gone")),
                false => Ok(held.filter(|held| held.objects > 0)),
            }
        })
    }

    fn reopen<'a>(&'a self, _: Uuid, bucket: &'a str) -> Look<'a, ()> {
        self.forgotten.lock().unwrap().push(format!("{bucket} after all"));
        Box::pin(async { Ok(()) })
    }

    fn bytes<'a>(&'a self, storage: Uuid, buckets: &'a [&'a str]) -> Look<'a, u64> {
        let all = self.all.lock().unwrap();
        let mine =
            all.iter().filter(|((id, name), _)| *id == storage && buckets.contains(&&**name));
        let bytes = mine.map(|(_, held)| held.bytes).sum();
        Box::pin(async move { Ok(bytes) })
    }

    fn forget<'a>(&'a self, _: Uuid, bucket: &'a str) -> Look<'a, ()> {
        self.forgotten.lock().unwrap().push(bucket.to_owned());
        Box::pin(async { Ok(()) })
    }
}

async fn world_with_contents() -> (World, Arc<Held>) {
    let (world, held) = (World::new().await, Arc::new(Held::default()));
    world.control.have_contents(held.clone());
    (world, held)
}

#[tokio::test]
async fn a_key_leads_to_its_storage_from_when_that_is_ready_until_it_goes() {
    let world = World::new().await;
    let made = world.done(order(EWR)).await;
    let front = front(&world);
    let key = made.s3_access_key.clone();
    assert_eq!(front.by_key(&key).await, Ok(None), "it is pending");
    world.settle().await;
    let found = front.by_key(&key).await.unwrap().expect("it is ready");
    assert_eq!((found.id, &*found.label, &*found.region), (made.id.0, "files", "ewr"));
    assert_eq!((&*found.host, found.secret_key), ("ewr1.vultrobjects.com", made.s3_secret_key));
    assert_eq!(
        front.by_id(made.id.0).await.unwrap().map(|found| found.label),
        Some("files".into())
    );
    assert_eq!(front.by_id(Uuid::now_v7()).await, Ok(None));
    for unknown in ["", "NOBODYSNOBODYSNOBODY", &key.to_lowercase()] {
        assert_eq!(front.by_key(unknown).await, Ok(None));
    }
    world.done(DeleteObjectStorage { object_storage_id: made.id }).await;
    assert_eq!(front.by_key(&key).await, Ok(None), "at once");
}

#[tokio::test]
async fn new_keys_count_at_once_and_old_ones_no_more() {
    let world = World::new().await;
    let made = storage(&world, EWR).await;
    let front = front(&world);
    let mut old = made.s3_access_key;
    for _ in 0..2 {
        let keys = world.done(RegenerateObjectStorageKeys { object_storage_id: made.id }).await;
        assert_eq!(front.by_key(&old).await, Ok(None));
        let found = front.by_key(&keys.s3_access_key).await.unwrap().unwrap();
        assert_eq!((found.id, found.secret_key), (made.id.0, keys.s3_secret_key));
        old = keys.s3_access_key;
        world.settle().await;
        assert!(front.by_key(&old).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn keys_of_an_older_release_lead_to_their_storage_once_it_is_looked_at() {
    let world = World::new().await;
    let made = storage(&world, EWR).await;
    let mut tx = world.store.begin();
    tx.release("access-key", &made.s3_access_key);
    tx.commit().await.unwrap();
    let front = front(&world);
    assert_eq!(front.by_key(&made.s3_access_key).await, Ok(None));
    // As at the start, where anything is real.
    world.store.wake_all(&["object-storage"], world.clock.now()).await.unwrap();
    world.settle().await;
    assert!(front.by_key(&made.s3_access_key).await.unwrap().is_some());
}

#[tokio::test]
async fn buckets_of_s3_and_of_the_api_are_the_same() {
    let world = World::new().await;
    let made = storage(&world, EWR).await;
    let (front, id) = (front(&world), made.id.0);
    front.create_bucket(id, &wanted("first")).await.unwrap();
    let second = Wanted { versioning: true, ..wanted("second") };
    front.create_bucket(id, &second).await.unwrap();
    assert_eq!(names(&world, made.id).await, ["first", "second"]);
    let object_storage_id = made.id;
    let bucket_name = "third".to_owned();
    let third = CreateObjectStorageBucket { object_storage_id, bucket_name, ..Default::default() };
    world.done(third).await;
    let found = front.by_key(&made.s3_access_key).await.unwrap().unwrap().buckets;
    let told: Vec<_> = found.iter().map(|b| (&*b.name, b.versioning, b.object_lock)).collect();
    assert_eq!(told, [("first", false, false), ("second", true, false), ("third", false, false)]);
    assert!(found.iter().all(|bucket| bucket.created == world.clock.now()));
    let bucket_name = "first".to_owned();
    world.done(DeleteObjectStorageBucket { object_storage_id, bucket_name }).await;
    front.delete_bucket(id, "third").await.unwrap();
    assert_eq!(names(&world, made.id).await, ["second"]);
    world.settle().await;
}

#[tokio::test]
async fn what_the_api_refuses_s3_is_refused_in_the_same_words() {
    let world = World::new().await;
    let (made, other) = (storage(&world, EWR).await, storage(&world, EWR).await);
    let (front, id) = (front(&world), made.id.0);
    front.create_bucket(id, &wanted("mine")).await.unwrap();
    let taken = said(front.create_bucket(other.id.0, &wanted("mine")).await);
    assert!(taken.starts_with("Bucket already exists. "), "{taken}");
    let wrong = said(front.create_bucket(id, &wanted("Wrong_Name")).await);
    assert!(wrong.contains("bucket_name: `Wrong_Name`"), "{wrong}");
    for nowhere in [
        front.delete_bucket(id, "nothing").await,
        front.change_bucket(id, &wanted("nothing")).await,
        front.delete_bucket(other.id.0, "mine").await,
    ] {
        assert!(said(nowhere).starts_with("Invalid bucket name"));
    }
    let gone = said(front.delete_bucket(Uuid::now_v7(), "mine").await);
    assert_eq!(gone, "Invalid object storage ID");
    let unlocked = Wanted { object_lock: true, ..wanted("mine") };
    let unlocked = said(front.change_bucket(id, &unlocked).await);
    assert!(unlocked.contains("object_lock keeps older versions"), "{unlocked}");
    assert_eq!(names(&world, made.id).await, ["mine"]);
    assert_eq!(names(&world, other.id).await, [""; 0]);
}

#[tokio::test]
async fn versions_and_locks_of_a_bucket_change() {
    let world = World::new().await;
    let made = storage(&world, EWR).await;
    let (front, object_storage_id) = (front(&world), made.id);
    front.create_bucket(made.id.0, &wanted("files")).await.unwrap();
    for (versioning, object_lock) in [(true, false), (true, true), (false, false), (false, false)] {
        let bucket = Wanted { versioning, object_lock, ..wanted("files") };
        front.change_bucket(made.id.0, &bucket).await.unwrap();
        let list = world.done(ListObjectStorageBuckets { object_storage_id }).await.items;
        assert_eq!((list[0].versioning, list[0].object_lock), (versioning, object_lock));
    }
    let archival = true;
    let bucket_name = "files".to_owned();
    world.done(SetObjectStorageBucketArchival { object_storage_id, bucket_name, archival }).await;
    let versioned = Wanted { versioning: true, ..wanted("files") };
    let refused = said(front.change_bucket(made.id.0, &versioned).await);
    assert!(refused.contains("archival: cannot be combined with versioning"), "{refused}");
}

#[tokio::test]
async fn a_bucket_is_found_by_its_host_in_the_account_that_had_it_first() {
    let world = World::builder().open().build().await;
    let (mine, theirs) = (world.client_with("mine"), world.client_with("theirs"));
    let one = mine.send(order(EWR)).await.unwrap().id;
    let two = theirs.send(order(EWR)).await.unwrap().id;
    let far = theirs.send(order(LAX)).await.unwrap().id;
    world.settle().await;
    let front = front(&world);
    for (id, name) in [(two, "shared"), (one, "shared"), (far, "far"), (two, "theirs")] {
        front.create_bucket(id.0, &wanted(name)).await.unwrap();
    }
    let found = async |host: Option<&str>, bucket: &str| {
        front.by_bucket(host, bucket).await.unwrap().map(|store| store.id)
    };
    let (ewr, lax) = (Some("ewr1.vultrobjects.com"), Some("lax1.vultrobjects.com"));
    assert_eq!(found(ewr, "shared").await, Some(one.0));
    assert_eq!(found(ewr, "theirs").await, Some(two.0));
    assert_eq!(found(lax, "far").await, Some(far.0));
    assert_eq!(found(None, "far").await, Some(far.0));
    for (host, bucket) in [(ewr, "far"), (lax, "shared"), (Some("www.example"), "far"), (None, "")]
    {
        assert_eq!(found(host, bucket).await, None, "{host:?} {bucket}");
    }
}

#[tokio::test]
async fn a_bucket_with_objects_is_not_deleted_and_storage_is() {
    let (world, held) = world_with_contents().await;
    let made = storage(&world, EWR).await;
    let (front, object_storage_id) = (front(&world), made.id);
    front.create_bucket(made.id.0, &wanted("full")).await.unwrap();
    held.put(made.id, "full", 3, 4096);
    let bucket_name = "full".to_owned();
    let delete = DeleteObjectStorageBucket { object_storage_id, bucket_name };
    let words = "Bucket is not empty. bucket_name: `full` holds 3 versions of objects, 4096 bytes;";
    world.refuses_with(delete.clone(), words).await;
    assert!(said(front.delete_bucket(made.id.0, "full").await).starts_with(words));
    *held.is_broken.lock().unwrap() = true;
    let (status, error) = world.refused(delete.clone()).await;
    assert!(status == 503 && error.contains("the disk is gone"), "{status} {error}");
    *held.is_broken.lock().unwrap() = false;
    assert_eq!(names(&world, made.id).await, ["full"]);
    held.put(made.id, "full", 0, 0);
    world.done(delete).await;
    assert_eq!(*held.forgotten.lock().unwrap(), ["full"]);
    front.create_bucket(made.id.0, &wanted("full")).await.unwrap();
    held.put(made.id, "full", 1, 1);
    world.done(DeleteObjectStorage { object_storage_id }).await;
}

#[tokio::test]
async fn under_the_real_apis_behaviour_nothing_is_added_to_its_words() {
    let (world, held) =
        (World::builder().behave(Behave::Vultr).build().await, Arc::new(Held::default()));
    world.control.have_contents(held.clone());
    let made = world.done(order(EWR)).await;
    let front = front(&world);
    front.create_bucket(made.id.0, &wanted("full")).await.unwrap();
    held.put(made.id, "full", 1, 1);
    assert_eq!(said(front.delete_bucket(made.id.0, "full").await), "Bucket is not empty.");
}

#[tokio::test]
async fn what_lies_beyond_what_the_tier_includes_is_paid_for_from_the_next_hour_on() {
    const GB: u64 = 1_000_000_000;
    let (world, held) = world_with_contents().await;
    let made = storage(&world, EWR).await;
    let (day, object_storage_id) = (Duration::from_secs(24 * 3600), made.id);
    front(&world).create_bucket(made.id.0, &wanted("files")).await.unwrap();
    let owed = async || {
        let owed = world.done(GetObjectStorage { object_storage_id }).await.pending_charges;
        assert_eq!(world.done(GetAccount {}).await.pending_charges, owed);
        owed.0.to_string()
    };
    held.put(made.id, "files", 1, 1000 * GB);
    world.advance(day).await;
    assert_eq!(owed().await, "0.59", "18 dollars a month, by the hour: a thousand GB are included");
    held.put(made.id, "files", 1, 1999 * GB + 1);
    world.advance(Duration::from_secs(3600)).await;
    assert_eq!(owed().await, "0.62", "counted now");
    // As much again: a thousand GB more cost 0.018 dollars each.
    world.advance(day).await;
    assert_eq!(owed().await, "1.8");
    held.put(made.id, "files", 0, 0);
    world.advance(Duration::from_secs(3600)).await;
    let counted = owed().await;
    world.advance(day).await;
    let later: f64 = owed().await.parse().unwrap();
    assert!((later - counted.parse::<f64>().unwrap() - 0.59).abs() < 0.02, "{counted} {later}");
}
