//! Answers as the API's clients expect them: `application/json` exactly, compact, known headers.

use std::sync::LazyLock;

use api::ApiError;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// On every answer. No browser runs, frames or guesses the type of anything that comes from here.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (http::header::SERVER, HeaderValue::from_static("kettle")),
    (
        http::header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    ),
    (http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (http::header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex,noarchive")),
];
/// The same, made once.
static ALL: LazyLock<HeaderMap> = LazyLock::new(|| {
    // In the order in which they were always sent, and with room for who it was.
    let mut all = HeaderMap::with_capacity(HEADERS.len() + 4);
    all.insert(CONTENT_TYPE, JSON);
    all.extend(HEADERS);
    all
});
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The type of a page, and of an answer without a body: there are clients that read it after each
/// 204.
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=UTF-8");
/// Says whose key it was.
const X_USER: HeaderName = HeaderName::from_static("x-user");

/// A success.
pub(crate) fn success(status: u16, body: Bytes) -> Response {
    let status = StatusCode::from_u16(status).expect("operations have valid statuses");
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = ALL.clone();
    response.headers_mut().insert(CONTENT_TYPE, if is_empty { HTML } else { JSON });
    response
}

/// A success that is a text of another kind than JSON.
pub(crate) fn plain(status: u16, media: &'static str, body: Bytes) -> Response {
    let mut response = success(status, body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// A page for people.
pub(crate) fn page(text: impl Into<Bytes>) -> Response {
    let mut response = success(200, text.into());
    response.headers_mut().insert(CONTENT_TYPE, HTML);
    response
}

/// Leads a browser to another address.
pub(crate) fn see(address: &'static str) -> Response {
    let mut response = page("");
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(address));
    response
}

/// A refusal or a failure. Who is to come again is told when.
pub(crate) fn error(error: &ApiError) -> Response {
    let mut response = success(error.status, body_of(error));
    if matches!(error.status, 429 | 503) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn body_of(error: &ApiError) -> Bytes {
    let body = serde_json::to_string(error).expect("an error is plain data");
    match error.status {
        // From a service behind the API, which says more.
        422 => body.replacen('{', r#"{"is_external_error":false,"#, 1).into(),
        _ => body.into(),
    }
}

/// What a head says of an answer without a body.
pub(crate) const NO_BODY: &str = "\r\ncontent-length: 0\r\n";

/// What the HTTP library's own refusals, of which there is the head alone, are to say.
pub(crate) fn of_library(status: u16) -> Bytes {
    let text = match status {
        414 => "URI too long. the address of a request has at most 65534 bytes",
        431 => "Request header fields too large. a head has at most 131072 bytes and 100 fields",
        _ => "Bad request. this is no request of HTTP/1.1",
    };
    body_of(&ApiError { error: text.into(), status })
}

/// Such a head as ours are, with this body.
pub(crate) fn with_body(head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut headers = format!("\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in HEADERS.iter().chain(&[(CONTENT_TYPE, JSON)]) {
        headers += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let mut answer = String::from_utf8_lossy(head).replacen(NO_BODY, &headers, 1).into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// Says whose key it was.
pub(crate) fn with_user(mut response: Response, email: &str) -> Response {
    if let Ok(email) = HeaderValue::from_str(email) {
        response.headers_mut().insert(X_USER, email);
    }
    response
}

/// 404: nothing is served there.
pub(crate) fn not_found() -> Response {
    error(&ApiError { error: "Not found.".into(), status: 404 })
}

/// 405: the address is right and the method wrong.
pub(crate) fn wrong_method(allowed: &str) -> Response {
    let text = format!("Method not allowed. Must be one of: {allowed}");
    let mut response = error(&ApiError { error: text, status: 405 });
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// 429: too many requests in this second.
pub(crate) fn too_many() -> Response {
    error(&ApiError { error: "Your request exceeded the API rate limit.".into(), status: 429 })
}
