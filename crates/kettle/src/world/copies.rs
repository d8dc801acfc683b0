//! `kettle world import` and `kettle world diff`: a live account, copied here, or compared with what is
//! here.
//!
//! The account is only ever looked at: what reads it sends nothing but GET.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure, Watch};
use sdk::Client;
use sdk::config::{Target, Wanted, process_env, resolve};
use serde_json::json;
use worlds::{Copied, Difference, Reading};

use crate::settings;

pub(super) const DIFF: &str = "diff";
const FAMILIES: &str = "families";
const READING: &str = "reading";
const KEEP: &str = "keep-reading";
/// How long a line of progress may be.
const WIDTH: usize = 60;

/// What says which account is copied, and what becomes of what was read.
pub(super) fn import_args() -> [Arg; 3] {
    let [families, reading, _] = places();
    let keep = Arg::new(KEEP)
        .long(KEEP)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write what was read of the account to this file, without secrets, as JSON");
    [families, reading, keep].map(|arg| arg.conflicts_with("file"))
}

/// The command that compares an account with what is here.
pub(super) fn diff_command() -> Command {
    Command::new(DIFF)
        .about("Say where a live account differs from what is here")
        .after_help(
            "`was` is the account's, `is` what is here. The exit status is 0 where they are the same, and \
             1 where they differ. Secrets, and what changes with the time, are not compared, nor is a field \
             that only one of the two tells of a kind, which is named.",
        )
        .args(places())
}

fn places() -> [Arg; 3] {
    [
        Arg::new(FAMILIES)
            .long(FAMILIES)
            .value_name("FAMILY")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("Only these, such as instance,domain [default: all that can be copied]"),
        Arg::new(READING)
            .long(READING)
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("What was read of an account before, in place of the account itself"),
        settings::data_arg().help(
            "The server here is the one of this data directory [default: KETTLE_DATA, or the user's data \
             directory]",
        ),
    ]
}

/// Copies an account.
pub(super) async fn import(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let here = here(matches, args)?;
    let reading = reading(matches, args, &here.1).await?;
    if let Some(file) = args.get_one::<PathBuf>(KEEP) {
        keep(file, &reading)?;
    }
    let told = progress("copied");
    let copied = worlds::copy(&here.0, &reading, &told).await.map_err(failed)?;
    done();
    tell(&copied, &reading);
    if cli::wants_json(matches)? {
        cli::print_json(&json!(copied))?;
    }
    Ok(if copied.refused.is_empty() { Exit::Ok } else { Exit::Refused })
}

/// Compares an account with what is here.
pub(super) async fn diff(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let here = here(matches, args)?;
    let there = reading(matches, args, &here.1).await?;
    let told = progress("read here");
    let own = worlds::read(&here.0, &families(args), &told).await.map_err(failed)?;
    done();
    let found = worlds::compare(&there, &own);
    let (found, untold) = worlds::told_by_both(found, &there, &own);
    match cli::wants_json(matches)? {
        true => cli::print_json(&json!(found))?,
        false => cli::print_text(&lines(&found))?,
    }
    for what in there.unread.iter().chain(&own.unread).chain(&untold) {
        cli::print_note(&format!("not compared: {what}"));
    }
    Ok(if found.is_empty() { Exit::Ok } else { Exit::Other })
}

/// The server here, whose owner's key is known; and where it is.
fn here(matches: &ArgMatches, args: &ArgMatches) -> Result<(Client, Target), Failure> {
    let data = args.get_one::<PathBuf>(cli::DATA).cloned();
    let wanted = Wanted { profile: Some("local".into()), data, ..Wanted::default() };
    let target = resolve(&wanted, &process_env).map_err(|e| Failure::usage(e.to_string()))?;
    let watch = Watch::of_process().as_asked(matches, false);
    let client = cli::builder(matches, &target, &watch).build()?;
    target.when_unserved().map_or(Ok(()), |text| Err(Failure::Nobody(text)))?;
    Ok((client, target))
}

fn families(args: &ArgMatches) -> Vec<String> {
    args.get_many::<String>(FAMILIES).into_iter().flatten().cloned().collect()
}

/// What the account has, or had when it was read.
async fn reading(
    matches: &ArgMatches,
    args: &ArgMatches,
    here: &Target,
) -> Result<Reading, Failure> {
    if let Some(file) = args.get_one::<PathBuf>(READING) {
        let unread = |error: &dyn std::fmt::Display| {
            Failure::usage(format!("cannot read {}: {error}", file.display()))
        };
        let text = std::fs::read_to_string(file).map_err(|error| unread(&error))?;
        return serde_json::from_str(&text).map_err(|error| unread(&error));
    }
    let target =
        cli::other_target(matches, &process_env).map_err(|e| Failure::usage(e.to_string()))?;
    if target.endpoint == here.endpoint {
        return Err(Failure::usage(format!(
            "whose account? {} is the server here; name the account's profile with --profile (`kettle \
             profile add` makes one), or its endpoint with --endpoint",
            here.endpoint
        )));
    }
    let watch = Watch::of_process().as_asked(matches, false);
    let client = cli::builder(matches, &target, &watch).build()?;
    let told = progress("read");
    let read = worlds::read(&client, &families(args), &told).await;
    done();
    read.map_err(|error| match error {
        worlds::Error::Call(error) => {
            let hint = (error.status() == Some(401)).then(|| target.hint().into());
            Failure::Elsewhere { error, hint }
        }
        error => failed(error),
    })
}

/// Writes a reading for its owner alone, without secrets.
fn keep(file: &PathBuf, reading: &Reading) -> Result<(), Failure> {
    let unwritten =
        |error: std::io::Error| Failure::usage(format!("cannot write {}: {error}", file.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(unwritten)?;
    let text = serde_json::to_string_pretty(&reading.without_secrets());
    let text = text.map_err(|error| Failure::Answer(error.to_string()))?;
    out.write_all(text.as_bytes()).map_err(unwritten)
}

pub(super) fn failed(error: worlds::Error) -> Failure {
    match error {
        worlds::Error::Call(error) => error.into(),
        worlds::Error::Unknown(..) => Failure::usage(error.to_string()),
        worlds::Error::Unreadable { .. } => Failure::Answer(error.to_string()),
    }
}

/// Draws how far something has come, where a person looks on.
pub(super) fn progress(what: &'static str) -> impl Fn(&str, usize, usize) + Send + Sync {
    let is_seen = std::io::stderr().is_terminal();
    move |kind, place, count| {
        if is_seen {
            let line = format!("{what}: {place} of {count} ({kind})");
            draw(&line);
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is for the person, not for programs")]
fn draw(line: &str) {
    eprint!("\r{line:<WIDTH$}");
}

pub(super) fn done() {
    if std::io::stderr().is_terminal() {
        draw("");
        draw("");
    }
}

fn tell(copied: &Copied, reading: &Reading) {
    let Copied { made, there, refused, partly, untold } = copied;
    cli::print_note(&format!("copied {made} things; {there} were here already"));
    let tell = |what: &str, all: &[String]| {
        all.iter().for_each(|one| cli::print_note(&format!("{what}: {one}")));
    };
    tell("not read", &reading.unread);
    tell("not copied", refused);
    tell("without", partly);
    if !untold.is_empty() {
        cli::print_note(&format!("the API does not tell: {}", untold.join("; ")));
    }
}

/// The differences, a line each.
fn lines(found: &[Difference]) -> String {
    if found.is_empty() {
        return "no difference\n".into();
    }
    let line = |difference: &Difference| {
        let Difference { kind, id, name, what } = difference;
        let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
        match what {
            worlds::What::Missing => format!("- {kind} {id}{name}: only there\n"),
            worlds::What::Added => format!("+ {kind} {id}{name}: only here\n"),
            worlds::What::Changed { field, was, is } => {
                format!("~ {kind} {id}{name} {field}: {was} -> {is}\n")
            }
        }
    };
    found.iter().map(line).collect()
}
