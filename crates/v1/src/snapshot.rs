//! `snapshot/*`: snapshots of servers.

use api::id::SnapshotId;
use api::instances::GetInstance;
use api::snapshots::*;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, SERVER, SNAPSHOT};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::params::some;
use crate::reply::{view, word};

handlers! { cx, call:
    SnapshotCreate => create(cx, call);
    SnapshotCreateFromUrl => {
        let request = CreateSnapshotFromUrl { url: call.url, ..Default::default() };
        created(cx, cx.send(request).await?)
    };
    SnapshotDestroy => {
        let snapshot_id: SnapshotId = cx.of_text(SNAPSHOT, &call.snapshot).await?;
        cx.gone(SNAPSHOT, snapshot_id, DeleteSnapshot { snapshot_id })
    };
    SnapshotList => list(cx, call);
}

async fn create(cx: &Cx, call: v1::SnapshotCreate) -> Result<Value> {
    let instance_id = cx.server(call.subid).await?;
    // v2 refuses an unknown one in words for its own field.
    cx.on(SERVER, GetInstance { instance_id }).await?;
    let request = CreateSnapshot { instance_id, description: call.description };
    created(cx, cx.on(SERVER, request).await?).await
}

async fn created(cx: &Cx, snapshot: Snapshot) -> Result<Value> {
    let mut answer =
        view!(NewSnapshot .. { snapshot: cx.text_id(Space::Snapshot, snapshot.id).await? });
    if cx.later {
        answer[v1::answer::NewSnapshot::v2_id] = Value::from(snapshot.id.to_string());
    }
    Ok(answer)
}

async fn list(cx: &Cx, call: v1::SnapshotList) -> Result<Value> {
    let snapshots = match some(call.snapshot) {
        Some(text) => {
            let snapshot_id = cx.of_text(SNAPSHOT, &text).await?;
            vec![cx.on(SNAPSHOT, GetSnapshot { snapshot_id }).await?]
        }
        None => cx.all(ListSnapshots::default()).await?,
    };
    let view = |snapshot: Snapshot, _, id: &str| {
        view!(Snapshot {
            snapshot: id,
            date_created: stamp(snapshot.date_created),
            description: snapshot.description,
            size: snapshot.size.to_string(),
            status: word(&snapshot.status),
            os: snapshot.os_id.to_string(),
            app: snapshot.app_id.to_string(),
        })
    };
    cx.map(Space::Snapshot, snapshots, |snapshot| snapshot.id, view).await
}
