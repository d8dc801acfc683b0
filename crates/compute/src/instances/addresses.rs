//! Public addresses of instances, and the names that they resolve to.
//!
//! Addresses come from the pools and go back there; those of reserved IPs are the reserved IPs',
//! and only they give them back.

use std::net::{Ipv4Addr, Ipv6Addr};

use api::Page;
use api::id::InstanceId;
use api::instances::*;
use uuid::Uuid;

use super::{Instance, Ipv4};
use crate::addresses::{IPV4, take_ipv4};
use crate::reserved_ips::{PER_SERVER, Reserved, on_instance};
use crate::servers::addresses::{self, find_ipv4, full, further_ipv6, invalid_address, view_ipv4};
use crate::vpcs::PrivateNetwork;
use crate::{Cx, Doc, Refusal, Result, Tx, slice};

/// How many IPv4 addresses an instance can have besides its main one and reserved ones.
const ADDITIONAL_MAX: usize = 2;

pub(super) async fn list_ipv4(cx: Cx, req: ListInstanceIpv4) -> Result<Page<InstanceIpv4>> {
    let Some(instance) = unless_gone(&cx, req.instance_id).await? else {
        return slice(&[], req.per_page, req.cursor.as_deref());
    };
    let mut items = addresses::public_ipv4(&instance, req.public_network == Some(true));
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

/// An instance; none where it was deleted a moment ago: its lists of addresses are empty then.
async fn unless_gone(cx: &Cx, id: InstanceId) -> Result<Option<Doc<Instance>>> {
    match cx.find::<Instance>(id).await? {
        None if !cx.is_gone(id.into()) => Err(cx.unknown::<Instance>(id.into()).into()),
        found => Ok(found),
    }
}

/// The netmask of a private network.
async fn private_netmask(cx: &Cx, network: Uuid) -> Result<String> {
    let network = cx.find::<PrivateNetwork>(network).await?;
    let mask = network.map(|network| u32::MAX.checked_shl(32 - u32::from(network.subnet.prefix())));
    Ok(mask.map(|bits| Ipv4Addr::from_bits(bits.unwrap_or(0)).to_string()).unwrap_or_default())
}

pub(super) async fn add_ipv4(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: AddInstanceIpv4,
) -> Result<InstanceIpv4> {
    let further = instance.ipv4.iter().skip(1).filter(|ip| ip.reserved.is_none()).count();
    let help = format!("an instance has {ADDITIONAL_MAX} at most besides its main one");
    let full = Refusal::bad("Maximum number of IPv4 addresses exceeded").help(help);
    full.unless(further < ADDITIONAL_MAX)?;
    let kind = match instance.ipv4.is_empty() {
        true => AddressType::MainIp,
        false => AddressType::SecondaryIp,
    };
    let address = take_ipv4(tx, &instance.region, instance.id()).await?;
    let ip = Ipv4 { address, reverse: String::new(), reserved: None };
    let answer = view_ipv4(&ip, kind);
    instance.ipv4.push(ip);
    // An instance that is off finds its address when it starts.
    if req.reboot == Some(true) && !instance.halted {
        instance.reboots += 1;
    }
    Ok(answer)
}

pub(super) fn remove_ipv4(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    RemoveInstanceIpv4 { ipv4: ip, .. }: RemoveInstanceIpv4,
) -> Result<()> {
    let place = find_ipv4(instance, "ipv4", &ip)?;
    let it_is = |what: &str| invalid_address(format!("ipv4: {ip} is {what}"));
    it_is("the main address, which stays as long as the instance").unless(place > 0)?;
    it_is("a reserved IP; detach that instead").unless(instance.ipv4[place].reserved.is_none())?;
    let gone = instance.ipv4.remove(place);
    tx.release(IPV4, gone.address.to_string());
    Ok(())
}

pub(super) async fn list_ipv6(cx: Cx, req: ListInstanceIpv6) -> Result<Page<InstanceIpv6>> {
    Ok(Page::whole(match unless_gone(&cx, req.instance_id).await? {
        Some(instance) => addresses::all_ipv6(&cx, &instance).await?,
        None => Vec::new(),
    }))
}

pub(super) async fn list_reverse_ipv6(
    cx: Cx,
    req: ListInstanceReverseIpv6,
) -> Result<Vec<ReverseIpv6>> {
    let Some(instance) = unless_gone(&cx, req.instance_id).await? else { return Ok(Vec::new()) };
    let reserved = cx.all::<Reserved>(on_instance(instance.id()), PER_SERVER).await?;
    let further = further_ipv6(&instance, reserved);
    let first = instance.ipv6.as_ref().map(|ipv6| &ipv6.reverse);
    let names = first.into_iter().chain(further.iter().map(|doc| &doc.reverse)).flatten();
    let view =
        |(ip, name): (&Ipv6Addr, &String)| ReverseIpv6 { ip: full(*ip), reverse: name.clone() };
    Ok(names.map(view).collect())
}
