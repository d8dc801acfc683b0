//! What each family costs: lines of source, bytes of machine code, seconds of building.
//!
//! Families are as `api` lists them, and a file is a family's where it bears the family's name. What
//! bears no family's name is told beside them, and is in no family's figures. Nothing is built here:
//! the binary and the timings are those that lie in cargo's directory.

pub mod binary;
mod lines;
mod table;
pub mod timings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use api::{Endpoint, Group, Visitor};
use serde::{Deserialize, Serialize};

pub use binary::{Binary, Symbol};
pub use lines::{GROUPS, lines};
pub use table::table;

/// How many symbols `--symbols` shows.
const LARGEST: usize = 10;

/// What a family costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Family {
    /// How many operations it has.
    pub operations: usize,
    /// Lines of its file and folder in `api`.
    pub api: usize,
    /// Lines of its folder in a group, and in `hosts`.
    pub group: usize,
    /// Lines of its tests in `control`.
    pub tests: usize,
    /// Bytes of machine code whose symbols name it; none where there is no binary.
    pub bytes: Option<u64>,
}

impl Family {
    /// All its lines.
    pub fn lines(&self) -> usize {
        self.api + self.group + self.tests
    }
}

/// What everything costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Each family.
    pub families: BTreeMap<String, Family>,
    /// Lines of the groups, of `hosts` and of `control`'s tests that bear no family's name.
    pub shared: BTreeMap<String, usize>,
    /// Bytes of machine code that name no family: by the crate of ours that they name, `others` for
    /// what names none.
    pub unattributed: BTreeMap<String, u64>,
    /// Seconds of building, by crate of ours.
    pub seconds: BTreeMap<String, f64>,
}

impl Cost {
    /// All families as one.
    pub fn total(&self) -> Family {
        self.families.values().fold(Family::default(), |sum, family| Family {
            operations: sum.operations + family.operations,
            api: sum.api + family.api,
            group: sum.group + family.group,
            tests: sum.tests + family.tests,
            bytes: family.bytes.map(|bytes| bytes + sum.bytes.unwrap_or_default()),
        })
    }
}

/// How many operations each family has.
fn operations() -> BTreeMap<String, usize> {
    struct Count(BTreeMap<String, usize>);
    impl Visitor for Count {
        fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
            // `kettle_api::blocks::ListBlocks`
            let family = std::any::type_name::<E>().split("::").nth(1).unwrap_or_default();
            *self.0.entry(family.to_owned()).or_default() += 1;
        }
    }
    let mut count = Count(BTreeMap::new());
    api::visit(&mut count);
    count.0
}

/// Where cargo builds.
fn target() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    crate::root().join(named.unwrap_or_else(|| "target".into()))
}

#[derive(Default)]
struct Options<'a> {
    json: bool,
    symbols: bool,
    against: Option<&'a Path>,
}

impl<'a> Options<'a> {
    fn read(mut args: &'a [&'a str]) -> Result<Self> {
        let mut options = Self::default();
        loop {
            args = match args {
                [] => return Ok(options),
                ["--json", rest @ ..] => {
                    options.json = true;
                    rest
                }
                ["--symbols", rest @ ..] => {
                    options.symbols = true;
                    rest
                }
                ["--against", file, rest @ ..] => {
                    options.against = Some(Path::new(file));
                    rest
                }
                [other, ..] => bail!("what is {other}? --json, --symbols or --against FILE"),
            }
        }
    }
}

/// Prints what everything costs.
///
/// # Errors
/// When the source or what was built cannot be read; what was not built is said, and is no error.
pub fn run(args: &[&str]) -> Result<ExitCode> {
    let options = Options::read(args)?;
    let mut notes = Vec::new();
    let mut cost = lines(&crate::root(), &operations())?;
    let program = target().join("release/kettle");
    let binary = program.is_file().then(|| Binary::read(&crate::root(), &program)).transpose()?;
    match &binary {
        Some(binary) => binary.attribute(&mut cost),
        None => notes.push(format!(
            "no bytes: there is no {}; `cargo build --release` makes it",
            program.display()
        )),
    }
    match timings::newest(&target().join("cargo-timings"))? {
        Some(seconds) => cost.seconds = seconds,
        None => notes.push(
            "no seconds: nothing was timed; `cargo clean --release && cargo build --release \
             --timings` does it"
                .to_owned(),
        ),
    }
    let before = options.against.map(|file| -> Result<Cost> {
        let text = std::fs::read(file).with_context(|| file.display().to_string())?;
        serde_json::from_slice(&text).with_context(|| format!("{}: no `--json`", file.display()))
    });
    match options.json {
        true => println!("{}", serde_json::to_string_pretty(&cost)?),
        false => print!("{}", table(&cost, before.transpose()?.as_ref())),
    }
    for symbol in binary.iter().filter(|_| options.symbols).flat_map(|b| b.largest(LARGEST)) {
        eprintln!("{:>9}  {}", symbol.bytes, symbol.name);
    }
    for note in notes {
        eprintln!("{note}");
    }
    Ok(ExitCode::SUCCESS)
}
