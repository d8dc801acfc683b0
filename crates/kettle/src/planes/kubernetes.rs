//! `--kubernetes DIR`: a real API server for each cluster.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use driver_kubernetes::{Clusters, Programs};
use drivers::World;

use super::Here;
use crate::fault::Result;
use crate::settings;

pub(crate) const KUBERNETES: &str = "kubernetes";

pub(super) fn arg() -> Arg {
    Arg::new(KUBERNETES)
        .long(KUBERNETES)
        .value_name("DIR")
        .value_parser(clap::value_parser!(PathBuf))
        // Servers that share a store would each run one of the same cluster.
        .conflicts_with(settings::STORE)
        .help(
            "Run a real API server for each Kubernetes cluster, by the programs kube-apiserver and \
             etcd (or kine) in this directory",
        )
}

pub(super) fn read(args: &ArgMatches) -> Option<PathBuf> {
    args.get_one(KUBERNETES).cloned()
}

/// The world with clusters of these programs.
pub(super) async fn join(programs: Option<&Path>, world: World, here: &Here<'_>) -> Result<World> {
    let Some(directory) = programs else { return Ok(world) };
    let programs = Programs::find(directory).await?;
    let directory = here.home.map(|home| home.path().join(KUBERNETES));
    Ok(Clusters::new(programs, directory).join(world))
}
