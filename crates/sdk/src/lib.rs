//! The async client of the API: it speaks to Kettle and to Vultr alike.
//!
//! It knows no family: what an operation is called and how it travels comes from `api`. It keeps no
//! state but a rate limit, reads no clock but tokio's, and never repeats a request that may already
//! have taken effect.
//!
//! ```no_run
//! use kettle_sdk::Client;
//! use kettle_sdk::api::blocks::CreateBlock;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?; // or Client::local()?, Client::vultr("KEY")?
//! let create = CreateBlock { region: "ewr".into(), size_gb: 50, ..Default::default() };
//! let block = client.blocks().create(create).await?;
//! let block = client.blocks().get(block.id).wait().ready().await?;
//! println!("{} is mounted as {}", block.label, block.mount_id);
//!
//! for block in client.blocks().list().all().await? {
//!     println!("{} {} GB", block.id, block.size_gb);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # In your crate
//!
//! It is in no registry: name it by where it is, a checkout or a repository. It runs in tokio:
//!
//! ```toml
//! [dependencies]
//! kettle-sdk = { path = "../kettle/crates/sdk" } # or: git = "https://..."
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//!
//! [dev-dependencies]
//! kettle-testkit = { path = "../kettle/crates/testkit" } # or: git = "https://..."
//! ```
//!
//! # What there is
//!
//! Each family of operations is a method of [`Client`], and each operation a method of what that
//! brings: [`families`]. What they make is a [`Call`]. An operation is also a value of its own
//! ([`api`]), which [`Client::send`], [`Client::pages`] and [`Client::wait`] take. `examples/` has
//! more, and the package `kettle-testkit` a server for your own tests.

mod call;
pub mod client;
pub mod config;
pub mod error;
#[allow(clippy::should_implement_trait, reason = "`add` is a verb of an operation here")]
pub mod families;
mod limit;
mod net;
mod observe;
mod pages;
mod retry;
#[cfg(test)]
mod tests;
pub mod transport;
pub mod v1;
pub mod wait;
mod ways;
pub mod whoami;

/// Every operation, by family: the package `kettle-api`.
pub use ::api;
pub use call::{Call, Optional};
pub use client::{Builder, Client, RawResponse};
pub use config::Target;
pub use error::{Error, Refusal};
pub use observe::Event;
pub use transport::{Exchange, Fault, FaultKind, Transport};
pub use wait::{State, WaitError};
