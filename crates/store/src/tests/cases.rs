//! Rows, totals and lists.
use tokio::task::JoinSet;

use super::*;

pub(super) async fn a_row_comes_back_as_it_was_put(store: Store) {
    let new = Row {
        created: 17,
        due: Some(23),
        desired: r#"{"label":"Ünïcode \u0000 'quoted'"}"#.into(),
        observed: String::new(),
        ..row()
    };
    let stored = create(&store, new.clone(), &[]).await.unwrap();
    assert!(stored.seq > 0);
    assert_eq!(stored, Row { seq: stored.seq, version: 1, observed: "{}".into(), ..new });
    assert_eq!(store.get(Uuid::now_v7()).await.unwrap(), None);
    let next = create(&store, row(), &[]).await.unwrap();
    assert!(next.seq > stored.seq, "the numbers grow");
}

pub(super) async fn an_update_writes_only_what_is_the_handlers(store: Store) {
    let old = create(&store, Row { created: 5, ..row() }, &[]).await.unwrap();
    let mut tx = store.begin();
    let read = tx.get(old.id).await.unwrap().unwrap();
    let new = Row {
        desired: "1".into(),
        due: Some(9),
        observed: "not the handler's".into(),
        created: 99,
        lease: 99,
        tries: 99,
        error: Some("none".into()),
        ..read
    };
    tx.put(new, vec![], vec![]);
    commit(tx, old.id).await.unwrap();
    let expected = Row { desired: "1".into(), due: Some(9), version: 2, ..old };
    assert_eq!(store.get(expected.id).await.unwrap(), Some(expected));
}

async fn add_one(store: &Store, id: Uuid) -> Result<()> {
    let mut tx = store.begin();
    let mut row = tx.get(id).await?.expect("the counter");
    row.desired = (row.desired.parse::<i64>().expect("a number") + 1).to_string();
    tx.put(row, vec![], vec![]);
    commit(tx, id).await
}

pub(super) async fn no_update_is_lost(store: Store) {
    let id = create(&store, row(), &[]).await.unwrap().id;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                while let Err(e) = add_one(&store, id).await {
                    assert!(matches!(e, Error::Stale), "{e}");
                }
            }
        });
    }
    tasks.join_all().await;
    let row = store.get(id).await.unwrap().unwrap();
    assert_eq!((row.desired.as_str(), row.version), ("160", 161));
    assert_eq!(testing::count(&store, "SELECT count(*) FROM audit").await.unwrap(), 161);
}

pub(super) async fn what_is_stale_writes_nothing(store: Store) {
    let red = facet("color", "red");
    let one = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    for relied_on in ["version", "absence", "total", "members", "put"] {
        let (mut tx, new) = (store.begin(), row());
        let (id, other) = (new.id, Row { kind: "other".into(), ..row() });
        match relied_on {
            "version" => drop(tx.get(one.id).await.unwrap()),
            "absence" => assert_eq!(tx.get(other.id).await.unwrap(), None),
            "total" => drop(tx.total(1, "key", red.clone()).await.unwrap()),
            "members" => drop(tx.list(1, "key", red.clone(), 9).await.unwrap()),
            _ => {
                let old = store.get(one.id).await.unwrap().unwrap();
                tx.put(old, vec![red.clone()], vec![facet("color", "blue")]);
            }
        }
        tx.put(new, vec![], vec![facet("name", "new")]);
        tx.take("name", "new", id);
        match relied_on {
            "absence" => drop(create(&store, other, &[]).await.unwrap()),
            "total" => drop(create(&store, row(), std::slice::from_ref(&red)).await.unwrap()),
            _ => change(&store, one.id, relied_on, None).await.unwrap(),
        }
        let before = size(&store).await;
        assert!(stale(&commit(tx, id).await), "{relied_on}");
        assert_eq!(size(&store).await, before, "{relied_on}");
        assert_eq!(store.taken("name", "new").await.unwrap(), None);
        testing::check(&store).await;
    }
}

pub(super) async fn a_transaction_sees_its_own_writes(store: Store) {
    let (red, blue) = (facet("color", "red"), facet("color", "blue"));
    let old = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    let gone = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    let new = row();
    let mut tx = store.begin();
    tx.put(new.clone(), vec![], vec![red.clone()]);
    let moved = Row { desired: "moved".into(), ..tx.get(old.id).await.unwrap().unwrap() };
    tx.put(moved.clone(), vec![red.clone()], vec![red.clone()]);
    tx.put(moved.clone(), vec![red.clone()], vec![blue.clone()]);
    tx.remove(gone.clone(), vec![red.clone()]);
    assert_eq!(tx.get(old.id).await.unwrap(), Some(moved.clone()));
    assert_eq!(tx.get(gone.id).await.unwrap(), None);
    assert_eq!(tx.list(1, "key", red.clone(), 9).await.unwrap(), std::slice::from_ref(&new));
    assert_eq!(tx.list(1, "key", blue.clone(), 9).await.unwrap(), std::slice::from_ref(&moved));
    assert_eq!(tx.list(1, "key", all(), 9).await.unwrap(), [moved, new.clone()]);
    for (facet, total) in [(red.clone(), 1), (blue.clone(), 1), (all(), 2)] {
        assert_eq!(tx.total(1, "key", facet).await.unwrap(), total);
    }
    let never = row();
    tx.put(never.clone(), vec![], vec![red.clone()]);
    tx.remove(never.clone(), vec![red.clone()]);
    commit(tx, new.id).await.unwrap();
    assert_eq!(store.get(never.id).await.unwrap(), None);
    for (facet, total) in [(red, 1), (blue, 1), (all(), 2)] {
        assert_eq!(store.total(1, "key", &facet).await.unwrap(), total);
    }
}

pub(super) async fn a_transaction_without_writes_checks_nothing(store: Store) {
    let id = create(&store, row(), &[]).await.unwrap().id;
    let mut tx = store.begin();
    tx.get(id).await.unwrap();
    change(&store, id, "1", None).await.unwrap();
    let before = size(&store).await;
    commit(tx, id).await.unwrap();
    assert_eq!(size(&store).await, before, "no audit entry either");
}

/// Creates one more if there are fewer than five.
async fn within_quota(store: &Store) -> Result<bool> {
    let (mut tx, new) = (store.begin(), row());
    let id = new.id;
    if tx.total(1, "key", all()).await? >= 5 {
        return Ok(false);
    }
    tx.put(new, vec![], vec![]);
    commit(tx, id).await.map(|()| true)
}

pub(super) async fn a_quota_holds_against_many_at_once(store: Store) {
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            loop {
                match within_quota(&store).await {
                    Err(Error::Stale) => {}
                    done => return usize::from(done.unwrap()),
                }
            }
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<usize>(), 5);
    assert_eq!(store.total(1, "key", &all()).await.unwrap(), 5);
}

async fn adopt(store: &Store, parent: Uuid) -> Result<()> {
    let (mut tx, child) = (store.begin(), Row { kind: "child".into(), ..row() });
    let id = child.id;
    if tx.get(parent).await?.is_some() {
        tx.put(child, vec![], vec![facet("parent", &parent.to_string())]);
    }
    commit(tx, id).await
}

async fn orphan(store: &Store, parent: Uuid) -> Result<()> {
    let mut tx = store.begin();
    let row = tx.get(parent).await?.expect("one removes it");
    if tx.total(1, "child", facet("parent", &parent.to_string())).await? == 0 {
        tx.remove(row, vec![]);
    }
    commit(tx, parent).await
}

pub(super) async fn no_child_outlives_its_parent(store: Store) {
    for _ in 0..20 {
        let parent = create(&store, row(), &[]).await.unwrap().id;
        let (adopted, removed) = tokio::join!(adopt(&store, parent), orphan(&store, parent));
        assert!(adopted.is_ok() || stale(&adopted), "{adopted:?}");
        assert!(removed.is_ok() || stale(&removed), "{removed:?}");
        let children = store.total(1, "child", &facet("parent", &parent.to_string())).await;
        let there = store.get(parent).await.unwrap().is_some();
        assert!(there || children.unwrap() == 0);
    }
}

pub(super) async fn a_row_that_is_to_go_takes_no_more_changes(store: Store) {
    let parent = facet("parent", "p");
    let old = create(&store, row(), std::slice::from_ref(&parent)).await.unwrap();
    let mut tx = store.begin();
    tx.put(
        Row { deleting: true, due: Some(1), ..old.clone() },
        vec![parent.clone()],
        vec![parent.clone()],
    );
    assert_eq!(tx.total(1, "key", all()).await.unwrap(), 0);
    commit(tx, old.id).await.unwrap();
    assert_eq!(store.total(1, "key", &all()).await.unwrap(), 0);
    assert_eq!(store.total(1, "key", &parent).await.unwrap(), 1, "where it was to stay");
    let before = size(&store).await;
    let refused = change(&store, old.id, "1", Some(1)).await;
    assert!(matches!(refused, Err(Error::Deleting(id)) if id == old.id), "{refused:?}");
    assert_eq!(size(&store).await, before);
    let row = store.get(old.id).await.unwrap().unwrap();
    let mut tx = store.begin();
    tx.remove(row, vec![parent]);
    assert_eq!(tx.total(1, "key", all()).await.unwrap(), 0);
    commit(tx, old.id).await.unwrap();
    assert_eq!(store.get(old.id).await.unwrap(), None);
}

pub(super) async fn a_wrong_list_is_refused_and_nothing_written(store: Store) {
    let (red, blue) = (facet("color", "red"), facet("color", "blue"));
    let old = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    create(&store, row(), std::slice::from_ref(&blue)).await.unwrap();
    let before = size(&store).await;
    for (was, is) in [
        (vec![blue.clone()], vec![]),                 // it does not stand there
        (vec![facet("color", "none")], vec![]),       // nobody does
        (vec![], vec![facet("x", "y"), red.clone()]), // it stands there already
    ] {
        let (mut tx, new) = (store.begin(), row());
        tx.put(new, vec![], vec![]);
        tx.put(old.clone(), was, is);
        let refused = commit(tx, old.id).await;
        assert!(matches!(refused, Err(Error::Inconsistent(_))), "{refused:?}");
        assert_eq!(size(&store).await, before);
    }
    let mut tx = store.begin();
    tx.remove(old.clone(), vec![]); // it stands in one more
    let refused = commit(tx, old.id).await;
    assert!(matches!(refused, Err(Error::Inconsistent(_))), "{refused:?}");
    assert_eq!(size(&store).await, before);
    assert_eq!(store.get(old.id).await.unwrap(), Some(old));
}

pub(super) async fn what_is_removed_leaves_nothing_behind(store: Store) {
    let facets = [facet("color", "red"), facet("size", "big")];
    let kept = create(&store, row(), &facets[..1]).await.unwrap();
    let before = size(&store).await;
    let old = create(&store, row(), &facets).await.unwrap();
    let mut tx = store.begin();
    tx.take("name", "n", old.id);
    commit(tx, old.id).await.unwrap();
    let mut tx = store.begin();
    tx.remove(old.clone(), facets.to_vec());
    commit(tx, old.id).await.unwrap();
    assert_eq!(store.get(old.id).await.unwrap(), None);
    assert_eq!(store.taken("name", "n").await.unwrap(), None);
    let mut after = size(&store).await;
    after[3] -= 3; // what is left is the audit
    assert_eq!(after, before);
    assert_eq!(store.get(kept.id).await.unwrap(), Some(kept));
}

pub(super) async fn the_world_and_the_reset(store: Store) {
    let id = Uuid::now_v7();
    assert_eq!(store.world_get("disk", id).await.unwrap(), None);
    store.world_put("disk", id, "1".into()).await.unwrap();
    store.world_put("disk", id, "2".into()).await.unwrap();
    store.world_put("vm", id, "3".into()).await.unwrap();
    assert_eq!(store.world_get("disk", id).await.unwrap().as_deref(), Some("2"));
    store.world_remove("disk", id).await.unwrap();
    store.world_remove("disk", id).await.unwrap();
    assert_eq!(store.world_get("disk", id).await.unwrap(), None);
    assert_eq!(store.world_get("vm", id).await.unwrap().as_deref(), Some("3"));

    let old = create(&store, Row { due: Some(1), ..row() }, &[facet("a", "b")]).await.unwrap();
    let mut tx = store.begin();
    tx.take("name", "n", old.id);
    commit(tx, old.id).await.unwrap();
    store.reset().await.unwrap();
    assert_eq!(size(&store).await, [0; 6]);
    assert_eq!(store.world_get("vm", id).await.unwrap(), None);
    assert_eq!(store.next_due().await.unwrap(), None);
    let new = create(&store, row(), &[]).await.unwrap();
    assert!(new.seq > old.seq, "an old cursor points at nothing");
}
