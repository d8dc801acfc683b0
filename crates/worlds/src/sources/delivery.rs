//! Databases and registries.

use serde_json::Value;

use super::Step;
use crate::{Reading, Thing};

pub(super) fn database(thing: &Thing, _: &Reading) -> Vec<Step> {
    vec![Step::create("create-database", thing, &[]).id("database", &thing.id)]
}

pub(super) fn registry(thing: &Thing, _: &Reading) -> Vec<Step> {
    let region = thing.item.pointer("/metadata/region/name").and_then(Value::as_str);
    let allowed = thing.item.pointer("/storage/allowed/bytes").and_then(Value::as_u64);
    let create = Step::create("create-registry", thing, &[]);
    let create = create.with_some("region", region).with("plan", plan(allowed.unwrap_or_default()));
    vec![create.id("registry", &thing.id)]
}

/// The plan of a registry follows from the room that it has: its answers do not name it.
fn plan(bytes: u64) -> &'static str {
    const GIB: u64 = 1 << 30;
    match bytes.div_ceil(GIB) {
        0..=10 => "start_up",
        11..=20 => "business",
        _ => "premium",
    }
}
