//! `kettle image`: the systems that machines are made of: built, imported, listed, removed. They lie in
//! the data directory, and no server is needed for them.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure};
use driver_nspawn::{Base, Bases};
use serde_json::json;

use crate::home::Home;
use crate::settings;

pub(crate) const NAME: &str = "image";
const BUILD: &str = "build";
const IMPORT: &str = "import";
const LIST: &str = "list";
const REMOVE: &str = "remove";
const IMAGE: &str = "name";
const ARCHIVE: &str = "archive";
const KERNEL: &str = "kernel";
const MB: u64 = 1 << 20;

pub(crate) fn command() -> Command {
    let name =
        || Arg::new(IMAGE).value_name("NAME").required(true).help("Its name, as in debian-12");
    let archive = Arg::new(ARCHIVE)
        .value_name("ROOTFS.tar")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("An archive of a root directory, as tar reads it");
    let kernel = Arg::new(KERNEL)
        .long(KERNEL)
        .action(ArgAction::SetTrue)
        .help("With a kernel, for `kettle serve --machines qemu`; containers start it as well");
    Command::new(NAME)
        .about("Make the systems that real machines are made of")
        .after_help(
            "An image is named after the system of the catalogue that it is: debian-12, ubuntu-24.04, \
             almalinux-9. Only Debian's can be built here; what others need is systemd with networkd, and \
             sshd.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new(BUILD)
                .about("Make one out of Debian's packages (needs root and mmdebstrap)")
                .after_help("Which: debian-11, debian-12, debian-13. It takes a minute or two.")
                .args([name(), kernel, data_arg()]),
        )
        .subcommand(
            Command::new(IMPORT)
                .about("Make one out of an archive of a root directory (needs root)")
                .args([name(), archive, data_arg()]),
        )
        .subcommand(Command::new(LIST).visible_alias("ls").about("List them").arg(data_arg()))
        .subcommand(
            Command::new(REMOVE)
                .visible_alias("rm")
                .about("Remove one that no machine and no snapshot stands on")
                .args([name(), data_arg()]),
        )
}

fn data_arg() -> Arg {
    settings::data_arg().help(
        "The data directory that has them [default: KETTLE_DATA, or the user's data directory]",
    )
}

pub(crate) async fn run(
    matches: &ArgMatches,
    args: &ArgMatches,
    data: Option<PathBuf>,
) -> Result<Exit, Failure> {
    let home = Home::new(data.as_ref()).map_err(|error| Failure::Answer(error.to_string()))?;
    let bases = Bases::of(home.path());
    let (command, args) = args.subcommand().expect("clap requires it");
    let name = args.try_get_one::<String>(IMAGE).ok().flatten().map_or("", String::as_str);
    let mut tell = |line: &str| cli::print_note(&format!("  {line}"));
    match command {
        LIST => {
            let all = bases.list().map_err(failed)?;
            match cli::wants_json(matches)? {
                true => {
                    let all = all.iter().map(|base| json!(base)).collect::<Vec<_>>();
                    cli::print_json(&json!({ "images": all }))?;
                }
                false => cli::print_text(&table(&all))?,
            }
        }
        REMOVE => {
            bases.remove(name).await.map_err(failed)?;
            cli::print_note(&format!("removed image {name}"));
        }
        BUILD => {
            must_be_root()?;
            home.make().map_err(|error| Failure::Answer(error.to_string()))?;
            cli::print_note(&format!("building {name} in {}", home.path().display()));
            let kernel = args.get_flag(KERNEL);
            made(&bases.build(name, kernel, &mut tell).await.map_err(failed)?);
        }
        _ => {
            must_be_root()?;
            home.make().map_err(|error| Failure::Answer(error.to_string()))?;
            let archive: &PathBuf = args.get_one(ARCHIVE).expect("clap requires it");
            made(&bases.import(name, archive, &mut tell).await.map_err(failed)?);
        }
    }
    Ok(Exit::Ok)
}

fn failed(error: drivers::Error) -> Failure {
    Failure::Answer(error.to_string())
}

/// Owners and devices of files are only root's to give.
fn must_be_root() -> Result<(), Failure> {
    match rustix::process::geteuid().is_root() {
        true => Ok(()),
        false => Err(Failure::Answer(
            "an image's files belong to root: run this with sudo, and --data DIR for the directory that \
             the server has"
                .into(),
        )),
    }
}

fn made(base: &Base) {
    let size = base.size_bytes / MB;
    cli::print_note(&format!("image {} is ready, {size} MB", base.name));
}

fn table(all: &[Base]) -> String {
    if all.is_empty() {
        return "there are no images; `kettle image build debian-12` makes one\n".into();
    }
    let wide = all.iter().map(|base| base.name.len()).max().unwrap_or_default().max(4);
    let mut text =
        format!("{:wide$}  {:>7}  {:10}  {:6}  FROM\n", "NAME", "SIZE", "CLOUD-INIT", "KERNEL");
    for base in all {
        let yes = |has| if has { "yes" } else { "no" };
        let (has, kernel) = (yes(base.cloud_init), yes(base.kernel));
        let size = format!("{} MB", base.size_bytes / MB);
        text += &format!("{:wide$}  {size:>7}  {has:10}  {kernel:6}  {}\n", base.name, base.from);
    }
    text
}
