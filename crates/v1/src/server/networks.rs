//! A server's private networks, which are VPCs in v2.

use api::id::VpcId;
use api::instances::*;
use api::vpcs::ListVpcs;
use serde_json::json;

use super::list::get;
use crate::cx::{Cx, NETWORK};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{Reply, map};

async fn attached(cx: &Cx, instance: &Instance) -> Result<Vec<InstanceVpc>> {
    let request = ListInstanceVpcs { instance_id: instance.id, ..Default::default() };
    cx.all(request).await
}

pub(super) async fn list(cx: Cx) -> Result<Reply> {
    let instance = get(&cx).await?;
    let networks = attached(&cx, &instance).await?;
    let numbers = cx.numbers(Space::Network, networks.iter().map(|n| n.id)).await?;
    let entries = networks.into_iter().zip(numbers).map(|(network, number)| {
        let id = Space::Network.text(number);
        let view = json!({
            "NETWORKID": id,
            "mac_address": network.mac_address,
            "ip_address": network.ip_address,
        });
        (id, view)
    });
    Ok(map(entries).into())
}

/// The network that is meant: it may be left out where there is only one to choose.
async fn chosen(cx: &Cx, only: Vec<VpcId>) -> Result<VpcId> {
    if cx.args.some_text("NETWORKID").is_some() {
        return cx.spelt(NETWORK, "NETWORKID").await;
    }
    match only.as_slice() {
        [network] => Ok(*network),
        several => Err(Failure::refused(format!(
            "Missing NETWORKID.  It may be left out where there is one network, and there are {}",
            several.len()
        ))),
    }
}

pub(super) async fn enable(cx: Cx) -> Result<Reply> {
    let instance = get(&cx).await?;
    let here =
        cx.all(ListVpcs::default()).await?.into_iter().filter(|v| v.region == instance.region);
    let vpc_id = chosen(&cx, here.map(|vpc| vpc.id).collect()).await?;
    // v1 does nothing where it already is.
    if attached(&cx, &instance).await?.iter().any(|network| network.id == vpc_id) {
        return Ok(Reply::Done);
    }
    cx.on(NETWORK, AttachInstanceVpc { instance_id: instance.id, vpc_id }).await?;
    Ok(Reply::Done)
}

pub(super) async fn disable(cx: Cx) -> Result<Reply> {
    let instance = get(&cx).await?;
    let networks = attached(&cx, &instance).await?;
    let vpc_id = chosen(&cx, networks.iter().map(|network| network.id).collect()).await?;
    cx.on(NETWORK, DetachInstanceVpc { instance_id: instance.id, vpc_id }).await?;
    Ok(Reply::Done)
}
