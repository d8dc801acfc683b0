//! Serves the control plane's operations over HTTP with axum.
//!
//! What an operation means is none of this crate's business: it finds the route, tells who calls,
//! keeps limits, and writes answers and errors as the API's clients expect them.

mod connections;
mod console;
mod control_routes;
mod deeds;
mod doors;
mod faults;
mod front;
mod har;
mod hosts;
mod journal;
mod keep;
mod limits;
mod places;
mod reply;
mod requests;
mod route;
mod span;
mod status;
#[cfg(test)]
mod tests;
mod told;
mod unserved;
mod v1;
mod wanted;
mod wire;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use control::Control;
use control::fronts::Front;
use engine::Engine;
use fronts::Terminals;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use connections::serve;
pub use har::har;
pub use journal::{Journal, time_taken};
pub use keep::Keeping;
pub use limits::Limits;
pub use route::Peer;

/// What a server is made with.
#[derive(Clone)]
pub struct Config {
    /// What it serves.
    pub control: Arc<Control>,
    /// The owner's key, which `/_kettle/reset` keeps.
    pub key: String,
    /// What a request must keep to.
    pub limits: Limits,
    /// Whether `/v1` answers as it did, or as it does today.
    pub v1: ::v1::Mode,
    /// Where the data is, for people.
    pub place: String,
    /// What `/_kettle/stop` turns true; none: it is refused, since the server is a part of something
    /// else.
    pub stop: Option<watch::Sender<bool>>,
    /// What is asked and answered.
    pub journal: Journal,
    /// What is to be kept of that across restarts; none: nothing.
    pub keeping: Option<Keeping>,
    /// Works on what is due: it runs with the server, or as whoever made it lets it.
    pub engine: Engine,
    /// Opens terminals in machines; none: these are simulated.
    pub terminals: Option<Arc<dyn Terminals>>,
}

impl Config {
    /// A server of this control plane, as it is when nothing else is said.
    pub fn new(control: Arc<Control>, key: impl Into<String>) -> Self {
        let journal = Journal::new(control.clock().clone());
        let (limits, v1) = (Limits::default(), ::v1::Mode::Alive);
        let place = "in memory".into();
        let (stop, terminals, keeping) = (None, None, None);
        let engine = control::engine(&control);
        Self {
            control,
            key: key.into(),
            limits,
            v1,
            place,
            stop,
            journal,
            keeping,
            engine,
            terminals,
        }
    }
}

/// What all requests share.
pub(crate) struct App {
    pub(crate) control: Arc<Control>,
    pub(crate) key: String,
    pub(crate) limits: Limits,
    pub(crate) rate: limits::Rate,
    pub(crate) room: limits::Room,
    pub(crate) unserved: unserved::Unserved,
    pub(crate) document: std::sync::OnceLock<bytes::Bytes>,
    pub(crate) place: String,
    pub(crate) stop: Option<watch::Sender<bool>>,
    pub(crate) journal: Journal,
    /// Whether what is asked is kept across restarts.
    pub(crate) keeps: bool,
    pub(crate) engine: Engine,
    pub(crate) told: told::Told,
    pub(crate) faults: faults::Faults,
    /// When it was made by the system's time, in milliseconds after 1970.
    pub(crate) started: i64,
}

impl App {
    fn new(config: Config, routes: &control::Routes) -> Self {
        let keeps = config.keeping.is_some();
        let Config { control, key, limits, place, stop, journal, engine, .. } = config;
        let (room, rate) = (limits::Room::new(limits.bodies_bytes), limits::Rate::default());
        let unserved = unserved::Unserved::new(routes.0.iter().map(|route| &route.op));
        let document = std::sync::OnceLock::new();
        let started = control.clock().outside();
        Self {
            control,
            key,
            limits,
            rate,
            room,
            unserved,
            document,
            place,
            stop,
            journal,
            keeps,
            engine,
            told: told::Told::default(),
            faults: faults::Faults::default(),
            started,
        }
    }
}

/// The routes of everything that is served: `/v2`, `/v1`, `/`, `/openapi.json`, `/_kettle` and
/// `/console`.
pub fn router(config: Config) -> Router {
    let (routes, mode, journal) = (control::routes(), config.v1, config.journal.clone());
    config.control.have_doors(Arc::new(doors::Open::default()));
    let terminals = config.terminals.clone().map(|terminals| {
        config.control.have_consoles(&config.key);
        let consoles = Arc::new(Front::new(config.control.clone()));
        ::console::Terminals { terminals, consoles }
    });
    let app = Arc::new(App::new(config, &routes));
    let v2 = route::add(Router::new(), routes).with_state(app.clone());
    let v1 = v1::routes(&app.control, v2.clone(), mode);
    let own = control_routes::add(Router::new());
    let own = route::add(own, world::routes(&app));
    let own = own.fallback(route::nothing_there);
    let all = v2.merge(v1).merge(own.with_state(app.clone()));
    let console = console::routes(all.clone(), &journal, terminals);
    faults::tell(&app);
    faults::layer(all, app).merge(console)
}

/// A server that is bound to its address and not running yet.
pub struct Server {
    listener: TcpListener,
    config: Config,
}

impl Server {
    /// Takes the address; connections wait until [`Server::run`].
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(config: Config, listen: SocketAddr) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(listen).await?, config })
    }

    /// The address that it has: the port is known even where 0 was asked for.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves, and works on what is due, until `stop` says so. Requests and steps under way are
    /// finished first, for a while.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        if let Err(error) = self.config.engine.begin_again().await {
            tracing::error!(%error, "what is stored of the clock and of holds cannot be read");
        }
        if let Err(error) = self.config.control.begin_real().await {
            tracing::warn!(%error, "what is real was not looked through: something may be left of what is gone");
        }
        let working = tokio::spawn(self.config.engine.clone().run(stop.clone()));
        let (limits, journal) = (self.config.limits.clone(), self.config.journal.clone());
        let keeping =
            self.config.keeping.clone().map(|keeping| tokio::spawn(keeping.run(journal.clone())));
        let (control, router) = (self.config.control.clone(), router(self.config));
        if let Err(error) = control::kubernetes::open_doors(&control).await {
            tracing::warn!(%error, "kubeconfigs lead nowhere until they are asked for again");
        }
        connections::serve(self.listener, router, limits, journal, stop).await;
        if let Some(keeping) = keeping
            && keeping.await.is_err()
        {
            tracing::error!("what keeps requests has panicked");
        }
        if working.await.is_err() {
            tracing::error!("the engine has panicked");
        }
        control.stop_real().await;
    }
}
