//! Terminals of real machines, for the console in a browser: a shell in a container, the serial console
//! of a virtual machine.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use fronts::terminals::{Size, Terminal, Terminals};
use fronts::{Ask, Error};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

/// How much of what a serial console has said before is shown, in bytes.
const SAID: usize = 8000;

/// Those of the machines below a data directory.
#[derive(Debug)]
pub(super) struct Here {
    data: PathBuf,
    /// The machines at whose serial consoles somebody is.
    taken: Arc<Mutex<BTreeSet<Uuid>>>,
}

impl Here {
    pub(super) fn new(data: PathBuf) -> Self {
        Self { data, taken: Arc::default() }
    }

    async fn serial(&self, id: Uuid, machine: driver_qemu::Here) -> Result<Terminal, Error> {
        if !machine.runs {
            return Err(off());
        }
        let taken = Taken::take(&self.taken, id)?;
        let (from, to) = machine.connect().await.map_err(unavailable)?.into_split();
        let mut said = tokio::fs::read(&machine.said).await.unwrap_or_default();
        said.drain(..said.len().saturating_sub(SAID));
        let stream = tokio::io::join(Cursor::new(said).chain(from), to);
        // Nobody can tell who is there how large the terminal is.
        let resize = move |_| {
            let _until_it_ends = &taken;
            Ok(())
        };
        Ok(Terminal { stream: Box::new(stream), resize: Box::new(resize) })
    }
}

impl Terminals for Here {
    fn open(&self, machine: Uuid, size: Size) -> Ask<'_, Terminal> {
        Box::pin(async move {
            if let Some(here) = driver_qemu::at(&self.data, machine) {
                return self.serial(machine, here).await;
            }
            let here = driver_nspawn::at(&self.data, machine);
            let here = here.ok_or_else(|| Error::Refused("It is not on this host.".into()))?;
            let terminal = here.terminal(size.columns, size.rows).ok_or_else(off)?;
            let terminal = terminal.map_err(unavailable)?;
            let resize = terminal.resizer().map_err(unavailable)?;
            Ok(Terminal {
                stream: Box::new(terminal),
                resize: Box::new(move |size| resize(size.columns, size.rows)),
            })
        })
    }
}

fn off() -> Error {
    Error::Refused("The machine is off.".into())
}

fn unavailable(error: std::io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

/// A place at a serial console, at which one is answered and no more.
struct Taken(Arc<Mutex<BTreeSet<Uuid>>>, Uuid);

impl Taken {
    fn take(all: &Arc<Mutex<BTreeSet<Uuid>>>, id: Uuid) -> Result<Self, Error> {
        match all.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            true => Ok(Self(all.clone(), id)),
            false => Err(Error::Refused("Somebody else is at its serial console.".into())),
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}
