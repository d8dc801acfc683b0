//! What happened: written with its change or not at all, read by time, forgotten when it is asked for.
use super::*;
use crate::{Event, WhichEvents};

fn event(account: i64, at: i64, level: &str, topic: &str, subject: &str) -> Event {
    let [level, topic, subject] = [level, topic, subject].map(str::to_owned);
    Event { account, at, level, topic, subject, told: format!("{{\"n\":{at}}}") }
}

/// The times of those that are found, and how many there are.
async fn times(store: &Store, which: WhichEvents<'_>) -> (Vec<i64>, u64) {
    let told = store.events(&which).await.unwrap();
    (told.events.iter().map(|event| event.at).collect(), told.total)
}

pub(super) async fn what_happened_is_told_by_time_with_what_made_it_happen(store: Store) {
    let one = create(&store, row(), &[]).await.unwrap();
    let all = [
        event(1, 10, "info", "keys", "a"),
        event(1, 20, "error", "keys", "b"),
        event(1, 20, "info", "locks", "a"),
        event(2, 20, "info", "keys", "a"),
        event(1, 30, "info", "keys", "a"),
    ];
    for event in all.clone() {
        // With a row, and alone.
        let mut tx = store.begin();
        if event.at == 10 {
            tx.put(Row { desired: "1".into(), ..one.clone() }, vec![], vec![]);
        }
        tx.tell(event);
        tx.commit().await.unwrap();
    }
    // What is stale has not happened.
    let mut tx = store.begin();
    tx.put(Row { desired: "2".into(), ..one }, vec![], vec![]);
    tx.tell(event(1, 15, "info", "keys", "a"));
    assert!(stale(&tx.commit().await));

    let whole = WhichEvents { account: 1, from: 0, to: 100, most: 9, ..WhichEvents::default() };
    assert_eq!(times(&store, whole).await, (vec![30, 20, 20, 10], 4));
    assert_eq!(store.events(&whole).await.unwrap().events[1], all[2], "the later one first");
    assert_eq!(times(&store, WhichEvents { most: 2, ..whole }).await, (vec![30, 20], 4));
    assert_eq!(times(&store, WhichEvents { from: 20, to: 30, ..whole }).await.1, 2);
    let filters = [
        (WhichEvents { level: Some("info"), ..whole }, vec![30, 20, 10]),
        (WhichEvents { topic: Some("locks"), ..whole }, vec![20]),
        (WhichEvents { subject: Some("b"), ..whole }, vec![20]),
        (WhichEvents { subject: Some("b"), topic: Some("locks"), ..whole }, vec![]),
        (WhichEvents { account: 2, ..whole }, vec![20]),
    ];
    for (which, expected) in filters {
        assert_eq!(times(&store, which).await, (expected.clone(), expected.len() as u64));
    }
    store.forget_events(1, 20).await.unwrap();
    assert_eq!(times(&store, whole).await.0, [30, 20, 20]);
    assert_eq!(times(&store, WhichEvents { account: 2, ..whole }).await.0, [20]);
    store.reset(&[]).await.unwrap();
    assert_eq!(times(&store, whole).await.1, 0);
}
