//! `kettle exec`, but for the server: CA, proxy, environment and child, in that order.
//!
//! Must never start a server nor know what one answers.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::{
    Ca, Chain, Config, Error, Facts, Limits, Proxy, Variables, changes, run, write_trust_files,
};

/// The host that Vultr's API has, and that Kettle answers for.
pub const INTERCEPTED_HOST: &str = "api.vultr.com";

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
    /// An API key that the server accepts.
    pub key: String,
    /// Refuses all hosts but the intercepted one.
    pub offline: bool,
    /// The environment to start from, see [`crate::current_variables`].
    pub variables: Variables,
    /// The time, for certificates.
    pub now: SystemTime,
}

/// Runs the command and returns its exit status. [`Error::exit_status`] is the one for what went
/// wrong before it ran.
pub async fn exec(exec: Exec) -> Result<u8, Error> {
    let ca = Ca::open(&exec.directory, exec.now)?;
    let trust = write_trust_files(&exec.directory, &ca, &exec.variables)?;
    let hosts = vec![INTERCEPTED_HOST.to_owned()];
    let proxy = Proxy::start(Config {
        upstream: exec.server,
        hosts: hosts.clone(),
        leaf: ca.leaf(&[INTERCEPTED_HOST], exec.now)?,
        offline: exec.offline,
        chain: Chain::from_variables(&exec.variables)?,
        limits: Limits::default(),
    })
    .await?;
    let facts = Facts {
        proxy: proxy.address(),
        server: exec.server,
        key: &exec.key,
        hosts: &hosts,
        trust: &trust,
    };
    let status = run(&exec.command, &changes(&exec.variables, &facts)).await;
    proxy.shutdown(GRACE).await;
    status
}
