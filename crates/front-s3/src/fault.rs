//! What goes wrong here, as S3 tells it.

use s3s::{S3Error, s3_error};

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) S3Error);

/// What is found, or the error that is told.
pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl From<S3Error> for Fault {
    fn from(error: S3Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for S3Error {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "objects: the database failed");
        Self(s3_error!(error, InternalError, "The storage of objects failed."))
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "objects: a file failed");
        Self(s3_error!(error, InternalError, "The storage of objects failed."))
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(%error, "objects: a row cannot be read");
        Self(s3_error!(error, InternalError, "The storage of objects failed."))
    }
}

impl From<fronts::Error> for Fault {
    fn from(error: fronts::Error) -> Self {
        match error {
            fronts::Error::Refused(why) => Self(s3_error!(InvalidRequest, "{why}")),
            fronts::Error::Unavailable(why) => Self(s3_error!(ServiceUnavailable, "{why}")),
        }
    }
}

/// An error of S3 as a fault: `fault!(NoSuchKey)`, `fault!(InvalidArgument, "why")`.
macro_rules! fault {
    ($($all:tt)+) => { $crate::fault::Fault(s3s::s3_error!($($all)+)) };
}
pub(crate) use fault;

/// An error that `s3s` has no name for.
pub(crate) fn custom(code: &'static str, status: http::StatusCode, why: &'static str) -> Fault {
    let mut error = S3Error::with_message(s3s::S3ErrorCode::Custom(code.into()), why);
    error.set_status_code(status);
    Fault(error)
}
