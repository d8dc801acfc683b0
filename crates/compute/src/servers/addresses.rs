//! Public addresses of servers, and the names that they resolve to.
//!
//! Addresses come from the pools and go back there; those of reserved IPs are the reserved IPs',
//! and only they give them back.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use api::OrEmpty;
use api::id::ReservedIpId;
use api::instances::{AddressType, InstanceIpv4, InstanceIpv6};

pub(crate) use hosts::servers::addresses::*;

use super::software::add_failed;
use super::{Hosted, Ipv4, Ipv6, Server};
use crate::addresses::{IPV6_PREFIX, NETMASK, gateway, take_ipv4, take_ipv6};
use crate::domains::check_hostname;
use crate::reserved_ips::{PER_SERVER, Reserved, claim, on_instance};
use crate::{Cx, Doc, Refusal, Result, Tx};

/// Gives a new server its main IPv4 address: the reserved one that the request names, or another.
pub(crate) async fn give_ipv4<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    reserved: Option<OrEmpty<ReservedIpId>>,
) -> Result<()> {
    let ip = match reserved.and_then(OrEmpty::get) {
        Some(id) => {
            let claimed = claim(tx, id.into(), &server.region, server.id()).await;
            claimed.map_err(add_failed)?
        }
        None => {
            let address = take_ipv4(tx, &server.region, server.id()).await?;
            Ipv4 { address, reverse: String::new(), reserved: None }
        }
    };
    server.ipv4.push(ip);
    Ok(())
}

/// Gives a server an IPv6 network, and in it the address that follows from its interface's.
pub(crate) async fn give_ipv6<K: Hosted>(tx: &mut Tx, server: &mut Doc<K>) -> Result<()> {
    let network = take_ipv6(tx, &server.region, server.id()).await?;
    let address = server.host_in(network);
    server.ipv6 = Some(Ipv6 { network, address, reverse: BTreeMap::new(), reserved: None });
    Ok(())
}

pub(crate) fn view_ipv4(ip: &Ipv4, kind: AddressType) -> InstanceIpv4 {
    // A reserved address beside the main one is in no network of the server's.
    let alone = kind != AddressType::MainIp && ip.reserved.is_some();
    let (netmask, gateway) = match alone {
        true => (Ipv4Addr::BROADCAST, String::new()),
        false => (NETMASK, gateway(ip.address).to_string()),
    };
    InstanceIpv4 {
        ip: ip.address.to_string(),
        netmask: netmask.to_string(),
        gateway,
        kind: kind.into(),
        reverse: reverse_of(ip.address, &ip.reverse),
        mac_address: None,
    }
}

/// A server's public IPv4 addresses, the main one with its hardware address if that is wanted.
pub(crate) fn public_ipv4(server: &Server, with_mac: bool) -> Vec<InstanceIpv4> {
    let view = |(place, ip): (usize, &Ipv4)| {
        let is_main = place == 0;
        let kind = if is_main { AddressType::MainIp } else { AddressType::SecondaryIp };
        let mac_address = (is_main && with_mac).then(|| server.mac());
        InstanceIpv4 { mac_address, ..view_ipv4(ip, kind) }
    };
    server.ipv4.iter().enumerate().map(view).collect()
}

pub(crate) fn set_reverse_ipv4(server: &mut Server, ip: &str, name: String) -> Result<()> {
    check_name(&name)?;
    name_ipv4(server, ip, name)
}

/// Gives one of a server's IPv4 addresses the name again that it had first.
pub(crate) fn first_name(server: &mut Server, ip: &str) -> Result<()> {
    name_ipv4(server, ip, String::new())
}

fn name_ipv4(server: &mut Server, ip: &str, name: String) -> Result<()> {
    let place = find_ipv4(server, "ip", ip)?;
    server.ipv4[place].reverse = name;
    Ok(())
}

/// The place of an address among a server's.
pub(crate) fn find_ipv4(server: &Server, field: &str, ip: &str) -> Result<usize> {
    let address: Option<Ipv4Addr> = ip.parse().ok();
    let place = server.ipv4.iter().position(|own| Some(own.address) == address);
    let help = || format!("{field}: `{ip}` is no public IPv4 address of this server");
    place.ok_or_else(|| invalid_address(help()).into())
}

fn check_name(name: &str) -> Result<()> {
    check_hostname("reverse", name, "host1.example.com")
}

pub(crate) fn invalid_address(help: String) -> Refusal {
    Refusal::bad("Invalid IP address").help(help)
}

/// Reserved IPv6 networks that a server has besides its first one.
pub(crate) fn further_ipv6(server: &Server, reserved: Vec<Doc<Reserved>>) -> Vec<Doc<Reserved>> {
    let first = server.ipv6.as_ref().and_then(|ipv6| ipv6.reserved);
    let further = |doc: &Doc<Reserved>| doc.network.is_ipv6() && Some(doc.id()) != first;
    reserved.into_iter().filter(further).collect()
}

/// A server's addresses in its IPv6 networks.
pub(crate) async fn all_ipv6<K: Hosted>(cx: &Cx, server: &Doc<K>) -> Result<Vec<InstanceIpv6>> {
    let view = |address, network: String, kind: AddressType| InstanceIpv6 {
        ip: full(address),
        network,
        network_size: IPV6_PREFIX,
        kind: kind.into(),
    };
    let first = server.ipv6.as_ref();
    let mut items: Vec<InstanceIpv6> = first
        .map(|ipv6| view(ipv6.address, ipv6.network.to_string(), AddressType::MainIp))
        .into_iter()
        .collect();
    let reserved = cx.all::<Reserved>(on_instance(server.id()), PER_SERVER).await?;
    for doc in further_ipv6(server, reserved) {
        if let IpAddr::V6(network) = doc.network {
            let address = server.host_in(network);
            items.push(view(address, network.to_string(), AddressType::SecondaryIp));
        }
    }
    Ok(items)
}

/// Names an address in one of a server's IPv6 networks, or takes its name away.
pub(crate) async fn name_ipv6<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    ip: String,
    name: Option<String>,
) -> Result<()> {
    let field = if name.is_some() { "ip" } else { "ipv6" };
    name.as_deref().map_or(Ok(()), check_name)?;
    let outside = || invalid_address(format!("{field}: `{ip}` is in no IPv6 network of it"));
    let address: Ipv6Addr = ip.parse().map_err(|_| outside())?;
    let network = network_of(address);
    if let Some(first) = server.ipv6.as_mut().filter(|ipv6| ipv6.network == network) {
        return rename(&mut first.reverse, address, name);
    }
    let reserved = tx.all::<Reserved>(on_instance(server.id()), PER_SERVER).await?;
    let mut further = further_ipv6(server, reserved).into_iter();
    let mut doc = further.find(|doc| doc.network == network).ok_or_else(outside)?;
    rename(&mut doc.reverse, address, name)?;
    tx.put(&doc);
    Ok(())
}

fn rename(
    names: &mut BTreeMap<Ipv6Addr, String>,
    address: Ipv6Addr,
    name: Option<String>,
) -> Result<()> {
    let is_known = name.is_some() || names.contains_key(&address);
    let help = format!("ipv6: {address} has no name of its own");
    Refusal::not_found("Invalid IP address").help(help).unless(is_known)?;
    match name {
        Some(name) => names.insert(address, name),
        None => names.remove(&address),
    };
    Ok(())
}
