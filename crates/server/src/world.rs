//! What the operations of Kettle's own do (`api::world`): each area is a file here.
//!
//! A handler is as those of the API are: it takes the request, and what it refuses is a `Refusal`. That
//! the owner's key was shown has been looked at before it is called (`route::serve`).

mod clock;
mod copies;
mod faults;
mod history;
mod holds;
pub(crate) mod snapshots;
mod state;

use std::sync::Arc;

use control::Routes;

use crate::App;

/// Every operation of Kettle's own with its handler.
pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let all = state::routes(app).and(snapshots::routes(app)).and(copies::routes(app));
    let all = all.and(clock::routes(app)).and(holds::routes(app));
    all.and(faults::routes(app)).and(history::routes(app))
}
