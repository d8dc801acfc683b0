//! What traffic an account may have, and had: the simulated network carries none that is counted.

use api::account::*;
use api::{Money, Time};

use super::sums::{self, Things};
use crate::billing::{MONTH_S, month_end, month_start};
use crate::catalog::{FREE_EGRESS_GB, HOURS_BILLED_PER_MONTH, PriceItem};
use crate::{Cx, Result};

const HOUR_S: i128 = 3600;

pub(super) async fn get(cx: Cx, _: GetAccountBandwidth) -> Result<AccountBandwidth> {
    let now = cx.time();
    let start = month_start(now);
    let before = month_start(Time::from_millis(start.as_millis() - 1));
    let mut instances = Vec::new();
    for ((kind, class), things) in sums::read(&cx, before).await? {
        let Some(costly) = cx.control.costly(&kind) else { continue };
        instances.extend(costly.traffic(&class, cx.catalog())?.map(|included| (included, things)));
    }
    let period = |from, to| period(&cx, &instances, from, to);
    Ok(AccountBandwidth {
        previous_month: period(before, start),
        current_month_to_date: period(start, now),
        current_month_projected: period(start, month_end(start)),
    })
}

/// What the instances that there are bring along for a span of time: those of a class with what
/// each of them includes in GB.
fn period(cx: &Cx, instances: &[(u32, Things)], from: Time, to: Time) -> BandwidthPeriod {
    let (mut hours, mut count, mut credits) = (0, 0, 0);
    for (included, things) in instances {
        let parts = things.parts(from, to, MONTH_S);
        count += parts.iter().map(|part| part.count).sum::<i64>();
        // An hour that has begun counts whole: for those that were made on one day, together.
        let of_class: i128 = parts.iter().map(|part| (part.seconds + HOUR_S - 1) / HOUR_S).sum();
        hours += of_class;
        credits += i128::from(*included) * of_class / i128::from(HOURS_BILLED_PER_MONTH);
    }
    let seconds = |time: Time| (time.as_millis() / 1000).to_string();
    BandwidthPeriod {
        timestamp_start: seconds(from),
        timestamp_end: seconds(to),
        total_instance_hours: u64::try_from(hours).unwrap_or_default(),
        total_instance_count: u64::try_from(count).unwrap_or_default(),
        instance_bandwidth_credits: u64::try_from(credits).unwrap_or_default(),
        free_bandwidth_credits: FREE_EGRESS_GB.into(),
        overage_unit_cost: Money(cx.catalog().price(PriceItem::EgressOverage).amount),
        ..BandwidthPeriod::default()
    }
}
