//! Sending a request once more, with the key of whoever has signed in.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::Method;
use serde_json::Value;

use super::{Filter, address, body, find, one};
use crate::cx::Sent;
use crate::layout;
use crate::upstream::Refusal;

/// Why a request cannot be sent again; none: it can.
pub(super) fn obstacle(request: &Value) -> Option<&'static str> {
    let path = request["path"].as_str().unwrap_or_default();
    let sent = &request["request"];
    let is_ours = path.starts_with("/v2/");
    if !is_ours {
        Some("Only requests of the API's version 2 can be sent again from here.")
    } else if sent["cut"] == true {
        Some("It cannot be sent again: its body is too long to be kept whole.")
    } else if sent["masked"] == true || path.contains(body::MASK) {
        Some("It cannot be sent again: the log keeps no secrets, and it had some.")
    } else if sent.get("text").is_some() {
        Some("It cannot be sent again: its body is no JSON.")
    } else {
        None
    }
}

/// Sends it again, and shows what became of it.
pub(super) async fn send(Path(sequence): Path<u64>, sent: Sent) -> Response {
    let Sent { cx, fields } = sent;
    let request = match one(&cx.caller, sequence).await {
        Ok(Some(request)) => request,
        Ok(None) => {
            let text = format!("Nothing was sent: request {sequence} is not kept any more.");
            return layout::refused(&cx, &Refusal { status: 404, text, field: None });
        }
        Err(refusal) => return layout::refused(&cx, &refusal),
    };
    let method = request["method"].as_str().and_then(|m| m.parse::<Method>().ok());
    let method = method.unwrap_or_default();
    if let Some(why) = obstacle(&request) {
        let text = format!("Nothing was sent. {why}");
        return layout::refused(&cx, &Refusal { status: 409, text, field: None });
    }
    // What does something is asked for first.
    let is_sure = fields.iter().any(|(name, value)| name == "sure" && value == "yes");
    if method != Method::GET && !is_sure {
        return Redirect::to(&format!("{}?again=ask", address(&request))).into_response();
    }
    let path = request["path"].as_str().unwrap_or_default();
    let json = request["request"].get("json").map(|json| json.to_string().into_bytes());
    let before = find(&cx.caller, &Filter::default(), 1, None).await.unwrap_or_default().last;
    // A refusal is an answer as well: the log has it.
    let outcome = cx.caller.exchange(&method, path, json, false).await;
    let found = find(&cx.caller, &Filter::default(), 100, Some(before)).await.unwrap_or_default();
    let is_it = |r: &&Value| {
        r["method"] == request["method"]
            && r["path"] == request["path"]
            && r["agent"] == "kettle-console"
    };
    match (found.requests.iter().find(is_it), outcome) {
        (Some(again), _) => Redirect::to(&format!("{}?tab=answer", address(again))).into_response(),
        (None, Err(refusal)) => layout::refused(&cx, &refusal),
        (None, Ok(_)) => Redirect::to(&format!("{}/requests", crate::ROOT)).into_response(),
    }
}
