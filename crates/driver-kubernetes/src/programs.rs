//! The programs that are run, found in a directory.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

const API_SERVER: &str = "kube-apiserver";
const ETCD: &str = "etcd";
/// How long a program may take to say which version it is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why programs cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}; --kubernetes takes a directory that holds the programs {API_SERVER} and {ETCD}, such as \
     /usr/local/kubernetes/bin"
)]
pub struct Wrong(String);

/// A program, and which version it says that it is.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) version: String,
}

/// What runs clusters.
#[derive(Debug, Clone)]
pub struct Programs {
    directory: PathBuf,
    pub(crate) api_server: Program,
    pub(crate) etcd: Program,
    /// What has the system end a program when its parent ends, where there is such a thing.
    pub(crate) bound: Option<PathBuf>,
}

impl Programs {
    /// Those in a directory, each asked for its version.
    ///
    /// # Errors
    /// When one is missing, or does not run.
    pub async fn find(directory: &Path) -> Result<Self, Wrong> {
        let absolute = std::path::absolute(directory);
        let directory = absolute.map_err(|error| Wrong(error.to_string()))?;
        if !directory.is_dir() {
            return Err(Wrong(format!("{} is no directory", directory.display())));
        }
        let missing: Vec<_> =
            [API_SERVER, ETCD].into_iter().filter(|name| !directory.join(name).is_file()).collect();
        if !missing.is_empty() {
            let place = directory.display();
            return Err(Wrong(format!("there is no {} in {place}", missing.join(" and no "))));
        }
        let api_server = Program::ask(directory.join(API_SERVER)).await?;
        let etcd = Program::ask(directory.join(ETCD)).await?;
        Ok(Self { api_server, etcd, directory, bound: find_bound().await })
    }
}

impl fmt::Display for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (server, etcd) = (&self.api_server.version, &self.etcd.version);
        write!(f, "{API_SERVER} {server} and {ETCD} {etcd} in {}", self.directory.display())
    }
}

impl Program {
    async fn ask(path: PathBuf) -> Result<Self, Wrong> {
        let said = run(Command::new(&path).arg("--version")).await;
        let shown = path.display();
        let said = said.map_err(|error| Wrong(format!("{shown} does not run: {error}")))?;
        if !said.status.success() {
            return Err(Wrong(format!("`{shown} --version` ends with {}", said.status)));
        }
        let version = version(&String::from_utf8_lossy(&said.stdout));
        Ok(Self { path, version })
    }
}

/// The version in what a program says of itself: `Kubernetes v1.33.0`, `etcd Version: 3.4.23`.
pub(crate) fn version(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    first.split_whitespace().next_back().unwrap_or("of an unknown version").to_owned()
}

/// The minor version of Kubernetes that a version belongs to: `v1.33`.
pub(crate) fn minor(version: &str) -> Option<&str> {
    let (end, _) = version.match_indices('.').nth(1)?;
    Some(&version[..end])
}

/// setpriv of util-linux, which busybox' is not.
async fn find_bound() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|at| at.join("setpriv")).find(|p| p.is_file())?;
    let works = run(Command::new(&found).args(["--pdeathsig", "TERM", "true"])).await;
    works.is_ok_and(|output| output.status.success()).then_some(found)
}

async fn run(command: &mut Command) -> std::io::Result<Output> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let late = |_| std::io::Error::other(format!("it says nothing for {PATIENCE:?}"));
    tokio::time::timeout(PATIENCE, output).await.map_err(late)?
}
