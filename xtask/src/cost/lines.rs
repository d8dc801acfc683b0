//! Lines of source, by the names of files and folders.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Cost, Family};

/// The crates that hold what families mean, and what is stored of servers.
pub const GROUPS: &[&str] = &[
    "access",
    "basics",
    "compute",
    "databases",
    "delivery",
    "hosts",
    "kubernetes",
    "network",
    "storage",
];

/// What the source below `root` costs, for families with so many operations.
///
/// # Errors
/// When it cannot be read, or a family has no lines in `api`.
pub fn lines(root: &Path, operations: &BTreeMap<String, usize>) -> Result<Cost> {
    let new = |(name, operations): (&String, &usize)| {
        (name.clone(), Family { operations: *operations, ..Family::default() })
    };
    let mut families: BTreeMap<String, Family> = operations.iter().map(new).collect();
    let mut shared = BTreeMap::new();
    for (name, lines) in entries(&root.join("crates/api/src"))? {
        // What is no family's there is the mould itself.
        if let Some(family) = families.get_mut(&name) {
            family.api += lines;
        }
    }
    for group in GROUPS {
        for (name, lines) in entries(&root.join("crates").join(group).join("src"))? {
            match families.get_mut(&name) {
                Some(family) => family.group += lines,
                None => *shared.entry(format!("{group}/{name}")).or_default() += lines,
            }
        }
    }
    for (name, lines) in entries(&root.join("crates/control/tests/it"))? {
        // `os_and_more` is of `os`, where there is no family with a longer name before it.
        let named = operations.keys().filter(|family| name.starts_with(*family));
        match named.max_by_key(|family| family.len()) {
            Some(family) => families.entry(family.clone()).or_default().tests += lines,
            None => *shared.entry(format!("tests/{name}")).or_default() += lines,
        }
    }
    let without = families.iter().find(|(_, family)| family.api == 0);
    ensure!(without.is_none(), "{without:?} has no file in crates/api/src");
    Ok(Cost { families, shared, ..Cost::default() })
}

/// Lines of each file and folder of a folder, by its name without an ending.
fn entries(folder: &Path) -> Result<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        *found.entry(name).or_default() += count(&path)?;
    }
    Ok(found)
}

/// Lines of a Rust file, or of all below a folder: comments and empty ones, too.
fn count(path: &Path) -> Result<usize> {
    if path.is_dir() {
        return Ok(entries(path)?.values().sum());
    }
    match path.extension().is_some_and(|ending| ending == "rs") {
        true => Ok(std::fs::read_to_string(path)?.lines().count()),
        false => Ok(0),
    }
}
