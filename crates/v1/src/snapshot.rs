//! `snapshot/*`: snapshots of servers.

use api::id::SnapshotId;
use api::instances::GetInstance;
use api::snapshots::*;
use serde_json::{Value, json};

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::{Cx, SERVER, SNAPSHOT};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Post "snapshot/create" (SUBID, opt("description", Text))
        "GET /v2/instances/{instance-id}, POST /v2/snapshots" => create;
    Post "snapshot/create_from_url" (req("url", Text)) "POST /v2/snapshots/create-from-url"
        => create_from_url;
    Post "snapshot/destroy" (req("SNAPSHOTID", Text)) "DELETE /v2/snapshots/{snapshot-id}"
        => destroy;
    Get "snapshot/list" (opt("SNAPSHOTID", Text))
        "GET /v2/snapshots, GET /v2/snapshots/{snapshot-id}" => list;
}

async fn create(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    // v2 refuses an unknown one in words for its own field.
    cx.on(SERVER, GetInstance { instance_id }).await?;
    let description = cx.args.opt_text("description");
    let snapshot = cx.on(SERVER, CreateSnapshot { instance_id, description }).await?;
    created(&cx, &snapshot).await
}

async fn create_from_url(cx: Cx) -> Result<Reply> {
    let request = CreateSnapshotFromUrl { url: cx.args.text("url"), ..Default::default() };
    let snapshot = cx.send(request).await?;
    created(&cx, &snapshot).await
}

async fn created(cx: &Cx, snapshot: &Snapshot) -> Result<Reply> {
    let mut answer = json!({ "SNAPSHOTID": cx.text_id(Space::Snapshot, snapshot.id).await? });
    if cx.later {
        answer["v2_id"] = Value::from(snapshot.id.to_string());
    }
    Ok(answer.into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let snapshot_id: SnapshotId = cx.spelt(SNAPSHOT, "SNAPSHOTID").await?;
    cx.on(SNAPSHOT, DeleteSnapshot { snapshot_id }).await?;
    cx.forget(SNAPSHOT.space, snapshot_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let snapshots = match cx.args.some_text("SNAPSHOTID") {
        Some(text) => {
            let snapshot_id = cx.of_text(SNAPSHOT, &text).await?;
            vec![cx.on(SNAPSHOT, GetSnapshot { snapshot_id }).await?]
        }
        None => cx.all(ListSnapshots::default()).await?,
    };
    let numbers = cx.numbers(Space::Snapshot, snapshots.iter().map(|s| s.id)).await?;
    let entries = snapshots.into_iter().zip(numbers).map(|(snapshot, number)| {
        let id = Space::Snapshot.text(number);
        let view = json!({
            "SNAPSHOTID": id,
            "date_created": stamp(snapshot.date_created),
            "description": snapshot.description,
            "size": snapshot.size.to_string(),
            "status": word(&snapshot.status),
            "OSID": snapshot.os_id.to_string(),
            "APPID": snapshot.app_id.to_string(),
        });
        (id, view)
    });
    Ok(map(entries).into())
}
