//! `block/*`: block storage. Its ids are numbers, but for the one that `create` answers.

use api::blocks::*;
use api::id::BlockId;
use api::v1;
use serde_json::{Value, json};

use crate::calls::handlers;
use crate::cx::{Cx, Thing};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::params::{small, small_opt};
use crate::reply::{view, word};

handlers! { cx, call:
    BlockAttach => {
        let block_id = block(cx, call.subid).await?;
        let (instance_id, live) = (cx.server(call.server).await?, call.live.or(Some(false)));
        cx.act(BLOCK, AttachBlock { block_id, instance_id, live })
    };
    BlockCreate => create(cx, call);
    BlockDelete => {
        let block_id = block(cx, call.subid).await?;
        cx.gone(BLOCK, block_id, DeleteBlock { block_id })
    };
    BlockDetach => {
        let (block_id, live) = (block(cx, call.subid).await?, call.live.or(Some(false)));
        cx.act(BLOCK, DetachBlock { block_id, live })
    };
    BlockLabelSet => update(cx, call.subid, Some(call.label), None);
    BlockList => list(cx, call);
    BlockResize => update(cx, call.subid, None, Some(call.size_gb));
}

const BLOCK: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid block storage.  Check SUBID value and ensure your API key matches the block \
              storage's account",
};

async fn create(cx: &Cx, call: v1::BlockCreate) -> Result<Value> {
    let request = CreateBlock {
        region: cx.region(call.dcid).await?,
        size_gb: small("size_gb", call.size_gb)?,
        label: call.label,
        ..Default::default()
    };
    let block = cx.send(request).await?;
    Ok(view!(NewSubscription .. { subid: cx.text_id(Space::Subscription, block.id).await? }))
}

/// The volume with a number.
async fn block(cx: &Cx, subid: u64) -> Result<BlockId> {
    cx.numbered(BLOCK, subid).await
}

async fn update(cx: &Cx, subid: u64, label: Option<String>, size_gb: Option<u64>) -> Result<()> {
    let block_id = block(cx, subid).await?;
    let size_gb = small_opt("size_gb", size_gb)?;
    cx.act(BLOCK, UpdateBlock { block_id, label, size_gb }).await
}

async fn list(cx: &Cx, call: v1::BlockList) -> Result<Value> {
    if let Some(subid) = call.subid {
        let block_id = block(cx, subid).await?;
        return view(cx, &cx.on(BLOCK, GetBlock { block_id }).await?).await;
    }
    let blocks = cx.all(ListBlocks::default()).await?;
    // One transaction for all that have no number yet.
    cx.numbers(Space::Subscription, blocks.iter().map(|b| b.id)).await?;
    let mut views = Vec::with_capacity(blocks.len());
    for block in &blocks {
        views.push(view(cx, block).await?);
    }
    Ok(Value::Array(views))
}

async fn view(cx: &Cx, block: &Block) -> Result<Value> {
    let attached = match block.attached_to_instance.get() {
        Some(instance) => json!(cx.number(Space::Subscription, instance).await?),
        None => Value::Null,
    };
    Ok(view!(Block {
        subid: cx.number(Space::Subscription, block.id).await?,
        date_created: stamp(block.date_created),
        cost_per_month: block.cost,
        status: word(&block.status),
        size_gb: block.size_gb,
        dcid: cx.dcid(&block.region),
        server: attached,
        label: block.label,
    }))
}
