//! `GET /_kettle/status`: which server this is, since when, and what there is. For its owner.

use std::sync::Arc;

use api::{ApiError, Time};
use axum::extract::{Request, State};
use axum::response::Response;
use control::Behave;
use serde_json::{Map, Value, json};

use crate::{App, control_routes, reply};

/// What is no thing of an account's, but a part of it or of the server's own work.
const INNER: &[&str] = &["account", "api-key", "bgp", "charge", "instance-job", "invoice"];

pub(crate) async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = control_routes::owner(&app, &parts).await {
        return refusal;
    }
    let kinds = match app.control.store().kinds().await {
        Ok(kinds) => kinds,
        Err(error) => {
            let error = format!("Service unavailable. {error}");
            return reply::error(&ApiError { error, status: 503 });
        }
    };
    let things = kinds.into_iter().filter(|(kind, _)| !INNER.contains(&kind.as_str()));
    let things: Map<String, Value> = things.map(|(kind, n)| (kind, n.into())).collect();
    let behave = match app.control.behave() {
        Behave::Fast => "fast",
        Behave::Vultr => "vultr",
    };
    let status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "since": Time::from_millis(app.started),
        "calls": app.control.calls(),
        "behave": behave,
        "state": app.place,
        "real": app.control.real(),
        "fronts": app.control.fronts(),
        "can_stop": app.stop.is_some(),
        "things": things,
    });
    reply::success(200, status.to_string().into())
}
