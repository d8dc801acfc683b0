//! `kettle exec`, but for the server: CA, proxy, environment and child, in that order.
//!
//! Must never start a server nor know what one answers.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::offline::{Gate, Report};
use crate::{
    Ca, Chain, Changes, Config, Error, Facts, Limits, Proxy, Site, Traffic, Variables, changes,
    files, run, write_trust_files,
};

/// How long connections may take to end once the command has ended.
const GRACE: Duration = Duration::from_millis(500);

/// A command to run against a Kettle server that is up.
pub struct Exec {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Where the CA and the files of certificates are kept.
    pub directory: PathBuf,
    /// Kettle's server, by an address that one can connect to (not 0.0.0.0).
    pub server: SocketAddr,
    /// The hosts that are answered for, and who does.
    pub sites: Vec<Site>,
    /// The domains that the CA may speak for: all that hosts could ever be below, for a CA that is
    /// made anew has to be trusted anew.
    pub domains: Vec<String>,
    /// An API key that the server accepts.
    pub key: String,
    /// How other hosts are kept from the command.
    pub offline: Offline,
    /// The password that the proxy wants: letters and digits that nobody can guess.
    pub password: String,
    /// The command that starts this program again and has it call [`crate::inside`].
    pub reentry: Vec<OsString>,
    /// The environment to start from, see [`crate::current_variables`].
    pub variables: Variables,
    /// Further variables for the command; an empty one takes away what it would inherit.
    pub own: Changes,
    /// Whether what it prints goes to standard error.
    pub to_stderr: bool,
    /// The time, for certificates.
    pub now: SystemTime,
}

/// How far other hosts are to be refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Offline {
    /// They are not.
    #[default]
    No,
    /// By the proxy: to programs that use it.
    Proxy,
    /// By a network in which there is nothing else.
    Network,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit status.
    pub status: u8,
    /// What came through the proxy.
    pub traffic: Traffic,
}

/// Runs the command and returns its exit status. [`Error::exit_status`] is the one for what went
/// wrong before it ran.
pub async fn exec(exec: Exec) -> Result<Outcome, Error> {
    let domains: Vec<&str> = exec.domains.iter().map(String::as_str).collect();
    let ca = Ca::open(&exec.directory, &domains, exec.now)?;
    let trust = write_trust_files(&exec.directory, &ca, &exec.variables)?;
    let node = write_node(&exec.directory)?;
    let hosts: Vec<String> = exec.sites.iter().map(|site| site.hosts.clone()).collect();
    let proxy = Proxy::start(Config {
        sites: exec.sites.clone(),
        ca,
        now: exec.now,
        offline: exec.offline != Offline::No,
        password: exec.password.clone(),
        chain: Chain::from_variables(&exec.variables),
        limits: Limits::default(),
    })
    .await?;
    let in_network = exec.offline == Offline::Network;
    let facts = Facts {
        proxy: proxy.address(),
        password: &exec.password,
        // In a network of its own, the command finds it on loopback.
        server: match in_network {
            true => (Ipv4Addr::LOCALHOST, exec.server.port()).into(),
            false => exec.server,
        },
        key: &exec.key,
        hosts: &hosts,
        trust: &trust,
        node: &node,
    };
    let mut changes = changes(&exec.variables, &facts);
    changes.extend(exec.own.clone());
    let status = match in_network {
        true => run_apart(&exec, &proxy, &changes).await,
        false => run(&exec.command, &changes, exec.to_stderr).await,
    };
    let traffic = proxy.shutdown(GRACE).await;
    Ok(Outcome { status: status?, traffic })
}

/// Runs the command in a network of its own.
async fn run_apart(exec: &Exec, proxy: &Proxy, changes: &Changes) -> Result<u8, Error> {
    let program = exec.command.first().ok_or(Error::NoCommand)?.display().to_string();
    let gate = Gate::open()?;
    let ports = [proxy.address().port(), exec.server.port()];
    let site = exec.sites.iter().find(|site| !site.hosts.starts_with('*'));
    let host = site.map_or("", |site| &site.hosts);
    let command = gate.command(&exec.reentry, ports, host, &exec.command);
    let mut reports = gate.reports(program)?;
    let running = run(&command, changes, exec.to_stderr);
    tokio::pin!(running);
    loop {
        tokio::select! {
            biased;
            report = reports.recv() => match report {
                Some(Report::Ready(doors)) => proxy.open(*doors, exec.server, site)?,
                Some(Report::Failed(error)) => {
                    // It ends by itself.
                    running.await?;
                    return Err(error);
                }
                None => return running.await,
            },
            // It ended before we heard of it. What it had to say is on its way, if anything is.
            status = &mut running => {
                while let Ok(Some(report)) = tokio::time::timeout(GRACE, reports.recv()).await {
                    if let Report::Failed(error) = report {
                        return Err(error);
                    }
                }
                return status;
            }
        }
    }
}

/// Writes the program that leads Node's clients to the proxy.
fn write_node(directory: &Path) -> Result<PathBuf, Error> {
    const NAME: &str = "node.js";
    let (path, text) = (directory.join(NAME), include_bytes!("node.js"));
    if fs::read(&path).ok().as_deref() != Some(text.as_slice()) {
        files::replace(directory, NAME, 0o644, text)?;
    }
    // The child may change its directory before it reads the file.
    fs::canonicalize(&path).map_err(|source| Error::File { doing: "find", path, source })
}
