//! All there is, kept and put back, or carried to another store: for a world of every kind, whose
//! lifecycles are under way.

use std::io::{Read, Write};
use std::time::Duration;

use store::testing::{check, whole};
use testkit::World;

use super::things::{Things, make_things};
use super::{MINE, all_that_is_read};

/// A world on each kind of store, with two accounts of which one has a thing of every kind.
async fn worlds() -> (Vec<(World, Things)>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut locations =
        vec![store::Location::Memory, store::Location::File(directory.path().join("db"))];
    locations.extend(store::testing::postgres().await.map(store::Location::Postgres));
    let mut worlds = Vec::new();
    for location in locations {
        let world = World::builder().open().location(location).build().await;
        let mut things = make_things(&world, MINE).await;
        // Backups are made meanwhile, and a month ends.
        world.advance(Duration::from_secs(60 * 86_400)).await;
        things.find_backup(&world).await;
        things.find_invoice(&world).await;
        worlds.push((world, things));
    }
    (worlds, directory)
}

/// Has things change and begin to come about, which do not settle yet.
async fn set_under_way(world: &World, things: &Things) {
    let id = things.id("InstanceId");
    for (method, path, body) in [
        ("POST", format!("/v2/instances/{id}/halt"), ""),
        ("POST", "/v2/blocks".into(), r#"{"region": "ewr", "size_gb": 20, "label": "late"}"#),
        ("POST", "/v2/load-balancers".into(), r#"{"region": "ewr", "label": "late"}"#),
        (
            "POST",
            "/v2/instances".into(),
            r#"{"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": "late"}"#,
        ),
    ] {
        let request = http::Request::builder()
            .method(method)
            .uri(&path)
            .header("authorization", format!("Bearer {MINE}"))
            .header("content-type", "application/json");
        let answer = world.exchange(request.body(body.to_owned().into()).unwrap()).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.body());
    }
    // Some steps are taken, and others are not.
    for row in world.store.claim(world.clock.now(), 1_000, 2).await.unwrap() {
        world.store.settle(&row, store::Outcome::After(world.clock.now())).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_back_is_what_was_kept_whatever_there_is() {
    let (worlds, _directory) = worlds().await;
    for (world, things) in worlds {
        set_under_way(&world, &things).await;
        let (rows, told) =
            (whole(&world.store).await.unwrap(), all_that_is_read(&world, MINE, &things).await);
        let now = world.clock.now();
        world.save("before").await;
        // From here on the same comes about as without a restoration.
        world.settle().await;
        let settled = all_that_is_read(&world, MINE, &things).await;
        assert!(told != settled, "something was under way");
        world.control.reset(testkit::KEY).await.unwrap();
        make_things(&world, "others").await;
        world.clock.set(now);
        world.restore("before").await;
        assert_eq!(whole(&world.store).await.unwrap(), rows);
        let again = all_that_is_read(&world, MINE, &things).await;
        for (before, after) in told.iter().zip(&again) {
            assert_eq!(before, after);
        }
        check(&world.store).await;
        world.settle().await;
        for (before, after) in settled.iter().zip(&all_that_is_read(&world, MINE, &things).await) {
            assert_eq!(before, after, "it lives on as it did");
        }
        check(&world.store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_to_any_other_store_is_the_same_world() {
    let (worlds, _directory) = worlds().await;
    let mut before = Vec::new();
    for (world, things) in &worlds {
        set_under_way(world, things).await;
        world.store.claim(world.clock.now(), 120_000, 1).await.unwrap();
        before.push((
            whole(&world.store).await.unwrap(),
            all_that_is_read(world, MINE, things).await,
            world.clock.now(),
        ));
    }
    let mut images = Vec::new();
    for (world, _) in &worlds {
        let mut bytes = Vec::new();
        world.store.image(0).await.unwrap().read().unwrap().read_to_end(&mut bytes).unwrap();
        images.push(bytes);
    }
    // Each has another's afterwards.
    for (at, (world, _)) in worlds.iter().enumerate() {
        let from = (at + 1) % worlds.len();
        let mut incoming = world.store.incoming().unwrap();
        incoming.write_all(&images[from]).unwrap();
        let image = world.store.received(incoming).await.unwrap();
        world.control.restore(&image, testkit::KEY).await.unwrap();
        let (rows, told, now) = &before[from];
        world.clock.set(*now);
        assert_eq!(&whole(&world.store).await.unwrap(), rows);
        let things = &worlds[from].1;
        for (before, after) in told.iter().zip(&all_that_is_read(world, MINE, things).await) {
            // Where clusters answer is this server's own affair.
            if !before.0.ends_with("/config") {
                assert_eq!(before, after);
            }
        }
        check(&world.store).await;
        world.settle().await;
        check(&world.store).await;
    }
}

/// Kinds that people see with other things alone, or not at all.
const WITHIN: [&str; 6] =
    ["account", "bgp", "cdn-content", "charge", "instance-job", "network-guest"];

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_in_any_kind_is_told_as_its_owner_sees_it() {
    let world = World::builder().open().build().await;
    world.save("empty").await;
    let things = make_things(&world, MINE).await;
    let kinds = world.store.kinds().await.unwrap();
    let untold: Vec<&str> = kinds.iter().map(|(kind, _)| &**kind).collect();
    let untold: Vec<&str> = untold.into_iter().filter(|kind| !world.control.shows(kind)).collect();
    assert!(untold.iter().all(|kind| WITHIN.contains(kind)), "{untold:?}");
    world.save("full").await;
    let diff = async |path: &str| {
        let path = format!("/_kettle/world/snapshots/{path}");
        let (status, body) = world.raw("GET", &path, "").await;
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["differences"].as_array().unwrap().clone()
    };
    let added = diff("empty/diff").await;
    assert!(added.iter().all(|one| one["change"] == "added"), "{added:?}");
    assert!(added.len() > 30, "{}", added.len());
    assert_eq!(diff("empty/diff?other=full").await, added);
    assert_eq!(diff("full/diff").await, Vec::<serde_json::Value>::new());
    let removed = diff("full/diff?other=empty").await;
    assert!(removed.iter().all(|one| one["change"] == "removed"), "{removed:?}");
    let id = things.id("BlockId");
    let request = http::Request::builder()
        .method("PATCH")
        .uri(format!("/v2/blocks/{id}"))
        .header("authorization", format!("Bearer {MINE}"))
        .body(r#"{"label": "another"}"#.to_owned().into());
    assert_eq!(world.exchange(request.unwrap()).await.status(), 204);
    let changed = diff("full/diff").await;
    assert_eq!(changed.len(), 1, "{changed:?}");
    let one = &changed[0];
    assert_eq!(
        (&one["kind"], &one["id"], &one["name"]),
        (&"block".into(), &id.into(), &"another".into())
    );
    let fields = one["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!((&fields[0]["field"], &fields[0]["after"]), (&"label".into(), &"another".into()));
}
