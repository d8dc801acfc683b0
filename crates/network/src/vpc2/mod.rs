//! VPC 2.0 networks, which the real API had until 2026, and the nodes in them.
//!
//! They are stored beside VPCs and behave like them, but must never be taken for one.

use std::collections::BTreeSet;

use api::id::{InstanceId, Vpc2Id};
use api::page::PER_PAGE_MAX;
use api::vpc2::*;
use api::{OrEmpty, Page};
use uuid::Uuid;

use crate::addresses::mac_number;
use crate::bare_metals::BareMetal;
use crate::instances::Instance;
use crate::servers::members::{self, Member};
use crate::vpcs::networks::{self, Wish};
use crate::vpcs::{Name, PrivateNetwork, Sort, enter, exit};
use crate::{Cx, Doc, Family, Refusal, Result, Routes, Tx};

/// Networks as `/v2/vpc2` has them.
pub const VPC2: Name = Name {
    sort: Sort::Vpc2,
    unknown: "Invalid VPC 2.0 ID",
    subnet: "ip_block",
    mask: "prefix_length",
};
/// How many nodes a request may name.
const NODES_MAX: usize = 1000;

/// The family's operations.
pub fn routes() -> Routes {
    let routes = Routes::default().on(list).on(create).on(get).on(update).on(delete);
    routes.on(nodes).on(attach).on(detach)
}

fn view(doc: Doc<PrivateNetwork>) -> Vpc2 {
    Vpc2 {
        id: Vpc2Id(doc.id()),
        region: doc.region.clone(),
        date_created: doc.created(),
        ip_block: doc.subnet.address().to_string(),
        prefix_length: doc.subnet.prefix().into(),
        description: doc.want.description,
    }
}

async fn list(cx: Cx, req: ListVpc2) -> Result<Page<Vpc2>> {
    let cursor = req.cursor.as_deref();
    Ok(networks::list(&cx, VPC2.sort, req.per_page, cursor).await?.map(view))
}

async fn create(cx: Cx, req: CreateVpc2) -> Result<Vpc2> {
    let CreateVpc2 { region, description, ip_type, ip_block, prefix_length } = req;
    if ip_type.and_then(OrEmpty::get) == Some(api::firewalls::IpType::V6) {
        return Err(Refusal::field("ip_type", "`v4` is the only one").into());
    }
    check_description(description.as_deref().unwrap_or_default())?;
    let wish = Wish { region, description, subnet: ip_block, mask: prefix_length };
    Ok(view(networks::create(&cx, VPC2, wish).await?))
}

/// Unlike a VPC's, the description has few signs to choose from.
fn check_description(text: &str) -> Result<()> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-');
    match text.chars().find(|c| !allowed(*c)) {
        None => Ok(()),
        Some(c) => {
            let help = format!("`{c}` is no letter, digit, space, underscore or hyphen");
            Err(Refusal::field("description", help).into())
        }
    }
}

async fn get(cx: Cx, req: GetVpc2) -> Result<Vpc2> {
    Ok(view(networks::get(&cx, VPC2, req.vpc_id).await?))
}

async fn update(cx: Cx, req: UpdateVpc2) -> Result<()> {
    check_description(&req.description)?;
    networks::describe(&cx, VPC2, req.vpc_id, &req.description).await
}

async fn delete(cx: Cx, req: DeleteVpc2) -> Result<()> {
    networks::delete(&cx, VPC2, req.vpc_id).await
}

/// The real answer has no `meta`: whoever asks for no number gets all.
async fn nodes(cx: Cx, req: ListVpc2Nodes) -> Result<Vec<Vpc2Node>> {
    let network = networks::get(&cx, VPC2, req.vpc_id).await?.id();
    let per_page = req.per_page.or(Some(PER_PAGE_MAX));
    let mut page = members::page(&cx, network, per_page, None).await?;
    let mut nodes: Vec<_> = page.items.drain(..).map(node).collect();
    while req.per_page.is_none() && !page.meta.links.next.is_empty() {
        let next = page.meta.links.next;
        page = members::page(&cx, network, per_page, Some(&next)).await?;
        nodes.extend(page.items.drain(..).map(node));
    }
    Ok(nodes)
}

fn node(member: Member) -> Vpc2Node {
    Vpc2Node {
        id: InstanceId(member.id),
        ip_address: member.nic.address.to_string(),
        mac_address: mac_number(&member.nic.mac),
        kind: member.kind.into(),
        node_status: if member.is_ready { "active" } else { "pending" }.into(),
        description: member.label,
    }
}

/// The servers that a request names as nodes, each once.
fn named(ids: &[InstanceId]) -> Result<BTreeSet<InstanceId>> {
    if !(1..=NODES_MAX).contains(&ids.len()) {
        let help = format!("{} are not from 1 to {NODES_MAX}", ids.len());
        return Err(Refusal::field("nodes", help).into());
    }
    Ok(ids.iter().copied().collect())
}

async fn attach(cx: Cx, req: AttachVpc2Nodes) -> Result<()> {
    let mut tx = cx.begin();
    let network = networks::in_path(&mut tx, VPC2, req.vpc_id).await?.id();
    for id in named(&req.nodes)? {
        if let Some(mut metal) = tx.find::<BareMetal>(id).await? {
            enter(&mut tx, &mut metal, VPC2, "nodes", network, None).await?;
            tx.put(&metal);
            continue;
        }
        let mut instance = tx.named::<Instance>("nodes", id).await?;
        enter(&mut tx, &mut instance, VPC2, "nodes", network, None).await?;
        tx.put(&instance);
    }
    tx.commit().await
}

async fn detach(cx: Cx, req: DetachVpc2Nodes) -> Result<()> {
    let mut tx = cx.begin();
    let network = networks::in_path(&mut tx, VPC2, req.vpc_id).await?.id();
    for id in named(&req.nodes)? {
        if let Some(mut metal) = tx.find::<BareMetal>(id).await? {
            exit(&mut tx, &mut metal, VPC2, "nodes", network).await?;
            tx.put(&metal);
            continue;
        }
        let mut instance = tx.named::<Instance>("nodes", id).await?;
        exit(&mut tx, &mut instance, VPC2, "nodes", network).await?;
        tx.put(&instance);
    }
    tx.commit().await
}

/// Puts an instance in a VPC 2.0 network: the caller puts the instance.
///
/// # Errors
/// 400 where there is no such network, it is elsewhere, full, or has the instance already.
pub async fn join(tx: &mut Tx, instance: &mut Doc<Instance>, network: Uuid) -> Result<()> {
    enter(tx, instance, VPC2, "attach_vpc2", network, None).await
}

/// Takes an instance out of a VPC 2.0 network: the caller puts the instance.
///
/// # Errors
/// 400 where there is no such network, or the instance is not in it.
pub async fn leave(tx: &mut Tx, instance: &mut Doc<Instance>, network: Uuid) -> Result<()> {
    exit(tx, instance, VPC2, "detach_vpc2", network).await
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}
