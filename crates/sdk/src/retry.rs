//! What is tried again, and when.
//!
//! 429, and 503 in v1, is sent before anything took effect, so every method may follow it. Another
//! 5xx or a broken connection may hide a success: only GET, PUT and DELETE, which mean the same
//! twice, are repeated, but for the few operations of which the definition says otherwise.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use crate::transport::{Fault, FaultKind};

/// How often a call is tried, and how long it pauses in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    pub(crate) attempts: u32,
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_millis(250), longest: Duration::from_secs(8) }
    }
}

impl Retry {
    /// The pause before the attempt after the `attempt`-th (from 1): doubling, half of it random, so
    /// that clients which failed together do not come back together.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let full = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        full.min(self.longest).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// What v2 answers to one call too many.
pub(crate) const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;
/// What v1 answers to one call too many.
pub(crate) const TOO_MANY_V1: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// Whether an answer of `status` is worth another attempt of what is `idempotent` or not.
pub(crate) fn on_status(idempotent: bool, status: StatusCode, too_many: StatusCode) -> bool {
    match status.as_u16() {
        429 => true,
        _ if status == too_many => true,
        500 | 502 | 503 | 504 => idempotent,
        _ => false,
    }
}

/// Whether a fault is worth another attempt. Nobody listening on this machine is final: a person is
/// told at once, rather than after some seconds.
pub(crate) fn on_fault(idempotent: bool, fault: &Fault, loopback: bool) -> bool {
    match fault.kind {
        FaultKind::Connect => !loopback && idempotent,
        FaultKind::Broken => idempotent,
        FaultKind::TooLarge | FaultKind::Setup => false,
    }
}

/// How long the server asks to wait: seconds, or a date, which is read against the server's own
/// `Date` so that no clock of ours matters.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then: SystemTime = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let headers = |pairs: &[(header::HeaderName, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(k, v)| (k.clone(), v.parse().unwrap())).collect()
        };
        let after = (header::RETRY_AFTER, "Sun, 22 Nov 2026 00:00:07 GMT");
        let date = (header::DATE, "Sun, 22 Nov 2026 00:00:00 GMT");
        let seven = Some(Duration::from_secs(7));
        assert_eq!(retry_after(&headers(&[(header::RETRY_AFTER, "7")])), seven);
        assert_eq!(retry_after(&headers(&[after.clone(), date])), seven);
        assert_eq!(retry_after(&headers(&[after])), None, "a date means nothing without another");
        assert_eq!(retry_after(&headers(&[(header::RETRY_AFTER, "soon")])), None);
    }

    #[test]
    fn pauses_double_and_stay_bounded() {
        let retry = Retry::default();
        for attempt in 1..40 {
            let full = retry.first.saturating_mul(1 << (attempt - 1).min(16)).min(retry.longest);
            let pause = retry.pause(attempt);
            assert!(pause >= full / 2 && pause <= full, "{attempt}: {pause:?}");
        }
    }
}
