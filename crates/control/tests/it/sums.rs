//! What instances add to an account's charges and traffic, and that sums are made where there are none.

use api::account::{Account, AccountBandwidth, GetAccount, GetAccountBandwidth};
use api::{Endpoint, Op};
use engine::Clock;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Location, Store, testing};

use control::instances::{Instance, Ipv4, Schedule};
use control::{Config, Control, Cx, Request};

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

#[tokio::test]
async fn what_was_deleted_or_changed_brought_traffic_along_as_long_as_it_was_there() {
    let cx = after_a_day(|_| ()).await;
    let change = async |change: &dyn Fn(&mut control::Tx, control::Doc<Instance>)| {
        let doc = cx.all::<Instance>(("region", "ewr".into()), 9).await.unwrap().remove(0);
        let mut tx = cx.begin();
        change(&mut tx, doc);
        tx.commit().await.unwrap();
    };
    let hours = async || {
        let now = traffic(&cx).await.current_month_to_date;
        (now.total_instance_count, now.total_instance_hours)
    };
    change(&|tx, mut doc| {
        doc.ddos_protection = true;
        tx.put(&doc);
    })
    .await;
    cx.control.clock().set(BEGINNING + 2 * DAY);
    assert_eq!(hours().await, (1, 48));
    change(&|tx, doc| tx.delete(doc)).await;
    cx.control.clock().set(BEGINNING + 3 * DAY);
    assert_eq!(hours().await, (1, 48), "deleted");
}

#[tokio::test]
async fn what_was_stored_before_there_were_sums_is_counted() {
    let cx = after_a_day(|_| ()).await;
    let (told, store) = (owed(&cx).await, cx.control.store().clone());
    testing::forget_sums(&store).await.unwrap();
    assert_eq!(owed(&cx).await, "0");
    cx.control.count_what_is_stored().await.unwrap();
    assert_eq!(owed(&cx).await, told);
    testing::check(&store).await;
}
