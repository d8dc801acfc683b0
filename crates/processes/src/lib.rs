//! Programs that drivers run: started, watched and ended, also where the process that started them was
//! killed; and the files that they read.

pub mod files;
mod places;
mod process;

use std::io;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

pub use places::Places;
pub use process::{Process, end_left};
pub use rustix::process::Signal;

/// How long a program may take to say something of itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a command that ends by itself, and tells what it said.
///
/// # Errors
/// When it does not start, or does not end in half a minute.
pub async fn output(command: &mut Command) -> io::Result<Output> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let late = |_| io::Error::other(format!("it says nothing for {PATIENCE:?}"));
    tokio::time::timeout(PATIENCE, output).await.map_err(late)?
}

/// What has the system end a program when its parent ends, where there is such a thing: setpriv of
/// util-linux, which busybox' is not.
pub async fn bound() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|at| at.join("setpriv")).find(|p| p.is_file())?;
    let works = output(Command::new(&found).args(["--pdeathsig", "TERM", "true"])).await;
    works.is_ok_and(|output| output.status.success()).then_some(found)
}
