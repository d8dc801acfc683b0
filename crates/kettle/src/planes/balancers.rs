//! `--balancers haproxy`: load balancers that balance.

use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use driver_haproxy::{Addresses, Balancers, Loopback, Program, Taken};
use driver_net::Net;
use drivers::{BalancerSpec, Call, World};
use uuid::Uuid;

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
pub(super) fn join(world: World, here: &Here<'_>, program: Program, net: Option<&Net>) -> World {
    let directory = here.home.map(|home| home.path().join(BALANCERS));
    let addresses: Arc<dyn Addresses> = match net {
        Some(net) => Arc::new(Public(net.clone())),
        None => Arc::new(Loopback::default()),
    };
    Balancers::new(program, directory, addresses).join(world)
}

/// The addresses that the API tells, in the machines' networks.
#[derive(Debug)]
struct Public(Net);

impl Addresses for Public {
    fn told(&self) -> String {
        "at their public addresses; they go on without Kettle, as machines do".to_owned()
    }

    fn take<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a, Taken> {
        Box::pin(async move {
            let room = self.0.room(id, spec.ipv4, spec.ipv6, spec.nic.as_ref()).await?;
            let (addresses, space, has_more) = (room.addresses, Some(room.space), room.has_more);
            Ok(Taken { addresses, space, has_more })
        })
    }

    fn settle<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a> {
        Box::pin(self.0.narrow_room(id, spec.nic.as_ref().map(|nic| nic.network)))
    }

    fn refuses(&self, spec: &BalancerSpec) -> Option<String> {
        let why = "it has no address in its VPC, for it is older than such addresses: take it out of its \
                   VPC and put it into it again";
        (spec.network.is_some() && spec.nic.is_none()).then(|| why.to_owned())
    }

    fn stay(&self) -> bool {
        true
    }

    fn give_back(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.0.remove_room(id))
    }
}
