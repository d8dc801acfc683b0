//! Real networks for machines, whatever these are: links with the addresses and hardware addresses that
//! the API told, firewall groups, private networks and NAT gateways.
//!
//! All of it meets in a network namespace of its own, the router. The host has one link to that, with
//! the machines' gateways as its addresses and routes to their addresses; neither its forwarding nor its
//! firewall rules are touched, and the router knows no way but to machines and this host, so that no
//! packet leaves ([`Reach`] says otherwise). What is to be stands in files below a directory; what is there is found by its name.
//!
//! The kernel is asked by `ip`, `nft` and `nsenter`, and nothing here may be done but by root.

#![cfg(target_os = "linux")]

mod dhcp;
mod doors;
mod firewall;
mod gateway;
mod kept;
mod links;
mod names;
mod open;
mod plan;
mod reach;
mod rooms;
mod rules;
mod run;
mod taps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;

use drivers::{
    Call, FirewallSpec, GatewaySpec, Nic, Plane, PublicNic, Result, Subnet, Things, World,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use doors::Doors;
use kept::Kept;
use names::Names;
use plan::{Plan, Plugged};
use run::Space;

pub use dhcp::Leases;
pub use doors::Door;
pub use plan::{HOST6, METADATA};
pub use reach::Reach;
pub use rooms::Room;

/// The name servers of machines, as the real ones have them.
pub const RESOLVERS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(108, 61, 10, 10)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x19f0, 0x300, 0x1704, 0, 0, 0, 6)),
];

/// What is missing for real networks: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Missing(pub String);

/// The end of a machine's link that is to be moved into the machine, and what it is to be given there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Its name in the host's namespace, 15 characters at most. Within the machine it may have another.
    pub interface: String,
    /// Its hardware address, by which it is found within the machine.
    pub mac: String,
    /// Its addresses, the main one first, with the leading bits that their networks share.
    pub addresses: Vec<(IpAddr, u8)>,
    /// Routes besides those to its networks: where to, and by whom; none: whoever is there is on the link.
    pub routes: Vec<(Subnet, Option<IpAddr>)>,
    /// By whom everything else is reached: at most one of each of IPv4 and IPv6.
    pub gateway: Vec<IpAddr>,
    /// The most bytes that a packet may have.
    pub mtu: u16,
}

/// The networks of machines. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Net(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    names: Names,
    host: Space,
    router: Space,
    has_v6: bool,
    reach: Reach,
    /// All that is changed is changed by one at a time: it is made of a few calls of some milliseconds.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    plugged: Kept<Plugged>,
    groups: Kept<FirewallSpec>,
    gateways: Kept<GatewaySpec>,
    /// The gateways that are whole.
    whole: BTreeSet<Uuid>,
    /// What was laid of the plan; none: that must be looked up.
    laid: Option<Plan>,
    doors: Doors,
}

impl Net {
    /// The networks whose files are in a directory, which is made if need be. What is there of an earlier
    /// run goes on working.
    ///
    /// # Errors
    /// When something is missing that it takes.
    pub async fn open(directory: PathBuf) -> Result<Self, Missing> {
        Self::open_to(directory, Reach::Host).await
    }

    /// The same, for machines that reach this far.
    ///
    /// # Errors
    /// When something is missing that it takes.
    pub async fn open_to(directory: PathBuf, reach: Reach) -> Result<Self, Missing> {
        open::open(directory, reach).await
    }

    /// How far machines reach.
    pub fn reach(&self) -> Reach {
        self.0.reach
    }

    /// Those of [`RESOLVERS`] that machines can ask, if somebody answers there ([`Net::sockets`]).
    pub fn resolvers(&self) -> impl Iterator<Item = IpAddr> {
        RESOLVERS.into_iter().filter(|at| at.is_ipv4() || self.0.has_v6)
    }

    /// The name of what is made on the host for these networks' directory, which no other Kettle's has.
    pub fn name(&self) -> &str {
        &self.0.names.router
    }

    /// Sockets at an address and port at which machines with public addresses ask, and nobody else
    /// does: for name servers, port 53.
    ///
    /// # Errors
    /// When there can be none.
    pub async fn sockets(&self, at: SocketAddr) -> Result<(UdpSocket, TcpListener)> {
        // An address by IPv6 is there at once where nobody looks whether another has it.
        let how = if at.is_ipv4() { "/32 dev lo" } else { "/128 dev lo nodad" };
        self.0.router.ip(&[format!("addr replace {}{how}", at.ip())]).await?;
        let bind = move || Ok((UdpSocket::bind(at)?, TcpListener::bind(at)?));
        let failed = |error| run::outside(format!("cannot be asked at {at}: {error}"));
        self.0.router.inside(bind).await.map_err(failed)
    }

    /// Makes the links of a machine that does not run, as they are to be, with routes, protection against
    /// wrong senders, and firewall; tells the ends that are to be moved into the machine.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn plug(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<Vec<End>> {
        self.0.plug(id, public, nics, None).await
    }

    /// The same for a machine that runs, and whose first process is `leader`: it keeps what stays as it
    /// was, new ends are moved in and set up there, and old ones go.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn replug(
        &self,
        id: Uuid,
        public: &PublicNic,
        nics: &[Nic],
        leader: i32,
    ) -> Result<Vec<End>> {
        self.0.plug(id, public, nics, Some(Space::Process(leader))).await
    }

    /// Removes all that there is of a machine. One that has nothing is unplugged already.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn unplug(&self, id: Uuid) -> Result<()> {
        self.0.unplug(id).await
    }

    /// All machines for which there is something.
    ///
    /// # Errors
    /// None so far.
    pub async fn there(&self) -> Result<Vec<Uuid>> {
        Ok(self.0.state.lock().await.plugged.ids().collect())
    }

    /// A world whose firewall groups and NAT gateways these are. Machines are their drivers' own matter.
    pub fn join(self, world: World) -> World {
        let groups: Arc<dyn Things<FirewallSpec>> = Arc::new(self.clone());
        let gateways: Arc<dyn Things<GatewaySpec>> = Arc::new(self.clone());
        world.with_things(groups).with_things(gateways).with_plane(Arc::new(self))
    }
}

impl Plane for Net {
    fn real(&self) -> String {
        let router = &self.0.names.router;
        format!(
            "networks: addresses, firewall groups, VPCs and NAT gateways (`ip netns exec {router}`)"
        )
    }

    fn there(&self) -> Call<'_, Vec<Uuid>> {
        Box::pin(async {
            let state = self.0.state.lock().await;
            let (plugged, groups) = (state.plugged.ids(), state.groups.ids());
            let all: BTreeSet<_> = plugged.chain(groups).chain(state.gateways.ids()).collect();
            Ok(all.into_iter().collect())
        })
    }

    fn sweep(&self, id: Uuid) -> Call<'_> {
        Box::pin(async move {
            self.0.remove_gateway(id).await?;
            let is_group = self.0.state.lock().await.groups.has(id);
            if is_group { self.0.let_in(id, None).await } else { Ok(()) }
        })
    }
}
