//! What programs are told that speak with the outside otherwise than by the API: name servers,
//! object storage, metadata services. Each trait of [`::fronts`] is answered in a file of its own, over
//! the store, as things are at that moment.

mod machines;

use std::sync::Arc;

use plane::Control;

/// The control plane, as such programs see it.
#[derive(Clone)]
pub struct Front(Arc<Control>);

impl Front {
    /// Of this control plane.
    pub fn new(control: Arc<Control>) -> Self {
        Self(control)
    }
}

/// The store cannot be read, or holds what cannot be.
fn unavailable(error: impl std::fmt::Display) -> ::fronts::Error {
    ::fronts::Error::Unavailable(error.to_string())
}
