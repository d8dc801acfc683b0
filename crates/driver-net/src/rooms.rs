//! Rooms: network namespaces for what answers at public addresses and is no machine, as load balancers. They
//! are plugged in as machines are, with a public link and one in a private network, and nothing is
//! forwarded between the two.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use drivers::{Nic, PublicIpv4, PublicIpv6, PublicNic, Result};
use uuid::Uuid;

use crate::links::Inner;
use crate::names::bridge_mac;
use crate::run::Space;
use crate::{Net, Shared};

/// How soon it is found out in a private network that a machine has gone, where nobody says so: within two
/// seconds, and of who asks it anew in half a second.
const NEIGHBOURS: [(&str, &str); 5] = [
    ("base_reachable_time_ms", "1000"),
    ("delay_first_probe_time", "0"),
    ("retrans_time_ms", "250"),
    ("ucast_solicit", "2"),
    ("mcast_solicit", "2"),
];

/// A network namespace with links of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The file that leads to it.
    pub space: PathBuf,
    /// Its public addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it is still in a private network in which it is not to be.
    pub has_more: bool,
}

impl Shared {
    fn space_of(&self, id: Uuid) -> Space {
        Space::Named(self.names.room(id))
    }
}

impl Net {
    /// Makes a room what it is to be, whatever there is of it: one that is so already stays untouched, with all
    /// that goes on in it. Links into other networks stay until [`narrow_room`](Self::narrow_room).
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
        let (shared, room) = (&self.0, self.0.space_of(id));
        shared.make_space(&room, &shared.names.room(id)).await?;
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
        let mut nics: Vec<_> = nic.cloned().into_iter().collect();
        let before = state.plugged.get(id).map(|plugged| plugged.nics.clone()).unwrap_or_default();
        let is_other = |old: &Nic| nic.is_none_or(|nic| nic.network != old.network);
        nics.extend(before.into_iter().filter(is_other));
        let has_more = nics.len() > usize::from(nic.is_some());
        let public = public(id, ipv4, ipv6);
        shared.plug_in(&mut state, id, &public, &nics, Some(room.clone())).await?;
        if let Some(nic) = nic
            && let Some(link) = Inner::of(&room).await?.called(&nic.mac)
        {
            let each = |(name, value): (&str, _)| (format!("ipv4/neigh/{link}/{name}"), value);
            room.set(NEIGHBOURS.into_iter().map(each).collect()).await?;
        }
        let space = room.file().unwrap_or_default();
        Ok(Room { space, addresses, has_more })
    }

    /// Takes a room out of all private networks but this one. One that is not there is in none.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn narrow_room(&self, id: Uuid, network: Option<Uuid>) -> Result<()> {
        let mut state = self.0.state.lock().await;
        let Some(mut plugged) = state.plugged.get(id).cloned() else { return Ok(()) };
        plugged.nics.retain(|nic| Some(nic.network) == network);
        let room = Some(self.0.space_of(id));
        self.0.plug_in(&mut state, id, &plugged.public, &plugged.nics, room).await.map(drop)
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
