//! Private networks: the VPCs under their older name.
//!
//! Nothing is stored here: what is made under one name is there under the other.

use api::private_networks::*;
use api::{Page, id::NetworkId};

use crate::vpcs::networks::{self, Wish};
use crate::vpcs::{Name, PrivateNetwork, VPC};
use crate::{Cx, Doc, Family, Result, Routes};

/// VPCs as `/v2/private-networks` has them.
pub const PRIVATE: Name = Name { unknown: "Invalid private network ID", ..VPC };

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

fn view(doc: Doc<PrivateNetwork>) -> Network {
    Network {
        id: NetworkId(doc.id()),
        region: doc.region.clone(),
        date_created: doc.created(),
        v4_subnet: doc.subnet.address().to_string(),
        v4_subnet_mask: doc.subnet.prefix().into(),
        description: doc.want.description,
    }
}

async fn list(cx: Cx, req: ListNetworks) -> Result<Page<Network>> {
    let cursor = req.cursor.as_deref();
    Ok(networks::list(&cx, PRIVATE.sort, req.per_page, cursor).await?.map(view))
}

async fn create(cx: Cx, req: CreateNetwork) -> Result<Network> {
    let CreateNetwork { region, description, v4_subnet, v4_subnet_mask } = req;
    let wish = Wish { region, description, subnet: v4_subnet, mask: v4_subnet_mask };
    Ok(view(networks::create(&cx, PRIVATE, wish).await?))
}

async fn get(cx: Cx, req: GetNetwork) -> Result<Network> {
    Ok(view(networks::get(&cx, PRIVATE, req.network_id).await?))
}

async fn update(cx: Cx, req: UpdateNetwork) -> Result<()> {
    networks::describe(&cx, PRIVATE, req.network_id, &req.description).await
}

async fn delete(cx: Cx, req: DeleteNetwork) -> Result<()> {
    networks::delete(&cx, PRIVATE, req.network_id).await
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}
