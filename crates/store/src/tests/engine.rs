//! Claims and settlements: the two fences, and what wakes the engine.
use std::collections::BTreeSet;
use std::task::{Context, Waker};

use tokio::task::JoinSet;

use super::*;
use crate::{Outcome, PARKED};

const LEASE: i64 = 1000;

async fn due(store: &Store, at: i64) -> Row {
    create(store, Row { due: Some(at), ..row() }, &[]).await.unwrap()
}

async fn claim(store: &Store, now: i64) -> Option<Row> {
    let mut rows = store.claim(now, LEASE, 10).await.unwrap();
    assert!(rows.len() <= 1, "{rows:?}");
    rows.pop()
}

pub(super) async fn a_due_row_is_claimed_once(store: Store) {
    create(&store, row(), &[]).await.unwrap(); // is never due
    let row = due(&store, 5).await;
    assert_eq!(claim(&store, 4).await, None, "it is not due yet");
    let held = claim(&store, 5).await.unwrap();
    assert_eq!(held, Row { lease: 5 + LEASE, tries: 1, ..row });
    assert_eq!(store.get(held.id).await.unwrap().as_ref(), Some(&held));
    assert_eq!(claim(&store, 5 + LEASE - 1).await, None, "it is held");
    let again = claim(&store, 5 + LEASE).await.unwrap();
    assert_eq!(again.tries, 2, "the lease ran out");
    assert_ne!(again.lease, held.lease);
}

pub(super) async fn many_claim_each_row_once(store: Store) {
    for n in 0..60 {
        due(&store, n % 7).await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut ids = Vec::new();
            // PostgreSQL passes over what another is claiming, so a short claim is not the last.
            while store.next_due().await.unwrap().is_some_and(|at| at <= 100) {
                let rows = store.claim(100, LEASE, 3).await.unwrap();
                assert!(rows.len() <= 3);
                ids.extend(rows.into_iter().map(|row| row.id));
            }
            ids
        });
    }
    let ids = tasks.join_all().await.concat();
    assert_eq!(ids.len(), 60);
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>().len(), 60);
}

pub(super) async fn the_most_overdue_comes_first(store: Store) {
    for at in [30, 10, 20, 40] {
        due(&store, at).await;
    }
    let rows = store.claim(35, LEASE, 2).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.due).collect::<Vec<_>>(), [Some(10), Some(20)]);
    let rows = store.claim(35, LEASE, 2).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.due).collect::<Vec<_>>(), [Some(30)]);
}

pub(super) async fn a_step_that_outlives_its_lease_writes_nothing(store: Store) {
    let id = due(&store, 0).await.id;
    let slow = claim(&store, 0).await.unwrap();
    let quick = claim(&store, LEASE).await.unwrap();
    let failed = Outcome::Failed { error: "late".into(), retry_at: Some(9) };
    for late in [Outcome::Gone, Outcome::Settled, Outcome::After(9), failed] {
        let slow = Row { observed: "late".into(), ..slow.clone() };
        assert!(!store.settle(&slow, late).await.unwrap());
        assert_eq!(store.get(id).await.unwrap().as_ref(), Some(&quick));
    }
    assert!(store.settle(&quick, Outcome::Settled).await.unwrap());
    assert!(!store.settle(&quick, Outcome::Gone).await.unwrap(), "a claim settles once");
    assert_eq!(claim(&store, LEASE * 9).await, None);
    let unclaimed = store.get(id).await.unwrap().unwrap();
    assert!(!store.settle(&unclaimed, Outcome::Gone).await.unwrap(), "nobody holds it");
}

pub(super) async fn a_change_during_a_step_is_not_lost(store: Store) {
    let id = due(&store, 0).await.id;
    for outcome in [
        Outcome::Settled,
        Outcome::After(LEASE * 99),
        Outcome::Failed { error: "x".into(), retry_at: Some(LEASE * 99) },
    ] {
        let held = claim(&store, 1).await.unwrap();
        change(&store, id, "new", Some(1)).await.unwrap();
        let seen = Row { observed: "seen".into(), ..held };
        assert!(store.settle(&seen, outcome).await.unwrap());
        let row = store.get(id).await.unwrap().unwrap();
        assert_eq!((row.desired.as_str(), row.observed.as_str()), ("new", "seen"));
        assert_eq!((row.due, row.lease, row.tries, row.error), (Some(1), 0, 0, None));
    }
}

pub(super) async fn a_row_changed_meanwhile_is_not_forgotten(store: Store) {
    let id = due(&store, 0).await.id;
    let held = claim(&store, 0).await.unwrap();
    change(&store, id, "new", Some(1)).await.unwrap();
    assert!(store.settle(&held, Outcome::Gone).await.unwrap(), "the lease was ours");
    assert_eq!(claim(&store, 1).await.unwrap().desired, "new");
}

pub(super) async fn what_is_gone_leaves_nothing_behind(store: Store) {
    let facets = [facet("parent", "p"), facet("color", "red")];
    let before = size(&store).await;
    for deleting in [true, false] {
        let new = create(&store, Row { due: Some(0), ..row() }, &facets).await.unwrap();
        let mut tx = store.begin();
        tx.take("name", "n", new.id);
        tx.put(Row { deleting, ..new.clone() }, facets.to_vec(), facets[..1].to_vec());
        tx.commit().await.unwrap();
        let held = claim(&store, 0).await.unwrap();
        assert_eq!(held.deleting, deleting);
        assert!(store.settle(&held, Outcome::Gone).await.unwrap());
        assert_eq!(store.get(new.id).await.unwrap(), None);
        assert_eq!(store.taken("name", "n").await.unwrap(), None);
    }
    assert_eq!(size(&store).await, before);
}

pub(super) async fn outcomes_are_written(store: Store) {
    let id = due(&store, 0).await.id;
    let mut held = claim(&store, 0).await.unwrap();
    held.observed = "1".into();
    let failed = Outcome::Failed { error: "no room".into(), retry_at: Some(7) };
    assert!(store.settle(&held, failed).await.unwrap());
    let row = store.get(id).await.unwrap().unwrap();
    assert_eq!((row.due, row.lease, row.tries, row.version), (Some(7), 0, 1, 1));
    assert_eq!((row.observed.as_str(), row.error.as_deref()), ("1", Some("no room")));

    let held = claim(&store, 7).await.unwrap();
    assert_eq!(held.tries, 2);
    assert!(store.settle(&held, Outcome::After(9)).await.unwrap());
    let row = store.get(id).await.unwrap().unwrap();
    assert_eq!((row.due, row.lease, row.tries, row.error), (Some(9), 0, 0, None));

    let held = claim(&store, 9).await.unwrap();
    assert!(store.settle(&held, Outcome::Settled).await.unwrap());
    let row = store.get(id).await.unwrap().unwrap();
    assert_eq!((row.due, row.lease, row.tries), (None, 0, 0));
}

pub(super) async fn what_is_stuck_is_found(store: Store) {
    let fail = async |retry_at: Option<i64>| {
        let held = claim(&store, 0).await.unwrap();
        let failed = Outcome::Failed { error: "no room".into(), retry_at };
        assert!(store.settle(&held, failed).await.unwrap());
    };
    let ids = async |tries, most| {
        let found = store.stuck(tries, most).await.unwrap();
        found.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    due(&store, 99).await; // has not failed
    let tried = due(&store, 0).await.id;
    fail(Some(0)).await;
    assert!(ids(2, 9).await.is_empty(), "it was tried once");
    fail(Some(50)).await;
    let never = due(&store, 0).await.id;
    fail(None).await;
    assert_eq!(ids(2, 9).await, [tried, never]);
    assert_eq!(ids(2, 1).await, [tried]);
    assert_eq!(ids(3, 9).await, [never], "what is not tried again, however seldom it was");
    let held = claim(&store, 50).await.unwrap();
    assert!(store.settle(&held, Outcome::Settled).await.unwrap());
    assert_eq!(ids(1, 9).await, [never]);
    change(&store, never, "new", Some(60)).await.unwrap();
    assert!(ids(1, 9).await.is_empty(), "it is to be tried anew");
}

pub(super) async fn what_is_parked_is_due_when_it_was_before(store: Store) {
    let row = due(&store, 5).await;
    let claimed = claim(&store, 9).await.unwrap();
    assert!(store.settle(&claimed, Outcome::Parked).await.unwrap());
    let parked = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((parked.due, parked.tries, &parked.error), (Some(5 + PARKED), 0, &None));
    assert_eq!(claim(&store, PARKED - 1).await, None, "nobody lives to see it");
    let one = store.claim_one(9, LEASE, row.id, None).await.unwrap().unwrap();
    assert_eq!((one.due, one.tries), (parked.due, 1));
    assert_eq!(store.claim_one(9, LEASE, row.id, None).await.unwrap(), None, "it is held");
    assert!(store.settle(&one, Outcome::Parked).await.unwrap());
    assert_eq!(store.claim_one(9, LEASE, row.id, Some(5)).await.unwrap(), None, "not due then");
    store.unpark().await.unwrap();
    store.unpark().await.unwrap();
    assert_eq!(store.get(row.id).await.unwrap().unwrap().due, Some(5));
    assert_eq!(store.due_within(4, 5, 9).await.unwrap(), [(row.id, 5)]);
    assert_eq!(store.due_within(5, 9, 9).await.unwrap(), []);
    assert!(store.claim_one(9, LEASE, row.id, Some(5)).await.unwrap().is_some());
    assert_eq!(store.last_seq().await.unwrap(), one.seq);
}

/// Has a row be deleted, and its removal fail for good.
async fn going_for_good(store: &Store, id: Uuid) -> Uuid {
    let row = store.get(id).await.unwrap().unwrap();
    let mut tx = store.begin();
    tx.put(Row { deleting: true, due: Some(1), ..row }, vec![], vec![]);
    tx.commit().await.unwrap();
    let held = store.claim(1, LEASE, 9).await.unwrap();
    let failed = Outcome::Failed { error: "no".into(), retry_at: None };
    assert!(store.settle(&held[0], failed).await.unwrap());
    id
}

pub(super) async fn all_of_some_kinds_are_woken_at_once(store: Store) {
    let of = async |kind: &'static str, account, due| {
        let new = Row { kind: kind.into(), account, due, ..row() };
        create(&store, new, &[]).await.unwrap().id
    };
    let settled = of("a", 1, None).await;
    let later = of("b", 2, Some(90)).await;
    let sooner = of("b", 1, Some(5)).await;
    let other = of("c", 1, None).await;
    let far = of("a", i64::MAX, None).await;
    let going = going_for_good(&store, of("a", 1, None).await).await;
    store.wake_all(&["a", "b"], 20).await.unwrap();
    let due = async |id| store.get(id).await.unwrap().unwrap().due;
    assert_eq!((due(settled).await, due(later).await), (Some(20), Some(20)));
    assert_eq!((due(far).await, due(going).await), (Some(20), Some(20)));
    assert_eq!((due(sooner).await, due(other).await), (Some(5), None));
    assert_eq!(store.next_due().await.unwrap(), Some(5));
    store.wake_all(&[], 1).await.unwrap();
    assert_eq!(due(other).await, None);
    // One that is held is looked at anew when its step has ended.
    let held = store.claim(20, LEASE, 9).await.unwrap();
    assert_eq!(held.len(), 5);
    store.wake_all(&["a"], 21).await.unwrap();
    let step = held.iter().find(|row| row.id == settled).unwrap();
    assert!(store.settle(step, Outcome::Settled).await.unwrap());
}

pub(super) async fn a_change_without_a_time_keeps_the_wake(store: Store) {
    let id = due(&store, 3).await.id;
    change(&store, id, "1", None).await.unwrap();
    assert_eq!(store.get(id).await.unwrap().unwrap().due, Some(3));
}

pub(super) async fn the_next_due_time_is_known(store: Store) {
    assert_eq!(store.next_due().await.unwrap(), None);
    due(&store, 5).await;
    due(&store, 7 * LEASE).await;
    assert_eq!(store.next_due().await.unwrap(), Some(5));
    let held = claim(&store, 6).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(6 + LEASE), "when the lease runs out");
    assert!(store.settle(&held, Outcome::Settled).await.unwrap());
    assert_eq!(store.next_due().await.unwrap(), Some(7 * LEASE));
}

pub(super) async fn what_makes_a_row_due_wakes_the_engine(store: Store) {
    let id = due(&store, 5).await.id;
    store.woken().notified().await;
    let held = claim(&store, 5).await.unwrap();
    change(&store, id, "1", Some(6)).await.unwrap();
    store.woken().notified().await;
    assert!(store.settle(&held, Outcome::Settled).await.unwrap());
    store.woken().notified().await; // it is still due
    let held = claim(&store, 6).await.unwrap();
    assert!(store.settle(&held, Outcome::After(9)).await.unwrap());
    store.woken().notified().await;
}

pub(super) async fn the_engine_is_woken_even_if_who_wrote_has_gone(store: Store) {
    let (mut tx, new) = (store.begin(), row());
    let id = new.id;
    tx.put(Row { due: Some(1), ..new }, vec![], vec![]);
    let mut committing = Box::pin(tx.commit());
    let _ = committing.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(committing); // as when a client hangs up
    while store.next_due().await.unwrap().is_none() {
        store.woken().notified().await;
    }
    assert_eq!(claim(&store, 1).await.unwrap().id, id);
}

pub(super) async fn a_lease_from_before_the_clock_was_set_back_holds_nobody_off(store: Store) {
    const HOUR: i64 = 3_600_000;
    let id = due(&store, 5).await.id;
    let before = claim(&store, HOUR).await.unwrap();
    assert_eq!(claim(&store, HOUR - LEASE).await, None, "clocks of two servers differ a little");
    let after = claim(&store, 5).await.unwrap();
    assert_eq!((after.id, after.lease), (id, 5 + LEASE));
    assert!(!store.settle(&before, Outcome::Settled).await.unwrap());
}
