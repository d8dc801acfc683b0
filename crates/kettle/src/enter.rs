//! `kettle instance ssh` and `kettle instance console`: into a machine, by its network or by its host.

mod here;
mod serial;

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use api::instances::{Instance, UserScheme};
use clap::{Arg, ArgMatches, Command};
use cli::{Exit, Failure};

use self::here::Here;
use crate::status::{Asked, data_arg};

const INSTANCE: &str = "instance";
const SSH: &str = "ssh";
const CONSOLE: &str = "console";
const NAME: &str = "name";
const COMMAND: &str = "command";
const USER: &str = "user";
const IDENTITY: &str = "identity";

/// The group of instances with these commands, too.
pub(crate) fn add(root: Command) -> Command {
    root.mut_subcommand(INSTANCE, |instance| {
        instance.subcommands([ssh_command(), console_command()])
    })
}

fn name_arg() -> Arg {
    Arg::new(NAME)
        .value_name("NAME")
        .required(true)
        .help("The instance: its id, label or host name")
}

fn ssh_command() -> Command {
    let command = Arg::new(COMMAND)
        .value_name("COMMAND")
        .num_args(0..)
        .last(true)
        .value_parser(clap::value_parser!(OsString))
        .help("What to run there, after --; without it, a shell");
    let user = Arg::new(USER).long(USER).short('l').value_name("USER");
    let identity = Arg::new(IDENTITY).long(IDENTITY).short('i').value_name("FILE");
    Command::new(SSH)
        .about("Log in to an instance")
        .after_help(
            "Runs `ssh` as root, or as linuxuser where the instance was made so, to the main address. Keys \
             of machines on this host are known beforehand; those of others are kept beside Kettle's data \
             when they are first seen.",
        )
        .arg(name_arg())
        .arg(command)
        .arg(user.help("Log in as this user"))
        .arg(
            identity
                .value_parser(clap::value_parser!(PathBuf))
                .help("Log in with the private key in this file"),
        )
        .arg(data_arg())
}

fn console_command() -> Command {
    Command::new(CONSOLE)
        .about("Open a shell in a machine of this host, whatever its network does")
        .after_help(
            "Needs root, and a server with --machines nspawn or --machines qemu on this host. That of a \
             virtual machine is its serial console: it asks for a name and a password, and Ctrl-] leaves \
             it.",
        )
        .args([name_arg(), data_arg()])
}

/// The command of these that was given, with its arguments; none: it was another.
pub(crate) fn asked_for(matches: &ArgMatches) -> Option<(&str, &ArgMatches)> {
    let (INSTANCE, args) = matches.subcommand()? else { return None };
    args.subcommand().filter(|(word, _)| [SSH, CONSOLE].contains(word))
}

/// Does what was asked for: what runs then takes the place of this process.
pub(crate) async fn run(
    command: &str,
    matches: &ArgMatches,
    args: &ArgMatches,
) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    let name: &String = args.get_one(NAME).expect("clap requires it");
    let instance = find(&asked, name).await?;
    let here = asked.home().and_then(|home| Here::find(home.path(), instance.id.into()));
    if command == CONSOLE {
        let name = &instance.label;
        let here = here.ok_or_else(|| {
            Failure::Answer(format!(
                "`{name}` is no machine of this host that this user may enter: that takes root, and a \
                 server with --machines nspawn or qemu here"
            ))
        })?;
        return here.console(name).await;
    }
    Err(replaced(&mut ssh(&asked, &instance, here, args)?))
}

/// Has a program take the place of this process: why it does not.
fn replaced(program: &mut Program) -> Failure {
    let error = program.exec();
    let what = program.get_program().display().to_string();
    Failure::Answer(format!("cannot run {what}: {error}"))
}

/// How much of an id is as good as all of it, as elsewhere on the command line.
const PREFIX: usize = 8;

/// The instance that a name means: no other by accident.
async fn find(asked: &Asked, name: &str) -> Result<Instance, Failure> {
    let all = asked.client().instances().list().all().await?;
    let means = |instance: &&Instance| {
        let id = instance.id.to_string();
        instance.label == name
            || instance.hostname == name
            || instance.main_ip == name
            || (name.len() >= PREFIX && id.starts_with(name))
    };
    let mut found: Vec<&Instance> = all.iter().filter(means).collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one.clone()),
        (None, _) => Err(Failure::NotFound(format!("there is no instance `{name}`"))),
        (Some(one), false) => {
            found.push(one);
            let ids: Vec<_> = found.iter().map(|one| one.id.to_string()).collect();
            Err(Failure::usage(format!("`{name}` may be any of these: {}", ids.join(", "))))
        }
    }
}

/// The address by which it is reached.
fn address(instance: &Instance) -> Option<&str> {
    let all = [&instance.main_ip, &instance.v6_main_ip, &instance.internal_ip];
    all.into_iter().map(String::as_str).find(|ip| !ip.is_empty() && *ip != "0.0.0.0")
}

fn ssh(
    asked: &Asked,
    instance: &Instance,
    here: Option<Here>,
    args: &ArgMatches,
) -> Result<Program, Failure> {
    let Some(address) = address(instance) else {
        let id = instance.id;
        return Err(Failure::Answer(format!("instance {id} has no address yet; is it ready?")));
    };
    let usual = match instance.user_scheme == UserScheme::Limited {
        true => "linuxuser",
        false => "root",
    };
    let user = args.get_one::<String>(USER).map_or(usual, String::as_str);
    let mut ssh = Program::new("ssh");
    ssh.arg("-o").arg(format!("HostKeyAlias={}", instance.id));
    match (here, asked.home()) {
        (Some(here), _) if !here.known_hosts().exists() => {
            return Err(Failure::Answer(format!(
                "`{}` has not come up yet; `kettle instance get {} --wait` waits for it",
                instance.label, instance.id
            )));
        }
        (Some(here), _) => {
            // It was told by the machine's own files: nobody else can have that address here.
            ssh.arg("-o").arg(format!("UserKnownHostsFile={}", quoted(here.known_hosts())));
            ssh.args(["-o", "StrictHostKeyChecking=yes"]);
        }
        (None, Some(home)) => {
            let file = home.path().join("known_hosts");
            ssh.arg("-o").arg(format!("UserKnownHostsFile={}", quoted(&file)));
            ssh.args(["-o", "StrictHostKeyChecking=accept-new"]);
        }
        (None, None) => {}
    }
    if let Some(file) = args.get_one::<PathBuf>(IDENTITY) {
        ssh.arg("-i").arg(file);
    }
    ssh.arg("-l").arg(user).arg("--").arg(address);
    ssh.args(args.get_many::<OsString>(COMMAND).into_iter().flatten());
    Ok(ssh)
}

/// A path as ssh's options take it, in which a space would end it.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}
