//! All there is as a file, out of the browser's server and in again, and the history as one. Nothing of a
//! world's file is held here: it goes through in pieces.

use std::sync::Arc;

use api::world::snapshots::{EXPORT, IMPORT, MEDIA};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode};

use super::upload::Upload;
use super::{here, not_seen, state};
use crate::cx::{Cx, TOKEN, is_same_origin};
use crate::form::SURE;
use crate::session::Told;
use crate::upstream::Refusal;
use crate::{Shared, layout};

/// The media type of an HTTP Archive.
const HAR: &str = "application/json";

pub(super) async fn export(cx: Cx) -> Response {
    handed_on(&cx, EXPORT, MEDIA).await
}

pub(super) async fn har(cx: Cx) -> Response {
    handed_on(&cx, "/_kettle/requests?as=har&limit=1000", HAR).await
}

/// What a path answers, as it comes.
async fn handed_on(cx: &Cx, path: &str, kind: &'static str) -> Response {
    match cx.caller.pass(&Method::GET, path, None, Body::empty(), true).await {
        Ok(mut response) => {
            layout::safe(&mut response, kind);
            response
        }
        Err(refusal) => not_seen(cx, &refusal),
    }
}

/// A file in place of all there is, where the form says that it is meant.
pub(super) async fn import(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_ours = is_same_origin(&parts.headers);
    let cx = match Cx::from_request_parts(&mut parts, &shared).await {
        Ok(cx) => cx,
        Err(response) => return response,
    };
    let Some(mut upload) = Upload::new(&parts.headers, body) else {
        return layout::plain(
            StatusCode::BAD_REQUEST,
            "This is no form with a file: nothing was done.",
        );
    };
    let token = upload.field(TOKEN).await;
    if !is_ours || token.as_deref() != Some(&*cx.session.token) {
        let text = "This form was not made for your session: nothing was done. Go back, reload the page, and \
                    send it again.";
        return layout::plain(StatusCode::FORBIDDEN, text);
    }
    let refused = match received(&cx, upload).await {
        Ok(()) => {
            cx.tell("Imported, in place of all there was");
            None
        }
        Err(refusal) => Some(refusal.text),
    };
    if let Some(text) = refused {
        cx.session.tell(Told { done: String::new(), refused: vec![text] });
    }
    Redirect::to(&here()).into_response()
}

async fn received(cx: &Cx, mut upload: Upload) -> Result<(), Refusal> {
    let wrong = |text: String| Refusal { status: 400, text, field: None };
    let sure = upload.field(SURE).await.unwrap_or_default();
    if sure.trim() != state::IMPORT {
        upload.drain().await;
        let word = state::IMPORT;
        return Err(wrong(format!(
            "Nothing was imported: type {word}, for what is here is lost by it."
        )));
    }
    let Some(file) = upload.file("world").await else {
        return Err(wrong("Nothing was imported: choose a file that was exported.".to_owned()));
    };
    cx.caller.pass(&Method::POST, IMPORT, Some(MEDIA), file, false).await?;
    Ok(())
}
