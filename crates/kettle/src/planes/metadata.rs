//! The metadata service of real machines: at 169.254.169.254 in their own network, and nowhere on the host.

use std::sync::Arc;

use control::Control;
use control::fronts::Front;
use driver_net::{Door, METADATA, Net};
use fronts::Machines;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{JoinHandle, JoinSet};

use super::{Fronts, Line};
use crate::fault::{Context, Result};

/// Serves machines on these networks.
pub(super) async fn start(net: &Net, control: &Arc<Control>, fronts: &mut Fronts) -> Result<()> {
    let doors = net.doors().await.context("machines cannot be told their metadata")?;
    let machines: Arc<dyn Machines> = Arc::new(Front::new(control.clone()));
    let line = Line::new("meta", format!("http://{METADATA}/v1/, as machines see it"));
    fronts.add(line, Serving(tokio::spawn(serve(doors, machines))));
    Ok(())
}

/// Answers at each socket for as long as its network is there.
async fn serve(mut doors: UnboundedReceiver<Door>, machines: Arc<dyn Machines>) {
    // What is served ends with this.
    let mut serving = JoinSet::new();
    while let Some(Door { network, listener, gone }) = doors.recv().await {
        let answer = front_metadata::serve(listener, network, machines.clone());
        serving.spawn(async move {
            tokio::select! {
                () = answer => {}
                _ = gone => {}
            }
        });
        while serving.try_join_next().is_some() {}
    }
}

/// A task that ends with this.
struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}
