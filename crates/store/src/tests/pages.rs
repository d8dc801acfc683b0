//! Pages: forward and back, by one list and by several.
use super::*;
use crate::{Ask, From, Page};

fn ask(facets: &[Facet], from: From, limit: usize) -> Ask {
    Ask { account: 1, kind: "key", facets: facets.to_vec(), from, limit, known_total: None }
}

fn seqs(page: &Page) -> Vec<i64> {
    page.rows.iter().map(|row| row.seq).collect()
}

/// Walks all pages forward, then back, and compares both with `expected`.
async fn walk(store: &Store, facets: &[Facet], limit: usize, expected: &[i64]) {
    let (mut from, mut pages) = (From::Start, Vec::new());
    loop {
        let page = store.page(&ask(facets, from, limit)).await.unwrap();
        assert_eq!(page.total as usize, expected.len());
        assert_eq!(page.more_before, !pages.is_empty());
        pages.push(seqs(&page));
        if !page.more_after {
            break;
        }
        from = From::After(page.rows.last().unwrap().seq);
    }
    assert_eq!(pages.concat(), expected);
    assert!(pages.iter().rev().skip(1).all(|page| page.len() == limit), "only the last is short");
    while let Some(&first) = pages.pop().as_ref().and_then(|page| page.first()) {
        let page = store.page(&ask(facets, From::Before(first), limit)).await.unwrap();
        assert_eq!(seqs(&page), pages.last().cloned().unwrap_or_default());
        assert_eq!(page.total as usize, expected.len());
        assert_eq!(page.more_before, pages.len() > 1);
        assert!(page.more_after);
    }
}

pub(super) async fn pages_walk_forward_and_back(store: Store) {
    walk(&store, &[], 3, &[]).await;
    let mut expected = Vec::new();
    for n in 1..=10 {
        expected.push(create(&store, row(), &[]).await.unwrap().seq);
        if [1, 3, 9, 10].contains(&n) {
            for limit in [1, 3, 5, 9, 10, 100] {
                walk(&store, &[], limit, &expected).await;
            }
        }
    }
}

pub(super) async fn a_page_of_one_facet_and_of_several(store: Store) {
    let mut rows = Vec::new();
    for n in 0..24 {
        let facets = [("two", (n % 2).to_string()), ("three", (n % 3).to_string())];
        rows.push(create(&store, row(), &facets).await.unwrap().seq);
    }
    for two in 0..3 {
        for three in 0..4 {
            let facets = [("two", two.to_string()), ("three", three.to_string())];
            let matching = |both: bool| -> Vec<i64> {
                let is = |n: &usize| n % 2 == two && (!both || n % 3 == three);
                (0..24).filter(is).map(|n| rows[n]).collect()
            };
            walk(&store, &facets[..1], 5, &matching(false)).await;
            walk(&store, &facets, 2, &matching(true)).await;
            let thrice = [&facets[..], &[all()]].concat();
            walk(&store, &thrice, 3, &matching(true)).await;
            walk(&store, &[facets[1].clone(), facets[0].clone()], 2, &matching(true)).await;
        }
    }
    let facets = [facet("two", "0"), facet("three", "0")];
    let known = Ask { known_total: Some(99), ..ask(&facets, From::Start, 1) };
    assert_eq!(store.page(&known).await.unwrap().total, 99, "it is not counted again");
    let known = Ask { facets: facets[..1].to_vec(), ..known };
    assert_eq!(store.page(&known).await.unwrap().total, 12, "one list knows its length");
    let twice = [facet("two", "0"), facet("two", "0")];
    assert_eq!(store.page(&ask(&twice, From::Start, 1)).await.unwrap().total, 12);
}

pub(super) async fn a_cursor_outlives_its_row(store: Store) {
    let mut rows = Vec::new();
    for _ in 0..5 {
        rows.push(create(&store, row(), &[]).await.unwrap());
    }
    let cursor = rows[2].seq;
    let mut tx = store.begin();
    tx.remove(rows[2].clone(), vec![]);
    tx.commit().await.unwrap();
    let page = store.page(&ask(&[], From::After(cursor), 9)).await.unwrap();
    assert_eq!(seqs(&page), [rows[3].seq, rows[4].seq]);
    assert!(page.more_before && !page.more_after);
    let page = store.page(&ask(&[], From::Before(cursor), 9)).await.unwrap();
    assert_eq!(seqs(&page), [rows[0].seq, rows[1].seq]);
    assert!(!page.more_before && page.more_after);
    let page = store.page(&ask(&[], From::After(rows[4].seq + 9), 9)).await.unwrap();
    assert_eq!((seqs(&page), page.total), (vec![], 4));
    assert!(page.more_before && !page.more_after);
}

pub(super) async fn accounts_and_kinds_do_not_meet(store: Store) {
    let red = facet("color", "red");
    let is = std::slice::from_ref(&red);
    let mine = create(&store, row(), is).await.unwrap();
    create(&store, Row { account: 2, ..row() }, is).await.unwrap();
    create(&store, Row { kind: "other".into(), ..row() }, is).await.unwrap();
    for facets in [&[][..], is] {
        let page = store.page(&ask(facets, From::Start, 9)).await.unwrap();
        assert_eq!((page.rows, page.total), (vec![mine.clone()], 1));
    }
    let other = Ask { account: 3, ..ask(is, From::Start, 9) };
    assert_eq!(store.page(&other).await.unwrap(), Page::default());
}
