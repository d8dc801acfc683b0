//! The programs that are run, found in a directory.

use std::fmt;
use std::path::{Path, PathBuf};

use tokio::process::Command;

pub(crate) const API_SERVER: &str = "kube-apiserver";
/// What keeps a cluster's data; kine does it in a file of SQLite.
pub(crate) const ETCD: &str = "etcd";
pub(crate) const KINE: &str = "kine";

/// Why programs cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}; --kubernetes takes a directory that holds the programs {API_SERVER} and {ETCD} (or {KINE}), \
     such as /usr/local/kubernetes/bin"
)]
pub struct Wrong(String);

/// A program, and which version it says that it is.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) version: String,
}

/// What runs clusters.
#[derive(Debug, Clone)]
pub struct Programs {
    directory: PathBuf,
    pub(crate) api_server: Program,
    /// etcd or kine.
    pub(crate) keeper: Program,
    /// What has the system end a program when its parent ends, where there is such a thing.
    pub(crate) bound: Option<PathBuf>,
}

impl Programs {
    /// Those in a directory, each asked for its version.
    ///
    /// # Errors
    /// When one is missing, or does not run.
    pub async fn find(directory: &Path) -> Result<Self, Wrong> {
        let shown = directory.display();
        let found = directory.canonicalize();
        let directory = found.map_err(|error| Wrong(format!("cannot use {shown}: {error}")))?;
        if !directory.is_dir() {
            return Err(Wrong(format!("{shown} is no directory")));
        }
        let there = |name: &&'static str| directory.join(name).is_file();
        let place = directory.display();
        let server = Some(API_SERVER).filter(there);
        let server = server.ok_or_else(|| Wrong(format!("there is no {API_SERVER} in {place}")))?;
        let keeper = [ETCD, KINE].into_iter().find(there);
        let neither = || Wrong(format!("there is neither {ETCD} nor {KINE} in {place}"));
        let keeper = keeper.ok_or_else(neither)?;
        let api_server = Program::ask(server, &directory).await?;
        let keeper = Program::ask(keeper, &directory).await?;
        Ok(Self { api_server, keeper, directory, bound: processes::bound().await })
    }
}

impl fmt::Display for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [server, keeper] = [&self.api_server, &self.keeper];
        let place = self.directory.display();
        let (version, name) = (&server.version, keeper.name);
        write!(f, "{API_SERVER} {version} and {name} {} in {place}", keeper.version)
    }
}

impl Program {
    async fn ask(name: &'static str, directory: &Path) -> Result<Self, Wrong> {
        let path = directory.join(name);
        let said = processes::output(Command::new(&path).arg("--version")).await;
        let shown = path.display();
        let said = said.map_err(|error| Wrong(format!("{shown} does not run: {error}")))?;
        if !said.status.success() {
            return Err(Wrong(format!("`{shown} --version` ends with {}", said.status)));
        }
        let version = version(&String::from_utf8_lossy(&said.stdout));
        Ok(Self { name, path, version })
    }
}

/// The version in what a program says of itself: `Kubernetes v1.33.0`, `etcd Version: 3.4.23`.
pub(crate) fn version(said: &str) -> String {
    let is_number =
        |word: &&str| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    said.split_whitespace().find(is_number).unwrap_or("of an unknown version").to_owned()
}

/// The minor version of Kubernetes that a version belongs to: `v1.33`.
pub(crate) fn minor(version: &str) -> Option<&str> {
    let (end, _) = version.match_indices('.').nth(1)?;
    Some(&version[..end])
}
