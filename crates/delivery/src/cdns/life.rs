//! The life of a zone: set up, changed while it serves, removed.

use drivers::CdnSpec;
use engine::{Next, StepError};

use super::{PullZone, PushZone, Zoned, handlers};
use crate::life::provision;
use crate::{Doc, Life, LifeCx, alike};

impl Life for PullZone {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = CdnSpec { purged: doc.purged.unwrap_or_default(), ..spec(&doc.want) };
        provision(doc, &spec, cx).await
    }
}

impl Life for PushZone {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let files = doc.files.iter().map(|file| (file.name.clone(), file.content)).collect();
        let spec = CdnSpec { files, ..spec(&doc.want) };
        provision(doc, &spec, cx).await
    }
}

/// What both kinds of zones are, as the driver gets it.
fn spec<K: Zoned>(zone: &K) -> CdnSpec {
    alike!(zone.zone() => CdnSpec {
        host, certificate, cors, gzip, regions;
        origin: zone.origin().map(|(scheme, domain)| handlers::address(scheme, domain)),
        vanity_host: zone.zone().vanity_domain.clone(),
        blocks_ai: zone.zone().block_ai,
        blocks_bad_bots: zone.zone().block_bad_bots,
        purged: 0,
        files: Vec::new(),
    })
}
