//! VPC 2.0 networks, which the real API had until 2026, and the nodes in them.
//!
//! They are stored beside VPCs and behave like them, but must never be taken for one.

use std::collections::BTreeSet;

use api::firewalls::IpType;
use api::id::InstanceId;
use api::page::PER_PAGE_MAX;
use api::vpc2::*;
use api::{Endpoint, OrEmpty};
use uuid::Uuid;

use crate::addresses::mac_number;
use crate::bare_metals::BareMetal;
use crate::instances::Instance;
use crate::servers::Hosted;
use crate::servers::members::{self, Member};
use crate::vpcs::networks::{self, Named, Wish};
use crate::vpcs::{Name, PrivateNetwork, Sort, enter, exit};
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Tx, alike, ensure, refuse};

/// Networks as `/v2/vpc2` has them.
pub const VPC2: Name = Name {
    sort: Sort::Vpc2,
    unknown: "Invalid VPC 2.0 ID",
    subnet: "ip_block",
    mask: "prefix_length",
};
/// How many nodes a request may name.
const NODES_MAX: usize = 1000;

/// The family.
pub fn family() -> Family {
    let routes = networks::routes::<Vpc2, ListVpc2, _, GetVpc2, _, DeleteVpc2>(wish, |update| {
        let UpdateVpc2 { description, .. } = update;
        check_description(&description)?;
        Ok(description)
    });
    let routes = routes
        .on(nodes)
        .on(async |cx, req: AttachVpc2Nodes| move_nodes(cx, &req.path(), &req.nodes, true).await)
        .on(async |cx, req: DetachVpc2Nodes| move_nodes(cx, &req.path(), &req.nodes, false).await);
    Family::new(routes)
}

impl Named for Vpc2 {
    const NAME: Name = VPC2;

    fn of(network: &Doc<PrivateNetwork>, _: u64) -> Self {
        alike!(network => Self {
            region, description;
            id: network.id().into(),
            date_created: network.created(),
            ip_block: network.subnet.address().to_string(),
            prefix_length: network.subnet.prefix().into(),
        })
    }
}

fn wish(new: CreateVpc2) -> Result<Wish> {
    let CreateVpc2 { region, description, ip_type, ip_block, prefix_length } = new;
    let is_v6 = ip_type.and_then(OrEmpty::get) == Some(IpType::V6);
    ensure(!is_v6, "ip_type", "`v4` is the only one")?;
    check_description(description.as_deref().unwrap_or_default())?;
    Ok(Wish { region, description, subnet: ip_block, mask: prefix_length })
}

/// Unlike a VPC's, the description has few signs to choose from.
fn check_description(text: &str) -> Result<()> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-');
    let Some(c) = text.chars().find(|c| !allowed(*c)) else { return Ok(()) };
    refuse("description", format!("`{c}` is no letter, digit, space, underscore or hyphen"))
}

/// The real answer has no `meta`: whoever asks for no number gets all.
async fn nodes(cx: Cx, req: ListVpc2Nodes) -> Result<Vec<Vpc2Node>> {
    let network = networks::in_path(&mut cx.begin(), VPC2, &req.path()).await?.id();
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
    let text = format_args!("{} are not from 1 to {NODES_MAX}", ids.len());
    ensure((1..=NODES_MAX).contains(&ids.len()), "nodes", text)?;
    Ok(ids.iter().copied().collect())
}

/// Has nodes come into the network that a path names, or leave it: all or none.
async fn move_nodes(cx: Cx, path: &[String], nodes: &[InstanceId], come: bool) -> Result<()> {
    let mut tx = cx.begin();
    let network = networks::in_path(&mut tx, VPC2, path).await?.id();
    for id in named(nodes)? {
        let is_moved = is_moved::<BareMetal>(&mut tx, id, network, come).await?
            || is_moved::<Instance>(&mut tx, id, network, come).await?;
        let nobody = Refusal::bad(Instance::UNKNOWN).help(format!("nodes: there is no {id}"));
        nobody.unless(is_moved)?;
    }
    tx.commit().await
}

/// False: there is no such server of this kind.
async fn is_moved<K: Hosted>(
    tx: &mut Tx,
    id: InstanceId,
    network: Uuid,
    comes: bool,
) -> Result<bool> {
    let Some(mut server) = tx.find::<K>(id).await? else { return Ok(false) };
    match comes {
        true => enter(tx, &mut server, VPC2, "nodes", network, None).await?,
        false => exit(tx, &mut server, VPC2, "nodes", network).await?,
    }
    tx.put(&server);
    Ok(true)
}
