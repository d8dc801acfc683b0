//! What programs are told that speak with the outside otherwise than by the API: name servers,
//! object storage, metadata services, consoles of machines. Each trait of [`::fronts`] is answered in a file of its own, over
//! the store, as things are at that moment.

mod consoles;
mod machines;
mod stores;
mod zones;

use std::sync::Arc;

use ::fronts::Error;

use crate::{Control, failure};

pub use zones::Names;

/// The control plane, as such programs see it. Cheap to clone.
#[derive(Clone)]
pub struct Front(Arc<Control>);

impl Front {
    /// Of this control plane.
    pub fn new(control: Arc<Control>) -> Self {
        Self(control)
    }
}

/// The store cannot be read, or holds what cannot be.
fn unavailable(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}

/// What a front is told of an error.
fn told(control: &Control, error: crate::Error) -> Error {
    let answer = failure("front", error, control.behave().is_helpful());
    match answer.status {
        500.. => Error::Unavailable(answer.error),
        _ => Error::Refused(answer.error),
    }
}
