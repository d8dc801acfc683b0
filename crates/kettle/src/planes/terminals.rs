//! Terminals of real machines, for the console in a browser.

use std::path::PathBuf;
use std::sync::Arc;

use fronts::terminals::{Size, Terminal, Terminals};
use fronts::{Ask, Error};
use uuid::Uuid;

/// Shells in containers of a data directory.
#[derive(Debug)]
struct Containers(PathBuf);

/// Those of the containers below a data directory.
pub(super) fn containers(data: PathBuf) -> Arc<dyn Terminals> {
    Arc::new(Containers(data))
}

impl Terminals for Containers {
    fn open(&self, machine: Uuid, size: Size) -> Ask<'_, Terminal> {
        Box::pin(async move {
            let here = driver_nspawn::at(&self.0, machine);
            let here = here.ok_or_else(|| Error::Refused("It is not on this host.".into()))?;
            let terminal = here.terminal(size.columns, size.rows);
            let terminal = terminal.ok_or_else(|| Error::Refused("The machine is off.".into()))?;
            let unavailable = |error: std::io::Error| Error::Unavailable(error.to_string());
            let terminal = terminal.map_err(unavailable)?;
            let resize = terminal.resizer().map_err(unavailable)?;
            Ok(Terminal {
                stream: Box::new(terminal),
                resize: Box::new(move |size| resize(size.columns, size.rows)),
            })
        })
    }
}
