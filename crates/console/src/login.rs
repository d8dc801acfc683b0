//! Signing in: by a key, or by a link that `kettle console` has made, which is good once and for a
//! minute.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::{AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use maud::html;
use serde_json::{Map, Value, json};

use crate::cx::{Sent, cookie_name, host};
use crate::icon::{bird, icon};
use crate::upstream::{Caller, Refusal};
use crate::{ROOT, Shared, cx, layout};

/// The field of the address that says that a form came without a session.
const LOST: &str = "lost";
/// How long a form of this page may be, in bytes.
const FORM: usize = 8 << 10;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(ROOT, get(async || Redirect::permanent(&format!("{ROOT}/"))))
        .route(&format!("{ROOT}/login"), get(show).post(sign_in))
        .route(&format!("{ROOT}/logout"), post(sign_out))
        .route(&format!("{ROOT}/ticket"), post(ticket))
        .route(&format!("{ROOT}/enter"), get(enter))
}

/// Sends somebody to the page that asks for a key, and back to where they were going; who sent a form
/// is told that nothing was done.
pub(crate) fn ask(wanted: &str) -> Response {
    if wanted.is_empty() {
        return Redirect::to(&format!("{ROOT}/login?{LOST}=true")).into_response();
    }
    let mut fields = Map::new();
    fields.insert("to".into(), wanted.into());
    let fields = if is_ours(wanted) { fields } else { Map::new() };
    Redirect::to(&crate::href::with(&format!("{ROOT}/login"), &fields)).into_response()
}

/// Whether an address is a page of the console: nobody is led elsewhere by a link to it.
fn is_ours(address: &str) -> bool {
    let rest = address.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.starts_with('/') && !rest.contains(['\\', '\n', '\r']))
}

/// The page that asks for a key.
async fn show(headers: HeaderMap, uri: Uri) -> Response {
    let lost = "You were signed out before the form was sent: nothing was done.";
    let lost = (!asked(&uri, LOST).is_empty()).then_some(lost);
    form(&host(&headers), &asked(&uri, "to"), lost)
}

/// A field of an address's query; empty where there is none.
fn asked(uri: &Uri, name: &str) -> String {
    let mut fields = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    fields.find(|(own, _)| own == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn form(host: &str, to: &str, wrong: Option<&str>) -> Response {
    let body = html! {
        main.gate {
            span.brand { (bird()) "Kettle" }
            form.panel method="post" action={ (ROOT) "/login" } { div.body.stack {
                div { h1 { "Sign in" } p.muted { "to the world at " (host) } }
                @if let Some(text) = wrong {
                    div.note.bad role="alert" { (icon("alert")) div { (text) } }
                }
                input type="hidden" name="to" value=(to);
                div.field.bad[wrong.is_some()] {
                    label for="key" { "API key" }
                    input.input.mono id="key" name="key" type="password" autofocus required
                        autocomplete="current-password" aria-describedby="key-h"
                        aria-invalid=[wrong.map(|_| "true")];
                    span.hint id="key-h" {
                        "Printed by " code { "kettle serve" } ", and kept in the file " code { "key" }
                        " of its data directory."
                    }
                }
                button.btn.primary type="submit" { "Sign in" }
            } }
            div.stack {
                p.small.muted { "Or let the command line open this page, signed in:" }
                div.code {
                    pre id="open" tabindex="0" role="region" aria-label="command" {
                        span.w { "kettle" } " console"
                    }
                    button.copy type="button" data-copy="#open" aria-label="Copy command" {
                        (icon("copy"))
                    }
                }
            }
        }
        div id="say" .sr role="status" aria-live="polite" {}
    };
    let status = if wrong.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    layout::document("Sign in", body, status)
}

/// Signs in with the key of a form.
async fn sign_in(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, FORM).collect().await else {
        return layout::plain(StatusCode::PAYLOAD_TOO_LARGE, "That is longer than any key.");
    };
    let fields: Vec<_> = form_urlencoded::parse(&body.to_bytes()).into_owned().collect();
    let field = |name: &str| {
        fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    };
    let (key, to, host) = (field("key"), field("to"), host(&parts.headers));
    let caller = Caller::new(shared.clone(), key, &parts.extensions);
    match known(&caller, key).await {
        Ok(()) => signed_in(&shared, &host, key, to),
        Err(refusal) if refusal.status == 401 => {
            let text = "No such key here, or it has expired. Nothing of it is kept.";
            form(&host, to, Some(text))
        }
        Err(refusal) => form(&host, to, Some(&refusal.text)),
    }
}

/// Whether somebody has this key. What they may do is another question.
async fn known(caller: &Caller, key: &str) -> Result<(), Refusal> {
    let refused = |status, text: &str| Refusal { status, text: text.to_owned(), field: None };
    if key.is_empty() {
        return Err(refused(401, "no key"));
    }
    match caller.exchange(&Method::GET, "/v2/account", None, true).await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.status == 403 => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

fn signed_in(shared: &Shared, host: &str, key: &str, to: &str) -> Response {
    let name = shared.sessions.open(key);
    let to = if is_ours(to) { to.to_owned() } else { format!("{ROOT}/") };
    let mut response = Redirect::to(&to).into_response();
    set_cookie(&mut response, host, &name, "");
    response
}

fn set_cookie(response: &mut Response, host: &str, value: &str, more: &str) {
    let name = cookie_name(host);
    let text = format!("{name}={value}; Path={ROOT}; HttpOnly; SameSite=Strict{more}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

/// Ends the session.
async fn sign_out(headers: HeaderMap, sent: Sent) -> Response {
    let name = cookie_name(&sent.cx.host);
    if let Some(session) = cx::cookie(&headers, &name) {
        sent.cx.shared.sessions.close(&session);
    }
    let mut response = Redirect::to(&format!("{ROOT}/login")).into_response();
    set_cookie(&mut response, &sent.cx.host, "", "; Max-Age=0");
    response
}

/// Makes a link that signs in whoever opens it with the key that this request shows, once and within a
/// minute: `{"path": "/console/enter?ticket=..."}`.
async fn ticket(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let given = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = given.and_then(|value| value.split_once(' ')).map_or("", |(_, key)| key.trim());
    let caller = Caller::new(shared.clone(), key, &parts.extensions);
    match known(&caller, key).await {
        Ok(()) => {
            let path = format!("{ROOT}/enter?ticket={}", shared.sessions.ticket(key));
            json_answer(StatusCode::OK, &json!({ "path": path }))
        }
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let body = json!({ "error": refusal.text, "status": status.as_u16() });
            json_answer(status, &body)
        }
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    layout::safe(&mut response, "application/json");
    response
}

/// Signs in by a link, and leads to the overview: the link itself stays in no history.
async fn enter(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Response {
    match shared.sessions.redeem(&asked(&uri, "ticket")) {
        Some(key) => {
            let mut response = signed_in(&shared, &host(&headers), &key, "");
            layout::safe(&mut response, "text/html; charset=utf-8");
            response
        }
        None => {
            let text = "This link was good for one minute, and once. `kettle console` makes another, \
                        or sign in with the key.";
            form(&host(&headers), "", Some(text))
        }
    }
}
