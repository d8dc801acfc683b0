//! What instances add to an account's charges and traffic.

use api::account::{GetAccount, GetAccountBandwidth};
use engine::Clock;
use rust_decimal::Decimal;
use store::{Location, Store};

use crate::instances::{Instance, Ipv4, Schedule};
use crate::{Config, Control, Cx};

/// 2026-11-21T09:30:00Z.
const BEGINNING: i64 = 1_795_253_400_000;
const DAY: i64 = 24 * 3_600_000;

/// An account with one small instance, made a day ago.
async fn after_a_day(change: impl FnOnce(&mut Instance)) -> Cx {
    let clock = Clock::manual(BEGINNING);
    let store = Store::open(&Location::Memory).await.unwrap();
    let control = Control::new(Config { clock: clock.clone(), ..Config::new(store) });
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

async fn owed(cx: &Cx) -> String {
    super::get(cx.clone(), GetAccount {}).await.unwrap().pending_charges.0.to_string()
}

#[tokio::test]
async fn an_instance_costs_its_plan_and_what_was_ordered_with_it() {
    // 24 hours at 0.007.
    assert_eq!(owed(&after_a_day(|_| ()).await).await, "0.17");
    let ip = |reserved| Ipv4 { address: [192, 0, 2, 1].into(), reverse: String::new(), reserved };
    let more = after_a_day(|instance| {
        // A fifth more for backups, and 3 dollars a month for each further address.
        instance.backups =
            Some(Schedule { every: "daily".into(), hour: 0, dow: 0, dom: 0, since: BEGINNING });
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
    let traffic = super::traffic::get(cx, GetAccountBandwidth {}).await.unwrap();
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
