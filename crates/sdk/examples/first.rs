//! README's: makes a volume, waits for it, and lists what there is. It costs nothing on Kettle:
//! `kettle serve`, then `cargo run --example first`.

use kettle_sdk::Client;
use kettle_sdk::api::blocks::CreateBlock;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    run(&client).await
}

/// What it does, with a client that is there: tests run it, too.
pub async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let create = CreateBlock { region: "ewr".into(), size_gb: 50, ..Default::default() };
    let block = client.blocks().create(create).await?;
    let block = client.blocks().get(block.id).wait().ready().await?;
    println!("{} is {:?}", block.id, block.status);
    for block in client.blocks().list().all().await? {
        println!("{} {} GB {}", block.id, block.size_gb, block.label);
    }
    Ok(())
}
