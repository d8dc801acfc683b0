//! Marks: what tells one state of a row from all others.
use std::collections::BTreeSet;

use super::*;
use crate::{Ask, Outcome};

/// The mark of a row by itself, which is also the one that comes with it.
async fn mark(store: &Store, id: Uuid) -> (i64, i64) {
    let row = store.get(id).await.unwrap().unwrap();
    let marks = store.marks(&[id, Uuid::now_v7()]).await.unwrap();
    assert_eq!(marks, [row.mark()], "what is not there has none");
    (row.seq, row.stamp)
}

pub(super) async fn no_two_states_of_a_row_have_one_mark(store: Store) {
    let id = create(&store, Row { due: Some(0), ..row() }, &[]).await.unwrap().id;
    let other = create(&store, row(), &[]).await.unwrap();
    let mut known = BTreeSet::from([mark(&store, id).await]);
    for seen in ["1", "2"] {
        let mut held = store.claim(9, 9, 1).await.unwrap().pop().unwrap();
        assert!(known.contains(&mark(&store, id).await), "who holds it changes nothing of it");
        held.observed = seen.into();
        assert!(store.settle(&held, Outcome::After(0)).await.unwrap());
        assert!(known.insert(mark(&store, id).await), "seen: {seen}");
        let held = store.claim(9, 9, 1).await.unwrap().pop().unwrap();
        change(&store, id, seen, Some(0)).await.unwrap();
        assert!(known.insert(mark(&store, id).await), "wanted: {seen}");
        assert!(store.settle(&held, Outcome::Settled).await.unwrap());
        assert!(known.insert(mark(&store, id).await), "seen late: {seen}");
    }
    let mut tx = store.begin();
    tx.remove(store.get(id).await.unwrap().unwrap(), vec![]);
    tx.commit().await.unwrap();
    assert_eq!(store.marks(&[id]).await.unwrap(), []);
    create(&store, Row { id, ..row() }, &[]).await.unwrap();
    assert!(known.insert(mark(&store, id).await), "made again under the same id");
    assert_eq!(store.marks(&[other.id]).await.unwrap(), [other.mark()], "others are left alone");
}

#[tokio::test]
async fn the_marks_of_a_page_are_read_without_the_rows() {
    let fresh = file().await.unwrap();
    create(&fresh.store, row(), &[]).await.unwrap();
    let plan = Ask { limit: 1, ..Ask::default() }.plan(vec![Some((1, 1)), Some((2, 2))]).unwrap();
    let sql = plan.rows(crate::sqlite::MARK, crate::sqlite::MARKS);
    for sql in [&sql, crate::sqlite::MARK_BY_ID] {
        let steps = crash::sqlite(&fresh.store).explain(sql);
        let rows: Vec<_> = steps.iter().filter(|step| step.contains(" r ")).collect();
        let is_covered = |step: &&String| step.contains("COVERING INDEX resource_stamp");
        assert!(matches!(rows[..], [step] if is_covered(&step)), "{steps:?}");
    }
}
