//! Waiting for something to come about: asking again and again, with growing pauses.
//!
//! What "done" means is the caller's affair ([`Wait::until`]), or the API's own status words
//! ([`Wait::ready`], [`Wait::gone`]).

use std::time::Duration;

use api::Endpoint;
use serde_json::Value;
use tokio::time::Instant;

use crate::{Client, Error};

/// Where a thing stands that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// On its way; the text says how far.
    Pending(String),
    /// There.
    Done,
    /// It will not come about; the text says what happened.
    Failed(String),
}

/// Why waiting brought nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WaitError {
    /// The time was over before it was done.
    #[error("still {state} after {after:?}")]
    TimedOut {
        /// How long was waited.
        after: Duration,
        /// Where it stood last.
        state: String,
    },
    /// It came to an end that is not the one waited for.
    #[error("it ended as {state}")]
    Failed {
        /// What became of it.
        state: String,
    },
    /// Asking failed.
    #[error(transparent)]
    Operation(#[from] Error),
}

impl WaitError {
    /// The same, without the request where the API said what went wrong: see [`Error::said`].
    pub fn said(&self) -> String {
        match self {
            Self::Operation(error) => error.said(),
            other => other.to_string(),
        }
    }
}

/// How long to wait, and how often to ask.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// When to give up.
    pub timeout: Duration,
    /// The first pause; each further one is half as long again.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20 * 60),
            first: Duration::from_millis(100),
            longest: Duration::from_secs(3),
        }
    }
}

/// Asks with `fetch` until `judge` has come to an end, or the time is over. `judge` also sees errors,
/// since not to be found can be what is waited for; `None` passes an error on.
///
/// # Errors
/// When the time is over, the end is a failure, or asking fails.
pub async fn poll<T, F: Future<Output = Result<T, Error>>>(
    pace: Pace,
    mut fetch: impl FnMut() -> F,
    mut judge: impl FnMut(Result<&T, &Error>) -> Option<State>,
    mut progress: impl FnMut(&str, Duration),
) -> Result<Option<T>, WaitError> {
    let start = Instant::now();
    let deadline = start + pace.timeout;
    let mut pause = pace.first;
    let mut last = "not answered".to_owned();
    loop {
        let timed_out = |state: String| WaitError::TimedOut { after: pace.timeout, state };
        let Ok(answer) = tokio::time::timeout_at(deadline, fetch()).await else {
            return Err(timed_out(last));
        };
        match (judge(answer.as_ref()), answer) {
            (Some(State::Done), answer) => return Ok(answer.ok()),
            (Some(State::Failed(state)), _) => return Err(WaitError::Failed { state }),
            (Some(State::Pending(state)), _) => last = state,
            (None, Err(error)) => return Err(error.into()),
            (None, Ok(_)) => {}
        }
        progress(&last, start.elapsed());
        if Instant::now() + pause >= deadline {
            tokio::time::sleep_until(deadline).await;
            return Err(timed_out(last));
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(pace.longest);
    }
}

/// Where an answer says that its subject stands, in the API's own status words. What has no status
/// is there as soon as it is found.
pub fn standing(answer: &Value) -> State {
    let word = |key: &str| answer.get(key)?.as_str().filter(|w| !w.is_empty());
    let Some(status) = word("status").or_else(|| word("state")) else { return State::Done };
    match status.to_lowercase().as_str() {
        "active" | "complete" | "completed" | "available" | "enabled" | "running" => {}
        "failed" | "error" | "errored" | "suspended" | "cancelled" | "canceled" => {
            return State::Failed(status.to_owned());
        }
        _ => return State::Pending(status.to_owned()),
    }
    // An instance is active before its system answers.
    match (word("server_status"), word("power_status")) {
        (Some("none" | "locked" | "installingbooting"), _) => {
            State::Pending(word("server_status").unwrap_or_default().to_owned())
        }
        _ => State::Done,
    }
}

/// Where something stands that is to be gone.
pub fn leaving<T>(answer: Result<&T, &Error>) -> Option<State> {
    match answer {
        Ok(_) => Some(State::Pending("there".into())),
        Err(error) if error.is_not_found() => Some(State::Done),
        Err(_) => None,
    }
}

impl Client {
    /// Prepares to wait, by asking `request` again and again.
    pub fn wait<E: Endpoint>(&self, request: E) -> Wait<'_, E> {
        Wait { client: self.clone(), request, pace: Pace::default(), progress: Box::new(|_, _| {}) }
    }
}

/// Is told the state and how long it has been waited.
type Progress<'a> = Box<dyn FnMut(&str, Duration) + Send + 'a>;

/// A wait that has not begun.
#[must_use = "nothing is waited for until one of `until`, `ready` and `gone` is called and awaited"]
pub struct Wait<'a, E> {
    client: Client,
    request: E,
    pace: Pace,
    progress: Progress<'a>,
}

impl<'a, E: Endpoint> Wait<'a, E> {
    /// When to give up; 20 minutes when not called.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.pace.timeout = timeout;
        self
    }

    /// The first and the longest pause between two questions; 0.1 s and 3 s when not called.
    pub fn every(mut self, first: Duration, longest: Duration) -> Self {
        self.pace = Pace { first, longest, ..self.pace };
        self
    }

    /// Tells `progress` after each question where it stands, and for how long it has been waited.
    pub fn on_progress(mut self, progress: impl FnMut(&str, Duration) + Send + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Waits until `judge` says so, and brings the answer that it said so of.
    ///
    /// # Errors
    /// When the time is over, `judge` calls it failed, or asking fails.
    pub async fn until(
        self,
        mut judge: impl FnMut(&E::Response) -> State,
    ) -> Result<E::Response, WaitError> {
        let Self { client, request, pace, progress } = self;
        let fetch = || client.send(request.clone());
        let done = poll(pace, fetch, |answer| answer.ok().map(&mut judge), progress).await?;
        Ok(done.expect("only an answer is judged to be done"))
    }

    /// Waits for the status that the API gives to what is ready: `active`, `complete`. An instance
    /// is ready when its system is, too.
    ///
    /// # Errors
    /// When the time is over, the status is one of failure, or asking fails.
    pub async fn ready(self) -> Result<E::Response, WaitError> {
        self.until(|answer| match serde_json::to_value(answer) {
            Ok(json) => standing(&json),
            Err(e) => State::Failed(e.to_string()),
        })
        .await
    }

    /// Waits until it is not found any more.
    ///
    /// # Errors
    /// When the time is over, or asking fails otherwise.
    pub async fn gone(self) -> Result<(), WaitError> {
        let Self { client, request, pace, progress } = self;
        poll(pace, || client.send(request.clone()), leaving, progress).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_status_words_of_the_api_are_understood() {
        let pending = |word: &str| State::Pending(word.into());
        assert_eq!(standing(&json!({"status": "active"})), State::Done);
        assert_eq!(standing(&json!({"state": "COMPLETE"})), State::Done);
        assert_eq!(standing(&json!({"status": "pending"})), pending("pending"));
        assert_eq!(standing(&json!({"name": "no status"})), State::Done);
        assert_eq!(standing(&json!({"status": "failed"})), State::Failed("failed".into()));
        let installing = json!({"status": "active", "server_status": "installingbooting"});
        assert_eq!(standing(&installing), pending("installingbooting"));
        let ok = json!({"status": "active", "server_status": "ok", "power_status": "stopped"});
        assert_eq!(standing(&ok), State::Done);
    }
}
