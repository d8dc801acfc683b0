//! The async client of the API: it speaks to Kettle and to Vultr alike.
//!
//! It knows no family: what an operation is called and how it travels comes from `api`. It keeps no
//! state but a rate limit, reads no clock but tokio's, and never repeats a request that may already
//! have taken effect.
//!
//! ```no_run
//! use kettle_sdk::api::blocks::{CreateBlock, GetBlock, ListBlocks};
//! use futures_util::TryStreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = kettle_sdk::Client::from_env()?;
//! let create = CreateBlock { region: "ewr".into(), size_gb: 50, ..Default::default() };
//! let block = client.send(create).await?;
//! let block = client.wait(GetBlock { block_id: block.id }).ready().await?;
//! println!("{} is mounted as {}", block.label, block.mount_id);
//!
//! let mut blocks = std::pin::pin!(client.pages(ListBlocks::default()));
//! while let Some(block) = blocks.try_next().await? {
//!     println!("{} {} GB", block.id, block.size_gb);
//! }
//! # Ok(())
//! # }
//! ```

pub mod client;
pub mod config;
pub mod error;
mod limit;
mod net;
mod pages;
mod retry;
pub mod transport;
pub mod v1;
pub mod wait;
pub mod whoami;

/// Every operation, by family: the package `kettle-api`.
pub use ::api;
pub use client::{Builder, Client, RawResponse};
pub use config::Target;
pub use error::Error;
pub use transport::{Exchange, Fault, FaultKind, Transport};
pub use wait::{State, WaitError};
