//! What holds for the source as a whole: size, headers, names, and the invariants of
//! ARCHITECTURE.md that the compiler does not see.
//!
//! Everything here reads text; a rule that must be broken somewhere is broken by an entry in the
//! lists of its module, each with its reason.

mod families;
mod layers;
mod packages;
mod papers;
mod source;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xtask::cost::GROUPS;
use xtask::root;

/// A file of the checkout: its path from the top, and its text.
struct File {
    path: String,
    text: String,
}

impl File {
    /// Its lines up to its tests, with comments left out, each with its number.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(n, line)| (n + 1, line));
        lines
            .take_while(|(_, line)| *line != "mod tests {")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn is_test(&self) -> bool {
        let path = &self.path;
        path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("crates/testkit/")
    }
}

/// Every source file below a directory of the checkout.
fn files(below: &str) -> Vec<File> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.ends_with("target") => {}
                true => walk(&path, found),
                false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(below), &mut found);
    found.sort();
    let read = |path: PathBuf| File {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(),
    };
    let files: Vec<File> = found.into_iter().map(read).collect();
    assert!(!files.is_empty(), "nothing was found below {below}");
    files
}

fn files_of(name: &str) -> Vec<File> {
    files(&format!("crates/{name}/src"))
}

/// The sources of the control plane, but for its core.
fn control_plane() -> Vec<File> {
    GROUPS.iter().chain(&["control"]).flat_map(|name| files_of(name)).collect()
}

fn all_files() -> Vec<File> {
    files("crates").into_iter().chain(files("xtask")).collect()
}

/// Fails with all that was found, a line each.
#[track_caller]
fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// Where lines of code hold one of `words`, outside `allowed`; an entry of `allowed` without such a
/// line is found too.
fn mentions(files: &[File], words: &[&str], allowed: &[(&str, &str)]) -> Vec<String> {
    let mut unused: BTreeSet<&str> = allowed.iter().map(|(path, _)| *path).collect();
    let mut found = Vec::new();
    for file in files {
        for (n, line) in file.code().filter(|(_, line)| words.iter().any(|w| line.contains(w))) {
            match allowed.iter().find(|(path, _)| *path == file.path) {
                Some((path, _)) => drop(unused.remove(path)),
                None => found.push(format!("{}:{n}: {}", file.path, line.trim())),
            }
        }
    }
    found.extend(unused.into_iter().map(|path| format!("{path} is an exception for nothing")));
    found
}

/// The dependencies of every crate on crates of this workspace, and on others, each by its name in
/// the sources; what only tests need is left out, and what only some systems have is not.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    crates
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path().join("Cargo.toml")).unwrap();
            let manifest: toml::Table = text.parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap();
            let name = name.strip_prefix("kettle-").unwrap_or(name).to_owned();
            let of_some = manifest.get("target").and_then(|d| d.as_table());
            let of_some = of_some.into_iter().flatten().filter_map(|(_, own)| own.as_table());
            let tables = std::iter::once(&manifest).chain(of_some);
            let needs = tables.filter_map(|table| table.get("dependencies")?.as_table());
            (name, needs.flatten().map(|(name, _)| name.clone()).collect())
        })
        .collect()
}

/// All crates that one needs, directly or by way of others.
fn reachable(all: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![from.to_owned()];
    while let Some(name) = left.pop() {
        for needed in all.get(&name).into_iter().flatten() {
            if found.insert(needed.clone()) {
                left.push(needed.clone());
            }
        }
    }
    found
}
