//! What went wrong, and the exit status that says so to scripts.

use std::io::Write;

use presentation::text::{clean, clean_lines};
use sdk::{Error, WaitError};

/// How a run ended, as the process's exit status. The numbers are promised to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// Something else, such as an answer that cannot be read.
    Other = 1,
    /// The command line or the configuration is wrong; nothing was sent.
    Usage = 2,
    /// The API refused: a 4xx that is none of the following.
    Refused = 3,
    /// There is no such thing (404), or no name matches.
    NotFound = 4,
    /// The key is missing, wrong, or may not do this (401, 403).
    Auth = 5,
    /// Too many requests (429).
    RateLimit = 6,
    /// The server failed (5xx).
    Server = 7,
    /// No answer arrived.
    Transport = 8,
    /// Waiting took too long, or ended badly.
    Wait = 9,
    /// SIGHUP came while it changed something or waited: the terminal is gone. A shell shows this and the
    /// next ones of who dies of them.
    HungUp = 129,
    /// SIGINT came: Ctrl-C.
    Interrupted = 130,
    /// SIGQUIT came: Ctrl-\\.
    Quit = 131,
    /// SIGTERM came.
    Terminated = 143,
}

impl Exit {
    /// The exit status that stands for an HTTP status.
    pub fn from_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Ok,
            401 | 403 => Self::Auth,
            404 => Self::NotFound,
            429 => Self::RateLimit,
            400..=499 => Self::Refused,
            500..=599 => Self::Server,
            _ => Self::Other,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line or the configuration is wrong.
    #[error("{0}")]
    Usage(String),
    /// No thing has that name.
    #[error("{0}")]
    NotFound(String),
    /// The call has no answer, or is refused.
    #[error("{}", .0.said())]
    Call(#[from] Error),
    /// The same at another endpoint than the one that the command line leads to.
    #[error("{}", .error.said())]
    Elsewhere {
        /// Why.
        error: Error,
        /// What may help there.
        hint: Option<Box<str>>,
    },
    /// Waiting brought nothing.
    #[error("{what}: {}", .error.said())]
    Wait {
        /// What was waited for.
        what: Box<str>,
        /// Why it did not come.
        error: WaitError,
        /// How to go on.
        go_on: Box<str>,
    },
    /// A signal came while it waited.
    #[error("{what}: not waited for any longer")]
    Stopped {
        /// What was waited for.
        what: Box<str>,
        /// The signal.
        by: Exit,
        /// How to go on.
        go_on: Box<str>,
    },
    /// A signal came before there was an answer.
    #[error("interrupted{}", .request.as_ref().map(|request| format!(": {request} may have taken effect")).unwrap_or_default())]
    Interrupted {
        /// The signal.
        by: Exit,
        /// What may have been done; none where nothing was sent that changes something.
        request: Option<Box<str>>,
    },
    /// There is nobody to ask; what would help is said with it.
    #[error("{0}")]
    Nobody(String),
    /// The answer lacks something.
    #[error("{0}")]
    Answer(String),
    /// Whoever was asked did not say yes.
    #[error("nothing was done")]
    Declined,
    /// The result cannot be written, or a file not read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// A mistake on the command line.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// The exit status for it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::NotFound(_) => Exit::NotFound,
            Self::Call(error)
            | Self::Elsewhere { error, .. }
            | Self::Wait { error: WaitError::Operation(error), .. } => call(error),
            Self::Nobody(_) => Exit::Transport,
            Self::Wait { .. } => Exit::Wait,
            Self::Stopped { by, .. } | Self::Interrupted { by, .. } => *by,
            // Whoever reads the output has seen enough: `kettle … | head`.
            Self::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Io(_) | Self::Answer(_) | Self::Declined => Exit::Other,
        }
    }

    /// Whether the API did not take the key.
    pub(crate) fn is_about_the_key(&self) -> bool {
        match self {
            Self::Call(error) | Self::Wait { error: WaitError::Operation(error), .. } => {
                error.status() == Some(401)
            }
            _ => false,
        }
    }

    /// Whether nobody answers at the endpoint at all.
    pub(crate) fn is_nobody_there(&self) -> bool {
        let Self::Call(Error::Transport { fault, .. }) = self else { return false };
        fault.kind == sdk::FaultKind::Connect
    }

    /// Whether everything else would end the same: nobody answers, the key is refused, or somebody
    /// wants no more of it.
    pub(crate) fn is_hopeless(&self) -> bool {
        let unsent = matches!(
            self,
            Self::Call(Error::Transport { .. } | Error::TimedOut { .. } | Error::Invalid(_))
                | Self::Interrupted { .. }
        );
        unsent || self.is_about_the_key()
    }

    /// The same, with how to go on: `text` is told whether to wait once more makes sense.
    pub(crate) fn with_go_on(self, text: impl Fn(bool) -> String) -> Self {
        match self {
            Self::Wait { what, error, .. } => {
                let more = !matches!(error, WaitError::Failed { .. });
                Self::Wait { what, error, go_on: text(more).into() }
            }
            Self::Stopped { what, by, .. } => Self::Stopped { what, by, go_on: text(true).into() },
            other => other,
        }
    }

    /// Says what went wrong with one of several things.
    pub(crate) fn report_about(&self, what: &str, err: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Self::Wait { .. } | Self::Stopped { .. } => self.report(err),
            other => writeln!(err, "error: {}: {}", clean(what), clean(&other.to_string())),
        }
    }

    /// Says what went wrong. Our own words may have lines; what others say is one.
    pub(crate) fn report(&self, err: &mut dyn Write) -> std::io::Result<()> {
        if self.exit() == Exit::Ok {
            return Ok(());
        }
        let text = match self {
            Self::Usage(text) | Self::NotFound(text) => clean_lines(text),
            other => clean(&other.to_string()),
        };
        writeln!(err, "error: {text}")?;
        match self {
            Self::Wait { go_on, .. } | Self::Stopped { go_on, .. } if !go_on.is_empty() => {
                writeln!(err, "hint: {}", clean(go_on))
            }
            _ => Ok(()),
        }
    }
}

fn call(error: &Error) -> Exit {
    match error {
        Error::Refused(refusal) => Exit::from_status(refusal.status),
        Error::Transport { .. } => Exit::Transport,
        Error::TimedOut { .. } => Exit::Wait,
        Error::Invalid(_) => Exit::Usage,
        _ => Exit::Other,
    }
}

#[cfg(test)]
mod tests {
    use sdk::Refusal;

    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_exit_status() {
        let refused = |status| {
            let refusal = Refusal { request: "GET /".into(), error: "no".into(), status };
            Failure::from(Error::Refused(refusal)).exit() as u8
        };
        let statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503].map(refused);
        assert_eq!(statuses, [3, 5, 5, 4, 3, 3, 6, 7, 7]);
        assert_eq!(Failure::usage("x").exit() as u8, 2);
        let timed_out = WaitError::TimedOut { after: Default::default(), state: "pending".into() };
        assert_eq!(
            Failure::Wait { what: "x".into(), error: timed_out, go_on: "".into() }.exit() as u8,
            9
        );
        let pipe = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::Io(pipe).exit() as u8, 0);
    }
}
