//! The server over HTTP, in front of a world.
//!
//! Worlds come from crates that need this one as it is without tests: these tests use that as well, by
//! the name that it has for others (`Cargo.toml` says so), and nothing of `crate`.

mod compared;
mod conventions;
mod history;
mod own;
mod requests;
mod sockets;
mod whoami;
