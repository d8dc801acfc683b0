//! Makes an unmodified program talk to Kettle: a local CA, an intercepting proxy, the environment
//! that leads a program to both, and the running of that program.
//!
//! [`exec`] puts the pieces together. The crate moves bytes and must never know what they mean: it
//! depends on nothing of Kettle's but its writer of certificates, does not ask what time it is, and changes nothing outside the
//! directory it is given. Unix only (signals, file modes).

// Tests call it as others do.
#[cfg(test)]
extern crate self as proxy;

mod bundle;
mod ca;
mod chain;
mod dial;
mod environment;
mod exec;
mod files;
mod forward;
mod listener;
#[cfg(target_os = "linux")]
mod offline;
#[cfg(not(target_os = "linux"))]
#[path = "offline_elsewhere.rs"]
mod offline;
mod run;
mod shown;
#[cfg(test)]
mod tests;
mod traffic;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

pub use bundle::{TrustFiles, write as write_trust_files};
pub use ca::{Ca, Leaf};
pub use chain::{Chain, OuterProxy};
pub use environment::{Changes, Facts, changes};
pub use exec::{Exec, Offline, Outcome, exec};
pub use listener::{Config, Limits, Proxy, Site};
pub use offline::inside;
pub use run::run;
pub use traffic::Traffic;

/// Environment variables by name.
pub type Variables = BTreeMap<String, String>;

/// This process's environment variables, without those that are not UTF-8: none of ours can be, and
/// a child inherits the others as they are.
pub fn current_variables() -> Variables {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The value of the first of `names` that is set to something.
fn first_set<'a>(variables: &'a Variables, names: &[&str]) -> Option<&'a str> {
    names.iter().filter_map(|name| variables.get(*name)).map(|v| v.trim()).find(|v| !v.is_empty())
}

/// Why a program could not be run against Kettle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be used.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file of the local CA does not hold a CA.
    #[error(
        "{} does not hold the key and certificate that Kettle keeps there ({why}); \
         move it away and Kettle makes a new CA",
        path.display()
    )]
    DamagedCa {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(String),
    /// The TLS library refused the certificate.
    #[error("cannot use the certificate: {0}")]
    Tls(#[from] rustls::Error),
    /// A variable of the environment cannot be honoured.
    #[error("{variable} is {value:?}: {expected}")]
    Variable {
        /// Its name.
        variable: String,
        /// Its value, without any password.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// The proxy could not listen.
    #[error("cannot listen on the loopback interface: {0}")]
    Listen(io::Error),
    /// The program cannot be kept from the network.
    #[error(
        "--offline cannot be held here: {0}. `--offline=proxy` refuses other hosts to programs \
         that heed HTTPS_PROXY, and does not hold others"
    )]
    Offline(String),
    /// There is no command to run.
    #[error("no command given; say which program to run, as in: kettle exec -- terraform apply")]
    NoCommand,
    /// The command does not exist.
    #[error("{program}: command not found")]
    CommandNotFound {
        /// The command.
        program: String,
    },
    /// The command exists and cannot be run.
    #[error("{program}: cannot be run: {source}")]
    CommandNotExecutable {
        /// The command.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The command could not be started or waited for, for reasons of this machine's.
    #[error("cannot run {program}: {source}")]
    Run {
        /// The command.
        program: String,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// The exit status where the command was not run and is not to blame, as `env` has it.
    pub const NOT_RUN: u8 = 125;

    /// The exit status that says this to a shell: 127 and 126 as shells use them, and 125, as
    /// `env` and `timeout` do, for what is the fault of neither the command nor its absence.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::CommandNotFound { .. } => 127,
            Self::CommandNotExecutable { .. } => 126,
            _ => Self::NOT_RUN,
        }
    }
}
