//! `kettle world apply`, and `--seed` of servers: has a server have what files want.
//!
//! Everything is tried first, on a server in this process that has the same things and keeps nothing. Only
//! where nothing is refused there, the real one is asked.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use api::Method;
use api::world::snapshots::{EXPORT, IMPORT};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure};
use presentation::text::clean;
use sdk::Client;
use serde_json::{Value, json};
use worlds::files::{self, Applied, Done, How, Mistake, Wanted};

use super::file::{answered, patient};
use crate::fault::Fault;
use crate::logging;
use crate::serve::{self, Fresh, Up};
use crate::settings::{self, Settings};
use crate::status::{Asked, data_arg};

pub(crate) const APPLY: &str = "apply";
/// The option of servers.
pub(crate) const SEED: &str = "seed";
const FILES: &str = "files";
const DRY_RUN: &str = "dry-run";
/// How long one thing may take to come about, on the trial and on a server.
const TRYING: How = How { patience: Duration::from_secs(30), ready: None };
const COMING: How = How { patience: PATIENCE, ready: None };
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a server waits at its beginning for all that it was given to come about, where it is quick.
const READY: Duration = Duration::from_secs(5);
/// How large a file may be.
const MOST: u64 = 16 << 20;

pub(crate) fn command() -> Command {
    let files = Arg::new(FILES)
        .short('f')
        .long("file")
        .value_name("FILE")
        .required(true)
        .action(ArgAction::Append)
        .value_parser(clap::value_parser!(PathBuf))
        .help("What there is to be, as YAML; `-` is standard input. Several are taken together");
    let dry = Arg::new(DRY_RUN)
        .long(DRY_RUN)
        .action(ArgAction::SetTrue)
        .help("Tell what would be made and changed, and do nothing");
    Command::new(APPLY)
        .about("Make and change what files say, so that the server has it")
        .after_help(
            "A file has kinds of things by their names here, and of each the API's own fields, with names in \
             place of ids:\n\n  \
             vpcs:\n    \
             - { description: inner, region: ewr }\n  \
             instances:\n    \
             - label: web\n      \
             region: ewr\n      \
             plan: vc2-1c-1gb\n      \
             os_id: 2136\n      \
             attach_vpc: [inner]\n  \
             domains:\n    \
             - domain: example.com\n      \
             records:\n        \
             - { name: www, type: A, data: \"{instances.web.main_ip}\" }\n\n\
             `count: 3` makes three of a thing. \
             It is checked whole, and tried, before anything is made: each mistake is told with its line. What \
             is there by its name is changed where it differs, and left alone where it does not; nothing is \
             ever taken away. `kettle world export --as yaml` writes such a file, and `kettle serve --seed` \
             begins with one.",
        )
        .args([files, dry])
        .arg(settings::catalog_arg())
        .arg(data_arg())
}

/// The option of servers that begin with a world.
pub(crate) fn seed_arg() -> Arg {
    Arg::new(SEED)
        .long(SEED)
        .value_name("FILE")
        .action(ArgAction::Append)
        .value_parser(clap::value_parser!(PathBuf))
        .help("Have what this file says when it begins, as `kettle world apply` makes it")
}

pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let is_json = cli::wants_json(matches)?;
    let paths: Vec<PathBuf> = args.get_many(FILES).into_iter().flatten().cloned().collect();
    let wanted = read(&paths).map_err(|error| Failure::usage(error.to_string()))?;
    let asked = Asked::new(matches)?;
    asked.must_be_served()?;
    let world = answered(&patient(matches, &asked)?, Method::GET, EXPORT, None).await?;
    let trial = trial(asked.client(), world, &catalogs(args)).await;
    let trial = trial.map_err(|error| Failure::usage(error.to_string()))?;
    let tried = files::apply(&trial.running.client, &wanted, TRYING, &|_, _, _| {}).await;
    trial.end().await;
    let tried = tried.map_err(super::copies::failed)?;
    if !tried.mistakes.is_empty() {
        if is_json {
            cli::print_json(&json!({ "mistakes": tried.mistakes }))?;
        }
        return Err(Failure::usage(told(&tried.mistakes)));
    }
    let is_dry = args.get_flag(DRY_RUN);
    let applied = match is_dry {
        true => tried,
        false => {
            let progress = super::copies::progress("applied");
            let applied = files::apply(asked.client(), &wanted, COMING, &progress).await;
            super::copies::done();
            applied.map_err(super::copies::failed)?
        }
    };
    match is_json {
        true => cli::print_json(&json!(applied))?,
        false => cli::print_text(&lines(&applied, is_dry))?,
    }
    for mistake in &applied.mistakes {
        cli::print_note(&mistake.to_string());
    }
    Ok(if applied.mistakes.is_empty() { Exit::Ok } else { Exit::Refused })
}

/// The files of the catalogue that the command line names.
fn catalogs(args: &ArgMatches) -> Vec<PathBuf> {
    let files = args.try_get_many::<PathBuf>(settings::CATALOG).ok().flatten();
    files.into_iter().flatten().cloned().collect()
}

/// Reads files; each mistake in them is told.
fn read(paths: &[PathBuf]) -> Result<Wanted, Fault> {
    let mut texts = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let unread = |why: &dyn std::fmt::Display| Fault::new(format!("cannot read {name}: {why}"));
        let mut text = String::new();
        let read = match name.as_str() {
            "-" => std::io::stdin().take(MOST + 1).read_to_string(&mut text),
            _ => std::fs::File::open(path)
                .and_then(|file| file.take(MOST + 1).read_to_string(&mut text)),
        };
        let length = read.map_err(|error| unread(&error))?;
        if length as u64 > MOST {
            return Err(unread(&"it is larger than 16 MiB"));
        }
        texts.push((if name == "-" { "stdin".into() } else { name }, text));
    }
    files::read(&texts).map_err(|mistakes| Fault::new(told(&mistakes)))
}

/// How many mistakes are told in full.
const SHOWN: usize = 50;

fn told(mistakes: &[Mistake]) -> String {
    let s = if mistakes.len() == 1 { "a mistake" } else { "mistakes" };
    let mut text = format!("nothing was changed, as there is {s}:");
    if mistakes.len() > 1 {
        text = format!("nothing was changed, as there are {} {s}:", mistakes.len());
    }
    for mistake in mistakes.iter().take(SHOWN) {
        text += &format!("\n{}", clean(&mistake.to_string()));
    }
    if let Some(more @ 1..) = mistakes.len().checked_sub(SHOWN) {
        text += &format!("\n… and {more} more");
    }
    text
}

/// What was done, a line each, and how much there was.
fn lines(applied: &Applied, is_dry: bool) -> String {
    let Applied { made, changed, unchanged, .. } = applied;
    let mut text = String::new();
    for Done { title, .. } in made {
        text += &format!("+ {title}\n");
    }
    for Done { title, fields, .. } in changed {
        text += &format!("~ {title}: {}\n", fields.join(", "));
    }
    let would = if is_dry { "would be " } else { "" };
    text + &format!(
        "{} {would}made, {} {would}changed, {unchanged} as they are to be\n",
        made.len(),
        changed.len()
    )
}

/// A server in this process that has what another one has, and keeps nothing. It begins with a world as
/// `kettle world export` writes it. Its clock goes on, and nothing is held: what would come about some time
/// comes about at once.
async fn trial(target: &Client, world: Vec<u8>, catalogs: &[PathBuf]) -> Result<Fresh, Fault> {
    let trial = begun(&[], catalogs).await?;
    let count = async |client: &Client| {
        let listed = client.raw(Method::GET, "/v2/plans?per_page=1", None).await?;
        Ok::<_, Fault>(serde_json::from_str::<Value>(&listed.body)?["meta"]["total"].as_u64())
    };
    // A server that lists what is withdrawn takes it, too.
    let is_less = count(&trial.running.client).await? < count(target).await?;
    let trial = match is_less {
        true => {
            trial.end().await;
            begun(&["--with-retired"], catalogs).await?
        }
        false => trial,
    };
    match take(&trial.running.client, world).await {
        Ok(()) => Ok(trial),
        Err(failure) => {
            trial.end().await;
            Err(Fault::new(format!("it cannot be tried: {failure}")))
        }
    }
}

async fn begun(options: &[&str], catalogs: &[PathBuf]) -> Result<Fresh, Fault> {
    let words = [serve::NAME, "--ephemeral"];
    let mut words: Vec<OsString> = words.iter().chain(options).map(OsString::from).collect();
    for catalog in catalogs {
        words.extend(["--catalog".into(), catalog.clone().into_os_string()]);
    }
    let args = serve::command().try_get_matches_from(words)?;
    Fresh::start(&Settings::read(&args, None)?).await
}

async fn take(client: &Client, world: Vec<u8>) -> Result<(), Failure> {
    answered(client, Method::POST, IMPORT, Some(world)).await?;
    let real = br#"{"real": true}"#.to_vec();
    answered(client, Method::POST, "/_kettle/clock/resume", Some(real)).await?;
    answered(client, Method::POST, "/_kettle/holds/clear", None).await.map(drop)
}

/// What a server is to begin with.
pub(crate) struct Seed {
    wanted: Wanted,
    catalogs: Vec<PathBuf>,
    how: How,
}

impl Seed {
    /// What the command line says, if it says something.
    pub(crate) fn of(args: &ArgMatches) -> Result<Option<Self>, Fault> {
        let paths = args.try_get_many::<PathBuf>(SEED).ok().flatten();
        let paths: Vec<PathBuf> = paths.into_iter().flatten().cloned().collect();
        if paths.is_empty() {
            return Ok(None);
        }
        if paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Fault::new(format!(
                "--{SEED} -: it takes a file; `kettle world apply -f -` reads standard input"
            )));
        }
        let wanted = read(&paths)?;
        let ready = settings::is_fast(args).then_some(READY);
        Ok(Some(Self { wanted, catalogs: catalogs(args), how: How { ready, ..COMING } }))
    }

    /// Who asks a server of this process, once: there is nothing in between that a second try would help
    /// against.
    pub(crate) fn client(up: &Up) -> Result<Client, Fault> {
        let client = Client::builder(up.url()).key(&up.key.text).attempts(1).rate_limit(None);
        Ok(client.body_limit(usize::MAX).timeout(PATIENCE).attempt_timeout(PATIENCE).build()?)
    }

    /// Has the server that runs have it. `forget` says that the history is to begin afterwards.
    pub(crate) async fn sow(&self, client: &Client, forget: bool) -> Result<(), Fault> {
        let fault = |failure: Failure| Fault::new(failure.to_string());
        tracing::info!("making what --{SEED} says");
        // Nobody has asked for anything so far: what is told begins with the first who does.
        let _hush = logging::hush();
        let world = answered(client, Method::GET, EXPORT, None).await.map_err(fault)?;
        let trial = trial(client, world, &self.catalogs).await?;
        let tried = files::apply(&trial.running.client, &self.wanted, TRYING, &|_, _, _| {}).await;
        trial.end().await;
        let mut mistakes = tried?.mistakes;
        if mistakes.is_empty() {
            mistakes = files::apply(client, &self.wanted, self.how, &|_, _, _| {}).await?.mistakes;
        }
        if !mistakes.is_empty() {
            return Err(Fault::new(told(&mistakes)));
        }
        if forget {
            answered(client, Method::POST, "/_kettle/history/clear", None).await.map_err(fault)?;
        }
        Ok(())
    }
}
