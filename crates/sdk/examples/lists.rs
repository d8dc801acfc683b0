//! The ways to read a list: a page, all of it, or item by item as they are needed.

use futures_util::TryStreamExt;
use kettle_sdk::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env()?).await
}

/// What it does, with a client that is there: tests run it, too.
pub async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let page = client.plans().list().with(|list| list.per_page = Some(5)).await?;
    println!("{} of {} plans", page.items.len(), page.meta.total);

    // What a request may say beyond its ids is said by `with`.
    let high_frequency = client.plans().list().with(|list| list.kind = Some("vhf".into()));
    let plans = high_frequency.all().await?;
    println!("{} plans of high frequency", plans.len());

    // Pages are fetched as they are read: this one stops at the first plan with 8 GB.
    let mut plans = client.plans().list().stream();
    while let Some(plan) = plans.try_next().await? {
        if plan.ram >= 8192 {
            println!("{} has {} MB", plan.id, plan.ram);
            break;
        }
    }
    Ok(())
}
