//! `os/*`: operating systems. Their numbers are the same in v2.

use api::os::{ListOs, Os};
use serde_json::{Value, json};

use crate::calls::handlers;
use crate::cx::Cx;
use crate::error::Result;
use crate::reply::{map, view};

handlers! { cx, call:
    OsList => list(cx);
}

async fn list(cx: &Cx) -> Result<Value> {
    let systems = cx.all(ListOs::default()).await?;
    Ok(map(systems.iter().map(|os| (os.id.to_string(), view(os, cx.later)))))
}

/// The systems that a server could have instead, each with what it would cost besides.
pub(crate) fn alternatives(systems: &[Os], later: bool, surcharge: &Value) -> Value {
    let entries = systems.iter().map(|system| {
        let mut view = view(system, later);
        view[api::v1::answer::Os::surcharge] = surcharge.clone();
        (system.id.to_string(), view)
    });
    map(entries)
}

/// A system as v1's maps show it. `OSID` was a string at first and a number later, and the later
/// clients read nothing else.
fn view(os: &Os, later: bool) -> Value {
    view!(Os .. {
        os: if later { json!(os.id) } else { json!(os.id.to_string()) },
        name: os.name,
        arch: os.arch,
        family: os.family,
        windows: os.family == "windows",
    })
}
