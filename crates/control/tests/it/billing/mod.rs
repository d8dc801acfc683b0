//! Billing: pending charges, invoices at each month's end, the balance.

mod history;

use std::time::Duration;

use api::Time;
use api::billing::*;
use api::blocks::{Block, CreateBlock, UpdateBlock};
use control::billing::month_start;
use control::blocks::Volume;
use rust_decimal::Decimal;
use testkit::World;

use crate::common::{self, Asks};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn volume(world: &World, label: &str, size_gb: u32) -> Block {
    let (region, label) = ("ewr".into(), Some(label.into()));
    let block = world.done(CreateBlock { region, size_gb, label, ..Default::default() }).await;
    world.settle().await;
    block
}

async fn pending(world: &World) -> Vec<InvoiceItem> {
    world.done(ListPendingCharges {}).await.items
}

/// What is told of lines: of what, for how many hours, and how much.
fn told(items: &[InvoiceItem]) -> Vec<(&str, u64, String)> {
    items.iter().map(|i| (&*i.description, i.units, i.total.0.to_string())).collect()
}

#[tokio::test]
async fn a_change_of_size_begins_a_line_and_what_was_deleted_stays_one() {
    let world = World::new().await;
    let (grown, gone) = (volume(&world, "grown", 100).await, volume(&world, "gone", 73).await);
    world.advance(100 * HOUR - Duration::from_secs(600)).await;
    world.done(UpdateBlock { block_id: grown.id, size_gb: Some(200), ..Default::default() }).await;
    world.client.blocks().delete(gone.id).await.unwrap();
    world.advance(10 * HOUR).await;
    let lines = pending(&world).await;
    // 0.1 a GB and month, which is 730 hours.
    let expected = [
        ("Block Storage (grown)", 100, "1.37".into()),
        ("Block Storage (gone)", 100, "1".into()),
        ("Block Storage (grown)", 10, "0.27".into()),
    ];
    let mut found = told(&lines);
    found.sort_by_key(|line| std::cmp::Reverse((line.1, line.2.clone())));
    assert_eq!(found, expected);
    let line = &lines[2];
    assert_eq!((&*line.product, &*line.unit_type), ("Block Storage", "hours"));
    assert_eq!(line.unit_price.0.to_string(), "0.027397");
    assert_eq!(line.end_date.to_string(), Time::from_millis(world.clock.now()).to_string());
    let account = world.client.account().get().await.unwrap();
    assert_eq!(
        (account.balance.0, account.pending_charges.0),
        (Decimal::ZERO, Decimal::new(264, 2))
    );
    let Block { pending_charges, .. } = world.client.blocks().get(grown.id).await.unwrap();
    assert_eq!(pending_charges.0, Decimal::new(164, 2), "both of its lines");
}

#[tokio::test]
async fn a_line_that_is_told_with_a_change_is_what_it_will_be() {
    let world = World::new().await;
    let block = volume(&world, "one", 100).await;
    world.advance(100 * HOUR).await;
    let before = world.client.blocks().get(block.id).await.unwrap().pending_charges;
    let cx = common::owner(&world).await;
    let mut doc = cx.get::<Volume>(block.id).await.unwrap();
    doc.size_gb = 1_000;
    assert_eq!(control::billing::owed(&cx, &doc), before, "it has cost what it was");
}

#[tokio::test]
async fn each_month_ends_with_an_invoice_also_where_the_server_was_off() {
    let world = World::new().await;
    assert_eq!(world.client.invoices().list().await.unwrap().items, []);
    let block = volume(&world, "kept", 73).await;
    // Nobody works meanwhile: three months end unseen, and the thing is gone by then.
    world.clock.set(world.clock.now() + 80 * 24 * 3_600_000);
    world.client.blocks().delete(block.id).await.unwrap();
    world.settle().await;
    let invoices = world.client.invoices().list().await.unwrap().items;
    // November has 230.5 hours left, and December as many as are paid for; 7.30 a month.
    let amounts: Vec<_> = invoices.iter().map(|i| i.amount.0.to_string()).collect();
    assert_eq!(amounts, ["2.3", "6.72", "6.72"]);
    let dates: Vec<_> = invoices.iter().map(|i| i.date.to_string()[..10].to_owned()).collect();
    assert_eq!(dates, ["2026-12-01", "2027-01-01", "2027-02-01"]);
    let second = &invoices[1];
    assert_eq!(second.description, format!("Invoice #{}", second.id));
    assert_eq!(&world.client.invoices().get(second.id).await.unwrap(), second);
    let items = world.client.invoices().items(second.id).await.unwrap();
    assert_eq!((items.meta.total, items.items.len()), (1, 1));
    assert_eq!(told(&items.items), [("Block Storage (kept)", 744, "6.72".into())]);
    let entries = world.client.billing().history().await.unwrap().items;
    let balances: Vec<_> = entries.iter().map(|e| e.balance.0.to_string()).collect();
    assert_eq!(balances, ["2.3", "9.02", "15.74"]);
    assert_eq!(entries[0].kind, BillingEntryType::Invoice);
    let account = world.client.account().get().await.unwrap();
    let owed = pending(&world).await.iter().map(|line| line.total.0).sum::<Decimal>();
    assert_eq!((account.balance.0, account.pending_charges.0), (Decimal::new(1574, 2), owed));
    assert_eq!(account.last_payment_amount.0, Decimal::ZERO, "nobody pays");
    assert_eq!(
        account.last_payment_date.get(),
        Some(month_start(Time::from_millis(world.clock.now())))
    );

    // A month in which nothing was there has none.
    world.advance(60 * DAY).await;
    let all = world.client.invoices().list().await.unwrap().items;
    assert_eq!(all.len(), 4, "February's");
    world.control.reset(testkit::KEY).await.unwrap();
    let account = world.client.account().get().await.unwrap();
    assert_eq!((account.balance.0, account.pending_charges.0), Default::default());
}

#[tokio::test]
async fn an_invoice_that_was_half_written_is_written_once() {
    let world = World::new().await;
    for n in 0..3 {
        volume(&world, &format!("volume-{n}"), 73).await;
    }
    world.clock.set(world.clock.now() + 12 * 24 * 3_600_000);
    world.settle().await;
    let first = world.client.invoices().list().await.unwrap().items;
    // What it wrote is not known to it any more, as if it had died before it could say so.
    store::testing::run(
        &world.store,
        "UPDATE resource SET observed = 'null', due = 0 WHERE kind = 'account'",
    )
    .await
    .unwrap();
    world.settle().await;
    let invoices = world.client.invoices().list().await.unwrap().items;
    assert_eq!((invoices.len(), &invoices), (1, &first));
    assert_eq!(world.client.invoices().items(invoices[0].id).await.unwrap().meta.total, 3);
}

/// Lets the database refuse each write of an account's life from the one on that stands in `fault`: a new
/// line, an invoice, and what the account has come to.
const FAULT: [&str; 6] = [
    "CREATE TABLE fault (left INTEGER NOT NULL)",
    "INSERT INTO fault VALUES (0)",
    "CREATE TRIGGER refused BEFORE INSERT ON resource WHEN (SELECT left FROM fault) = 0
     BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "CREATE TRIGGER written AFTER INSERT ON resource
     BEGIN UPDATE fault SET left = left - 1; END",
    "CREATE TRIGGER unsettled BEFORE UPDATE OF observed ON resource
     WHEN NEW.kind = 'account' AND (SELECT left FROM fault) = 0
     BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "CREATE TRIGGER settled AFTER UPDATE OF observed ON resource WHEN NEW.kind = 'account'
     BEGIN UPDATE fault SET left = left - 1; END",
];

/// What an account is told after two months' ends, of which the writes from the `fault`-th on were
/// refused until later; and whether there was such a write.
async fn two_months(fault: Option<usize>) -> (bool, impl PartialEq + std::fmt::Debug) {
    let world = World::new().await;
    for n in 0..3 {
        volume(&world, &format!("volume-{n}"), 73).await;
    }
    let run = async |sql| store::testing::run(&world.store, sql).await.unwrap();
    if let Some(writes) = fault {
        for sql in FAULT {
            run(sql).await;
        }
        for _ in 0..writes {
            run("UPDATE fault SET left = left + 1").await;
        }
    }
    world.clock.set(world.clock.now() + 45 * 24 * 3_600_000);
    world.settle().await;
    let mut was_met = false;
    if fault.is_some() {
        let sql = "SELECT count(*) FROM fault WHERE left = 0";
        was_met = store::testing::count(&world.store, sql).await.unwrap() > 0;
        run("DELETE FROM fault").await;
    }
    world
        .clock
        .set(month_start(Time::from_millis(world.clock.now())).as_millis() + 9 * 24 * 3_600_000);
    world.settle().await;
    let invoices = world.client.invoices().list().await.unwrap().items;
    let mut items = Vec::new();
    for invoice in &invoices {
        items.push(world.client.invoices().items(invoice.id).await.unwrap().items);
    }
    items.iter_mut().for_each(|items| items.sort_by(|a, b| a.description.cmp(&b.description)));
    let history = world.client.billing().history().await.unwrap().items;
    let account = world.client.account().get().await.unwrap();
    (was_met, (invoices, items, history, account.balance, account.pending_charges))
}

#[tokio::test]
async fn a_crash_at_any_write_of_a_months_end_makes_no_difference() {
    let (_, undisturbed) = two_months(None).await;
    let mut writes = 0;
    loop {
        let (was_met, told) = two_months(Some(writes)).await;
        assert_eq!(told, undisturbed, "that write {writes} is refused makes a difference");
        if !was_met {
            break;
        }
        writes += 1;
    }
    // Two invoices, three lines of each, and how far the account had come after each of them.
    assert_eq!(writes, 10);
}

#[tokio::test]
async fn pending_charges_are_a_table_too() {
    let world = World::new().await;
    volume(&world, "with \"quotes\", and commas", 73).await;
    world.advance(10 * HOUR).await;
    let request = http::Request::get("/v2/billing/pending-charges/csv");
    let request = request.header("authorization", format!("Bearer {}", testkit::KEY));
    let answer = world.exchange(request.body(String::new().into()).unwrap()).await;
    assert_eq!(answer.headers()["content-type"], "text/csv");
    let expected = "\"Start Date\",\"End Date\",\"Description\",\"Unit Price\",\"Units\",\"Amount\"\n\
        \"2026-11-21 09:30\",\"2026-11-21 19:30\",\
        \"Block Storage (with \"\"quotes\"\", and commas)\",\"0.01\",\"10\",\"0.1\"\n";
    let text = answer.into_body();
    assert_eq!(text, expected);
    assert_eq!(world.client.billing().pending_charges_csv().await.unwrap(), text);
}

#[tokio::test]
async fn an_account_with_many_things_is_told_its_charges_by_sums() {
    let world = World::new().await;
    let cx = common::owner(&world).await;
    let mut tx = cx.begin();
    for n in 0..150_u32 {
        let volume = Volume {
            region: "ewr".into(),
            block_type: "high_perf".into(),
            size_gb: 40 + n % 3,
            label: String::new(),
            attached_to: None,
            os_id: 0,
            snapshot: None,
            bootable: false,
            goes_with_instance: false,
            cluster: None,
        };
        tx.put(&tx.new_doc(volume));
    }
    tx.commit().await.unwrap();
    world.advance(10 * HOUR).await;
    let lines: Decimal = pending(&world).await.iter().map(|line| line.total.0).sum();
    let told = world.client.account().get().await.unwrap().pending_charges.0;
    let roundings = Decimal::new(5, 3) * Decimal::from(151);
    assert!(
        (told - lines).abs() <= roundings && told > Decimal::ZERO,
        "{told} is not near {lines}"
    );
}

#[tokio::test]
async fn an_invoice_that_is_not_there_is_none() {
    let world = World::new().await;
    for (id, said) in [("10", (404, "Invalid invoice")), ("x", (400, "Bad request."))] {
        for uri in
            [format!("/v2/billing/invoices/{id}"), format!("/v2/billing/invoices/{id}/items")]
        {
            let (status, body) = world.raw("GET", &uri, "").await;
            assert!(status == said.0 && body.contains(said.1), "{uri}: {status} {body}");
        }
    }
}
