//! A recorded session: the requests of an HTTP Archive, and what they were answered.

use api::Method;
use serde_json::Value;

use crate::fault::{Context, Result, bail};

/// What is Kettle's own is no part of a session.
const OWN: &str = "/_kettle";

pub(super) struct Session {
    pub(super) steps: Vec<Step>,
    /// What cannot be sent again, and why.
    pub(super) left_out: Vec<String>,
}

/// A request and its answer.
pub(super) struct Step {
    pub(super) number: u64,
    pub(super) method: Method,
    /// Path and query.
    pub(super) address: String,
    pub(super) body: Option<String>,
    pub(super) status: u16,
    /// What was answered; none: not all of it was kept.
    pub(super) answer: Option<String>,
    /// Whether it was asked again soon, with nothing done to it between: in wait for something.
    pub(super) is_passing: bool,
}

impl Session {
    pub(super) fn read(text: &str) -> Result<Self> {
        let har: Value =
            serde_json::from_str(text).context("this is no JSON, so no HTTP Archive")?;
        let entries = har["log"]["entries"].as_array();
        let entries = entries.context("this is no HTTP Archive: it has no log.entries")?;
        let (mut steps, mut left_out) = (Vec::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let number = entry["_sequence"].as_u64().unwrap_or(at as u64 + 1);
            let (request, response) = (&entry["request"], &entry["response"]);
            let method = request["method"].as_str().unwrap_or_default();
            let url = request["url"].as_str().unwrap_or_default();
            let address = url.split_once("://").map_or(url, |(_, rest)| rest);
            let address = address.find('/').map_or("/", |at| &address[at..]).to_owned();
            let mut leave = |why: &str| {
                left_out.push(format!("#{number} {method} {address} was not sent again: {why}"));
            };
            let Some(method) =
                Method::from_bytes(method.as_bytes()).ok().filter(|m| m.as_str() != "-")
            else {
                leave("it was no request");
                continue;
            };
            if address.starts_with(OWN) {
                continue;
            }
            let posted = &request["postData"];
            if posted["_cut"] == true {
                leave("not all of its body was kept");
                continue;
            }
            let Some(status) = response["status"].as_u64().and_then(|s| u16::try_from(s).ok())
            else {
                bail!("entry {at} has no response.status");
            };
            let content = &response["content"];
            let answer = content["text"].as_str().unwrap_or_default().to_owned();
            let body = posted["text"].as_str().map(str::to_owned);
            let answer = (content["_cut"] != true).then_some(answer);
            steps.push(Step { number, method, address, body, status, answer, is_passing: false });
        }
        let passing: Vec<_> = (0..steps.len()).map(|at| is_passing(&steps, at)).collect();
        steps.iter_mut().zip(passing).for_each(|(step, passing)| step.is_passing = passing);
        Ok(Self { steps, left_out })
    }
}

/// Whether what a step asks is asked again before anything is done to it.
fn is_passing(steps: &[Step], at: usize) -> bool {
    let own = &steps[at];
    if own.method != Method::GET {
        return false;
    }
    let path = |step: &Step| step.address.split('?').next().unwrap_or_default().to_owned();
    let mine = path(own);
    let touches = |step: &Step| {
        let other = path(step);
        step.method != Method::GET && (other.starts_with(&mine) || mine.starts_with(&other))
    };
    let later = steps[at + 1..].iter().take_while(|step| !touches(step));
    later.into_iter().any(|step| step.method == Method::GET && step.address == own.address)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_what_was_asked_in_wait_the_last_counts() {
        let entry = |method: &str, path: &str| {
            json!({
                "request": { "method": method, "url": format!("https://api.vultr.com{path}") },
                "response": { "status": 200, "content": { "text": "{}" } },
            })
        };
        let entries = [
            entry("POST", "/v2/blocks"),
            entry("GET", "/v2/blocks/7"),
            entry("POST", "/v2/ssh-keys"),
            entry("GET", "/v2/blocks/7"),
            entry("PATCH", "/v2/blocks/7"),
            entry("GET", "/v2/blocks/7"),
            entry("GET", "/_kettle/health"),
        ];
        let session = Session::read(&json!({ "log": { "entries": entries } }).to_string()).unwrap();
        let passing: Vec<_> = session.steps.iter().map(|step| step.is_passing).collect();
        assert_eq!(passing, [false, true, false, false, false, false]);
        assert_eq!(session.steps[1].address, "/v2/blocks/7");
        for wrong in ["", "{}", r#"{"log":{"entries":[{"request":{"method":"GET","url":"/"}}]}}"#] {
            assert!(Session::read(wrong).is_err(), "{wrong}");
        }
    }
}
