//! At the end of a month an account's invoice is written: its lines a part at a time, and the invoice
//! when all of them are there. A server that was off at that time does it later, month by month.
//!
//! Whatever is written is written once, however often it is tried: a line's id follows from its
//! invoice, its thing and its beginning. What goes on is read before what has ended, so that what
//! ends meanwhile is in one of the two, and maybe in both, which is the same line.

use std::time::Duration;

use api::Time;
use engine::{Next, StepError};
use store::{Ask, From, Row};

use super::pending::{cents_of, of_number, read};
use super::{Invoice, invoice_id, write};
use crate::holders::Account;
use crate::logs::KEPT_MS;
use crate::{Cx, Doc, Kind, Life, LifeCx, Result};
use plane::billing::{Charge, Span, charges_of, in_invoice, invoice_number};

/// How many things are looked at in one step.
const BATCH: usize = 500;

/// What becomes of an account with time.
pub(super) struct Invoicing;

impl Life<Account> for Invoicing {
    async fn step(doc: &mut Doc<Account>, cx: &LifeCx) -> std::result::Result<Next, StepError> {
        if doc.deleting() {
            return Ok(Next::Gone);
        }
        let cx = cx.cx.control.system_cx(doc.seq(), "invoice");
        let now = cx.now();
        let begun = doc.seen.until.unwrap_or_else(|| doc.created().as_millis());
        let month = Span::month_of(Time::from_millis(begun));
        if now < month.to {
            cx.control.store().forget_events(doc.seq(), now - KEPT_MS).await?;
            let left = u64::try_from(month.to - now).unwrap_or_default();
            return Ok(Next::After(Duration::from_millis(left)));
        }
        doc.seen.place = further(&cx, month, doc.seen.place.take()).await?;
        if doc.seen.place.is_none() {
            finish(&cx, month).await?;
            doc.seen.until = Some(month.to);
        }
        Ok(Next::Now)
    }
}

/// Writes some more lines of a month, and says how far that is; none: all are written.
async fn further(
    cx: &Cx,
    month: Span,
    place: Option<(String, i64)>,
) -> Result<Option<(String, i64)>> {
    let mut kinds: Vec<&'static str> = cx.control.all_costly().map(|costly| costly.kind).collect();
    kinds.sort_unstable();
    let (kind, behind) = place.unwrap_or_default();
    let Some(at) = kinds.iter().position(|known| *known >= &*kind) else {
        return later_lines(cx, month).await.map(|()| None);
    };
    // A kind that is no more since has no things.
    let behind = if kinds[at] == kind { behind } else { 0 };
    let ask = Ask {
        account: cx.account(),
        kind: kinds[at],
        facets: Vec::new(),
        from: From::After(behind),
        limit: BATCH,
        known_total: None,
    };
    let mut page = cx.control.store().page(&ask).await?;
    let last = page.rows.last().filter(|_| page.more_after).map(|row| row.seq);
    if let Some(costly) = cx.control.costly(kinds[at]) {
        let begun = |row: &Row| row.tally.as_ref().is_some_and(|tally| tally.since < month.to);
        page.rows.retain(begun);
        let mut lines = charges_of(&page.rows, month, costly, cx.catalog());
        // They are no news to who counts traffic: what goes on is in the sums.
        lines.iter_mut().for_each(|line| line.traffic = None);
        write(cx, lines).await?;
    }
    Ok(Some(match last {
        Some(last) => (kinds[at].to_owned(), last),
        None => (kinds.get(at + 1).map_or_else(|| "~".to_owned(), |next| (*next).to_owned()), 0),
    }))
}

/// Writes those lines of a month whose time has ended since, in a later month.
async fn later_lines(cx: &Cx, month: Span) -> Result<()> {
    let mut later = month;
    while later.to <= cx.now() {
        later = Span::month_of(Time::from_millis(later.to));
        let list = in_invoice(invoice_number(cx.account(), Time::from_millis(later.from)));
        let mut cursor = String::new();
        loop {
            let page =
                cx.page::<Charge>(vec![list.clone()], Some(BATCH as u32), Some(&cursor)).await?;
            let lines = page.items.iter().filter(|line| line.since < month.to);
            write(cx, lines.map(|line| line.within(cx.account(), month)).collect()).await?;
            cursor = page.meta.links.next;
            if cursor.is_empty() {
                break;
            }
        }
    }
    Ok(())
}

/// Writes the invoice of a month whose lines are all there; of a month without any, none.
async fn finish(cx: &Cx, month: Span) -> Result<()> {
    let number = invoice_number(cx.account(), Time::from_millis(month.from));
    if cx.count::<Charge>(in_invoice(number)).await? == 0 {
        return Ok(());
    }
    let mut tx = cx.begin();
    if tx.find::<Invoice>(invoice_id(number)).await?.is_some() {
        return Ok(());
    }
    let sums = read(cx, Time::from_millis(month.from)).await?;
    let cents = of_number(&sums, number);
    let balance = cents_of(&sums, Invoice::KIND, "") + cents;
    let invoice = Invoice { number, date: month.to, cents, balance };
    let doc = tx.doc_with_id(invoice_id(number), invoice);
    tx.save(&doc).await
}
