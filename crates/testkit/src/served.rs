//! A world with an address, for programs that are tested from outside.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::Router;
use sdk::Client;

use crate::KEY;
use crate::background::Background;

/// A world that is served on this machine, until this is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::process::Command;
///
/// let world = kettle_testkit::World::running().await;
/// let served = world.serve();
/// let mut program = Command::new("terraform"); // or whatever is tested
/// program.envs(served.env());
/// # let client = served.client();
/// # assert!(!client.regions().list().await.unwrap().items.is_empty());
/// # }
/// ```
pub struct Served {
    url: String,
    _serving: Background,
    _drive: Option<Arc<Background>>,
}

impl Served {
    pub(crate) fn new(router: Router, drive: Option<Arc<Background>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("an address");
        let serving = Background::spawn(async move |stop| {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            server::serve(listener, router, server::Limits::default(), stop).await;
        });
        Self { url: format!("http://{address}"), _serving: serving, _drive: drive }
    }

    /// Where it is: `http://127.0.0.1:PORT`, without a trailing slash or `/v2`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The variables that lead clients here, with the owner's key: `VULTR_API_ENDPOINT` and
    /// `VULTR_API_KEY`.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [("VULTR_API_ENDPOINT", format!("{}/v2", self.url)), ("VULTR_API_KEY", KEY.to_owned())]
    }

    /// A client that calls it over the network, with the owner's key.
    ///
    /// # Panics
    /// Never: the address is one.
    pub fn client(&self) -> Client {
        Client::builder(&self.url).key(KEY).build().expect("a client")
    }
}
