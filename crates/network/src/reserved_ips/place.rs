//! Where a reserved IP is: at a server, or nowhere. Both documents change together here, and
//! nothing is committed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use uuid::Uuid;

use super::{PER_SERVER, Reserved, on_instance};
use crate::addresses::take_ipv4;
use crate::bare_metals::BareMetal;
use crate::instances::Instance;
use crate::servers::{Hosted, Ipv4, Ipv6};
use crate::{Doc, Kind, Refusal, Result, Tx, ensure};

/// Gives a reserved IP to the instance, or the bare metal server, that `instance_id` names.
pub(super) async fn give(tx: &mut Tx, reserved: &mut Doc<Reserved>, id: Uuid) -> Result<()> {
    let is_given = give_to::<BareMetal>(tx, reserved, id).await?
        || give_to::<Instance>(tx, reserved, id).await?;
    let nobody = Refusal::bad(Instance::UNKNOWN).help(format!("instance_id: there is no {id}"));
    nobody.unless(is_given)
}

/// Gives a reserved IP to a server that has been made: as one more address, or as its first where
/// it has none. One that the server has already is attached already. False: there is no such server
/// of this kind.
async fn give_to<K: Hosted>(tx: &mut Tx, reserved: &mut Doc<Reserved>, id: Uuid) -> Result<bool> {
    let Some(mut server) = tx.find::<K>(id).await? else { return Ok(false) };
    if reserved.attached_to == Some(id) {
        return Ok(true);
    }
    check_room(tx, "instance_id", id).await?;
    check_free(reserved, "instance_id", &server.region)?;
    let own = Some(reserved.id());
    match reserved.network {
        IpAddr::V4(address) => {
            server.ipv4.push(Ipv4 { address, reverse: String::new(), reserved: own });
        }
        IpAddr::V6(network) if server.ipv6.is_none() => {
            let (address, reverse) = (server.host_in(network), BTreeMap::new());
            server.ipv6 = Some(Ipv6 { network, address, reverse, reserved: own });
        }
        // One more network: it is found by the reserved IP's own note.
        IpAddr::V6(_) => {}
    }
    reserved.attached_to = Some(id);
    tx.put(&server);
    Ok(true)
}

/// Takes a reserved IP from the server that has it. One that is nowhere stays so: Terraform takes it from a
/// server that it has just destroyed before it gives it to the next.
pub(super) async fn take_back(tx: &mut Tx, reserved: &mut Doc<Reserved>) -> Result<()> {
    let Some(server) = reserved.attached_to.take() else { return Ok(()) };
    reserved.reverse.clear();
    take_from::<Instance>(tx, reserved.id(), server).await?;
    take_from::<BareMetal>(tx, reserved.id(), server).await
}

/// A server whose main IPv4 address it was gets another one.
async fn take_from<K: Hosted>(tx: &mut Tx, reserved: Uuid, server: Uuid) -> Result<()> {
    let Some(mut server) = tx.find::<K>(server).await? else { return Ok(()) };
    match server.ipv4.iter().position(|ip| ip.reserved == Some(reserved)) {
        Some(0) => {
            let address = take_ipv4(tx, &server.region, server.id()).await?;
            server.ipv4[0] = Ipv4 { address, reverse: String::new(), reserved: None };
        }
        Some(place) => drop(server.ipv4.remove(place)),
        None => {}
    }
    server.ipv6.take_if(|ipv6| ipv6.reserved == Some(reserved));
    tx.put(&server);
    Ok(())
}

/// Gives a reserved IPv4 address to a server that is being made: its main one.
///
/// # Errors
/// 400 where there is none with this id, it is elsewhere, or is no IPv4 address of the region.
pub async fn claim(tx: &mut Tx, id: Uuid, region: &str, server: Uuid) -> Result<Ipv4> {
    let mut reserved = tx.named::<Reserved>("reserved_ipv4", id).await?;
    check_free(&reserved, "reserved_ipv4", region)?;
    let IpAddr::V4(address) = reserved.network else {
        let help = format!("{id} is an IPv6 network");
        return Err(Refusal::bad(Reserved::UNKNOWN).help(help).into());
    };
    reserved.attached_to = Some(server);
    tx.put(&reserved);
    Ok(Ipv4 { address, reverse: String::new(), reserved: Some(id) })
}

/// Takes every reserved IP from a server that is about to go. They stay the account's, and are free
/// for another server at once.
///
/// # Errors
/// When the store cannot be read.
pub async fn detach_all(tx: &mut Tx, server: Uuid) -> Result<()> {
    for mut reserved in tx.all::<Reserved>(on_instance(server), PER_SERVER).await? {
        reserved.attached_to = None;
        reserved.reverse.clear();
        tx.put(&reserved);
    }
    Ok(())
}

/// Refuses one more where a server has as many as it can have.
pub(super) async fn check_room(tx: &mut Tx, field: &str, server: Uuid) -> Result<()> {
    let has_room = tx.count::<Reserved>(on_instance(server)).await? < PER_SERVER as u64;
    let text = format!("{server} has {PER_SERVER} reserved IPs already, the most there can be");
    ensure(has_room, field, text)
}

fn check_free(reserved: &Doc<Reserved>, field: &str, region: &str) -> Result<()> {
    if let Some(id) = reserved.attached_to {
        let version = if reserved.network.is_ipv4() { "IPv4" } else { "IPv6" };
        // Terraform matches on the text, and asks again.
        let said = format!("Floating {version} address is already attached to another server");
        return Err(Refusal::bad(said).help(format!("it is at {id}; detach it first")).into());
    }
    let text = format_args!("the reserved IP is in {}, the server in {region}", reserved.region);
    ensure(reserved.region == region, field, text)
}
