//! Machines of this host, which can be entered whatever their network does.

use std::io::IsTerminal;
use std::path::Path;

use cli::{Exit, Failure};
use uuid::Uuid;

use super::{replaced, serial};

/// A machine of this host.
pub(super) enum Here {
    /// A container.
    Container(driver_nspawn::Here),
    /// A virtual machine.
    Virtual(driver_qemu::Here),
}

impl Here {
    /// The one of this id below a data directory, where this user may look.
    pub(super) fn find(data: &Path, id: Uuid) -> Option<Self> {
        let is_virtual = driver_qemu::at(data, id).map(Self::Virtual);
        is_virtual.or_else(|| driver_nspawn::at(data, id).map(Self::Container))
    }

    /// The file with the keys by which ssh knows it, once it was up.
    pub(super) fn known_hosts(&self) -> &Path {
        match self {
            Self::Container(here) => &here.known_hosts,
            Self::Virtual(here) => &here.known_hosts,
        }
    }

    /// Puts who asks into the machine, which they call so.
    pub(super) async fn console(self, name: &str) -> Result<Exit, Failure> {
        match self {
            Self::Virtual(here) => serial::talk(name, &here).await,
            Self::Container(here) => {
                // A terminal of the machine's own, where there is one here.
                let term = std::io::stdin().is_terminal();
                let term = term.then(|| std::env::var("TERM").unwrap_or_else(|_| "vt220".into()));
                let mut shell = here.shell(term.as_deref()).ok_or_else(|| {
                    let start = "`kettle instance start` switches it on";
                    Failure::Answer(format!("`{name}` is off; {start}"))
                })?;
                Err(replaced(&mut shell))
            }
        }
    }
}
