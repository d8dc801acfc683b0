//! Why a call was not done: v1's statuses and plain sentences, and how v2's refusals become them.
//!
//! What went wrong inside goes to the log, never to the caller.

use http::StatusCode;
use sdk::FaultKind;

/// What handlers answer.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

pub(crate) const INVALID_KEY: &str = "Invalid API key";
const INTERNAL: &str = "Internal server error.  Try again at a later time";
const UNAVAILABLE: &str = "Service unavailable.  v2 cannot be reached or is not available, so \
                           nothing was done: try again at a later time";

/// An answer that is no success: a status of v1 and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} (status {status})")]
pub struct Failure {
    /// 400, 403, 405, 412, 500 or 503.
    pub status: StatusCode,
    /// The sentence.
    pub text: String,
}

impl Failure {
    /// 412: the request was understood and is refused.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self { status: StatusCode::PRECONDITION_FAILED, text: text.into() }
    }

    /// 403: the key is missing, wrong, or may not do this.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, text: text.into() }
    }

    /// 500; `cause` goes to the log.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a call of API v1 failed");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, text: INTERNAL.into() }
    }

    /// 503: more calls than `per_second`.
    pub(crate) fn too_many(per_second: u32) -> Self {
        let text = format!(
            "Rate limit reached - please try your request again later.  Current rate limit: \
             {per_second} requests/sec"
        );
        Self { status: StatusCode::SERVICE_UNAVAILABLE, text }
    }

    /// 503: there is no room for another large request, so nothing was done.
    pub(crate) fn busy() -> Self {
        let text = "Service unavailable.  Too many large requests are being read, so nothing was \
                    done: try again at a later time";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, text: text.into() }
    }

    /// 503: the server stops before all of the request was there.
    pub(crate) fn stopping() -> Self {
        let text = "Service unavailable.  The server stops, and the request was not all there, so \
                    nothing was done: try again at a later time";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, text: text.into() }
    }

    /// The same refusal behind the words with which v1 begins those of this call. v2 says them
    /// itself here and there.
    pub(crate) fn after(self, words: &str) -> Self {
        let says_it = self.text.starts_with("Unable to ") || self.text.starts_with(words);
        match self.status {
            StatusCode::PRECONDITION_FAILED if !says_it => {
                Self::refused(format!("{words}: {}", self.text))
            }
            _ => self,
        }
    }
}

/// What another server than v2 did.
const PAGE: &str = "answered with a page for people";

/// What went wrong on the way to v2. Callers send a 503 again without asking, so it is said only
/// where nothing can have been done.
impl From<sdk::Error> for Failure {
    fn from(error: sdk::Error) -> Self {
        match error {
            sdk::Error::Refused(refusal) => Self::of_refusal(refusal),
            sdk::Error::Transport { ref fault, .. } if fault.kind == FaultKind::Connect => {
                Self::unavailable(error)
            }
            sdk::Error::Transport { .. } => Self::broken(error, "did not answer"),
            sdk::Error::TimedOut { .. } => Self::broken(error, "did not answer in time"),
            sdk::Error::Unreadable { .. } => Self::broken(error, "answered what cannot be read"),
            sdk::Error::NotTheApi { .. } => Self::broken(error, PAGE),
            // Nothing was sent: the key was taken before, so this is some value in a path or query.
            sdk::Error::Invalid(_) => Self::refused(
                "Invalid value.  One of the parameters is too long, or holds characters that no \
                 address can",
            ),
            other => Self::internal(other),
        }
    }
}

impl Failure {
    fn of_refusal(refusal: sdk::Refusal) -> Self {
        if refusal.is_page() {
            return match refusal.status {
                503 => Self::unavailable(refusal),
                _ => Self::broken(refusal, PAGE),
            };
        }
        match refusal.status {
            401 => match refusal.error.split_once("IP address: ") {
                Some((_, address)) => {
                    let text = format!("Your IP ({address}) is not authorized to use this API key");
                    Self::forbidden(text)
                }
                None => Self::forbidden(INVALID_KEY),
            },
            403 => Self::forbidden(refusal.error),
            // What v2 allows in a second is many times what v1 does.
            429 => Self::too_many(2),
            503 => Self::unavailable(refusal),
            400..500 => Self::refused(in_v1_words(&refusal.error)),
            _ => Self::internal(refusal),
        }
    }

    /// 503: nothing was done.
    fn unavailable(cause: impl std::fmt::Display) -> Self {
        tracing::warn!(%cause, "v2 is not available");
        Self { status: StatusCode::SERVICE_UNAVAILABLE, text: UNAVAILABLE.into() }
    }

    /// 500: it may have been done.
    fn broken(cause: impl std::fmt::Display, what: &str) -> Self {
        let text = format!(
            "Internal server error.  v2 {what}: whether a change was made shows in the lists only"
        );
        Self { text, ..Self::internal(cause) }
    }
}

/// Whether v2 says that there is no such thing.
pub(crate) fn is_unknown(error: &sdk::Error) -> bool {
    error.is_not_found()
}

impl From<crate::IdsError> for Failure {
    fn from(error: crate::IdsError) -> Self {
        Self::internal(error)
    }
}

/// Names of fields in v2, and what v1 calls the same.
const NAMES: [(&str, &str); 16] = [
    ("region", "DCID"),
    ("plan", "VPSPLANID"),
    ("os_id", "OSID"),
    ("app_id", "APPID"),
    ("iso_id", "ISOID"),
    ("script_id", "SCRIPTID"),
    ("snapshot_id", "SNAPSHOTID"),
    ("backup_id", "BACKUPID"),
    ("sshkey_id", "SSHKEYID"),
    ("firewall_group_id", "FIREWALLGROUPID"),
    ("instance_id", "SUBID"),
    ("cluster_id", "OBJSTORECLUSTERID"),
    ("attach_vpc", "NETWORKID"),
    ("vpc_id", "NETWORKID"),
    ("user_data", "userdata"),
    ("reverse", "entry"),
];

/// Lists of v2 that refusals point to, and the same of v1.
const LISTS: [(&str, &str); 4] = [
    ("/v2/applications", "app/list"),
    ("/v2/os", "os/list"),
    ("/v2/plans", "plans/list"),
    ("/v2/regions", "regions/list"),
];

/// A refusal of v2, with parameters and lists named as the caller knows them.
fn in_v1_words(text: &str) -> String {
    let text = text.strip_prefix("Bad request. ").unwrap_or(text);
    let Some((head, rest)) = text.split_once(": ") else { return renamed(text) };
    // Before the field there may be a sentence in the real API's words.
    let field = head.rsplit(". ").next().unwrap_or(head);
    let said = head[..head.len() - field.len()].trim_end();
    // v1 has two spaces between sentences.
    let said = if said.is_empty() { String::new() } else { format!("{said}  ") };
    match NAMES.iter().find(|(v2, _)| *v2 == field) {
        Some((_, v1)) => format!("{said}{v1}: {}", renamed(rest)),
        None => renamed(text),
    }
}

/// A sentence whose names of v2 are those of v1. Names that are ordinary words, too, stay.
fn renamed(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/';
    let names = NAMES.iter().filter(|(v2, _)| v2.contains('_')).chain(&LISTS);
    let names: Vec<_> = names.collect();
    let mut sentence = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(is_inside).unwrap_or(rest.len());
        let (between, from_word) = rest.split_at(start);
        let end = from_word.find(|c| !is_inside(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        let known = names.iter().find(|(v2, _)| *v2 == word);
        sentence.push_str(between);
        sentence.push_str(known.map_or(word, |(_, v1)| *v1));
        rest = after;
    }
    sentence
}

#[cfg(test)]
mod tests {
    use sdk::Refusal;

    use super::*;

    fn from(status: u16, error: &str) -> (u16, String) {
        let refusal = Refusal { request: "GET /".into(), error: error.into(), status };
        let failure = Failure::from(sdk::Error::Refused(refusal));
        (failure.status.as_u16(), failure.text)
    }

    #[test]
    fn refusals_of_v2_get_v1s_statuses_and_names() {
        let (status, text) = from(400, "Bad request. os_id: 7 is no system");
        assert_eq!((status, text.as_str()), (412, "OSID: 7 is no system"));
        let text = from(400, "Invalid OS. os_id: 7 is no system").1;
        assert_eq!(text, "Invalid OS.  OSID: 7 is no system");
        let text = from(400, "Invalid OS. os_id: 7 is no system; see /v2/os").1;
        assert_eq!(text, "Invalid OS.  OSID: 7 is no system; see os/list");
        let text = from(400, "give `script_id` or none: ä plan is a plan.").1;
        assert_eq!(text, "give `SCRIPTID` or none: ä plan is a plan.");
        assert_eq!(from(404, "Invalid plan").0, 412);
        assert_eq!(from(401, "Invalid API token."), (403, "Invalid API key".into()));
        let text = from(401, "Unauthorized IP address: 192.0.2.1").1;
        assert_eq!(text, "Your IP (192.0.2.1) is not authorized to use this API key");
        assert_eq!(from(500, "secret").1, INTERNAL);
        assert!(from(429, "slow").1.starts_with("Rate limit reached"));
    }

    #[test]
    fn a_calls_own_words_stand_once() {
        let words = "Unable to add rule";
        let text = |said: &str| Failure::refused(said).after(words).text;
        assert_eq!(text("too many"), "Unable to add rule: too many");
        assert_eq!(text("Unable to add rule: too many"), "Unable to add rule: too many");
        assert_eq!(Failure::forbidden("no").after(words).text, "no");
    }
}
