//! What an account owes for what it has: a line for each class of things, rounded to the cent, added
//! up.
//!
//! What was deleted is not counted any more: there are no invoices that would keep it.

use api::{Money, Time};
use rust_decimal::Decimal;
use store::{Row, Tally};

use super::sums::{self, Part, Things};
use crate::bare_metals::BareMetal;
use crate::billing::{Charged, MONTH_S, Rate, month_start, owed_for, tally, to_the_cent};
use crate::blocks::{Volume, snapshots::VolumeSnapshot};
use crate::catalog::Catalog;
use crate::instances::Instance;
use crate::load_balancers::LoadBalancer;
use crate::object_storages::Storage;
use crate::reserved_ips::Reserved;
use crate::snapshots::Snapshot;
use crate::vpcs::nat_gateways::NatGateway;
use crate::{Control, Cx, Doc, Result};

/// How many rows are counted in one commit.
const BATCH: usize = 500;

/// A kind that costs something, by its name.
struct Costly {
    kind: &'static str,
    /// What one of a class costs.
    price: fn(&str, &Catalog) -> Result<Rate>,
    /// What a row adds to the sums.
    tally: fn(Row) -> Result<Option<Tally>>,
}

const fn costly<K: Charged>() -> Costly {
    Costly {
        kind: K::KIND,
        price: |class, catalog| Ok(K::price(&serde_json::from_str(class)?, Decimal::ONE, catalog)),
        tally: |row| Ok(tally(&Doc::<K>::read(row)?)),
    }
}

const COSTLY: [Costly; 9] = [
    costly::<Instance>(),
    costly::<BareMetal>(),
    costly::<Volume>(),
    costly::<VolumeSnapshot>(),
    costly::<Snapshot>(),
    costly::<Reserved>(),
    costly::<NatGateway>(),
    costly::<LoadBalancer>(),
    costly::<Storage>(),
];

fn costly_kind(kind: &str) -> Option<&'static Costly> {
    COSTLY.iter().find(|costly| costly.kind == kind)
}

/// What is owed this month for everything that there is.
pub(super) async fn pending(cx: &Cx) -> Result<Money> {
    let (now, start) = (cx.time(), month_start(cx.time()));
    let mut owed = Decimal::ZERO;
    for ((kind, class), things) in &sums::read(cx, start).await? {
        let Some(costly) = costly_kind(kind) else { continue };
        match (costly.price)(class, cx.catalog()) {
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

impl Control {
    /// Counts what was stored before there were sums: once, before anybody is served.
    ///
    /// A row that cannot be read stays as it is, and the log names it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn count_what_is_stored(&self) -> Result<()> {
        let (mut behind, mut counted) = (0, 0);
        loop {
            let rows = self.store.uncounted(behind, BATCH).await?;
            let Some(last) = rows.last() else { break };
            (behind, counted) = (last.seq, counted + rows.len());
            self.store.count_in(rows.into_iter().filter_map(with_tally).collect()).await?;
        }
        if counted > 0 {
            tracing::info!(rows = counted, "counted what was stored before there were sums");
        }
        Ok(())
    }
}

fn with_tally(row: Row) -> Option<Row> {
    let tally = costly_kind(&row.kind).map_or(Ok(None), |costly| (costly.tally)(row.clone()));
    match tally {
        Ok(tally) => Some(Row { tally, ..row }),
        Err(error) => {
            tracing::error!(%error, "not counted among what is owed for");
            None
        }
    }
}
