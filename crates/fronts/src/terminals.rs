//! What a console in a browser asks: which machine a token opens, and a terminal in a machine.
//!
//! The control plane answers the first, whatever runs the machines on this host the second: a shell in a
//! container, the serial line of a virtual machine.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use uuid::Uuid;

use crate::Ask;

/// Whose console a token opens.
pub trait Consoles: Send + Sync {
    /// The machine that an address of the API leads to by this token; none: there is none, or none any
    /// more.
    fn by_token<'a>(&'a self, token: &'a str) -> Ask<'a, Option<Console>>;
}

/// A machine, as who opens its console needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// Its id.
    pub machine: Uuid,
    /// Its own name for itself.
    pub name: String,
}

/// Terminals of machines on this host.
pub trait Terminals: fmt::Debug + Send + Sync {
    /// Opens one in the machine of this id. What runs on it ends when it is dropped.
    ///
    /// # Errors
    /// [`Refused`](crate::Error::Refused) where the machine is off, or is none of this host's.
    fn open(&self, machine: Uuid, size: Size) -> Ask<'_, Terminal>;
}

/// How large a terminal is, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many in a row.
    pub columns: u16,
    /// How many rows.
    pub rows: u16,
}

/// The bytes of a terminal, both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A terminal that is open.
pub struct Terminal {
    /// What is shown, and what is typed. It is at its end when nothing runs there any more.
    pub stream: Box<dyn Stream>,
    /// Tells what runs there how large the terminal is now; it does nothing where that cannot be told, as
    /// on a serial line.
    pub resize: Box<dyn Fn(Size) -> io::Result<()> + Send + Sync>,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}
