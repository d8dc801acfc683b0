//! `reservedip/*`: addresses that stay. v1 names them by the address itself.

use api::firewalls::IpType;
use api::id::ReservedIpId;
use api::reserved_ips::*;
use serde_json::{Value, json};

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, SERVER, Thing};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Post "reservedip/attach" (req("ip_address", Text), req("attach_SUBID", Integer))
        "GET /v2/reserved-ips, POST /v2/reserved-ips/{reserved-ip}/attach" => attach;
    Post "reservedip/convert" (req("SUBID", Integer), req("ip_address", Text), opt("label", Text))
        "GET /v2/instances/{instance-id}/ipv4, POST /v2/reserved-ips/convert" => convert;
    Post "reservedip/create" (req("DCID", Integer), req("ip_type", Text), opt("label", Text))
        "POST /v2/reserved-ips" => create;
    // The Go client sends SUBID.
    Post "reservedip/destroy" (opt("ip_address", Text), opt("SUBID", Integer))
        "GET /v2/reserved-ips, DELETE /v2/reserved-ips/{reserved-ip}" => destroy;
    Post "reservedip/detach" (req("ip_address", Text), req("detach_SUBID", Integer))
        "GET /v2/reserved-ips, POST /v2/reserved-ips/{reserved-ip}/detach" => detach;
    Get "reservedip/list" () "GET /v2/reserved-ips" => list;
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

async fn attach(cx: Cx) -> Result<Reply> {
    let reserved_ip = at(&cx, &cx.args.text("ip_address")).await?.id;
    let instance_id = cx.named(SERVER, "attach_SUBID").await?;
    cx.on(SERVER, AttachReservedIp { reserved_ip, instance_id }).await?;
    Ok(Reply::Done)
}

async fn convert(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let ip_address = cx.args.text("ip_address");
    let (bare, _) = ip_address.split_once('/').unwrap_or((&ip_address, ""));
    let request = api::instances::ListInstanceIpv4 { instance_id, ..Default::default() };
    cx.on(SERVER, api::instances::GetInstance { instance_id }).await?;
    let own = cx.all(request).await?;
    if !own.iter().any(|address| address.ip == bare) {
        return Err(Failure::refused("Invalid IP address.  The server has no such ip_address"));
    }
    let request =
        ConvertReservedIp { ip_address: bare.to_owned(), label: cx.args.opt_text("label") };
    let reserved = cx.send(request).await?;
    Ok(json!({ "SUBID": cx.number(Space::Subscription, reserved.id).await? }).into())
}

async fn create(cx: Cx) -> Result<Reply> {
    let ip_type = match cx.args.text("ip_type").as_str() {
        "v4" => IpType::V4,
        "v6" => IpType::V6,
        other => {
            let text = format!("Invalid ip_type.  It must be \"v4\" or \"v6\", not \"{other}\"");
            return Err(Failure::refused(text));
        }
    };
    let request = CreateReservedIp {
        region: cx.region().await?,
        ip_type,
        label: cx.args.opt_text("label"),
        instance_id: None,
    };
    let reserved = cx.send(request).await?;
    Ok(json!({ "SUBID": cx.number(Space::Subscription, reserved.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let reserved_ip: ReservedIpId = match cx.args.some_text("ip_address") {
        Some(address) => at(&cx, &address).await?.id,
        None if cx.args.opt_int("SUBID").is_some() => cx.named(RESERVED, "SUBID").await?,
        None => {
            let text = "Missing ip_address.  reservedip/destroy cannot do without ip_address";
            return Err(Failure::refused(text));
        }
    };
    cx.on(RESERVED, DeleteReservedIp { reserved_ip }).await?;
    cx.forget(RESERVED.space, reserved_ip).await;
    Ok(Reply::Done)
}

async fn detach(cx: Cx) -> Result<Reply> {
    let reserved = at(&cx, &cx.args.text("ip_address")).await?;
    let instance = cx.named(SERVER, "detach_SUBID").await?;
    if reserved.instance_id.get() != Some(instance) {
        let text = "Invalid server.  ip_address is not attached to the server detach_SUBID";
        return Err(Failure::refused(text));
    }
    cx.on(RESERVED, DetachReservedIp { reserved_ip: reserved.id }).await?;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let all = cx.all(ListReservedIps::default()).await?;
    let numbers = cx.numbers(Space::Subscription, all.iter().map(|ip| ip.id)).await?;
    let mut entries = Vec::with_capacity(all.len());
    for (ip, number) in all.into_iter().zip(numbers) {
        let attached = match ip.instance_id.get() {
            Some(instance) => json!(cx.number(Space::Subscription, instance).await?),
            None => Value::Bool(false),
        };
        let view = json!({
            "SUBID": number,
            "DCID": cx.dcid(&ip.region),
            "ip_type": word(&ip.ip_type),
            "subnet": ip.subnet,
            "subnet_size": ip.subnet_size,
            "label": ip.label,
            "attached_SUBID": attached,
        });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries).into())
}
