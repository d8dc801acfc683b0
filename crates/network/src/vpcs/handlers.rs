//! What is asked of VPCs, besides their NAT gateways.

use api::vpcs::*;
use api::{Endpoint, Page, Time};
use uuid::Uuid;

use super::networks::{self, Named, Wish};
use super::{Name, PrivateNetwork, VPC};
use crate::servers::members::{self, Member};
use crate::{Cx, Doc, Result, Routes, alike};

pub(super) fn routes() -> Routes {
    networks::routes::<Vpc, ListVpcs, _, GetVpc, _, DeleteVpc>(
        |CreateVpc { region, description, v4_subnet, v4_subnet_mask }| {
            Ok(Wish { region, description, subnet: v4_subnet, mask: v4_subnet_mask })
        },
        |update: UpdateVpc| Ok(update.description),
    )
    .on(attachments)
}

impl Named for Vpc {
    const NAME: Name = VPC;
    const TELLS_GATEWAYS: bool = true;

    fn of(network: &Doc<PrivateNetwork>, gateways: u64) -> Self {
        let types = if gateways > 0 { vec!["nat_gateway".into()] } else { vec![] };
        alike!(network => Self {
            region, description;
            id: network.id().into(),
            date_created: network.created(),
            v4_subnet: network.subnet.address().to_string(),
            v4_subnet_mask: network.subnet.prefix().into(),
            internet: VpcInternet { connectivity: gateways > 0, types },
        })
    }
}

async fn attachments(cx: Cx, req: ListVpcAttachments) -> Result<Page<VpcAttachment>> {
    let network = networks::in_path(&mut cx.begin(), VPC, &req.path()).await?.id();
    let page = members::page(&cx, network, req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|member| attachment(network, &member)))
}

fn attachment(network: Uuid, member: &Member) -> VpcAttachment {
    let linked = LinkedSubscription { kind: member.kind.into(), id: member.id.to_string() };
    VpcAttachment {
        // An attachment is no row of its own: its id follows from the two that it joins.
        id: Uuid::new_v5(&network, member.id.as_bytes()).to_string(),
        kind: member.kind.into(),
        mac_address: member.nic.mac.clone(),
        date_added: Time::from_millis(member.nic.added),
        ip: VpcAttachmentIp { v4: member.nic.address.to_string() },
        linked_subscription: Some(linked),
    }
}
