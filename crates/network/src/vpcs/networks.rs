//! What networks of both sorts have in common: made, described, looked up, deleted.
//!
//! The families differ in the names of fields and in their words for what is unknown, which come
//! as a [`Name`].

use api::Page;
use uuid::Uuid;

use super::nat_gateways::{NatGateway, of_network};
use super::{Name, PER_REGION, PrivateNetwork, Sort, VPC, in_region, of_sort, subnets};
use crate::load_balancers::{self, LoadBalancer};
use crate::servers::members;
use crate::{Cx, Doc, Network, Refusal, Result, Tx};

/// How many networks of both sorts a region can have.
const IN_REGION: usize = 2 * PER_REGION;
/// How many of each kind are named of what keeps a network from being deleted.
const TOLD: usize = 50;
/// Longer descriptions are cut.
const DESCRIPTION_MAX: usize = 255;

/// The page of a sort of networks.
pub(crate) async fn list(
    cx: &Cx,
    sort: Sort,
    per_page: Option<u32>,
    cursor: Option<&str>,
) -> Result<Page<Doc<PrivateNetwork>>> {
    cx.page(vec![of_sort(sort)], per_page, cursor).await
}

/// A network that the path names.
pub(crate) async fn get(cx: &Cx, name: Name, id: impl Into<Uuid>) -> Result<Doc<PrivateNetwork>> {
    let found = cx.find::<PrivateNetwork>(id).await?.filter(|network| network.sort == name.sort);
    found.ok_or_else(|| Refusal::not_found(name.unknown).into())
}

/// A network that the path names, to be changed or relied on.
pub(crate) async fn in_path(
    tx: &mut Tx,
    name: Name,
    id: impl Into<Uuid>,
) -> Result<Doc<PrivateNetwork>> {
    let found = tx.find::<PrivateNetwork>(id).await?.filter(|network| network.sort == name.sort);
    found.ok_or_else(|| Refusal::not_found(name.unknown).into())
}

/// A network that a field of the request names.
///
/// # Errors
/// 400 naming the field: there is none.
pub async fn in_field(
    tx: &mut Tx,
    name: Name,
    field: &str,
    id: Uuid,
) -> Result<Doc<PrivateNetwork>> {
    let found = tx.find::<PrivateNetwork>(id).await?.filter(|network| network.sort == name.sort);
    let refusal = || {
        let help = format!("{field}: there is no {} {id}", name.sort.noun());
        Refusal::bad(name.unknown).help(help)
    };
    found.ok_or_else(|| refusal().into())
}

/// What a network is asked to be.
pub(crate) struct Wish {
    pub(crate) region: String,
    pub(crate) description: Option<String>,
    /// Its first address, or nothing.
    pub(crate) subnet: Option<String>,
    /// Its size, or 0.
    pub(crate) mask: Option<u32>,
}

/// Makes a network.
pub(crate) async fn create(cx: &Cx, name: Name, wish: Wish) -> Result<Doc<PrivateNetwork>> {
    let region = &cx.region("region", &wish.region)?.id;
    let subnet = wish.subnet.unwrap_or_default();
    let asked = subnets::asked(name, &subnet, wish.mask.unwrap_or_default())?;
    let description = cut(&wish.description.unwrap_or_default());
    let mut tx = cx.begin();
    let network = add(&mut tx, name.sort, region, description, asked).await?;
    tx.commit().await?;
    Ok(network)
}

/// The network for instances in a region that are to be in one and name none: the account's first
/// of that sort there, or a new one.
///
/// # Errors
/// 400 where the region is none.
pub async fn default_network(tx: &mut Tx, region: &str) -> Result<Uuid> {
    default_of(tx, VPC.sort, region).await
}

/// The same for either sort of networks.
///
/// # Errors
/// 400 where the region is none.
pub async fn default_of(tx: &mut Tx, sort: Sort, region: &str) -> Result<Uuid> {
    let known = tx.all::<PrivateNetwork>(in_region(region), IN_REGION).await?;
    match known.iter().find(|network| network.sort == sort) {
        Some(first) => Ok(first.id()),
        None => Ok(add(tx, sort, region, String::new(), None).await?.id()),
    }
}

async fn add(
    tx: &mut Tx,
    sort: Sort,
    region: &str,
    description: String,
    asked: Option<Network>,
) -> Result<Doc<PrivateNetwork>> {
    let known = tx.all::<PrivateNetwork>(in_region(region), IN_REGION).await?;
    if known.iter().filter(|network| network.sort == sort).count() >= PER_REGION {
        let noun = sort.noun();
        let said = format!("You have reached the maximum number of {noun}s in this region.");
        let help = format!("region: `{region}` has {PER_REGION} already; delete one first");
        return Err(Refusal::bad(said).help(help).into());
    }
    let taken: Vec<Network> = known.iter().map(|network| network.subnet).collect();
    let chosen = match asked {
        Some(subnet) => Some(subnet),
        None => subnets::choose(tx.cx().region("region", region)?, &taken),
    };
    let Some(subnet) = chosen else {
        let help = "your networks there leave no private range free";
        return Err(Refusal::field("region", help).into());
    };
    let want = PrivateNetwork { sort, region: region.into(), description, subnet };
    let network = tx.new_doc(want);
    tx.put(&network);
    Ok(network)
}

/// Gives a network another description.
pub(crate) async fn describe(
    cx: &Cx,
    name: Name,
    id: impl Into<Uuid>,
    description: &str,
) -> Result<()> {
    let mut tx = cx.begin();
    let mut network = in_path(&mut tx, name, id).await?;
    network.description = cut(description);
    tx.put(&network);
    tx.commit().await
}

fn cut(description: &str) -> String {
    description.chars().take(DESCRIPTION_MAX).collect()
}

/// Deletes a network in which nothing has an address any more.
pub(crate) async fn delete(cx: &Cx, name: Name, id: impl Into<Uuid>) -> Result<()> {
    let mut tx = cx.begin();
    let network = in_path(&mut tx, name, id).await?;
    let mut addresses = Vec::new();
    for member in members::first(&mut tx, network.id(), TOLD).await? {
        addresses.push(member.known_by().to_string());
    }
    let (gateways, _) = tx.some::<NatGateway>(of_network(network.id()), TOLD).await?;
    addresses.extend(gateways.iter().map(|gateway| gateway.public_ip.to_string()));
    let before_it = load_balancers::in_network(network.id());
    let (balancers, _) = tx.some::<LoadBalancer>(before_it, TOLD).await?;
    addresses.extend(balancers.iter().map(|balancer| balancer.ipv4.to_string()));
    if !addresses.is_empty() {
        // Terraform tries again for as long as it reads these words.
        let (noun, addresses) = (name.sort.noun(), addresses.join(", "));
        let said = format!("The following servers are attached to this {noun}: {addresses}");
        return Err(Refusal::bad(said).into());
    }
    tx.delete(network);
    tx.commit().await
}
