//! A server's places in private networks: VPCs, under both names, and VPC 2.0.
//!
//! A VPC is never shown as a VPC 2.0 network, nor the other way round.

use std::net::Ipv4Addr;

use api::instances::{InstancePrivateNetwork, InstanceVpc, InstanceVpc2};
use api::{Endpoint, Listing, Page};
use uuid::Uuid;

use super::{Hosted, PrivateNic};
use crate::vpc2::VPC2;
use crate::vpcs::networks::in_field;
use crate::vpcs::{Name, Sort, default_of, enter, exit, nics};
use crate::{Cx, Doc, Result, Tx, owner_in, parsed, slice};

/// What a request wants of one sort of private network.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// The networks to join.
    attach: Vec<Uuid>,
    /// The networks to leave.
    detach: Vec<Uuid>,
    /// Join the region's network, which is made where there is none; counts only where `attach`
    /// is empty.
    enable: bool,
}

impl Wish {
    pub(crate) fn new<T: Copy + Into<Uuid>>(
        attach: Option<&[T]>,
        detach: Option<&[T]>,
        enable: Option<bool>,
    ) -> Self {
        let ids = |list: &[T]| list.iter().map(|id| (*id).into()).collect::<Vec<Uuid>>();
        let attach = ids(attach.unwrap_or_default());
        let enable = attach.is_empty() && enable.unwrap_or_default();
        Self { attach, detach: ids(detach.unwrap_or_default()), enable }
    }
}

/// Puts a server into private networks, and takes it out of others. Networks that it is in
/// already, or is not in, are passed over: clients send whole lists. Networks that there are not
/// are refused in both.
///
/// The wishes are those of `attach_vpc`, `detach_vpc` and `enable_vpc`, where `vpc` is the word.
pub(crate) async fn resolve<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    wishes: &[(Name, &str, Wish)],
) -> Result<()> {
    for (name, word, wish) in wishes {
        let is_in = |server: &Doc<K>, id| server.networks.iter().any(|n| n.network == id);
        for id in &wish.detach {
            let field = format!("detach_{word}");
            match is_in(server, *id) {
                true => exit(tx, server, *name, &field, *id).await?,
                false => drop(in_field(tx, *name, &field, *id).await?),
            }
        }
        let mut attach = wish.attach.clone();
        if wish.enable {
            let region = server.region.clone();
            attach.push(default_of(tx, name.sort, &region).await?);
        }
        for id in attach {
            if !is_in(server, id) {
                enter(tx, server, *name, &format!("attach_{word}"), id, None).await?;
            }
        }
    }
    Ok(())
}

/// The interfaces in networks of a sort of the server that a request names, as clients see them.
pub(crate) async fn list<K: Hosted, E: Endpoint, T>(
    cx: Cx,
    req: E,
    sort: Sort,
    view: fn(PrivateNic) -> T,
) -> Result<Vec<T>> {
    let server = cx.get::<K>(owner_in(&req)).await?;
    Ok(nics(&cx, &server, sort).await?.into_iter().map(view).collect())
}

/// The same, by page.
pub(crate) async fn page<K: Hosted, L: Listing<Item: Clone>>(
    cx: Cx,
    mut req: L,
    sort: Sort,
    view: fn(PrivateNic) -> L::Item,
) -> Result<Page<L::Item>> {
    let (per_page, cursor) = (*req.per_page(), req.cursor().take());
    slice(&list::<K, L, _>(cx, req, sort, view).await?, per_page, cursor.as_deref())
}

/// Puts a server in a VPC 2.0 network, where it may choose its address.
pub(crate) async fn enter_vpc2<K: Hosted>(
    tx: &mut Tx,
    server: &mut Doc<K>,
    id: Uuid,
    address: Option<String>,
) -> Result<()> {
    enter(tx, server, VPC2, "vpc_id", id, chosen(address.as_deref())?).await
}

/// The address that a request for a VPC 2.0 network chooses, if any.
fn chosen(ip_address: Option<&str>) -> Result<Option<Ipv4Addr>> {
    let Some(text) = ip_address.filter(|text| !text.is_empty()) else { return Ok(None) };
    parsed("ip_address", text, "IPv4 address such as 10.99.0.3").map(Some)
}

/// An interface in a VPC, as clients see it.
pub(crate) fn view_vpc(nic: PrivateNic) -> InstanceVpc {
    InstanceVpc {
        id: nic.network.into(),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }
}

/// An interface in a VPC 2.0 network, as clients see it.
pub(crate) fn view_vpc2(nic: PrivateNic) -> InstanceVpc2 {
    InstanceVpc2 {
        id: nic.network.into(),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }
}

/// An interface in a VPC, as clients see it that know it by its older name.
pub(crate) fn view_private(nic: PrivateNic) -> InstancePrivateNetwork {
    InstancePrivateNetwork {
        id: nic.network.into(),
        network_id: nic.network.into(),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }
}
