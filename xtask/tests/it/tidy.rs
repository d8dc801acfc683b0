//! What holds for the source as a whole: size, headers, names, and the invariants of
//! ARCHITECTURE.md that the compiler does not see.
//!
//! Everything here reads text; a rule that must be broken somewhere is broken by an entry in the
//! lists below, each with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xtask::{coverage, root};

/// The longest that a file may be.
const LINES: usize = 600;
/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];
/// Places that ask the operating system what time it is.
const ASKS_TIME: &[(&str, &str)] = &[("crates/engine/src/clock.rs", "this is Clock")];
/// Files of the control plane outside `life.rs` that name drivers.
const NAMES_DRIVERS: &[(&str, &str)] = &[
    ("crates/plane/src/cx.rs", "hands the drivers to lives"),
    ("crates/plane/src/lib.rs", "is made with a world"),
];
/// The crates of the control plane that hold families, and what is stored of servers.
const GROUPS: &[&str] = &["hosts", "access", "basics", "network", "storage", "compute"];

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
/// the sources; what only tests need is left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    crates
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path().join("Cargo.toml")).unwrap();
            let manifest: toml::Table = text.parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap();
            let name = name.strip_prefix("kettle-").unwrap_or(name).to_owned();
            let needs = manifest.get("dependencies").and_then(|d| d.as_table());
            (name, needs.into_iter().flatten().map(|(name, _)| name.clone()).collect())
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
fn a_family_is_a_module_of_the_same_name_in_api_and_control() {
    let mut found = Vec::new();
    for list in ["crates/api/src/lib.rs", "crates/control/src/lib.rs"] {
        let text = std::fs::read_to_string(root().join(list)).unwrap();
        let (_, block) = text.split_once("\nfamilies! {\n").expect("the families are listed once");
        let (block, _) = block.split_once("\n}").unwrap();
        let names: Vec<&str> =
            block.lines().map(|line| line.trim().trim_end_matches(',')).collect();
        if names != api::FAMILIES {
            found.push(format!("{list} lists {names:?}"));
        }
    }
    let mut served: BTreeMap<&str, usize> = BTreeMap::new();
    let groups = control_plane();
    for file in groups.iter().filter(|file| file.text.contains("pub fn family() -> Family")) {
        let (_, name) = file.path.split_once("/src/").unwrap();
        let name = name.strip_suffix("/mod.rs").or(name.strip_suffix(".rs")).unwrap();
        *served.entry(name).or_default() += 1;
    }
    for family in api::FAMILIES {
        if !root().join(format!("crates/api/src/{family}.rs")).is_file()
            && !root().join(format!("crates/api/src/{family}/mod.rs")).is_file()
        {
            found.push(format!("crates/api/src has no {family}"));
        }
        match served.remove(family).unwrap_or_default() {
            1 => {}
            n => found.push(format!("{family} is in {n} groups")),
        }
    }
    found.extend(served.keys().map(|name| format!("{name} is a family that the API has not")));
    none(found, "one word names a family everywhere");
}

#[test]
fn requests_are_flat() {
    // Answers may show the same fields in two forms; by the house's rules they, and only they, are
    // filled up with defaults as a whole.
    let mut found = Vec::new();
    for file in files("crates/api/src") {
        let lines: Vec<&str> = file.text.lines().collect();
        for (n, _) in lines.iter().enumerate().filter(|(_, line)| line.contains("serde(flatten")) {
            let start = lines[..n].iter().rposition(|line| line.starts_with("pub struct"));
            let start = start.expect("an attribute of a field stands in a struct");
            let attributes = lines[..start].iter().rev().take_while(|line| line.starts_with("#["));
            let attributes: Vec<_> = attributes.collect();
            let has = |part: &str| attributes.iter().any(|line| line.contains(part));
            if has("endpoint(") || !has("[view]") {
                found.push(format!("{}:{}: {}", file.path, n + 1, lines[start]));
            }
        }
    }
    none(found, "a flattened field loses its types when it is sent as text");
}

#[test]
fn nothing_depends_on_an_order_that_changes() {
    let found =
        mentions(&all_files(), &[&["Hash", "Map"].concat(), &["Hash", "Set"].concat()], &[]);
    none(found, "their order differs from run to run: use BTreeMap and BTreeSet");
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
            if !entry.ends_with("it") {
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

#[test]
fn definitions_do_no_input_or_output() {
    let all = dependencies();
    let mut pure = BTreeSet::from(["api-macros", "base64", "form_urlencoded", "http", "jiff"]);
    pure.extend(["percent-encoding", "rust_decimal", "schemars", "serde", "serde_json"]);
    pure.extend(["serde_path_to_error", "thiserror", "uuid"]);
    let more = all["api"].iter().filter(|name| !pure.contains(name.as_str()));
    none(more.cloned().collect(), "add it to this list if it does no input or output");
    let words =
        ["std::fs", "std::process", "std::env", "TcpStream", "UdpSocket", "std::io", "async "];
    let mut files = files("crates/api/src");
    files.retain(|file| !file.is_test());
    none(mentions(&files, &words, &[]), "`api` is types only");
}

#[test]
fn clients_know_nothing_of_the_server() {
    let all = dependencies();
    let mut found = Vec::new();
    for client in ["cli", "sdk"] {
        let reached = reachable(&all, client);
        let wrong = ["plane", "control", "server", "store", "engine", "drivers", "proxy"];
        let wrong = wrong.iter().filter(|name| reached.contains(**name));
        found.extend(wrong.map(|name| format!("{client} depends on {name}")));
    }
    none(found, "the command line and the SDK speak to Vultr itself as well");
}

#[test]
fn crates_depend_only_downwards() {
    // From the bottom up: each may need those before it.
    let order = [
        "api-macros",
        "api",
        "catalog",
        "store",
        "engine",
        "drivers",
        "plane",
        "hosts",
        "basics",
        "access",
        "network",
        "storage",
        "compute",
        "control",
        "sdk",
        "v1",
        "server",
        "cli",
        "proxy",
        "testkit",
        "kettle",
    ];
    let place = |name: &str| order.iter().position(|other| *other == name);
    let mut found = Vec::new();
    for (name, needs) in dependencies() {
        let Some(at) = place(&name) else {
            found.push(format!("{name} has no place in this list"));
            continue;
        };
        let wrong = needs.iter().filter(|needed| place(needed).is_some_and(|place| place >= at));
        found.extend(wrong.map(|needed| format!("{name} depends on {needed}")));
    }
    none(found, "a crate needs only those below it");
}

#[test]
fn the_engine_and_the_store_know_no_family() {
    let all = dependencies();
    let ours: BTreeSet<String> = all.keys().cloned().collect();
    let needs = |name: &str| -> Vec<String> { all[name].intersection(&ours).cloned().collect() };
    assert_eq!(needs("engine"), ["store"]);
    assert_eq!(needs("store"), [] as [&str; 0]);
    let mut found = Vec::new();
    let files = files("crates/engine/src").into_iter().chain(files("crates/store/src"));
    for file in files.filter(|file| !file.is_test()) {
        // The operating system is no family.
        for (n, line) in file.code().filter(|(_, line)| !line.contains("std::os::")) {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            // Whose a row is, is a matter of rows.
            let words = words.filter(|w| *w != "account" && api::FAMILIES.contains(w));
            found.extend(words.map(|word| format!("{}:{n}: {word}", file.path)));
        }
    }
    none(found, "what a row means is said by the control plane");
}

/// Types of the API, by name: whether each is a word, an enum whose variants hold nothing.
fn wire_types() -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for file in files("crates/api/src") {
        for (_, name, text) in types(&file) {
            let mut variants = text.lines().skip(1).map(str::trim);
            let holds = |line: &str| !line.starts_with('#') && line.contains(['(', '{', ':']);
            let is_word = text.starts_with("pub enum") && !variants.any(holds);
            found.insert(name, is_word);
        }
    }
    found
}

/// The types that a file defines, each with its attributes, its name and its text.
fn types(file: &File) -> Vec<(String, String, String)> {
    let lines: Vec<&str> = file.code().map(|(_, line)| line).collect();
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let bare = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let Some(rest) = bare.strip_prefix("struct ").or_else(|| bare.strip_prefix("enum ")) else {
            continue;
        };
        let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        let above = lines[..n].iter().rev().take_while(|l| !l.is_empty() && !l.starts_with('}'));
        let above: Vec<&str> = above.copied().collect();
        let end = lines[n..].iter().position(|l| *l == "}" || l.ends_with(';')).unwrap_or(0);
        found.push((above.join(" "), name.to_owned(), lines[n..=n + end].join("\n")));
    }
    found
}

/// The names of types in a text, each with what leads to it: `wire::Rule`.
fn type_names(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let paths = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let paths = paths.map(|path| path.trim_matches(':').rsplit_once("::").unwrap_or(("", path)));
    paths.filter(|(_, name)| name.starts_with(char::is_uppercase))
}

/// The files of those crates that know both rows and the API, and the types that rows are made of.
fn stored_types() -> Vec<(File, Vec<(String, String)>)> {
    let all = dependencies();
    let knows = |name: &&String| ["api", "store"].iter().all(|n| all[*name].contains(*n));
    let mut found = Vec::new();
    for name in all.keys().filter(knows) {
        for file in files(&format!("crates/{name}/src")) {
            let both = |text: &str| text.contains("Serialize") && text.contains("Deserialize");
            let types = types(&file).into_iter().filter(|(above, ..)| both(above));
            let types = types.map(|(_, name, text)| (name, text)).collect();
            found.push((file, types));
        }
    }
    found
}

#[test]
fn rows_are_made_of_no_types_of_the_api_but_words_and_secrets() {
    // A change of what travels must not change what is stored. Words stay as they are for the sake
    // of clients, too.
    let wire = wire_types();
    assert!(wire["RecordType"] && !wire["ArchiveRule"] && !wire["Secret"]);
    let (mut found, mut seen) = (Vec::new(), 0);
    for (file, types) in stored_types() {
        let uses: Vec<&str> =
            file.text.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next()).collect();
        let named = |crates: bool, name: &str| {
            let of = uses.iter().filter(|text| text.starts_with("api::") == crates);
            of.into_iter().any(|text| type_names(text).any(|(_, other)| other == name))
        };
        let globs = uses.iter().any(|text| text.starts_with("api::") && text.contains('*'));
        let own: BTreeSet<String> = self::types(&file).into_iter().map(|(_, n, _)| n).collect();
        for (stored, text) in types {
            seen += 1;
            // Behind the names of fields and variants.
            let holds = text.lines().filter_map(|line| line.split_once([':', '(']));
            let holds = holds.map(|(_, holds)| holds).collect::<Vec<_>>().join(" ");
            for (path, name) in type_names(&holds).filter(|(_, name)| wire.contains_key(*name)) {
                let is_wire = match path {
                    "" => named(true, name) || globs && !own.contains(name) && !named(false, name),
                    path => path == "wire" || path.starts_with("api"),
                };
                if is_wire && !wire[name] && name != "Secret" {
                    found.push(format!("{}: {stored} holds the API's {name}", file.path));
                }
            }
        }
    }
    assert!(seen > 40, "{seen} types are stored");
    none(found, "give it a type of its own, by the plain noun; the API's is `wire::...`");
}

#[test]
fn what_is_stored_has_the_plain_noun_and_what_travels_stands_behind_wire() {
    let (wire, files) = (wire_types(), stored_types());
    let stored: BTreeSet<&String> =
        files.iter().flat_map(|(_, types)| types.iter().map(|(name, _)| name)).collect();
    let is_both = |name: &str| wire.contains_key(name) && stored.contains(&name.to_owned());
    let mut found = Vec::new();
    for (file, _) in &files {
        for (n, line) in file.code() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let renamed = words.windows(2).filter(|pair| pair[1] == "as" && !line.contains('<'));
            let renamed = renamed.filter_map(|pair| type_names(pair[0]).last());
            let mut wrong = renamed.filter(|(_, name)| is_both(name)).count();
            let is_alias = line.trim_start().starts_with("type ") && !line.contains('<');
            wrong += type_names(line)
                .filter(|(path, name)| {
                    let by_way = path.starts_with("api::") && !line.starts_with("use ");
                    is_both(name) && (by_way || is_alias && path.ends_with("super"))
                })
                .count();
            let module = line.contains("{self as ") && line.contains("use api::");
            if wrong > 0 || module && !line.contains("{self as wire") {
                found.push(format!("{}:{n}: {}", file.path, line.trim()));
            }
        }
    }
    none(found, "`Rule` is stored, `wire::Rule` travels: `use api::rules::{self as wire}`");
}

#[test]
fn the_control_planes_core_knows_no_family_and_groups_know_those_below() {
    let all = dependencies();
    let ours: BTreeSet<String> = all.keys().cloned().collect();
    let needs = |name: &str| -> Vec<String> { all[name].intersection(&ours).cloned().collect() };
    assert_eq!(needs("plane"), ["api", "catalog", "drivers", "engine", "store"]);
    let above = |group: &str| -> Vec<String> {
        let groups = |name: &String| GROUPS.contains(&&**name);
        needs(group).into_iter().filter(groups).collect()
    };
    for alone in ["hosts", "basics", "access"] {
        assert_eq!(above(alone), [] as [&str; 0], "{alone}");
    }
    for on_hosts in ["network", "storage"] {
        assert_eq!(above(on_hosts), ["hosts"], "{on_hosts}");
    }
    // Rows are stored: they are no place for what is asked for.
    let asks = |file: &File| file.text.contains("Routes");
    let found = files_of("hosts").into_iter().filter(asks).map(|file| file.path);
    none(found.collect(), "operations on servers are in `compute`");
}

#[test]
fn what_lives_or_costs_something_is_registered_by_its_family() {
    let files = control_plane();
    // The last word of what stands between the two: `snapshots::VolumeSnapshot` is the latter.
    let named = |before: &str, after: char| -> BTreeSet<&str> {
        let texts = files.iter().flat_map(|file| file.text.split(before).skip(1));
        texts.map(|t| t.split(after).next().unwrap().rsplit("::").next().unwrap()).collect()
    };
    let costly = named("impl Charged for ", ' ');
    assert_eq!(costly, named(".costs::<", '>'));
    let mut living = named("impl Life for ", ' ');
    living.extend(named("impl Life<", '>'));
    // Copies of disks have one life.
    living.extend(named("impl Copied for ", ' '));
    let mut registered = named(".life::<", '>');
    registered.extend(named(".life_by::<", ','));
    assert_eq!(living, registered);
    assert!(costly.contains("Volume") && living.contains("Instance"), "the words are these");
}

#[test]
fn only_lives_touch_the_outside_world() {
    let mut files = control_plane();
    files.extend(files_of("plane"));
    files.retain(|file| !file.path.ends_with("/life.rs"));
    let words = [
        ".machines()",
        ".disks()",
        ".images()",
        ".things::<",
        ".things()",
        "dyn Machines",
        "dyn Disks",
        "dyn Images",
        "dyn Things",
        "dyn World",
        "control.world",
        "cx.world",
    ];
    none(mentions(&files, &words, NAMES_DRIVERS), "handlers write what should be, and no more");
}

#[test]
fn only_the_clock_asks_what_time_it_is() {
    let mut files = files("crates");
    files.retain(|file| !file.is_test());
    let words = ["SystemTime::now", "Timestamp::now", "Zoned::now", "now_utc(", "Utc::now"];
    none(mentions(&files, &words, ASKS_TIME), "ask engine::Clock, which tests can turn");
}

#[test]
fn every_operation_that_is_defined_is_served_once() {
    let (defined, served) = (coverage::defined(), coverage::served());
    let mut once = BTreeSet::new();
    let twice = served.iter().filter(|name| !once.insert((*name).clone()));
    none(twice.cloned().collect(), "these are served twice");
    none(once.difference(&defined).cloned().collect(), "these are served and not defined");
    none(defined.difference(&once).cloned().collect(), "these are defined and not served");
}

#[test]
fn the_page_of_what_is_served_is_current() {
    let text = std::fs::read_to_string(coverage::file()).unwrap();
    assert!(text == coverage::page(), "`cargo xtask coverage` writes it anew");
    assert!(text.contains("| blocks | 12 | 12 |\n"), "what is served is counted");
}

#[test]
fn the_sdks_calls_by_family_are_current() {
    let (made, written) = (xtask::families::files(), xtask::families::written().unwrap());
    assert!(made == written, "`cargo xtask families` writes them anew");
    assert!(made["blocks.rs"].contains("pub fn attach(self, request: impl Into<AttachBlock>)"));
    assert!(made["blocks.rs"].contains("pub fn block_snapshots(&self)"));
}

#[test]
fn an_id_is_found_in_one_family() {
    let ids = std::fs::read_to_string(root().join("crates/api/src/id.rs")).unwrap();
    let (_, ids) = ids.split_once("\nids! {\n").unwrap();
    let mut found = Vec::new();
    let files = files("crates/api/src");
    for id in ids.lines().filter_map(|line| line.trim().strip_suffix(',')) {
        let shows = |line: &&str| {
            let names = line.strip_prefix("pub use crate::id::").unwrap_or_default();
            names.split(|c: char| !c.is_alphanumeric()).any(|name| name == id)
        };
        let families = files.iter().filter(|file| file.text.lines().any(|line| shows(&line)));
        match families.count() {
            1 => {}
            n => found.push(format!("{id} is found in {n} families")),
        }
    }
    none(found, "whoever knows the family knows where its ids are: `pub use crate::id::...` there");
}

#[test]
fn packages_have_names_that_strangers_can_use_and_hold_all_they_include() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let short = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let package = text.parse::<toml::Table>().unwrap()["package"].as_table().unwrap().clone();
        let name = if short == "kettle" { short.clone() } else { format!("kettle-{short}") };
        if package["name"].as_str() != Some(&name) {
            found.push(format!("crates/{short} is called {:?}, not {name}", package["name"]));
        }
        let missing = ["description", "license", "version", "rust-version"];
        let missing = missing.iter().filter(|key| !package.contains_key(**key));
        found.extend(missing.map(|key| format!("{name} has no {key}")));
        for file in files(&format!("crates/{short}/src")) {
            let from = root().join(&file.path);
            for (n, line) in file.code() {
                let named = line.split_once("include_str!(\"");
                let named = named.or_else(|| line.split_once("include_bytes!(\""));
                let Some((_, named)) = named else { continue };
                let named = from.parent().unwrap().join(named.split('"').next().unwrap());
                if !named.canonicalize().unwrap().starts_with(&path) {
                    found.push(format!("{}:{n} includes {}", file.path, named.display()));
                }
            }
        }
    }
    none(found, "a package is whole, and its name says whose it is");
}

#[test]
fn ci_runs_what_the_chore_of_that_name_runs() {
    let script = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    let missing = xtask::CHECKS.iter().filter(|(name, args, environment)| {
        let cargo = format!("cargo {}", args.join(" "));
        let step = script.lines().find(|line| line.starts_with(&format!("step \"{name}\" ")));
        let runs = |step: &str| {
            let set = environment.iter().all(|(k, v)| step.contains(&format!("{k}=\"{v}\"")));
            step.ends_with(&cargo) && set
        };
        !step.is_some_and(runs)
    });
    none(missing.map(|(name, ..)| (*name).to_owned()).collect(), ".ci/run has other commands for");
}
