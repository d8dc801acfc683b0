//! The project's chores, started with `cargo xtask`: what CI checks, the benchmark, the OpenAPI
//! document, the page of what is served, and what is handed to others.
//!
//! Nothing here is part of the `kettle` program, and nothing here may ask another machine anything.

mod bench;
mod ci;
mod openapi;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask ci                 test, fmt, clippy and doc, as CI runs them
cargo xtask bench [OPTIONS]    how fast and how small, as ratios to a bare axum route
      --check                  fail where a floor is not reached
      --only WORD              only the parts whose name contains WORD
      --rows N                 rows of the large store [default: 1000000]
      --seconds S              how long each round takes [default: 2]
      --rounds N               how many rounds the median is taken of [default: 3]
cargo xtask seed DIR ROWS      a new data directory with so many rows, for `kettle serve --data`
cargo xtask openapi [FILE]     write the OpenAPI document [default: target/openapi.json]
cargo xtask openapi --check    check that every reference in it leads somewhere
cargo xtask coverage           write docs/coverage.md: which operations are served
cargo xtask cost [OPTIONS]     lines, machine code and building time, by family
      --json                   for comparing
      --against FILE           beside what an earlier --json told
      --symbols                the largest pieces of machine code, too
cargo xtask families           write the SDK's calls by family, client.blocks().attach(...)
cargo xtask keep               once for each release: keep data that it wrote, which all later ones open
cargo xtask dist [OPTIONS]     a static binary with its papers, and an OCI image of it, in target/dist
      --binary FILE            of this binary, instead of building one
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<ExitCode> {
    match args {
        ["ci"] => ci::run(),
        ["bench", rest @ ..] => bench::run(rest),
        ["seed", directory, rows] => bench::seed(Path::new(directory), rows),
        // The benchmark starts this one itself.
        ["bare", path, answer] => bench::bare(path, Path::new(answer)),
        ["openapi", rest @ ..] => openapi::run(rest),
        ["coverage"] => xtask::coverage::write(),
        ["cost", rest @ ..] => xtask::cost::run(rest),
        ["families"] => xtask::families::write(),
        ["keep"] => keep(),
        ["dist", rest @ ..] => xtask::dist::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("no such chore: {}\n\n{HELP}", other.join(" ")),
    }
}

/// Has the data of this release made by the tests, which know how to make one of everything.
fn keep() -> Result<ExitCode> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let args = ["test", "-p", "kettle-control", "keep_the_data_of_this_release", "--", "--ignored"];
    let status = Command::new(cargo).args(args).current_dir(root()).status()?;
    if !status.success() {
        bail!("no data was kept; what was missing is told above");
    }
    println!("crates/control/tests/data has this release's data: commit it");
    Ok(ExitCode::SUCCESS)
}

/// The top of the checkout.
fn root() -> PathBuf {
    xtask::root()
}
