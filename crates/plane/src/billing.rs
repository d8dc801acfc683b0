//! What is owed: metered by the second against hourly rates, rounded on the line of an invoice.
//!
//! Every kind that costs something says so once, as `Charged`: from what its price follows, and
//! what that is. A row keeps since when its price is what it is; what changes that, or ends it,
//! writes a line of the month's invoice with it (`lines`). So what is owed for a thing is what its
//! lines of the month come to, and a line for what it is now.

mod lines;

pub use lines::{Charge, Span, cents_of_rows, charges_of, in_invoice, invoice_number};
pub(crate) use lines::{ended, turn};

use std::ops::Add;

use api::{Money, Time};
use jiff::{ToSpan, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, de::DeserializeOwned};
use store::{Row, Tally};

use crate::catalog::{
    Catalog, Cost, HOURS_BILLED_PER_MONTH, HOURS_PER_MONTH, InvoiceType, Price, PriceUnit,
};
use crate::{Cx, Doc, Kind, Result};

/// What something costs, in US dollars: by the hour, and no more than `monthly` in a month; where
/// that is 0, without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// A month.
    pub monthly: Decimal,
    /// An hour.
    pub hourly: Decimal,
}

impl Rate {
    /// What costs `monthly`, and its part of it by the hour.
    pub fn by_month(monthly: Decimal) -> Self {
        Self { monthly, hourly: monthly / Decimal::from(HOURS_PER_MONTH) }
    }

    /// What costs `hourly`, for as many hours as are invoiced in a month.
    pub fn by_hour(hourly: Decimal) -> Self {
        Self { monthly: hourly * Decimal::from(HOURS_BILLED_PER_MONTH), hourly }
    }

    /// What a plan costs that is invoiced so.
    pub fn of_plan(cost: &Cost, invoiced: InvoiceType) -> Self {
        match invoiced {
            InvoiceType::Monthly => cost.into(),
            InvoiceType::Hourly => Self { monthly: Decimal::ZERO, hourly: cost.hourly },
        }
    }

    /// A price of the catalogue, for `amount` of what it is for: a count, GB, or, where it is in
    /// percent, what the plan costs a month.
    pub fn of(price: &Price, amount: Decimal) -> Self {
        match price.per {
            PriceUnit::PlanPercent => Self::by_month(amount * price.amount / Decimal::ONE_HUNDRED),
            PriceUnit::Hour => Self::by_hour(amount * price.amount),
            PriceUnit::Month | PriceUnit::Gb | PriceUnit::GbMonth => {
                Self::by_month(amount * price.amount)
            }
        }
    }
}

impl Rate {
    /// What so many cost.
    pub fn times(self, amount: Decimal) -> Self {
        Self { monthly: self.monthly * amount, hourly: self.hourly * amount }
    }
}

impl From<&Cost> for Rate {
    fn from(cost: &Cost) -> Self {
        Self { monthly: cost.monthly, hourly: cost.hourly }
    }
}

impl Add for Rate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let is_bounded = |rate: Self| !rate.monthly.is_zero() || rate.hourly.is_zero();
        let both = is_bounded(self) && is_bounded(other);
        let monthly = if both { self.monthly + other.monthly } else { Decimal::ZERO };
        Self { monthly, hourly: self.hourly + other.hourly }
    }
}

/// A kind of resource that costs something.
///
/// The account keeps sums by class: what a price follows from, not the price itself, for a catalogue
/// may have another price at the next start. A kind's `tally` is [`tally`].
pub trait Charged: Kind {
    /// What invoices call such things; empty: as the kind is called.
    const PRODUCT: &'static str = "";
    /// From what the price follows, besides the catalogue: the fewer there can be, the better.
    type Class: Serialize + DeserializeOwned;
    /// The class that it belongs to.
    fn class(doc: &Doc<Self>) -> Self::Class;
    /// How much it is of that; a price is so many times that of one.
    fn amount(_: &Doc<Self>) -> i64 {
        1
    }
    /// What an amount of a class costs.
    fn price(class: &Self::Class, amount: Decimal, catalog: &Catalog) -> Rate;
    /// The outgoing traffic that one of a class brings along in a month, in GB.
    fn traffic(_: &Self::Class, _: &Catalog) -> Option<u32> {
        None
    }
    /// What this one costs.
    fn rate(doc: &Doc<Self>, catalog: &Catalog) -> Rate {
        Self::price(&Self::class(doc), Self::amount(doc).into(), catalog)
    }
}

/// What a thing adds to the sums from which its account's charges follow; since when, is found out
/// when it is written.
///
/// # Panics
/// When the class cannot be written as JSON.
pub fn tally<K: Charged>(doc: &Doc<K>) -> Option<Tally> {
    let class = serde_json::to_string(&K::class(doc)).expect("classes are plain data");
    Some(Tally { class, amount: K::amount(doc), since: doc.row.created, owed: 0 })
}

/// What is owed for a resource since the last invoice.
pub fn owed<K: Charged>(cx: &Cx, doc: &Doc<K>) -> Money {
    let (is, _) = turn(cx, doc);
    is.map_or_else(Money::default, |is| owed_by(cx, &is, K::rate(doc, cx.catalog())))
}

/// The same for a row: what it adds to the sums says what it costs, so it need not be read.
///
/// # Errors
/// When the row must be read, and cannot be.
pub fn owed_for_row<K: Charged>(cx: &Cx, row: Row) -> Result<Money> {
    let class = row.tally.as_ref().and_then(|tally| serde_json::from_str(&tally.class).ok());
    let (Some(class), Some(tally)) = (class, &row.tally) else {
        return Ok(owed(cx, &Doc::<K>::read(row)?));
    };
    Ok(owed_by(cx, tally, K::price(&class, tally.amount.into(), cx.catalog())))
}

/// What is owed by what is like this now, and cost something else before.
fn owed_by(cx: &Cx, tally: &Tally, rate: Rate) -> Money {
    let now = Span::month_of(cx.time());
    let before = if now.holds(tally.since) { tally.owed } else { 0 };
    let line = now.until(cx.now()).after(tally.since).cents(rate);
    Money(Decimal::new(before + line, 2).normalize())
}

/// What is owed at `now`, since the last invoice, for something that has been there since
/// `created`. Invoices are written at the start of a month.
pub fn pending_charges(rate: Rate, created: Time, now: Time) -> Money {
    let span = Span::month_of(now).until(now.as_millis()).after(created.as_millis());
    Money(Decimal::new(span.cents(rate), 2).normalize())
}

/// The seconds that are billed in a month at most, of what has a price for a month.
pub const MONTH_S: i64 = HOURS_BILLED_PER_MONTH as i64 * 3600;

/// What is owed in a month for `seconds`, in which no more than `amount` has been there at once.
pub fn owed_for(rate: Rate, seconds: Decimal, amount: Decimal) -> Decimal {
    let hourly = |seconds: Decimal| rate.hourly * seconds / Decimal::from(3600);
    match rate.monthly.is_zero() {
        true => hourly(seconds),
        false => hourly(seconds.min(amount * Decimal::from(MONTH_S))).min(rate.monthly * amount),
    }
}

/// An amount of money as an invoice has it.
pub fn to_the_cent(owed: Decimal) -> Decimal {
    owed.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// When the month that holds `time` began, in UTC.
pub fn month_start(time: Time) -> Time {
    let zoned = time.0.to_zoned(TimeZone::UTC);
    let first = zoned.start_of_day().and_then(|day| {
        let back = i64::from(day.day()) - 1;
        day.checked_sub(back.days())
    });
    first.map_or(time, |first| Time(first.timestamp()))
}

/// When the month that holds `time` ends and its invoice is written, in UTC.
pub fn month_end(time: Time) -> Time {
    let next = month_start(time).0.to_zoned(TimeZone::UTC).checked_add(1.month());
    next.map_or(time, |next| Time(next.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time(text.parse().unwrap())
    }

    #[test]
    fn what_is_owed_grows_by_the_second_up_to_the_monthly_price() {
        let rate = Rate { monthly: Decimal::from(10), hourly: Decimal::new(15, 3) };
        let created = time("2026-11-02T00:00:00Z");
        let at = |now: &str| pending_charges(rate, created, time(now)).0.to_string();
        assert_eq!(at("2026-11-02T00:00:00Z"), "0");
        assert_eq!(at("2026-11-02T10:00:00Z"), "0.15");
        assert_eq!(at("2026-11-30T23:59:59Z"), "10");
        assert_eq!(at("2026-12-01T10:00:00Z"), "0.15", "a new month, a new invoice");
    }
}
