//! Texts in URLs and headers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::fault::{Result, fault};

/// What stays as it is in keys that are told encoded.
const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// A key as `encoding-type=url` has it.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEY).to_string()
}

/// A text of a query.
fn plain(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The pairs of a query.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (plain(key), plain(value)))
        .collect()
}

/// A name as a token that says where a list goes on.
pub(crate) fn token(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

/// The name in a token.
pub(crate) fn untoken(token: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| fault!(InvalidArgument, "The continuation token provided is incorrect"))
}

/// A document of S3 as it is kept: the XML that S3 itself has for it.
pub(crate) fn document(what: &impl s3s::xml::Serialize) -> Result<String> {
    let mut bytes = Vec::new();
    let written = what.serialize(&mut s3s::xml::Serializer::new(&mut bytes));
    written.map_err(|error| fault!(InternalError, "{error}"))?;
    String::from_utf8(bytes).map_err(|error| fault!(error, InternalError))
}

/// A document that was kept.
pub(crate) fn undocument<T: for<'xml> s3s::xml::Deserialize<'xml>>(text: &str) -> Result<T> {
    let mut reader = s3s::xml::Deserializer::new(text.as_bytes());
    T::deserialize(&mut reader).map_err(|error| fault!(InternalError, "{error}"))
}
