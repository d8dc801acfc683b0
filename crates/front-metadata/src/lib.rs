//! The metadata service: tells a machine what it is, over HTTP at 169.254.169.254, in the words of Vultr's
//! own, so that cloud-init's Vultr datasource and whoever else reads that find what they look for.
//!
//! Who asks is known by the address that they ask from, and by the network in which they do: nobody is
//! told of anybody else, and passwords only to the machine that has them.

#[cfg(test)]
mod tests;
mod tree;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fronts::Machines;
use fronts::machines::Machine;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How many may ask at once at one socket.
const AT_ONCE: usize = 256;
/// How long one may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers whoever asks at a socket, for ever: machines in this private network, or, without one, those
/// with public addresses.
pub async fn serve(listener: TcpListener, network: Option<Uuid>, machines: Arc<dyn Machines>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("metadata: cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let machines = machines.clone();
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(|request| {
                let machines = machines.clone();
                async move {
                    Ok::<_, Infallible>(answer(&*machines, network, from.ip(), &request).await)
                }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            // One who leaves in the middle is nobody's trouble.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The answer to one request.
async fn answer<B>(
    machines: &dyn Machines,
    network: Option<Uuid>,
    from: IpAddr,
    request: &Request<B>,
) -> Response<Full<Bytes>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let words = "metadata can only be read: ask with GET\n";
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, words);
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    let machine = match machines.at(from.to_canonical(), network).await {
        Ok(Some(machine)) => machine,
        Ok(None) => {
            let words = format!("no machine has the address {from} that you ask from\n");
            return text(StatusCode::NOT_FOUND, words);
        }
        Err(fronts::Error::Refused(why)) => return text(StatusCode::FORBIDDEN, why + "\n"),
        Err(fronts::Error::Unavailable(why)) => {
            tracing::warn!("metadata for {from}: {why}");
            return text(StatusCode::SERVICE_UNAVAILABLE, "the control plane does not answer\n");
        }
    };
    told(&machine, request.uri().path())
}

/// What a machine is told at a path.
fn told(machine: &Machine, path: &str) -> Response<Full<Bytes>> {
    match path {
        "/v1.json" => {
            let body = serde_json::to_vec_pretty(&tree::of(machine)).unwrap_or_default();
            kind(text(StatusCode::OK, body), "application/json")
        }
        "/latest/user-data" => {
            kind(text(StatusCode::OK, machine.user_data.clone()), "application/octet-stream")
        }
        "/latest" | "/latest/" => text(StatusCode::OK, "user-data\n"),
        "/" => text(StatusCode::OK, "latest/\nv1/\nv1.json\n"),
        path => {
            match path.strip_prefix("/v1").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                Some(rest) => match tree::at(&tree::of(machine), rest) {
                    Ok(found) => text(StatusCode::OK, found),
                    Err(why) => text(StatusCode::NOT_FOUND, why),
                },
                None => {
                    let words = format!(
                        "there is nothing at {path}; ask for /v1.json, /v1/ or /latest/user-data\n"
                    );
                    text(StatusCode::NOT_FOUND, words)
                }
            }
        }
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    // What it says may change at any moment, and is for one reader.
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    kind(answer, "text/plain; charset=utf-8")
}

fn kind(mut answer: Response<Full<Bytes>>, kind: &'static str) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
