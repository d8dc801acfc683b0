//! What holds for every page of the help.

use clap::{Arg, Command};
use serde_json::json;

use super::common::{Kettle, world};

/// Every command that is shown and does something, with its page at 80 columns.
fn pages() -> Vec<(Command, String)> {
    let mut root = cli::command().term_width(80);
    root.build();
    let (mut left, mut pages) = (vec![root], Vec::new());
    while let Some(mut command) = left.pop() {
        if command.has_subcommands() {
            let inner = command.get_subcommands().filter(|c| !c.is_hide_set());
            left.extend(inner.filter(|c| c.get_name() != "help").cloned());
        } else {
            let page = command.render_help().to_string();
            pages.push((command, page));
        }
    }
    assert!(pages.len() > 240);
    pages
}

/// The arguments that are an operation's fields.
fn fields(command: &Command) -> impl Iterator<Item = (&Arg, String)> {
    let own = command.get_arguments().filter(|arg| !arg.get_id().as_str().starts_with('@'));
    own.filter(|arg| arg.get_id() != "help")
        .map(|arg| (arg, arg.get_help().map(ToString::to_string).unwrap_or_default()))
}

#[test]
fn texts_name_flags_as_flags() {
    for (command, _) in pages() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        for text in fields(&command).map(|(_, help)| help).chain([about]) {
            for word in text.split('`').skip(1).step_by(2) {
                let is_field = fields(&command).any(|(arg, _)| arg.get_id() == word);
                assert!(!is_field, "{:?}: {text}", command.get_bin_name());
            }
        }
    }
}

#[test]
fn lists_are_marked_json_is_sketched_and_what_is_needed_comes_first() {
    let (mut lists, mut sketches, mut needed) = (0, 0, 0);
    for (command, page) in pages() {
        let name = command.get_bin_name().unwrap().to_owned();
        for (arg, help) in fields(&command) {
            let is_list = arg.get_value_delimiter() == Some(',');
            assert_eq!(is_list, help.contains("May be repeated"), "{name}: {help}");
            let holds = arg.get_value_names().unwrap_or_default().first().map(|n| n.as_str());
            assert_eq!(holds == Some("JSON"), help.contains(" JSON: "), "{name}: {help}");
            lists += usize::from(is_list);
            sketches += usize::from(help.contains(" JSON: "));
        }
        let flags: Vec<(usize, bool)> = fields(&command)
            .filter_map(|(arg, help)| {
                let line = format!("--{} ", arg.get_long()?);
                let (_, options) = page.split_once("\nOptions:\n")?;
                Some((options.find(&line)?, help.contains("[required]")))
            })
            .collect();
        let last = flags.iter().filter(|(_, is)| *is).map(|(at, _)| *at).max();
        let first = flags.iter().filter(|(_, is)| !*is).map(|(at, _)| *at).min();
        needed += usize::from(last.is_some());
        if let (Some(last), Some(first)) = (last, first) {
            assert!(last < first, "{name}: {page}");
        }
        let usage = page.split("\n\n").find(|part| part.starts_with("Usage:")).unwrap();
        for (arg, _) in fields(&command).filter(|(_, help)| help.contains("[required]")) {
            let flag = format!("--{} ", arg.get_long().unwrap());
            assert!(usage.contains(&flag), "{name}: {usage}");
        }
    }
    assert!(lists > 20 && sketches > 10 && needed > 30, "{lists} {sketches} {needed}");
}

#[test]
fn pages_fit_eighty_columns_and_end_with_examples() {
    for (_, page) in pages() {
        let wide = page.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{page}");
        let (_, examples) = page.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{page}"));
        assert!(examples.starts_with("  kettle "), "{page}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_version_is_told_with_the_servers() {
    let own = concat!("kettle ", env!("CARGO_PKG_VERSION"), "\n");
    let kettle = Kettle::new(|_, _, _| (200, json!({"status": "ok", "version": "9.9"})));
    let ran = kettle.run("version").await;
    assert_eq!(ran.out, format!("{own}http://127.0.0.1:1: kettle 9.9\n"));
    assert_eq!(ran.asked, ["GET /_kettle/health"]);
    let ran = Kettle::new(world).run("version").await;
    assert_eq!((ran.exit, ran.out), (0, format!("{own}http://127.0.0.1:1: not Kettle\n")));
}
