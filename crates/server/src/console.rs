//! `/console`: pages for browsers, whose requests are carried out by the routes in this same process.
//!
//! What a page means is the crate `console`'s business alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::header::ACCEPT;
use http::{Extensions, Method};

use crate::front;
use crate::journal::Journal;
use crate::route::{Peer, Unlimited};

/// The routes under `/console`, in front of `routes`. What a page looks at is not written down; what
/// somebody does by one is, as any other request.
pub(crate) fn routes(
    routes: Router,
    journal: &Journal,
    terminals: Option<console::Terminals>,
) -> Router {
    let news = {
        let journal = journal.clone();
        move || {
            let journal = journal.clone();
            let next = async move {
                let mut news = std::pin::pin!(journal.news());
                // From here on, whatever comes is told.
                news.as_mut().enable();
                if !journal.is_closed() {
                    news.await;
                }
                !journal.is_closed()
            };
            Box::pin(next) as std::pin::Pin<Box<dyn Future<Output = bool> + Send>>
        }
    };
    let now = {
        let journal = journal.clone();
        move || journal.now()
    };
    let noted = journal.of(routes.clone());
    let (news, now) = (Arc::new(news), Arc::new(now));
    console::router(console::Config { quiet: routes, noted, carry, news, now, terminals })
}

/// The page that a browser gets at an address that is neither the API's nor the console's: it leads
/// there. None for programs, and below what only programs ask for.
pub(crate) fn nothing_at(request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let below =
        |own: &&str| path.strip_prefix(*own).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_for_page = *request.method() == Method::GET && accept.is_some_and(front::prefers_page);
    let is_for_programs = ["/v1", "/v2", "/_kettle"].iter().any(below);
    (is_for_page && !is_for_programs).then(|| console::nothing(path))
}

/// Keys can be limited to networks: the routes are told where the browser is. A page asks for many
/// things at once, which is not the browser's haste.
fn carry(from: &Extensions, to: &mut Extensions) {
    if let Some(peer) = from.get::<Peer>() {
        to.insert(*peer);
    }
    to.insert(Unlimited);
}
