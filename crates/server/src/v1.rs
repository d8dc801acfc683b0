//! `/v1`: its calls carried out by the routes of v2 in this same process, on the same data.
//!
//! What a call means is the crate `v1`'s business alone.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use control::{Behave, Control};
use http::Extensions;
use v1::{Config, Limit, Mode, Noted, StoreIds, in_process};

use crate::journal::Seen;
use crate::route::{self, Peer, Site};

/// The routes under `/v1`, in front of those of v2.
pub(crate) fn routes(control: &Arc<Control>, v2: Router, mode: Mode) -> Router {
    let clock = control.clock().clone();
    let limit = match control.behave() {
        Behave::Vultr => Some(Limit::of_v1(clock.clone())),
        Behave::Fast => None,
    };
    let v1 = v1::router(Config {
        upstream: Arc::new(in_process(v2, carry)),
        ids: Arc::new(StoreIds::beside(control.store().clone())),
        catalog: Arc::new(control.catalog().clone()),
        limit,
        mode,
        clock,
        // v2 is in this process: asking it costs little, and what it says is of this moment.
        remember: Duration::ZERO,
    });
    v1.layer(axum::middleware::map_request(async |request: Request| {
        let (mut parts, body) = request.into_parts();
        let site = Site(route::site(&parts).map(str::to_owned));
        parts.extensions.insert(site);
        // It is read by `v1`, which knows no log.
        if let Some(seen) = parts.extensions.get::<Seen>().cloned() {
            parts.extensions.insert(Noted(Arc::new(move |body| seen.note_sent(body))));
        }
        Request::from_parts(parts, body)
    }))
}

/// Keys can be limited to networks: v2 is told where the caller is, and which host was asked for the
/// addresses in its answers. And it says who the caller is.
fn carry(from: &Extensions, to: &mut Extensions) {
    if let Some(peer) = from.get::<Peer>() {
        to.insert(*peer);
    }
    if let Some(site) = from.get::<Site>() {
        to.insert(site.clone());
    }
    if let Some(seen) = from.get::<Seen>() {
        to.insert(seen.within());
    }
}
