//! `network/*`: private networks. They are v2's VPCs, which took the place of networks there.

use api::id::VpcId;
use api::vpcs::{CreateVpc, DeleteVpc, ListVpcs};
use serde_json::json;

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, NETWORK};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map};

calls! {
    Post "network/create" (
        req("DCID", Integer), opt("description", Text), opt("v4_subnet", Text),
        opt("v4_subnet_mask", Integer),
    ) "POST /v2/vpcs" => create;
    Post "network/destroy" (req("NETWORKID", Text)) "DELETE /v2/vpcs/{vpc-id}" => destroy;
    Get "network/list" () "GET /v2/vpcs" => list;
}

async fn create(cx: Cx) -> Result<Reply> {
    let request = CreateVpc {
        region: cx.region().await?,
        description: cx.args.opt_text("description"),
        v4_subnet: cx.args.some_text("v4_subnet"),
        v4_subnet_mask: cx.args.small("v4_subnet_mask")?,
    };
    let vpc = cx.send(request).await?;
    Ok(json!({ "NETWORKID": cx.text_id(Space::Network, vpc.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let vpc_id: VpcId = cx.spelt(NETWORK, "NETWORKID").await?;
    cx.on(NETWORK, DeleteVpc { vpc_id }).await?;
    cx.forget(NETWORK.space, vpc_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let vpcs = cx.all(ListVpcs::default()).await?;
    let numbers = cx.numbers(Space::Network, vpcs.iter().map(|vpc| vpc.id)).await?;
    let entries = vpcs.into_iter().zip(numbers).map(|(vpc, number)| {
        let id = Space::Network.text(number);
        let view = json!({
            "DCID": cx.dcid(&vpc.region).to_string(),
            "NETWORKID": id,
            "date_created": stamp(vpc.date_created),
            "description": vpc.description,
            "v4_subnet": vpc.v4_subnet,
            "v4_subnet_mask": vpc.v4_subnet_mask,
        });
        (id, view)
    });
    Ok(map(entries).into())
}
