//! `kettle serve --detach`: the same server in the background, once it answers.
//!
//! The program starts itself again with the same words. The new process says on its standard output
//! what it always says, and lets go of it when it answers: all that is told by then is passed on.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use clap::{Arg, ArgAction, ArgMatches};

use crate::fault::{Context, Result};
use crate::home::quoted;
use crate::settings::Settings;

pub(crate) const DETACH: &str = "detach";
/// Of the process that was started so: no word for people.
const DETACHED: &str = "detached";
/// The last thing that the process in the background says: it has not ended, it serves.
const SERVES: &str = "\0";

/// The options.
pub(crate) fn args() -> [Arg; 2] {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    [
        flag(DETACH).help(
            "Serve in the background: come back once the server answers. What it tells goes into \
             serve.log in the data directory; `kettle stop` ends it",
        ),
        flag(DETACHED).hide(true),
    ]
}

pub(crate) fn is_asked_for(args: &ArgMatches) -> bool {
    args.get_flag(DETACH)
}

/// Whether this is the process in the background.
pub(crate) fn is_detached(args: &ArgMatches) -> bool {
    args.get_flag(DETACHED)
}

/// Lets go of whoever waits: the server answers.
pub(crate) fn let_go() -> Result<()> {
    let mut out = std::io::stdout().lock();
    // Who has gone meanwhile is not waited for.
    let _ = out.write_all(SERVES.as_bytes()).and_then(|()| out.flush());
    let nowhere = File::options().write(true).open("/dev/null").context("cannot open /dev/null")?;
    rustix::stdio::dup2_stdout(&nowhere).context("cannot let go of standard output")
}

/// Starts the server and waits until it answers.
pub(crate) fn run(args: &ArgMatches, data: Option<PathBuf>) -> Result<ExitCode> {
    let settings = Settings::read(args, data)?;
    let home = settings.home()?;
    home.make()?;
    // Under a name of its own until it serves: the file of that name may be a server's that runs.
    let begun = home.log_file(&format!("starting-{}", std::process::id()));
    let log = log_file(&begun)?;
    let program = std::env::current_exe().context("cannot find this program")?;
    let words = std::env::args_os().skip(1);
    let words = words.map(|word| if word == "--detach" { "--detached".into() } else { word });
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let mut server = command.spawn().context("cannot start the server")?;
    let mut said = String::new();
    if let Some(mut out) = server.stdout.take() {
        out.read_to_string(&mut said).context("cannot hear what the server says")?;
    }
    let Some(said) = said.strip_suffix(SERVES) else { return ended(&mut server, &begun) };
    // One that keeps nothing does not hold the directory: others may run beside it.
    let log = match settings.keeping()? {
        Some(_) => home.log_file("serve"),
        None => home.log_file(&format!("ephemeral-{}", server.id())),
    };
    keep_log(&begun, &log)?;
    let said = format!("{said}{}", told(&settings, &log, &server));
    let mut out = std::io::stdout().lock();
    // Nobody may be listening: it serves all the same.
    let _ = out.write_all(said.as_bytes()).and_then(|()| out.flush());
    Ok(ExitCode::SUCCESS)
}

/// An empty file for what the server tells.
fn log_file(path: &Path) -> Result<File> {
    let mut options = File::options();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Gives the file its name; that of the server before is kept beside it.
fn keep_log(begun: &Path, log: &Path) -> Result<()> {
    // Where there is none, there is none to keep.
    let _ = std::fs::rename(log, log.with_extension("log.old"));
    std::fs::rename(begun, log).with_context(|| format!("cannot write {}", log.display()))
}

/// How to go on.
fn told(settings: &Settings, log: &Path, server: &Child) -> String {
    let data = settings.data.as_ref().map(|data| format!(" --data {}", quoted(data)));
    let stop = match settings.keeping() {
        Ok(None) => format!("kill {}", server.id()),
        _ => format!("kettle stop{}", data.unwrap_or_default()),
    };
    format!("  log    {}\n  stop   {stop}\n", log.display())
}

/// Passes on why a server did not start, and with which status it ended.
fn ended(server: &mut Child, log: &Path) -> Result<ExitCode> {
    let status = server.wait().context("cannot wait for the server")?;
    let said = std::fs::read_to_string(log).unwrap_or_default();
    // It is told now; nobody needs the file.
    let _ = std::fs::remove_file(log);
    crate::tell_lines(said.trim_end());
    if said.is_empty() {
        crate::tell_error(format_args!("the server ended at once ({status})"));
    }
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).into())
}
