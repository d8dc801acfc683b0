//! Where a reserved IP is: at an instance, or nowhere. Both documents change together here, and
//! nothing is committed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use uuid::Uuid;

use super::{Reserved, on_instance};
use crate::addresses::take_ipv4;
use crate::instances::{Instance, Ipv4, Ipv6, host_in};
use crate::{Doc, Kind, Refusal, Result, Tx};

/// Gives a reserved IP to an instance that has been made: as one more address, or as its first
/// where it has none. One that the instance has already is attached already.
pub(super) fn attach(reserved: &mut Doc<Reserved>, instance: &mut Doc<Instance>) -> Result<()> {
    if reserved.attached_to == Some(instance.id()) {
        return Ok(());
    }
    check_free(reserved, "instance_id", &instance.region)?;
    let main = instance.main_ip();
    match reserved.network {
        IpAddr::V4(address) => {
            let reserved = Some(reserved.id());
            instance.ipv4.push(Ipv4 { address, reverse: String::new(), reserved });
        }
        IpAddr::V6(network) if instance.ipv6.is_none() => {
            let (address, reserved) = (host_in(network, main), Some(reserved.id()));
            instance.ipv6 = Some(Ipv6 { network, address, reverse: BTreeMap::new(), reserved });
        }
        // One more network: it is found by the reserved IP's own note.
        IpAddr::V6(_) => {}
    }
    reserved.attached_to = Some(instance.id());
    Ok(())
}

/// Takes a reserved IP from the instance that has it. An instance whose main IPv4 address it was
/// gets another one.
pub(super) async fn detach(
    tx: &mut Tx,
    reserved: &mut Doc<Reserved>,
    instance: &mut Doc<Instance>,
) -> Result<()> {
    let id = Some(reserved.id());
    match instance.ipv4.iter().position(|ip| ip.reserved == id) {
        Some(0) => {
            let address = take_ipv4(tx, &instance.region, instance.id()).await?;
            instance.ipv4[0] = Ipv4 { address, reverse: String::new(), reserved: None };
        }
        Some(place) => drop(instance.ipv4.remove(place)),
        None => {}
    }
    instance.ipv6.take_if(|ipv6| ipv6.reserved == id);
    reserved.attached_to = None;
    reserved.reverse.clear();
    Ok(())
}

/// Gives a reserved IPv4 address to an instance that is being made: its main one.
///
/// # Errors
/// 400 where there is none with this id, it is elsewhere, or is no IPv4 address of the region.
pub async fn claim(tx: &mut Tx, id: Uuid, region: &str, instance: Uuid) -> Result<Ipv4> {
    let mut reserved = tx.named::<Reserved>("reserved_ipv4", id).await?;
    check_free(&reserved, "reserved_ipv4", region)?;
    let IpAddr::V4(address) = reserved.network else {
        let help = format!("{id} is an IPv6 network");
        return Err(Refusal::bad(Reserved::UNKNOWN).help(help).into());
    };
    reserved.attached_to = Some(instance);
    tx.put(&reserved);
    Ok(Ipv4 { address, reverse: String::new(), reserved: Some(id) })
}

/// Takes every reserved IP from an instance that is about to go. They stay the account's, and are
/// free for another instance at once.
///
/// # Errors
/// When the store cannot be read.
pub async fn detach_all(tx: &mut Tx, instance: Uuid) -> Result<()> {
    for mut reserved in tx.all::<Reserved>(on_instance(instance)).await? {
        reserved.attached_to = None;
        reserved.reverse.clear();
        tx.put(&reserved);
    }
    Ok(())
}

fn check_free(reserved: &Doc<Reserved>, field: &str, region: &str) -> Result<()> {
    if let Some(id) = reserved.attached_to {
        let version = if reserved.network.is_ipv4() { "IPv4" } else { "IPv6" };
        // Terraform matches on the text, and asks again.
        let said = format!("Floating {version} address is already attached to another server");
        return Err(Refusal::bad(said).help(format!("it is at {id}; detach it first")).into());
    }
    if reserved.region != region {
        let help = format!("the reserved IP is in {}, the instance in {region}", reserved.region);
        return Err(Refusal::field(field, help).into());
    }
    Ok(())
}
