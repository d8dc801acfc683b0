//! What networks of both sorts have in common: made, described, looked up, deleted.
//!
//! The families differ in the names of fields and in their words for what is unknown, which come
//! as a [`Name`].

use std::collections::BTreeSet;

use api::{Endpoint, Listing};
use uuid::Uuid;

use super::guests::{self, Guest, GuestSort};
use super::nat_gateways::{NatGateway, of_network};
use super::{Name, PER_REGION, PrivateNetwork, Sort, in_region, of_sort, subnets};
use crate::load_balancers::{self, LoadBalancer};
use crate::servers::members;
use crate::{Cx, Doc, Network, Refusal, Result, Routes, Tx, refuse};

/// How many VPCs a region can have with those that are made for clusters.
pub(super) const MOST: usize = 2 * PER_REGION;
/// How many networks of both sorts a region can have.
const IN_REGION: usize = MOST + PER_REGION;
/// How many of each kind are named of what keeps a network from being deleted.
const TOLD: usize = 50;
/// Longer descriptions are cut.
const DESCRIPTION_MAX: usize = 255;

/// What a network is to those who know it by a name.
pub(crate) trait Named: Send + Sync + 'static {
    /// The name.
    const NAME: Name;
    /// Whether it tells of NAT gateways.
    const TELLS_GATEWAYS: bool = false;
    /// It as its owner sees it, with so many NAT gateways.
    fn of(network: &Doc<PrivateNetwork>, gateways: u64) -> Self;
}

/// What is asked of networks by a name; what they are to be, and their new descriptions, are read
/// from requests by `wish` and `description`.
pub(crate) fn routes<N, L, C, G, U, D>(
    wish: fn(C) -> Result<Wish>,
    description: fn(U) -> Result<String>,
) -> Routes
where
    N: Named,
    L: Listing<Item = N>,
    C: Endpoint<Response = N>,
    G: Endpoint<Response = N>,
    U: Endpoint<Response = ()>,
    D: Endpoint<Response = ()>,
{
    Routes::default()
        .on(async |cx: Cx, mut list: L| {
            let (per_page, cursor) = (*list.per_page(), list.cursor().take());
            let lists = vec![of_sort(N::NAME.sort)];
            let page = cx.page::<PrivateNetwork>(lists, per_page, cursor.as_deref()).await?;
            let mut gateways = gateways::<N>(&cx, &page.items).await?.into_iter();
            Ok(page.map(|network| N::of(&network, gateways.next().unwrap_or_default())))
        })
        .on(move |cx: Cx, new: C| async move {
            let network = create(&cx, N::NAME, wish(new)?).await?;
            Ok(N::of(&network, 0))
        })
        .on(async |cx: Cx, get: G| {
            let network = in_path(&mut cx.begin(), N::NAME, &get.path()).await?;
            let gateways = gateways::<N>(&cx, std::slice::from_ref(&network)).await?;
            Ok(N::of(&network, gateways.first().copied().unwrap_or_default()))
        })
        .on(move |cx: Cx, update: U| async move {
            let (mut tx, path) = (cx.begin(), update.path());
            let description = description(update)?;
            let mut network = in_path(&mut tx, N::NAME, &path).await?;
            network.description = cut(&description);
            tx.save(&network).await
        })
        .on(async |cx: Cx, delete: D| delete_unused(&cx, N::NAME, &delete.path()).await)
}

/// How many NAT gateways each of them has, where that is told.
async fn gateways<N: Named>(cx: &Cx, networks: &[Doc<PrivateNetwork>]) -> Result<Vec<u64>> {
    match N::TELLS_GATEWAYS {
        true => {
            let lists: Vec<_> = networks.iter().map(|network| of_network(network.id())).collect();
            cx.counts::<NatGateway>(&lists).await
        }
        false => Ok(Vec::new()),
    }
}

/// The network that a path names first.
pub(crate) async fn in_path(
    tx: &mut Tx,
    name: Name,
    path: &[String],
) -> Result<Doc<PrivateNetwork>> {
    let id: Uuid = path.first().and_then(|id| id.parse().ok()).unwrap_or_default();
    find(tx, name, id).await?.ok_or_else(|| Refusal::not_found(name.unknown).into())
}

async fn find(tx: &mut Tx, name: Name, id: Uuid) -> Result<Option<Doc<PrivateNetwork>>> {
    Ok(tx.find::<PrivateNetwork>(id).await?.filter(|network| network.sort == name.sort))
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
    find(tx, name, id).await?.ok_or_else(|| {
        let help = format!("{field}: there is no {} {id}", name.sort.noun());
        Refusal::bad(name.unknown).help(help).into()
    })
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
async fn create(cx: &Cx, name: Name, wish: Wish) -> Result<Doc<PrivateNetwork>> {
    let region = &cx.region("region", &wish.region)?.id;
    let subnet = wish.subnet.unwrap_or_default();
    let asked = subnets::asked(name, &subnet, wish.mask.unwrap_or_default())?;
    let description = wish.description.unwrap_or_default();
    let mut tx = cx.begin();
    let network = add(&mut tx, name.sort, region, description, asked).await?;
    tx.commit().await?;
    Ok(network)
}

/// The network for instances in a region that are to be in one and name none: the account's first
/// of that sort there that was made for no cluster, or a new one.
///
/// # Errors
/// 400 where the region is none.
pub async fn default_of(tx: &mut Tx, sort: Sort, region: &str) -> Result<Uuid> {
    let known = all_in(tx, region).await?;
    match known.iter().find(|network| network.sort == sort && network.is_owners()) {
        Some(first) => Ok(first.id()),
        None => new_in(tx, sort, region).await,
    }
}

/// A new network of a sort in a region, for what asks for one of its own.
///
/// # Errors
/// 400 where the region is none, or has as many as can be.
pub(super) async fn new_in(tx: &mut Tx, sort: Sort, region: &str) -> Result<Uuid> {
    Ok(add(tx, sort, region, String::new(), None).await?.id())
}

async fn add(
    tx: &mut Tx,
    sort: Sort,
    region: &str,
    description: String,
    asked: Option<Network>,
) -> Result<Doc<PrivateNetwork>> {
    let known = all_in(tx, region).await?;
    let like_it = known.iter().filter(|network| network.sort == sort && network.is_owners());
    let said = format!("You have reached the maximum number of {}s in this region.", sort.noun());
    let help = format!("region: `{region}` has {PER_REGION} already; delete one first");
    // Copies of those that were made for clusters are made one by one, before these.
    let most = if sort == Sort::Vpc && tx.cx().is_copying() { MOST } else { PER_REGION };
    Refusal::bad(said).help(help).unless(like_it.count() < most)?;
    let subnet = asked.map_or_else(|| free(tx.cx(), region, &known), Ok)?;
    let (region, clusters) = (region.into(), BTreeSet::new());
    Ok(put_new(tx, PrivateNetwork { sort, region, description, subnet, clusters }))
}

/// All networks in a region.
pub(super) async fn all_in(tx: &mut Tx, region: &str) -> Result<Vec<Doc<PrivateNetwork>>> {
    tx.all::<PrivateNetwork>(in_region(region), IN_REGION).await
}

/// Addresses that none of these networks has.
pub(super) fn free(cx: &Cx, region: &str, known: &[Doc<PrivateNetwork>]) -> Result<Network> {
    let taken: Vec<Network> = known.iter().map(|network| network.subnet).collect();
    let none = || refuse("region", "your networks there leave no private range free");
    subnets::choose(cx.region("region", region)?, &taken).map_or_else(none, Ok)
}

/// Writes a new network, described by as much as fits.
pub(super) fn put_new(tx: &mut Tx, want: PrivateNetwork) -> Doc<PrivateNetwork> {
    let network = tx.new_doc(PrivateNetwork { description: cut(&want.description), ..want });
    tx.put(&network);
    network
}

fn cut(description: &str) -> String {
    description.chars().take(DESCRIPTION_MAX).collect()
}

/// Deletes a network in which nothing has an address any more.
async fn delete_unused(cx: &Cx, name: Name, path: &[String]) -> Result<()> {
    let mut tx = cx.begin();
    let network = in_path(&mut tx, name, path).await?;
    let addresses = addresses_in(&mut tx, network.id()).await?;
    // Terraform tries again for as long as it reads these words.
    let said = format!("The following servers are attached to this {}: ", name.sort.noun());
    Refusal::bad(said + &addresses.join(", ")).unless(addresses.is_empty())?;
    tx.delete(network);
    tx.commit().await
}

/// The addresses of what keeps a network from being deleted, the first of each kind.
pub(super) async fn addresses_in(tx: &mut Tx, network: Uuid) -> Result<Vec<String>> {
    let members = members::first(tx, network, TOLD).await?;
    let mut addresses: Vec<_> = members.iter().map(|one| one.known_by().to_string()).collect();
    let (gateways, _) = tx.some::<NatGateway>(of_network(network), TOLD).await?;
    addresses.extend(gateways.iter().map(|gateway| gateway.public_ip.to_string()));
    let (balancers, _) = tx.some::<LoadBalancer>(load_balancers::in_network(network), TOLD).await?;
    addresses.extend(balancers.iter().map(|balancer| balancer.ipv4.to_string()));
    let (guests, _) = tx.some::<Guest>(guests::within(network), TOLD).await?;
    // Load balancers are told already, by their public addresses.
    let guests = guests.iter().filter(|guest| guest.sort != GuestSort::LoadBalancer);
    addresses.extend(guests.map(|guest| guest.address.to_string()));
    Ok(addresses)
}
