//! `POST /_kettle/NAME/{id}`: what happens outside, and reaches a Kettle on its own by hand alone.
//! What there is of it, its family says.

use std::sync::Arc;

use api::ApiError;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use control::Told;
use control::auth::Caller;
use http::header::CONTENT_TYPE;

use crate::{App, reply, route};

pub(crate) async fn tell(
    State(app): State<Arc<App>>,
    Path((name, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    match told(&app, &name, &id, request).await {
        Ok(()) => reply::success(204, bytes::Bytes::new()),
        Err(error) => reply::error(&error),
    }
}

async fn told(app: &Arc<App>, name: &str, id: &str, request: Request) -> Result<(), ApiError> {
    let nothing = || ApiError { error: "Not found.".into(), status: 404 };
    let deed = app.control.deed(name).ok_or_else(nothing)?;
    let id = id.parse().map_err(|_| nothing())?;
    let (parts, body) = request.into_parts();
    let address = route::peer(&parts);
    let caller = match deed.is_open {
        true => Arc::new(Caller::nobody()),
        false => {
            app.control.admit(route::bearer(&parts).unwrap_or_default(), address).await.map_err(
                |error| control::failure("tell", error, app.control.behave().is_helpful()),
            )?
        }
    };
    let whole = route::read(app, &parts, body).await?;
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let content_type = kind.unwrap_or_default().to_owned();
    let cx = app.control.cx(caller, address, "tell").at(route::site(&parts));
    let told = deed.told(cx, Told { id, content_type, body: whole.bytes });
    app.control.chance().for_request(app.control.clock(), told).await
}
