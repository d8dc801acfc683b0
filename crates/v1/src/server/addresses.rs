//! A server's addresses and their reverse names.

use api::instances::*;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{Cx, SERVER};
use crate::error::{Failure, Result};
use crate::reply::{Reply, word};

/// v1's words for an address that is none of the server's.
const INVALID_ADDRESS: &str = "Invalid IP address";

/// An answer about one server, keyed by its id.
pub(crate) fn keyed(cx: &Cx, entries: impl Iterator<Item = Value>) -> Reply {
    let subid = cx.args.int("SUBID").to_string();
    let entries: Value = entries.collect();
    Reply::Json(json!({ subid: entries }))
}

pub(super) async fn list_ipv4(cx: Cx) -> Result<Reply> {
    let instance_id = get(&cx).await?.id;
    let with_mac = cx.args.text("public_network") == "yes";
    let request = ListInstanceIpv4 {
        instance_id,
        public_network: with_mac.then_some(true),
        ..Default::default()
    };
    let addresses = cx.all(request).await?;
    let views = addresses.into_iter().map(|address| {
        let mut view = json!({
            "ip": address.ip,
            "netmask": address.netmask,
            "gateway": address.gateway,
            "type": word(&address.kind),
            "reverse": address.reverse,
        });
        if let Some(mac) = address.mac_address.filter(|_| with_mac) {
            view["mac_address"] = mac.into();
        }
        view
    });
    Ok(keyed(&cx, views))
}

pub(super) async fn list_ipv6(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let addresses = cx.on(SERVER, ListInstanceIpv6 { instance_id }).await?;
    let views = addresses.items.into_iter().map(|address| {
        json!({
            "ip": address.ip,
            "network": address.network,
            "network_size": address.network_size.to_string(),
            "type": word(&address.kind),
        })
    });
    Ok(keyed(&cx, views))
}

pub(super) async fn reverse_list_ipv6(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let entries = cx.on(SERVER, ListInstanceReverseIpv6 { instance_id }).await?;
    let views =
        entries.into_iter().map(|entry| json!({ "ip": entry.ip, "reverse": entry.reverse }));
    Ok(keyed(&cx, views))
}

pub(super) async fn create_ipv4(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let reboot = Some(cx.args.flag("reboot").unwrap_or(true));
    let address = cx.on(SERVER, AddInstanceIpv4 { instance_id, reboot }).await?;
    // The seed knows no answer; later clients read the address.
    match cx.later {
        true => Ok(json!({ "ipv4": address.ip }).into()),
        false => Ok(Reply::Done),
    }
}

/// Carries out an operation on one of the server's addresses. Both an unknown server and an unknown
/// address are 404 in v2, so the server is asked for first.
async fn on_address<E: api::Endpoint>(cx: &Cx, request: E) -> Result<Reply> {
    get(cx).await?;
    match cx.client.send(request).await {
        Ok(_) => Ok(Reply::Done),
        Err(error) => match (Failure::from(error.clone()), error.status()) {
            (_, Some(404)) => Err(Failure::refused(INVALID_ADDRESS)),
            (failure, Some(400 | 422)) => Err(failure.after(INVALID_ADDRESS)),
            (failure, _) => Err(failure),
        },
    }
}

/// An address as it was sent, and v1's refusal of what is none.
fn address<A: std::str::FromStr>(cx: &Cx) -> Result<String> {
    let ip = cx.args.text("ip");
    match ip.trim().parse::<A>() {
        Ok(_) => Ok(ip.trim().to_owned()),
        Err(_) => Err(Failure::refused(INVALID_ADDRESS)),
    }
}

fn ipv4(cx: &Cx) -> Result<String> {
    address::<std::net::Ipv4Addr>(cx)
}

fn ipv6(cx: &Cx) -> Result<String> {
    address::<std::net::Ipv6Addr>(cx)
}

pub(super) async fn destroy_ipv4(cx: Cx) -> Result<Reply> {
    let (instance_id, ipv4) = (cx.server().await?, ipv4(&cx)?);
    on_address(&cx, RemoveInstanceIpv4 { instance_id, ipv4 }).await
}

pub(super) async fn reverse_default_ipv4(cx: Cx) -> Result<Reply> {
    let (instance_id, ip) = (cx.server().await?, ipv4(&cx)?);
    on_address(&cx, ResetInstanceReverseIpv4 { instance_id, ip }).await
}

pub(super) async fn reverse_set_ipv4(cx: Cx) -> Result<Reply> {
    let (instance_id, ip) = (cx.server().await?, ipv4(&cx)?);
    let reverse = cx.args.text("entry");
    on_address(&cx, SetInstanceReverseIpv4 { instance_id, ip, reverse }).await
}

pub(super) async fn reverse_set_ipv6(cx: Cx) -> Result<Reply> {
    let (instance_id, ip) = (cx.server().await?, ipv6(&cx)?);
    let reverse = cx.args.text("entry");
    on_address(&cx, SetInstanceReverseIpv6 { instance_id, ip, reverse }).await
}

pub(super) async fn reverse_delete_ipv6(cx: Cx) -> Result<Reply> {
    let (instance_id, ipv6) = (cx.server().await?, ipv6(&cx)?);
    on_address(&cx, RemoveInstanceReverseIpv6 { instance_id, ipv6 }).await
}
