//! How fast and how small: a release server beside a bare axum route that answers the same bytes.
//!
//! Only ratios mean anything: both sides run on the same machine, in turns, under the same load
//! generator. Floors are checked on the medians. Nothing here listens or connects beyond loopback,
//! and every process that is started is ended.

mod bare;
mod load;
mod parts;
mod process;
mod report;
mod seed;
mod whole;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use load::{Design, Figures};
use report::Report;
use seed::Seeded;

pub(crate) use bare::serve as bare;

/// What was asked for on the command line.
struct Options {
    check: bool,
    only: String,
    rows: usize,
    time: Duration,
    rounds: usize,
}

impl Options {
    fn read(args: &[&str]) -> Result<Self> {
        let (only, time) = (String::new(), Duration::from_secs(2));
        let mut options = Self { check: false, only, rows: 1_000_000, time, rounds: 3 };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match *arg {
                "--check" => options.check = true,
                "--only" => options.only = (*value()?).to_owned(),
                "--rows" => options.rows = value()?.parse().context("--rows")?,
                "--seconds" => {
                    let seconds = value()?.parse().context("--seconds")?;
                    options.time = Duration::try_from_secs_f64(seconds).context("--seconds")?;
                }
                "--rounds" => options.rounds = value()?.parse().context("--rounds")?,
                other => bail!("no such option: {other}"),
            }
        }
        ensure!((1..=100).contains(&options.rounds), "--rounds is from 1 to 100");
        ensure!(options.time <= Duration::from_secs(60), "--seconds is at most 60");
        ensure!((1_000..=10_000_000).contains(&options.rows), "--rows is from 1000 to 10 million");
        Ok(options)
    }
}

/// What all parts share.
struct Bench {
    options: Options,
    /// The program that is measured.
    kettle: PathBuf,
    /// Where data directories are made: on the disk that holds the build, not in memory.
    place: PathBuf,
    seeded: BTreeMap<usize, (TempDir, Seeded)>,
}

impl Bench {
    /// A new data directory.
    fn directory(&self) -> Result<TempDir> {
        let own = std::fs::Permissions::from_mode(0o700);
        let mut named = tempfile::Builder::new();
        let made = named.prefix("data-").permissions(own).tempdir_in(&self.place);
        made.with_context(|| format!("cannot make a directory in {}", self.place.display()))
    }

    /// A data directory with so many rows; made once.
    fn seeded(&mut self, rows: usize) -> Result<&(TempDir, Seeded)> {
        if !self.seeded.contains_key(&rows) {
            let directory = self.directory()?;
            let seeded = seed::fill(directory.path(), rows)?;
            self.seeded.insert(rows, (directory, seeded));
        }
        Ok(&self.seeded[&rows])
    }

    /// Puts each design under load, in turns: the figures of each by round.
    fn rounds(&self, designs: &[Design]) -> Result<Vec<Vec<Figures>>> {
        for design in designs {
            load::run(design, Duration::from_millis(300))?;
        }
        let mut figures = vec![Vec::new(); designs.len()];
        for _ in 0..self.options.rounds {
            for (design, figures) in designs.iter().zip(&mut figures) {
                figures.push(load::run(design, self.options.time)?);
            }
        }
        Ok(figures)
    }
}

/// Builds what is measured, measures, and prints the table.
pub(crate) fn run(args: &[&str]) -> Result<ExitCode> {
    let options = Options::read(args)?;
    if cfg!(debug_assertions) {
        return again_in_release(args);
    }
    let here = std::env::current_exe()?;
    let place = here.with_file_name("bench");
    std::fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
    let kettle = here.with_file_name("kettle");
    let mut bench = Bench { options, kettle, place, seeded: BTreeMap::new() };
    let mut report = Report::default();
    for (name, part) in parts::ALL {
        if name.contains(&bench.options.only) {
            eprintln!("{name} ...");
            part(&mut bench, &mut report).with_context(|| (*name).to_owned())?;
        }
    }
    print!("{report}");
    let fails = bench.options.check && !report.passes();
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Fills a directory by itself, for a look at a server with much in it.
pub(crate) fn seed(directory: &Path, rows: &str) -> Result<ExitCode> {
    let rows = rows.parse().context("ROWS is a number")?;
    std::fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    ensure!(!directory.join("kettle.db").exists(), "{} holds data already", directory.display());
    seed::fill(directory, rows)?;
    println!("KETTLE_KEY={} kettle serve --data {}", process::KEY, directory.display());
    Ok(ExitCode::SUCCESS)
}

/// The load generator and the bare route must be as fast as they can, so they too are built for
/// release.
fn again_in_release(args: &[&str]) -> Result<ExitCode> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--locked", "--package", "kettle", "--package", "xtask"]);
    ensure!(build.current_dir(crate::root()).status()?.success(), "the release build failed");
    let here = std::env::current_exe()?;
    let target = here.parent().and_then(Path::parent).context("this program is in no target")?;
    let release = target.join("release/xtask");
    let status = Command::new(&release).arg("bench").args(args).status();
    let status = status.with_context(|| format!("cannot start {}", release.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
