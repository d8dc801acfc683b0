//! Places on this machine where things of the control plane answer by themselves.
//!
//! What stands there is said by the thing's family; who serves the API opens them, and shuts them
//! when it ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use uuid::Uuid;

use crate::Control;

/// Where a thing answers by itself at this moment, if it does.
pub type Way = Arc<dyn Fn() -> Option<SocketAddr> + Send + Sync>;

/// What is found at such a place: the thing itself where that answers, and else a server of HTTPS, which
/// says the same to whatever is asked.
#[derive(Clone)]
pub struct Door {
    /// Where connections are passed on to, as they are.
    pub way: Way,
    /// The port of 127.0.0.1 that it is to have, where that is free.
    pub port: u16,
    /// The certificate that it shows, in DER.
    pub certificate: Vec<u8>,
    /// The certificate's key, in PKCS #8.
    pub key: Vec<u8>,
    /// The status of what it says.
    pub status: u16,
    /// What it says, in JSON.
    pub body: String,
}

/// Opens doors, and shuts them.
pub trait Doors: Send + Sync {
    /// Opens the door of a thing, unless it is open; tells where it is.
    ///
    /// # Errors
    /// When no port can be had, or the certificate is none; [`io::ErrorKind::QuotaExceeded`] where too
    /// many are open.
    fn open(&self, id: Uuid, door: Door) -> io::Result<SocketAddr>;
    /// Shuts the door of a thing that goes.
    fn shut(&self, id: Uuid);
    /// Shuts all of them.
    fn shut_all(&self);
}

impl Control {
    /// Says who opens doors here. The first word counts.
    pub fn have_doors(&self, doors: Arc<dyn Doors>) {
        self.doors.get_or_init(|| doors);
    }

    /// Who opens doors here, if anybody does.
    pub fn doors(&self) -> Option<&dyn Doors> {
        self.doors.get().map(|doors| &**doors)
    }
}
