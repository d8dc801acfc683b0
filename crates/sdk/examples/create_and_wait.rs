//! Makes an instance, tells its password at once, waits until its system answers, and deletes it.

use std::time::Duration;

use kettle_sdk::Client;
use kettle_sdk::api::instances::CreateInstance;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Client::from_env()?).await
}

/// What it does, with a client that is there: tests run it, too.
pub async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some("web".into()),
        ..Default::default()
    };
    let made = client.instances().create(create).await?;
    // It is shown this once. A `Secret` is not printed by accident: it has no `Display`.
    if let Some(password) = &made.default_password {
        println!("{}: root's password is {}", made.id, password.as_str());
    }

    let wait = client.instances().get(made.id).wait().timeout(Duration::from_secs(600));
    let wait = wait.on_progress(|state, waited| println!("{state}, {} s", waited.as_secs()));
    let instance = wait.ready().await?;
    println!("{} answers at {}", instance.label, instance.main_ip);

    client.instances().delete(made.id).await?;
    client.instances().get(made.id).wait().gone().await?;
    Ok(())
}
