//! Requests as an HTTP Archive (HAR 1.2), which browsers' tools open. Secrets are masked in it, as they
//! are wherever requests are shown.

use serde_json::{Map, Value, json};

/// Where requests went that do not say it.
const HOST: &str = "localhost";
/// What the API is called outside, where it is asked by TLS.
const OUTSIDE: &str = ".vultr.com";

/// An archive of requests as `GET /_kettle/requests` shows them. What the format has no place for
/// (number, operation, user, what rules did) stands in fields that begin with `_`.
pub fn har(requests: &[Value]) -> Value {
    let entries: Vec<Value> = requests.iter().map(entry).collect();
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "kettle", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    })
}

fn entry(request: &Value) -> Value {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let took = request["duration_ms"].as_f64().unwrap_or_default();
    let mut entry = json!({
        "startedDateTime": text("at"),
        "time": took,
        "request": asked(request),
        "response": answered(request),
        "cache": {},
        // What passed on the network is not known here: all of it is the server's own time.
        "timings": { "send": 0, "wait": took, "receive": 0 },
    });
    let own = ["sequence", "operation", "user", "faults", "error"];
    for name in own.into_iter().filter(|name| !request[*name].is_null()) {
        entry[format!("_{name}")] = request[name].clone();
    }
    entry
}

fn asked(request: &Value) -> Value {
    let way = &request["request"];
    let path = request["path"].as_str().unwrap_or_default();
    let host = way["headers"]["host"].as_str().unwrap_or(HOST);
    let scheme = if host.ends_with(OUTSIDE) { "https" } else { "http" };
    let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes());
    let query: Vec<Value> =
        query.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut asked = json!({
        "method": request["method"],
        "url": format!("{scheme}://{host}{path}"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(way),
        "queryString": query,
        "headersSize": -1,
        "bodySize": way["bytes"].as_u64().unwrap_or_default(),
    });
    if let Some(text) = body(way) {
        let mut posted = json!({ "mimeType": kind(way), "text": text });
        if way["cut"] == true {
            posted["comment"] = "cut off: the server keeps the first 64 kB".into();
            posted["_cut"] = true.into();
        }
        asked["postData"] = posted;
    }
    asked
}

fn answered(request: &Value) -> Value {
    let way = &request["response"];
    let status = request["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| http::StatusCode::from_u16(status).ok());
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
    let bytes = way["bytes"].as_u64().unwrap_or_default();
    let mut content = json!({ "size": bytes, "mimeType": kind(way) });
    if let Some(text) = body(way) {
        content["text"] = text.into();
    }
    if way["cut"] == true {
        content["comment"] = "cut off: the server keeps the first 64 kB".into();
        content["_cut"] = true.into();
    }
    json!({
        "status": request["status"],
        "statusText": reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(way),
        "content": content,
        "redirectURL": way["headers"]["location"].as_str().unwrap_or_default(),
        "headersSize": -1,
        "bodySize": bytes,
    })
}

fn headers(way: &Value) -> Vec<Value> {
    let headers = way["headers"].as_object().into_iter().flat_map(Map::iter);
    headers.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The body as a text.
fn body(way: &Value) -> Option<String> {
    match (&way["json"], &way["text"]) {
        (Value::Null, Value::String(text)) => Some(text.clone()),
        // `null` is a body, too; where there is none there are no bytes.
        (Value::Null, _) => (way["bytes"].as_u64()? > 0).then(|| "null".to_owned()),
        (json, _) => Some(json.to_string()),
    }
}

fn kind(way: &Value) -> &str {
    way["headers"]["content-type"].as_str().unwrap_or_default()
}
