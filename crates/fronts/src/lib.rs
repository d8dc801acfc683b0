//! What the outside asks the control plane, where programs speak with it otherwise than by its API: name
//! servers, object storage, metadata services, consoles of machines.
//!
//! A front is a crate `front-*` that speaks a protocol and knows no family: it asks for what is here. The
//! control plane answers over its store (`control::fronts`), with no HTTP in between. Whatever is asked
//! is answered as things are at that moment.

pub mod machines;
pub mod stores;
pub mod terminals;
pub mod zones;

use std::pin::Pin;

pub use machines::Machines;
pub use stores::Stores;
pub use terminals::{Consoles, Terminals};
pub use zones::Zones;

/// The control plane could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It refuses what was asked, for this reason, which is for whoever asked.
    #[error("{0}")]
    Refused(String),
    /// It cannot answer now.
    #[error("{0}")]
    Unavailable(String),
}

/// What the control plane answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A question that is under way.
pub type Ask<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
