//! `startupscript/*`: scripts for new servers. They are plain text in v1 and base64 in v2.

use api::id::StartupId;
use api::startup_scripts::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, SCRIPT};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Post "startupscript/create" (req("name", Text), req("script", Text), opt("type", Text))
        "POST /v2/startup-scripts" => create;
    Post "startupscript/destroy" (req("SCRIPTID", Integer))
        "DELETE /v2/startup-scripts/{startup-id}" => destroy;
    Get "startupscript/list" ()
        "GET /v2/startup-scripts, GET /v2/startup-scripts/{startup-id}" => list;
    Post "startupscript/update" (
        req("SCRIPTID", Integer), opt("name", Text), opt("script", Text),
    ) "PATCH /v2/startup-scripts/{startup-id}" => update;
}

async fn create(cx: Cx) -> Result<Reply> {
    let kind = match cx.args.text("type").as_str() {
        "" | "boot" => StartupScriptType::Boot,
        "pxe" => StartupScriptType::Pxe,
        other => {
            let text = format!("Invalid type.  It must be \"boot\" or \"pxe\", not \"{other}\"");
            return Err(Failure::refused(text));
        }
    };
    let script = STANDARD.encode(cx.args.text("script"));
    let request = CreateStartupScript { name: cx.args.text("name"), script, kind: Some(kind) };
    let script = cx.send(request).await?;
    Ok(json!({ "SCRIPTID": cx.number(Space::Script, script.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let startup_id: StartupId = cx.named(SCRIPT, "SCRIPTID").await?;
    cx.on(SCRIPT, DeleteStartupScript { startup_id }).await?;
    cx.forget(SCRIPT.space, startup_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let scripts = cx.all(ListStartupScripts::default()).await?;
    let numbers = cx.numbers(Space::Script, scripts.iter().map(|s| s.id)).await?;
    let mut entries = Vec::with_capacity(scripts.len());
    for (script, number) in scripts.into_iter().zip(numbers) {
        let text = match script.script {
            Some(text) => text,
            // v2's list leaves the script itself out.
            None => {
                let found = cx.client.send(GetStartupScript { startup_id: script.id }).await;
                match found {
                    // Deleted since it was listed.
                    Err(error) if is_unknown(&error) => continue,
                    found => found?.script.unwrap_or_default(),
                }
            }
        };
        let view = json!({
            "SCRIPTID": number.to_string(),
            "date_created": stamp(script.date_created),
            "date_modified": stamp(script.date_modified),
            "name": script.name,
            "type": word(&script.kind),
            "script": plain(&text),
        });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries).into())
}

/// The script itself; what is no base64 stays as it is.
fn plain(text: &str) -> String {
    match STANDARD.decode(text) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => text.to_owned(),
    }
}

async fn update(cx: Cx) -> Result<Reply> {
    let startup_id = cx.named(SCRIPT, "SCRIPTID").await?;
    let name = cx.args.opt_text("name");
    let script = cx.args.opt_text("script").map(|script| STANDARD.encode(script));
    cx.on(SCRIPT, UpdateStartupScript { startup_id, name, script, kind: None }).await?;
    Ok(Reply::Done)
}
