//! Whole accounts: read through a client, compared with each other, and made again on a Kettle with the
//! same ids, addresses and names.
//!
//! It reads by the operations that anybody has, and makes things by the operations that make them: what
//! is asked for is the inverse of what is shown ([`sources`], one function a kind). What the original has
//! and nobody can ask for (its id, its addresses, its age) goes along (`POST /_kettle/world/adopt`), and
//! what still is shown otherwise is told as the original tells it (`PUT /_kettle/world/told`).
//!
//! Nothing here knows a server from within: the live account and a Kettle are asked alike.

mod compare;
mod copy;
pub mod files;
mod read;
pub mod sources;

pub use compare::{Difference, What, compare, told_by_both};
pub use copy::{Copied, copy};
pub use read::{Answer, Reading, Thing, read};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A server refused, or did not answer.
    #[error(transparent)]
    Call(#[from] sdk::Error),
    /// What it answered is not what its operation answers.
    #[error("{operation}: {text}")]
    Unreadable {
        /// The operation's id.
        operation: String,
        /// What is wrong with the answer.
        text: String,
    },
    /// There is no such family.
    #[error("there is no `{0}` that can be copied; there are {1}")]
    Unknown(String, String),
}

/// What this crate answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who hears how far a reading or a copy has come: what is done, and of how many.
pub type Progress<'a> = &'a (dyn Fn(&str, usize, usize) + Send + Sync);
