//! Billing: what is pending, invoices with their items, and the balance that they come to.
//!
//! Nobody pays here: the balance is what all invoices come to, and refuses nothing to anybody.

mod life;
pub(crate) mod pending;

use std::fmt::Write;

use api::billing::{self as wire, *};
use api::{Endpoint, Money, Page, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally, derived_id};
use uuid::Uuid;

pub use plane::billing::*;

use crate::holders::Account;
use crate::{Cx, Doc, Family, Kind, Result, Routes, Shown, Tx};

const HOUR_S: i64 = 3600;

/// An invoice: what a month has cost. Its lines are rows of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its number, which no other account's has.
    pub number: i64,
    /// When its month ended, in milliseconds.
    pub date: i64,
    /// What its lines come to, in cents.
    pub cents: i64,
    /// What is owed after it, in cents.
    pub balance: i64,
}

impl Kind for Invoice {
    const KIND: &'static str = "invoice";
    const UNKNOWN: &'static str = "Invalid invoice";
    type Seen = ();

    async fn called(_: &Cx, path: &[String]) -> Result<Uuid> {
        Ok(path.last().and_then(|number| number.parse().ok()).map_or(Uuid::nil(), invoice_id))
    }

    /// All invoices of an account come to its balance.
    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        let since = doc.created().as_millis();
        Some(Tally { class: String::new(), amount: doc.cents, since, owed: 0 })
    }
}

/// The id of the invoice with a number.
fn invoice_id(number: i64) -> Uuid {
    derived_id(Uuid::nil(), format!("invoice {number}").as_bytes())
}

/// Cents as money.
pub(crate) fn dollars(cents: i64) -> Money {
    Money(Decimal::new(cents, 2).normalize())
}

fn number(number: i64) -> u64 {
    number.unsigned_abs()
}

impl Shown for Invoice {
    type View = wire::Invoice;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::Invoice {
        wire::Invoice {
            id: number(doc.number),
            date: Time::from_millis(doc.date),
            description: format!("Invoice #{}", doc.number),
            amount: dollars(doc.cents),
            balance: dollars(doc.balance),
        }
    }
}

/// An invoice as what it does to the balance.
struct Entry;

impl Shown<Invoice> for Entry {
    type View = BillingEntry;
    type With = ();

    fn view(doc: &Doc<Invoice>, (): &(), cx: &Cx) -> BillingEntry {
        let wire::Invoice { id, date, description, amount, balance } = Invoice::view(doc, &(), cx);
        BillingEntry { id, date, kind: BillingEntryType::Invoice, description, amount, balance }
    }
}

/// A line, once it is written.
struct Item;

impl Shown<Charge> for Item {
    type View = InvoiceItem;
    type With = ();

    fn view(doc: &Doc<Charge>, (): &(), _: &Cx) -> InvoiceItem {
        item(doc)
    }
}

/// A line.
fn item(charge: &Charge) -> InvoiceItem {
    let span = charge.span();
    InvoiceItem {
        description: format!("{} ({})", charge.product, charge.name),
        product: charge.product.clone(),
        start_date: Time::from_millis(span.from),
        end_date: Time::from_millis(span.to),
        units: number((span.seconds() + HOUR_S - 1) / HOUR_S),
        unit_type: "hours".into(),
        unit_price: Money(charge.rate().hourly.round_dp(6).normalize()),
        total: dollars(charge.cents),
    }
}

/// The family.
pub fn family() -> Family {
    let routes = Routes::of::<Invoice>()
        .list::<ListInvoices>()
        .get::<GetInvoice>()
        .listed(async |cx: Cx, list: ListBillingHistory| {
            let cursor = list.cursor.as_deref();
            cx.listed::<Invoice, Entry>(Vec::new(), list.per_page, cursor).await
        })
        .listed(items)
        .on(async |cx: Cx, _: ListPendingCharges| Ok(Page::whole(pending_items(&cx).await?)))
        .on(async |cx: Cx, _: GetPendingChargesCsv| Ok(csv(&pending_items(&cx).await?)));
    Family::new(routes.done()).life_by::<Account, life::Invoicing>()
}

async fn items(cx: Cx, list: ListInvoiceItems) -> Result<Page<crate::Json>> {
    let invoice: Doc<Invoice> = cx.in_path(&list.path()).await?;
    let lines = vec![in_invoice(invoice.number)];
    cx.listed::<Charge, Item>(lines, list.per_page, list.cursor.as_deref()).await
}

async fn pending_items(cx: &Cx) -> Result<Vec<InvoiceItem>> {
    Ok(pending::lines(cx).await?.iter().map(item).collect())
}

/// Lines as a table of comma-separated values, as the real API writes it.
fn csv(items: &[InvoiceItem]) -> String {
    let mut out = String::from(
        "\"Start Date\",\"End Date\",\"Description\",\"Unit Price\",\"Units\",\"Amount\"\n",
    );
    for item in items {
        let day = |time: Time| time.0.strftime("%Y-%m-%d %H:%M").to_string();
        let (from, to) = (day(item.start_date), day(item.end_date));
        let what = item.description.replace('"', "\"\"");
        let (price, units, total) = (item.unit_price.0, item.units, item.total.0);
        let line = format_args!(r#""{from}","{to}","{what}","{price}","{units}","{total}""#);
        let _ = writeln!(out, "{line}"); // a text takes all
    }
    out
}

/// The list of an invoice's lines that brought traffic along.
pub(crate) fn with_traffic(number: i64) -> Facet {
    ("traffic", number.to_string())
}

/// Writes lines that are not written yet.
async fn write(cx: &Cx, lines: Vec<Charge>) -> Result<()> {
    let id = |line: &Charge| {
        let what = format!("{} {}", line.invoice, line.since);
        derived_id(line.thing, what.as_bytes())
    };
    let ids: Vec<Uuid> = lines.iter().map(id).collect();
    let known = cx.find_many::<Charge>(ids.clone()).await?;
    let mut tx: Tx = cx.begin();
    for (id, line) in ids.into_iter().zip(lines).filter(|(id, _)| !known.contains_key(id)) {
        let line = tx.doc_with_id(id, line);
        tx.put(&line);
    }
    tx.commit().await
}
