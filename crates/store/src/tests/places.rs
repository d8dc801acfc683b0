//! Free addresses among those that are taken.
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::task::JoinSet;

use super::*;

#[derive(Debug, Clone)]
enum Op {
    /// One of these ranges, for this owner.
    TakeFree {
        owner: usize,
        ranges: Vec<(i64, i64)>,
        twice: bool,
    },
    Take {
        owner: usize,
        place: i64,
    },
    Release {
        place: i64,
    },
    Forget {
        owner: usize,
        by_engine: bool,
    },
}

/// Places near the border of two blocks, so that runs grow, meet, part and end there.
fn place() -> impl Strategy<Value = i64> {
    4080..4112_i64
}

fn op() -> impl Strategy<Value = Op> {
    let range = (place(), place()).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let free = (0..4_usize, vec(range, 1..4), any::<bool>());
    prop_oneof![
        6 => free.prop_map(|(owner, ranges, twice)| Op::TakeFree { owner, ranges, twice }),
        2 => (0..4_usize, place()).prop_map(|(owner, place)| Op::Take { owner, place }),
        3 => place().prop_map(|place| Op::Release { place }),
        1 => (0..4_usize, any::<bool>()).prop_map(|(owner, by_engine)| Op::Forget { owner, by_engine }),
    ]
}

fn v4(place: i64) -> IpAddr {
    Ipv4Addr::from_bits(place as u32).into()
}

/// The networks of 64 bits, so that their places are beyond those of IPv4.
fn v6(place: i64) -> IpAddr {
    Ipv6Addr::from_bits((0x2001_0db8_0000_0000 + place as u128) << 64).into()
}

async fn run(store: &Store, address: fn(i64) -> IpAddr, ops: &[Op]) {
    let mut owners = Vec::new();
    for _ in 0..4 {
        owners.push(create(store, Row { due: Some(0), ..row() }, &[]).await.unwrap().id);
    }
    let mut model: BTreeMap<i64, Uuid> = BTreeMap::new();
    for op in ops {
        let mut tx = store.begin();
        match op {
            Op::TakeFree { owner, ranges, twice } => {
                let asked: Vec<_> =
                    ranges.iter().map(|(a, b)| (address(*a), address(*b))).collect();
                for _ in 0..1 + usize::from(*twice) {
                    let mut places = ranges.iter().flat_map(|(first, last)| *first..=*last);
                    let expected = places.find(|place| !model.contains_key(place));
                    let found = tx.take_free("a", &asked, owners[*owner]).await.unwrap();
                    assert_eq!(found, expected.map(address), "{op:?} with {model:?}");
                    model.extend(expected.map(|place| (place, owners[*owner])));
                }
            }
            Op::Take { owner, place } => {
                let (value, owner) = (address(*place).to_string(), owners[*owner]);
                tx.release("a", &value);
                tx.take("a", &value, owner);
                model.insert(*place, owner);
            }
            Op::Release { place } => {
                tx.release("a", address(*place).to_string());
                model.remove(place);
            }
            Op::Forget { owner, by_engine: false } => {
                tx.remove(store.get(owners[*owner]).await.unwrap().unwrap(), vec![]);
                model.retain(|_, held| *held != owners[*owner]);
            }
            Op::Forget { owner, by_engine: true } => {
                let claimed = store.claim(0, 1000, 9).await.unwrap();
                for row in claimed {
                    let gone = row.id == owners[*owner];
                    let outcome =
                        if gone { crate::Outcome::Gone } else { crate::Outcome::After(0) };
                    assert!(store.settle(&row, outcome).await.unwrap());
                }
                model.retain(|_, held| *held != owners[*owner]);
            }
        }
        tx.commit().await.unwrap();
        if let Op::Forget { owner, .. } = op {
            let new = create(store, Row { due: Some(0), ..row() }, &[]).await.unwrap();
            owners[*owner] = new.id;
        }
    }
    for place in 4080..4112 {
        let holder = store.taken("a", &address(place).to_string()).await.unwrap();
        assert_eq!(holder, model.get(&place).copied());
    }
}

pub(super) async fn free_places_are_as_a_naive_model_has_them(store: Store) {
    let mut runner = TestRunner::deterministic();
    for address in [v4, v6] {
        for _ in 0..3 {
            let ops = vec(op(), 120).new_tree(&mut runner).unwrap().current();
            run(&store, address, &ops).await;
            testing::check(&store).await;
            store.reset(&[]).await.unwrap();
        }
    }
}

pub(super) async fn of_many_who_take_a_free_place_each_has_its_own(store: Store) {
    let mut tasks = JoinSet::new();
    for _ in 0..24 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut patience = store.patience();
            loop {
                let (mut tx, new) = (store.begin(), row());
                let found = tx.take_free("a", &[(v4(4090), v4(5000))], new.id).await.unwrap();
                tx.put(new, vec![], vec![]);
                match tx.commit().await {
                    Err(Error::Stale(hot)) => assert!(patience.again(&hot).await, "{hot}"),
                    done => return done.map(|()| found.unwrap()).unwrap(),
                }
            }
        });
    }
    let mut addresses = tasks.join_all().await;
    addresses.sort();
    let lowest: BTreeSet<_> = (4090..4090 + 24).map(v4).collect();
    assert_eq!(addresses, Vec::from_iter(lowest), "the lowest, without a gap");
}

/// With the lowest 100,000 places taken, a look at each would be a hundred million looks.
pub(super) async fn what_a_free_place_costs_does_not_depend_on_how_many_are_taken(store: Store) {
    const TAKEN: i64 = 100_000;
    const FIRST: i64 = 10 << 24;
    match &*store.backend {
        crate::Backend::Postgres(_) => {
            let sql = "WITH one AS (INSERT INTO taken (scope, value, owner, place)
                    SELECT 'a', host('10.0.0.0'::inet + n), gen_random_uuid(), 167772160 + n
                    FROM generate_series(0, 99999) n RETURNING place),
                two AS (INSERT INTO run (scope, first, last)
                    SELECT 'a', min(place), max(place) FROM one GROUP BY place / 4096 RETURNING 1)
                SELECT count(*) FROM two";
            testing::count(&store, sql).await.unwrap();
        }
        crate::Backend::Sqlite(_) => {
            let mut tx = store.begin();
            for place in FIRST..FIRST + TAKEN {
                tx.take("a", v4(place).to_string(), Uuid::nil());
            }
            tx.commit().await.unwrap();
        }
    }
    let begun = std::time::Instant::now();
    for n in 0..1000 {
        let found = store.free("a", &[(FIRST, FIRST + 2 * TAKEN)]).await.unwrap();
        assert_eq!(found, Some(FIRST + TAKEN), "{n}");
    }
    let mut tx = store.begin();
    let found =
        tx.take_free("a", &[(v4(FIRST), v4(FIRST + 2 * TAKEN))], Uuid::nil()).await.unwrap();
    assert_eq!(found, Some(v4(FIRST + TAKEN)));
    tx.commit().await.unwrap();
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}
