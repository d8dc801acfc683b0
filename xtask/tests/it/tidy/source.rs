//! What every file keeps to: its size, its head, its words, its clock.

use std::collections::BTreeMap;

use xtask::root;

use super::*;

/// The longest that a file may be.
const LINES: usize = 600;
/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] =
    &[("crates/sdk/src/families/databases.rs", "it is written by `cargo xtask families`")];
/// Places that ask the operating system what time it is.
const ASKS_TIME: &[(&str, &str)] = &[("crates/engine/src/clock.rs", "this is Clock")];

/// Places that draw from the operating system by themselves. What the control plane draws is drawn by
/// `engine::chance`, so that a seed decides it.
const DRAWS: &[(&str, &str)] = &[
    ("crates/console/src/session.rs", "whoever has signed in is never to be guessed"),
    ("crates/driver-haproxy/src/tend.rs", "it tells one program from the next"),
    ("crates/engine/src/chance.rs", "this is the one place"),
    ("crates/front-dns/src/elsewhere.rs", "questions to other name servers"),
    ("crates/front-s3/src/blobs.rs", "names of files"),
    ("crates/front-s3/src/lifecycle.rs", "what S3 names is no part of the API"),
    ("crates/front-s3/src/ops/multipart.rs", "what S3 names is no part of the API"),
    ("crates/front-s3/src/rows/objects.rs", "what S3 names is no part of the API"),
    ("crates/front-s3/src/serve.rs", "what S3 names is no part of the API"),
    ("crates/network/src/domains/dnssec.rs", "ring makes keys of nothing else"),
    ("crates/processes/src/places.rs", "names of directories"),
    ("crates/sdk/src/whoami.rs", "a challenge"),
    ("crates/x509/src/lib.rs", "ring makes keys of nothing else"),
];

#[test]
fn every_module_says_what_it_is() {
    let is_ui = |file: &File| file.path.contains("/tests/ui/");
    let bare = all_files().into_iter().filter(|f| !is_ui(f) && !f.text.starts_with("//! "));
    none(bare.map(|f| f.path).collect(), "these begin with no `//!` header");
}

#[test]
fn files_are_short() {
    let lines = |f: &File| f.text.lines().count();
    let long = all_files().into_iter().filter(|f| lines(f) > LINES);
    let long: BTreeMap<String, usize> = long.map(|f| (f.path.clone(), lines(&f))).collect();
    let excused = |path: &str| LONG.iter().any(|(excused, _)| *excused == path);
    let found = long.iter().filter(|(path, _)| !excused(path));
    let found = found.map(|(path, n)| format!("{path} has {n} lines")).collect();
    none(found, &format!("files have at most {LINES} lines"));
    let unused = LONG.iter().filter(|(path, _)| !long.contains_key(*path));
    none(unused.map(|(path, _)| (*path).to_owned()).collect(), "these are short by now");
}

#[test]
fn nothing_is_left_to_do_without_a_place_where_it_is_written_down() {
    // Put together, so that this file does not find itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let files = all_files();
    let lines = files.iter().flat_map(|f| f.text.lines().map(move |line| (f, line)));
    let found = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    let found = found.map(|(f, line)| format!("{}: {}", f.path, line.trim())).collect();
    none(found, "write it into an issue");
}

#[test]
fn nothing_depends_on_an_order_that_changes() {
    let found =
        mentions(&all_files(), &[&["Hash", "Map"].concat(), &["Hash", "Set"].concat()], &[]);
    none(found, "their order differs from run to run: use BTreeMap and BTreeSet");
}

#[test]
fn only_the_clock_asks_what_time_it_is() {
    let mut files = files("crates");
    files.retain(|file| !file.is_test());
    let words = ["SystemTime::now", "Timestamp::now", "Zoned::now", "now_utc(", "Utc::now"];
    none(mentions(&files, &words, ASKS_TIME), "ask engine::Clock, which tests can turn");
}

#[test]
fn only_chance_draws() {
    let mut files = files("crates");
    files.retain(|file| !file.is_test() && !file.path.ends_with("v1/src/ids.rs"));
    files.iter_mut().for_each(|file| {
        // Unit tests stand at the end.
        let end = file.text.find("\n#[cfg(test)]\nmod ").unwrap_or(file.text.len());
        file.text.truncate(end);
    });
    let words = ["Uuid::now_v7", "Uuid::new_v4", "SystemRandom"];
    none(mentions(&files, &words, DRAWS), "draw by engine::chance, which a seed can decide");
}

#[test]
fn a_crate_has_one_place_for_its_tests() {
    let mut found = Vec::new();
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    let crates = crates.map(|entry| entry.unwrap().path()).chain([root().join("xtask")]);
    for path in crates {
        let short = path.strip_prefix(root()).unwrap().display().to_string();
        // Each file in `tests`, and each directory with a `main.rs`, is a binary with the whole world.
        for entry in path.join("tests").read_dir().into_iter().flatten() {
            let entry = entry.unwrap().path();
            let is_binary = entry.extension().is_some_and(|ending| ending == "rs");
            if is_binary || entry.join("main.rs").exists() && !entry.ends_with("it") {
                found.push(format!("{} is not in {short}/tests/it", entry.display()));
            }
        }
        // What is switched off in the manifest must not be there.
        let text = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let on = |key| manifest.get("lib").and_then(|lib| lib.get(key)?.as_bool()) != Some(false);
        for file in files(&format!("{short}/src")) {
            // xtask writes examples of the SDK's.
            let opens = |line: &str| {
                let example = line.starts_with("//! ```") || line.starts_with("/// ```");
                !on("test") && line == "#[cfg(test)]"
                    || !on("doctest") && example && short != "xtask"
            };
            if file.text.lines().any(|line| opens(line.trim_start())) {
                found.push(format!("{}: {short}/Cargo.toml leaves its tests out", file.path));
            }
        }
    }
    none(found, "one test binary for a crate: modules of tests/it, or of src/tests");
}
