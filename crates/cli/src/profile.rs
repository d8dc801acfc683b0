//! `kettle profile`: the profiles of the configuration file, and which of them counts.
//!
//! The file is the user's: what stands in it, comments too, stays. A key comes from a prompt or from
//! standard input, never from the command line, and is never shown.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use presentation::text::clean;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use sdk::config::{self, BUILT_IN, Env, VULTR, Wanted};
use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::error::{Exit, Failure};
use crate::output::View;
use crate::{Context, complete, consent, globals, input};

const NAME: &str = "@name";
const KEY_FILE: &str = "@key-file";
const KEY_ENV: &str = "@key-env";
const NO_KEY: &str = "@no-key";

pub(crate) fn command() -> Command {
    let name = |help| Arg::new(NAME).value_name("NAME").help(help).add(complete::profiles());
    let new = Arg::new(NAME).value_name("NAME").required(true).help("What to call it");
    let group = ["key-file", "key-env", "no-key"];
    let add = Command::new("add")
        .about("Add a profile: an endpoint, and the key for it")
        .after_help(
            "The key is asked for, unseen, or read from standard input where that is no\n\
             terminal. `vultr` is there already, and is given a key.",
        )
        .arg(new)
        .args([
            Arg::new(KEY_FILE)
                .long(group[0])
                .value_name("FILE")
                .value_hint(clap::ValueHint::FilePath)
                .conflicts_with_all([KEY_ENV, NO_KEY])
                .help("Read the key from this file each time, and keep none"),
            Arg::new(KEY_ENV)
                .long(group[1])
                .value_name("VARIABLE")
                .conflicts_with(NO_KEY)
                .help("Read the key from this variable each time, and keep none"),
            Arg::new(NO_KEY).long(group[2]).action(ArgAction::SetTrue).help("Ask for no key"),
        ]);
    Command::new("profile")
        .about("Endpoints and keys: add, list, use, show, remove")
        .after_help(
            "They are kept in ~/.config/kettle/config.toml, or in what KETTLE_CONFIG names.\n\
             `local` (the server on this machine) and `vultr` need no file.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(add)
        .subcommand(
            Command::new("list")
                .visible_alias("ls")
                .about("List the profiles, and where their keys are from"),
        )
        .subcommand(
            Command::new("use")
                .about("Use a profile where no command names another")
                .arg(name("The profile").required(true)),
        )
        .subcommand(
            Command::new("show")
                .about("Show where commands go, and where the key is from")
                .arg(name("The profile [default: the one that commands use now]")),
        )
        .subcommand(
            Command::new("remove")
                .visible_alias("rm")
                .about("Remove a profile, and its key if the file has it")
                .arg(name("The profile").required(true)),
        )
}

pub(crate) fn run(
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let (action, args) = args.subcommand().unwrap_or(("", args));
    let endpoint = matches.get_one::<String>(globals::ENDPOINT).cloned();
    if endpoint.is_some() && action != "add" {
        let text = format!("--endpoint means nothing to `kettle profile {action}`");
        return Err(Failure::usage(text));
    }
    let name = input::many(args, NAME).next().map(str::to_owned);
    match (action, name) {
        ("add", Some(name)) => add(&name, endpoint, args, context)?,
        ("use", Some(name)) => choose(&name, context)?,
        ("remove", Some(name)) => remove(&name, context)?,
        ("list", _) => {
            let profiles = profiles(context.env)?;
            let list: Vec<Value> =
                profiles.names.iter().map(|name| described(name, &profiles, context.env)).collect();
            print(list.into(), matches, context)?;
        }
        (_, name) => {
            let profiles = profiles(context.env)?;
            let wanted = Wanted { profile: name, ..Wanted::default() };
            let target = config::resolve(&wanted, context.env).map_err(wrong)?;
            let mut shown = described(&target.profile, &profiles, context.env);
            shown["endpoint"] = target.endpoint.as_str().into();
            shown["key"] = target.key_origin().unwrap_or(NO_KEY_TOLD).into();
            print(shown, matches, context)?;
        }
    }
    Ok(Exit::Ok)
}

const NO_KEY_TOLD: &str = "none";

fn print(answer: Value, matches: &ArgMatches, context: &mut Context<'_>) -> Result<(), Failure> {
    let view = View::plain(globals::format(matches).unwrap_or("table"));
    view.print(answer, context.terminal, context.out, context.err)?;
    Ok(context.out.flush()?)
}

/// A profile as it is shown. The key is not.
fn described(name: &str, profiles: &config::Profiles, env: Env<'_>) -> Value {
    let wanted = Wanted { profile: Some(name.to_owned()), ..Wanted::default() };
    let (endpoint, key) = match config::resolve(&wanted, env) {
        Ok(target) => {
            let key = target.key_origin().unwrap_or(NO_KEY_TOLD).to_owned();
            (target.endpoint, key)
        }
        Err(error) => (String::new(), format!("error: {error}")),
    };
    json!({"name": name, "default": name == profiles.default, "endpoint": endpoint, "key": key})
}

fn add(
    name: &str,
    endpoint: Option<String>,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    check_name(name)?;
    let endpoint = match (name, endpoint) {
        ("local", _) => {
            return Err(Failure::usage(
                "`local` is the server on this machine, with the key of its data directory: there \
                 is nothing to add. Give another server a name of its own",
            ));
        }
        ("vultr", Some(_)) => {
            return Err(Failure::usage(format!(
                "`vultr` is {VULTR}: give another endpoint another name"
            )));
        }
        ("vultr", None) => None,
        (_, None) => return Err(Failure::usage("--endpoint: which server is it? Give its URL")),
        (_, Some(endpoint)) => {
            sdk::Client::builder(&endpoint).build()?;
            Some(endpoint)
        }
    };
    let mut file = File::read(context.env)?;
    if file.profiles()?.contains_key(name) {
        let text = format!(
            "there is a profile `{name}` in {} already; `kettle profile remove {name}` first",
            file.path.display()
        );
        return Err(Failure::usage(text));
    }
    let mut profile = Table::new();
    if let Some(endpoint) = &endpoint {
        profile["endpoint"] = value(endpoint);
    }
    let place = file.path.display().to_string();
    let kept = if let Some(key_file) = input::many(args, KEY_FILE).next() {
        profile["key_file"] = value(absolute(key_file)?);
        format!("its key is read from {key_file}")
    } else if let Some(variable) = input::many(args, KEY_ENV).next() {
        profile["key_env"] = value(variable);
        format!("its key is read from the variable {variable}")
    } else if args.get_flag(NO_KEY) {
        "it has no key".to_owned()
    } else {
        let endpoint = endpoint.as_deref().unwrap_or(VULTR);
        match key(&format!("Key for {endpoint} (empty for none): "), context)? {
            Some(key) => {
                profile["key"] = value(key);
                format!("its key is in {place}, which only you can read")
            }
            None => "it has no key".to_owned(),
        }
    };
    if name == "vultr" && profile.is_empty() {
        return Err(Failure::usage("`vultr` is there already, and no key was given for it"));
    }
    file.profiles()?.insert(name, Item::Table(profile));
    file.write()?;
    let told =
        format!("added profile {name}: {kept}. `kettle profile use {name}` has commands use it");
    Ok(writeln!(context.err, "{}", clean(&told))?)
}

fn choose(name: &str, context: &mut Context<'_>) -> Result<(), Failure> {
    let known = profiles(context.env)?;
    if !known.names.iter().any(|known| known == name) {
        return Err(unknown(name, &known));
    }
    let mut file = File::read(context.env)?;
    let mut chosen = toml_edit::Value::from(name);
    if let Some(before) = file.document.get("default_profile").and_then(Item::as_value) {
        // What is said about it stays behind it.
        *chosen.decor_mut() = before.decor().clone();
    }
    file.document["default_profile"] = Item::Value(chosen);
    file.write()?;
    writeln!(context.err, "commands use the profile {} now", clean(name))?;
    for variable in ["KETTLE_PROFILE", "VULTR_API_ENDPOINT"] {
        if let Some(text) = (context.env)(variable).filter(|text| !text.trim().is_empty()) {
            let note = format!("note: {variable}={text} is set, and counts before it");
            writeln!(context.err, "{}", clean(&note))?;
        }
    }
    Ok(())
}

fn remove(name: &str, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut file = File::read(context.env)?;
    let built_in = BUILT_IN.contains(&name);
    if file.profiles()?.remove(name).is_none() {
        if built_in {
            return Err(Failure::usage(format!("`{name}` is built in, and cannot be removed")));
        }
        let known = profiles(context.env)?;
        return Err(unknown(name, &known));
    }
    let was_default = file.document.get("default_profile").and_then(Item::as_str) == Some(name);
    if was_default && !built_in {
        file.document.remove("default_profile");
    }
    file.write()?;
    let more = match (built_in, was_default) {
        (true, _) => "; it is built in, and stays without what the file said of it",
        (false, true) => "; commands use the profile local now",
        (false, false) => "",
    };
    Ok(writeln!(context.err, "removed profile {}{more}", clean(name))?)
}

fn profiles(env: Env<'_>) -> Result<config::Profiles, Failure> {
    config::profiles(env).map_err(wrong)
}

fn wrong(error: config::ConfigError) -> Failure {
    Failure::usage(error.to_string())
}

fn unknown(name: &str, known: &config::Profiles) -> Failure {
    Failure::NotFound(format!("there is no profile `{name}`; there are {}", known.names.join(", ")))
}

fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) {
        true => Ok(()),
        false => Err(Failure::usage(format!(
            "`{name}` is no name for a profile: letters, digits, `-`, `_` and `.` are"
        ))),
    }
}

/// The file's place, wherever the next command is started. `~` is understood by who reads it.
fn absolute(file: &str) -> Result<String, Failure> {
    match file.starts_with("~/") {
        true => Ok(file.to_owned()),
        false => Ok(std::path::absolute(file)?.to_string_lossy().into_owned()),
    }
}

/// A key from the terminal, unseen, or from standard input.
fn key(prompt: &str, context: &mut Context<'_>) -> Result<Option<String>, Failure> {
    let unseen = context.terminal.asks.then(Unseen::begin);
    if unseen.is_some() {
        write!(context.err, "{}", clean(prompt))?;
        context.err.flush()?;
    }
    let line = consent::line(context.stdin);
    if unseen.is_some() {
        // The line's end was unseen, too.
        writeln!(context.err)?;
    }
    drop(unseen);
    let key = line?.trim().to_owned();
    if let Some(c) = key.chars().find(|c| !c.is_ascii_graphic()) {
        return Err(Failure::usage(format!("a key has no {c:?} in it")));
    }
    Ok((!key.is_empty()).then_some(key))
}

/// Keeps what is typed at standard input from being shown, as long as it lives.
struct Unseen(Option<Termios>);

impl Unseen {
    fn begin() -> Self {
        let stdin = rustix::stdio::stdin();
        let Ok(before) = tcgetattr(stdin) else { return Self(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        let changed = tcsetattr(stdin, OptionalActions::Flush, &quiet);
        Self(changed.is_ok().then_some(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // A terminal that is gone shows nothing.
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, before);
        }
    }
}

/// The configuration file as it is written.
struct File {
    path: PathBuf,
    document: DocumentMut,
}

impl File {
    fn read(env: Env<'_>) -> Result<Self, Failure> {
        let path = config::config_file(env).ok_or_else(|| {
            Failure::usage("there is no home directory; say where profiles are with KETTLE_CONFIG")
        })?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Failure::usage(format!("{}: {e}", path.display()))),
        };
        let document = text.parse::<DocumentMut>().map_err(|e| {
            Failure::usage(format!("{}: {}", path.display(), e.to_string().trim_end()))
        })?;
        Ok(Self { path, document })
    }

    fn profiles(&mut self) -> Result<&mut dyn toml_edit::TableLike, Failure> {
        let path = self.path.display().to_string();
        let entry = self.document.entry("profiles").or_insert_with(|| {
            let mut table = Table::new();
            // Only its parts have a heading.
            table.set_implicit(true);
            Item::Table(table)
        });
        let table = entry.as_table_like_mut();
        table.ok_or_else(|| Failure::usage(format!("{path}: `profiles` is no table")))
    }

    /// Writes it at once, for its owner alone: whoever reads it meanwhile sees all of it.
    fn write(&self) -> Result<(), Failure> {
        let failed = |e: std::io::Error| Failure::usage(format!("{}: {e}", self.path.display()));
        // A link stays one.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(failed)?;
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(format!(".{}", std::process::id()));
        let partial = PathBuf::from(partial);
        let written = self.write_to(&partial).and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            // It was never there, or is of no use.
            let _ = fs::remove_file(&partial);
        }
        written.map_err(failed)
    }

    fn write_to(&self, path: &Path) -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(self.document.to_string().as_bytes())?;
        file.sync_all()
    }
}
