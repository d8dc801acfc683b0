//! `--balancers haproxy`: load balancers that balance.

use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use driver_haproxy::{Addresses, Balancers, Loopback, Program};
use drivers::World;

use super::Here;
use crate::doctor;
use crate::fault::{Fault, Result};
use crate::settings;

pub(crate) const BALANCERS: &str = "balancers";
const SIM: &str = "sim";
const HAPROXY: &str = "haproxy";

pub(super) fn arg() -> Arg {
    Arg::new(BALANCERS)
        .long(BALANCERS)
        .value_name("HOW")
        .value_parser(PossibleValuesParser::new([SIM, HAPROXY]))
        .default_value(SIM)
        // Servers that share a store would each run one of the same load balancer.
        .conflicts_with(settings::STORE)
        .help("sim: imitate load balancers. haproxy: run HAProxy for each, on this machine")
}

/// Whether they are to be real.
pub(super) fn read(args: &ArgMatches) -> bool {
    args.get_one::<String>(BALANCERS).is_some_and(|how| how == HAPROXY)
}

/// The world with load balancers that HAProxy runs. Where machines are not real, there is nobody at their
/// addresses to send anything to.
pub(super) async fn join(world: World, here: &Here<'_>, machines_are_real: bool) -> Result<World> {
    let haproxy = doctor::balancers()
        .map_err(|missing| Fault::new(format!("--{BALANCERS} {HAPROXY}: {missing}")))?;
    let program = Program::new(haproxy.path, haproxy.version).await;
    let directory = here.home.map(|home| home.path().join(BALANCERS));
    let addresses: Arc<dyn Addresses> = Arc::new(Loopback::new(machines_are_real));
    Ok(Balancers::new(program, directory, addresses).join(world))
}
