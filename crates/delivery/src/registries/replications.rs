//! Replications: the other regions that a registry can be pulled from.

use api::registries::*;

use super::{Registry, Replica, catalogue};
use crate::{Doc, Part, Routes, alike, ensure, lies_in};

pub(super) fn routes() -> Routes {
    Routes::parts::<Replica>()
        .list::<ListReplications>()
        .get::<GetReplication>()
        .remove::<DeleteReplication>()
        .create(|cx, registry, req: CreateReplication| {
            let place = catalogue::place(cx, &req.region)?;
            let region = place.id.clone();
            ensure(
                region != registry.region,
                "region",
                format_args!("the registry is in {region}"),
            )?;
            let is_new = !registry.replications.iter().any(|other| other.region == region);
            ensure(is_new, "region", format_args!("it is replicated to {region} already"))?;
            Ok(Replica { urn: format!("{}/{}", place.hostname, registry.name), region })
        })
        .done()
}

impl Part for Replica {
    lies_in!(Registry, replications);
    type View = Replication;
    const UNKNOWN: &'static str = "Invalid replication";

    fn is(&self, region: &str) -> bool {
        self.region == region
    }
    fn view(&self, registry: &Doc<Registry>) -> Replication {
        alike!(self => Replication { region, urn; namespace: registry.name.clone() })
    }
}
