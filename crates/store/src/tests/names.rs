//! Unique values.
use tokio::task::JoinSet;

use super::*;

async fn take(store: &Store, value: &str, owner: Uuid) -> Result<()> {
    let mut tx = store.begin();
    tx.take("name", value, owner);
    tx.commit().await
}

pub(super) async fn a_value_is_held_by_one(store: Store) {
    let one = create(&store, row(), &[]).await.unwrap().id;
    take(&store, "n", one).await.unwrap();
    take(&store, "n", one).await.unwrap(); // it has it already
    let mut tx = store.begin();
    tx.take("another scope", "n", one);
    tx.commit().await.unwrap();
    assert_eq!(store.held("name", one).await.unwrap(), ["n"]);
    assert!(store.held("name", Uuid::now_v7()).await.unwrap().is_empty());
    let before = size(&store).await;

    let (mut tx, two) = (store.begin(), row());
    let id = two.id;
    tx.put(two, vec![], vec![facet("name", "n")]);
    tx.take("name", "free", id);
    tx.take("name", "n", id);
    assert!(stale(&tx.commit().await));
    assert_eq!(size(&store).await, before, "nothing is written");
    assert_eq!(store.taken("name", "n").await.unwrap(), Some(one));
    assert_eq!(store.taken("name", "free").await.unwrap(), None);
}

pub(super) async fn of_many_takers_one_wins(store: Store) {
    for round in 0..5 {
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            tasks.spawn(async move {
                let (mut tx, new) = (store.begin(), row());
                let id = new.id;
                tx.take("name", format!("n{round}"), id);
                tx.put(new, vec![], vec![]);
                (id, tx.commit().await)
            });
        }
        let mut won = tasks.join_all().await;
        won.retain(|(_, result)| !stale(result));
        assert!(matches!(won[..], [(_, Ok(()))]), "{won:?}");
        let holder = store.taken("name", &format!("n{round}")).await.unwrap();
        assert_eq!(holder, Some(won[0].0));
        assert_eq!(store.total(1, "key", &all()).await.unwrap(), round + 1);
    }
}

pub(super) async fn a_value_changes_hands(store: Store) {
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    take(&store, "n", one).await.unwrap();
    let mut tx = store.begin();
    assert_eq!(tx.taken("name", "n").await.unwrap(), Some(one));
    tx.release("name", "n");
    assert_eq!(tx.taken("name", "n").await.unwrap(), None);
    tx.take("name", "n", two);
    assert_eq!(tx.taken("name", "n").await.unwrap(), Some(two));
    tx.commit().await.unwrap();
    assert_eq!(store.taken("name", "n").await.unwrap(), Some(two));
    let mut tx = store.begin();
    tx.release("name", "n");
    tx.release("name", "was never taken");
    tx.commit().await.unwrap();
    assert_eq!(store.taken("name", "n").await.unwrap(), None);
}

pub(super) async fn a_value_goes_with_its_row(store: Store) {
    let one = create(&store, row(), &[]).await.unwrap();
    take(&store, "n", one.id).await.unwrap();
    take(&store, "m", one.id).await.unwrap();
    let (mut tx, two) = (store.begin(), row());
    let id = two.id;
    tx.put(two, vec![], vec![]);
    tx.remove(one, vec![]);
    assert_eq!(tx.taken("name", "n").await.unwrap(), None, "its holder goes");
    tx.take("name", "n", id);
    tx.commit().await.unwrap();
    assert_eq!(store.taken("name", "n").await.unwrap(), Some(id));
    assert_eq!(store.taken("name", "m").await.unwrap(), None);
}

pub(super) async fn what_was_free_is_checked_at_the_commit(store: Store) {
    let id = create(&store, row(), &[]).await.unwrap().id;
    for held in [false, true] {
        let mut tx = store.begin();
        assert_eq!(tx.taken("name", "n").await.unwrap().is_some(), held);
        let row = tx.get(id).await.unwrap().unwrap();
        tx.put(row, vec![], vec![]);
        let mut other = store.begin();
        match held {
            true => other.release("name", "n"),
            false => other.take("name", "n", Uuid::now_v7()),
        }
        other.commit().await.unwrap();
        assert!(stale(&tx.commit().await));
    }
}
