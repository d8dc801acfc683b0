//! What is asked of VPCs, besides their NAT gateways.

use api::id::VpcId;
use api::vpcs::*;
use api::{Page, Time};
use uuid::Uuid;

use super::nat_gateways::{NatGateway, of_network};
use super::networks::{self, Wish};
use super::{PrivateNetwork, VPC};
use crate::servers::members::{self, Member};
use crate::{Cx, Doc, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete).on(attachments)
}

/// A VPC as its owner sees it.
async fn view(cx: &Cx, doc: Doc<PrivateNetwork>) -> Result<Vpc> {
    let gateways = cx.count::<NatGateway>(of_network(doc.id())).await?;
    Ok(view_with(doc, gateways))
}

/// A VPC with so many NAT gateways.
fn view_with(doc: Doc<PrivateNetwork>, gateways: u64) -> Vpc {
    let types = if gateways > 0 { vec!["nat_gateway".into()] } else { vec![] };
    Vpc {
        id: VpcId(doc.id()),
        region: doc.region.clone(),
        date_created: doc.created(),
        v4_subnet: doc.subnet.address().to_string(),
        v4_subnet_mask: doc.subnet.prefix().into(),
        description: doc.want.description,
        internet: VpcInternet { connectivity: gateways > 0, types },
    }
}

async fn list(cx: Cx, req: ListVpcs) -> Result<Page<Vpc>> {
    let page = networks::list(&cx, VPC.sort, req.per_page, req.cursor.as_deref()).await?;
    let lists: Vec<_> = page.items.iter().map(|doc| of_network(doc.id())).collect();
    let mut counts = cx.counts::<NatGateway>(&lists).await?.into_iter();
    Ok(page.map(|doc| view_with(doc, counts.next().unwrap_or_default())))
}

async fn create(cx: Cx, req: CreateVpc) -> Result<Vpc> {
    let CreateVpc { region, description, v4_subnet, v4_subnet_mask } = req;
    let wish = Wish { region, description, subnet: v4_subnet, mask: v4_subnet_mask };
    let network = networks::create(&cx, VPC, wish).await?;
    view(&cx, network).await
}

async fn get(cx: Cx, req: GetVpc) -> Result<Vpc> {
    view(&cx, networks::get(&cx, VPC, req.vpc_id).await?).await
}

async fn update(cx: Cx, req: UpdateVpc) -> Result<()> {
    networks::describe(&cx, VPC, req.vpc_id, &req.description).await
}

async fn delete(cx: Cx, req: DeleteVpc) -> Result<()> {
    networks::delete(&cx, VPC, req.vpc_id).await
}

async fn attachments(cx: Cx, req: ListVpcAttachments) -> Result<Page<VpcAttachment>> {
    let network = networks::get(&cx, VPC, req.vpc_id).await?.id();
    let page = members::page(&cx, network, req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|member| attachment(network, &member)))
}

fn attachment(network: Uuid, member: &Member) -> VpcAttachment {
    VpcAttachment {
        // An attachment is no row of its own: its id follows from the two that it joins.
        id: Uuid::new_v5(&network, member.id.as_bytes()).to_string(),
        kind: member.kind.into(),
        mac_address: member.nic.mac.clone(),
        date_added: Time::from_millis(member.nic.added),
        ip: VpcAttachmentIp { v4: member.nic.address.to_string() },
        linked_subscription: Some(LinkedSubscription {
            kind: member.kind.into(),
            id: member.id.to_string(),
        }),
    }
}
