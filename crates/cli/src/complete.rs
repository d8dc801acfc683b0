//! Completion in shells: a short script calls the program back, which offers commands, flags, and
//! the values that make sense there: ids and names, regions, plans, profiles.
//!
//! A completion must never keep a shell waiting, write an error, or send a key where the command
//! itself would not send it. What it cannot find out in time it does not offer.

mod bash;
mod things;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::{Arg, ArgMatches, Command};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::Shells;
use clap_complete::{Shell, engine};
use presentation::operations::Operation;
use presentation::schema::Kind;
use presentation::text::clean;
use sdk::config;

use crate::command::NAME;

/// The variable that turns a run into a completion; it names the shell.
const VARIABLE: &str = "KETTLE_COMPLETE";

/// The line that is completed.
static LINE: OnceLock<Line> = OnceLock::new();

struct Line {
    /// The words before the one that is completed, the program's name first.
    before: Vec<String>,
    current: String,
}

/// What may stand at a place of the command line.
struct Offer {
    value: String,
    help: String,
}

/// Completes a line where a shell asks for that, and says whether one did. `root` is the whole
/// command.
pub fn complete(root: impl FnOnce() -> Command) -> bool {
    let Some(shell) = std::env::var(VARIABLE).ok().filter(|shell| !shell.is_empty()) else {
        return false;
    };
    let args: Vec<OsString> = std::env::args_os().skip_while(|arg| arg != "--").skip(1).collect();
    let mut out = Vec::new();
    if offer(&shell, args, root, &mut out).is_some() {
        // Nobody is there to be told that the shell went away.
        let _ = std::io::stdout().write_all(&out);
    }
    true
}

/// The script that has a shell call back `program`.
pub(crate) fn script(shell: Shell, program: &str) -> std::io::Result<Vec<u8>> {
    let mut script = Vec::new();
    if shell == Shell::Bash {
        script.extend(bash::script(VARIABLE, NAME, program).bytes());
        return Ok(script);
    }
    let shells = Shells::builtins();
    let shell = shells.completer(&shell.to_string()).ok_or(std::io::ErrorKind::Unsupported)?;
    shell.write_registration(VARIABLE, NAME, NAME, program, &mut script)?;
    if shell.is("zsh") {
        // A file that zsh loads by itself is to complete the first time, too.
        writeln!(script, "[[ $funcstack[1] == _{NAME} ]] && _clap_dynamic_completer_{NAME}")?;
    }
    Ok(script)
}

/// What the script is to call: the program as it is found on the PATH, or at the place that it was
/// called by.
pub(crate) fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    match called.components().count() {
        0 | 1 => NAME.to_owned(),
        _ => {
            std::env::current_dir().unwrap_or_default().join(called).to_string_lossy().into_owned()
        }
    }
}

/// Writes what the shell may offer, as that shell reads it.
fn offer(
    shell: &str,
    args: Vec<OsString>,
    root: impl FnOnce() -> Command,
    out: &mut Vec<u8>,
) -> Option<()> {
    let name = Path::new(shell).file_stem()?.to_str()?;
    if name == "bash" {
        return bash::offer(&args, root, out);
    }
    let index = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
    let index = index.unwrap_or(args.len().checked_sub(1)?);
    let plain = |word: &OsString| {
        let word = word.to_string_lossy().into_owned();
        // The other shells part a line into words by themselves.
        if name == "zsh" { bash::split(&word).pop().unwrap_or_default().text } else { word }
    };
    let mut words: Vec<String> = args.iter().map(plain).collect();
    words.resize(words.len().max(index + 1), String::new());
    let lines: Vec<String> = offers(root, words, index)?
        .into_iter()
        .map(|Offer { value, help }| match (name, help.is_empty()) {
            ("zsh", bare) => {
                let value = value.replace('\\', r"\\").replace(':', r"\:");
                if bare { value } else { format!("{value}:{help}") }
            }
            (_, true) | ("elvish", _) => value,
            _ => format!("{value}\t{help}"),
        })
        .collect();
    for line in lines {
        out.extend(line.bytes().chain(*b"\n"));
    }
    Some(())
}

/// What may stand at the place `index` of the line.
fn offers(
    root: impl FnOnce() -> Command,
    mut words: Vec<String>,
    index: usize,
) -> Option<Vec<Offer>> {
    words.truncate(index + 1);
    let current = words.last()?.clone();
    let line = Line { before: words[..index].to_vec(), current: current.clone() };
    LINE.set(line).ok()?;
    let words = words.into_iter().map(OsString::from).collect();
    let here = std::env::current_dir().ok();
    let mut root = root();
    let mut found = engine::complete(&mut root, words, index, here.as_deref()).ok()?;
    // Flags are offered to who asks for them, and where nothing else can come.
    let is_flag =
        |found: &CompletionCandidate| found.get_value().to_string_lossy().starts_with('-');
    if current.is_empty() && (!found.iter().all(is_flag) || expects(root)?) {
        found.retain(|found| !is_flag(found));
    }
    let offer = |found: CompletionCandidate| {
        let help = found.get_help().map(ToString::to_string).unwrap_or_default();
        let help = clean(help.lines().next().unwrap_or_default());
        Some(Offer { value: found.get_value().to_str()?.to_owned(), help })
    };
    // A value that does something to a terminal is no value to type.
    let safe = |offer: &Offer| clean(&offer.value) == offer.value;
    Some(found.into_iter().filter_map(offer).filter(safe).collect())
}

/// Whether a command or an argument that is no flag may come next.
fn expects(root: Command) -> Option<bool> {
    let matches = read(root.clone())?;
    let (mut command, mut args) = (&root, &matches);
    while let Some((name, inner)) = args.subcommand() {
        (command, args) = (command.find_subcommand(name)?, inner);
    }
    let open = |arg: &Arg| args.value_source(arg.get_id().as_str()).is_none();
    Some(command.has_subcommands() || command.get_positionals().any(open))
}

/// What can be read of the line so far: it is not finished.
fn read(root: Command) -> Option<ArgMatches> {
    root.ignore_errors(true).try_get_matches_from(&LINE.get()?.before).ok()
}

/// Has the values of a field offered.
pub(crate) fn values(arg: Arg, operation: &Operation, field: &str, kind: &Kind) -> Arg {
    match kind {
        Kind::Word(_) | Kind::Number => arg,
        Kind::Flag => arg.add(ArgValueCompleter::new(switch)),
        Kind::List(item) if matches!(**item, Kind::Word(_)) => arg,
        kind => {
            let (operation, field) = (operation.op.id, field.to_owned());
            let file = matches!(kind, Kind::Text | Kind::Json);
            arg.add(ArgValueCompleter::new(move |current: &OsStr| match current.to_str() {
                Some(text) if file && text.starts_with('@') => at_file(current),
                Some(text) => things::offered(operation, &field, text).unwrap_or_default(),
                None => Vec::new(),
            }))
        }
    }
}

/// Has the profiles offered.
pub(crate) fn profiles() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let profiles = config::profiles(&config::process_env);
        let names = profiles.map(|profiles| profiles.names).unwrap_or_default();
        names.into_iter().map(CompletionCandidate::new).collect()
    })
}

/// Has files offered, and standard input.
pub(crate) fn file() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| paths(&PathCompleter::any().stdio(), current))
}

/// Has files offered after `@`, and standard input.
pub(crate) fn at_files() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| match current.is_empty() {
        true => vec![CompletionCandidate::new("@"), CompletionCandidate::new("@-")],
        false => at_file(current),
    })
}

fn at_file(current: &OsStr) -> Vec<CompletionCandidate> {
    let path = current.to_str().and_then(|text| text.strip_prefix('@'));
    let found = path.map(|path| paths(&PathCompleter::any(), OsStr::new(path)));
    found.into_iter().flatten().map(|path| path.add_prefix("@")).collect()
}

fn paths(completer: &PathCompleter, current: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = completer.complete(current);
    // The directory that one is in is no file.
    found.retain(|path| path.get_value() != ".");
    found
}

/// `--live=false`: never a word of its own, which would be another argument.
fn switch(current: &OsStr) -> Vec<CompletionCandidate> {
    let joined = LINE.get().is_some_and(|line| line.current.starts_with("--"));
    let current = current.to_string_lossy();
    let words = ["true", "false"].into_iter().filter(|word| joined && word.starts_with(&*current));
    words.map(CompletionCandidate::new).collect()
}
