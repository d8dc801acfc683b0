//! The client as others use it: against transports of the tests' own, and against a world.
//!
//! Worlds come from crates that need this one as it is without tests: these tests use that as well, by
//! the name that it has for others (`Cargo.toml` says so), and nothing of `crate`.

mod calls;
mod common;
mod examples;
mod families;
mod network;
mod pages_and_waits;
mod running;
mod v1;
