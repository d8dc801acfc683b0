//! What can go wrong with a call, told apart by what a caller can do about it.

use crate::transport::Fault;

/// How much of a body that cannot be read is shown.
const EXCERPT: usize = 400;

/// What is said instead of a page for people.
const A_PAGE: &str = ", with a page in HTML";

/// Why a call has no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API said no: status 400 and above, with its words.
    #[error("{0}")]
    Refused(#[source] Refusal),
    /// No answer arrived. A request that changes something may or may not have been carried out.
    #[error("{request}: {fault}")]
    Transport {
        /// Method and address.
        request: String,
        /// What happened.
        #[source]
        fault: Fault,
    },
    /// The answer is not what the operation promises.
    #[error("{request}: the answer (status {status}) cannot be read: {reason}{}", quoted(.excerpt))]
    Unreadable {
        /// Method and address.
        request: String,
        /// The HTTP status.
        status: u16,
        /// What was wrong with it.
        reason: String,
        /// How its body begins.
        excerpt: String,
    },
    /// A page for people in HTML answered, with a status of 400 or above: whatever is there, it is no
    /// API of this kind.
    #[error("{request}: this is not the Vultr API (status {status}, text/html)")]
    NotTheApi {
        /// Method and address.
        request: String,
        /// The HTTP status.
        status: u16,
    },
    /// No answer within the time allowed, all attempts counted.
    #[error("{request}: no answer within {}", seconds(*.after))]
    TimedOut {
        /// Method and address.
        request: String,
        /// How long it was waited for.
        after: std::time::Duration,
    },
    /// The request cannot be sent: nothing went out.
    #[error("{0}")]
    Invalid(String),
}

/// What the API said where it said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{request}: {}", self.said())]
pub struct Refusal {
    /// Method and address.
    pub request: String,
    /// The API's words.
    pub error: String,
    /// The HTTP status.
    pub status: u16,
}

impl Refusal {
    /// Its words and status, for who knows what was asked: `Invalid block ID. (status 404)`.
    pub fn said(&self) -> String {
        format!("{} (status {})", self.error, self.status)
    }

    /// Whether it came as a page for people: from a proxy before the API, or another server.
    pub fn is_page(&self) -> bool {
        self.error.ends_with(A_PAGE)
    }
}

impl Error {
    /// What went wrong, without the request where the API said it: for who knows what was asked.
    pub fn said(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.said(),
            other => other.to_string(),
        }
    }

    /// The HTTP status, where an answer came.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::Unreadable { status, .. } | Self::NotTheApi { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the API says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404)
    }
}

/// The refusal in an answer: the API's JSON, or whatever text the body holds. Where a page for people
/// answers that there is no such thing or that it may not be had, that is no refusal of the API's.
///
/// The status is the one of HTTP: a body may lack it, or carry another.
pub(crate) fn refusal(request: String, status: u16, body: &[u8]) -> Error {
    // A proxy before the API has pages of its own, for what passes: 429 and 5xx.
    if is_page(body) && status < 500 && status != 429 {
        return Error::NotTheApi { request, status };
    }
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let text = json
        .as_ref()
        .and_then(|v| ["error", "detail", "message"].iter().find_map(|key| v.get(key)?.as_str()));
    let error = match text {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ if is_page(body) => format!("{}{A_PAGE}", reason(status)),
        _ => match excerpt(body) {
            empty if empty.is_empty() => reason(status),
            text => text,
        },
    };
    Error::Refused(Refusal { request, error, status })
}

/// Whether a body is a page for people.
fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let begins = |with: &str| {
        start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    ["<!doctype html", "<html"].into_iter().any(begins)
}

/// The beginning of a body, as text: a new password or key in it is nobody's business.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = api::mask::answer(body);
    let text = text.trim();
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A time as people read it: `60 s`, `1.5 s`.
pub(crate) fn seconds(time: std::time::Duration) -> String {
    // What is left of a minute, once it has begun, is no whole minute.
    let tenths = (time.as_secs_f64() * 10.0).round() / 10.0;
    format!("{tenths} s")
}

fn reason(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    reason.unwrap_or("no reason given").to_owned()
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!("; it begins `{excerpt}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_words_of_the_api_or_the_text_of_whatever_answered() {
        let refusal = |status, body: &[u8]| match refusal("GET /v2/x".into(), status, body) {
            Error::Refused(refusal) => refusal,
            other => panic!("{other}"),
        };
        let json = refusal(404, br#"{"error":"Invalid block ID.","status":404}"#);
        assert_eq!(json.to_string(), "GET /v2/x: Invalid block ID. (status 404)");
        assert_eq!(refusal(502, b"<h1>Bad gateway</h1>\n").error, "<h1>Bad gateway</h1>");
        let page = b"\n<!doctype html><title>Bad gateway</title>";
        assert_eq!(refusal(502, page).error, "Bad Gateway, with a page in HTML");
        assert_eq!(refusal(503, b"").error, "Service Unavailable");
        assert_eq!(refusal(400, br#"{"errors":["a"]}"#).error, r#"{"errors":["a"]}"#);
    }

    #[test]
    fn a_page_for_people_is_not_from_the_api() {
        for page in [&b"<!DOCTYPE HTML>\n<html lang=\"en\">"[..], b"<HTML><p>Not found</p>"] {
            for status in [400, 403, 404, 405] {
                let error = refusal("GET http://localhost:1/v2/x".into(), status, page);
                let said = format!(
                    "GET http://localhost:1/v2/x: this is not the Vultr API (status {status}, \
                     text/html)"
                );
                assert_eq!((error.to_string(), error.is_not_found()), (said, false));
            }
        }
    }

    #[test]
    fn a_time_is_whole_or_has_one_decimal() {
        let said = |nanos| seconds(std::time::Duration::from_nanos(nanos));
        assert_eq!(said(59_999_993_740), "60 s");
        assert_eq!(said(60_000_000_000), "60 s");
        assert_eq!(said(1_500_000_000), "1.5 s");
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        let long = "ä".repeat(EXCERPT + 1);
        assert_eq!(excerpt(long.as_bytes()).chars().count(), EXCERPT + 1);
        assert!(excerpt(long.as_bytes()).ends_with('…'));
    }
}
