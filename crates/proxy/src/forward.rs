//! Plain `http://` requests, which a proxy gets whole instead of as a tunnel.
//!
//! Each goes out on a connection of its own, so that a client's connection to us can carry requests
//! for different hosts. Must never change a request beyond what belongs to the hop to us.

use std::io;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, UPGRADE,
};
use hyper::{Request, Response, StatusCode, Uri, client};
use hyper_util::rt::TokioIo;

use crate::chain::Scheme;
use crate::dial::{self, Target, within};
use crate::listener::{Body, Route, Shared, say, unreachable_host};

/// Sends the request where it belongs and hands back the answer.
pub(crate) async fn forward(shared: &Shared, mut request: Request<Incoming>) -> Response<Body> {
    let port = if request.uri().scheme_str() == Some("https") { 443 } else { 80 };
    let Some(target) = Target::from_uri(request.uri(), Some(port)) else {
        return say(StatusCode::BAD_REQUEST, "the URL has no host");
    };
    let (host, port, outer) = match shared.route(&target) {
        Route::Refused(why) => return say(StatusCode::FORBIDDEN, why),
        Route::Kettle(address) => {
            shared.count.reached();
            (address.ip().to_string(), address.port(), None)
        }
        Route::Outside => match shared.chain.proxy_for(Scheme::Http, &target.host, target.port) {
            Ok(Some(outer)) => (outer.host.clone(), outer.port, Some(outer)),
            Ok(None) => (target.host.clone(), target.port, None),
            Err(error) => return unreachable_host(&target, &error),
        },
    };
    strip_hop(request.headers_mut());
    match outer {
        // A proxy wants to see the whole URL, and perhaps who we are.
        Some(outer) => {
            let header = outer.authorization.as_deref().map(HeaderValue::from_str);
            if let Some(Ok(authorization)) = header {
                request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
            }
        }
        None => *request.uri_mut() = origin_form(request.uri()),
    }
    match exchange(shared, &host, port, request).await {
        Ok(response) => response,
        Err(error) => unreachable_host(&target, &error),
    }
}

async fn exchange(
    shared: &Shared,
    host: &str,
    port: u16,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let stream = within(shared.limits.connect, dial::direct(host, port)).await?;
    let (mut sender, connection) = client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // Lives as long as the answer is read; ends by itself when the answer is dropped.
    shared.tasks.spawn(connection);
    let mut response = sender.send_request(request).await.map_err(io::Error::other)?;
    strip_hop(response.headers_mut());
    Ok(response.map(BodyExt::boxed))
}

/// The URI as a server expects it: path and query alone.
fn origin_form(uri: &Uri) -> Uri {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    path.parse().unwrap_or_else(|_| Uri::from_static("/"))
}

/// Takes out what concerns one connection only, and what its `Connection` header lists.
fn strip_hop(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in listed {
        headers.remove(name);
    }
    for name in [CONNECTION, PROXY_AUTHORIZATION, TE, UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}
