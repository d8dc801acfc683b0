//! What this month has cost so far.
//!
//! The account tells it without reading each of its things: what has ended is a sum that the store
//! keeps, and so is what goes on, by class and day. The two ways differ by how lines are rounded,
//! so an account with few things adds up its lines, and one with many its sums.

use api::{Money, Time};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use store::{Ask, From, Row};

pub(crate) use crate::account::sums::{Sums, read};

use super::{Invoice, dollars};
use crate::account::sums::{Part, Things};
use crate::catalog::Catalog;
use crate::{Costly, Cx, Kind, Result};
use plane::billing::{
    Charge, MONTH_S, Rate, Span, cents_of_rows, charges_of, in_invoice, invoice_number,
    month_start, owed_for, to_the_cent,
};

/// How many lines are read to tell what is pending.
const FEW: i64 = 100;
/// How many rows are read at once.
const BATCH: usize = 500;

/// What an account owes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed {
    /// What was invoiced.
    pub(crate) balance: Money,
    /// What this month has cost so far.
    pub(crate) pending: Money,
}

/// What the caller's account owes, however many things it has.
pub(crate) async fn owed(cx: &Cx) -> Result<Owed> {
    let sums = read(cx, month_start(cx.time())).await?;
    let is_costly = |((kind, _), things): (&(String, String), &Things)| {
        cx.control.costly(kind).map_or(0, |_| things.count())
    };
    let ended = of_number(&sums, invoice_number(cx.account(), cx.time()));
    let open = match sums.iter().map(is_costly).sum::<i64>() <= FEW {
        true => open(cx, cents_of_rows).await?.into_iter().sum(),
        false => by_class(cx, &sums),
    };
    let balance = dollars(cents_of(&sums, Invoice::KIND, ""));
    Ok(Owed { balance, pending: dollars(ended + open) })
}

/// What the lines with an invoice's number come to that are written, in cents.
pub(super) fn of_number(sums: &Sums, number: i64) -> i64 {
    cents_of(sums, Charge::KIND, &number.to_string())
}

/// What things of a class come to that are amounts of money.
pub(super) fn cents_of(sums: &Sums, kind: &str, class: &str) -> i64 {
    sums.get(&(kind.to_owned(), class.to_owned())).map_or(0, Things::amount)
}

/// What goes on, in cents: a line for each class of things.
fn by_class(cx: &Cx, sums: &Sums) -> i64 {
    let (now, start) = (cx.time(), month_start(cx.time()));
    let line = |((kind, class), things): (&(String, String), &Things)| {
        let rate = cx.control.costly(kind)?.price(class, cx.catalog());
        let rate = rate.inspect_err(|error| {
            tracing::error!(kind, class, %error, "a class without a price");
        });
        Some(cents_by_parts(rate.ok()?, things, start, now))
    };
    sums.iter().filter_map(line).sum()
}

/// What is owed for the things of one class. Those of a day share the bounds of a month.
fn cents_by_parts(rate: Rate, things: &Things, start: Time, now: Time) -> i64 {
    let most = if rate.monthly.is_zero() { i64::MAX } else { MONTH_S };
    let owed = |part: Part| owed_for(rate, part.seconds.into(), part.amount.into());
    let owed: Decimal = things.parts(start, now, most).into_iter().map(owed).sum();
    (to_the_cent(owed) * Decimal::ONE_HUNDRED).to_i64().unwrap_or(i64::MAX)
}

/// All lines of this month so far: what has ended, and what goes on, by when it began.
pub(super) async fn lines(cx: &Cx) -> Result<Vec<Charge>> {
    let mut lines: Vec<Charge> = open(cx, charges_of).await?.into_iter().flatten().collect();
    let list = vec![in_invoice(invoice_number(cx.account(), cx.time()))];
    let mut cursor = String::new();
    loop {
        let page = cx.page::<Charge>(list.clone(), Some(BATCH as u32), Some(&cursor)).await?;
        lines.extend(page.items.into_iter().map(|line| line.want));
        cursor = page.meta.links.next;
        if cursor.is_empty() {
            break;
        }
    }
    lines.sort_by_key(|line| line.from);
    Ok(lines)
}

/// What goes on, told by `tell` a few rows of a kind at a time.
async fn open<T>(cx: &Cx, tell: fn(&[Row], Span, &Costly, &Catalog) -> T) -> Result<Vec<T>> {
    let span = Span::month_of(cx.time()).until(cx.now());
    let mut told = Vec::new();
    for costly in cx.control.all_costly() {
        let mut from = From::Start;
        loop {
            let (account, facets) = (cx.account(), Vec::new());
            let ask =
                Ask { account, kind: costly.kind, facets, from, limit: BATCH, known_total: None };
            let page = cx.control.store().page(&ask).await?;
            told.push(tell(&page.rows, span, costly, cx.catalog()));
            match page.rows.last().filter(|_| page.more_after) {
                Some(last) => from = From::After(last.seq),
                None => break,
            }
        }
    }
    Ok(told)
}
