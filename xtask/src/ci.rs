//! What CI checks once everything is installed. `.ci/run` has the same commands; a test holds the
//! two together.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Runs all of it, and says at the end what failed.
pub(crate) fn run() -> Result<ExitCode> {
    let mut failed = Vec::new();
    for (name, args, environment) in xtask::CHECKS {
        println!("== {name}: cargo {}", args.join(" "));
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(cargo);
        command.args(*args).envs(environment.iter().copied()).current_dir(crate::root());
        if !command.status().with_context(|| format!("cannot start {command:?}"))?.success() {
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        println!("== all passed");
        return Ok(ExitCode::SUCCESS);
    }
    println!("== failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}
