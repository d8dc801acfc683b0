//! Name servers for real machines, in their own networks.

use std::net::SocketAddr;
use std::sync::Arc;

use control::Control;
use control::fronts::Names;
use driver_net::{Net, RESOLVERS, Reach};
use front_dns::{Elsewhere, Server};
use fronts::Zones;
use tokio::sync::watch;

use super::super::{DNS, Fronts, Line};
use crate::fault::{Context, Result};
use crate::listen::Place;

/// Answers machines on these networks at the name servers that they have: for names that are nobody's here
/// with what this host's own name servers say, if they reach the world.
pub(in crate::planes) async fn for_machines(
    place: Place,
    net: &Net,
    control: &Arc<Control>,
    fronts: &mut Fronts,
) -> Result<()> {
    const WANTED: &str = "machines cannot look up names";
    if place == Place::Off {
        return Ok(());
    }
    let elsewhere = match net.reach() {
        Reach::Host => None,
        Reach::World => Some(Elsewhere::of_host().context(WANTED)?),
    };
    let zones: Arc<dyn Zones> = Arc::new(Names::new(control.clone()));
    for at in net.resolvers() {
        let sockets = net.sockets(SocketAddr::new(at, 53)).await.context(WANTED)?;
        let server = Server::for_machines(zones.clone(), sockets, elsewhere.clone());
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server.context(WANTED)?.run(stopped));
        fronts.keep(stop);
    }
    fronts.add(Line::new(DNS, format!("{}, as machines see it", RESOLVERS[0])), ());
    Ok(())
}
