//! Random operations, compared with a model in memory, and one store with another.
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::{Ask, From, Outcome, Tally};

#[derive(Debug, Clone)]
enum Op {
    Create { account: i64, facets: Vec<Facet>, due: Option<i64>, tally: Option<Tally> },
    Move { nth: usize, facets: Vec<Facet>, tally: Option<Tally> },
    Doom { nth: usize, facets: Vec<Facet> },
    Remove { nth: usize },
    Step { outcome: Outcome, tally: Option<Tally> },
    Take { nth: usize, value: u8 },
}

/// What should be stored.
#[derive(Debug, Clone)]
struct Entry {
    id: Uuid,
    account: i64,
    facets: Vec<Facet>,
    deleting: bool,
}

const COLORS: [&str; 3] = ["red", "green", "blue"];
const SIZES: [&str; 2] = ["big", "small"];

fn facets() -> impl Strategy<Value = Vec<Facet>> {
    (proptest::option::of(0..COLORS.len()), proptest::option::of(0..SIZES.len())).prop_map(
        |(color, size)| {
            let color = color.map(|n| facet("color", COLORS[n]));
            color.into_iter().chain(size.map(|n| facet("size", SIZES[n]))).collect()
        },
    )
}

fn tally() -> impl Strategy<Value = Option<Tally>> {
    let tally = (0..3_usize, 0..1000_i64, 0..300_000_000_i64);
    proptest::option::of(tally.prop_map(|(n, amount, since)| Tally {
        class: COLORS[n].into(),
        amount,
        since,
        owed: amount / 7,
    }))
}

fn op() -> impl Strategy<Value = Op> {
    let outcome = prop_oneof![
        Just(Outcome::Settled),
        (0..50_i64).prop_map(Outcome::After),
        Just(Outcome::Gone),
        (0..50_i64)
            .prop_map(|retry_at| Outcome::Failed { error: "x".into(), retry_at: Some(retry_at) }),
    ];
    let due = proptest::option::of(0..50_i64);
    prop_oneof![
        4 => (1..3_i64, facets(), due, tally())
            .prop_map(|(account, facets, due, tally)| Op::Create { account, facets, due, tally }),
        3 => (any::<usize>(), facets(), tally())
            .prop_map(|(nth, facets, tally)| Op::Move { nth, facets, tally }),
        1 => (any::<usize>(), facets()).prop_map(|(nth, facets)| Op::Doom { nth, facets }),
        1 => any::<usize>().prop_map(|nth| Op::Remove { nth }),
        2 => (outcome, tally()).prop_map(|(outcome, tally)| Op::Step { outcome, tally }),
        1 => (any::<usize>(), 0..4_u8).prop_map(|(nth, value)| Op::Take { nth, value }),
    ]
}

/// Does all of `ops`, compares what is stored with the model, and tells all of it.
async fn run(store: &Store, ops: &[Op]) -> String {
    let (mut model, mut told): (Vec<Entry>, String) = Default::default();
    for (n, op) in ops.iter().enumerate() {
        let id = Uuid::from_u128(n as u128 + 1);
        let result = step(store, &mut model, id, n as i64, op).await;
        let taken = matches!(op, Op::Take { .. }) && stale(&result);
        assert!(taken || matches!(result, Ok(_) | Err(Error::Deleting(_))), "{op:?}: {result:?}");
        told += &format!("{n} {result:?}\n");
    }
    let facets: Vec<Option<Facet>> = std::iter::once(None)
        .chain(COLORS.map(|c| Some(facet("color", c))))
        .chain(SIZES.map(|s| Some(facet("size", s))))
        .collect();
    for account in 1..3 {
        for (a, b) in facets.iter().flat_map(|a| facets.iter().map(move |b| (a, b))) {
            let wanted: Vec<Facet> = a.iter().chain(b).cloned().collect();
            told += &compare(store, &model, account, wanted).await;
        }
    }
    told + &format!("{:?} {:?}\n", store.next_due().await.unwrap(), size(store).await)
}

async fn compare(store: &Store, model: &[Entry], account: i64, wanted: Vec<Facet>) -> String {
    let stands = |entry: &&Entry| {
        let all = !wanted.is_empty() || !entry.deleting;
        entry.account == account && all && wanted.iter().all(|f| entry.facets.contains(f))
    };
    let expected: Vec<Uuid> = model.iter().filter(stands).map(|entry| entry.id).collect();
    let kind = "key";
    if let [facet] = &wanted[..] {
        let total = store.total(account, kind, facet).await.unwrap();
        assert_eq!(total as usize, expected.len());
    }
    let (from, limit, known_total) = (From::Start, 1000, None);
    let ask = Ask { account, kind, facets: wanted, from, limit, known_total };
    let page = store.page(&ask).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{ask:?}");
    assert_eq!(page.total as usize, expected.len());
    let marks = store.page_of_marks(&ask).await.unwrap();
    assert_eq!(marks.rows, page.rows.iter().map(Row::mark).collect::<Vec<_>>(), "{ask:?}");
    assert_eq!(marks.total, page.total);
    format!("{page:?}\n")
}

/// A moment that no other step has: which of two rows that are due at once is claimed first, nobody
/// says.
fn moment(at: i64, step: i64) -> i64 {
    at * 200 + step
}

async fn step(store: &Store, model: &mut Vec<Entry>, id: Uuid, now: i64, op: &Op) -> Result<bool> {
    let nth = |nth: usize| (!model.is_empty()).then(|| nth % model.len());
    match op {
        Op::Create { account, facets, due, tally } => {
            // One in ten hours: a few days.
            let (created, tally) = (now * 36_000_123, tally.clone());
            let due = due.map(|due| moment(due, now));
            let row = Row { id, account: *account, due, created, tally, ..row() };
            create(store, row, facets).await?;
            let (account, facets) = (*account, facets.clone());
            model.push(Entry { id, account, facets, deleting: false });
        }
        Op::Move { nth: n, facets, .. } | Op::Doom { nth: n, facets } => {
            let Some(entry) = nth(*n).map(|n| &mut model[n]) else { return Ok(false) };
            let doom = matches!(op, Op::Doom { .. });
            let mut tx = store.begin();
            let row = tx.get(entry.id).await?.expect("the model has it");
            let due = doom.then_some(moment(now, now));
            let tally = match op {
                Op::Move { tally, .. } => tally.clone(),
                _ => row.tally.clone(),
            };
            tx.put(Row { deleting: doom, due, tally, ..row }, entry.facets.clone(), facets.clone());
            let result = tx.commit().await;
            assert_eq!(matches!(result, Err(Error::Deleting(_))), entry.deleting);
            result?;
            (entry.facets, entry.deleting) = (facets.clone(), doom);
        }
        Op::Remove { nth: n } => {
            let Some(n) = nth(*n) else { return Ok(false) };
            let entry = model.remove(n);
            let mut tx = store.begin();
            let row = tx.get(entry.id).await?.expect("the model has it");
            tx.remove(row, entry.facets);
            tx.commit().await?;
        }
        Op::Step { outcome, tally } => {
            let Some(mut row) = store.claim(moment(now, now), 2000, 1).await?.pop() else {
                return Ok(false);
            };
            row.tally.clone_from(tally);
            let outcome = match outcome {
                Outcome::After(at) => Outcome::After(moment(*at, now)),
                Outcome::Failed { error, retry_at } => Outcome::Failed {
                    error: error.clone(),
                    retry_at: retry_at.map(|at| moment(at, now)),
                },
                other => other.clone(),
            };
            assert!(store.settle(&row, outcome.clone()).await?);
            if outcome == Outcome::Gone {
                model.retain(|entry| entry.id != row.id);
            }
        }
        Op::Take { nth: n, value } => {
            let Some(n) = nth(*n) else { return Ok(false) };
            let mut tx = store.begin();
            tx.take("value", value.to_string(), model[n].id);
            tx.commit().await?;
        }
    }
    Ok(true)
}

pub(super) async fn random_operations_keep_every_list_right(store: Store) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..3 {
        let ops = vec(op(), 80).new_tree(&mut runner).unwrap().current();
        run(&store, &ops).await;
        testing::check(&store).await;
        store.reset(&[]).await.unwrap();
    }
}

#[test]
fn memory_and_file_are_one_and_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
    let ops = vec(op(), 0..60);
    let outcome = runner.run(&ops, |ops| {
        let (memory, file) = runtime.block_on(async {
            let (memory, file) = (memory().await.unwrap(), file().await.unwrap());
            (run(&memory.store, &ops).await, run(&file.store, &ops).await)
        });
        prop_assert_eq!(memory, file);
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn postgres_is_as_memory() {
    let (memory, Some(postgres)) = (memory().await.unwrap(), postgres().await) else { return };
    let mut runner = TestRunner::deterministic();
    let ops = vec(op(), 100).new_tree(&mut runner).unwrap().current();
    assert_eq!(run(&memory.store, &ops).await, run(&postgres.store, &ops).await);
}
