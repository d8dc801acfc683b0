//! `os/*`: operating systems. Their numbers are the same in v2.

use api::os::{ListOs, Os};
use serde_json::{Value, json};

use crate::calls::calls;
use crate::cx::Cx;
use crate::error::Result;
use crate::reply::{Reply, map};

calls! {
    Get "os/list" () "GET /v2/os" => list;
}

async fn list(cx: Cx) -> Result<Reply> {
    let systems = cx.all(ListOs::default()).await?;
    Ok(map(systems.iter().map(|os| (os.id.to_string(), view(os, cx.later)))).into())
}

/// The systems that a server could have instead, each with what it would cost besides.
pub(crate) fn alternatives(systems: &[Os], later: bool, surcharge: &Value) -> Reply {
    let entries = systems.iter().map(|system| {
        let mut view = view(system, later);
        view["surcharge"] = surcharge.clone();
        (system.id.to_string(), view)
    });
    map(entries).into()
}

/// A system as v1's maps show it. `OSID` was a string at first and a number later, and the later
/// clients read nothing else.
fn view(os: &Os, later: bool) -> Value {
    json!({
        "OSID": if later { json!(os.id) } else { json!(os.id.to_string()) },
        "name": os.name,
        "arch": os.arch,
        "family": os.family,
        "windows": os.family == "windows",
    })
}
