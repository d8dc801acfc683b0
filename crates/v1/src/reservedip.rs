//! `reservedip/*`: addresses that stay. v1 names them by the address itself.

use api::reserved_ips::*;
use api::v1;
use serde_json::{Value, json};

use crate::calls::handlers;
use crate::cx::{Cx, SERVER, Thing};
use crate::error::{Failure, Result};
use crate::firewall::ip_type;
use crate::ids::Space;
use crate::params::some;
use crate::reply::{map, view, word};

handlers! { cx, call:
    ReservedIpAttach => attach(cx, call);
    ReservedIpConvert => convert(cx, call);
    ReservedIpCreate => create(cx, call);
    ReservedIpDestroy => destroy(cx, call);
    ReservedIpDetach => detach(cx, call);
    ReservedIpList => list(cx);
}

const RESERVED: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid reserved IP.  Check ip_address value and ensure your API key matches the \
              reserved IP's account",
};

/// The reserved address, with or without its prefix.
pub(crate) async fn at(cx: &Cx, address: &str) -> Result<ReservedIp> {
    let (wanted, _) = address.trim().split_once('/').unwrap_or((address.trim(), ""));
    let Ok(wanted) = wanted.parse::<std::net::IpAddr>() else { return Err(RESERVED.unknown()) };
    let all = cx.all(ListReservedIps::default()).await?;
    let found = all.into_iter().find(|ip| ip.subnet.parse() == Ok(wanted));
    found.ok_or_else(|| RESERVED.unknown())
}

async fn attach(cx: &Cx, call: v1::ReservedIpAttach) -> Result<()> {
    let reserved_ip = at(cx, &call.ip_address).await?.id;
    let instance_id = cx.server(call.server).await?;
    cx.act(SERVER, AttachReservedIp { reserved_ip, instance_id }).await
}

async fn convert(cx: &Cx, call: v1::ReservedIpConvert) -> Result<Value> {
    let instance_id = cx.server(call.subid).await?;
    let (bare, _) = call.ip_address.split_once('/').unwrap_or((&call.ip_address, ""));
    let request = api::instances::ListInstanceIpv4 { instance_id, ..Default::default() };
    cx.on(SERVER, api::instances::GetInstance { instance_id }).await?;
    let own = cx.all(request).await?;
    if !own.iter().any(|address| address.ip == bare) {
        return Err(Failure::refused("Invalid IP address.  The server has no such ip_address"));
    }
    let request = ConvertReservedIp { ip_address: bare.to_owned(), label: call.label };
    let reserved = cx.send(request).await?;
    Ok(view!(NewSubscription .. { subid: cx.number(Space::Subscription, reserved.id).await? }))
}

async fn create(cx: &Cx, call: v1::ReservedIpCreate) -> Result<Value> {
    let ip_type = ip_type(&call.ip_type)?;
    let (region, label) = (cx.region(call.dcid).await?, call.label);
    let request = CreateReservedIp { region, ip_type, label, instance_id: None };
    let reserved = cx.send(request).await?;
    Ok(view!(NewSubscription .. { subid: cx.number(Space::Subscription, reserved.id).await? }))
}

async fn destroy(cx: &Cx, call: v1::ReservedIpDestroy) -> Result<()> {
    let reserved_ip = match (some(call.ip_address), call.subid) {
        (Some(address), _) => at(cx, &address).await?.id,
        (None, Some(subid)) => cx.numbered(RESERVED, subid).await?,
        (None, None) => {
            let text = "Missing ip_address.  reservedip/destroy cannot do without ip_address";
            return Err(Failure::refused(text));
        }
    };
    cx.gone(RESERVED, reserved_ip, DeleteReservedIp { reserved_ip }).await
}

async fn detach(cx: &Cx, call: v1::ReservedIpDetach) -> Result<()> {
    let reserved = at(cx, &call.ip_address).await?;
    let instance = cx.server(call.server).await?;
    if reserved.instance_id.get() != Some(instance) {
        let text = "Invalid server.  ip_address is not attached to the server detach_SUBID";
        return Err(Failure::refused(text));
    }
    cx.act(RESERVED, DetachReservedIp { reserved_ip: reserved.id }).await
}

async fn list(cx: &Cx) -> Result<Value> {
    let all = cx.all(ListReservedIps::default()).await?;
    let numbers = cx.numbers(Space::Subscription, all.iter().map(|ip| ip.id)).await?;
    let mut entries = Vec::with_capacity(all.len());
    for (ip, number) in all.into_iter().zip(numbers) {
        let attached = match ip.instance_id.get() {
            Some(instance) => json!(cx.number(Space::Subscription, instance).await?),
            None => Value::Bool(false),
        };
        let view = view!(ReservedIp {
            subid: number,
            dcid: cx.dcid(&ip.region),
            ip_type: word(&ip.ip_type),
            subnet: ip.subnet,
            subnet_size: ip.subnet_size,
            label: ip.label,
            server: attached,
        });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries))
}
