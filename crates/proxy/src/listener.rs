//! The HTTP proxy that the child talks to.
//!
//! A CONNECT for an intercepted host is answered here: TLS ends at our certificate, and the bytes
//! inside go to Kettle's server and back. Every other host is tunnelled byte for byte, or refused
//! when offline. Listens on loopback only, and serves who has the password: others on this machine
//! must not use what the caller may use. Must never look into a tunnel, and never let a connection
//! for an intercepted host out of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{convert::Infallible, io};

use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, server, upgrade};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::chain::{Chain, Scheme, bare_host, basic, is_host};
use crate::dial::{self, Stream, Target, within};
use crate::environment::USER;
use crate::offline::Doors;
use crate::shown::Shown;
use crate::traffic::Count;
use crate::{Ca, Error, Traffic, forward};

/// hyper accepts no smaller limit.
const HEAD_BYTES_MIN: usize = 8192;

/// Hosts that a server of Kettle's answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The host; where it begins with `*.`, all that are below the rest, however deep.
    pub hosts: String,
    /// The server, which speaks plain HTTP.
    pub upstream: SocketAddr,
}

/// What a proxy needs to know.
pub struct Config {
    /// The hosts that Kettle answers for.
    pub sites: Vec<Site>,
    /// Signs the certificates for those hosts.
    pub ca: Ca,
    /// The time, for certificates.
    pub now: SystemTime,
    /// Refuses every other host.
    pub offline: bool,
    /// What a client must know, as the user `kettle`: others on this machine are not let in.
    pub password: String,
    /// How to reach other hosts.
    pub chain: Chain,
    /// How much, how long.
    pub limits: Limits,
}

/// Bounds on what a client may ask of the proxy.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes in the head of a request. Less than 8192 counts as 8192.
    pub head_bytes: usize,
    /// Time for a request's head to arrive.
    pub head: Duration,
    /// Time for a TLS handshake.
    pub handshake: Duration,
    /// Time to reach another host.
    pub connect: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 * 1024,
            head: Duration::from_secs(30),
            handshake: Duration::from_secs(10),
            connect: Duration::from_secs(30),
        }
    }
}

/// A running proxy. Dropping it cuts its connections off; [`Proxy::shutdown`] lets them end.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop_accepting: CancellationToken,
    cut_off: DropGuard,
    tracker: TaskTracker,
}

pub(crate) type Body = BoxBody<Bytes, hyper::Error>;

/// What all connections share.
pub(crate) struct Shared {
    sites: Vec<Site>,
    shown: Shown,
    offline: bool,
    /// The `Proxy-Authorization` of who is let in.
    authorization: String,
    pub(crate) count: Count,
    pub(crate) chain: Chain,
    pub(crate) limits: Limits,
    pub(crate) tasks: Tasks,
}

/// What runs for the proxy, so that it can be waited for and cut off.
#[derive(Clone)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    cut_off: CancellationToken,
}

/// What becomes of a connection to a host.
pub(crate) enum Route {
    /// To Kettle's server.
    Kettle(SocketAddr),
    /// To the host itself.
    Outside,
    /// Nowhere, for this reason.
    Refused(String),
}

impl Site {
    /// It with its host in the form in which hosts are compared.
    fn bare(self) -> Self {
        Self { hosts: bare_host(&self.hosts), ..self }
    }
}

impl Proxy {
    /// Listens on a free port of the loopback interface and serves until stopped.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Error::Listen)?;
        let address = listener.local_addr().map_err(Error::Listen)?;
        let (stop_accepting, cut_off) = (CancellationToken::new(), CancellationToken::new());
        let tracker = TaskTracker::new();
        let shared = Arc::new(Shared {
            sites: config.sites.into_iter().map(Site::bare).collect(),
            shown: Shown::new(config.ca, config.now),
            offline: config.offline,
            authorization: basic(format!("{USER}:{}", config.password)),
            count: Count::default(),
            chain: config.chain,
            limits: config.limits,
            tasks: Tasks { tracker: tracker.clone(), cut_off: cut_off.clone() },
        });
        // What cannot be signed is told now, not at the first connection.
        if let Some(site) = shared.sites.iter().find(|site| !site.hosts.starts_with('*')) {
            shared.shown.config(&site.hosts)?;
        }
        let cut_off = cut_off.drop_guard();
        let proxy = Self { address, shared, stop_accepting, cut_off, tracker };
        proxy.spawn(listener, serve);
        Ok(proxy)
    }

    /// Serves in another network, too: as a proxy, with a server of Kettle's, and as the host of a site
    /// for who comes there without asking the proxy.
    pub(crate) fn open(
        &self,
        doors: Doors,
        server: SocketAddr,
        site: Option<&Site>,
    ) -> Result<(), Error> {
        let taken = |listener| TcpListener::from_std(listener).map_err(Error::Listen);
        self.spawn(taken(doors.proxy)?, serve);
        self.spawn(taken(doors.server)?, move |stream, shared| relay(stream, server, shared));
        if let (Some(site), Some(listener)) = (site.cloned(), doors.host) {
            let each = move |stream, shared| stand_in(stream, site.clone(), shared);
            self.spawn(taken(listener)?, each);
        }
        Ok(())
    }

    fn spawn<F>(
        &self,
        listener: TcpListener,
        each: impl Fn(TcpStream, Arc<Shared>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let accepting = accept(listener, self.shared.clone(), self.stop_accepting.clone(), each);
        self.tracker.spawn(accepting);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, gives those that are open `grace` to end, and cuts off the rest.
    /// Returns what came through.
    pub async fn shutdown(self, grace: Duration) -> Traffic {
        self.stop_accepting.cancel();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_err() {
            self.cut_off.disarm().cancel();
            self.tracker.wait().await;
        }
        self.shared.count.sum()
    }
}

async fn accept<F>(
    listener: TcpListener,
    shared: Arc<Shared>,
    stop: CancellationToken,
    each: impl Fn(TcpStream, Arc<Shared>) -> F + Send,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            () = shared.tasks.cut_off.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = each(stream, shared.clone());
                shared.tasks.spawn(connection);
            }
            Err(error) => {
                // Most likely out of file descriptors: others must close first.
                tracing::warn!(%error, "the proxy cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let limits = shared.limits.clone();
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(answer(shared, request).await) }
    });
    let served = server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes.max(HEAD_BYTES_MIN))
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the proxy ended badly");
    }
}

/// Hands a connection on to a server of Kettle's.
async fn relay(mut client: TcpStream, server: SocketAddr, shared: Arc<Shared>) {
    shared.count.reached();
    let (host, port) = (server.ip().to_string(), server.port());
    let relayed = async {
        let mut server = dial::direct(&host, port).await?;
        copy_bidirectional(&mut client, &mut server).await
    };
    if let Err(error) = relayed.await {
        tracing::debug!(%error, "a connection to the server ended badly");
    }
}

/// Ends the TLS of a connection to a site's host, and hands what is inside on to its server.
async fn stand_in(client: TcpStream, site: Site, shared: Arc<Shared>) {
    let handed_on = async {
        let server = dial::direct(&site.upstream.ip().to_string(), site.upstream.port()).await?;
        hand_on(&shared, client, server, Some(site.hosts)).await
    };
    if let Err(error) = handed_on.await {
        tracing::debug!(%error, "a connection to a host that Kettle stands in for ended badly");
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    if !shared.lets_in(&request) {
        shared.count.stranger();
        return who_are_you();
    }
    if request.method() == Method::CONNECT {
        return connect(shared, request).await;
    }
    match request.uri().scheme_str() {
        Some("http") => forward::forward(&shared, request).await,
        // Some clients have a proxy speak TLS for them, though it is not asked for a tunnel.
        Some("https") if shared.is_ours(request.uri()) => forward::forward(&shared, request).await,
        Some(scheme) => say(
            StatusCode::BAD_REQUEST,
            format!("{scheme}: URLs cannot be forwarded; use CONNECT for https"),
        ),
        None => say(
            StatusCode::BAD_REQUEST,
            "this is the proxy of kettle exec: it serves programs that use it as an HTTP proxy",
        ),
    }
}

async fn connect(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let Some(target) = Target::from_uri(request.uri(), None) else {
        return say(StatusCode::BAD_REQUEST, "CONNECT needs a host and a port");
    };
    let opened = match shared.route(&target) {
        Route::Refused(why) => return say(StatusCode::FORBIDDEN, why),
        Route::Kettle(address) => dial::direct(&address.ip().to_string(), address.port())
            .await
            .map(|stream| Box::new(stream) as Box<dyn Stream>),
        Route::Outside => shared.open(&target).await,
    };
    let server = match opened {
        Ok(server) => server,
        Err(error) => return unreachable_host(&target, &error),
    };
    let ends_tls = target.port == 443 && shared.intercepts(&target);
    if shared.intercepts(&target) && !ends_tls {
        shared.count.reached();
    }
    let ends_tls = ends_tls.then(|| target.host.clone());
    let tunnel = tunnel(shared.clone(), upgrade::on(request), server, ends_tls);
    shared.tasks.spawn(async move {
        if let Err(error) = tunnel.await {
            tracing::debug!(%target, %error, "a tunnel ended badly");
        }
    });
    Response::new(empty())
}

async fn tunnel(
    shared: Arc<Shared>,
    client: upgrade::OnUpgrade,
    server: Box<dyn Stream>,
    ends_tls: Option<String>,
) -> io::Result<()> {
    let client = TokioIo::new(client.await.map_err(io::Error::other)?);
    hand_on(&shared, client, server, ends_tls).await
}

/// Carries bytes between a client and a server. Where TLS ends here, it is that of a host.
async fn hand_on(
    shared: &Shared,
    mut client: impl Stream,
    mut server: impl Stream,
    ends_tls: Option<String>,
) -> io::Result<()> {
    if let Some(host) = ends_tls {
        let is_ours = |name: &str| shared.site(name).is_some();
        let handshake = shared.shown.accept(client, &host, is_ours);
        let handshake = within(shared.limits.handshake, handshake).await;
        let mut client = handshake.inspect_err(|error| {
            shared.count.distrusted();
            // The one failure that a person has to act on: the program reads none of our variables.
            tracing::warn!(%error, "the program did not complete the TLS handshake with Kettle");
        })?;
        shared.count.reached();
        copy_bidirectional(&mut client, &mut server).await?;
    } else {
        copy_bidirectional(&mut client, &mut server).await?;
    }
    Ok(())
}

impl Shared {
    /// Whether the request has the password. Every byte is compared, wherever the first is wrong.
    fn lets_in(&self, request: &Request<Incoming>) -> bool {
        let Some(given) = request.headers().get(PROXY_AUTHORIZATION) else { return false };
        let (given, wanted) = (given.as_bytes(), self.authorization.as_bytes());
        // The scheme's name has no case.
        let is_basic = given.len() == wanted.len()
            && given.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic "));
        is_basic && given[6..].iter().zip(&wanted[6..]).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }

    fn is_ours(&self, uri: &Uri) -> bool {
        Target::from_uri(uri, Some(443)).is_some_and(|target| self.intercepts(&target))
    }

    /// Decides where a connection goes. Refusals are logged too: few programs show what a proxy
    /// says with its 403.
    pub(crate) fn route(&self, target: &Target) -> Route {
        let route = self.decide(target);
        if let Route::Refused(why) = &route {
            tracing::warn!("{why}");
        }
        if !self.intercepts(target) {
            self.count.elsewhere(&target.host);
        }
        route
    }

    fn decide(&self, target: &Target) -> Route {
        match (self.site(&target.host), target.port) {
            (Some(site), 80 | 443) => Route::Kettle(site.upstream),
            // Not tunnelled: what is meant for Kettle must not reach the real thing.
            (Some(_), _) => Route::Refused(format!(
                "{target} is refused: Kettle stands in for {} at ports 80 and 443 only",
                target.host
            )),
            (None, _) if self.offline => Route::Refused(format!(
                "{target} is refused: kettle exec runs offline, where only {} can be reached",
                self.sites.iter().map(|site| &*site.hosts).collect::<Vec<_>>().join(", ")
            )),
            (None, _) => Route::Outside,
        }
    }

    fn intercepts(&self, target: &Target) -> bool {
        self.site(&target.host).is_some()
    }

    /// Who answers for a host, if anybody does here.
    fn site(&self, host: &str) -> Option<&Site> {
        self.sites.iter().find(|site| is_host(&site.hosts, host))
    }

    /// Opens a connection for TLS to a host outside.
    async fn open(&self, target: &Target) -> io::Result<Box<dyn Stream>> {
        within(self.limits.connect, async {
            match self.chain.proxy_for(Scheme::Https, &target.host, target.port)? {
                Some(proxy) => dial::through(proxy, target, &self.tasks).await,
                None => Ok(Box::new(dial::direct(&target.host, target.port).await?) as _),
            }
        })
        .await
    }
}

impl Tasks {
    /// Runs `work` until it ends or the proxy is cut off; its outcome is its own affair.
    pub(crate) fn spawn<T>(&self, work: impl Future<Output = T> + Send + 'static) {
        let cut_off = self.cut_off.clone();
        self.tracker.spawn(async move {
            cut_off.run_until_cancelled_owned(work).await;
        });
    }
}

/// An answer of the proxy's own, in plain text.
pub(crate) fn say(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    let text = format!("kettle: {}\n", text.into());
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// The answer to who does not have the password.
fn who_are_you() -> Response<Body> {
    let text = "this proxy serves only the command that kettle exec runs: it has the password";
    let mut response = say(StatusCode::PROXY_AUTHENTICATION_REQUIRED, text);
    let scheme = HeaderValue::from_static("Basic realm=\"kettle exec\"");
    response.headers_mut().insert(PROXY_AUTHENTICATE, scheme);
    response
}

/// The answer when a host cannot be reached.
pub(crate) fn unreachable_host(target: &Target, error: &dyn std::fmt::Display) -> Response<Body> {
    say(StatusCode::BAD_GATEWAY, format!("cannot reach {target}: {error}"))
}

fn empty() -> Body {
    http_body_util::Empty::new().map_err(|never| match never {}).boxed()
}
