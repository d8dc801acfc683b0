//! A server's addresses and their reverse names.

use std::net::{Ipv4Addr, Ipv6Addr};

use api::id::InstanceId;
use api::instances::*;
use api::v1;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{Cx, SERVER};
use crate::error::{Failure, Result};
use crate::reply::{Reply, view, word};

/// v1's words for an address that is none of the server's.
const INVALID_ADDRESS: &str = "Invalid IP address";

/// An answer about one server, keyed by its number.
pub(crate) fn keyed(subid: u64, entries: impl Iterator<Item = Value>) -> Value {
    json!({ subid.to_string(): entries.collect::<Value>() })
}

pub(super) async fn list_ipv4(cx: &Cx, call: v1::ServerListIpv4) -> Result<Value> {
    let instance_id = get(cx, call.subid).await?.id;
    let with_mac = call.public_network.as_deref() == Some("yes");
    let request = ListInstanceIpv4 {
        instance_id,
        public_network: with_mac.then_some(true),
        ..Default::default()
    };
    let addresses = cx.all(request).await?;
    let views = addresses.into_iter().map(|address| {
        let mut view = view!(Ipv4 .. {
            ip: address.ip,
            netmask: address.netmask,
            gateway: address.gateway,
            kind: word(&address.kind),
            reverse: address.reverse,
        });
        if let Some(mac) = address.mac_address.filter(|_| with_mac) {
            view[v1::answer::Ipv4::mac_address] = mac.into();
        }
        view
    });
    Ok(keyed(call.subid, views))
}

pub(super) async fn list_ipv6(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let addresses = cx.on(SERVER, ListInstanceIpv6 { instance_id }).await?;
    let views = addresses.items.into_iter().map(|address| {
        view!(Ipv6 {
            ip: address.ip,
            network: address.network,
            network_size: address.network_size.to_string(),
            kind: word(&address.kind),
        })
    });
    Ok(keyed(subid, views))
}

pub(super) async fn reverse_list_ipv6(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let entries = cx.on(SERVER, ListInstanceReverseIpv6 { instance_id }).await?;
    let views = entries
        .into_iter()
        .map(|entry| view!(ReverseIpv6 { ip: entry.ip, reverse: entry.reverse }));
    Ok(keyed(subid, views))
}

pub(super) async fn create_ipv4(cx: &Cx, call: v1::ServerCreateIpv4) -> Result<Reply> {
    let instance_id = cx.server(call.subid).await?;
    let reboot = call.reboot.or(Some(true));
    let address = cx.on(SERVER, AddInstanceIpv4 { instance_id, reboot }).await?;
    // The seed knows no answer; later clients read the address.
    match cx.later {
        true => Ok(view!(NewIpv4 { ipv4: address.ip }).into()),
        false => Ok(Reply::Done),
    }
}

/// Carries out an operation on one of the server's addresses. Both an unknown server and an unknown
/// address are 404 in v2, so the server is asked for first.
async fn on_address<E: api::Endpoint>(cx: &Cx, subid: u64, request: E) -> Result<()> {
    get(cx, subid).await?;
    match cx.client.send(request).await {
        Ok(_) => Ok(()),
        Err(error) => match (Failure::from(error.clone()), error.status()) {
            (_, Some(404)) => Err(Failure::refused(INVALID_ADDRESS)),
            (failure, Some(400 | 422)) => Err(failure.after(INVALID_ADDRESS)),
            (failure, _) => Err(failure),
        },
    }
}

/// The server, and an address as it was sent; v1's refusal of what is none.
async fn at<A: std::str::FromStr>(cx: &Cx, subid: u64, ip: &str) -> Result<(InstanceId, String)> {
    let server = cx.server(subid).await?;
    match ip.trim().parse::<A>() {
        Ok(_) => Ok((server, ip.trim().to_owned())),
        Err(_) => Err(Failure::refused(INVALID_ADDRESS)),
    }
}

pub(super) async fn destroy_ipv4(cx: &Cx, call: v1::ServerDestroyIpv4) -> Result<()> {
    let (instance_id, ipv4) = at::<Ipv4Addr>(cx, call.subid, &call.ip).await?;
    on_address(cx, call.subid, RemoveInstanceIpv4 { instance_id, ipv4 }).await
}

pub(super) async fn reverse_default_ipv4(
    cx: &Cx,
    call: v1::ServerReverseDefaultIpv4,
) -> Result<()> {
    let (instance_id, ip) = at::<Ipv4Addr>(cx, call.subid, &call.ip).await?;
    on_address(cx, call.subid, ResetInstanceReverseIpv4 { instance_id, ip }).await
}

pub(super) async fn reverse_set_ipv4(cx: &Cx, call: v1::ServerReverseSetIpv4) -> Result<()> {
    let (instance_id, ip) = at::<Ipv4Addr>(cx, call.subid, &call.ip).await?;
    let reverse = call.entry;
    on_address(cx, call.subid, SetInstanceReverseIpv4 { instance_id, ip, reverse }).await
}

pub(super) async fn reverse_set_ipv6(cx: &Cx, call: v1::ServerReverseSetIpv6) -> Result<()> {
    let (instance_id, ip) = at::<Ipv6Addr>(cx, call.subid, &call.ip).await?;
    let reverse = call.entry;
    on_address(cx, call.subid, SetInstanceReverseIpv6 { instance_id, ip, reverse }).await
}

pub(super) async fn reverse_delete_ipv6(cx: &Cx, call: v1::ServerReverseDeleteIpv6) -> Result<()> {
    let (instance_id, ipv6) = at::<Ipv6Addr>(cx, call.subid, &call.ip).await?;
    on_address(cx, call.subid, RemoveInstanceReverseIpv6 { instance_id, ipv6 }).await
}
