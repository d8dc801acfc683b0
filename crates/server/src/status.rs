//! `GET /_kettle/status`: which server this is, since when, and what there is. For its owner.

use std::sync::Arc;

use api::{ApiError, Time};
use axum::extract::{Request, State};
use axum::response::Response;
use control::Behave;
use control::life::Stuck;
use engine::Mode;
use serde_json::{Map, Value, json};

use crate::{App, control_routes, reply};

/// What is no thing of an account's, but a part of it or of the server's own work.
const INNER: &[&str] =
    &["account", "api-key", "bgp", "charge", "instance-job", "invoice", "network-guest"];

/// How many things are told that are stuck.
const STUCK: usize = 20;

/// A thing that is stuck.
fn told(stuck: &Stuck) -> Value {
    json!({
        "kind": stuck.kind,
        "id": stuck.id,
        "since": stuck.since.map(Time::from_millis),
        "tries": stuck.tries,
        "retry_at": stuck.retry_at.map(Time::from_millis),
        "why": stuck.why,
    })
}

/// How the clock goes, where that is otherwise than the system's.
fn clock(app: &App) -> Value {
    let clock = app.control.clock();
    match clock.mode() {
        Mode::Real => Value::Null,
        mode => json!({ "time": Time::from_millis(clock.now()), "rate": mode.rate() }),
    }
}

pub(crate) async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = control_routes::owner(&app, &parts).await {
        return refusal;
    }
    let unavailable = |error: &dyn std::fmt::Display| {
        let error = format!("Service unavailable. {error}");
        reply::error(&ApiError { error, status: 503 })
    };
    let kinds = match app.control.store().kinds().await {
        Ok(kinds) => kinds,
        Err(error) => return unavailable(&error),
    };
    let stuck = match app.control.stuck(STUCK).await {
        Ok(stuck) => stuck.iter().map(told).collect::<Vec<_>>(),
        Err(error) => return unavailable(&error),
    };
    let things = kinds.into_iter().filter(|(kind, _)| !INNER.contains(&kind.as_str()));
    let things: Map<String, Value> = things.map(|(kind, n)| (kind, n.into())).collect();
    let complaints = app.control.complaints().into_iter();
    let complaints: Vec<_> = complaints.map(|(id, says)| json!({"id": id, "says": says})).collect();
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
        "clock": clock(&app),
        "state": app.place,
        "real": app.control.real(),
        "fronts": app.control.fronts(),
        "can_stop": app.stop.is_some(),
        "things": things,
        "stuck": stuck,
        "complaints": complaints,
    });
    reply::success(200, status.to_string().into())
}
