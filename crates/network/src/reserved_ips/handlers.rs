//! What is asked of reserved IPs, and what is refused.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use api::firewalls::IpType;
use api::reserved_ips::*;
use uuid::Uuid;

use super::{Reserved, place};
use crate::addresses::{self, IPV4, IPV6, take_ipv4, take_ipv6};
use crate::bare_metals::BareMetal;
use crate::instances::Instance;
use crate::servers::Hosted;
use crate::servers::addresses::network_of;
use crate::{Cx, Doc, Kind, Refusal, Result, Routes, Shown, Tx, alike};

pub(super) fn routes() -> Routes {
    Routes::of::<Reserved>()
        .list::<ListReservedIps>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetReservedIp>()
        .update_shown(|_, reserved, update: UpdateReservedIp| {
            reserved.label = update.label;
            Ok(())
        })
        // One that a server has is taken from it first: clients do not ask for that.
        .delete_with::<DeleteReservedIp>(|tx, reserved| Box::pin(take_back(tx, reserved)))
        .change(|tx, reserved, attach: AttachReservedIp| {
            Box::pin(give(tx, reserved, attach.instance_id.into()))
        })
        .change(|tx, reserved, _: DetachReservedIp| Box::pin(detach(tx, reserved)))
        .create_with(|tx, req| Box::pin(convert(tx, req)))
        .done()
}

impl Shown for Reserved {
    type View = ReservedIp;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> ReservedIp {
        let (ip_type, subnet_size) = match doc.network {
            IpAddr::V4(_) => (IpType::V4, 32),
            IpAddr::V6(_) => (IpType::V6, addresses::IPV6_PREFIX),
        };
        alike!(doc => ReservedIp {
            region, label;
            id: doc.id().into(),
            ip_type: ip_type.into(),
            subnet: doc.network.to_string(),
            subnet_size,
            instance_id: doc.attached_to.map(Into::into).into(),
        })
    }
}

/// A reserved IP that is nowhere yet, and has no address.
fn blank(tx: &Tx, region: &str, label: Option<String>) -> Doc<Reserved> {
    tx.new_doc(Reserved {
        region: region.to_owned(),
        network: Ipv4Addr::UNSPECIFIED.into(),
        label: label.unwrap_or_default(),
        attached_to: None,
        reverse: BTreeMap::new(),
    })
}

async fn create(tx: &mut Tx, req: CreateReservedIp) -> Result<Doc<Reserved>> {
    let region = tx.cx().region("region", &req.region)?.id.clone();
    let mut reserved = blank(tx, &region, req.label);
    reserved.network = match req.ip_type {
        IpType::V4 => take_ipv4(tx, &region, reserved.id()).await?.into(),
        IpType::V6 => take_ipv6(tx, &region, reserved.id()).await?.into(),
    };
    if let Some(id) = req.instance_id.and_then(|id| id.get()) {
        give(tx, &mut reserved, id.into()).await?;
    }
    Ok(reserved)
}

/// Gives a reserved IP to the instance, or the bare metal server, that `instance_id` names.
async fn give(tx: &mut Tx, reserved: &mut Doc<Reserved>, id: Uuid) -> Result<()> {
    let is_given = give_to::<BareMetal>(tx, reserved, id).await?
        || give_to::<Instance>(tx, reserved, id).await?;
    let nobody = Refusal::bad(Instance::UNKNOWN).help(format!("instance_id: there is no {id}"));
    nobody.unless(is_given)
}

/// False: there is no such server of this kind.
async fn give_to<K: Hosted>(tx: &mut Tx, reserved: &mut Doc<Reserved>, id: Uuid) -> Result<bool> {
    let Some(mut server) = tx.find::<K>(id).await? else { return Ok(false) };
    if reserved.attached_to != Some(id) {
        place::check_room(tx, "instance_id", id).await?;
    }
    place::attach(reserved, &mut server)?;
    tx.put(&server);
    Ok(true)
}

async fn detach(tx: &mut Tx, reserved: &mut Doc<Reserved>) -> Result<()> {
    let nowhere = Refusal::bad("Reserved IP is not attached to a server");
    nowhere.unless(reserved.attached_to.is_some())?;
    take_back(tx, reserved).await
}

/// Takes a reserved IP from the server that has it, if one has.
async fn take_back(tx: &mut Tx, reserved: &mut Doc<Reserved>) -> Result<()> {
    let Some(id) = reserved.attached_to else { return Ok(()) };
    take_from::<Instance>(tx, reserved, id).await?;
    take_from::<BareMetal>(tx, reserved, id).await
}

async fn take_from<K: Hosted>(tx: &mut Tx, reserved: &mut Doc<Reserved>, id: Uuid) -> Result<()> {
    let Some(mut server) = tx.find::<K>(id).await? else { return Ok(()) };
    place::detach(tx, reserved, &mut server).await?;
    tx.put(&server);
    Ok(())
}

/// The address stays where it is; only whose it is changes.
async fn convert(tx: &mut Tx, req: ConvertReservedIp) -> Result<Doc<Reserved>> {
    let unknown = || {
        let help = format!("ip_address: none of your instances has `{}`", req.ip_address);
        Refusal::bad("Invalid IP address").help(help)
    };
    let address: IpAddr = req.ip_address.parse().map_err(|_| unknown())?;
    let (scope, network) = match address {
        IpAddr::V4(_) => (IPV4, address),
        IpAddr::V6(address) => (IPV6, network_of(address).into()),
    };
    let owner: Option<Uuid> = tx.taken(scope, &network.to_string()).await?;
    let owner = owner.ok_or_else(unknown)?;
    if let Some(reserved) = tx.find::<Reserved>(owner).await? {
        let help = format!("ip_address: {network} is reserved already, as {}", reserved.id());
        return Err(Refusal::bad("Invalid IP address").help(help).into());
    }
    let mut instance = tx.find::<Instance>(owner).await?.ok_or_else(unknown)?;
    let mut reserved = blank(tx, &instance.region, req.label.clone());
    let (id, is_at) = (Some(reserved.id()), instance.id());
    place::check_room(tx, "ip_address", is_at).await?;
    (reserved.network, reserved.attached_to) = (network, Some(is_at));
    instance.ipv4.iter_mut().filter(|ip| address == ip.address).for_each(|ip| ip.reserved = id);
    if let Some(ipv6) = instance.ipv6.as_mut().filter(|ipv6| network == ipv6.network) {
        ipv6.reserved = id;
    }
    tx.release(scope, network.to_string());
    tx.take(scope, network.to_string(), reserved.id());
    tx.put(&instance);
    Ok(reserved)
}
