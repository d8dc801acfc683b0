//! `startupscript/*`: scripts for new servers. They are plain text in v1 and base64 in v2.

use api::id::StartupId;
use api::startup_scripts::*;
use api::v1;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, SCRIPT};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::reply::{map, view, word};

handlers! { cx, call:
    StartupScriptCreate => create(cx, call);
    StartupScriptDestroy => {
        let startup_id: StartupId = cx.numbered(SCRIPT, call.script_id).await?;
        cx.gone(SCRIPT, startup_id, DeleteStartupScript { startup_id })
    };
    StartupScriptList => list(cx);
    StartupScriptUpdate => update(cx, call);
}

async fn create(cx: &Cx, call: v1::StartupScriptCreate) -> Result<Value> {
    let kind = match call.kind.unwrap_or_default().as_str() {
        "" | "boot" => StartupScriptType::Boot,
        "pxe" => StartupScriptType::Pxe,
        other => {
            let text = format!("Invalid type.  It must be \"boot\" or \"pxe\", not \"{other}\"");
            return Err(Failure::refused(text));
        }
    };
    let script = STANDARD.encode(call.script);
    let script = cx.send(CreateStartupScript { name: call.name, script, kind: Some(kind) }).await?;
    Ok(view!(NewScript { script_id: cx.number(Space::Script, script.id).await? }))
}

async fn list(cx: &Cx) -> Result<Value> {
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
        let view = view!(StartupScript {
            script_id: number.to_string(),
            date_created: stamp(script.date_created),
            date_modified: stamp(script.date_modified),
            name: script.name,
            kind: word(&script.kind),
            script: plain(&text),
        });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries))
}

/// The script itself; what is no base64 stays as it is.
fn plain(text: &str) -> String {
    match STANDARD.decode(text) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => text.to_owned(),
    }
}

async fn update(cx: &Cx, call: v1::StartupScriptUpdate) -> Result<()> {
    let startup_id = cx.numbered(SCRIPT, call.script_id).await?;
    let script = call.script.map(|script| STANDARD.encode(script));
    cx.act(SCRIPT, UpdateStartupScript { startup_id, name: call.name, script, kind: None }).await
}
