//! What is kept of bodies and headers, and what may be shown of them.

use api::mask;
use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName};
use serde_json::Value;

/// How much of a body is kept.
const BODY: usize = 64 << 10;
/// How much is kept of the headers of one request, or of one answer.
const HEADERS: usize = 2 << 10;
/// How much our answers' headers usually take.
const TOLD: usize = 384;

/// The beginning of a body, and how long all of it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub(super) bytes: Bytes,
    pub(crate) whole: usize,
    is_answer: bool,
    /// What an earlier server has said of it, which kept what is shown alone.
    earlier: Option<Earlier>,
}

/// What an earlier server has said of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier {
    pub(crate) is_cut: bool,
    pub(crate) is_masked: bool,
}

impl Kept {
    pub(super) fn of(all: Bytes, is_answer: bool) -> Self {
        let whole = all.len();
        // A part of a large body would hold all of it.
        let bytes = if whole > BODY { Bytes::copy_from_slice(&all[..BODY]) } else { all };
        Self { bytes, whole, is_answer, earlier: None }
    }

    /// As an earlier server has shown it.
    pub(crate) fn shown_before(shown: String, whole: usize, earlier: Earlier) -> Self {
        Self { bytes: shown.into(), whole, is_answer: true, earlier: Some(earlier) }
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.earlier.map_or(self.bytes.len() < self.whole, |earlier| earlier.is_cut)
    }

    /// Whether something of it is not shown.
    pub(crate) fn hides(&self, shown: &str) -> bool {
        if let Some(earlier) = self.earlier {
            return earlier.is_masked;
        }
        match (serde_json::from_slice::<Value>(&self.bytes), serde_json::from_str::<Value>(shown)) {
            (Ok(own), Ok(shown)) => own != shown,
            _ => *self.bytes != *shown.as_bytes(),
        }
    }

    /// What may be shown of it.
    pub(crate) fn shown(&self) -> String {
        if self.earlier.is_some() {
            return String::from_utf8_lossy(&self.bytes).into_owned();
        }
        match self.is_answer {
            true => mask::answer(&self.bytes),
            false => mask::body(&self.bytes, !self.is_cut()),
        }
    }
}

/// The headers of a request and of its answer: a copy in one piece, for values lie in the buffer that
/// they were read into.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    pub(super) bytes: Vec<u8>,
    /// How much of it is the request's.
    pub(super) asked: usize,
}

impl Heads {
    /// Those of a request, with room for its answer's.
    pub(super) fn of(asked: &HeaderMap) -> Self {
        let length = |(name, value): (&HeaderName, &http::HeaderValue)| {
            name.as_str().len() + value.len().max(MASKED.len()) + 2
        };
        let whole: usize = asked.iter().map(length).sum();
        let mut heads = Self { bytes: Vec::with_capacity(whole.min(HEADERS) + TOLD), asked: 0 };
        heads.add(asked);
        heads.asked = heads.bytes.len();
        heads
    }

    /// As an earlier server has shown them.
    pub(crate) fn shown_before(asked: &[(String, String)], told: &[(String, String)]) -> Self {
        let lines = |heads: &[(String, String)]| -> Vec<u8> {
            let line = |(name, value): &(String, String)| format!("{name}:{value}\n");
            heads.iter().map(line).collect::<String>().into_bytes()
        };
        let mut bytes = lines(asked);
        let asked = bytes.len();
        bytes.extend(lines(told));
        Self { bytes, asked }
    }

    /// Adds as many headers as are kept. Of keys and cookies nothing is, but that they were there.
    pub(super) fn add(&mut self, map: &HeaderMap) {
        let most = self.bytes.len() + HEADERS;
        for (name, value) in map {
            let value = if is_key(name) { masked(value.as_bytes()) } else { value.as_bytes() };
            if self.bytes.len() + name.as_str().len() + value.len() + 2 > most {
                continue;
            }
            self.bytes.extend_from_slice(name.as_str().as_bytes());
            self.bytes.push(b':');
            self.bytes.extend_from_slice(value);
            self.bytes.push(b'\n');
        }
    }
}

/// Headers of a request or an answer, as they are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Headers<'a>(pub(super) &'a [u8]);

impl<'a> Headers<'a> {
    /// Names and values, as they may be shown.
    pub(crate) fn shown(self) -> impl Iterator<Item = (String, String)> + use<'a> {
        // No value holds the end of a line.
        let lines = self.0.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| {
            let text = String::from_utf8_lossy(line);
            let (name, value) = text.split_once(':').unwrap_or((&text, ""));
            let is_kept = matches!(name, "authorization" | "proxy-authorization");
            let value = match mask::is_secret(name) && !is_kept {
                true => MASKED.to_owned(),
                false => mask::path(value),
            };
            (name.to_owned(), value)
        })
    }

    /// What a client calls itself.
    pub(crate) fn agent(self) -> Option<String> {
        let agent = self.shown().find(|(name, _)| *name == USER_AGENT.as_str());
        agent.map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}

/// What stands in the place of a key or a cookie.
const MASKED: &str = "***";
const BEARER: &[u8] = b"Bearer ***";

/// Whether a header is a key as it stands.
fn is_key(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "authorization" | "cookie" | "set-cookie" | "proxy-authorization" | "api-key")
}

fn masked(value: &[u8]) -> &'static [u8] {
    if value.starts_with(b"Bearer ") { BEARER } else { MASKED.as_bytes() }
}
