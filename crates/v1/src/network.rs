//! `network/*`: private networks. They are v2's VPCs, which took the place of networks there.

use api::id::VpcId;
use api::v1;
use api::vpcs::{CreateVpc, DeleteVpc, ListVpcs, Vpc};
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, NETWORK};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::params::{small_opt, some};
use crate::reply::view;

handlers! { cx, call:
    NetworkCreate => create(cx, call);
    NetworkDestroy => {
        let vpc_id: VpcId = cx.of_text(NETWORK, &call.network).await?;
        cx.gone(NETWORK, vpc_id, DeleteVpc { vpc_id })
    };
    NetworkList => list(cx);
}

async fn create(cx: &Cx, call: v1::NetworkCreate) -> Result<Value> {
    let request = CreateVpc {
        region: cx.region(call.dcid).await?,
        description: call.description,
        v4_subnet: some(call.v4_subnet),
        v4_subnet_mask: small_opt("v4_subnet_mask", call.v4_subnet_mask)?,
    };
    let vpc = cx.send(request).await?;
    Ok(view!(NewNetwork { network: cx.text_id(Space::Network, vpc.id).await? }))
}

async fn list(cx: &Cx) -> Result<Value> {
    let vpcs = cx.all(ListVpcs::default()).await?;
    let view = |vpc: Vpc, _, id: &str| {
        view!(Network {
            dcid: cx.dcid(&vpc.region).to_string(),
            network: id,
            date_created: stamp(vpc.date_created),
            description: vpc.description,
            v4_subnet: vpc.v4_subnet,
            v4_subnet_mask: vpc.v4_subnet_mask,
        })
    };
    cx.map(Space::Network, vpcs, |vpc| vpc.id, view).await
}
