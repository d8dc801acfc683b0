//! Connections, and requests over them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::Body;
use s3s::service::S3Service;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::Backend;
use crate::access::Peer;
use crate::mend;

/// How many connections at once; more wait to be taken.
const CONNECTIONS: usize = 1024;

/// Answers until it is to stop; what is under way then has some seconds to end.
pub(crate) async fn serve(
    backend: Arc<Backend>,
    service: S3Service,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let stopped = async move {
        // Whoever could say so being gone is a reason to stop as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    tokio::pin!(stopped);
    loop {
        let next = async {
            let place = free.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stopped => break,
            next = next => next,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, for one: others end soon.
                tracing::warn!(%error, "objects: a connection was not taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = socket.set_nodelay(true);
        let (backend, service) = (backend.clone(), service.clone());
        let answer = service_fn(move |request| {
            let (backend, service) = (backend.clone(), service.clone());
            async move { Ok::<_, Infallible>(answer(&backend, &service, request, peer).await) }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(60))
            .serve_connection(TokioIo::new(socket), answer);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            // A client that goes away is no error of ours.
            let _ = watched.await;
        });
    }
    let _ = tokio::time::timeout(Duration::from_secs(5), graceful.shutdown()).await;
}

async fn answer(
    backend: &Backend,
    service: &S3Service,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    let mut request = request.map(Body::from);
    let id = uuid::Uuid::now_v7().simple().to_string();
    let uri = request.uri().clone();
    let cors = backend.cors(request.method(), uri.path(), request.headers()).await;
    let refused = mend::presigned(uri.query(), request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        backend.preflight(uri.path(), request.headers()).await
    } else if let Some(refused) = refused {
        refused
    } else {
        request.extensions_mut().insert(Peer(peer.ip()));
        let kind = request.headers().get(http::header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        // Forms are held in memory as a whole.
        let _turn = if is_form { backend.forms.acquire().await.ok() } else { None };
        match service.call(request).await {
            Ok(response) => response,
            Err(error) => {
                let error: s3s::StdError = error.into();
                tracing::error!(%error, "objects: an answer could not be made");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = mend::error(response, uri.path(), &id).await;
    } else if uri.query().is_some_and(|query| {
        query.split('&').any(|name| name.trim_end_matches('=') == "attributes")
    }) {
        response = mend::attributes(response).await;
    }
    response.headers_mut().extend(cors);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
    response
}
