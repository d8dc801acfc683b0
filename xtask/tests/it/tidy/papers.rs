//! The papers: the files that they name are there, and their picture is of these crates. That their
//! links lead somewhere is held by `front`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// The longest that a page on a decision may be.
const DECISION: usize = 50;

/// The papers of the top and of `docs`, by path, with their text.
fn papers() -> BTreeMap<String, String> {
    fn walk(directory: &Path, deeper: bool, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && deeper {
                walk(&path, true, found);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&root(), false, &mut found);
    walk(&root().join("docs"), true, &mut found);
    found
}

/// The files and folders that a paper names in code, from the top or from `crates`:
/// `plane/src/routes.rs`. What has a gap in it, as `<family>/mod.rs`, names none,
/// nor does what every crate has, as `src/tests/`.
fn files_named(text: &str) -> impl Iterator<Item = String> {
    let code = text.split('`').skip(1).step_by(2);
    let code = code.filter(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
        (word.contains("/src/") || word.contains("/tests/"))
            && word.chars().all(plain)
            && !word.starts_with("src/")
    });
    code.map(|word| word.trim_end_matches('/').to_owned())
}

#[test]
fn files_that_papers_name_are_there() {
    let (mut found, mut seen) = (Vec::new(), 0);
    // What was is told in CHANGELOG by the names that it had.
    for (paper, text) in papers().iter().filter(|(paper, _)| *paper != "CHANGELOG.md") {
        for file in files_named(text) {
            seen += 1;
            if !["", "crates"].iter().any(|below| root().join(below).join(&file).exists()) {
                found.push(format!("{paper}: `{file}`"));
            }
        }
    }
    assert!(seen > 60, "{seen} files are named");
    none(found, "there is no such file");
}

#[test]
fn the_picture_of_the_crates_is_of_these_crates() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, picture) = text.split_once("```mermaid\n").expect("the crates are drawn");
    let (picture, _) = picture.split_once("```").unwrap();
    let all = dependencies();
    let arrows = arrows(picture);
    let drawn: BTreeSet<&String> =
        arrows.iter().flat_map(|(from, to)| to.iter().chain([from])).collect();
    let mut found = Vec::new();
    for (from, to) in &arrows {
        let wrong = to.iter().filter(|to| !all.get(from).is_some_and(|needs| needs.contains(*to)));
        found.extend(wrong.map(|to| format!("{from} does not depend on {to}")));
    }
    let ours: BTreeSet<String> = all.keys().cloned().collect();
    // In one layer each, and with an arrow.
    let placed: Vec<&str> = picture.lines().filter(|line| !line.contains("-->")).collect();
    let placed: Vec<&str> = placed.iter().flat_map(|line| line.split(';').map(str::trim)).collect();
    for name in &ours {
        let layers = placed.iter().filter(|placed| *placed == name).count();
        if layers != 1 || !drawn.contains(name) {
            found.push(format!("{name} is in {layers} layers; arrows: {}", drawn.contains(name)));
        }
    }
    // What a crate needs is drawn, or is needed by what it leads to.
    for (name, needs) in &all {
        for needed in needs.intersection(&ours) {
            if !reachable(&arrows, name).contains(needed) {
                found.push(format!("{name} depends on {needed}, and no arrow leads there"));
            }
        }
    }
    none(found, "ARCHITECTURE.md draws the crates as they are");
}

/// The arrows of the picture.
fn arrows(picture: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for (from, to) in picture.lines().filter_map(|line| line.trim().split_once(" --> ")) {
        for from in from.split(" & ") {
            found.entry(from.to_owned()).or_default().extend(to.split(" & ").map(str::to_owned));
        }
    }
    found
}

#[test]
fn decisions_are_short_and_each_says_how_one_sees_that_it_was_wrong() {
    let papers = papers();
    let pages = papers.iter().filter(|(path, _)| path.starts_with("docs/decisions/"));
    let pages: Vec<_> = pages.collect();
    assert!(pages.len() >= 6, "{} decisions are told", pages.len());
    let mut found = Vec::new();
    for (path, text) in pages {
        let lines = text.lines().count();
        if lines > DECISION {
            found.push(format!("{path} has {lines} lines"));
        }
        for part in ["## Decided", "## Why", "## When it was wrong"] {
            if !text.contains(&format!("\n{part}\n")) {
                found.push(format!("{path} has no `{part}`"));
            }
        }
    }
    none(found, "a decision is a page");
}
