//! A request of somebody who has signed in, and a form that they sent.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::header::{COOKIE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};

use crate::live::Unseen;
use crate::session::{Session, Told};
use crate::upstream::Caller;
use crate::{Shared, layout, login};

/// How large a form may be, in bytes.
const FORM: usize = 2 << 20;

/// A request of somebody who has signed in.
pub(crate) struct Cx {
    /// Calls operations for them.
    pub(crate) caller: Caller,
    pub(crate) session: Arc<Session>,
    /// The host that the browser names, with its port.
    pub(crate) host: String,
    /// The path, as the browser sent it: `/console/v2/instances`.
    pub(crate) path: String,
    /// The query's fields, in their order.
    pub(crate) query: Vec<(String, String)>,
    /// Whether the page is made to see what has changed, and nobody reads it.
    pub(crate) is_unseen: bool,
    pub(crate) shared: Arc<Shared>,
}

impl Cx {
    /// The first value of a field in the query; empty where there is none.
    pub(crate) fn asked(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// The query's fields that are not empty, as an operation takes them. A field that is there several
    /// times has its last value.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let set = self.query.iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name.clone(), value.clone().into())).collect()
    }
}

impl Cx {
    /// Says on the next page what was done.
    pub(crate) fn tell(&self, done: &str) {
        self.session.tell(Told { done: done.to_owned(), refused: Vec::new() });
    }
}

impl FromRequestParts<Arc<Shared>> for Cx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let host = host(&parts.headers);
        let cookie = cookie(&parts.headers, &cookie_name(&host));
        let Some(session) = cookie.and_then(|name| shared.sessions.find(&name)) else {
            // Who only looks comes back to where they were going.
            let wanted = parts.uri.path_and_query().map(|all| all.as_str()).unwrap_or_default();
            let looks = matches!(parts.method, Method::GET | Method::HEAD);
            let wanted = if looks { wanted } else { "" };
            return Err(login::ask(wanted));
        };
        let caller = Caller::new(shared.clone(), &session.key, &parts.extensions);
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            caller,
            session,
            host,
            path: parts.uri.path().to_owned(),
            query: query.into_owned().collect(),
            is_unseen: parts.extensions.get::<Unseen>().is_some(),
            shared: shared.clone(),
        })
    }
}

/// A form that was sent from a page of this session.
pub(crate) struct Sent {
    pub(crate) cx: Cx,
    /// Its fields, in their order, without the token.
    pub(crate) fields: Vec<(String, String)>,
}

impl FromRequest<Arc<Shared>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let is_ours = is_same_origin(&parts.headers);
        let cx = Cx::from_request_parts(&mut parts, shared).await?;
        let body = Limited::new(body, FORM).collect().await;
        let Ok(body) = body else {
            return Err(layout::plain(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large."));
        };
        let body = body.to_bytes();
        let fields = form_urlencoded::parse(&body).into_owned();
        let (own, fields): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| name == TOKEN);
        if !is_ours || !own.iter().any(|(_, token)| *token == cx.session.token) {
            let text = "This form was not made for your session: nothing was done. Go back, reload \
                        the page, and send it again.";
            return Err(layout::plain(StatusCode::FORBIDDEN, text));
        }
        Ok(Self { cx, fields })
    }
}

/// The name of the field with the session's token.
pub(crate) const TOKEN: &str = "_token";

/// Whether a page of this server sent it. A browser names the page's origin with each form.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    origin.split_once("://").is_some_and(|(_, from)| from == host(headers))
}

/// The host that a request names, with its port.
pub(crate) fn host(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host.to_owned()
}

/// The cookie's name. Ports share cookies, so that two servers on one machine need two names.
pub(crate) fn cookie_name(host: &str) -> String {
    let port = host.rsplit_once(':').map_or("", |(_, port)| port.trim_end_matches(']'));
    format!("kettle_console_{port}")
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut each = all.flat_map(|cookies| cookies.split(';')).map(str::trim);
    each.find_map(|cookie| cookie.split_once('=').filter(|(own, _)| *own == name))
        .map(|(_, value)| value.to_owned())
}
