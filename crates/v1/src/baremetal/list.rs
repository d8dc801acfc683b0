//! Bare metal servers as v1 shows them, and what is asked of one. Fewer of their numbers are
//! strings than those of other servers.

use api::bare_metals::*;
use api::v1;
use serde_json::Value;

use super::named;
use crate::cx::{Cx, SERVER};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::params::some;
use crate::reply::{map, view, word};
use crate::server::addresses::keyed;
use crate::server::list::{address, or_zeros};

pub(super) async fn list(cx: &Cx, call: v1::BareMetalList) -> Result<Value> {
    if let Some(subid) = call.subid {
        let baremetal_id = named(cx, subid).await?;
        let server = cx.on(SERVER, GetBareMetal { baremetal_id }).await?;
        let number = cx.number(Space::Subscription, server.id).await?;
        return Ok(view(cx, &server, number).await?.1);
    }
    let mut servers = cx.all(ListBareMetals::default()).await?;
    // v2 has no filters here.
    if let Some(tag) = some(call.tag) {
        servers.retain(|server| server.tags.contains(&tag) || server.tag == tag);
    }
    if let Some(label) = some(call.label) {
        servers.retain(|server| server.label == label);
    }
    if let Some(ip) = some(call.main_ip) {
        servers.retain(|server| server.main_ip == ip);
    }
    let numbers = cx.numbers(Space::Subscription, servers.iter().map(|s| s.id)).await?;
    let mut entries = Vec::with_capacity(servers.len());
    for (server, number) in servers.iter().zip(numbers) {
        entries.push(view(cx, server, number).await?);
    }
    Ok(map(entries))
}

async fn view(cx: &Cx, server: &BareMetal, number: u64) -> Result<(String, Value)> {
    let password = cx.password(server.id.into(), server.default_password.as_deref()).await?;
    let mut v6_networks = Vec::new();
    if !server.v6_network.is_empty() {
        v6_networks.push(view!(V6Network {
            network: server.v6_network,
            main_ip: server.v6_main_ip,
            size: server.v6_network_size,
        }));
    }
    let subid = Space::Subscription.text(number);
    let mut view = view!(BareMetal .. {
        subid,
        os: server.os,
        ram: server.ram,
        // `2x 240GB SSD` has one more space in v1.
        disk: server.disk.replace("GB ", " GB "),
        main_ip: address(&server.main_ip),
        cpu_count: server.cpu_count,
        location: cx.location(&server.region),
        dcid: cx.dcid(&server.region).to_string(),
        default_password: password,
        date_created: stamp(server.date_created),
        status: word(&server.status),
        netmask_v4: or_zeros(&server.netmask_v4),
        gateway_v4: or_zeros(&server.gateway_v4),
        plan: cx.metal_plan_number(&server.plan),
        v6_networks,
        label: server.label,
        tag: server.tags.first().unwrap_or(&server.tag),
        os_number: server.os_id.to_string(),
        app: server.app_id.to_string(),
    });
    if cx.later {
        view[v1::answer::BareMetal::v2_id] = Value::from(server.id.to_string());
    }
    Ok((subid, view))
}

/// v2 tells nothing of the kind, so there is nothing to tell; but there must be such a server.
pub(super) async fn get_app_info(cx: &Cx, subid: u64) -> Result<Value> {
    cx.on(SERVER, GetBareMetal { baremetal_id: named(cx, subid).await? }).await?;
    Ok(view!(AppInfo { app_info: "" }))
}

pub(super) async fn get_user_data(cx: &Cx, subid: u64) -> Result<Value> {
    let request = GetBareMetalUserData { baremetal_id: named(cx, subid).await? };
    Ok(view!(UserData { userdata: cx.on(SERVER, request).await?.data }))
}

pub(super) async fn list_ipv4(cx: &Cx, subid: u64) -> Result<Value> {
    let baremetal_id = named(cx, subid).await?;
    let addresses = cx.on(SERVER, ListBareMetalIpv4 { baremetal_id }).await?.items;
    let views = addresses.into_iter().map(|address| {
        view!(Ipv4 .. {
            ip: address.ip,
            netmask: address.netmask,
            gateway: address.gateway,
            kind: word(&address.kind),
        })
    });
    Ok(keyed(subid, views))
}

pub(super) async fn list_ipv6(cx: &Cx, subid: u64) -> Result<Value> {
    let baremetal_id = named(cx, subid).await?;
    let addresses = cx.on(SERVER, ListBareMetalIpv6 { baremetal_id }).await?.items;
    let views = addresses.into_iter().map(|address| {
        view!(Ipv6 {
            ip: address.ip,
            network: address.network,
            network_size: address.network_size,
            kind: word(&address.kind),
        })
    });
    Ok(keyed(subid, views))
}
