//! What the operations of Kettle's own do (`api::world`): each area is a file here.
//!
//! A handler is as those of the API are: it takes the request, and what it refuses is a `Refusal`. That
//! the owner's key was shown has been looked at before it is called (`route::serve`).

mod faults;
mod history;
mod state;

use std::sync::Arc;

use control::Routes;

use crate::App;

/// Every operation of Kettle's own with its handler.
pub(crate) fn routes(app: &Arc<App>) -> Routes {
    state::routes(app).and(faults::routes(app)).and(history::routes(app))
}
