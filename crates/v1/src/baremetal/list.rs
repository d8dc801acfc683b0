//! Bare metal servers as v1 shows them, and what is asked of one. Fewer of their numbers are
//! strings than those of other servers.

use api::bare_metals::*;
use serde_json::{Value, json};

use super::named;
use crate::cx::{Cx, SERVER};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map, word};
use crate::server::addresses::keyed;
use crate::server::list::{address, or_zeros};

pub(super) async fn list(cx: Cx) -> Result<Reply> {
    if cx.args.opt_int("SUBID").is_some() {
        let baremetal_id = named(&cx).await?;
        let server = cx.on(SERVER, GetBareMetal { baremetal_id }).await?;
        let number = cx.number(Space::Subscription, server.id).await?;
        return Ok(view(&cx, &server, number).await?.1.into());
    }
    let mut servers = cx.all(ListBareMetals::default()).await?;
    // v2 has no filters here.
    let filter = |param: &str| cx.args.some_text(param);
    if let Some(tag) = filter("tag") {
        servers.retain(|server| server.tags.contains(&tag) || server.tag == tag);
    }
    if let Some(label) = filter("label") {
        servers.retain(|server| server.label == label);
    }
    if let Some(ip) = filter("main_ip") {
        servers.retain(|server| server.main_ip == ip);
    }
    let numbers = cx.numbers(Space::Subscription, servers.iter().map(|s| s.id)).await?;
    let mut entries = Vec::with_capacity(servers.len());
    for (server, number) in servers.iter().zip(numbers) {
        entries.push(view(&cx, server, number).await?);
    }
    Ok(map(entries).into())
}

async fn view(cx: &Cx, server: &BareMetal, number: u64) -> Result<(String, Value)> {
    let password = cx.password(server.id.into(), server.default_password.as_deref()).await?;
    let mut v6_networks = Vec::new();
    if !server.v6_network.is_empty() {
        v6_networks.push(json!({
            "v6_network": server.v6_network,
            "v6_main_ip": server.v6_main_ip,
            "v6_network_size": server.v6_network_size,
        }));
    }
    let subid = Space::Subscription.text(number);
    let mut view = json!({
        "SUBID": subid,
        "os": server.os,
        "ram": server.ram,
        // `2x 240GB SSD` has one more space in v1.
        "disk": server.disk.replace("GB ", " GB "),
        "main_ip": address(&server.main_ip),
        "cpu_count": server.cpu_count,
        "location": cx.location(&server.region),
        "DCID": cx.dcid(&server.region).to_string(),
        "default_password": password,
        "date_created": stamp(server.date_created),
        "status": word(&server.status),
        "netmask_v4": or_zeros(&server.netmask_v4),
        "gateway_v4": or_zeros(&server.gateway_v4),
        "METALPLANID": cx.metal_plan_number(&server.plan),
        "v6_networks": v6_networks,
        "label": server.label,
        "tag": server.tags.first().unwrap_or(&server.tag),
        "OSID": server.os_id.to_string(),
        "APPID": server.app_id.to_string(),
    });
    if cx.later {
        view["v2_id"] = Value::from(server.id.to_string());
    }
    Ok((subid, view))
}

/// v2 tells nothing of the kind, so there is nothing to tell; but there must be such a server.
pub(super) async fn get_app_info(cx: Cx) -> Result<Reply> {
    cx.on(SERVER, GetBareMetal { baremetal_id: named(&cx).await? }).await?;
    Ok(json!({ "app_info": "" }).into())
}

pub(super) async fn get_user_data(cx: Cx) -> Result<Reply> {
    let request = GetBareMetalUserData { baremetal_id: named(&cx).await? };
    Ok(json!({ "userdata": cx.on(SERVER, request).await?.data }).into())
}

pub(super) async fn list_ipv4(cx: Cx) -> Result<Reply> {
    let baremetal_id = named(&cx).await?;
    let addresses = cx.on(SERVER, ListBareMetalIpv4 { baremetal_id }).await?.items;
    let views = addresses.into_iter().map(|address| {
        json!({
            "ip": address.ip,
            "netmask": address.netmask,
            "gateway": address.gateway,
            "type": word(&address.kind),
        })
    });
    Ok(keyed(&cx, views))
}

pub(super) async fn list_ipv6(cx: Cx) -> Result<Reply> {
    let baremetal_id = named(&cx).await?;
    let addresses = cx.on(SERVER, ListBareMetalIpv6 { baremetal_id }).await?.items;
    let views = addresses.into_iter().map(|address| {
        json!({
            "ip": address.ip,
            "network": address.network,
            "network_size": address.network_size,
            "type": word(&address.kind),
        })
    });
    Ok(keyed(&cx, views))
}
