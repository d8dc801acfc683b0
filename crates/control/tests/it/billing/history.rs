//! Whatever happened to an account: what it is charged is the integral of its things' prices over
//! time, line by line, to the cent. The model here keeps what was done and reads nothing back.

use std::collections::BTreeMap;

use api::account::{Account, GetAccount};
use api::billing::*;
use api::{Endpoint, Money, Op, Time};
use engine::Clock;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Location, Store, testing};
use uuid::Uuid;

use control::blocks::Volume;
use control::catalog::{Catalog, InvoiceType, PriceItem};
use control::instances::Instance;
use control::{Config, Control, Cx, Kind, Request};

/// 2026-11-21T09:30:00Z.
const BEGINNING: i64 = 1_795_253_400_000;
const DAY: i64 = 24 * 3_600_000;

/// What somebody does with an account.
#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Change(usize, u8),
    Delete(usize),
    Advance(i64),
    /// The engine works on what is due.
    Work,
    /// The server ends, and another one begins on what it has left.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => any::<u8>().prop_map(Step::Create),
        4 => (any::<usize>(), any::<u8>()).prop_map(|(nth, how)| Step::Change(nth, how)),
        2 => any::<usize>().prop_map(Step::Delete),
        // Moments within a second, and whole months of which nobody sees the end.
        3 => prop_oneof![1..3_000_i64, 1..9 * DAY, 1..9 * DAY, 25 * DAY..70 * DAY].prop_map(Step::Advance),
        2 => Just(Step::Work),
        1 => Just(Step::Restart),
    ]
}

/// What things there are to be, by what they cost: an hour, and a month at most.
#[derive(Debug, Clone, PartialEq)]
enum Wish {
    Volume { fast: bool, size_gb: u32 },
    Instance { hourly: bool, ddos: bool },
    Unknown,
}

impl Wish {
    fn of(how: u8, was: Option<&Wish>) -> Self {
        // What a thing is stays, and so does an instance's plan: the machine changes that later.
        match (was, how % 7) {
            (Some(Wish::Instance { hourly, .. }), _) => {
                Wish::Instance { hourly: *hourly, ddos: how & 8 == 0 }
            }
            (Some(Wish::Unknown), _) => Wish::Unknown,
            (Some(Wish::Volume { .. }), _) | (None, 0..=3) => {
                Wish::Volume { fast: how & 16 == 0, size_gb: 10 + u32::from(how / 8) * 90 }
            }
            (None, 4 | 5) => Wish::Instance { hourly: how & 16 == 0, ddos: how & 8 == 0 },
            (None, _) => Wish::Unknown,
        }
    }

    fn plan(hourly: bool, catalog: &Catalog) -> String {
        let is_it = |kind| kind == if hourly { InvoiceType::Hourly } else { InvoiceType::Monthly };
        let mut plans = catalog.plans().filter(|plan| !plan.cost.hourly.is_zero());
        plans.find(|plan| is_it(plan.invoice_type)).unwrap().id.clone()
    }

    /// The price of an hour, and that of a month where there is a bound.
    fn price(&self, catalog: &Catalog) -> Option<(Decimal, Option<Decimal>)> {
        let by_month = |monthly: Decimal| monthly / Decimal::from(730);
        match self {
            Wish::Volume { fast, size_gb } => {
                let kind = catalog.block_type(block_type(*fast)).unwrap();
                let monthly = kind.price_per_gb_month * Decimal::from(*size_gb);
                Some((by_month(monthly), Some(monthly)))
            }
            Wish::Instance { hourly, ddos } => {
                let cost = catalog.plan(&Self::plan(*hourly, catalog)).unwrap().cost;
                let ddos = Decimal::from(u8::from(*ddos))
                    * catalog.price(PriceItem::DdosProtection).amount;
                let most = (!hourly).then_some(cost.monthly + ddos);
                Some((cost.hourly + by_month(ddos), most))
            }
            Wish::Unknown => None,
        }
    }
}

fn block_type(fast: bool) -> &'static str {
    if fast { "high_perf" } else { "storage_opt" }
}

/// A time during which a thing was one of these, in milliseconds.
struct Lived {
    label: String,
    wish: Wish,
    from: i64,
    to: Option<i64>,
}

/// A line: of which thing, from when, until when, in seconds; and cents.
type Line = (String, i64, i64, Decimal);

/// What was done, and a server that it was done to.
struct World {
    cx: Cx,
    clock: Clock,
    store: Store,
    things: Vec<(Uuid, String, Wish)>,
    lives: Vec<Lived>,
}

impl World {
    /// A new account on this store.
    async fn new(store: &Store, key: &str) -> Self {
        let clock = Clock::manual(BEGINNING);
        let control = control(store, &clock);
        let caller = control.admit(key, None).await.unwrap();
        let cx = control.cx(caller, None, "test");
        Self { cx, clock, store: store.clone(), things: Vec::new(), lives: Vec::new() }
    }

    async fn step(&mut self, step: &Step) {
        let nth = |n: &usize| (!self.things.is_empty()).then(|| n % self.things.len());
        let now = self.clock.now();
        match step {
            Step::Create(how) => {
                let (label, wish) = (format!("thing-{}", self.lives.len()), Wish::of(*how, None));
                let id = match &wish {
                    Wish::Volume { .. } => self.put(None, volume(&label, &wish)).await,
                    _ => self.put(None, self.instance(&label, &wish)).await,
                };
                self.lives.push(Lived {
                    label: label.clone(),
                    wish: wish.clone(),
                    from: now,
                    to: None,
                });
                self.things.push((id, label, wish));
            }
            Step::Change(n, how) => {
                let Some(n) = nth(n) else { return };
                let (id, label, was) = self.things[n].clone();
                let wish = Wish::of(*how, Some(&was));
                match &wish {
                    Wish::Volume { .. } => self.put(Some(id), volume(&label, &wish)).await,
                    _ => self.put(Some(id), self.instance(&label, &wish)).await,
                };
                if wish != was {
                    self.end(&label, now);
                    self.lives.push(Lived { label, wish: wish.clone(), from: now, to: None });
                    self.things[n].2 = wish;
                }
            }
            Step::Delete(n) => {
                let Some(n) = nth(n) else { return };
                let (id, label, wish) = self.things.remove(n);
                match wish {
                    Wish::Volume { .. } => self.delete::<Volume>(id).await,
                    _ => self.delete::<Instance>(id).await,
                }
                self.end(&label, now);
            }
            Step::Advance(time) => self.clock.set(now + time),
            Step::Work => control::engine(&self.cx.control).drain().await,
            Step::Restart => {
                let control = control(&self.store, &self.clock);
                control.count_what_is_stored().await.unwrap();
                self.cx = control.cx(self.cx.caller.clone(), None, "test");
            }
        }
    }

    fn end(&mut self, label: &str, now: i64) {
        let of_it = |life: &&mut Lived| life.label == label && life.to.is_none();
        self.lives.iter_mut().find(of_it).unwrap().to = Some(now);
    }

    fn instance(&self, label: &str, wish: &Wish) -> Instance {
        let mut instance = Instance::default();
        (instance.region, instance.label) = ("ewr".into(), label.into());
        instance.plan = "no-plan".into();
        if let Wish::Instance { hourly, ddos } = wish {
            instance.plan = Wish::plan(*hourly, self.cx.catalog());
            instance.ddos_protection = *ddos;
        }
        instance
    }

    async fn put<K: Kind>(&self, id: Option<Uuid>, want: K) -> Uuid {
        let mut tx = self.cx.begin();
        let doc = match id {
            Some(id) => {
                let mut doc = tx.get::<K>(id).await.unwrap();
                doc.want = want;
                doc
            }
            None => tx.new_doc(want),
        };
        tx.put(&doc);
        tx.commit().await.unwrap();
        doc.id()
    }

    async fn delete<K: Kind>(&self, id: Uuid) {
        let mut tx = self.cx.begin();
        let doc = tx.get::<K>(id).await.unwrap();
        tx.delete(doc);
        tx.commit().await.unwrap();
    }

    /// What an operation answers.
    async fn ask<T: DeserializeOwned>(&self, op: Op, path: &[(&str, String)], field: &str) -> T {
        let routes = control::routes().0;
        let route = routes.into_iter().find(|route| route.op.id == op.id).unwrap();
        let path = path.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let request = Request { path, query: "per_page=500".into(), ..Request::default() };
        let answer = route.serve(self.cx.clone(), request).await.unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        serde_json::from_value(answer[field].take()).unwrap()
    }

    /// The lines that there should be, by month: those of the present one are pending.
    fn expected(&self) -> BTreeMap<i64, Vec<Line>> {
        let mut months = BTreeMap::<i64, Vec<Line>>::new();
        let now = self.clock.now();
        for life in &self.lives {
            let Some((hourly, most)) = life.wish.price(self.cx.catalog()) else { continue };
            let (mut from, end) = (life.from / 1000, life.to.unwrap_or(now) / 1000);
            while from < end {
                let (month, next) = month_of(from);
                let to = end.min(next);
                let hours = Decimal::from(to - from) / Decimal::from(3600);
                let owed = match most {
                    Some(most) => (hourly * hours.min(Decimal::from(672))).min(most),
                    None => hourly * hours,
                };
                let owed = owed.round_dp_with_strategy(2, MidpointAwayFromZero).normalize();
                months.entry(month).or_default().push((life.label.clone(), from, to, owed));
                from = to;
            }
        }
        months.values_mut().for_each(|lines| lines.sort());
        months
    }

    /// Holds the account against what was done.
    async fn compare(&self) {
        control::engine(&self.cx.control).drain().await;
        let mut expected = self.expected();
        let (this_month, _) = month_of(self.clock.now() / 1000);
        let pending: Vec<InvoiceItem> =
            self.ask(ListPendingCharges::OP, &[], "pending_charges").await;
        let pending = lines(pending);
        assert_eq!(pending, expected.remove(&this_month).unwrap_or_default());

        let invoices: Vec<Invoice> = self.ask(ListInvoices::OP, &[], "billing_invoices").await;
        let mut balance = Decimal::ZERO;
        let mut told = BTreeMap::new();
        for invoice in &invoices {
            let path = [("invoice-id", invoice.id.to_string())];
            let items: Vec<InvoiceItem> =
                self.ask(ListInvoiceItems::OP, &path, "invoice_items").await;
            let items = lines(items);
            assert_eq!(invoice.amount.0, sum(&items), "{invoice:?}");
            balance += invoice.amount.0;
            assert_eq!(invoice.balance.0, balance);
            told.insert(month_of(invoice.date.as_millis() / 1000 - 1).0, items);
        }
        assert_eq!(told, expected);
        let history: Vec<BillingEntry> =
            self.ask(ListBillingHistory::OP, &[], "billing_history").await;
        let both = |entry: &BillingEntry| (entry.id, entry.amount, entry.balance);
        assert!(history.iter().map(both).eq(invoices.iter().map(|i| (i.id, i.amount, i.balance))));

        let account: Account = self.ask(GetAccount::OP, &[], "account").await;
        assert_eq!((account.balance.0, account.pending_charges.0), (balance, sum(&pending)));
        for (id, label, wish) in &self.things {
            let Wish::Volume { .. } = wish else { continue };
            let doc = self.cx.get::<Volume>(*id).await.unwrap();
            let of_it = pending.iter().filter(|line| line.0 == *label).map(|line| line.3);
            let Money(owed) = control::billing::owed(&self.cx, &doc);
            assert_eq!(owed, of_it.sum::<Decimal>().normalize(), "{label}");
        }
    }
}

fn control(store: &Store, clock: &Clock) -> std::sync::Arc<Control> {
    let config = control::config(store.clone());
    Control::new(Config { clock: clock.clone(), open: true, ..config })
}

fn volume(label: &str, wish: &Wish) -> Volume {
    let Wish::Volume { fast, size_gb } = wish else { panic!("{wish:?} is no volume") };
    Volume {
        region: "ewr".into(),
        block_type: block_type(*fast).into(),
        size_gb: *size_gb,
        label: label.into(),
        attached_to: None,
        os_id: 0,
        snapshot: None,
        bootable: false,
        goes_with_instance: false,
        cluster: None,
    }
}

/// When the month began that holds a second, and when it ends.
fn month_of(second: i64) -> (i64, i64) {
    let date = jiff::Timestamp::from_second(second).unwrap().to_zoned(TimeZone::UTC).date();
    let first = Date::new(date.year(), date.month(), 1).unwrap();
    let second = |date: Date| date.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second();
    (second(first), second(first.checked_add(1.month()).unwrap()))
}

/// Lines as they are told; what was there for less than a second is none.
fn lines(items: Vec<InvoiceItem>) -> Vec<Line> {
    let second = |time: Time| time.as_millis() / 1000;
    let line = |item: InvoiceItem| {
        let (from, to) = (second(item.start_date), second(item.end_date));
        let (_, label) = item.description.strip_suffix(')').unwrap().split_once(" (").unwrap();
        assert_eq!(item.units, (to - from).unsigned_abs().div_ceil(3600), "{item:?}");
        (label.to_owned(), from, to, item.total.0)
    };
    let mut lines: Vec<Line> = items.into_iter().map(line).filter(|line| line.1 < line.2).collect();
    lines.sort();
    lines
}

fn sum(lines: &[Line]) -> Decimal {
    lines.iter().map(|line| line.3).sum::<Decimal>().normalize()
}

async fn histories(location: &Location, count: u32) {
    let store = Store::open(location).await.unwrap();
    let mut runner = TestRunner::deterministic();
    for n in 0..count {
        let mut world = World::new(&store, &format!("KEY-{n}")).await;
        let steps = vec(step(), 40).new_tree(&mut runner).unwrap().current();
        for (n, step) in steps.iter().enumerate() {
            world.step(step).await;
            if n % 10 == 9 {
                world.compare().await;
            }
        }
        testing::check(&store).await;
    }
}

#[tokio::test]
async fn what_is_charged_is_the_integral_of_prices_over_time() {
    histories(&Location::Memory, 24).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_charged_is_the_integral_of_prices_over_time_on_postgresql() {
    let Some(database) = testing::postgres().await else { return };
    histories(&Location::Postgres(database), 4).await;
}
