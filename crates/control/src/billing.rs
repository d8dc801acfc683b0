//! What is owed: metered by the second against hourly rates, rounded on the invoice line.

use api::{Money, Time};
use jiff::{ToSpan, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::catalog::HOURS_BILLED_PER_MONTH;

/// What is owed at `now`, since the last invoice, for something that costs `monthly` or `hourly`
/// US dollars and has been there since `created`. Invoices are written at the start of a month.
pub fn pending_charges(monthly: Decimal, hourly: Decimal, created: Time, now: Time) -> Money {
    let since = created.max(month_start(now));
    let most = i64::from(HOURS_BILLED_PER_MONTH) * 3600;
    let seconds = ((now.as_millis() - since.as_millis()) / 1000).clamp(0, most);
    let owed = (hourly * Decimal::from(seconds) / Decimal::from(3600)).min(monthly);
    Money(owed.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize())
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
        let (monthly, hourly) = (Decimal::from(10), Decimal::new(15, 3));
        let created = time("2026-11-02T00:00:00Z");
        let at = |now: &str| pending_charges(monthly, hourly, created, time(now)).0.to_string();
        assert_eq!(at("2026-11-02T00:00:00Z"), "0");
        assert_eq!(at("2026-11-02T10:00:00Z"), "0.15");
        assert_eq!(at("2026-11-30T23:59:59Z"), "10");
        assert_eq!(at("2026-12-01T10:00:00Z"), "0.15", "a new month, a new invoice");
    }
}
