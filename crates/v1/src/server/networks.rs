//! A server's private networks, which are VPCs in v2.

use api::id::VpcId;
use api::instances::*;
use api::v1;
use api::vpcs::ListVpcs;
use serde_json::Value;

use super::list::get;
use crate::cx::{Cx, NETWORK};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::params::some;
use crate::reply::view;

async fn attached(cx: &Cx, instance: &Instance) -> Result<Vec<InstanceVpc>> {
    let request = ListInstanceVpcs { instance_id: instance.id, ..Default::default() };
    cx.all(request).await
}

pub(super) async fn list(cx: &Cx, subid: u64) -> Result<Value> {
    let instance = get(cx, subid).await?;
    let networks = attached(cx, &instance).await?;
    let view = |network: InstanceVpc, _, id: &str| {
        view!(AttachedNetwork {
            network: id,
            mac_address: network.mac_address,
            ip_address: network.ip_address,
        })
    };
    cx.map(Space::Network, networks, |network| network.id, view).await
}

/// The network that is meant: it may be left out where there is only one to choose.
async fn chosen(cx: &Cx, text: Option<String>, only: Vec<VpcId>) -> Result<VpcId> {
    match (some(text), only.as_slice()) {
        (Some(text), _) => cx.of_text(NETWORK, &text).await,
        (None, [network]) => Ok(*network),
        (None, several) => Err(Failure::refused(format!(
            "Missing NETWORKID.  It may be left out where there is one network, and there are {}",
            several.len()
        ))),
    }
}

pub(super) async fn enable(cx: &Cx, call: v1::ServerPrivateNetworkEnable) -> Result<()> {
    let instance = get(cx, call.subid).await?;
    let here =
        cx.all(ListVpcs::default()).await?.into_iter().filter(|v| v.region == instance.region);
    let here: Vec<_> = here.map(|vpc| vpc.id).collect();
    // Where there is none, one is made, as by `enable_private_network` of `server/create`.
    if here.is_empty() && some(call.network.clone()).is_none() {
        let instance_id = instance.id;
        let update =
            UpdateInstance { instance_id, enable_vpc: Some(true), ..UpdateInstance::default() };
        return cx.send(update).await.map(drop);
    }
    let vpc_id = chosen(cx, call.network, here).await?;
    // v1 does nothing where it already is.
    if attached(cx, &instance).await?.iter().any(|network| network.id == vpc_id) {
        return Ok(());
    }
    cx.act(NETWORK, AttachInstanceVpc { instance_id: instance.id, vpc_id }).await
}

pub(super) async fn disable(cx: &Cx, call: v1::ServerPrivateNetworkDisable) -> Result<()> {
    let instance = get(cx, call.subid).await?;
    let networks = attached(cx, &instance).await?;
    let only = networks.iter().map(|network| network.id).collect();
    let vpc_id = chosen(cx, call.network, only).await?;
    cx.act(NETWORK, DetachInstanceVpc { instance_id: instance.id, vpc_id }).await
}
