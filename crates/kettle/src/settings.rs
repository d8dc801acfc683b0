//! What `serve` and `exec` have in common: how the control plane is to be.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use control::catalog::Catalog;
use control::{Behave, Config};
use drivers::{Pace, Sim};
use engine::{Chance, Clock, Mode, clock_from_store};
use store::{Location, Store};

use crate::fault::{Context, Result, bail};
use crate::home::Home;
use crate::planes::{self, Here};
use crate::world::{self, apply::Seed};

const QUIET: &str = "quiet";
const EPHEMERAL: &str = "ephemeral";
pub(crate) const STORE: &str = "store";
const BEHAVE: &str = "behave";
const OPEN: &str = "open";
const WITH_RETIRED: &str = "with-retired";
pub(crate) const CATALOG: &str = "catalog";
const V1: &str = "v1";
const CLOCK: &str = "clock";
const SEED: &str = "random-seed";
const HOST: &str = "host";

/// The options.
pub(crate) fn args() -> Vec<Arg> {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let mut args = vec![
        data_arg().help(
            "Keep database, key and certificates here [default: KETTLE_DATA, or the user's data \
             directory]",
        ),
        flag(EPHEMERAL).help("Keep nothing: all is gone when the server stops"),
        Arg::new(STORE)
            .long(STORE)
            .value_name("URL")
            .conflicts_with(EPHEMERAL)
            .help("Keep the data in PostgreSQL, as in postgres://user@host/database"),
        Arg::new(BEHAVE)
            .long(BEHAVE)
            .value_name("HOW")
            .value_parser(PossibleValuesParser::new(["fast", "vultr"]))
            .default_value("fast")
            .help("fast: no rate limit, ready at once. vultr: as the real API"),
        flag(OPEN).help("Accept any key, each with an empty account of its own"),
        flag(WITH_RETIRED).help("List withdrawn plans and systems too"),
        catalog_arg(),
        world::apply::seed_arg(),
        Arg::new(V1)
            .long(V1)
            .value_name("HOW")
            .value_parser(PossibleValuesParser::new(["alive", "gone"]))
            .default_value("alive")
            .help("alive: answer API v1 as it was. gone: refuse it as the real one does today"),
        Arg::new(CLOCK)
            .long(CLOCK)
            .value_name("TIME")
            .value_parser(clap::value_parser!(jiff::Timestamp))
            .help(
                "Begin at this time, as 2026-01-01T00:00:00Z, and let the clock stand still until it \
                 is turned (`kettle world clock`)",
            ),
        Arg::new(SEED)
            .long(SEED)
            .value_name("N")
            .value_parser(clap::value_parser!(u64))
            .help(
                "Let ids, addresses, passwords and keys follow from this number: the same requests get \
                 the same answers. For tests: whoever knows it can guess them",
            ),
    ];
    args.extend(planes::args());
    args
}

/// The options that say how a server is to be, for what has it already.
pub(crate) fn kinds() -> Vec<String> {
    let args = args();
    let names = args.iter().map(|arg| arg.get_id().as_str());
    names.filter(|name| *name != cli::DATA).map(str::to_owned).collect()
}

/// The option that says where the data directory is.
pub(crate) fn data_arg() -> Arg {
    Arg::new(cli::DATA).long("data").value_name("DIR").value_parser(clap::value_parser!(PathBuf))
}

/// The option that has no request told.
pub(crate) fn quiet_arg() -> Arg {
    let quiet = Arg::new(QUIET).long(QUIET).action(ArgAction::SetTrue);
    quiet.help("Tell warnings and errors alone, not each request")
}

/// Whether no request is to be told.
pub(crate) fn is_quiet(args: &ArgMatches) -> bool {
    args.get_flag(QUIET)
}

/// Whether things are ready at once.
pub(crate) fn is_fast(args: &ArgMatches) -> bool {
    args.get_one::<String>(BEHAVE).is_none_or(|how| how == "fast")
}

/// The option that lets requests name the server otherwise than by a loopback address.
pub(crate) fn host_arg() -> Arg {
    Arg::new(HOST).long(HOST).value_name("NAME").action(ArgAction::Append).help(
        "Let requests to a loopback address call the server by this name, too, beside localhost",
    )
}

/// The names that the command line lets requests call the server.
pub(crate) fn hosts(args: &ArgMatches) -> Vec<String> {
    let names = args.try_get_many::<String>(HOST).ok().flatten();
    names.into_iter().flatten().cloned().collect()
}

/// The option that adds to the catalogue.
pub(crate) fn catalog_arg() -> Arg {
    Arg::new(CATALOG)
        .long(CATALOG)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("Add or replace regions, plans, systems and prices")
}

/// The catalogue, with what the command line adds to it.
pub(crate) fn catalog(args: &ArgMatches) -> Result<Catalog> {
    let mut catalog = Catalog::builtin();
    for path in args.get_many::<PathBuf>(CATALOG).into_iter().flatten() {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the catalogue {}", path.display()))?;
        catalog = catalog.with_file(&text).with_context(|| path.display().to_string())?;
    }
    Ok(catalog)
}

/// A clock that does not begin before what is stored, which would be stuck until its time comes
/// again, unless that is more than a day ahead: then it is not to be believed.
fn clock(newest: i64) -> Clock {
    const SECOND: i64 = 1000;
    const DAY: i64 = 24 * 3600 * SECOND;
    let ahead = newest - Clock::system().now();
    match ahead {
        ..SECOND => Clock::system(), // as clocks of several servers differ
        SECOND..DAY => {
            let seconds = ahead / SECOND;
            tracing::warn!(
                seconds,
                "the clock was set back since the data was written; going on \
                from there, a little slower, until it has caught up"
            );
            Clock::system_after(newest)
        }
        _ => {
            tracing::warn!(
                days = ahead / DAY,
                "what is stored was written in the future: its times \
                are wrong, and what was under way there will not be finished before then"
            );
            Clock::system()
        }
    }
}

/// How the control plane is to be.
pub(crate) struct Settings {
    pub(crate) data: Option<PathBuf>,
    ephemeral: bool,
    store: Option<String>,
    behave: Behave,
    pub(crate) open: bool,
    catalog: Catalog,
    pub(crate) v1: v1::Mode,
    pub(crate) hosts: Vec<String>,
    /// When the clock is to begin, to stand still, in milliseconds.
    begin: Option<i64>,
    seed: Option<u64>,
    /// What there is to be at the beginning.
    pub(crate) world: Option<Seed>,
    /// What is to be real.
    pub(crate) planes: planes::Wish,
    /// The options given that say how a server is to be.
    given: Vec<String>,
}

impl Settings {
    /// What the command line says; `data` is the directory that it names anywhere.
    pub(crate) fn read(args: &ArgMatches, data: Option<PathBuf>) -> Result<Self> {
        let behave = match args.get_one::<String>(BEHAVE).map(String::as_str) {
            Some("vultr") => Behave::Vultr,
            _ => Behave::Fast,
        };
        let v1 = match args.get_one::<String>(V1).map(String::as_str) {
            Some("gone") => v1::Mode::Gone,
            _ => v1::Mode::Alive,
        };
        let catalog = catalog(args)?.show_retired(args.get_flag(WITH_RETIRED));
        let is_given = |name: &&str| args.value_source(name) == Some(ValueSource::CommandLine);
        let planes = planes::args();
        let planes = planes.iter().map(|arg| arg.get_id().as_str());
        let given = [BEHAVE, OPEN, WITH_RETIRED, CATALOG, V1, CLOCK, SEED, world::apply::SEED]
            .into_iter()
            .chain(planes);
        let given: Vec<_> = given.filter(is_given).map(|name| format!("--{name}")).collect();
        Ok(Self {
            data,
            ephemeral: args.get_flag(EPHEMERAL),
            store: args.get_one(STORE).cloned(),
            behave,
            open: args.get_flag(OPEN),
            catalog,
            v1,
            hosts: hosts(args),
            begin: args.get_one(CLOCK).map(|time: &jiff::Timestamp| time.as_millisecond()),
            seed: args.get_one(SEED).copied(),
            world: Seed::of(args)?,
            planes: planes::Wish::read(args),
            given,
        })
    }

    /// The data directory.
    pub(crate) fn home(&self) -> Result<Home> {
        Home::new(self.data.as_ref())
    }

    /// The data directory, unless nothing is to be kept.
    pub(crate) fn keeping(&self) -> Result<Option<Home>> {
        (!self.ephemeral).then(|| self.home()).transpose()
    }

    /// Whether the data itself is in the data directory, where one server has it.
    pub(crate) fn in_directory(&self) -> bool {
        !self.ephemeral && self.store.is_none()
    }

    /// Says what has no effect, since a server is up already.
    pub(crate) fn warn_unused(&self) {
        if !self.given.is_empty() {
            let given = self.given.join(", ");
            tracing::warn!("{given}: no effect, for a server runs on the data directory already");
        }
    }

    /// Where the data is, for people.
    pub(crate) fn place(&self, home: Option<&Home>) -> String {
        match (&self.store, home) {
            (Some(_), _) => "PostgreSQL".into(),
            (None, Some(home)) => home.database().display().to_string(),
            (None, None) => "in memory: gone when this ends".into(),
        }
    }

    /// The clock: as it was left, as the command line says, or the system's.
    async fn clock(&self, store: &Store) -> Result<Clock> {
        let newest = store.newest().await?;
        let left = Clock::system();
        if clock_from_store(store, &left).await? {
            if let Some(begin) = self.begin
                && left.mode() != (Mode::Frozen { at: begin })
            {
                let shows = api::Time::from_millis(left.now());
                tracing::warn!(
                    "--{CLOCK}: no effect, for the clock of what is stored goes on as it was left: it shows \
                     {shows}. After `kettle reset` it begins as the option says"
                );
            }
            return Ok(self.begin.map_or(left.clone(), |at| {
                let mode = left.mode();
                let clock = left.beginning(Mode::Frozen { at });
                clock.enter(mode);
                clock
            }));
        }
        match self.begin {
            None => Ok(clock(newest)),
            Some(at) if at >= newest => Ok(Clock::system().beginning(Mode::Frozen { at })),
            Some(_) => bail!(
                "--{CLOCK}: what is stored is from {}, which is later. Give a later time, --{EPHEMERAL}, or \
                 a directory of its own with --data DIR",
                api::Time::from_millis(newest)
            ),
        }
    }

    /// Opens the store, and says how the control plane on it is to be. Without a home, and without
    /// a database that was named, it is in memory.
    pub(crate) async fn open(&self, home: Option<&Home>) -> Result<Config> {
        let location = match (&self.store, home) {
            (Some(url), _) => Location::Postgres(url.clone()),
            (None, Some(home)) => Location::File(home.database()),
            (None, None) => Location::Memory,
        };
        let store = Store::open(&location).await.with_context(|| match &location {
            Location::File(path) => format!("cannot open {}", path.display()),
            Location::Postgres(_) => "cannot use --store".into(),
            Location::Memory => "cannot keep data in memory".into(),
        })?;
        let clock = self.clock(&store).await?;
        if self.seed.is_some() && location != Location::Memory {
            tracing::warn!(
                "--random-seed: whoever knows the number can guess passwords and keys that are made from \
                 now on, and this data is kept"
            );
        }
        let shared = self.store.is_some();
        let origin = home.filter(|_| shared).map(Home::origin).transpose()?.unwrap_or_default();
        let pace = match self.behave {
            Behave::Fast => Pace::FAST,
            Behave::Vultr => Pace::VULTR,
        };
        let sim = Sim::new(store.clone(), clock.clone(), pace);
        let here = Here { home, catalog: &self.catalog, any_port: true };
        let world = self.planes.join(sim.into(), &here).await?;
        Ok(Config {
            world: Some(world),
            clock,
            chance: self.seed.map_or_else(Chance::system, Chance::seeded),
            catalog: self.catalog.clone(),
            behave: self.behave,
            open: self.open,
            shared,
            origin,
            ..control::config(store)
        })
    }
}
