//! What an account owes for what it has: one line for each thing, added up.
//!
//! What was deleted is not counted any more: there are no invoices that would keep it.

use api::Money;
use rust_decimal::Decimal;

use crate::bare_metals::BareMetal;
use crate::billing::pending_charges;
use crate::blocks::Volume;
use crate::catalog::{Catalog, Cost, HOURS_PER_MONTH, Price, PriceItem, PriceUnit};
use crate::instances::Instance;
use crate::{Cx, Doc, Kind, Result};

/// A kind of resource that costs something.
pub(crate) trait Charged: Kind {
    /// US dollars a month, and an hour.
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal);
}

impl Charged for Instance {
    /// The plan, and what was ordered with it.
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal) {
        let Some(plan) = catalog.plan(&self.plan) else { return Default::default() };
        let cost = plan.cost_in(&self.region);
        let mut rates = (cost.monthly, cost.hourly);
        let mut add = |item, times: usize| {
            let (monthly, hourly) = price(catalog.price(item), cost);
            rates.0 += monthly * Decimal::from(times);
            rates.1 += hourly * Decimal::from(times);
        };
        add(PriceItem::AutomaticBackups, usize::from(self.backups.is_some()));
        add(PriceItem::DdosProtection, usize::from(self.ddos_protection));
        // Reserved addresses are paid for themselves.
        let further = self.ipv4.iter().skip(1).filter(|ip| ip.reserved.is_none());
        add(PriceItem::AdditionalIpv4, further.count());
        rates
    }
}

impl Charged for BareMetal {
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal) {
        let plan = catalog.metal_plan(&self.plan);
        plan.map(|plan| (plan.cost.monthly, plan.cost.hourly)).unwrap_or_default()
    }
}

impl Charged for Volume {
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal) {
        let kind = catalog.block_type(&self.block_type);
        let per_gb = kind.map(|kind| kind.price_per_gb_month).unwrap_or_default();
        by_month(per_gb * Decimal::from(self.size_gb))
    }
}

/// What is owed this month for everything that there is.
pub(super) async fn pending(cx: &Cx) -> Result<Money> {
    let servers = lines::<Instance>(cx).await? + lines::<BareMetal>(cx).await?;
    Ok(Money((servers + lines::<Volume>(cx).await?).normalize()))
}

async fn lines<K: Charged>(cx: &Cx) -> Result<Decimal> {
    let (catalog, now) = (cx.catalog(), cx.time());
    let line = |doc: &Doc<K>| {
        let (monthly, hourly) = doc.rates(catalog);
        pending_charges(monthly, hourly, doc.created(), now).0
    };
    Ok(cx.all::<K>(Vec::new()).await?.iter().map(line).sum())
}

/// What an addition costs a month, and an hour, where the plan costs `plan`.
fn price(price: &Price, plan: &Cost) -> (Decimal, Decimal) {
    match price.per {
        PriceUnit::PlanPercent => by_month(plan.monthly * price.amount / Decimal::ONE_HUNDRED),
        PriceUnit::Hour => (price.amount * Decimal::from(HOURS_PER_MONTH), price.amount),
        PriceUnit::Month | PriceUnit::Gb | PriceUnit::GbMonth => by_month(price.amount),
    }
}

fn by_month(monthly: Decimal) -> (Decimal, Decimal) {
    (monthly, monthly / Decimal::from(HOURS_PER_MONTH))
}
