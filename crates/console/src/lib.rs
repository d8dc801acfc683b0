//! The console: the whole API in a browser, drawn from the definition of its operations.
//!
//! It is a client as others are: it calls operations in this process with the key of whoever has
//! signed in, and may what that key may. It knows no family but by a small layer made by hand
//! (`nav`, what a list shows first, what a status looks like): an operation that is added to `api`
//! appears here by itself. Pages are HTML that works without script; a little script of our own adds
//! live rows, dialogs and copying. Nothing is loaded from elsewhere, and the key never reaches a page.

mod act;
mod assets;
mod browse;
mod choices;
mod code;
mod cx;
mod form;
mod href;
mod icon;
mod layout;
mod link;
mod list;
mod live;
mod login;
mod nav;
mod network;
mod one;
mod overview;
mod price;
mod reference;
mod requests;
mod search;
mod session;
mod status;
mod terminal;
#[cfg(test)]
mod tests;
mod upstream;
mod when;
mod world;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use axum::Router;
use axum::response::Response;
use http::Extensions;

use crate::session::Sessions;

pub use terminal::Terminals;

/// Where the console is, and all that belongs to it.
pub const ROOT: &str = "/console";

/// Ends when something may have changed: whether more may come.
pub type News = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What the console is served with.
pub struct Config {
    /// The routes that are looked at. What the console asks by itself stands in no log.
    pub quiet: Router,
    /// The same routes, which note what is asked: for what people do.
    pub noted: Router,
    /// Copies from a browser's request to those made for it what the routes want to know of it.
    pub carry: fn(&Extensions, &mut Extensions),
    /// Ends with the next request that is written down, or with the server.
    pub news: News,
    /// What time it is in the world, in milliseconds after 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Opens terminals in machines; none: these are simulated.
    pub terminals: Option<Terminals>,
}

/// What all pages share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) sessions: Sessions,
    /// How many pages are kept as things are now.
    pub(crate) streams: AtomicUsize,
    /// How many terminals are open.
    pub(crate) terminals: AtomicUsize,
}

/// The routes under `/console`.
pub fn router(config: Config) -> Router {
    let (sessions, streams, terminals) = Default::default();
    let shared = Arc::new(Shared { config, sessions, streams, terminals });
    pages()
        .merge(terminal::routes())
        .merge(live::routes())
        .merge(requests::streams())
        .with_state(shared)
}

/// The page for a browser at an address where nothing is, which leads to the console.
pub fn nothing(path: &str) -> Response {
    layout::nothing(path, browse::meant(path).as_deref())
}

/// The pages, without the streams of what changes in them.
fn pages() -> Router<Arc<Shared>> {
    Router::new()
        .merge(assets::routes())
        .merge(login::routes())
        .merge(overview::routes())
        .merge(act::routes())
        .merge(browse::routes())
        .merge(reference::routes())
        .merge(search::routes())
        .merge(form::routes())
        .merge(network::routes())
        .merge(requests::routes())
        .merge(world::routes())
}
