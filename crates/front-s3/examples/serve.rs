//! Object storage on its own, for other people's test suites: `serve ADDRESS [FOLDER]`.
//!
//! Storages `main`, `alt`, `tenant` and so on, each with its name for a key and `secret` for a secret;
//! the id of the n-th is the number n as a UUID. Nothing of it lasts but objects, in FOLDER.

#![allow(clippy::unwrap_used, reason = "it has parts of tests, which stop where they cannot go on")]

use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

#[path = "../tests/it/stores.rs"]
mod stores;

const NAMES: [&str; 6] = ["main", "alt", "tenant", "iam", "root", "altroot"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let address = args.next().ok_or("serve ADDRESS [FOLDER]")?;
    let names: Vec<(&str, Uuid)> =
        NAMES.iter().zip(1u128..).map(|(name, n)| (*name, Uuid::from_u128(n))).collect();
    let s3 = Arc::new(front_s3::S3::open(front_s3::Config {
        directory: args.next().map(Into::into),
        stores: Arc::new(stores::Memory::of(&names, engine::Clock::system().now())),
        hosts: vec!["ewr1.vultrobjects.com".into(), "localhost".into()],
        clock: engine::Clock::system(),
    })?);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{}", listener.local_addr()?);
    let (sender, stop) = watch::channel(false);
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        let _ = sender.send(true);
    });
    s3.serve(listener, stop).await;
    Ok(())
}
