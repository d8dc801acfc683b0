//! The rows of a depot: buckets, versions of objects, uploads by parts.

pub(crate) mod buckets;
pub(crate) mod list;
pub(crate) mod objects;
pub(crate) mod uploads;

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use s3s::dto::Timestamp;
use serde::{Deserialize, Serialize};

use crate::blobs::Piece;
use crate::sums::{Sums, Way};

/// A time as S3 has it.
pub(crate) fn time(at: i64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(u64::try_from(at).unwrap_or_default()))
}

/// A time in milliseconds after 1970.
pub(crate) fn millis(time: &Timestamp) -> i64 {
    let mut text = Vec::new();
    let _ = time.format(s3s::dto::TimestampFormat::DateTime, &mut text);
    let text = String::from_utf8(text).unwrap_or_default();
    text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond)
}

/// What a client said about an object and hears again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Head {
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// `Content-Encoding`, without `aws-chunked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disposition: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache: Option<String>,
    /// `Expires`, in milliseconds after 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<i64>,
    /// `x-amz-website-redirect-location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<String>,
    /// `x-amz-meta-*`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) user: BTreeMap<String, String>,
    /// The sums of the whole.
    #[serde(skip_serializing_if = "Sums::is_empty")]
    pub(crate) sums: Sums,
    /// Whether the sums are sums of the parts' sums.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) composite: bool,
    /// How an upload by parts is to be summed up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) way: Option<Way>,
    /// How many parts it was uploaded by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parts: Option<i32>,
    /// The upload by parts that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
}

/// What keeps a version from being deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Locked {
    /// `GOVERNANCE` or `COMPLIANCE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
    /// Until when, in milliseconds after 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<i64>,
    /// Whether there is a legal hold; none: nobody ever said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hold: Option<bool>,
}

/// A version of an object, or a marker that it was deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    /// Its place in the order of versions.
    pub(crate) seq: i64,
    pub(crate) key: String,
    /// `null`, or an id of its own.
    pub(crate) version: String,
    pub(crate) latest: bool,
    /// Whether it is a marker.
    pub(crate) marker: bool,
    pub(crate) size: u64,
    pub(crate) etag: String,
    /// When it was made, in milliseconds after 1970.
    pub(crate) at: i64,
    /// The storage that made it.
    pub(crate) owner: String,
    pub(crate) head: Head,
    pub(crate) body: Vec<Piece>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) acl: crate::access::Acl,
    pub(crate) locked: Locked,
}

/// A version as a listing has it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) key: String,
    pub(crate) version: String,
    pub(crate) latest: bool,
    pub(crate) marker: bool,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) at: i64,
    pub(crate) owner: String,
}

/// The text that comes after all that begin with `prefix`; none: nothing does.
pub(crate) fn after_all(prefix: &str) -> Option<String> {
    let mut rest = prefix;
    while let Some(last) = rest.chars().next_back() {
        rest = &rest[..rest.len() - last.len_utf8()];
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            return Some(format!("{rest}{next}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_all_is_the_least_text_above_a_prefix() {
        assert_eq!(after_all("a/").as_deref(), Some("a0"));
        assert_eq!(after_all("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(after_all("a\u{10FFFF}\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_all(""), None);
        assert_eq!(after_all("\u{10FFFF}"), None);
    }

    #[test]
    fn times_are_the_same_both_ways() {
        for at in [0, 1_732_000_000_123, 4_102_444_800_000] {
            assert_eq!(millis(&time(at)), at);
        }
    }
}
