//! A world with an address, for programs that are tested from outside.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::Router;
use sdk::Client;

use crate::KEY;
use crate::background::Background;

/// A world that is served on this machine, until this is dropped.
///
/// [`Served::env`] is for programs that let themselves be told where the API is: those with the SDK,
/// `kettle` itself, govultr's. Terraform's provider, vultr-cli and others have no such setting and
/// would call the real API: run them with `kettle exec -- terraform apply`, which has a server of
/// its own.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::process::Command;
///
/// let world = kettle_testkit::World::running().await;
/// let served = world.serve();
/// let mut program = Command::new("my-program"); // whatever reads these variables
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
            // The world's routes keep what comes to them in a journal of their own.
            let journal = server::Journal::new(engine::Clock::system());
            server::serve(listener, router, server::Limits::default(), journal, stop).await;
        });
        Self { url: format!("http://{address}"), _serving: serving, _drive: drive }
    }

    /// Where it is: `http://127.0.0.1:PORT`, without a trailing slash or `/v2`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The variables that lead clients here, with the owner's key: `VULTR_API_ENDPOINT` and
    /// `VULTR_API_KEY`; and an empty `KETTLE_PROFILE`, as a profile would come before them.
    pub fn env(&self) -> [(&'static str, String); 3] {
        [
            ("VULTR_API_ENDPOINT", format!("{}/v2", self.url)),
            ("VULTR_API_KEY", KEY.to_owned()),
            ("KETTLE_PROFILE", String::new()),
        ]
    }

    /// A client that calls it over the network, with the owner's key.
    ///
    /// # Panics
    /// Never: the address is one.
    pub fn client(&self) -> Client {
        Client::builder(&self.url).key(KEY).build().expect("a client")
    }
}
