//! API v1 over HTTP, in front of a world.
//!
//! Worlds come from crates that need this one as it is without tests: these tests use that as well, by
//! the name that it has for others (`Cargo.toml` says so), and nothing of `crate`.

mod client;
mod common;
mod docs;
mod hostile;
mod http;
mod leftovers;
mod permissions;
mod refusals;
mod seed;
mod served;
mod story;
mod typed;
