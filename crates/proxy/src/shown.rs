//! What the proxy shows to who speaks TLS with it: a certificate for each host, made when it is asked for.
//!
//! It must make none for a host that Kettle does not answer for.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::chain::bare_host;
use crate::{Ca, Error};

/// How many hosts' certificates are kept: a program that asks for more has them made anew.
const KEPT: usize = 256;

/// The certificates shown.
pub(crate) struct Shown {
    ca: Ca,
    now: SystemTime,
    kept: Mutex<BTreeMap<String, Arc<ServerConfig>>>,
}

impl Shown {
    pub(crate) fn new(ca: Ca, now: SystemTime) -> Self {
        Self { ca, now, kept: Mutex::default() }
    }

    /// The TLS server of a host.
    pub(crate) fn config(&self, host: &str) -> Result<Arc<ServerConfig>, Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = kept.get(host) {
            return Ok(config.clone());
        }
        let config = self.ca.leaf(&[host], self.now)?.server_config()?;
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(host.to_owned(), config.clone());
        Ok(config)
    }

    /// Shakes hands with a client: as the host that it names, where that is one of ours, and else as
    /// the one that it wanted a tunnel to.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: S,
        host: &str,
        is_ours: impl Fn(&str) -> bool,
    ) -> io::Result<TlsStream<S>> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), client).await?;
        let named = hello.client_hello().server_name().map(bare_host).filter(|name| is_ours(name));
        let config = self.config(named.as_deref().unwrap_or(host)).map_err(io::Error::other)?;
        hello.into_stream(config).await
    }
}
