//! Where machines ask for their metadata: a socket in the router for those with a public address, and one
//! on the bridge of each private network, so that who serves knows in which network an address is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use drivers::Result;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::names::bridge;
use crate::plan::METADATA;
use crate::run::outside;
use crate::{Net, Shared, State};

/// A socket at which machines ask for their metadata.
#[derive(Debug)]
pub struct Door {
    /// The private network whose machines ask here; none: those with public addresses.
    pub network: Option<Uuid>,
    /// Where they ask.
    pub listener: TcpListener,
    /// Ends when the network has gone, and the socket is of no use any more.
    pub gone: oneshot::Receiver<()>,
}

/// The doors that there are, once somebody serves at them.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    tell: Option<mpsc::UnboundedSender<Door>>,
    open: BTreeMap<Option<Uuid>, oneshot::Sender<()>>,
}

impl Net {
    /// The sockets at which machines ask for metadata, as these come. Whoever asks later has them instead
    /// of whoever asked before.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn doors(&self) -> Result<mpsc::UnboundedReceiver<Door>> {
        let (tell, told) = mpsc::unbounded_channel();
        let mut state = self.0.state.lock().await;
        state.doors = Doors { tell: Some(tell), open: BTreeMap::new() };
        self.0.tend_doors(&mut state).await?;
        Ok(told)
    }
}

impl Shared {
    /// Opens the doors that are missing, and closes those of networks that have gone.
    pub(crate) async fn tend_doors(&self, state: &mut State) -> Result<()> {
        let Some(tell) = state.doors.tell.clone() else { return Ok(()) };
        let nics = state.plugged.iter().flat_map(|(_, plugged)| &plugged.nics);
        // A network whose machines have not started since the host did has no bridge yet, and is tended to when it has.
        let there = self.router.links().await?;
        let nets = nics.map(|nic| nic.network).filter(|net| there.contains(&bridge(*net)));
        let mut needed: BTreeSet<_> = nets.map(Some).collect();
        needed.insert(None);
        state.doors.open.retain(|network, gone| needed.contains(network) && !gone.is_closed());
        for network in needed {
            if state.doors.open.contains_key(&network) {
                continue;
            }
            let listener = self.listen(network).await?;
            let (close, gone) = oneshot::channel();
            if tell.send(Door { network, listener, gone }).is_err() {
                state.doors = Doors::default();
                return Ok(());
            }
            state.doors.open.insert(network, close);
        }
        Ok(())
    }

    async fn listen(&self, network: Option<Uuid>) -> Result<TcpListener> {
        let runtime = Handle::current();
        let opened = self.router.inside(move || {
            let _entered = runtime.enter();
            let socket = TcpSocket::new_v4()?;
            // The same address, on links that differ.
            socket.set_reuseaddr(true)?;
            socket.set_reuseport(true)?;
            if let Some(network) = network {
                socket.bind_device(Some(bridge(network).as_bytes()))?;
            }
            socket.bind(SocketAddr::from((METADATA, 80)))?;
            socket.listen(128)
        });
        let failed =
            |error| outside(format!("cannot answer for metadata at {METADATA}:80: {error}"));
        opened.await.map_err(failed)
    }
}
