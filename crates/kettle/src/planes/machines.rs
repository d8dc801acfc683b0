//! `--machines nspawn` and `--machines qemu`: machines that one can log in to, as containers on this host or as
//! virtual machines.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches};
use control::catalog::Catalog;
use driver_net::{Net, Reach};
use driver_nspawn::{Bases, Nspawn, System, base_name};
use driver_qemu::Qemu;
use drivers::World;

use super::Here;
use crate::fault::{Context, Fault, Result, bail};
use crate::{doctor, settings};

const MACHINES: &str = "machines";
const SIM: &str = "sim";
const NSPAWN: &str = "nspawn";
const QEMU: &str = "qemu";
const ANY_IMAGE: &str = "any-image";
const REACH: &str = "machines-reach";

pub(super) fn args() -> [Arg; 3] {
    let machines = Arg::new(MACHINES)
        .long(MACHINES)
        .value_name("HOW")
        .value_parser(PossibleValuesParser::new([SIM, NSPAWN, QEMU]))
        // Servers that share a store would each run one of the same machine.
        .conflicts_with(settings::STORE)
        .default_value(SIM)
        .help(
            "sim: machines are told of. nspawn: they are containers that one can log in to, made of \
             the systems that `kettle image` has made. qemu: they have a kernel of their own, by KVM where \
             there is one (both: Linux, root)",
        );
    let any = Arg::new(ANY_IMAGE).long(ANY_IMAGE).action(ArgAction::SetTrue).help(
        "Make machines of the nearest image where the one for their system is not there, instead of \
         refusing them",
    );
    let reach = Arg::new(REACH)
        .long(REACH)
        .value_name("HOW_FAR")
        .value_parser(PossibleValuesParser::new(["host", "world"]))
        .default_value("host")
        .help(
            "host: no packet of a machine leaves this host. world: machines reach by IPv4 what this \
             host reaches, in its name, for which forwarding is switched on",
        );
    [machines, any, reach]
}

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Wish {
    pub(super) is_real: bool,
    /// Whether these are virtual machines, and not containers.
    is_virtual: bool,
    any_image: bool,
    reach: Reach,
    /// The machines' networks, once they are open.
    net: OnceLock<Net>,
}

impl Wish {
    pub(super) fn read(args: &ArgMatches) -> Self {
        let how = args.get_one::<String>(MACHINES).map(String::as_str);
        let reach = match args.get_one::<String>(REACH).map(String::as_str) {
            Some("world") => Reach::World,
            _ => Reach::Host,
        };
        let any_image = args.get_flag(ANY_IMAGE);
        let (is_real, is_virtual) = (how.is_some_and(|how| how != SIM), how == Some(QEMU));
        Self { is_real, is_virtual, any_image, reach, net: OnceLock::new() }
    }

    /// The machines' networks, if there are any.
    pub(super) fn net(&self) -> Option<&Net> {
        self.net.get()
    }

    /// The world with containers or virtual machines.
    pub(super) async fn join(&self, world: World, here: &Here<'_>) -> Result<World> {
        if !self.is_real && self.reach == Reach::World {
            bail!("--machines-reach world says how far real machines reach; add --machines nspawn");
        }
        if !self.is_real && self.any_image {
            bail!("--any-image says what real machines are made of; add --machines nspawn");
        }
        if !self.is_real {
            return Ok(world);
        }
        let option = if self.is_virtual { doctor::QEMU } else { doctor::MACHINES };
        let wanted = format!("{option} cannot be had");
        let Some(home) = here.home else {
            bail!("{wanted}: machines are kept in the data directory, so not with --ephemeral");
        };
        let images = home.path().join("images");
        let missing = match self.is_virtual {
            true => doctor::virtual_machines(Some(&images)).missing,
            false => doctor::machines(Some(&images)).missing,
        };
        if !missing.is_empty() {
            let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
            bail!("{wanted}: {}; `kettle doctor` says it again", missing.join("; "));
        }
        // Before anything is made for machines that cannot be.
        let bases = Bases::of(home.path());
        let all = bases.list().context(wanted.clone())?;
        if !all.iter().any(|base| !self.is_virtual || bases.kernel(&base.name).is_some()) {
            let (what, more) = match self.is_virtual {
                true => ("image with a kernel", " --kernel"),
                false => ("image", ""),
            };
            bail!(
                "{wanted}: there is no {what} to make machines of; `kettle image build \
                 debian-12{more}` makes one"
            );
        }
        let net = Net::open_to(home.path().join("networks"), self.reach).await;
        let net = net.map_err(|missing| Fault::new(format!("{wanted}: {missing}")))?;
        // A server starts once in a process.
        let _ = self.net.set(net.clone());
        let systems = systems(here.catalog);
        if self.is_virtual {
            let machines = Qemu::open(home.path(), net.clone(), systems, self.any_image).await;
            return Ok(net.join(machines.context(wanted)?.join(world)));
        }
        let machines = Nspawn::open(home.path(), net.clone(), systems, self.any_image);
        Ok(net.join(machines.context(wanted)?.join(world)))
    }
}

/// The systems of the catalogue, with the images that they are.
fn systems(catalog: &Catalog) -> BTreeMap<String, System> {
    let all = catalog.clone().show_retired(true);
    let systems = all.systems().map(|system| {
        let base = base_name(&system.family, &system.name);
        (system.id.to_string(), System { name: system.name.clone(), base })
    });
    systems.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_system_that_is_no_windows_or_bsd_has_an_image_of_its_own() {
        let systems = systems(&Catalog::builtin());
        assert_eq!(systems["2136"].base.as_deref(), Some("debian-12"));
        assert_eq!(systems["240"].base, None);
        let mut by_base: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for system in systems.values() {
            if let Some(base) = &system.base {
                by_base.entry(base).or_default().push(&system.name);
            }
        }
        let shared: Vec<_> = by_base.iter().filter(|(_, names)| names.len() > 1).collect();
        assert!(shared.is_empty(), "{shared:?}");
    }
}
