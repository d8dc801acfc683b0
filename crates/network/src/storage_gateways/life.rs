//! The life of a storage gateway: set up, given its exports, removed.

use drivers::{StorageGatewaySpec, file_system};
use engine::{Next, StepError};

use super::{Export, StorageGateway};
use crate::life::provision;
use crate::{Doc, Life, LifeCx, Network, alike};

/// That life.
pub(super) struct Exporting;

impl Life<StorageGateway> for Exporting {
    async fn step(doc: &mut Doc<StorageGateway>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = alike!(doc.want => StorageGatewaySpec {
            network;
            public_ipv4: doc.ipv4_public_enabled,
            public_ipv6: doc.ipv6_public_enabled,
            exports: doc.exports.iter().map(export).collect(),
        });
        provision(doc, &spec, cx).await
    }
}

fn export(export: &Export) -> file_system::Export {
    // They were checked when they came: none is left out.
    let clients = export.allowed_ips.iter().filter_map(|text| text.parse::<Network>().ok());
    file_system::Export {
        file_system: export.vfs_uuid,
        path: export.pseudo_root_path.clone(),
        clients: clients.map(Into::into).collect(),
    }
}
