//! What traffic an account may have, and had: the simulated network carries none that is counted.

use api::account::*;
use api::{Money, Time};

use super::sums::{self, Things};
use crate::billing::{Charge, MONTH_S, Span, invoice_number, month_end, month_start, with_traffic};
use crate::catalog::{FREE_EGRESS_GB, HOURS_BILLED_PER_MONTH, PriceItem};
use crate::{Cx, Doc, Result};

const HOUR_S: i128 = 3600;
/// How many lines of deleted and changed instances are looked at in each month.
const LINES_MAX: usize = 10_000;

/// What brings traffic along.
struct Bringing {
    /// Instances by class, each with what one includes in GB.
    there: Vec<(u32, Things)>,
    /// What was one of those before, until it was changed or deleted.
    ended: Vec<Doc<Charge>>,
}

pub(super) async fn get(cx: Cx, _: GetAccountBandwidth) -> Result<AccountBandwidth> {
    let now = cx.time();
    let start = month_start(now);
    let before = month_start(Time::from_millis(start.as_millis() - 1));
    let (mut there, mut ended) = (Vec::new(), Vec::new());
    for ((kind, class), things) in sums::read(&cx, before).await? {
        let Some(costly) = cx.control.costly(&kind) else { continue };
        there.extend(costly.traffic(&class, cx.catalog())?.map(|included| (included, things)));
    }
    for month in [before, start] {
        let list = with_traffic(invoice_number(cx.account(), month));
        ended.extend(cx.all::<Charge>(list, LINES_MAX).await?);
    }
    let all = Bringing { there, ended };
    let period = |from, to| period(&cx, &all, from, to);
    Ok(AccountBandwidth {
        previous_month: period(before, start),
        current_month_to_date: period(start, now),
        current_month_projected: period(start, month_end(start)),
    })
}

/// What instances bring along for a span of time within a month.
fn period(cx: &Cx, all: &Bringing, from: Time, to: Time) -> BandwidthPeriod {
    let (mut hours, mut count, mut credits) = (0, 0, 0);
    let mut add = |included: u32, more: i128| {
        hours += more;
        credits += i128::from(included) * more / i128::from(HOURS_BILLED_PER_MONTH);
    };
    for (included, things) in &all.there {
        let parts = things.parts(from, to, MONTH_S);
        count += parts.iter().map(|part| part.count).sum::<i64>();
        // An hour that has begun counts whole: for those that were made on one day, together.
        add(*included, parts.iter().map(|part| (part.seconds + HOUR_S - 1) / HOUR_S).sum());
    }
    let month = Span { from: from.as_millis(), to: to.as_millis() };
    for line in &all.ended {
        let seconds = month.until(line.until).after(line.since).seconds();
        if seconds > 0 && line.since < month.to {
            // What goes on as something else is counted as that, if it was that by then.
            count += i64::from(line.gone || line.until >= month.to);
            add(line.traffic.unwrap_or_default(), (i128::from(seconds) + HOUR_S - 1) / HOUR_S);
        }
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
