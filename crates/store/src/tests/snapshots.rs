//! All of a store at once: kept under names, put back, carried from one to another, compared.
use std::io::{Read, Write};

use super::*;
use crate::testing::whole;
use crate::{Image, Outcome, Saved};

/// Rows in lists, with unique values, addresses, sums, events, and a world outside.
async fn fill(store: &Store) -> [Row; 2] {
    let tally = Some(crate::Tally { class: "c".into(), amount: 3, since: 7, owed: 2 });
    let rows = [
        Row { tally, due: Some(0), ..row() },
        Row { desired: "\"ä\\u0000\"".into(), observed: "[1]".into(), due: Some(5), ..row() },
    ];
    for (n, row) in rows.iter().enumerate() {
        let mut tx = store.begin();
        tx.put(row.clone(), vec![], vec![facet("label", &"l".repeat(300 * n))]);
        tx.take("name", n.to_string(), row.id);
        tx.take("a", format!("192.0.2.{n}"), row.id);
        tx.tell(crate::Event { account: 1, at: 5, ..crate::Event::default() });
        tx.commit().await.unwrap();
        store.world_put("vm", row.id, n.to_string()).await.unwrap();
    }
    let [one, two] = rows.map(|row| row.id);
    [store.get(one).await.unwrap().unwrap(), store.get(two).await.unwrap().unwrap()]
}

/// Changes, makes and removes.
async fn go_on(store: &Store, [one, two]: &[Row; 2]) -> Row {
    change(store, one.id, "1", Some(9)).await.unwrap();
    let mut tx = store.begin();
    tx.remove(two.clone(), vec![facet("label", &"l".repeat(300))]);
    tx.commit().await.unwrap();
    store.world_put("vm", one.id, "other".into()).await.unwrap();
    create(store, row(), &[facet("label", "new")]).await.unwrap()
}

async fn put_back(store: &Store, name: &str) {
    store.restore(&store.snapshot(name).await.unwrap()).await.unwrap();
}

pub(super) async fn a_snapshot_puts_back_what_was(store: Store) {
    let rows = fill(&store).await;
    let before = whole(&store).await.unwrap();
    let saved = store.save("one", 77, false).await.unwrap();
    assert_eq!((&*saved.name, saved.at, saved.things), ("one", 77, 2));
    for _ in 0..2 {
        let new = go_on(&store, &rows).await;
        assert_ne!(whole(&store).await.unwrap(), before);
        put_back(&store, "one").await;
        assert_eq!(whole(&store).await.unwrap(), before);
        testing::check(&store).await;
        assert_eq!(store.get(new.id).await.unwrap(), None);
        let newer = create(&store, row(), &[]).await.unwrap();
        assert!(newer.seq > new.seq, "no number is given twice");
        put_back(&store, "one").await;
    }
    store.reset(&[]).await.unwrap();
    put_back(&store, "one").await;
    assert_eq!(whole(&store).await.unwrap(), before);
}

pub(super) async fn what_was_begun_before_a_restoration_is_void(store: Store) {
    let [one, _] = fill(&store).await;
    store.save("one", 0, false).await.unwrap();
    let mut late = store.begin();
    let read = late.get(one.id).await.unwrap().unwrap();
    late.put(Row { desired: "late".into(), ..read }, vec![], vec![]);
    let mut blind = store.begin();
    blind.put(row(), vec![], vec![]);
    let held = store.claim(0, 10, 1).await.unwrap().pop().unwrap();
    put_back(&store, "one").await;
    let before = whole(&store).await.unwrap();
    // The clock may stand still: the same row is held again until the same time.
    let again = store.claim(0, 10, 1).await.unwrap().pop().unwrap();
    assert_eq!((again.id, again.lease, again.version), (held.id, held.lease, held.version));
    for tx in [late, blind] {
        assert!(stale(&tx.commit().await));
    }
    let write = async || store.world_put("vm", one.id, "late".into()).await;
    let remove = async || store.world_remove("vm", one.id).await;
    let commit = async || {
        let mut tx = store.begin();
        tx.put(row(), vec![], vec![]);
        tx.commit().await
    };
    for refused in [
        crate::during(held.claim(), write()).await,
        crate::during(held.claim(), remove()).await,
        crate::during(held.claim(), commit()).await,
    ] {
        assert!(matches!(refused, Err(Error::Gone(id)) if id == one.id), "{refused:?}");
    }
    for outcome in [Outcome::Settled, Outcome::Gone] {
        assert!(!store.settle(&held, outcome).await.unwrap(), "it is another claim");
    }
    crate::during(again.claim(), write()).await.unwrap();
    assert!(store.settle(&again, Outcome::After(0)).await.unwrap());
    change(&store, one.id, "2", None).await.unwrap();
    put_back(&store, "one").await;
    assert_eq!(whole(&store).await.unwrap(), before);
}

pub(super) async fn leases_that_were_saved_hold_nobody_off(store: Store) {
    fill(&store).await;
    let held = store.claim(0, 1_000, 1).await.unwrap().pop().unwrap();
    store.save("one", 0, false).await.unwrap();
    assert!(store.claim(0, 1_000, 1).await.unwrap().is_empty());
    put_back(&store, "one").await;
    let free = store.claim(0, 1_000, 1).await.unwrap().pop().unwrap();
    assert_eq!(free.id, held.id);
}

pub(super) async fn no_mark_is_given_again_after_a_restoration(store: Store) {
    let [one, two] = fill(&store).await;
    let mut known = std::collections::BTreeSet::new();
    let mark = async || {
        let row = store.get(one.id).await.unwrap().unwrap();
        assert_eq!(store.marks(&[one.id]).await.unwrap(), [row.mark()]);
        (row.seq, row.stamp)
    };
    assert!(known.insert(mark().await));
    store.save("one", 0, false).await.unwrap();
    for round in 0..3 {
        change(&store, one.id, &round.to_string(), None).await.unwrap();
        assert!(known.insert(mark().await));
        put_back(&store, "one").await;
        assert!(known.insert(mark().await));
    }
    assert_eq!(store.get(two.id).await.unwrap().unwrap().version, two.version);
}

pub(super) async fn names_are_kept_replaced_and_forgotten(store: Store) {
    let rows = fill(&store).await;
    assert_eq!(store.saved().await.unwrap(), []);
    let one = store.save("b-1_.x", 1, false).await.unwrap();
    let two = store.save("a", 2, false).await.unwrap();
    assert_eq!(store.saved().await.unwrap(), [two.clone(), one.clone()]);
    let refused = store.save("a", 3, false).await;
    assert!(matches!(refused, Err(Error::SnapshotExists(name)) if name == "a"));
    go_on(&store, &rows).await;
    let newer = store.save("a", 3, true).await.unwrap();
    assert_eq!(store.saved().await.unwrap(), [newer, one]);
    store.forget_snapshot("a").await.unwrap();
    for refused in [
        store.forget_snapshot("a").await,
        store.snapshot("a").await.map(drop),
        store.snapshot("never").await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::NoSnapshot(_))), "{refused:?}");
    }
    assert_eq!(store.saved().await.unwrap().len(), 1);
}

#[test]
fn a_snapshot_has_a_name_that_a_file_can_have() {
    assert!(["a", "A-1_.x", &"n".repeat(64)].iter().all(|name| Saved::can_be(name)));
    for name in ["", ".", "..", ".a", "a/b", "a b", "ä", &"n".repeat(65)] {
        assert!(!Saved::can_be(name), "{name}");
    }
}

fn bytes(image: &Image) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.read().unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, image.size().unwrap());
    bytes
}

/// What a store makes of these bytes.
async fn bring(store: &Store, bytes: &[u8]) -> Result<()> {
    let mut incoming = store.incoming()?;
    incoming.write_all(bytes).unwrap();
    let image = store.received(incoming).await?;
    store.restore(&image).await
}

pub(super) async fn what_is_exported_is_the_same_wherever_it_is_imported(store: Store) {
    fill(&store).await;
    let before = whole(&store).await.unwrap();
    let bytes = bytes(&store.image(5).await.unwrap());
    let others = [memory().await, file().await, postgres().await];
    for Fresh { store: other, _directory } in others.into_iter().flatten() {
        create(&other, row(), &[]).await.unwrap();
        bring(&other, &bytes).await.unwrap();
        assert_eq!(whole(&other).await.unwrap(), before, "{other:?}");
        testing::check(&other).await;
        let image = other.image(5).await.unwrap();
        bring(&store, &self::bytes(&image)).await.unwrap();
        assert_eq!(whole(&store).await.unwrap(), before, "and back from {other:?}");
    }
}

pub(super) async fn what_is_no_export_changes_nothing(store: Store) {
    fill(&store).await;
    let good = bytes(&store.image(5).await.unwrap());
    let before = whole(&store).await.unwrap();
    let with = |at: usize, new: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + new.len()].copy_from_slice(new);
        bad
    };
    let sql = |statements: &str| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("db");
        std::fs::write(&path, &good).unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch(statements).unwrap();
        drop(db);
        std::fs::read(&path).unwrap()
    };
    let mut torn = with(0, b"S");
    torn[4096..].fill(7);
    for (bad, said) in [
        (Vec::new(), "no database of SQLite"),
        (b"{}".to_vec(), "no database of SQLite"),
        (good[..good.len() / 2].to_vec(), "damaged"),
        (torn, "damaged"),
        (with(68, &[0; 4]), "some other program"),
        (with(60, &99_u32.to_be_bytes()), "format 99"),
        (sql("UPDATE list SET total = total + 1"), "contradicts itself: there are lists whose"),
        (sql("DELETE FROM run"), "contradicts itself"),
        (sql("CREATE TABLE more (x)"), "its tables are not"),
        (sql("CREATE TRIGGER t AFTER DELETE ON world BEGIN DELETE FROM list; END"), "its tables"),
    ] {
        let error = bring(&store, &bad).await.unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
        assert_eq!(whole(&store).await.unwrap(), before, "{said}");
    }
    let newer = bring(&store, &with(60, &99_u32.to_be_bytes())).await;
    assert!(
        matches!(newer, Err(Error::Newer { found: 99, known }) if known == crate::sqlite::FORMAT)
    );
    bring(&store, &good).await.unwrap();
}

pub(super) async fn differences_are_told_by_row(store: Store) {
    let rows = fill(&store).await;
    let told = async |before: &str, after: Option<&str>| {
        let before = store.snapshot(before).await.unwrap();
        let after = match after {
            Some(name) => Some(store.snapshot(name).await.unwrap()),
            None => None,
        };
        let all = store.differences(before, after).await.unwrap();
        all.into_iter().map(|d| (d.id, d.before, d.after)).collect::<Vec<_>>()
    };
    store.save("one", 0, false).await.unwrap();
    assert_eq!(told("one", None).await, []);
    let new = go_on(&store, &rows).await;
    store.save("two", 0, false).await.unwrap();
    let [one, two] = [rows[0].id, rows[1].id];
    let forth = [(one, true, true), (two, true, false), (new.id, false, true)];
    assert_eq!(told("one", None).await, forth);
    assert_eq!(told("one", Some("two")).await, forth);
    assert_eq!(told("two", None).await, []);
    // In another epoch the same stamps are given to other states.
    put_back(&store, "one").await;
    assert_eq!(told("one", None).await, []);
    change(&store, one, "another", None).await.unwrap();
    assert_eq!(told("one", None).await, [(one, true, true)]);
    let back = [(one, true, true), (two, false, true), (new.id, true, false)];
    assert_eq!(told("two", None).await, back);
}

pub(super) async fn an_image_can_be_asked_like_a_store(store: Store) {
    let rows = fill(&store).await;
    store.save("one", 0, false).await.unwrap();
    go_on(&store, &rows).await;
    let then = Store::of(&store.snapshot("one").await.unwrap()).unwrap();
    for row in &rows {
        let was = then.get(row.id).await.unwrap().unwrap();
        assert_eq!(was, Row { stamp: was.stamp, ..row.clone() });
    }
    assert!(create(&then, row(), &[]).await.is_err(), "it can only be read");
}

#[tokio::test]
async fn snapshots_of_a_file_outlive_the_server_and_leave_nothing_half() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("db"));
    let store = Store::open(&location).await.unwrap();
    fill(&store).await;
    let saved = store.save("one", 7, false).await.unwrap();
    let folder = directory.path().join("saved");
    let names = || {
        let names = std::fs::read_dir(&folder).unwrap().flatten();
        names.map(|entry| entry.file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    drop(store.image(7).await.unwrap());
    assert_eq!(names(), ["one.db"], "an image that nobody has any more is gone");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("one.db"))), (0o700, 0o600));
    std::fs::write(folder.join(".half.db"), "half").unwrap();
    drop(store);
    let store = Store::open(&location).await.unwrap();
    assert_eq!(names(), ["one.db"]);
    assert_eq!(store.saved().await.unwrap(), [saved]);
    std::fs::write(folder.join("other.db"), "no snapshot").unwrap();
    assert_eq!(store.saved().await.unwrap().len(), 1);
    put_back(&store, "one").await;
}
