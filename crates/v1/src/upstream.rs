//! Where the operations of v2 are carried out: by routes in this process, or by an endpoint on the
//! network. A caller's key is passed on as it is and kept no longer than its request.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Extensions;
use http_body_util::BodyExt;
use sdk::transport::{Fault, FaultKind, Request, Response};
use sdk::{Client, Error};
use tower::ServiceExt;

/// Makes a client for a caller's key.
pub trait Upstream: Send + Sync + 'static {
    /// A client with this key; without one where it is empty. `from` are the extensions of the
    /// caller's request.
    ///
    /// # Errors
    /// When the key cannot be sent.
    fn client(&self, key: &str, from: &Extensions) -> Result<Client, Error>;
}

impl<F> Upstream for F
where
    F: Fn(&str, &Extensions) -> Result<Client, Error> + Send + Sync + 'static,
{
    fn client(&self, key: &str, from: &Extensions) -> Result<Client, Error> {
        self(key, from)
    }
}

/// Routes in this process. `carry` copies from a caller's request to those made for it what the
/// routes want to know, such as the caller's address.
pub fn in_process(router: Router, carry: fn(&Extensions, &mut Extensions)) -> impl Upstream {
    move |key: &str, from: &Extensions| {
        let mut extensions = Extensions::new();
        carry(from, &mut extensions);
        let router = router.clone();
        let transport = move |request: Request| {
            let (router, extensions) = (router.clone(), extensions.clone());
            async move {
                let mut request = request.map(Body::from);
                *request.extensions_mut() = extensions;
                let Ok(response) = router.oneshot(request).await;
                let (parts, body) = response.into_parts();
                let body = body.collect().await.map_err(|e| Fault::new(FaultKind::Broken, &e))?;
                Ok(Response::from_parts(parts, body.to_bytes()))
            }
        };
        // The address is never connected to: it makes the client one without a rate limit.
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let builder = Client::builder(format!("http://{address}")).key(key);
        builder.rate_limit(None).attempts(1).transport(transport).build()
    }
}

/// How long one exchange with the endpoint may take, and all attempts at it together: callers of v1
/// give up after a minute or so, and are to hear before that what is wrong.
const ATTEMPT: Duration = Duration::from_secs(20);
const CALL: Duration = Duration::from_secs(45);

/// An endpoint on the network, such as `https://api.vultr.com`. All callers share its connections,
/// and the rate that it allows to this machine.
pub struct Gateway(Client);

impl Gateway {
    /// A gateway to this endpoint.
    ///
    /// # Errors
    /// When it is no address.
    pub fn new(endpoint: impl Into<String>) -> Result<Self, Error> {
        Client::builder(endpoint).attempt_timeout(ATTEMPT).timeout(CALL).build().map(Self)
    }
}

impl Upstream for Gateway {
    fn client(&self, key: &str, _: &Extensions) -> Result<Client, Error> {
        self.0.with_key(key)
    }
}
