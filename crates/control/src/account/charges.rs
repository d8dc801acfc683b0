//! What an account owes for what it has: one line for each thing, added up.
//!
//! What was deleted is not counted any more: there are no invoices that would keep it.

use api::Money;
use rust_decimal::Decimal;

use crate::bare_metals::BareMetal;
use crate::billing::{Charged, owed};
use crate::blocks::{Volume, snapshots::VolumeSnapshot};
use crate::instances::Instance;
use crate::load_balancers::LoadBalancer;
use crate::object_storages::Storage;
use crate::reserved_ips::Reserved;
use crate::snapshots::Snapshot;
use crate::vpcs::nat_gateways::NatGateway;
use crate::{Cx, Result};

/// What is owed this month for everything that there is.
pub(super) async fn pending(cx: &Cx) -> Result<Money> {
    let sums = [
        lines::<Instance>(cx).await?,
        lines::<BareMetal>(cx).await?,
        lines::<Volume>(cx).await?,
        lines::<VolumeSnapshot>(cx).await?,
        lines::<Snapshot>(cx).await?,
        lines::<Reserved>(cx).await?,
        lines::<NatGateway>(cx).await?,
        lines::<LoadBalancer>(cx).await?,
        lines::<Storage>(cx).await?,
    ];
    Ok(Money(sums.into_iter().sum::<Decimal>().normalize()))
}

async fn lines<K: Charged>(cx: &Cx) -> Result<Decimal> {
    Ok(cx.all::<K>(Vec::new()).await?.iter().map(|doc| owed(cx, doc).0).sum())
}
