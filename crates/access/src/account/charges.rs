//! What an account owes for what it has: a line for each class of things, rounded to the cent, added
//! up.
//!
//! What was deleted is not counted any more: there are no invoices that would keep it.

use api::{Money, Time};
use rust_decimal::Decimal;

use super::sums::{self, Part, Things};
use crate::billing::{MONTH_S, Rate, month_start, owed_for, to_the_cent};
use crate::{Cx, Result};

/// What is owed this month for everything that there is.
pub(super) async fn pending(cx: &Cx) -> Result<Money> {
    let (now, start) = (cx.time(), month_start(cx.time()));
    let mut owed = Decimal::ZERO;
    for ((kind, class), things) in &sums::read(cx, start).await? {
        let Some(costly) = cx.control.costly(kind) else { continue };
        match costly.price(class, cx.catalog()) {
            Ok(rate) => owed += line(rate, things, start, now),
            Err(error) => tracing::error!(kind, class, %error, "a class without a price"),
        }
    }
    Ok(Money(owed.normalize()))
}

/// What is owed for the things of one class.
fn line(rate: Rate, things: &Things, start: Time, now: Time) -> Decimal {
    let owed = |part: Part| owed_for(rate, part.seconds.into(), part.amount.into());
    to_the_cent(things.parts(start, now, MONTH_S).into_iter().map(owed).sum())
}
