//! What the month costs: so far, by its end, by day and family.
//!
//! All of it follows from the account's own charges. A charge is for a time, and is spread evenly over
//! it: what of that is in a day is that day's.

use maud::{Markup, html};
use presentation::money;
use serde_json::Value;

use crate::{ROOT, when};

/// The families that are told apart, as they stand in the chart from below.
const FAMILIES: [&str; 4] = ["Compute", "Storage", "Network", "Everything else"];
const HOUR: f64 = 3_600_000.0;
const DAY: i64 = 86_400_000;
/// A month is paid for as so many hours at most: what goes by a plan, and what does not.
const PLANNED: f64 = 672.0;
const OTHER: f64 = 730.0;
/// How many invoices before this month are told.
const BEFORE: usize = 3;

/// The family of a product, as an index.
fn family(product: &str) -> usize {
    let product = product.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| product.contains(word));
    match () {
        () if has(&["storage", "snapshot", "file system", "vfs", "iso"]) => 1,
        () if has(&["compute", "metal", "instance"]) => 0,
        () if has(&["balancer", "nat ", "reserved", "cdn", "vpc", "network"]) => 2,
        () => 3,
    }
}

/// Dollars as the API has them, in cents.
fn cents(value: &Value) -> i64 {
    let dollars = value.as_f64().unwrap_or_default();
    (dollars * 100.0).round() as i64
}

/// Cents as people write them.
fn shown(cents: i64) -> String {
    money::sum(cents as f64 / 100.0)
}

/// What a month costs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Month {
    /// In cents: by family, what its charges come to.
    sums: [i64; 4],
    /// In dollars: by day and family.
    days: Vec<[f64; 4]>,
    /// The day that it is, from 0.
    today: usize,
    /// In cents: what the month will have cost at this rate.
    expected: i64,
    begin: i64,
}

impl Month {
    /// The month of `now`, in milliseconds, from the charges so far.
    pub(super) fn of(now: i64, charges: &[Value]) -> Self {
        let (begin, length) = bounds(now);
        let end = begin + length as i64 * DAY;
        let (mut sums, mut days) = ([0; 4], vec![[0.0; 4]; length]);
        let mut more = 0.0;
        for charge in charges {
            let time = |name: &str| when::millis(charge[name].as_str().unwrap_or_default());
            let (Some(from), Some(to)) = (time("start_date"), time("end_date")) else { continue };
            let product = charge["product"].as_str().unwrap_or_default();
            let family = family(product);
            sums[family] += cents(&charge["total"]);
            spread(
                &mut days,
                begin,
                from,
                to,
                charge["total"].as_f64().unwrap_or_default(),
                family,
            );
            // What goes on ends now. Times of charges have seconds.
            if to / 1000 >= now / 1000 {
                let most = if family == 0 || family == 3 { PLANNED } else { OTHER };
                let hours = |until: i64| ((until - from) as f64 / HOUR).min(most);
                let left = (hours(end) - hours(to)).max(0.0);
                more += left * charge["unit_price"].as_f64().unwrap_or_default();
            }
        }
        let today = usize::try_from((now - begin) / DAY).unwrap_or_default().min(length - 1);
        let expected = sums.iter().sum::<i64>() + (more * 100.0).round() as i64;
        Self { sums, days, today, expected, begin }
    }

    fn total(&self) -> i64 {
        self.sums.iter().sum()
    }

    /// In dollars: what a day to come costs at this rate.
    fn rate(&self, now: i64) -> f64 {
        let left = self.begin + self.days.len() as i64 * DAY - now;
        let more = (self.expected - self.total()) as f64 / 100.0;
        if left > 0 { more / (left as f64 / DAY as f64) } else { 0.0 }
    }
}

/// When a month begins, and how many days it has.
fn bounds(now: i64) -> (i64, usize) {
    let day: i64 = when::shown(now, "%-d").parse().unwrap_or(1);
    let midnight = now - now.rem_euclid(DAY);
    let begin = midnight - (day - 1) * DAY;
    let month = when::shown(now, "%m");
    let length = (28..=31).rev().find(|n| when::shown(begin + (n - 1) * DAY, "%m") == month);
    (begin, usize::try_from(length.unwrap_or(28)).unwrap_or(28))
}

/// Puts an amount into the days that its time is in.
fn spread(days: &mut [[f64; 4]], begin: i64, from: i64, to: i64, amount: f64, family: usize) {
    let whole = (to - from).max(1) as f64;
    let mut at = begin;
    let last = days.len() - 1;
    for (place, day) in days.iter_mut().enumerate() {
        let (start, end) = (at.max(from), (at + DAY).min(to));
        // What took no time at all is of the day that it was in.
        let is_there = from == to && (at..at + DAY).contains(&from)
            || from == to && place == last && from >= at;
        let part = if is_there { 1.0 } else { (end - start).max(0) as f64 / whole };
        day[family] += amount * part;
        at += DAY;
    }
}

pub(super) fn panel(now: i64, account: &Value, charges: &Value, invoices: &Value) -> Markup {
    let charges = charges.as_array().cloned().unwrap_or_default();
    let month = Month::of(now, &charges);
    let pending = account["pending_charges"].as_f64().unwrap_or_default();
    let so_far = cents(&account["pending_charges"]);
    // With many things the account adds up its sums, and not its lines.
    let expected = so_far + month.expected - month.total();
    let (name, year) = (when::shown(now, "%B"), when::shown(now, "%Y"));
    let last = month.days.len();
    html! {
        section.panel aria-labelledby="h-cost" {
            header {
                h2 id="h-cost" { "Cost in " (name) }
                a.small href={ (ROOT) "/v2/billing/pending-charges" } { "By thing" }
            }
            div.body.stack {
                div.row {
                    div.grow {
                        div.price { (money::sum(pending)) }
                        p.small.muted { "so far, since 1 " (name) " " (year) }
                    }
                    div.num {
                        div { b { (shown(expected)) } }
                        p.small.muted { "by " (last) " " (name) " at this rate" }
                    }
                }
                @if charges.is_empty() {
                    p.muted { "Nothing has cost anything this month. What has a price shows it before it is made." }
                } @else {
                    (chart(now, &month, &name))
                    ul.legend { @for (at, title) in FAMILIES.iter().enumerate() {
                        @if month.sums[at] > 0 { li {
                            svg.chart viewBox="0 0 10 10" aria-hidden="true" {
                                rect class={ "f" (at + 1) } width="10" height="10" rx="2" {}
                            }
                            span { (title) } span.num { (shown(month.sums[at])) }
                        } }
                    } }
                    p.small.muted {
                        "A bar is a day in UTC, each charge spread evenly over its time"
                        @if month.today + 1 < last { "; dashed is what is still to come at this rate" }
                        "."
                        @if month.total() != so_far {
                            " Charges are rounded one by one: they come to " (shown(month.total())) "."
                        }
                    }
                }
                (before(invoices))
            }
        }
    }
}

/// What the months before have cost.
fn before(invoices: &Value) -> Markup {
    let invoices = invoices.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !invoices.is_empty() {
            ul.lines.before { @for invoice in invoices.iter().rev().take(BEFORE) {
                // An invoice is written when its month is over.
                @let at = when::millis(invoice["date"].as_str().unwrap_or_default()).unwrap_or_default();
                li {
                    a href={ (ROOT) "/v2/billing/invoices/" (invoice["id"].as_u64().unwrap_or_default()) } {
                        (when::shown(at - 1, "%B %Y"))
                    }
                    span.num { (money::sum(invoice["amount"].as_f64().unwrap_or_default())) }
                }
            } }
        }
    }
}

/// The steps of a scale that has room for `most`.
fn scale(most: f64) -> (f64, usize) {
    let mut unit = 0.01;
    loop {
        for step in [1.0, 2.0, 5.0].map(|n| n * unit) {
            if most <= step * 4.0 {
                let steps = (most / step).ceil().max(1.0);
                return (step, steps as usize);
            }
        }
        unit *= 10.0;
    }
}

const LEFT: f64 = 44.0;
const RIGHT: f64 = 490.0;
const BASE: f64 = 112.0;
const TOP: f64 = 13.8;

fn chart(now: i64, month: &Month, name: &str) -> Markup {
    let rate = month.rate(now);
    let sums: Vec<f64> = month.days.iter().map(|day| day.iter().sum()).collect();
    let most = sums.iter().copied().fold(rate, f64::max).max(0.01);
    let (step, steps) = scale(most);
    let high = step * steps as f64;
    let y = |value: f64| BASE - value / high * (BASE - TOP);
    let width = (RIGHT - LEFT) / month.days.len() as f64;
    let x = |day: usize| LEFT + day as f64 * width;
    let places = if step < 0.1 {
        2
    } else if step < 1.0 {
        1
    } else {
        0
    };
    let cost_of = |day: usize| money::sum(sums[day]);
    let told = format!(
        "Cost a day in {name}: {} on day 1, {} today, day {}",
        cost_of(0),
        cost_of(month.today),
        month.today + 1
    );
    html! {
        svg.chart viewBox="0 0 496 132" role="img" aria-label=(told) {
            @for line in 0..=steps {
                @let value = step * line as f64;
                line x1=(LEFT) x2=(RIGHT) y1=(fine(y(value))) y2=(fine(y(value))) {}
                text x=(LEFT - 6.0) y=(fine(y(value) + 3.5)) text-anchor="end" { "$" (format!("{value:.places$}")) }
            }
            @for (day, parts) in month.days.iter().enumerate() {
                @if day > month.today {
                    @if rate > 0.0 {
                        rect.to-come x=(fine(x(day))) y=(fine(y(rate))) width=(fine(width - 4.0))
                            height=(fine(BASE - y(rate))) {}
                    }
                } @else {
                    g {
                        title { (day + 1) " " (name) ": " (cost_of(day)) }
                        @for (family, part) in parts.iter().enumerate() {
                            @let below: f64 = parts[..family].iter().sum();
                            @if *part > 0.0 {
                                rect class={ "f" (family + 1) } x=(fine(x(day))) y=(fine(y(below + part)))
                                    width=(fine(width - 4.0)) height=(fine((y(below) - y(below + part)).max(0.4))) {}
                            }
                        }
                    }
                }
                @if day == 0 || (day + 1) % 5 == 0 {
                    text x=(fine(x(day) + (width - 4.0) / 2.0)) y="128" text-anchor="middle" { (day + 1) }
                }
            }
        }
    }
}

fn fine(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_charge_is_in_the_days_that_it_is_for_and_the_days_come_to_all_charges() {
        let now = when::millis("2026-11-21T12:00:00Z").unwrap();
        let charge = |product: &str, from: &str, to: &str, total: f64| json!({"product": product, "start_date": from, "end_date": to, "unit_price": 0.1, "total": total});
        let charges = [
            charge("Cloud Compute", "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z", 2.4),
            charge("Block Storage", "2026-11-02T00:00:00Z", "2026-11-04T00:00:00Z", 1.0),
            charge("NAT Gateway", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", 0.01),
            charge("Managed Database", "2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z", 0.07),
        ];
        let month = Month::of(now, &charges);
        assert_eq!((month.days.len(), month.today), (30, 20));
        assert_eq!(month.sums, [240, 100, 1, 7]);
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(month.days[19][0], 1.2) && near(month.days[20][0], 1.2));
        assert!(near(month.days[1][1], 0.5) && near(month.days[2][1], 0.5));
        assert!(near(month.days.iter().flatten().sum(), 3.48));
        // Of what goes on, the rest of the month: nine days and a half at ten cents an hour, twice.
        assert_eq!(month.expected, 348 + 2 * 2280);
    }

    #[test]
    fn what_has_reached_a_months_price_costs_no_more() {
        let now = when::millis("2026-12-30T00:00:00Z").unwrap();
        let charge = json!({"product": "Cloud Compute", "start_date": "2026-12-01T00:00:00Z",
            "end_date": "2026-12-30T00:00:00Z", "unit_price": 0.01, "total": 6.72});
        let month = Month::of(now, &[charge]);
        assert_eq!((month.days.len(), month.expected), (31, 672));
    }

    #[test]
    fn a_scale_has_few_round_steps() {
        assert_eq!((scale(0.004), scale(3.3), scale(15.0)), ((0.01, 1), (1.0, 4), (5.0, 3)));
    }
}
