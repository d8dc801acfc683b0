//! Accepts connections and serves HTTP/1.1 on them, until told to stop.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use api::world::faults::Dropped;
use axum::Router;
use http::{Request, Response, StatusCode};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, getrlimit};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::faults::Cut;
use crate::journal::Journal;
use crate::limits::Limits;
use crate::places::{Place, Places, Seat};
use crate::route::Peer;
use crate::wire::Wire;
use crate::{hosts, reply};

/// How long to wait when the operating system has no more connections to give.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);
/// How many descriptors are left for files, the engine and the connections of a database.
const SPARE: u64 = 64;
/// The longest head of a request, in bytes.
const HEAD_BYTES: usize = 128 << 10;
/// How long, and for how many bytes, a client that was told the last thing may go on sending:
/// whom we hang up on at once may never see what it was told.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1 << 20;
/// How long a client may take nothing of its answer once the server is to stop.
const STUCK: Duration = Duration::from_secs(1);

/// Serves until `stop` says so. Handlers that run are waited for, for a while; a body of which there
/// is no more yet is not, nor is who takes nothing of its answer. What is refused before it comes to
/// the routes is written down in `journal`; [`Journal::of`] has what comes to them written there.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    journal: Journal,
    mut stop: watch::Receiver<bool>,
) {
    let places = Places::new(limits.connections.min(descriptors()));
    let stopping = limits.stopping;
    let front = Arc::new(Front { router, limits, journal, stop: stop.clone() });
    loop {
        let accepted = tokio::select! {
            () = told(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                places.close_idle();
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let place = tokio::select! {
            () = told(&mut stop) => break,
            place = places.take(peer.ip().to_canonical()) => place,
        };
        match place {
            Some(place) => front.clone().begin(stream, peer, place),
            None => tracing::debug!(%peer, "this network has all the connections that it may"),
        }
    }
    drop(listener);
    front.journal.close();
    if tokio::time::timeout(stopping, places.all_gone()).await.is_err() {
        tracing::warn!("some requests were still under way and are cut off");
    }
}

/// Returns when the server is to stop, or nobody is left who could say so.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// How many connections the operating system lets us have beside all else.
fn descriptors() -> usize {
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    // What is open already comes out of the spare ones, if those suffice.
    let open = std::fs::read_dir("/dev/fd").map_or(0, |files| files.count() as u64);
    let spare = SPARE.max(open + SPARE / 2);
    usize::try_from(most.saturating_sub(spare)).unwrap_or(usize::MAX).max(1)
}

/// What all connections share.
struct Front {
    router: Router,
    limits: Limits,
    journal: Journal,
    stop: watch::Receiver<bool>,
}

impl Front {
    fn begin(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, place: Place) {
        let local = stream.set_nodelay(true).and_then(|()| stream.local_addr());
        match local {
            Ok(local) => drop(tokio::spawn(self.serve(stream, peer, local.ip(), place))),
            Err(error) => tracing::debug!(%error, "a connection broke"),
        }
    }

    async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        local: IpAddr,
        place: Place,
    ) {
        let (seat, mut stop) = (place.seat.clone(), self.stop.clone());
        let service = service_fn(|request| {
            let (front, seat) = (self.clone(), seat.clone());
            async move { front.answer(request, peer, local, seat).await }
        });
        let journal = self.journal.clone();
        let refused = move |status, said| journal.note_no_request(peer, status, said);
        let wire = Wire::new(stream, place, self.limits.answer, refused);
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(wire), service)
            .with_upgrades();
        let outcome = tokio::select! {
            outcome = &mut connection => outcome,
            () = seat.ended() => return,
            () = told(&mut stop) => {
                // Only a request whose handler runs is waited for.
                if seat.close() {
                    return;
                }
                Pin::new(&mut connection).graceful_shutdown();
                tokio::select! {
                    outcome = &mut connection => outcome,
                    () = stuck(&seat) => return,
                }
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a connection broke");
            // Who sent what is no request was told so.
            if !error.is_parse() {
                return;
            }
        }
        // What has become a connection of another protocol is its handler's.
        let Some(parts) = connection.into_parts() else { return };
        seat.rest();
        tokio::select! {
            () = linger(parts.io.into_inner()) => {}
            () = seat.ended() => {}
            () = told(&mut stop) => {}
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        local: IpAddr,
        seat: Arc<Seat>,
    ) -> Result<Response<Answer>, Cut> {
        if !seat.begin() {
            // The connection ends, and this with it.
            std::future::pending::<()>().await;
        }
        let response = match hosts::check(local, &self.limits.hosts, &request) {
            Err(refusal) => {
                let mut request = request.map(|_| axum::body::Body::empty());
                request.extensions_mut().insert(Peer(peer));
                self.journal.watch(request, async |_| reply::error(&refusal)).await
            }
            Ok(()) => {
                let stop = self.stop.clone();
                let mut request =
                    request.map(|body| axum::body::Body::new(Sent { body, stop, told: None }));
                request.extensions_mut().insert(Peer(peer));
                let answer = self.router.clone().oneshot(request).await;
                answer.unwrap_or_else(|never| match never {})
            }
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            seat.switch();
        }
        seat.handled();
        match response.extensions().get() {
            Some(cut @ Cut(Dropped::Before | Dropped::After)) => Err(*cut),
            _ => Ok(response.map(|body| Answer { body, seat })),
        }
    }
}

/// Returns when a client has taken nothing of its answer for a while, and nobody else is waited for.
async fn stuck(seat: &Seat) {
    let mut before = seat.stuck();
    loop {
        tokio::time::sleep(STUCK).await;
        let now = seat.stuck();
        if now.is_some() && now == before {
            return;
        }
        before = now;
    }
}

/// Takes what a client still sends until it has hung up, too.
async fn linger(mut stream: impl AsyncRead + Unpin) {
    let (mut buffer, mut taken) = ([0; 4096], 0);
    let all = async {
        while taken < LINGER_BYTES {
            match stream.read(&mut buffer).await {
                Ok(n @ 1..) => taken += n,
                _ => return,
            }
        }
    };
    // In time or not: it ends.
    let _ = tokio::time::timeout(LINGER, all).await;
}

/// A request's body, which ends with [`v1::Stopping`] where the rest of it is waited for when the
/// server is to stop.
struct Sent {
    body: Incoming,
    stop: watch::Receiver<bool>,
    told: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let Self { stop, told: waits, .. } = &mut *self;
        let waits = waits.get_or_insert_with(|| {
            let mut stop = stop.clone();
            Box::pin(async move { told(&mut stop).await })
        });
        ready!(waits.as_mut().poll(cx));
        Poll::Ready(Some(Err(v1::Stopping.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body, which tells when all of it has been handed over.
struct Answer {
    body: axum::body::Body,
    seat: Arc<Seat>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.seat.answered();
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
