//! Public addresses of instances, and the names that they resolve to.
//!
//! Addresses come from the pools and go back there; those of reserved IPs are the reserved IPs',
//! and only they give them back.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use api::instances::*;
use api::{Page, id::InstanceId};
use uuid::Uuid;

use super::{Instance, Ipv4};
use crate::addresses::{self, IPV4, IPV6_PREFIX, NETMASK, gateway, take_ipv4};
use crate::domains::is_hostname;
use crate::reserved_ips::{Reserved, on_instance};
use crate::vpcs::PrivateNetwork;
use crate::{Cx, Doc, Refusal, Result, Routes, slice};

/// How many IPv4 addresses an instance can have besides its main one and reserved ones.
const ADDITIONAL_MAX: usize = 2;

/// The first bytes of public interfaces' hardware addresses.
const MAC_PREFIX: &str = "56:00";

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list_ipv4)
        .on(add_ipv4)
        .on(remove_ipv4)
        .on(set_reverse_ipv4)
        .on(reset_reverse_ipv4)
        .on(list_ipv6)
        .on(list_reverse_ipv6)
        .on(set_reverse_ipv6)
        .on(remove_reverse_ipv6)
}

/// The name that an IPv4 address has while its owner gave it none.
pub(crate) fn default_reverse(address: Ipv4Addr) -> String {
    format!("{address}.vultrusercontent.com")
}

/// An IPv6 address with all its zeros: clients compare it as text.
pub(crate) fn full(address: Ipv6Addr) -> String {
    address.segments().map(|group| format!("{group:04x}")).join(":")
}

/// The /64 that an address is in.
pub(crate) fn network_of(address: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - IPV6_PREFIX)))
}

/// The address that an instance gives itself in a /64: from the hardware address of its public
/// interface, which comes from its main IPv4 address.
pub(crate) fn host_in(network: Ipv6Addr, main: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = main.octets();
    let host = u64::from_be_bytes([0x54, 0, a, 0xff, 0xfe, b, c, d]);
    Ipv6Addr::from_bits(network.to_bits() | u128::from(host))
}

fn view_ipv4(ip: &Ipv4, kind: AddressType) -> InstanceIpv4 {
    // A reserved address beside the main one is in no network of the instance's.
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
        reverse: match ip.reverse.as_str() {
            "" => default_reverse(ip.address),
            name => name.to_owned(),
        },
        mac_address: None,
    }
}

async fn list_ipv4(cx: Cx, req: ListInstanceIpv4) -> Result<Page<InstanceIpv4>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let mut items = Vec::new();
    for (place, ip) in instance.ipv4.iter().enumerate() {
        let kind = if place == 0 { AddressType::MainIp } else { AddressType::SecondaryIp };
        let mac = addresses::mac(MAC_PREFIX, ip.address);
        let shown = place == 0 && req.public_network == Some(true);
        items.push(InstanceIpv4 { mac_address: shown.then_some(mac), ..view_ipv4(ip, kind) });
    }
    for nic in &instance.networks {
        items.push(InstanceIpv4 {
            ip: nic.address.to_string(),
            netmask: private_netmask(&cx, nic.network).await?,
            kind: AddressType::Private.into(),
            ..InstanceIpv4::default()
        });
    }
    slice(&items, req.per_page, req.cursor.as_deref())
}

/// The netmask of a private network.
async fn private_netmask(cx: &Cx, network: Uuid) -> Result<String> {
    let network = cx.find::<PrivateNetwork>(network).await?;
    let mask = network.map(|network| u32::MAX.checked_shl(32 - u32::from(network.subnet.prefix())));
    Ok(mask.map(|bits| Ipv4Addr::from_bits(bits.unwrap_or(0)).to_string()).unwrap_or_default())
}

async fn add_ipv4(cx: Cx, req: AddInstanceIpv4) -> Result<InstanceIpv4> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    let further = instance.ipv4.iter().skip(1).filter(|ip| ip.reserved.is_none()).count();
    if further >= ADDITIONAL_MAX {
        let help = format!("an instance has {ADDITIONAL_MAX} at most besides its main one");
        return Err(Refusal::bad("Maximum number of IPv4 addresses exceeded").help(help).into());
    }
    let kind = match instance.ipv4.is_empty() {
        true => AddressType::MainIp,
        false => AddressType::SecondaryIp,
    };
    let address = take_ipv4(&mut tx, &instance.region, instance.id()).await?;
    let ip = Ipv4 { address, reverse: String::new(), reserved: None };
    let answer = view_ipv4(&ip, kind);
    instance.ipv4.push(ip);
    // An instance that is off finds its address when it starts.
    if req.reboot == Some(true) && !instance.halted {
        instance.reboots += 1;
    }
    tx.put(&instance);
    tx.commit().await?;
    Ok(answer)
}

async fn remove_ipv4(cx: Cx, req: RemoveInstanceIpv4) -> Result<()> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    let place = find_ipv4(&instance, "ipv4", &req.ipv4)?;
    let refuse = |help: &str| Err(invalid_address(format!("ipv4: {} is {help}", req.ipv4)).into());
    if place == 0 {
        return refuse("the main address, which stays as long as the instance");
    }
    if instance.ipv4[place].reserved.is_some() {
        return refuse("a reserved IP; detach that instead");
    }
    let gone = instance.ipv4.remove(place);
    tx.release(IPV4, gone.address.to_string());
    tx.put(&instance);
    tx.commit().await
}

async fn set_reverse_ipv4(cx: Cx, req: SetInstanceReverseIpv4) -> Result<()> {
    check_name(&req.reverse)?;
    name_ipv4(&cx, req.instance_id, &req.ip, req.reverse).await
}

async fn reset_reverse_ipv4(cx: Cx, req: ResetInstanceReverseIpv4) -> Result<()> {
    name_ipv4(&cx, req.instance_id, &req.ip, String::new()).await
}

/// Names one of an instance's IPv4 addresses; with an empty name it has its first one again.
async fn name_ipv4(cx: &Cx, instance: InstanceId, ip: &str, name: String) -> Result<()> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(instance).await?;
    let place = find_ipv4(&instance, "ip", ip)?;
    instance.ipv4[place].reverse = name;
    tx.put(&instance);
    tx.commit().await
}

fn find_ipv4(instance: &Doc<Instance>, field: &str, ip: &str) -> Result<usize> {
    let address: Option<Ipv4Addr> = ip.parse().ok();
    let place = instance.ipv4.iter().position(|own| Some(own.address) == address);
    let help = || format!("{field}: `{ip}` is no public IPv4 address of this instance");
    place.ok_or_else(|| invalid_address(help()).into())
}

fn check_name(name: &str) -> Result<()> {
    match is_hostname(name) {
        true => Ok(()),
        false => {
            let help = format!("`{name}` is no host name such as `host1.example.com`");
            Err(Refusal::field("reverse", help).into())
        }
    }
}

fn invalid_address(help: String) -> Refusal {
    Refusal::bad("Invalid IP address").help(help)
}

/// Reserved IPv6 networks that an instance has besides its first one.
fn further_ipv6(instance: &Instance, reserved: Vec<Doc<Reserved>>) -> Vec<Doc<Reserved>> {
    let first = instance.ipv6.as_ref().and_then(|ipv6| ipv6.reserved);
    let further = |doc: &Doc<Reserved>| doc.network.is_ipv6() && Some(doc.id()) != first;
    reserved.into_iter().filter(further).collect()
}

async fn list_ipv6(cx: Cx, req: ListInstanceIpv6) -> Result<Page<InstanceIpv6>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let view = |address, network: String, kind: AddressType| InstanceIpv6 {
        ip: full(address),
        network,
        network_size: IPV6_PREFIX,
        kind: kind.into(),
    };
    let first = instance.ipv6.as_ref();
    let mut items: Vec<InstanceIpv6> = first
        .map(|ipv6| view(ipv6.address, ipv6.network.to_string(), AddressType::MainIp))
        .into_iter()
        .collect();
    let reserved = cx.all::<Reserved>(vec![on_instance(instance.id())]).await?;
    for doc in further_ipv6(&instance, reserved) {
        if let IpAddr::V6(network) = doc.network {
            let address = host_in(network, instance.main_ip());
            items.push(view(address, network.to_string(), AddressType::SecondaryIp));
        }
    }
    Ok(Page::whole(items))
}

async fn list_reverse_ipv6(cx: Cx, req: ListInstanceReverseIpv6) -> Result<Page<ReverseIpv6>> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    let reserved = cx.all::<Reserved>(vec![on_instance(instance.id())]).await?;
    let further = further_ipv6(&instance, reserved);
    let first = instance.ipv6.as_ref().map(|ipv6| &ipv6.reverse);
    let names = first.into_iter().chain(further.iter().map(|doc| &doc.reverse)).flatten();
    let view =
        |(ip, name): (&Ipv6Addr, &String)| ReverseIpv6 { ip: full(*ip), reverse: name.clone() };
    Ok(Page::whole(names.map(view).collect()))
}

async fn set_reverse_ipv6(cx: Cx, req: SetInstanceReverseIpv6) -> Result<()> {
    check_name(&req.reverse)?;
    let name = req.reverse;
    name_ipv6(&cx, req.instance_id, "ip", &req.ip, Some(name)).await
}

async fn remove_reverse_ipv6(cx: Cx, req: RemoveInstanceReverseIpv6) -> Result<()> {
    name_ipv6(&cx, req.instance_id, "ipv6", &req.ipv6, None).await
}

/// Names an address in one of an instance's IPv6 networks, or takes its name away.
async fn name_ipv6(
    cx: &Cx,
    instance: InstanceId,
    field: &str,
    ip: &str,
    name: Option<String>,
) -> Result<()> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(instance).await?;
    let outside = || invalid_address(format!("{field}: `{ip}` is in no IPv6 network of it"));
    let address: Ipv6Addr = ip.parse().map_err(|_| outside())?;
    let network = network_of(address);
    if let Some(first) = instance.ipv6.as_mut().filter(|ipv6| ipv6.network == network) {
        rename(&mut first.reverse, address, name)?;
        tx.put(&instance);
        return tx.commit().await;
    }
    let reserved = tx.all::<Reserved>(on_instance(instance.id())).await?;
    let mut further = further_ipv6(&instance, reserved).into_iter();
    let mut doc = further.find(|doc| doc.network == network).ok_or_else(outside)?;
    rename(&mut doc.reverse, address, name)?;
    tx.put(&doc);
    tx.commit().await
}

fn rename(
    names: &mut BTreeMap<Ipv6Addr, String>,
    address: Ipv6Addr,
    name: Option<String>,
) -> Result<()> {
    let known = match name {
        Some(name) => {
            names.insert(address, name);
            true
        }
        None => names.remove(&address).is_some(),
    };
    let help = || format!("ipv6: {address} has no name of its own");
    let unknown = || Refusal::not_found("Invalid IP address").help(help());
    known.then_some(()).ok_or_else(|| unknown().into())
}
