//! One word a family, wherever it is, and each operation once.

use std::collections::{BTreeMap, BTreeSet};

use xtask::{coverage, root};

use super::*;

/// Files of the control plane outside `life.rs` that name drivers.
const NAMES_DRIVERS: &[(&str, &str)] = &[
    ("crates/plane/src/cx.rs", "hands the drivers to lives"),
    ("crates/plane/src/lib.rs", "is made with a world"),
];

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

/// What leads to a driver.
const DRIVERS: &[&str] = &[
    ".machines()",
    ".disks()",
    ".images()",
    ".things::<",
    "world.things()",
    "dyn Machines",
    "dyn Disks",
    "dyn Images",
    "dyn Things",
    "dyn Plane",
    ".is_anything_real()",
    "control.world",
];

#[test]
fn only_lives_touch_the_outside_world() {
    let mut files = control_plane();
    files.extend(files_of("plane"));
    files.retain(|file| !file.path.ends_with("/life.rs"));
    none(mentions(&files, DRIVERS, NAMES_DRIVERS), "handlers write what should be, and no more");
}

#[test]
fn what_leads_to_a_driver_is_searched_for_by_its_name() {
    // A word that is nowhere finds nothing, whoever calls drivers.
    let mut files = control_plane();
    files.extend(files_of("plane"));
    let code: Vec<&str> = files.iter().flat_map(|f| f.code().map(|(_, line)| line)).collect();
    let is_used = |word: &str| code.iter().any(|line| line.contains(word));
    none(
        DRIVERS.iter().filter(|word| !is_used(word)).map(|word| (*word).to_owned()).collect(),
        "these words lead nowhere by now",
    );
    // What lives are handed, and what a driver is, are all among the words.
    let cx = files.iter().find(|file| file.path == "crates/plane/src/cx.rs").unwrap();
    let (_, given) = cx.text.split_once("\nimpl LifeCx {\n").unwrap();
    let given = given.split_once("\n}").unwrap().0.split("pub fn ").skip(1);
    let mut ways: Vec<String> = given
        .map(|text| text.split_once("(&self").unwrap().0)
        .map(|name| match name.split_once('<') {
            Some((name, _)) => format!(".{name}::<"),
            None => format!(".{name}()"),
        })
        .collect();
    assert!(ways.len() >= 4, "lives are handed {ways:?}");
    let drivers = files_of("drivers");
    let traits = drivers.iter().flat_map(|file| file.text.split("\npub trait ").skip(1));
    let traits = traits.filter(|text| text.split("\n}").next().unwrap().contains("fn "));
    let names = traits.map(|text| text.split([':', '<', ' ']).next().unwrap());
    ways.extend(names.map(|name| format!("dyn {name}")));
    let missing = ways.into_iter().filter(|way| !DRIVERS.contains(&way.as_str()));
    none(missing.collect(), "say so in DRIVERS");
}

/// Places of the core that name a family's module, each with its reason.
const NAMES_FAMILIES: &[(&str, &str)] =
    &[("crates/plane/src/auth.rs", "no key is longer than what the API takes")];

#[test]
fn what_stands_beside_families_names_none_of_them() {
    // Families use what their crate has for all; where that used one of them, it would be a circle.
    let (mut found, mut lines_seen) = (Vec::new(), 0);
    for name in [
        "access",
        "api",
        "basics",
        "compute",
        "databases",
        "delivery",
        "kubernetes",
        "network",
        "storage",
    ] {
        let files = files_of(name);
        let top = |file: &File| {
            let (_, path) = file.path.split_once("/src/").unwrap();
            path.split(['/', '.']).next().unwrap().to_owned()
        };
        let is_own = |file: &&File| file.text.contains("pub fn family() -> Family");
        let mut own: BTreeSet<String> = files.iter().filter(is_own).map(top).collect();
        if name == "api" {
            own.extend(api::FAMILIES.iter().map(|family| (*family).to_owned()));
        }
        assert!(!own.is_empty(), "{name} holds no family");
        for file in files.iter().filter(|f| !f.is_test() && !f.path.ends_with("/lib.rs")) {
            let lines = file.code().filter(|_| !own.contains(&top(file)));
            for (n, line) in lines {
                lines_seen += 1;
                let names = |family: &String| {
                    let path = format!("crate::{family}");
                    line.match_indices(&path).any(|(at, _)| {
                        let after = line[at + path.len()..].chars().next();
                        !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
                    })
                };
                if own.iter().any(names) {
                    found.push(format!("{}:{n}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert!(lines_seen > 1000, "{lines_seen} lines stand beside families");
    let mut core = files_of("plane");
    core.retain(|file| !file.is_test());
    let words: Vec<String> = api::FAMILIES.iter().map(|f| format!("api::{f}::")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    found.extend(mentions(&core, &words, NAMES_FAMILIES));
    none(found, "what all families use knows none of them");
}
