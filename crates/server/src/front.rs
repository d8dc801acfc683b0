//! `/`: what this is, and where things are. JSON for programs; browsers are led to the console.

use axum::extract::Request;
use axum::response::Response;
use http::header::ACCEPT;
use serde_json::json;

use crate::reply;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where browsers are led.
const CONSOLE: &str = "/console/";
/// How to say who one is.
const KEY: &str = "Authorization: Bearer KEY";

pub(crate) async fn show(request: Request) -> Response {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    match accept.is_some_and(prefers_page) {
        true => reply::see(CONSOLE),
        false => {
            let mut text = format!("{:#}", facts());
            text.push('\n');
            reply::success(200, text.into())
        }
    }
}

/// Whether an `Accept` would rather have a page than JSON: by its weights, and by what stands first
/// where those are the same. Who names no page, as with `*/*`, gets JSON.
pub(crate) fn prefers_page(accept: &str) -> bool {
    let weight = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
        (kind, weight.unwrap_or(1.0))
    };
    let ranges: Vec<_> = accept.split(',').map(weight).collect();
    let place = |kind: &str| ranges.iter().position(|(named, q)| named == kind && *q > 0.0);
    let Some(page) = place("text/html") else { return false };
    let weight = |place: usize| ranges.get(place).map_or(0.0, |(_, weight)| *weight);
    place("application/json").is_none_or(|json| match weight(page) - weight(json) {
        0.0 => page < json,
        more => more > 0.0,
    })
}

fn facts() -> serde_json::Value {
    json!({
        "name": "kettle",
        "version": VERSION,
        "about": "The Vultr API on a machine of your own",
        "api": "/v2",
        "api_v1": "/v1",
        "openapi": "/openapi.json",
        "console": CONSOLE,
        "health": "/_kettle/health",
        "requests": "/_kettle/requests",
        "authentication": format!("{KEY}; the owner's is in the data directory's file `key`"),
        "coverage": "what is served is in /openapi.json; what is not is answered with 501",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_those_who_would_rather_have_one() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json;q=0.9, Text/HTML", true),
            ("text/html, application/json", true),
            ("application/json, text/html;q=0.1", false),
            ("text/html; q=0.5, application/json; q=0.6", false),
            ("application/json, text/html", false),
            ("text/html;q=0", false),
            ("application/json, text/plain, */*", false),
            ("*/*", false),
            ("", false),
        ] {
            assert_eq!(prefers_page(accept), page, "{accept}");
        }
    }
}
