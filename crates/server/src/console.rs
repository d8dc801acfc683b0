//! `/console`: pages for browsers, whose requests are carried out by the routes in this same process.
//!
//! What a page means is the crate `console`'s business alone.

use std::sync::Arc;

use axum::Router;
use http::Extensions;

use crate::journal::Journal;
use crate::route::{Peer, Unlimited};

/// The routes under `/console`, in front of `routes`. What a page looks at is not written down; what
/// somebody does by one is, as any other request.
pub(crate) fn routes(routes: Router, journal: &Journal) -> Router {
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
    console::router(console::Config { quiet: routes, noted, carry, news, now })
}

/// Keys can be limited to networks: the routes are told where the browser is. A page asks for many
/// things at once, which is not the browser's haste.
fn carry(from: &Extensions, to: &mut Extensions) {
    if let Some(peer) = from.get::<Peer>() {
        to.insert(*peer);
    }
    to.insert(Unlimited);
}
