//! Rooms: network namespaces for what answers at public addresses and is no machine, as load balancers. They
//! are plugged in as machines are, with a public link and one in a private network, and nothing is
//! forwarded between the two.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use drivers::{Nic, PublicIpv4, PublicIpv6, PublicNic, Result};
use uuid::Uuid;

use crate::Net;
use crate::names::bridge_mac;
use crate::run::Space;

/// A network namespace with links of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The file that leads to it.
    pub space: PathBuf,
    /// Its public addresses.
    pub addresses: Vec<IpAddr>,
}

impl Net {
    /// Makes a room what it is to be, whatever there is of it: one that is so already stays untouched, with all
    /// that goes on in it.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn room(
        &self,
        id: Uuid,
        ipv4: Ipv4Addr,
        ipv6: Ipv6Addr,
        nic: Option<&Nic>,
    ) -> Result<Room> {
        let (shared, name) = (&self.0, self.0.names.room(id));
        let room = Space::Named(name.clone());
        shared.make_space(&room, &name).await?;
        let mut off = vec![
            "ipv4/ip_forward",
            "ipv4/conf/all/rp_filter",
            "ipv4/conf/default/rp_filter",
            "ipv4/conf/all/accept_redirects",
        ];
        if shared.has_v6 {
            off.extend(["ipv6/conf/all/forwarding", "ipv6/conf/default/accept_ra"]);
        }
        room.set(off.into_iter().map(|name| (name.to_owned(), "0")).collect()).await?;
        room.ip(&["link set lo up".to_owned()]).await?;
        let mut addresses = vec![IpAddr::from(ipv4)];
        addresses.extend(shared.has_v6.then_some(IpAddr::from(ipv6)));
        let mut state = shared.state.lock().await;
        let (public, nics) = (public(id, ipv4, ipv6), nic.cloned().into_iter().collect::<Vec<_>>());
        shared.plug_in(&mut state, id, &public, &nics, Some(room.clone())).await?;
        let space = room.file().unwrap_or_default();
        Ok(Room { space, addresses })
    }

    /// Removes a room, in which nothing runs any more. One that is not there is removed already.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn remove_room(&self, id: Uuid) -> Result<()> {
        self.0.unplug(id).await?;
        self.0.remove_space(&self.0.names.room(id)).await
    }
}

/// The public link of a room: its addresses are in no network, and its /64 is its own as a whole.
fn public(id: Uuid, ipv4: Ipv4Addr, ipv6: Ipv6Addr) -> PublicNic {
    let network = Ipv6Addr::from_bits(ipv6.to_bits() & !u128::from(u64::MAX));
    PublicNic {
        mac: bridge_mac(id).replacen("02:6b", "56:6b", 1),
        ipv4: vec![PublicIpv4 { address: ipv4, prefix: 32, gateway: None }],
        ipv6: vec![PublicIpv6 { network, address: ipv6 }],
        firewall: None,
    }
}
