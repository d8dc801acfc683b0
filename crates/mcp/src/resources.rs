//! What an agent can read without asking for it by a tool: what there is, and what was asked last.

use std::fmt::Write;

use presentation::operations::{self, Operation};
use presentation::places::{self, PLACES};
use rmcp::model::Resource;
use serde_json::Value;

use crate::Mcp;

const WORLD: &str = "kettle://world";
const REQUESTS: &str = "kettle://requests";

/// How many things of a kind the overview names.
const NAMED: usize = 20;

/// The resources.
pub(crate) fn all() -> Vec<Resource> {
    let resource = |uri: &str, name: &str, about: &str| {
        Resource::new(uri, name).with_description(about).with_mime_type("text/plain")
    };
    vec![
        resource(WORLD, "world", "What there is: the server, and the things of each family"),
        resource(
            REQUESTS,
            "requests",
            "The last requests to a Kettle, and what they were answered with",
        ),
    ]
}

/// Their names.
pub(crate) fn names() -> String {
    format!("{WORLD} and {REQUESTS}")
}

/// What a resource says; none where there is no such resource.
pub(crate) async fn read(mcp: &Mcp, uri: &str) -> Option<Result<String, String>> {
    match uri {
        WORLD => Some(world(mcp).await),
        REQUESTS => Some(requests(mcp).await),
        _ => None,
    }
}

/// What a path of Kettle's own answers.
async fn own(mcp: &Mcp, path: &str) -> Result<Value, String> {
    let words = ["api", "GET", path, "--output", "json"].map(str::to_owned).to_vec();
    let said = mcp.run(words, "").await?;
    serde_json::from_str(&said.out).map_err(|error| format!("{path} cannot be read: {error}"))
}

async fn world(mcp: &Mcp) -> Result<String, String> {
    let client = mcp.client()?;
    let mut text = format!("{}\n", client.endpoint());
    let mut kinds: Option<Vec<String>> = None;
    if client.is_loopback() {
        let status = own(mcp, "/_kettle/status").await?;
        for name in ["version", "behave", "state", "since"] {
            if let Some(value) = status.get(name) {
                let _ = writeln!(text, "{name}: {}", plain(value));
            }
        }
        let things = status.get("things").and_then(Value::as_object);
        kinds = Some(things.into_iter().flat_map(|things| things.keys().cloned()).collect());
    }
    for list in lists(kinds.as_deref()) {
        let path = places::path(&list).split(' ').map(str::to_owned).collect();
        // What may not be looked at is nobody's business here.
        let Ok(said) = mcp.run(path, "").await else { continue };
        let lines: Vec<&str> = said.out.lines().collect();
        let found = lines.len().saturating_sub(1);
        if found == 0 {
            continue;
        }
        let _ = writeln!(text, "\n{} ({found})", list.group.name);
        for line in lines.iter().take(NAMED + 1) {
            let _ = writeln!(text, "{line}");
        }
        if found > NAMED {
            let _ = writeln!(text, "... {} more: the tool `list` shows them", found - NAMED);
        }
    }
    Ok(text)
}

/// What lists the things of an account: of all families, or of those kinds that there are.
fn lists(kinds: Option<&[String]>) -> Vec<Operation> {
    let all = operations::all();
    let is_there = |group: &str| kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == group));
    let places = PLACES.iter().filter(|place| is_there(place.group));
    let list = |group: &str| {
        let lists = |o: &&Operation| {
            let own = o.group.name == group && o.command == "list" && o.path_fields().is_empty();
            own && o.is_list() && !o.lists_catalogue()
        };
        all.iter().find(lists).copied()
    };
    places.filter_map(|place| list(place.group)).collect()
}

async fn requests(mcp: &Mcp) -> Result<String, String> {
    let answer = own(mcp, "/_kettle/requests?limit=50&bodies=false").await?;
    let requests = answer.get("requests").and_then(Value::as_array);
    let mut text = String::new();
    for request in requests.into_iter().flatten() {
        let field = |name: &str| request.get(name).map(plain).unwrap_or_default();
        let told =
            ["sequence", "at", "status", "duration_ms", "method", "path", "error"].map(field);
        let _ = writeln!(text, "{}", told.join("\t").trim_end());
    }
    let head = "sequence\tat\tstatus\tduration_ms\tmethod\tpath\terror";
    Ok(if text.is_empty() { "no requests yet".to_owned() } else { format!("{head}\n{text}") })
}

fn plain(value: &Value) -> String {
    presentation::text::clean(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
