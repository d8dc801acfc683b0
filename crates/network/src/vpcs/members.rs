//! Who is in a network, with which address.
//!
//! An address is a unique value of the network's own scope, owned by the row that has it: never
//! handed out twice, and free again when its owner leaves or is gone.

use std::net::{IpAddr, Ipv4Addr};

use uuid::Uuid;

use super::networks::in_field;
use super::{Name, PrivateNetwork, Sort, subnets};
use crate::addresses;
use crate::servers::{Hosted, PrivateNic, Server};
use crate::{Cx, Doc, Refusal, Result, Tx, ensure, in_range};

/// How hardware addresses in private networks begin.
pub(super) const MAC: &str = "5a:00";

/// Puts a server in the network that `field` names, with the address that is `wanted`, or the
/// lowest that is free.
///
/// # Errors
/// 400 where there is no such network, it is elsewhere, full, or has the server already.
pub async fn enter<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    name: Name,
    field: &str,
    id: Uuid,
    wanted: Option<Ipv4Addr>,
) -> Result<()> {
    let network = in_field(tx, name, field, id).await?;
    let noun = name.sort.noun();
    let said = format!("{noun} is already attached to this {}", K::NOUN);
    let is_new = server.networks.iter().all(|nic| nic.network != id);
    Refusal::bad(said).help(format!("{field}: {id}")).unless(is_new)?;
    let (there, here) = (&network.region, &server.region);
    let text = format!("the {noun} is in {there}, the {} in {here}", K::NOUN);
    ensure(there == here, field, text)?;
    for nic in &server.networks {
        let other = tx.find::<PrivateNetwork>(nic.network).await?;
        // The real API lets it be, though no route could tell the two apart.
        if let Some(other) = other.filter(|other| other.subnet.overlaps(network.subnet)) {
            let (mine, subnet) = (other.subnet, network.subnet);
            let text = format!("{subnet} overlaps with {mine}, which the {} is in", K::NOUN);
            tx.cx().warn(field, text);
        }
    }
    let address = match wanted {
        Some(address) => take_this(tx, &network, address, server.id()).await?,
        None => take_address(tx, &network, server.id()).await?,
    };
    let (mac, added) = (addresses::mac(MAC, address), tx.cx().now());
    server.networks.push(PrivateNic { network: id, address, mac, added });
    restart(name, server);
    Ok(())
}

/// Takes a server out of the network that `field` names.
///
/// # Errors
/// 400 where there is no such network, or the server is not in it.
pub async fn exit<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    name: Name,
    field: &str,
    id: Uuid,
) -> Result<()> {
    in_field(tx, name, field, id).await?;
    let Some(place) = server.networks.iter().position(|nic| nic.network == id) else {
        let said = format!("{} is not attached to this {}", name.sort.noun(), K::NOUN);
        return Err(Refusal::bad(said).help(format!("{field}: {id}")).into());
    };
    let nic = server.networks.remove(place);
    tx.release(&scope(id), nic.address.to_string());
    restart(name, server);
    Ok(())
}

/// A machine that is there restarts when it comes into a VPC or leaves one; VPC 2.0 did without.
fn restart<K: Hosted>(name: Name, server: &mut Doc<K>) {
    let is_meant = K::RESTARTS_FOR_VPC && name.sort == Sort::Vpc;
    if is_meant && server.seq() > 0 && !server.halted {
        server.reboots += 1;
    }
}

/// The scope of unique values that says who has which address in a network.
pub fn scope(network: Uuid) -> String {
    format!("network:{network}")
}

/// Takes the lowest free address in a network.
///
/// # Errors
/// 400 where there is none.
pub(super) async fn take_address(
    tx: &mut Tx,
    network: &Doc<PrivateNetwork>,
    owner: Uuid,
) -> Result<Ipv4Addr> {
    let hosts = subnets::hosts(network.subnet);
    let range =
        (Ipv4Addr::from_bits(hosts.start).into(), Ipv4Addr::from_bits(hosts.end - 1).into());
    // The change relies on the one that it takes, and not on all that are taken before it.
    if let Some(IpAddr::V4(address)) = tx.take_free(&scope(network.id()), &[range], owner).await? {
        return Ok(address);
    }
    let noun = network.sort.noun();
    let said = format!("No IP addresses are available in this {noun}.");
    Err(Refusal::bad(said).help(format!("{} is full", network.subnet)).into())
}

async fn take_this(
    tx: &mut Tx,
    network: &Doc<PrivateNetwork>,
    address: Ipv4Addr,
    owner: Uuid,
) -> Result<Ipv4Addr> {
    let hosts = subnets::hosts(network.subnet);
    let [first, last] = [hosts.start, hosts.end - 1].map(Ipv4Addr::from_bits);
    in_range("ip_address", address, first..=last)?;
    let (scope, text) = (scope(network.id()), address.to_string());
    let is_free = tx.taken(&scope, &text).await?.is_none();
    let taken = format!("{address} is taken; leave it out to get a free one");
    ensure(is_free, "ip_address", taken)?;
    tx.take(&scope, text, owner);
    Ok(address)
}

/// A server's places in networks of a sort, in the order in which it came into them.
///
/// # Errors
/// When the store cannot be read.
pub async fn nics(cx: &Cx, server: &Server, sort: Sort) -> Result<Vec<PrivateNic>> {
    let mut networks =
        cx.find_many(server.networks.iter().map(|nic| nic.network).collect()).await?;
    networks.retain(|_, network: &mut Doc<PrivateNetwork>| network.sort == sort);
    let nics = server.networks.iter().filter(|nic| networks.contains_key(&nic.network));
    Ok(nics.cloned().collect())
}

/// Whether an address is one of a network's.
pub(super) fn holds(network: &PrivateNetwork, address: Ipv4Addr) -> bool {
    network.subnet.contains(IpAddr::V4(address))
}
