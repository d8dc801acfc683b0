//! What an account owes for what it has: one line for each thing, added up.
//!
//! What was deleted is not counted any more: there are no invoices that would keep it.

use api::Money;
use rust_decimal::Decimal;

use crate::billing::pending_charges;
use crate::blocks::Volume;
use crate::catalog::{
    Catalog, Cost, HOURS_BILLED_PER_MONTH, HOURS_PER_MONTH, Price, PriceItem, PriceUnit,
};
use crate::instances::Instance;
use crate::load_balancers::LoadBalancer;
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

impl Charged for Volume {
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal) {
        let kind = catalog.block_type(&self.block_type);
        let per_gb = kind.map(|kind| kind.price_per_gb_month).unwrap_or_default();
        by_month(per_gb * Decimal::from(self.size_gb))
    }
}

impl Charged for LoadBalancer {
    /// Its nodes, and each region besides its own.
    fn rates(&self, catalog: &Catalog) -> (Decimal, Decimal) {
        let price = |item| catalog.price(item).amount;
        let nodes = price(PriceItem::LoadBalancerNode) * Decimal::from(self.nodes);
        let regions = Decimal::from(self.global_regions.len());
        let monthly = nodes + price(PriceItem::LoadBalancerRegion) * regions;
        (monthly, monthly / Decimal::from(HOURS_BILLED_PER_MONTH))
    }
}

/// What is owed this month for everything that there is.
pub(super) async fn pending(cx: &Cx) -> Result<Money> {
    let lines = [
        lines::<Instance>(cx).await?,
        lines::<Volume>(cx).await?,
        lines::<LoadBalancer>(cx).await?,
    ];
    Ok(Money(lines.into_iter().sum::<Decimal>().normalize()))
}

async fn lines<K: Charged>(cx: &Cx) -> Result<Decimal> {
    Ok(cx.all::<K>(Vec::new()).await?.iter().map(|doc| line(cx, doc).0).sum())
}

/// What is owed this month for one thing.
pub(crate) fn line<K: Charged>(cx: &Cx, doc: &Doc<K>) -> Money {
    let (monthly, hourly) = doc.rates(cx.catalog());
    pending_charges(monthly, hourly, doc.created(), cx.time())
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
