//! What is told on standard error while a server runs.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts the log; `KETTLE_LOG` says how much of it there is, as in `KETTLE_LOG=debug`.
pub(crate) fn start(default: &str) {
    let filter = std::env::var("KETTLE_LOG").ok().filter(|text| !text.is_empty());
    let filter = filter.unwrap_or_else(|| default.to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}
