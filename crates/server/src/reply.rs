//! Answers as the API's clients expect them: `application/json` exactly, compact, known headers.

use api::ApiError;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (http::header::SERVER, HeaderValue::from_static("kettle")),
    (http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (http::header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex,noarchive")),
];
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Says whose key it was.
const X_USER: HeaderName = HeaderName::from_static("x-user");

/// A success. An empty body has no type.
pub(crate) fn success(status: u16, body: Bytes) -> Response {
    let status = StatusCode::from_u16(status).expect("operations have valid statuses");
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if !is_empty {
        response.headers_mut().insert(CONTENT_TYPE, JSON);
    }
    response.headers_mut().extend(HEADERS);
    response
}

/// A refusal or a failure. Where nothing was done for lack of room, it says when to come again.
pub(crate) fn error(error: &ApiError) -> Response {
    let body = serde_json::to_vec(error).expect("an error is plain data");
    let mut response = success(error.status, body.into());
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
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
    let text = "Your request exceeded the API rate limit.";
    let mut response = error(&ApiError { error: text.into(), status: 429 });
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
