//! What fronts ask (`fronts`), answered over the store: as things are at that moment.

mod stores;

use std::sync::Arc;

use ::fronts::Error;

use crate::{Control, failure};

/// Answers what fronts ask of a control plane. Cheap to clone.
#[derive(Clone)]
pub struct Front(Arc<Control>);

impl Front {
    /// Of this control plane.
    pub fn new(control: Arc<Control>) -> Self {
        Self(control)
    }
}

/// What a front is told of an error.
fn told(control: &Control, error: crate::Error) -> Error {
    let answer = failure("front", error, control.behave().is_helpful());
    match answer.status {
        500.. => Error::Unavailable(answer.error),
        _ => Error::Refused(answer.error),
    }
}
