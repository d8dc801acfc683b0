//! `kettle doctor`: which planes could be real on this machine, and what is missing for each.
//!
//! What is looked for stands in [`probes`], which starts of planes ask, too: a server that cannot make a
//! plane real says the sentence that is said here.

mod probes;
mod show;

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};
use serde_json::{Value, json};

use crate::home::Home;
use crate::{serve, settings};

pub(crate) use probes::{Missing, balancers, machines, virtual_machines};

pub(crate) const NAME: &str = "doctor";
/// The options that make planes real.
pub(crate) const BALANCERS: &str = "--balancers haproxy";
pub(crate) const KUBERNETES: &str = "--kubernetes DIR";
pub(crate) const MACHINES: &str = "--machines nspawn";
pub(crate) const QEMU: &str = "--machines qemu";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Tell what could be real here, and what is missing for it")
        .after_help(
            "Nothing is changed, and no server is needed. The exit status is 0 whatever is missing: a \
             simulated world needs nothing.",
        )
        .arg(settings::data_arg().help(
            "Look for base systems in this data directory [default: KETTLE_DATA, or the user's data \
             directory]",
        ))
}

/// Whether a plane can be real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is, unless it is turned off.
    Is,
    /// It is when it is asked for.
    Can,
    /// Something is missing.
    Lacks,
    /// This program cannot do it.
    Unbuilt,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Is => "real",
            Self::Can => "ready",
            Self::Lacks => "missing",
            Self::Unbuilt => "not built",
        }
    }
}

/// A plane, and what there is for it here.
#[derive(Debug)]
struct Plane {
    name: &'static str,
    /// What it is made of.
    by: String,
    state: State,
    /// What of `kettle serve` asks for it.
    option: &'static str,
    missing: Vec<Missing>,
    /// What is good to know.
    notes: Vec<String>,
}

impl Plane {
    fn new(name: &'static str, by: impl Into<String>, option: &'static str) -> Self {
        let (missing, notes) = Default::default();
        let state = if has(option) { State::Can } else { State::Unbuilt };
        Self { name, by: by.into(), state, option, missing, notes }
    }

    fn lacks(mut self, missing: Vec<Missing>) -> Self {
        if self.state != State::Unbuilt && !missing.is_empty() {
            self.state = State::Lacks;
        }
        self.missing = missing;
        self
    }

    fn knows(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// One that runs without being asked for.
    fn on(mut self) -> Self {
        if self.state == State::Can {
            self.state = State::Is;
        }
        self
    }

    fn json(&self) -> Value {
        let missing = self.missing.iter();
        let missing = missing.map(|one| json!({ "what": one.what, "mend": one.mend }));
        json!({
            "plane": self.name,
            "by": self.by,
            "state": self.state.word(),
            "option": self.option,
            "missing": missing.collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }
}

/// Whether `kettle serve` of this build knows an option, and the value where one is named.
fn has(option: &str) -> bool {
    let (name, value) = option.trim_start_matches('-').split_once(' ').unwrap_or((option, ""));
    let serve = serve::command();
    let found = serve.get_arguments().find(|arg| arg.get_long() == Some(name));
    found.is_some_and(|arg| {
        let values = arg.get_possible_values();
        let is_word = value.chars().all(|c| c.is_ascii_lowercase());
        values.is_empty() || !is_word || values.iter().any(|one| one.get_name() == value)
    })
}

/// All planes, as they could be here.
fn planes(images: Option<PathBuf>) -> Vec<Plane> {
    let (haproxy, lacks_haproxy) = match balancers() {
        Ok(haproxy) => (format!("HAProxy {}", haproxy.version), Vec::new()),
        Err(missing) => ("HAProxy".to_owned(), vec![missing]),
    };
    let nspawn = machines(images.as_deref());
    let qemu = virtual_machines(images.as_deref());
    vec![
        Plane::new("names", "DNS of Kettle's own", "--dns ADDRESS").on(),
        Plane::new("buckets", "S3 of Kettle's own", "--s3 ADDRESS").on(),
        Plane::new("machines", "containers of systemd-nspawn", MACHINES)
            .lacks(nspawn.missing)
            .knows(nspawn.notes),
        Plane::new("", "virtual machines of QEMU", QEMU).lacks(qemu.missing).knows(qemu.notes),
        Plane::new("balancers", haproxy, BALANCERS).lacks(lacks_haproxy),
        Plane::new("Kubernetes", "an API server for each cluster", KUBERNETES)
            .lacks(probes::kubernetes())
            .knows(vec!["the API is real; no pod runs".to_owned()]),
    ]
}

/// Tells it.
#[expect(clippy::unused_async, reason = "what answers commands is async")]
pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let data: Option<&PathBuf> = args.get_one(cli::DATA);
    let home = Home::new(data).ok();
    let planes = planes(home.map(|home| home.path().join("images")));
    if cli::wants_json(matches)? {
        let planes: Vec<_> = planes.iter().map(Plane::json).collect();
        cli::print_json(&json!({ "planes": planes }))?;
    } else {
        cli::print_text(&show::table(&planes))?;
    }
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_of_this_build() {
        assert!(has("--kubernetes DIR") && has("--behave fast") && has("--behave vultr"));
        assert!(!has("--behave slow") && !has("--nothing"));
    }

    #[test]
    fn what_lacks_something_says_so_and_what_is_not_built_is_never_ready() {
        let none = || Plane::new("x", "", "--nothing");
        let missing = || vec![Missing::new("no x", Some("make x".into()))];
        assert_eq!(none().lacks(missing()).state, State::Unbuilt);
        assert_eq!(none().on().state, State::Unbuilt);
        let there = || Plane::new("x", "", "--behave fast");
        assert_eq!(there().lacks(missing()).state, State::Lacks);
        assert_eq!(there().lacks(Vec::new()).state, State::Can);
        assert_eq!(there().on().lacks(Vec::new()).state, State::Is);
        let told = there().lacks(missing()).json();
        assert_eq!(told["missing"], json!([{ "what": "no x", "mend": "make x" }]));
    }
}
