//! Startup scripts. They are stored as they were sent, and never run here: an instance's life
//! hands them to its machine.

use api::startup_scripts::*;
use api::{Open, Page, Time, id::StartupId};
use serde::{Deserialize, Serialize};

use crate::encoded::decoded;
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes};

/// Longer names are cut, as the real API cuts texts.
const NAME_MAX: usize = 255;
/// How large a script can be, decoded.
const SCRIPT_MAX: usize = 64 * 1024;

/// A stored startup script.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Script {
    /// The owner's name for it.
    pub name: String,
    /// When it runs.
    pub when: StartupScriptType,
    /// The script in base64, byte for byte as it was sent.
    pub script: String,
    /// When it last changed, in milliseconds.
    pub modified: i64,
}

impl Kind for Script {
    const KIND: &'static str = "startup-script";
    const UNKNOWN: &'static str = "Invalid startup script ID";
    type Seen = ();
}

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

fn view(doc: Doc<Script>) -> StartupScript {
    let (id, date_created) = (StartupId(doc.id()), doc.created());
    StartupScript {
        id,
        date_created,
        date_modified: Time::from_millis(doc.modified),
        name: doc.want.name,
        kind: Open::Known(doc.want.when),
        script: Some(doc.want.script),
    }
}

/// In lists, scripts come without their text.
fn entry(doc: Doc<Script>) -> StartupScript {
    StartupScript { script: None, ..view(doc) }
}

async fn list(cx: Cx, req: ListStartupScripts) -> Result<Page<StartupScript>> {
    Ok(cx.page(vec![], req.per_page, req.cursor.as_deref()).await?.map(entry))
}

async fn create(cx: Cx, req: CreateStartupScript) -> Result<StartupScript> {
    let mut tx = cx.begin();
    let script = tx.new_doc(Script {
        name: name(&req.name)?,
        when: req.kind.unwrap_or_default(),
        script: checked(req.script)?,
        modified: cx.now(),
    });
    tx.put(&script);
    tx.commit().await?;
    Ok(view(script))
}

async fn get(cx: Cx, req: GetStartupScript) -> Result<StartupScript> {
    Ok(view(cx.get(req.startup_id).await?))
}

async fn update(cx: Cx, req: UpdateStartupScript) -> Result<()> {
    let mut tx = cx.begin();
    let mut script = tx.get::<Script>(req.startup_id).await?;
    if let Some(text) = req.name {
        script.name = name(&text)?;
    }
    if let Some(when) = req.kind {
        script.when = when;
    }
    if let Some(text) = req.script {
        script.script = checked(text)?;
    }
    script.modified = cx.now();
    tx.put(&script);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteStartupScript) -> Result<()> {
    let mut tx = cx.begin();
    let script = tx.get::<Script>(req.startup_id).await?;
    tx.delete(script);
    tx.commit().await
}

fn name(text: &str) -> Result<String> {
    match text {
        "" => Err(Refusal::field("name", "must not be empty").into()),
        text => Ok(text.chars().take(NAME_MAX).collect()),
    }
}

/// The script as it was sent, once it is known to be base64.
fn checked(text: String) -> Result<String> {
    match decoded(&text) {
        Ok(script) if script.is_empty() => {
            Err(Refusal::field("script", "must not be empty").into())
        }
        Ok(script) if script.len() > SCRIPT_MAX => {
            let help = format!("has {} bytes; there can be {SCRIPT_MAX}", script.len());
            Err(Refusal::field("script", help).into())
        }
        Ok(_) => Ok(text),
        Err(problem) => {
            let help = format!("script: {problem}");
            Err(Refusal::bad("Script must be base64 encoded").help(help).into())
        }
    }
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}
