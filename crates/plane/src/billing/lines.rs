//! Lines of invoices: a time during which a thing cost the same, and what that came to.
//!
//! One is written by what ends the time, in the same change, into the list of its month's invoice;
//! of what goes on, lines are made when they are asked for, and when the invoice is written.

use api::Time;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Facet, Row, Tally};
use uuid::Uuid;

use super::{Rate, month_end, month_start, owed_for, to_the_cent};
use crate::catalog::Catalog;
use crate::family::Costly;
use crate::{Cx, Doc, Kind};

/// Fields in which rows say how their owners call them: the first that holds something does.
const NAMES: [&str; 7] =
    ["label", "name", "hostname", "description", "public_ip", "network", "domain"];

/// A line of an invoice, once it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The invoice: that of the month in which the line ends.
    pub invoice: i64,
    /// The thing.
    pub thing: Uuid,
    /// What invoices call such things.
    pub product: String,
    /// How its owner called it.
    pub name: String,
    /// When its price became what it was, in milliseconds: maybe in an earlier month.
    pub since: i64,
    /// When the line begins, in milliseconds.
    pub from: i64,
    /// When the line ends, in milliseconds.
    pub until: i64,
    /// What it cost an hour, as a decimal, and what a month at most.
    hourly: String,
    monthly: String,
    /// What the line comes to, in cents.
    pub cents: i64,
    /// The traffic that such a thing brings along in a month, in GB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<u32>,
    /// Whether the thing was deleted then.
    #[serde(default)]
    pub gone: bool,
}

impl Kind for Charge {
    const KIND: &'static str = "charge";
    const UNKNOWN: &'static str = "Invalid charge";
    type Seen = ();

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        let (since, owed) = (doc.row.created, 0);
        Some(Tally { class: doc.invoice.to_string(), amount: doc.cents, since, owed })
    }

    fn lists(&self) -> Vec<Facet> {
        let with_traffic = self.traffic.map(|_| ("traffic", self.invoice.to_string()));
        std::iter::once(in_invoice(self.invoice)).chain(with_traffic).collect()
    }
}

/// The list of an invoice's lines.
pub fn in_invoice(number: i64) -> Facet {
    ("invoice", number.to_string())
}

/// The number of an account's invoice for the month that holds a time: no other has it.
pub fn invoice_number(account: i64, time: Time) -> i64 {
    let date = time.0.to_zoned(TimeZone::UTC).date();
    account * 10_000 + i64::from(date.year() - 1970) * 12 + i64::from(date.month()) - 1
}

impl Charge {
    /// What a row costs from `tally.since` to the end of `span`, in this span.
    fn of(
        row: &Row,
        tally: &Tally,
        span: Span,
        costly: &Costly,
        catalog: &Catalog,
    ) -> Option<Self> {
        let rate = rate_of(row, tally, costly, catalog)?;
        Some(Self {
            invoice: invoice_number(row.account, Time::from_millis(span.from)),
            thing: row.id,
            product: costly.product.clone(),
            name: name_in(&row.desired).unwrap_or_else(|| row.id.to_string()),
            since: tally.since,
            from: span.after(tally.since).from,
            until: span.to,
            hourly: rate.hourly.to_string(),
            monthly: rate.monthly.to_string(),
            cents: span.after(tally.since).cents(rate),
            traffic: costly.traffic(&tally.class, catalog).ok().flatten(),
            gone: false,
        })
    }

    /// What it cost.
    pub fn rate(&self) -> Rate {
        let read = |text: &str| text.parse().unwrap_or_default();
        Rate { monthly: read(&self.monthly), hourly: read(&self.hourly) }
    }

    /// The time that it is for.
    pub fn span(&self) -> Span {
        Span { from: self.from, to: self.until }
    }

    /// The same for an earlier month, which its time began in or went through.
    #[must_use]
    pub fn within(&self, account: i64, month: Span) -> Self {
        let span = month.after(self.since);
        Self {
            invoice: invoice_number(account, Time::from_millis(month.from)),
            from: span.from,
            until: span.to,
            cents: span.cents(self.rate()),
            traffic: None,
            gone: false,
            ..self.clone()
        }
    }
}

/// What a row costs by its class and amount; none where that is nothing, or its class has no price.
fn rate_of(row: &Row, tally: &Tally, costly: &Costly, catalog: &Catalog) -> Option<Rate> {
    match costly.price(&tally.class, catalog) {
        Ok(rate) => Some(rate.times(tally.amount.into())).filter(|rate| !rate.hourly.is_zero()),
        Err(error) => {
            let (kind, class) = (&row.kind, &tally.class);
            tracing::error!(%kind, class, %error, "a class without a price");
            None
        }
    }
}

/// What the lines of [`charges_of`] come to, in cents: nothing is read of the rows for that.
pub fn cents_of_rows(rows: &[Row], span: Span, costly: &Costly, catalog: &Catalog) -> i64 {
    let cents = |row: &Row| {
        let tally = row.tally.as_ref()?;
        Some(span.after(tally.since).cents(rate_of(row, tally, costly, catalog)?))
    };
    rows.iter().filter_map(cents).sum()
}

/// The lines of what rows cost now, in a span of one month.
pub fn charges_of(rows: &[Row], span: Span, costly: &Costly, catalog: &Catalog) -> Vec<Charge> {
    let line = |row: &Row| Charge::of(row, row.tally.as_ref()?, span, costly, catalog);
    rows.iter().filter_map(line).collect()
}

/// How its owner calls what a row holds.
fn name_in(desired: &str) -> Option<String> {
    let value: Value = serde_json::from_str(desired).ok()?;
    // What servers have in common lies within them.
    let texts = [&value, &value["server"]].into_iter();
    let mut texts = texts.flat_map(|at| NAMES.into_iter().filter_map(|name| at[name].as_str()));
    texts.find(|text| !text.is_empty()).map(str::to_owned)
}

/// What a resource adds to the sums as it is now, and the line that thereby ends: of what is new,
/// or costs what it did, none.
pub(crate) fn turn<K: Kind>(cx: &Cx, doc: &Doc<K>) -> (Option<Tally>, Option<Charge>) {
    let (is, was) = (K::tally(doc), doc.row.tally.as_ref());
    match (is, was) {
        (is, Some(was)) if doc.row.version > 0 => {
            let is = is.filter(|_| !doc.row.deleting);
            match is {
                Some(is) if is.class == was.class && is.amount == was.amount => {
                    (Some(was.clone()), None)
                }
                is => ended(cx, &doc.row, was, is),
            }
        }
        // It begins to cost something: with its creation, or later.
        (is, _) if doc.row.version > 0 => (is.map(|is| Tally { since: cx.now(), ..is }), None),
        (is, _) => (is, None),
    }
}

/// The line for what a row was until now, and what it is instead.
pub(crate) fn ended(
    cx: &Cx,
    row: &Row,
    was: &Tally,
    is: Option<Tally>,
) -> (Option<Tally>, Option<Charge>) {
    let (now, month) = (cx.now(), Span::month_of(cx.time()));
    let line =
        || Charge::of(row, was, month.until(now), cx.control.costly(&row.kind)?, cx.catalog());
    // What was there for less than a second is in no line.
    let line = if now / 1000 > was.since / 1000 { line() } else { None };
    let line = line.map(|line| Charge { gone: is.is_none(), ..line });
    let before = if month.holds(was.since) { was.owed } else { 0 };
    let owed = before + line.as_ref().map_or(0, |line| line.cents);
    (is.map(|is| Tally { since: now, owed, ..is }), line)
}

/// A time within one month, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub from: i64,
    /// When it ends; not before it begins.
    pub to: i64,
}

impl Span {
    /// The month that holds a time.
    pub fn month_of(time: Time) -> Self {
        Self { from: month_start(time).as_millis(), to: month_end(time).as_millis() }
    }

    /// Whether a moment is in it.
    pub fn holds(self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// What of it comes before a moment.
    #[must_use]
    pub fn until(self, to: i64) -> Self {
        Self { to: to.clamp(self.from, self.to), ..self }
    }

    /// What of it comes after a moment.
    #[must_use]
    pub fn after(self, from: i64) -> Self {
        Self { from: from.clamp(self.from, self.to), ..self }
    }

    /// The whole seconds in it.
    pub fn seconds(self) -> i64 {
        self.to.div_euclid(1000) - self.from.div_euclid(1000)
    }

    /// What is owed for it, in cents.
    pub fn cents(self, rate: Rate) -> i64 {
        let owed = to_the_cent(owed_for(rate, self.seconds().into(), Decimal::ONE));
        (owed * Decimal::ONE_HUNDRED).to_i64().unwrap_or(i64::MAX)
    }
}
