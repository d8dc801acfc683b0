//! Why a command could not do what was asked: what it wanted first, then the causes.

use std::error::Error;
use std::fmt::{self, Display};

/// What went wrong, in one line.
#[derive(Debug)]
pub(crate) struct Fault {
    text: String,
    /// Whether the cause is that another server has the data.
    pub(crate) is_taken: bool,
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_taken: false }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

// As this is no `Error` itself, all that are can become one.
impl<E: Error + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        let first: &(dyn Error + 'static) = &error;
        let is_taken = matches!(first.downcast_ref(), Some(store::Error::AlreadyOpen(_)));
        let causes = std::iter::successors(Some(first), |&error| error.source());
        let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        Self { text, is_taken }
    }
}

/// Says what was wanted when something went wrong.
pub(crate) trait Context<T>: Sized {
    fn with_context<C: Display>(self, wanted: impl FnOnce() -> C) -> Result<T>;

    fn context(self, wanted: impl Display) -> Result<T> {
        self.with_context(|| wanted)
    }
}

impl<T, E: Into<Fault>> Context<T> for Result<T, E> {
    fn with_context<C: Display>(self, wanted: impl FnOnce() -> C) -> Result<T> {
        self.map_err(|error| {
            let Fault { text, is_taken } = error.into();
            Fault { text: format!("{}: {text}", wanted()), is_taken }
        })
    }
}

impl<T> Context<T> for Option<T> {
    fn with_context<C: Display>(self, wanted: impl FnOnce() -> C) -> Result<T> {
        self.ok_or_else(|| Fault::new(wanted().to_string()))
    }
}

/// Gives up, and says why.
macro_rules! bail {
    ($($text:tt)*) => { return Err($crate::fault::Fault::new(format!($($text)*))) };
}
pub(crate) use bail;
