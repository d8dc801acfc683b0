//! What traffic an account may have, and had: the simulated network carries none that is counted.

use api::account::*;
use api::{Money, Time};
use jiff::{ToSpan, tz::TimeZone};

use crate::billing::month_start;
use crate::catalog::{FREE_EGRESS_GB, HOURS_BILLED_PER_MONTH, PriceItem};
use crate::instances::Instance;
use crate::{Cx, Doc, Result};

const HOUR: i64 = 3_600_000;

pub(super) async fn get(cx: Cx, _: GetAccountBandwidth) -> Result<AccountBandwidth> {
    let instances = cx.all::<Instance>(Vec::new()).await?;
    let now = cx.time();
    let start = month_start(now);
    let before = month_start(Time::from_millis(start.as_millis() - 1));
    let period = |from, to| period(&cx, &instances, from, to);
    Ok(AccountBandwidth {
        previous_month: period(before, start),
        current_month_to_date: period(start, now),
        current_month_projected: period(start, next_month(start)),
    })
}

/// When the month after the one that begins at `start` begins.
fn next_month(start: Time) -> Time {
    let next = start.0.to_zoned(TimeZone::UTC).checked_add(1.month());
    next.map_or(start, |next| Time(next.timestamp()))
}

/// What the instances that there are bring along for a span of time.
fn period(cx: &Cx, instances: &[Doc<Instance>], from: Time, to: Time) -> BandwidthPeriod {
    let (mut hours, mut count, mut credits) = (0, 0, 0);
    let month = u64::from(HOURS_BILLED_PER_MONTH);
    for instance in instances.iter().filter(|instance| instance.created() < to) {
        let since = instance.created().max(from);
        // An hour that has begun counts whole, and a month has no more hours than are billed.
        let span = (to.as_millis() - since.as_millis() + HOUR - 1) / HOUR;
        let span = u64::try_from(span).unwrap_or_default().min(month);
        let included = cx.catalog().plan(&instance.plan).map_or(0, |plan| plan.bandwidth);
        hours += span;
        count += 1;
        credits += u64::from(included) * span / month;
    }
    let seconds = |time: Time| (time.as_millis() / 1000).to_string();
    BandwidthPeriod {
        timestamp_start: seconds(from),
        timestamp_end: seconds(to),
        total_instance_hours: hours,
        total_instance_count: count,
        instance_bandwidth_credits: credits,
        free_bandwidth_credits: FREE_EGRESS_GB.into(),
        overage_unit_cost: Money(cx.catalog().price(PriceItem::EgressOverage).amount),
        ..BandwidthPeriod::default()
    }
}
