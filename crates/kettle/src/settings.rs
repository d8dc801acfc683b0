//! What `serve` and `exec` have in common: how the control plane is to be.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches};
use control::catalog::Catalog;
use control::{Behave, Config};
use store::{Location, Store};

use crate::home::Home;

const DATA: &str = "data";
const EPHEMERAL: &str = "ephemeral";
const STORE: &str = "store";
const BEHAVE: &str = "behave";
const OPEN: &str = "open";
const WITH_RETIRED: &str = "with-retired";
const CATALOG: &str = "catalog";
const V1: &str = "v1";

/// The options.
pub(crate) fn args() -> Vec<Arg> {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let path = clap::value_parser!(PathBuf);
    vec![
        Arg::new(DATA)
            .long(DATA)
            .value_name("DIR")
            .value_parser(path.clone())
            .help("Keep database, key and certificates here [default: the user's data directory]"),
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
        Arg::new(CATALOG)
            .long(CATALOG)
            .value_name("FILE")
            .value_parser(path)
            .action(ArgAction::Append)
            .help("Add or replace regions, plans, systems and prices"),
        Arg::new(V1)
            .long(V1)
            .value_name("HOW")
            .value_parser(PossibleValuesParser::new(["alive", "gone"]))
            .default_value("alive")
            .help("alive: answer API v1 as it was. gone: refuse it as the real one does today"),
    ]
}

/// How the control plane is to be.
pub(crate) struct Settings {
    data: Option<PathBuf>,
    pub(crate) ephemeral: bool,
    store: Option<String>,
    behave: Behave,
    pub(crate) open: bool,
    catalog: Catalog,
    pub(crate) v1: v1::Mode,
}

impl Settings {
    /// What the command line says.
    pub(crate) fn read(args: &ArgMatches) -> Result<Self> {
        let behave = match args.get_one::<String>(BEHAVE).map(String::as_str) {
            Some("vultr") => Behave::Vultr,
            _ => Behave::Fast,
        };
        let v1 = match args.get_one::<String>(V1).map(String::as_str) {
            Some("gone") => v1::Mode::Gone,
            _ => v1::Mode::Alive,
        };
        let mut catalog = Catalog::builtin().show_retired(args.get_flag(WITH_RETIRED));
        for path in args.get_many::<PathBuf>(CATALOG).into_iter().flatten() {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the catalogue {}", path.display()))?;
            catalog = catalog.with_file(&text).with_context(|| path.display().to_string())?;
        }
        Ok(Self {
            data: args.get_one(DATA).cloned(),
            ephemeral: args.get_flag(EPHEMERAL),
            store: args.get_one(STORE).cloned(),
            behave,
            open: args.get_flag(OPEN),
            catalog,
            v1,
        })
    }

    /// The data directory.
    pub(crate) fn home(&self) -> Result<Home> {
        Home::new(self.data.as_ref())
    }

    /// Where the data is, for people.
    pub(crate) fn place(&self, home: &Home) -> String {
        match &self.store {
            Some(_) => "PostgreSQL".into(),
            None if self.ephemeral => "in memory".into(),
            None => home.database().display().to_string(),
        }
    }

    /// Opens the store, and says how the control plane on it is to be.
    pub(crate) async fn open(self, home: &Home) -> Result<Config> {
        let location = match &self.store {
            Some(url) => Location::Postgres(url.clone()),
            None if self.ephemeral => Location::Memory,
            None => Location::File(home.database()),
        };
        let shared = self.store.is_some();
        let Self { behave, open, catalog, .. } = self;
        let store = Store::open(&location).await?;
        Ok(Config { catalog, behave, open, shared, ..Config::new(store) })
    }
}
