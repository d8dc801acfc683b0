//! A world for tests: a server in this process, a simulated outside, a clock, and a client.
//!
//! In a [`World::running`] time goes on, as outside:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use kettle_testkit::api::blocks::CreateBlock;
//!
//! let world = kettle_testkit::World::running().await;
//! let create = CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() };
//! let block = world.client.blocks().create(create).await?;
//! let block = world.client.blocks().get(block.id).wait().ready().await?;
//! assert_eq!(block.size_gb, 20);
//! # Ok(())
//! # }
//! ```
//!
//! A [`World::new`] stands still, so that a test sees what is in between, and turns the clock:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use kettle_testkit::api::blocks::{BlockStatus, CreateBlock};
//!
//! let world = kettle_testkit::World::new().await;
//! let create = CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() };
//! let block = world.client.blocks().create(create).await?;
//! assert_eq!(block.status, BlockStatus::Pending);
//! world.settle().await;
//! let block = world.client.blocks().get(block.id).await?;
//! assert_eq!(block.status, BlockStatus::Active);
//! # Ok(())
//! # }
//! ```
//!
//! What no client can do here is told to a world: that an image was pushed to a registry
//! ([`World::pushed`]), and what is uploaded to a CDN ([`World::upload`]).
//!
//! [`World::serve`] gives either an address that other programs can call.

mod background;
mod outside;
mod served;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub use ::http;
/// The client: the package `kettle-sdk`.
pub use ::sdk;
pub use axum::Router;
pub use axum::body::Body;
pub use control::catalog::Catalog;
pub use control::{Behave, Control};
pub use drivers::{Fault, Pace, Sim};
pub use engine::{Chance, Clock, Engine};
pub use fronts;
/// Every operation, by family: the package `kettle-api`.
pub use sdk::api;
pub use served::Served;
pub use store::{Location, Store};

use control::Config;
use engine::Mode;
use fronts::Terminals;
use http_body_util::BodyExt;
use sdk::Client;
use sdk::transport::{Fault as Broken, FaultKind, Request, Response};
use server::Peer;
use tower::ServiceExt;

/// The owner's key in every world.
pub const KEY: &str = "TESTKEYTESTKEYTESTKEYTESTKEYTESTKEY7";
/// When every world begins: 2026-11-21T09:30:00Z, in milliseconds.
pub const BEGINNING: i64 = 1_795_253_400_000;
/// How far ahead [`World::settle`] looks: what is due later was not caused by a request.
const SOON: Duration = Duration::from_secs(600);

/// How a world is to be.
#[derive(Debug, Clone)]
pub struct Builder {
    behave: Behave,
    pace: Option<Pace>,
    open: bool,
    catalog: Catalog,
    location: Location,
    fault: Option<Fault>,
    running: bool,
    chance: Chance,
    terminals: Option<Arc<dyn Terminals>>,
}

impl Builder {
    /// How closely the real API is followed.
    #[must_use]
    pub fn behave(self, behave: Behave) -> Self {
        Self { behave, ..self }
    }
    /// How long things take.
    #[must_use]
    pub fn pace(self, pace: Pace) -> Self {
        Self { pace: Some(pace), ..self }
    }
    /// Accepts any bearer token, each with an account of its own.
    #[must_use]
    pub fn open(self) -> Self {
        Self { open: true, ..self }
    }
    /// What can be ordered.
    #[must_use]
    pub fn catalog(self, catalog: Catalog) -> Self {
        Self { catalog, ..self }
    }
    /// Where the data is.
    #[must_use]
    pub fn location(self, location: Location) -> Self {
        Self { location, ..self }
    }
    /// Lets time go on by itself, and works on what is due: see [`World::running`].
    #[must_use]
    pub fn running(self) -> Self {
        Self { running: true, ..self }
    }
    /// Makes one driver call fail.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Has everything that is drawn by chance follow from this: the same requests are answered the same.
    #[must_use]
    pub fn random_seed(self, seed: u64) -> Self {
        Self { chance: Chance::seeded(seed), ..self }
    }

    /// Has terminals in machines opened by this.
    #[must_use]
    pub fn terminals(self, terminals: Arc<dyn Terminals>) -> Self {
        Self { terminals: Some(terminals), ..self }
    }

    /// The world.
    ///
    /// # Panics
    /// When the store cannot be opened.
    pub async fn build(self) -> World {
        let store = Store::open(&self.location).await.expect("the store opens");
        let clock = Clock::manual(BEGINNING);
        let pace = self.pace.unwrap_or(match self.behave {
            Behave::Fast => Pace::FAST,
            Behave::Vultr => Pace::VULTR,
        });
        let mut sim = Sim::new(store.clone(), clock.clone(), pace);
        if let Some(fault) = self.fault {
            sim = sim.with_fault(fault);
        }
        let control = Control::new(Config {
            clock: clock.clone(),
            chance: self.chance,
            catalog: self.catalog,
            behave: self.behave,
            open: self.open,
            world: Some(sim.clone().into()),
            ..control::config(store.clone())
        });
        control.count_what_is_stored().await.expect("the store can be written");
        control.ensure_root(KEY).await.expect("the store takes the first account");
        let config = server::Config::new(control.clone(), KEY);
        let engine = config.engine.clone();
        engine.begin_again().await.expect("the store can be read");
        let router = server::router(server::Config { terminals: self.terminals, ..config });
        let client = client(router.clone(), KEY, None);
        let mut world = World { client, router, control, engine, clock, sim, store, drive: None };
        if self.running {
            let (shown, system) = (world.clock.now(), world.clock.system_now());
            world.clock = world.clock.beginning(Mode::Running { shown, system, rate: 1.0 });
            world.drive = Some(Arc::new(background::drive(&world)));
        }
        world
    }
}

/// A server in this process with everything around it.
pub struct World {
    /// A client with the owner's key.
    pub client: Client,
    /// The server's routes, for requests that no client would send.
    pub router: Router,
    /// The control plane.
    pub control: Arc<Control>,
    /// What is due waits for [`World::settle`] and [`World::advance`].
    pub engine: Engine,
    /// Stands still until it is turned.
    pub clock: Clock,
    /// The simulated outside.
    pub sim: Sim,
    /// The data.
    pub store: Store,
    /// What lets time go on in a running world.
    drive: Option<Arc<background::Background>>,
}

impl World {
    /// The usual world: in memory, quick, with the built-in catalogue. Its time stands still, and
    /// what takes time comes about by [`World::settle`] and [`World::advance`] alone: whoever waits
    /// (`wait().ready()`) waits in vain, and wants a [`World::running`].
    pub async fn new() -> Self {
        Self::builder().build().await
    }

    /// A world in which time goes on as outside, and things come about by themselves, so that
    /// `client.blocks().get(id).wait().ready()` ends. It begins at [`BEGINNING`] and can be turned,
    /// too.
    pub async fn running() -> Self {
        Self::builder().running().build().await
    }

    /// A world to be changed before it is built.
    pub fn builder() -> Builder {
        Builder {
            behave: Behave::Fast,
            pace: None,
            open: false,
            catalog: catalog(),
            location: Location::Memory,
            fault: None,
            running: false,
            chance: Chance::system(),
            terminals: None,
        }
    }

    /// Serves it at a free port of this machine, until what is returned is dropped. Where the world
    /// is [`World::running`], it goes on for as long, too.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn serve(&self) -> Served {
        Served::new(self.router.clone(), self.drive.clone())
    }

    /// A client with another key.
    pub fn client_with(&self, key: &str) -> Client {
        client(self.router.clone(), key, None)
    }

    /// A client with another key whose requests come from this address. Those of other clients
    /// come from nowhere, and pass every list of addresses.
    pub fn client_at(&self, key: &str, address: impl Into<IpAddr>) -> Client {
        client(self.router.clone(), key, Some(address.into()))
    }

    /// Works on everything that is due now or within ten minutes, turning the clock.
    ///
    /// # Panics
    /// When the store cannot be read or written.
    pub async fn settle(&self) {
        let until = self.clock.now() + millis(SOON);
        self.engine.settle_until(until).await.expect("the store can be read and written");
    }

    /// Turns the clock, and works on everything that becomes due on the way.
    ///
    /// # Panics
    /// When the store cannot be read or written.
    pub async fn advance(&self, time: Duration) {
        let until = self.clock.now() + millis(time);
        self.engine.advance(until).await.expect("the store can be read and written");
    }

    /// Keeps all there is under a name, in place of what has it: for [`World::restore`].
    ///
    /// # Panics
    /// When the name can be none of a snapshot, or the store cannot be read.
    pub async fn save(&self, name: &str) {
        assert!(store::Saved::can_be(name), "`{name}` can be no snapshot's name");
        self.engine.keep_clock().await.expect("the store can be written");
        self.store.save(name, self.clock.now(), true).await.expect("the store can be read");
    }

    /// Puts back all that was kept under a name, in one moment, the clock too.
    ///
    /// # Panics
    /// When nothing was, or the store cannot be written.
    pub async fn restore(&self, name: &str) {
        let image = self.store.snapshot(name).await.expect("it was saved before");
        self.control.restore(&image, KEY).await.expect("the store can be written");
        self.engine.begin_again().await.expect("the store can be written");
    }

    /// The names under which something was kept.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn saved(&self) -> Vec<String> {
        let saved = self.store.saved().await.expect("the store can be read");
        saved.into_iter().map(|saved| saved.name).collect()
    }

    /// Forgets what was kept under a name.
    ///
    /// # Panics
    /// When nothing was.
    pub async fn forget(&self, name: &str) {
        self.store.forget_snapshot(name).await.expect("it was saved before");
    }

    /// All there is, as one file's bytes: for [`World::import`], of this world or of another.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn export(&self) -> Vec<u8> {
        self.engine.keep_clock().await.expect("the store can be written");
        let image = self.store.image(self.clock.now()).await.expect("the store can be read");
        let mut bytes = Vec::new();
        let mut file = image.read().expect("the image can be read");
        file.read_to_end(&mut bytes).expect("the image can be read");
        bytes
    }

    /// Puts what was exported in place of all there is, in one moment, the clock too.
    ///
    /// # Panics
    /// When it is no world's file, or the store cannot be written.
    pub async fn import(&self, bytes: &[u8]) {
        let mut incoming = self.store.incoming().expect("a file can be made");
        incoming.write_all(bytes).expect("the file can be written");
        let image = self.store.received(incoming).await.expect("it is a world's file");
        self.control.restore(&image, KEY).await.expect("the store can be written");
        self.engine.begin_again().await.expect("the store can be written");
    }

    /// Sends a request as it is, and returns status, headers and body.
    ///
    /// # Panics
    /// When the server gives no answer.
    pub async fn exchange(&self, request: http::Request<Body>) -> http::Response<String> {
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body is at hand").to_bytes();
        http::Response::from_parts(parts, String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a request with the owner's key and a JSON body; returns status and body.
    ///
    /// # Panics
    /// When the address is none.
    pub async fn raw(&self, method: &str, uri: &str, body: &str) -> (u16, String) {
        let request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response = self.exchange(request).await;
        (response.status().as_u16(), response.into_body())
    }
}

/// The refusal that a call got: its status and text.
///
/// # Panics
/// When it was not refused.
#[track_caller]
pub fn refused<T>(outcome: Result<T, sdk::Error>) -> (u16, String) {
    match outcome {
        Err(sdk::Error::Refused(refused)) => (refused.status, refused.error),
        Err(other) => panic!("no refusal but {other}"),
        Ok(_) => panic!("it was done"),
    }
}

/// The built-in catalogue, read once for all worlds of a test binary.
fn catalog() -> Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    CATALOG.clone()
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("tests are shorter than the universe")
}

fn client(router: Router, key: &str, from: Option<IpAddr>) -> Client {
    let transport = move |request: Request| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::from);
            if let Some(address) = from {
                request.extensions_mut().insert(Peer(SocketAddr::from((address, 0))));
            }
            let response = router.oneshot(request).await.expect("routers answer");
            let (parts, body) = response.into_parts();
            // A rule may have it break off, as a dropped connection does.
            let body = body.collect().await;
            let body = body.map_err(|error| Broken::new(FaultKind::Broken, &error))?.to_bytes();
            Ok(Response::from_parts(parts, body))
        }
    };
    let address = SocketAddr::from(([127, 0, 0, 1], 8787));
    let builder = Client::builder(format!("http://{address}")).key(key);
    builder.rate_limit(None).attempts(1).transport(transport).build().expect("a client")
}
