//! Machine code of the program, by what its symbols name.
//!
//! A symbol is a family's where it names a module of that family in one of our crates, wherever it
//! does: code of others that is made for a family's type is the family's, too. Where the compiler
//! leaves types out of names (as it does in closures of a generic function), nobody can tell whose
//! the code is; it is counted for the crate alone. `RUSTFLAGS=-Csymbol-mangling-version=v0` puts
//! them in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Cost;

/// What names none of our crates.
pub(crate) const OTHERS: &str = "others";

/// A piece of machine code.
#[derive(Debug, Clone, PartialEq)]
pub struct Symbol {
    /// Its name, as people read it.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// The machine code of a program.
#[derive(Debug)]
pub struct Binary {
    symbols: Vec<Symbol>,
    /// Our crates, as symbols call them.
    crates: BTreeSet<String>,
}

impl Binary {
    /// That of the program at `path`, built from the checkout at `root`. Its symbols are read by
    /// `nm`, which is where a linker is.
    ///
    /// # Errors
    /// When there is no `nm`, or the program has no symbols.
    pub fn read(root: &Path, path: &Path) -> Result<Self> {
        let mut nm = Command::new("nm");
        nm.args(["--demangle", "--print-size", "--defined-only"]).arg(path);
        let told = nm.output().context("cannot start nm (Debian: binutils)")?;
        let crates = std::fs::read_dir(root.join("crates"))?;
        let crates = crates.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let crates = crates.collect::<Result<BTreeSet<_>>>()?;
        let binary = Self::from_nm(&String::from_utf8_lossy(&told.stdout), crates);
        ensure!(!binary.symbols.is_empty(), "{} has no symbols: was it stripped?", path.display());
        Ok(binary)
    }

    /// What `nm` told of a program, and which crates are ours, by their folders.
    pub fn from_nm(told: &str, crates: BTreeSet<String>) -> Self {
        // Where several stand for the same code, it counts once.
        let mut seen = BTreeSet::new();
        let symbol = |line: &str| {
            let mut words = line.splitn(4, ' ');
            let (address, bytes, kind, name) =
                (words.next()?, words.next()?, words.next()?, words.next()?);
            let is_code = matches!(kind, "t" | "T" | "w" | "W");
            let bytes = u64::from_str_radix(bytes, 16).ok()?;
            (is_code && seen.insert(address.to_owned()))
                .then(|| Symbol { name: name.to_owned(), bytes })
        };
        let symbols = told.lines().filter_map(symbol).collect();
        let crates = crates.into_iter().map(|name| name.replace('-', "_")).collect();
        Self { symbols, crates }
    }

    /// Adds each symbol to its family, or to what is no family's.
    pub fn attribute(&self, cost: &mut Cost) {
        for family in cost.families.values_mut() {
            family.bytes = Some(0);
        }
        for Symbol { name, bytes } in &self.symbols {
            let ours: Vec<(&str, &str)> = self.ours(name).collect();
            let mut modules = ours.iter().map(|(_, module)| *module);
            let family = modules.find(|module| cost.families.contains_key(*module));
            match family.and_then(|name| cost.families.get_mut(name)) {
                Some(family) => *family.bytes.get_or_insert_default() += bytes,
                None => {
                    let name = ours.first().map_or(OTHERS, |(name, _)| *name);
                    *cost.unattributed.entry(name.to_owned()).or_default() += bytes;
                }
            }
        }
    }

    /// The crates of ours that a symbol names, each with the module that it names in it: the SDK's
    /// families are below `families`.
    fn ours<'a>(&self, symbol: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        symbol.split(move |c| !is_part(c)).filter_map(|path| {
            let mut parts = path.split("::");
            let name = parts.next()?;
            let name = name.strip_prefix("kettle_").unwrap_or(name);
            let module = parts.find(|part| *part != "families").unwrap_or_default();
            self.crates.contains(name).then_some((name, module))
        })
    }

    /// The largest symbols, the largest first.
    pub fn largest(&self, most: usize) -> Vec<Symbol> {
        let mut symbols = self.symbols.clone();
        symbols.sort_by(|one, other| (other.bytes, &one.name).cmp(&(one.bytes, &other.name)));
        symbols.truncate(most);
        symbols
    }
}

/// All machine code, whoever it is of; none where there was no binary.
pub fn all_bytes(cost: &Cost) -> Option<u64> {
    let others: u64 = cost.unattributed.values().sum();
    cost.total().bytes.map(|bytes| bytes + others)
}

/// Sums by name, the largest first.
pub(crate) fn by_size(sums: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut sums: Vec<_> = sums.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    sums.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), *name));
    sums
}
