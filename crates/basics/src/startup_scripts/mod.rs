//! Startup scripts. They are stored as they were sent, and never run here: an instance's life
//! hands them to its machine.

use api::startup_scripts::*;
use api::{Page, Time};
use serde::{Deserialize, Serialize};

use crate::encoded::decoded;
use crate::{Cx, Doc, Family, Json, Kind, Refusal, Result, Routes, Shown, name, set};

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

impl Shown for Script {
    type View = StartupScript;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> StartupScript {
        let script = doc.want.clone();
        StartupScript {
            id: doc.id().into(),
            date_created: doc.created(),
            date_modified: Time::from_millis(script.modified),
            name: script.name,
            kind: script.when.into(),
            script: Some(script.script),
        }
    }
}

/// In lists, scripts come without their text.
struct Listed;

impl Shown<Script> for Listed {
    type View = StartupScript;
    type With = ();

    fn view(doc: &Doc<Script>, (): &(), cx: &Cx) -> StartupScript {
        StartupScript { script: None, ..Script::view(doc, &(), cx) }
    }
}

/// The family.
pub fn family() -> Family {
    let scripts = Routes::of::<Script>().listed(list).get::<GetStartupScript>();
    let scripts = scripts.create(create).update(update).delete::<DeleteStartupScript>();
    Family::new(scripts.done())
}

async fn list(cx: Cx, req: ListStartupScripts) -> Result<Page<Json>> {
    cx.listed::<Script, Listed>(vec![], req.per_page, req.cursor.as_deref()).await
}

fn create(cx: &Cx, req: CreateStartupScript) -> Result<Script> {
    let (name, when) = (name(&req.name, NAME_MAX)?, req.kind.unwrap_or_default());
    Ok(Script { name, when, script: checked(req.script)?, modified: cx.now() })
}

fn update(cx: &Cx, script: &mut Doc<Script>, req: UpdateStartupScript) -> Result<()> {
    set(&mut script.name, req.name.map(|text| name(&text, NAME_MAX)).transpose()?);
    set(&mut script.when, req.kind);
    set(&mut script.script, req.script.map(checked).transpose()?);
    script.modified = cx.now();
    Ok(())
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
