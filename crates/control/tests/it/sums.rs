//! What instances add to an account's charges and traffic, and that sums follow what happens.

use std::collections::BTreeMap;

use api::account::{Account, AccountBandwidth, GetAccount, GetAccountBandwidth};
use api::{Endpoint, Op, Time};
use drivers::Source;
use engine::Clock;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Location, Store, testing};
use uuid::Uuid;

use control::billing::{Charged, MONTH_S, month_start, owed_for, to_the_cent};
use control::blocks::Volume;
use control::instances::{Instance, Ipv4, Schedule};
use control::snapshots::Snapshot;
use control::{Config, Control, Cx, Doc, Kind, Request};

/// 2026-11-21T09:30:00Z.
const BEGINNING: i64 = 1_795_253_400_000;
const DAY: i64 = 24 * 3_600_000;

/// An account with one small instance, made a day ago.
async fn after_a_day(change: impl FnOnce(&mut Instance)) -> Cx {
    let clock = Clock::manual(BEGINNING);
    let store = Store::open(&Location::Memory).await.unwrap();
    let control = Control::new(Config { clock: clock.clone(), ..control::config(store) });
    let cx = control.system_cx(1, "create-instance");
    let mut instance = Instance::default();
    (instance.region, instance.plan) = ("ewr".into(), "vc2-1c-1gb".into());
    change(&mut instance);
    let mut tx = cx.begin();
    let doc = tx.new_doc(instance);
    tx.put(&doc);
    tx.commit().await.unwrap();
    clock.set(BEGINNING + DAY);
    cx
}

/// What the account's family answers to an operation without parameters.
async fn ask<T: DeserializeOwned>(cx: &Cx, op: Op, field: &str) -> T {
    let routes = control::account::family().routes.0;
    let route = routes.into_iter().find(|route| route.op.id == op.id).unwrap();
    let answer = route.serve(cx.clone(), Request::default()).await.unwrap();
    let mut answer: Value = serde_json::from_slice(&answer).unwrap();
    serde_json::from_value(answer[field].take()).unwrap()
}

async fn pending(cx: &Cx) -> Decimal {
    ask::<Account>(cx, GetAccount::OP, "account").await.pending_charges.0
}

async fn traffic(cx: &Cx) -> AccountBandwidth {
    ask(cx, GetAccountBandwidth::OP, "bandwidth").await
}

async fn owed(cx: &Cx) -> String {
    pending(cx).await.to_string()
}

#[tokio::test]
async fn an_instance_costs_its_plan_and_what_was_ordered_with_it() {
    // 24 hours at 0.007.
    assert_eq!(owed(&after_a_day(|_| ()).await).await, "0.17");
    let ip = |reserved| Ipv4 { address: [192, 0, 2, 1].into(), reverse: String::new(), reserved };
    let more = after_a_day(|instance| {
        // A fifth more for backups, and 3 dollars a month for each further address.
        instance.backups = Some(Schedule {
            every: api::instances::BackupScheduleType::Daily,
            hour: 0,
            dow: 0,
            dom: 0,
            since: BEGINNING,
        });
        let reserved = ip(Some(uuid::Uuid::nil()));
        instance.ipv4 = vec![ip(None), ip(None), reserved];
    });
    assert_eq!(owed(&more.await).await, "0.3");
    let gone = after_a_day(|instance| instance.plan = "no-plan".into());
    assert_eq!(owed(&gone.await).await, "0", "what the catalogue no longer has");
}

#[tokio::test]
async fn instances_bring_traffic_along_for_the_hours_that_they_exist() {
    let cx = after_a_day(|_| ()).await;
    let traffic = traffic(&cx).await;
    let spans =
        [traffic.previous_month, traffic.current_month_to_date, traffic.current_month_projected];
    let told = spans.map(|span| {
        let hours = span.total_instance_hours;
        (span.total_instance_count, hours, span.instance_bandwidth_credits, span.overage_unit_cost)
    });
    // 1024 GB for each 672 hours, and the month has nine days and fourteen and a half hours left.
    let unit_cost = api::Money(Decimal::new(1, 2));
    assert_eq!(told, [(0, 0, 0, unit_cost), (1, 24, 36, unit_cost), (1, 231, 352, unit_cost)]);
}

/// What somebody does with an account.
#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Change(usize, u8),
    Delete(usize),
    Advance(i64),
    /// The engine works on what is due.
    Work,
}

fn op() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => any::<u8>().prop_map(Step::Create),
        3 => (any::<usize>(), any::<u8>()).prop_map(|(nth, how)| Step::Change(nth, how)),
        1 => any::<usize>().prop_map(Step::Delete),
        // A month ends now and then, and some things are there for all of the next.
        3 => (1..12 * DAY).prop_map(Step::Advance),
        2 => Just(Step::Work),
    ]
}

fn instance(how: u8) -> Instance {
    let mut instance = Instance::default();
    let plans = ["vc2-1c-1gb", "vc2-2c-4gb", "no-plan"];
    instance.plan = plans[usize::from(how) % 3].into();
    instance.region = if how & 4 == 0 { "ewr" } else { "sao" }.into();
    instance.ddos_protection = how & 8 == 0;
    instance
}

fn volume(how: u8) -> Volume {
    Volume {
        region: "ewr".into(),
        block_type: if how & 1 == 0 { "high_perf" } else { "storage_opt" }.into(),
        size_gb: 10 + u32::from(how),
        label: String::new(),
        attached_to: None,
        os_id: 0,
        snapshot: None,
        bootable: false,
        goes_with_instance: false,
        cluster: None,
    }
}

fn snapshot(how: u8) -> Snapshot {
    let (description, disk_gb) = (String::new(), u32::from(how));
    let source = Source::Url("https://example.com/disk.raw".into());
    Snapshot { description, source, disk_gb, os_id: 0, app_id: 0, uefi: false }
}

async fn put_new<K: Kind>(cx: &Cx, want: K) -> Uuid {
    let mut tx = cx.begin();
    let doc = tx.new_doc(want);
    tx.put(&doc);
    tx.commit().await.unwrap();
    doc.id()
}

/// Changes what has this id, or deletes it where there is nothing to change it into; false: it is
/// of another kind, or gone.
async fn put_again<K: Kind>(cx: &Cx, id: Uuid, want: Option<K>) -> bool {
    let mut tx = cx.begin();
    let Some(mut doc) = tx.find::<K>(id).await.unwrap() else { return false };
    match want {
        Some(want) => {
            doc.want = want;
            tx.put(&doc);
        }
        None => tx.delete(doc),
    }
    tx.commit().await.unwrap();
    true
}

/// Does one thing to the account.
async fn step(cx: &Cx, clock: &Clock, ids: &mut Vec<Uuid>, op: &Step) {
    let nth = |nth: usize| ids.get(nth % ids.len().max(1)).copied();
    match op {
        Step::Create(how) => ids.push(match how % 3 {
            0 => put_new(cx, instance(how / 3)).await,
            1 => put_new(cx, volume(how / 3)).await,
            _ => put_new(cx, snapshot(how / 3)).await,
        }),
        Step::Change(n, how) => {
            let Some(id) = nth(*n) else { return };
            let _ = put_again(cx, id, Some(instance(*how))).await
                || put_again(cx, id, Some(volume(*how))).await;
        }
        Step::Delete(n) => {
            let Some(id) = nth(*n) else { return };
            let _ = put_again::<Instance>(cx, id, None).await
                || put_again::<Volume>(cx, id, None).await
                || put_again::<Snapshot>(cx, id, None).await;
        }
        Step::Advance(time) => clock.set(clock.now() + time),
        Step::Work => control::engine(&cx.control).drain().await,
    }
}

/// All of a kind, read one by one.
async fn walk<K: Kind>(cx: &Cx) -> Vec<Doc<K>> {
    cx.all(("", String::new()), 10_000).await.unwrap()
}

/// What is owed for all of a kind by the rule of the account's lines, and how many lines there are:
/// those of a class that were there when the month began, and those of each day since, share the
/// bounds of a month; the line is rounded.
fn owed_one_by_one<K: Charged>(cx: &Cx, docs: &[Doc<K>]) -> (Decimal, usize) {
    let (now, start) = (cx.time(), month_start(cx.time()));
    let second = |time: Time| time.as_millis().div_euclid(1000);
    let mut lines: BTreeMap<String, BTreeMap<i64, (i64, i64)>> = BTreeMap::new();
    for doc in docs {
        let since = doc.created().max(start);
        let day = if doc.created() < start { -1 } else { second(since) / 86_400 };
        let class = serde_json::to_string(&K::class(doc)).unwrap();
        let (amount, seconds) = lines.entry(class).or_default().entry(day).or_default();
        *amount += K::amount(doc);
        *seconds += K::amount(doc) * (second(now) - second(since));
    }
    let line = |(class, days): (&String, &BTreeMap<i64, (i64, i64)>)| {
        let class = serde_json::from_str(class).unwrap();
        let rate = K::price(&class, Decimal::ONE, cx.catalog());
        let owed = |(amount, seconds): &(i64, i64)| {
            let seconds = Decimal::from(*seconds.min(&(amount * MONTH_S)));
            owed_for(rate, seconds, (*amount).into())
        };
        to_the_cent(days.values().map(owed).sum())
    };
    (lines.iter().map(line).sum(), lines.len())
}

/// Compares what the account says with what follows from all that there is.
async fn compare(cx: &Cx) {
    let instances = walk::<Instance>(cx).await;
    let volumes = walk::<Volume>(cx).await;
    let snapshots = walk::<Snapshot>(cx).await;
    let sums = [
        owed_one_by_one(cx, &instances),
        owed_one_by_one(cx, &volumes),
        owed_one_by_one(cx, &snapshots),
    ];
    let told = pending(cx).await;
    assert_eq!(told, sums.iter().map(|(owed, _)| owed).sum::<Decimal>());
    // Until the first things of a month reach its bound, things differ from lines by rounding only.
    let now = cx.time();
    if (now.as_millis() - month_start(now).as_millis()) / 1000 < MONTH_S - 86_400 {
        let things = instances.iter().map(|doc| owed_for_one(cx, doc));
        let things = things.chain(volumes.iter().map(|doc| owed_for_one(cx, doc)));
        let things: Decimal = things.chain(snapshots.iter().map(|doc| owed_for_one(cx, doc))).sum();
        let roundings = instances.len()
            + volumes.len()
            + snapshots.len()
            + sums.iter().map(|(_, lines)| lines).sum::<usize>();
        let bound = Decimal::new(6, 3) * Decimal::from(roundings);
        assert!((told - things).abs() <= bound, "{told} is not near {things}");
    }
    let traffic = traffic(cx).await;
    let this_month = traffic.current_month_projected;
    assert_eq!(this_month.total_instance_count, instances.len() as u64);
    let before = instances.iter().filter(|doc| doc.created() < month_start(now)).count();
    assert_eq!(traffic.previous_month.total_instance_count, before as u64);
}

fn owed_for_one<K: Charged>(cx: &Cx, doc: &Doc<K>) -> Decimal {
    control::billing::owed(cx, doc).0
}

/// Runs random histories on a store; after each the account is as its things are, also after all
/// had to be counted anew.
async fn histories(location: &Location, count: u32) {
    let store = Store::open(location).await.unwrap();
    let mut runner = TestRunner::deterministic();
    for account in 1..=i64::from(count) {
        let clock = Clock::manual(BEGINNING);
        let control =
            Control::new(Config { clock: clock.clone(), ..control::config(store.clone()) });
        let cx = control.system_cx(account, "test");
        let ops = vec(op(), 40).new_tree(&mut runner).unwrap().current();
        let mut ids = Vec::new();
        for (n, op) in ops.iter().enumerate() {
            step(&cx, &clock, &mut ids, op).await;
            if n % 8 == 7 {
                compare(&cx).await;
            }
        }
        testing::check(&store).await;
        let told = owed(&cx).await;
        testing::forget_sums(&store).await.unwrap();
        control.count_what_is_stored().await.unwrap();
        assert_eq!(owed(&cx).await, told);
        testing::check(&store).await;
    }
}

#[tokio::test]
async fn what_is_owed_follows_from_all_that_there_is_whatever_happened() {
    histories(&Location::Memory, 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_follows_from_all_that_there_is_on_postgresql() {
    let Some(database) = testing::postgres().await else { return };
    histories(&Location::Postgres(database), 3).await;
}
