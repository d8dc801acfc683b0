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
    let expected = Row { seq: stored.seq, version: 1, stamp: 1, observed: "{}".into(), ..new };
    assert_eq!(stored, expected);
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
    tx.commit().await.unwrap();
    let expected = Row { desired: "1".into(), due: Some(9), version: 2, stamp: 2, ..old };
    assert_eq!(store.get(expected.id).await.unwrap(), Some(expected));
}

async fn add_one(store: &Store, id: Uuid) -> Result<()> {
    let mut tx = store.begin();
    let mut row = tx.get(id).await?.expect("the counter");
    row.desired = (row.desired.parse::<i64>().expect("a number") + 1).to_string();
    tx.put(row, vec![], vec![]);
    tx.commit().await
}

pub(super) async fn no_update_is_lost(store: Store) {
    let id = create(&store, row(), &[]).await.unwrap().id;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                while let Err(e) = add_one(&store, id).await {
                    assert!(matches!(e, Error::Stale(_)), "{e}");
                }
            }
        });
    }
    tasks.join_all().await;
    let row = store.get(id).await.unwrap().unwrap();
    assert_eq!((row.desired.as_str(), row.version), ("160", 161));
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
        assert!(stale(&tx.commit().await), "{relied_on}");
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
    tx.commit().await.unwrap();
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
    tx.commit().await.unwrap();
    assert_eq!(size(&store).await, before);
}

/// Creates one more if there are fewer than five.
async fn within_quota(store: &Store) -> Result<bool> {
    let (mut tx, new) = (store.begin(), row());
    if tx.total(1, "key", all()).await? >= 5 {
        return Ok(false);
    }
    tx.put(new, vec![], vec![]);
    tx.commit().await.map(|()| true)
}

pub(super) async fn a_quota_holds_against_many_at_once(store: Store) {
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            loop {
                match within_quota(&store).await {
                    Err(Error::Stale(_)) => {}
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
    if tx.get(parent).await?.is_some() {
        tx.put(child, vec![], vec![facet("parent", &parent.to_string())]);
    }
    tx.commit().await
}

async fn orphan(store: &Store, parent: Uuid) -> Result<()> {
    let mut tx = store.begin();
    let row = tx.get(parent).await?.expect("one removes it");
    if tx.total(1, "child", facet("parent", &parent.to_string())).await? == 0 {
        tx.remove(row, vec![]);
    }
    tx.commit().await
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
    tx.commit().await.unwrap();
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
    tx.commit().await.unwrap();
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
        let refused = tx.commit().await;
        assert!(matches!(refused, Err(Error::Inconsistent(_))), "{refused:?}");
        assert_eq!(size(&store).await, before);
    }
    let mut tx = store.begin();
    tx.remove(old.clone(), vec![]); // it stands in one more
    let refused = tx.commit().await;
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
    tx.commit().await.unwrap();
    let mut tx = store.begin();
    tx.remove(old.clone(), facets.to_vec());
    tx.commit().await.unwrap();
    assert_eq!(store.get(old.id).await.unwrap(), None);
    assert_eq!(store.taken("name", "n").await.unwrap(), None);
    assert_eq!(size(&store).await, before);
    assert_eq!(store.get(kept.id).await.unwrap(), Some(kept));
}

pub(super) async fn what_there_is_is_counted_by_kind_over_all_accounts(store: Store) {
    assert_eq!(store.kinds().await.unwrap(), []);
    let color = facet("color", "red");
    for (account, kind) in [(1, "key"), (2, "key"), (2, "disk"), (3, "gone")] {
        let row = Row { account, kind: kind.into(), ..row() };
        create(&store, row, std::slice::from_ref(&color)).await.unwrap();
    }
    let mut tx = store.begin();
    let gone = tx.list(3, "gone", all(), 1).await.unwrap().remove(0);
    tx.remove(gone, vec![color]);
    tx.commit().await.unwrap();
    let found = store.kinds().await.unwrap();
    assert_eq!(found, [("disk".to_owned(), 1), ("key".to_owned(), 2)]);
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
    tx.commit().await.unwrap();
    store.reset(&[]).await.unwrap();
    assert_eq!(size(&store).await, [0; 6]);
    assert_eq!(store.world_get("vm", id).await.unwrap(), None);
    assert_eq!(store.next_due().await.unwrap(), None);
    let new = create(&store, row(), &[]).await.unwrap();
    assert!(new.seq > old.seq, "an old cursor points at nothing");
}

pub(super) async fn what_stays_at_a_reset_stays_whole(store: Store) {
    let tally = Some(crate::Tally { class: "c".into(), amount: 3, since: 7, owed: 2 });
    let list = || facet("label", "one");
    let kept = create(&store, Row { tally: tally.clone(), ..row() }, &[list()]).await.unwrap();
    let gone = create(&store, Row { tally, ..row() }, &[list()]).await.unwrap();
    let mut tx = store.begin();
    for (n, id) in [kept.id, gone.id].into_iter().enumerate() {
        tx.take("name", n.to_string(), id);
        tx.take("a", format!("192.0.2.{n}"), id);
    }
    tx.commit().await.unwrap();
    for id in [kept.id, gone.id] {
        store.world_put("vm", id, "1".into()).await.unwrap();
    }
    let changed = Row { version: kept.version + 1, ..kept.clone() };
    let refused = store.reset(&[changed]).await;
    assert!(matches!(refused, Err(Error::Stale(_))), "{refused:?}");
    assert_eq!(store.total(1, "key", &all()).await.unwrap(), 2, "nothing was done");
    for _ in 0..2 {
        store.reset(std::slice::from_ref(&kept)).await.unwrap();
        testing::check(&store).await;
        let now = store.get(kept.id).await.unwrap().unwrap();
        assert!(now.stamp > kept.stamp, "no state of before is taken for one of now");
        assert_eq!(Row { stamp: kept.stamp, ..now }, kept);
        assert_eq!(store.get(gone.id).await.unwrap(), None);
        for facet in [all(), list()] {
            assert_eq!(store.total(1, "key", &facet).await.unwrap(), 1);
        }
        assert_eq!(store.taken("name", "0").await.unwrap(), Some(kept.id));
        assert_eq!(store.taken("name", "1").await.unwrap(), None);
        assert_eq!(store.taken("a", "192.0.2.0").await.unwrap(), Some(kept.id));
        assert_eq!(store.world_get("vm", kept.id).await.unwrap(), None);
    }
    let new = create(&store, row(), &[list()]).await.unwrap();
    assert!(new.seq > gone.seq, "numbers go on");
    assert_eq!(store.total(1, "key", &list()).await.unwrap(), 2);
    testing::check(&store).await;
}

pub(super) async fn what_nobody_asks_for_any_more_is_not_written(store: Store) {
    let caller = create(&store, row(), &[]).await.unwrap();
    let ask = |store: &Store| {
        let mut tx = store.begin();
        tx.need(caller.id);
        tx.take("name", "n", caller.id);
        tx.put(row(), vec![], vec![]);
        tx
    };
    let late = ask(&store);
    ask(&store).commit().await.unwrap();
    store.reset(&[]).await.unwrap();
    let refused = late.commit().await;
    assert!(matches!(refused, Err(Error::Gone(id)) if id == caller.id), "{refused:?}");
    assert_eq!(size(&store).await, [0; 6]);
}

pub(super) async fn a_step_that_has_lost_its_claim_writes_nothing(store: Store) {
    let id = create(&store, Row { due: Some(0), ..row() }, &[]).await.unwrap().id;
    let slow = store.claim(0, 10, 1).await.unwrap().pop().unwrap();
    let quick = store.claim(10, 10, 1).await.unwrap().pop().unwrap();
    let write = |state: &str| store.world_put("disk", id, state.to_owned());
    crate::during(quick.claim(), write("quick")).await.unwrap();
    let commit = async {
        let mut tx = store.begin();
        tx.put(row(), vec![], vec![]);
        tx.commit().await
    };
    for refused in [
        crate::during(slow.claim(), write("slow")).await,
        crate::during(slow.claim(), commit).await,
    ] {
        assert!(matches!(refused, Err(Error::Gone(gone)) if gone == id), "{refused:?}");
    }
    assert_eq!(store.world_get("disk", id).await.unwrap().as_deref(), Some("quick"));
    store.reset(&[]).await.unwrap();
    assert!(matches!(crate::during(quick.claim(), write("late")).await, Err(Error::Gone(_))));
    assert_eq!(store.world_get("disk", id).await.unwrap(), None);
    write("of no step").await.unwrap();
}

pub(super) async fn any_text_can_be_looked_up(store: Store) {
    let long = "ä".repeat(5000);
    let texts = ["", "\0", "a\0b", "\u{1}", "\u{1f}", "'\"\\", "\u{ffff}\u{10ffff}", "%_", &long];
    let mut rows = Vec::new();
    for text in texts {
        let row = create(&store, row(), &[facet("label", text)]).await.unwrap();
        let mut tx = store.begin();
        assert_eq!(tx.taken(text, text).await.unwrap(), None, "{text:?}");
        tx.take(text, text, row.id);
        tx.commit().await.unwrap();
        rows.push(row);
    }
    for (text, row) in texts.iter().zip(&rows) {
        let label = facet("label", text);
        let ask = crate::Ask {
            account: 1,
            kind: "key",
            facets: vec![label.clone(), all()],
            limit: 9,
            ..crate::Ask::default()
        };
        assert_eq!(store.page(&ask).await.unwrap().rows, std::slice::from_ref(row), "{text:?}");
        assert_eq!(store.total(1, "key", &label).await.unwrap(), 1);
        assert_eq!(store.taken(text, text).await.unwrap(), Some(row.id));
        let mut tx = store.begin();
        assert_eq!(tx.list(1, "key", label.clone(), 9).await.unwrap().len(), 1);
        tx.release(text, text);
        tx.put(row.clone(), vec![label.clone()], vec![facet("label", "another")]);
        tx.commit().await.unwrap();
        assert_eq!(store.total(1, "key", &label).await.unwrap(), 0);
        assert_eq!(store.taken(text, text).await.unwrap(), None);
    }
}
