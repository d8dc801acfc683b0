//! `kettle world export` and `kettle world import`: all there is, as a file.
//!
//! The file has passwords and keys as they read, so it is its owner's alone. It has its name only when it
//! is whole, and no file is replaced that was not meant.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::Method;
use api::world::snapshots::{EXPORT as FROM, IMPORT as TO};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure, Watch};
use presentation::text::clean;
use sdk::Client;

use crate::status::{Asked, data_arg, things};

pub(crate) const EXPORT: &str = "export";
pub(crate) const IMPORT: &str = "import";
const FILE: &str = "file";
const REPLACE: &str = "replace";
/// How long all of it may take: there can be gigabytes.
const PATIENCE: Duration = Duration::from_secs(3600);

pub(crate) fn commands() -> [Command; 2] {
    let file = || Arg::new(FILE).value_name("FILE").value_parser(clap::value_parser!(PathBuf));
    let export = Command::new(EXPORT)
        .about("Write all that the server has to a file, which other servers and later releases read")
        .after_help(
            "The file is a database of SQLite, whatever the server keeps its data in. Passwords and keys \
             are in it as they read: it is made so that you alone can read it, and should be kept like a \
             password. What is on the disks of real machines, and objects in real buckets, are not in it.\n\n\
             With --as yaml it is a text for people, without passwords, keys and ids: names stand for things. \
             Applied to an empty server it makes the same things with other ids and addresses, and applied to \
             this one it changes nothing. FILE may be `-`, which is standard output. With --profile it is read \
             from a live account, by requests that change nothing.",
        )
        .arg(file().required(true).help("Where to write it"))
        .arg(
            Arg::new(REPLACE)
                .long(REPLACE)
                .action(ArgAction::SetTrue)
                .help("Write over a file that is there"),
        )
        .args(super::as_yaml::args())
        .arg(data_arg());
    let import = Command::new(IMPORT)
        .about("Put a file's world in place of all there is, or copy a live account here")
        .after_help(concat!(
            "With FILE: says what goes, and asks. The file is looked through before anything is touched; \
             then all of it is there at once, with the same ids, addresses and keys. The key of this \
             server's owner goes on working. Where machines are real, those that the file does not know \
             of are removed, disks included, and those that it has are set up anew.\n\n",
            "With --profile: the account of that profile is read, by requests that change nothing, within \
             its rate limit, and what it has is made here, too, with the same ids, addresses and names: so \
             that `kettle exec -- terraform plan` with the account's own state finds what it knows. What \
             is here already stays as it is. The API does not tell everything: passwords and keys are new \
             ones here, and disks are empty. What was not copied is said at the end.",
        ))
        .arg(file().help("What `kettle world export` has written"))
        .args([data_arg(), cli::yes().help("Do not ask")]);
    [export, import]
}

/// A client that may take its time, and whose answers may be large.
pub(super) fn patient(matches: &ArgMatches, asked: &Asked) -> Result<Client, Failure> {
    let watch = Watch::of_process().as_asked(matches, false);
    let builder = cli::builder(matches, &asked.target, &watch).body_limit(usize::MAX).attempts(1);
    Ok(builder.timeout(PATIENCE).attempt_timeout(PATIENCE).build()?)
}

/// What is answered; a refusal is an error.
pub(super) async fn answered(
    client: &Client,
    method: Method,
    path: &str,
    body: Option<Vec<u8>>,
) -> Result<Vec<u8>, Failure> {
    let answer = client.bytes((method.clone(), path), body.map(Into::into)).await?;
    let (status, body) = (answer.status(), answer.into_body());
    if status.is_success() {
        return Ok(body.into());
    }
    let refusal = serde_json::from_slice::<api::ApiError>(&body);
    let error = match refusal {
        Ok(refusal) => refusal.error,
        Err(_) => format!("what answers at {} is no Kettle, or an older one", client.endpoint()),
    };
    let request = format!("{method} {path}");
    Err(sdk::Error::Refused(sdk::Refusal { request, error, status: status.as_u16() }).into())
}

/// Whether a file is to be brought in.
pub(crate) fn is_named(args: &ArgMatches) -> bool {
    args.contains_id(FILE)
}

fn path(args: &ArgMatches) -> &Path {
    args.get_one::<PathBuf>(FILE).map_or(Path::new(""), PathBuf::as_path)
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Answer(format!("{} cannot be {what}: {error}", clean(&path.display().to_string())))
}

pub(crate) async fn export(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let (asked, path) = (Asked::new(matches)?, path(args));
    asked.must_be_served()?;
    let is_yaml = super::as_yaml::is_asked_for(args);
    let is_file = !is_yaml || path != Path::new(super::as_yaml::OUT);
    if is_file && !args.get_flag(REPLACE) && path.symlink_metadata().is_ok() {
        let text = format!("{} is there already: say --replace to write over it", path.display());
        return Err(Failure::usage(clean(&text)));
    }
    if is_yaml {
        let write = |path: &Path, bytes: &[u8]| {
            written(path, bytes).map_err(|error| failed("written", path, &error))
        };
        return super::as_yaml::export(&asked, args, path, write).await;
    }
    let world = answered(&patient(matches, &asked)?, Method::GET, FROM, None).await?;
    written(path, &world).map_err(|error| failed("written", path, &error))?;
    let size = world.len() / 1024;
    cli::print_note(&format!(
        "wrote {} ({size} kB), which has passwords and keys as they read",
        path.display()
    ));
    Ok(Exit::Ok)
}

/// Writes a file that is its owner's alone; it has its name when all of it is on the disk.
fn written(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let mut new = std::ffi::OsString::from(".");
    new.push(name);
    new.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(new);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let outcome = options.open(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    });
    if outcome.is_err() {
        let _ = std::fs::remove_file(&new); // it may not be there
    }
    outcome
}

pub(crate) async fn import(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let (asked, path) = (Asked::new(matches)?, path(args));
    let world = std::fs::read(path).map_err(|error| failed("read", path, &error))?;
    asked.must_be_served()?;
    let status = asked.status().await?;
    let what = match things(&status) {
        Some(things) => format!("replace everything ({things}) by what {} has", path.display()),
        None => format!("bring in what {} has (there is nothing now)", path.display()),
    };
    if !cli::said_yes(args) {
        cli::agreement(&what, &asked.target)?;
    }
    answered(&patient(matches, &asked)?, Method::POST, TO, Some(world)).await?;
    cli::print_note(&format!(
        "{} is what {} has now; the owner's key is the same as before",
        path.display(),
        asked.target.endpoint
    ));
    Ok(Exit::Ok)
}
