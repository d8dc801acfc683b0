//! What was done to a thing: its last requests, for the server's owner; for others what the account's
//! log says.

use maud::{Markup, html};
use presentation::columns::readable;
use presentation::operations;
use serde_json::{Map, Value};

use super::Subject;
use crate::act::words as acts;
use crate::link::words;
use crate::{ROOT, href, requests};

/// How many requests are looked through for what was done, and how many are shown.
const SOUGHT: usize = 200;
const SHOWN: usize = 8;

/// The panel; nothing where nothing is known.
pub(super) async fn panel(subject: &Subject<'_>) -> Markup {
    let Some(path) = href::path(&subject.node.operation, &subject.path) else { return html! {} };
    let ask = format!("/_kettle/requests?group={path}&limit={SOUGHT}");
    match subject.cx.caller.look(&ask).await {
        Ok(answer) => sent(&path, answer["requests"].as_array().map_or(&[], Vec::as_slice)),
        Err(_) => logs(subject).await,
    }
}

fn sent(path: &str, all: &[Value]) -> Markup {
    let done = all.iter().rev().filter(|one| one["method"] != "GET");
    let done: Vec<&Value> = done.take(SHOWN).collect();
    if done.is_empty() {
        return html! { section id="x-done" hidden {} };
    }
    let fields = Map::from_iter([("group".to_owned(), path.into())]);
    html! {
        section.panel id="x-done" aria-labelledby="done-h" {
            header {
                h2 id="done-h" { "What was done to it" }
                a.small href=(href::with(&format!("{ROOT}/requests"), &fields)) { "All" }
            }
            ul.feed { @for one in done { (request(one)) } }
        }
    }
}

fn request(one: &Value) -> Markup {
    let status = one["status"].as_u64().unwrap_or_default();
    let at = one["at"].as_str().unwrap_or_default();
    let id = one["operation"].as_str().unwrap_or_default();
    let found = operations::all().into_iter().find(|o| o.op.id == id);
    let title = found.map_or_else(
        || one["path"].as_str().unwrap_or_default().to_owned(),
        |operation| acts::of(&operation).title,
    );
    html! {
        li {
            span.http.e4[(400..500).contains(&status)].e5[status >= 500] { (status) }
            div.cut { a href={ (ROOT) "/requests/" (one["sequence"]) } { (title) } }
            span.t { time datetime=(at) title=(at) { (at.get(11..16).unwrap_or_default()) } }
        }
    }
}

async fn logs(subject: &Subject<'_>) -> Markup {
    let Some(id) = subject.value["id"].as_str() else { return html! {} };
    let Ok(logs) = requests::events(subject.cx, Some(id)).await else { return html! {} };
    if logs.is_empty() {
        return html! {};
    }
    html! {
        section.panel id="x-done" aria-labelledby="done-h" {
            header { h2 id="done-h" { "What was done to it" } }
            ul.feed { @for log in logs.iter().take(SHOWN) {
                @let at = readable("timestamp", &log["timestamp"]);
                li {
                    div.cut { (log["message"].as_str().unwrap_or_default()) }
                    span.t title=(at) { (words::time(&at, false).unwrap_or(at.clone())) }
                }
            } }
        }
    }
}
