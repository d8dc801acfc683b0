//! `block/*`: block storage. Its ids are numbers, but for the one that `create` answers.

use api::blocks::*;
use api::id::BlockId;
use serde_json::{Value, json};

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::{Cx, SERVER, Thing};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, word};

calls! {
    Post "block/attach" (SUBID, req("attach_to_SUBID", Integer), opt("live", Flag))
        "POST /v2/blocks/{block-id}/attach" => attach;
    Post "block/create" (req("DCID", Integer), req("size_gb", Integer), opt("label", Text))
        "POST /v2/blocks" => create;
    Post "block/delete" (SUBID) "DELETE /v2/blocks/{block-id}" => delete;
    Post "block/detach" (SUBID, opt("live", Flag)) "POST /v2/blocks/{block-id}/detach" => detach;
    Post "block/label_set" (SUBID, req("label", Text)) "PATCH /v2/blocks/{block-id}" => label_set;
    Get "block/list" (opt("SUBID", Integer)) "GET /v2/blocks, GET /v2/blocks/{block-id}" => list;
    Post "block/resize" (SUBID, req("size_gb", Integer)) "PATCH /v2/blocks/{block-id}" => resize;
}

const BLOCK: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid block storage.  Check SUBID value and ensure your API key matches the block \
              storage's account",
};

async fn attach(cx: Cx) -> Result<Reply> {
    let block_id = cx.named(BLOCK, "SUBID").await?;
    let instance_id = cx.named(SERVER, "attach_to_SUBID").await?;
    let live = Some(cx.args.flag("live").unwrap_or(false));
    cx.on(BLOCK, AttachBlock { block_id, instance_id, live }).await?;
    Ok(Reply::Done)
}

async fn create(cx: Cx) -> Result<Reply> {
    let request = CreateBlock {
        region: cx.region().await?,
        size_gb: cx.args.small("size_gb")?.unwrap_or_default(),
        label: cx.args.opt_text("label"),
        ..Default::default()
    };
    let block = cx.send(request).await?;
    let subid = cx.text_id(Space::Subscription, block.id).await?;
    Ok(json!({ "SUBID": subid }).into())
}

async fn delete(cx: Cx) -> Result<Reply> {
    let block_id: BlockId = cx.named(BLOCK, "SUBID").await?;
    cx.on(BLOCK, DeleteBlock { block_id }).await?;
    cx.forget(BLOCK.space, block_id).await;
    Ok(Reply::Done)
}

async fn detach(cx: Cx) -> Result<Reply> {
    let block_id = cx.named(BLOCK, "SUBID").await?;
    let live = Some(cx.args.flag("live").unwrap_or(false));
    cx.on(BLOCK, DetachBlock { block_id, live }).await?;
    Ok(Reply::Done)
}

async fn label_set(cx: Cx) -> Result<Reply> {
    let block_id = cx.named(BLOCK, "SUBID").await?;
    let label = Some(cx.args.text("label"));
    cx.on(BLOCK, UpdateBlock { block_id, label, size_gb: None }).await?;
    Ok(Reply::Done)
}

async fn resize(cx: Cx) -> Result<Reply> {
    let block_id = cx.named(BLOCK, "SUBID").await?;
    let size_gb = cx.args.small("size_gb")?;
    cx.on(BLOCK, UpdateBlock { block_id, label: None, size_gb }).await?;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    if cx.args.opt_int("SUBID").is_some() {
        let block_id: BlockId = cx.named(BLOCK, "SUBID").await?;
        let block = cx.on(BLOCK, GetBlock { block_id }).await?;
        return Ok(view(&cx, &block).await?.into());
    }
    let blocks = cx.all(ListBlocks::default()).await?;
    // One transaction for all that have no number yet.
    cx.numbers(Space::Subscription, blocks.iter().map(|b| b.id)).await?;
    let mut views = Vec::with_capacity(blocks.len());
    for block in &blocks {
        views.push(view(&cx, block).await?);
    }
    Ok(Value::Array(views).into())
}

async fn view(cx: &Cx, block: &Block) -> Result<Value> {
    let attached = match block.attached_to_instance.get() {
        Some(instance) => json!(cx.number(Space::Subscription, instance).await?),
        None => Value::Null,
    };
    Ok(json!({
        "SUBID": cx.number(Space::Subscription, block.id).await?,
        "date_created": stamp(block.date_created),
        "cost_per_month": block.cost,
        "status": word(&block.status),
        "size_gb": block.size_gb,
        "DCID": cx.dcid(&block.region),
        "attached_to_SUBID": attached,
        "label": block.label,
    }))
}
