//! Why an operation was not done: the one place that maps errors to status and public text.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use api::ApiError;
use store::Hot;
use uuid::Uuid;

/// What handlers answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a handler did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller asked for what cannot be.
    #[error("{0:?}")]
    Refused(Refusal),
    /// What the handler relied on has changed: the router runs it again.
    #[error("the data changed meanwhile ({0})")]
    Stale(Hot),
    /// Who asks is gone meanwhile, perhaps since everything was reset.
    #[error("who asked for it is gone")]
    Gone,
    /// A row cannot be read: it is not what this release or an older one wrote.
    #[error("the row of {kind} {id} cannot be read: {cause}")]
    Unreadable {
        /// What it is a row of.
        kind: &'static str,
        /// Its id.
        id: Uuid,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The store can do nothing now, and nothing was written by what failed.
    #[error(transparent)]
    Unavailable(store::Error),
    /// Our own fault. The cause goes to the log, never to the caller.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// A refusal: the real API's own words, and what helps a person further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 4xx other than 429, since clients send 429 and 5xx again.
    pub status: u16,
    /// The words that clients match on.
    pub said: Cow<'static, str>,
    /// Which field, what was wrong, what would be right. Left out where the answer is to be the
    /// real API's alone.
    pub help: Option<String>,
}

impl Refusal {
    /// A refusal with any status.
    pub fn new(status: u16, said: impl Into<Cow<'static, str>>) -> Self {
        Self { status, said: said.into(), help: None }
    }
    /// 400, in the real API's words.
    pub fn bad(said: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, said)
    }
    /// 400 for a field, where the real API's words are not known or say no more.
    pub fn field(field: &str, text: impl std::fmt::Display) -> Self {
        Self::bad("Bad request.").help(format!("{field}: {text}"))
    }
    /// 404, in the real API's words.
    pub fn not_found(said: impl Into<Cow<'static, str>>) -> Self {
        Self::new(404, said)
    }
    /// 401, in the real API's words.
    pub fn unauthorized(said: impl Into<Cow<'static, str>>) -> Self {
        Self::new(401, said)
    }
    /// 403, in the real API's words.
    pub fn forbidden(said: impl Into<Cow<'static, str>>) -> Self {
        Self::new(403, said)
    }
    /// Adds what helps a person.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Goes on only where it is so; else this is what is said.
    ///
    /// # Errors
    /// This refusal.
    pub fn unless(self, is_so: bool) -> Result<()> {
        if is_so { Ok(()) } else { Err(self.into()) }
    }

    /// What the caller gets: with the help, or the real API's words alone.
    pub fn answer(&self, helpful: bool) -> ApiError {
        let error = match &self.help {
            Some(help) if helpful && self.said.ends_with('.') => format!("{} {help}", self.said),
            Some(help) if helpful => format!("{}: {help}", self.said),
            _ => self.said.to_string(),
        };
        ApiError { error, status: self.status }
    }
}

/// Refuses a field, for what is said of it.
///
/// # Errors
/// 400 naming the field.
pub fn refuse<T>(field: &str, text: impl Display) -> Result<T> {
    Err(Refusal::field(field, text).into())
}

/// Goes on only where it is so: what is said of a field is why it is not.
///
/// # Errors
/// 400 naming the field.
pub fn ensure(is_so: bool, field: &str, text: impl Display) -> Result<()> {
    if is_so { Ok(()) } else { refuse(field, text) }
}

/// What a text of a request says, where it is such a thing: `what` names that, and an example.
///
/// # Errors
/// 400 naming the field.
pub fn parsed<T: FromStr>(field: &str, text: &str, what: &str) -> Result<T> {
    text.parse().or_else(|_| refuse(field, format_args!("`{text}` is no {what}")))
}

/// A figure of a request, where it is from the first to the last of what it can be.
///
/// # Errors
/// 400 naming the field.
pub fn in_range<T: PartialOrd + Display>(
    field: &str,
    figure: T,
    range: RangeInclusive<T>,
) -> Result<T> {
    let (first, last) = (range.start(), range.end());
    let text = format_args!("{figure} is not from {first} to {last}");
    ensure(range.contains(&figure), field, text)?;
    Ok(figure)
}

impl Error {
    /// What is said to whoever would change or delete what cannot be read: it stays as it is, since
    /// nobody knows what else there is that belongs to it, and a later release may read it. Sent
    /// again, as clients do with a 500, that would be no different.
    pub(crate) fn kept(self) -> Self {
        let Self::Unreadable { kind, id, .. } = &self else { return self };
        tracing::error!(error = %self, "left as it is");
        let help = format!("{kind} {id} is left as it is; the server's log says why");
        Refusal::new(409, "It cannot be read.").help(help).into()
    }
}

/// What the caller sees of an error that ends its request.
pub fn failure(op: &'static str, error: Error, helpful: bool) -> ApiError {
    // Clients send a 503 again by themselves: it says that nothing was done.
    let again = |help: &str| Refusal::new(503, "Service unavailable.").help(help).answer(helpful);
    match error {
        Error::Refused(refusal) => refusal.answer(helpful),
        Error::Stale(hot) => {
            tracing::warn!(op, %hot, "others kept changing what an operation relies on");
            again("others kept changing what this relies on, so nothing was done; send it again")
        }
        Error::Gone => {
            again("the caller is gone, as after a reset, so nothing was done; send it again")
        }
        Error::Unavailable(error) => {
            tracing::warn!(op, %error, "an operation could not be done");
            let why = error.unavailable().unwrap_or("the store cannot be used");
            again(&format!("{why}, so nothing was done; send it again"))
        }
        error @ (Error::Internal(_) | Error::Unreadable { .. }) => {
            tracing::error!(op, %error, "an operation failed");
            ApiError { error: "Internal server error.".into(), status: 500 }
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Self {
        match e {
            store::Error::Stale(hot) => Self::Stale(hot),
            store::Error::Gone(_) => Self::Gone,
            other if other.unavailable().is_some() => Self::Unavailable(other),
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Self::Internal(Box::new(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_follows_the_real_words_and_can_be_left_out() {
        let refusal = Refusal::field("region", "`xyz` is no region");
        assert_eq!(refusal.answer(true).error, "Bad request. region: `xyz` is no region");
        assert_eq!(refusal.answer(false).error, "Bad request.");
        let refusal = Refusal::not_found("Invalid VPC ID").help("no VPC has this id");
        assert_eq!(refusal.answer(true).error, "Invalid VPC ID: no VPC has this id");
    }

    #[test]
    fn what_is_no_such_thing_is_refused_by_its_field() {
        let said = |outcome: Result<u16>| match outcome {
            Err(Error::Refused(refusal)) => refusal.help,
            _ => None,
        };
        assert_eq!(parsed::<u16>("port", "22", "port such as 80").ok(), Some(22));
        let text = said(parsed("port", "ssh", "port such as 80")).unwrap();
        assert_eq!(text, "port: `ssh` is no port such as 80");
        assert!(Refusal::bad("Too many.").unless(true).is_ok());
        assert!(Refusal::bad("Too many.").unless(false).is_err());
    }
}
