//! Links of virtual machines: taps in the router, where the other side of a container's link would be. So
//! all that holds for that side holds for them: routes, senders, firewall groups, private networks.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use drivers::{Nic, PublicNic, Result};
use tokio::net::TcpSocket;
use tokio::runtime::Handle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::names::{GROUP, bridge, link, machine};
use crate::plan::Plugged;
use crate::{End, Net, Shared};

/// How long a machine may take to answer one that connects.
const ANSWER: Duration = Duration::from_millis(500);

impl Net {
    /// The network namespace in which taps are, for the program that opens them.
    pub fn router(&self) -> PathBuf {
        self.0.router.file().unwrap_or_default()
    }

    /// Makes the links of a virtual machine what they are to be, whether it runs or not: those that stay
    /// are left alone, and one that goes must have been given back by the machine. Tells the taps, by
    /// [`End::interface`], and what the machine is to do with each.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub async fn tap(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<Vec<End>> {
        let mut state = self.0.state.lock().await;
        if !state.plugged.get(id).is_some_and(|plugged| plugged.taps) {
            // With nothing in it: what it is to have is its next change.
            let (public, nics) = Default::default();
            state.plugged.put(id, Plugged { turn: 0, public, nics, taps: true })?;
        }
        let ends = self.0.plug_in(&mut state, id, public, nics, None).await?;
        self.0.lead(&state, nics).await?;
        let networks = state.plugged.get(id).map(Plugged::networks).unwrap_or_default();
        let taps = ends.into_iter().zip(networks);
        Ok(taps.map(|(end, network)| End { interface: link(id, network).1, ..end }).collect())
    }

    /// Whether somebody answers at an address and port of a machine, as seen from the router, where no
    /// firewall group is in the way; `network` is the private network that the address is in, if it is in
    /// one.
    pub async fn answers(&self, at: (IpAddr, u16), network: Option<Uuid>) -> bool {
        let runtime = Handle::current();
        let socket = self.0.router.inside(move || {
            let _entered = runtime.enter();
            let socket = match at.0 {
                IpAddr::V4(_) => TcpSocket::new_v4()?,
                IpAddr::V6(_) => TcpSocket::new_v6()?,
            };
            if let Some(network) = network {
                socket.bind_device(Some(bridge(network).as_bytes()))?;
            }
            Ok(socket)
        });
        let Ok(socket) = socket.await else { return false };
        let connected = timeout(ANSWER, socket.connect(SocketAddr::from(at))).await;
        connected.is_ok_and(|connected| connected.is_ok())
    }
}

impl Shared {
    /// Makes the taps that are missing, and removes those that are not to be; tells those that were made.
    pub(crate) async fn make_taps(
        &self,
        id: Uuid,
        now: &Plugged,
        ends: &[End],
    ) -> Result<Vec<String>> {
        let wanted: Vec<_> =
            now.networks().into_iter().map(|network| (network, link(id, network).1)).collect();
        let is_old = |name: &str| {
            name.starts_with(&machine(id)) && !wanted.iter().any(|(_, port)| port == name)
        };
        self.remove_links(&self.router, is_old).await?;
        let there = self.router.links().await?;
        let (mut new, mut lines, mut settings, mut made) = (vec![], vec![], vec![], vec![]);
        for ((network, port), end) in wanted.into_iter().zip(ends) {
            if !there.contains(&port) {
                new.push(format!("tuntap add dev {port} mode tap"));
                lines.push(format!("link set {port} group {GROUP} mtu {}", end.mtu));
                made.push(port.clone());
            }
            self.wire(network, &port, &mut lines, &mut settings);
        }
        self.router.ip(&new).await?;
        self.router.set(settings).await?;
        self.router.ip(&lines).await?;
        Ok(made)
    }
}
