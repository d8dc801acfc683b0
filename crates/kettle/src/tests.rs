//! What holds for the whole tree of commands, with what the binary adds.

use std::collections::{BTreeMap, BTreeSet};

use clap::Command;

/// Every command below one that is shown, by the words that lead there, without clap's own `help`.
fn leaves(command: &Command, path: &str, found: &mut BTreeSet<String>) {
    let inner = command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help");
    let inner: Vec<&Command> = inner.collect();
    if inner.is_empty() {
        found.insert(path.trim_start().to_owned());
    }
    for command in inner {
        leaves(command, &format!("{path} {}", command.get_name()), found);
    }
}

fn built() -> Command {
    let mut root = super::command();
    root.build();
    root
}

#[test]
fn every_command_has_an_example() {
    let mut there = BTreeSet::new();
    leaves(&built(), "", &mut there);
    // The older API's calls are many, and alike: one example stands for all.
    there.retain(|path| !path.starts_with("v1 ") || path == "v1 raw");
    there.insert("v1".to_owned());
    let with: BTreeSet<String> = cli::examples().map(|(path, _)| path.to_owned()).collect();
    let without: Vec<_> = there.difference(&with).collect();
    assert!(without.is_empty(), "without an example in cli/src/examples.txt: {without:?}");
    let nobodys: Vec<_> = with.difference(&there).collect();
    assert!(nobodys.is_empty(), "examples of what there is not: {nobodys:?}");
}

#[test]
fn every_example_is_read_as_it_stands() {
    // Those of operations are run, in tests/it/examples.rs.
    for (path, args) in cli::examples().take_while(|(path, _)| *path != "instance list") {
        let line = cli::words(&format!("kettle {path} {args}"));
        cli::parse(super::command(), line.into_iter().map(Into::into))
            .unwrap_or_else(|e| panic!("{path} {args}: {e}"));
        let mut root = built();
        let command = path.split(' ').try_fold(&mut root, |at, word| at.find_subcommand_mut(word));
        let help = command.expect(path).render_help().to_string();
        let first = format!("kettle {path} {args}");
        let shown = first.split(' ').take(3).collect::<Vec<_>>().join(" ");
        assert!(help.contains("Examples:") && help.contains(&shown), "{path}: {help}");
    }
}

#[test]
fn no_word_means_two_commands() {
    let root = built();
    let mut left = vec![&root];
    while let Some(command) = left.pop() {
        let mut words = BTreeMap::new();
        for inner in command.get_subcommands() {
            let own = std::iter::once(inner.get_name()).chain(inner.get_all_aliases());
            for word in own {
                let before = words.insert(word.to_owned(), inner.get_name());
                let place = command.get_name();
                assert_eq!(before, None, "{place}: {word} is {}, too", inner.get_name());
            }
            left.push(inner);
        }
    }
}

#[test]
fn the_first_page_has_every_command_under_a_heading_and_is_narrow() {
    let page = super::command().render_help().to_string();
    let (top, options) = page.split_once("\nOptions:\n").expect("options end it");
    let listed: BTreeSet<&str> = top
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once("  ").map(|(name, _)| name))
        .collect();
    for command in super::command().get_subcommands().filter(|c| !c.is_hide_set()) {
        let name = command.get_name();
        assert!(listed.contains(name), "{name} has no heading: see presentation/src/places.rs");
    }
    assert!(top.lines().all(|line| line.chars().count() <= 80), "{top}");
    assert!(top.starts_with("The Vultr API on your own machine"), "{top}");
    let order =
        ["\nStart:\n", "\nUsage:", "\nServer:\n", "\nCompute:\n", "\nNetwork:\n", "\nTools:\n"];
    let places: Vec<_> = order.iter().map(|part| top.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{top}");
    assert!(options.contains("--help") && !top.contains("load-balancer-"), "{page}");
}
