//! What can go wrong, and what is tried again by itself.

use kettle_sdk::api::blocks::{BlockId, CreateBlock};
use kettle_sdk::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // 429 is waited out, and what may be done twice (GET, PUT, DELETE) is sent again after a broken
    // connection or a 5xx: five times, by default, and not longer than 180 s. See `Client::builder`
    // for `attempts`, `timeout` and `rate_limit`.
    run(&Client::from_env()?).await
}

/// What it does, with a client that is there: tests run it, too.
pub async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let nowhere = CreateBlock { region: "atlantis".into(), size_gb: 50, ..Default::default() };
    match client.blocks().create(nowhere).await {
        // `said` leaves away which request it was; `Display` has it.
        Err(Error::Refused(refusal)) if refusal.status == 400 => println!("no: {}", refusal.said()),
        Err(Error::Transport { request, fault }) => println!("{request} got no answer: {fault}"),
        Err(other) => return Err(other.into()),
        Ok(block) => println!("{} is in Atlantis", block.id),
    }

    // Where a thing may be missing, that is no error.
    let id: BlockId = "cb676a46-66fd-4dfb-b839-443f2e6c0b60".parse()?;
    match client.blocks().get_opt(id).await? {
        Some(block) => println!("{} GB", block.size_gb),
        None => println!("there is no {id}"),
    }
    Ok(())
}
