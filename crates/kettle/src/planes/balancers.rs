//! `--balancers haproxy`: load balancers that balance.

#[cfg(all(feature = "machines", target_os = "linux"))]
pub(super) mod public;

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

/// HAProxy, as it is here.
pub(super) async fn program() -> Result<Program> {
    let haproxy = doctor::balancers()
        .map_err(|missing| Fault::new(format!("--{BALANCERS} {HAPROXY}: {missing}")))?;
    Ok(Program::new(haproxy.path, haproxy.version).await)
}

/// The world with load balancers that it runs: in the machines' networks, where there are any, and else on
/// this machine's loopback, where nobody is behind them.
pub(super) fn join(
    world: World,
    here: &Here<'_>,
    program: Program,
    public: Option<Arc<dyn Addresses>>,
) -> World {
    let directory = here.home.map(|home| home.path().join(BALANCERS));
    let addresses = public.unwrap_or_else(|| Arc::new(Loopback::default()));
    Balancers::new(program, directory, addresses).join(world)
}
