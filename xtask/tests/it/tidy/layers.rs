//! Who may know of whom: crates, and what is in them.

use std::collections::BTreeSet;

use super::*;

#[test]
fn definitions_do_no_input_or_output() {
    let all = dependencies();
    let mut pure = BTreeSet::from(["api-macros", "base64", "form_urlencoded", "http", "jiff"]);
    pure.extend(["percent-encoding", "rust_decimal", "serde", "serde_json"]);
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
    for client in ["cli", "console", "mcp", "sdk"] {
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
        "x509",
        "api-macros",
        "api",
        "fronts",
        "presentation",
        "console",
        "catalog",
        "store",
        "engine",
        "front-dns",
        "drivers",
        "plane",
        "hosts",
        "basics",
        "access",
        "network",
        "storage",
        "databases",
        "delivery",
        "compute",
        "kubernetes",
        "control",
        "sdk",
        "worlds",
        "v1",
        "server",
        "cli",
        "mcp",
        "proxy",
        "processes",
        "front-s3",
        "driver-kubernetes",
        "driver-haproxy",
        "driver-net",
        "driver-nspawn",
        "driver-qemu",
        "front-metadata",
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
            // Whose a row is, is a matter of rows; where they are kept are databases.
            let ours = ["account", "databases"];
            let words = words.filter(|w| !ours.contains(w) && api::FAMILIES.contains(w));
            found.extend(words.map(|word| format!("{}:{n}: {word}", file.path)));
        }
    }
    none(found, "what a row means is said by the control plane");
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
    for alone in ["hosts", "basics", "access", "delivery"] {
        assert_eq!(above(alone), [] as [&str; 0], "{alone}");
    }
    for on_hosts in ["network", "storage"] {
        assert_eq!(above(on_hosts), ["hosts"], "{on_hosts}");
    }
    // A database lies in a VPC.
    assert_eq!(above("databases"), ["network"]);
    // Rows are stored: they are no place for what is asked for.
    let asks = |file: &File| file.text.contains("Routes");
    let found = files_of("hosts").into_iter().filter(asks).map(|file| file.path);
    none(found.collect(), "operations on servers are in `compute`");
}
