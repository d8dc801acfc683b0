//! Several servers on one PostgreSQL: one API, one account, shared work.

use std::time::Duration;

use api::Money;
use api::account::GetAccount;
use api::api_keys::{CreateApiKey, DeleteApiKey};
use api::blocks::{BlockStatus, CreateBlock, DeleteBlock, GetBlock, ListBlocks};
use api::ssh_keys::{CreateSshKey, DeleteSshKey, GetSshKey, ListSshKeys};
use sdk::wait::State;
use store::{Location, Store, testing};
use tempfile::TempDir;

use crate::support::{self, LONG, Server, fails, kettle, serve};

/// A server on this database, with a data directory of its own for its key.
async fn server(database: &str, args: &[&str]) -> (Server, TempDir) {
    let (directory, database) = (tempfile::tempdir().unwrap(), database.to_owned());
    let mut command = serve(directory.path());
    command.args(["--store", &database]).args(args);
    let data = directory.path().to_owned();
    let started = tokio::task::spawn_blocking(move || Server::start(&mut command, &data));
    (started.await.unwrap(), directory)
}

#[tokio::test]
async fn what_one_writes_the_other_shows_and_both_have_one_account() {
    let Some(database) = testing::postgres().await else { return };
    // Together, so that they race for the format and for the first account.
    let ((one, _a), (other, _b)) = tokio::join!(server(&database, &[]), server(&database, &[]));
    assert_ne!(one.key, other.key);
    let ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me".to_owned();
    let create = CreateSshKey { name: "shared".into(), ssh_key };
    let key = one.client().send(create).await.unwrap();
    assert_eq!(other.client().send(GetSshKey { ssh_key_id: key.id }).await.unwrap(), key);
    // Either server's key works on both.
    let account = one.client().send(GetAccount {}).await.unwrap();
    assert_eq!(account.balance, Money::default());
    for client in [one.client_with(&other.key), other.client_with(&one.key), other.client()] {
        assert_eq!(client.send(GetAccount {}).await.unwrap().email, account.email);
        let keys = client.send(ListSshKeys::default()).await.unwrap().items;
        assert_eq!(keys, std::slice::from_ref(&key));
    }
    other.client().send(DeleteSshKey { ssh_key_id: key.id }).await.unwrap();
    assert_eq!(one.client().send(ListSshKeys::default()).await.unwrap().meta.total, 0);

    // A key that one makes works on the other, and ends on both at once.
    let create = CreateApiKey { name: Some("script".into()), ..CreateApiKey::default() };
    let made = one.client().send(create).await.unwrap();
    let script = other.client_with(&made.api_key);
    script.send(GetAccount {}).await.unwrap();
    one.client().send(DeleteApiKey { apikey_id: made.id }).await.unwrap();
    assert_eq!(script.send(GetAccount {}).await.unwrap_err().status(), Some(401));
    assert!(one.stop().success() && other.stop().success());
}

#[tokio::test]
async fn each_servers_key_file_decides_for_itself_and_a_reset_locks_nobody_out() {
    let Some(database) = testing::postgres().await else { return };
    let (one, a) = server(&database, &[]).await;
    let (other, _b) = server(&database, &[]).await;
    let answer = one.client().raw(api::Method::POST, "/_kettle/reset", None).await.unwrap();
    assert_eq!(answer.status, 204);
    for key in [&one.key, &other.key] {
        one.client_with(key).send(GetAccount {}).await.unwrap();
        other.client_with(key).send(GetAccount {}).await.unwrap();
    }

    let former = one.key.clone();
    assert!(one.stop().success());
    std::fs::write(a.path().join("key"), "ANOTHERKEYANOTHERKEYANOTHERKEY\n").unwrap();
    let (data, mut command) = (a.path().to_owned(), serve(a.path()));
    command.args(["--store", &database]);
    let started = tokio::task::spawn_blocking(move || Server::start(&mut command, &data));
    let one = started.await.unwrap();
    one.client().send(GetAccount {}).await.unwrap();
    other.client().send(GetAccount {}).await.unwrap();
    let refused = other.client_with(&former).send(GetAccount {}).await.unwrap_err();
    assert_eq!(refused.status(), Some(401), "the former key of the file that has changed");
}

#[tokio::test]
async fn a_database_that_is_away_is_a_503_where_nothing_was_done() {
    let Some(database) = testing::postgres().await else { return };
    // The server finds the database by a link, which can be taken away.
    let place = tempfile::tempdir().unwrap();
    let real = database.split(['=', ' ']).nth(1).unwrap();
    let (socket, link) = (format!("{real}/.s.PGSQL.5432"), place.path().join(".s.PGSQL.5432"));
    std::os::unix::fs::symlink(&socket, &link).unwrap();
    let led = database.replacen(real, place.path().to_str().unwrap(), 1);
    let (server, _a) = server(&led, &[]).await;
    let client = server.client();
    client.send(ListSshKeys::default()).await.unwrap();

    std::fs::remove_file(&link).unwrap();
    let store = Store::open(&Location::Postgres(database)).await.unwrap();
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()";
    testing::count(&store, kill).await.unwrap();
    let health = client.raw(api::Method::GET, "/_kettle/health", None).await;
    assert_eq!(
        health.map_or_else(|e| e.status(), |answer| Some(answer.status.as_u16())),
        Some(503)
    );
    for _ in 0..20 {
        let refused = client.send(ListSshKeys::default()).await.unwrap_err();
        assert_eq!(refused.status(), Some(503), "{refused}");
        assert!(
            refused.to_string().contains("cannot be reached, so nothing was done"),
            "{refused}"
        );
    }
    let create = CreateSshKey { name: "new".into(), ssh_key: "ssh-ed25519 AAAAC3Nz me".into() };
    assert_eq!(client.send(create.clone()).await.unwrap_err().status(), Some(503));

    std::os::unix::fs::symlink(&socket, &link).unwrap();
    assert_eq!(client.send(ListSshKeys::default()).await.unwrap().meta.total, 0);
    client.send(create).await.unwrap();
    assert!(server.stop().success());
}

#[tokio::test]
async fn what_a_killed_server_began_the_other_finishes() {
    let Some(database) = testing::postgres().await else { return };
    // At the real pace, so that all volumes are under way when one server is killed.
    let (one, _a) = server(&database, &["--behave", "vultr"]).await;
    let (other, _b) = server(&database, &["--behave", "vultr"]).await;
    let mut blocks = Vec::new();
    for n in 0..10 {
        let create = CreateBlock {
            region: "ewr".into(),
            size_gb: 20,
            label: Some(format!("volume {n}")),
            ..CreateBlock::default()
        };
        blocks.push(one.client().send(create).await.unwrap());
    }
    for block in blocks.drain(..3) {
        one.client().send(DeleteBlock { block_id: block.id }).await.unwrap();
    }
    one.kill();
    // What it held at that moment is free a few seconds after its session has ended.
    let store = Store::open(&Location::Postgres(database)).await.unwrap();

    let client = other.client();
    for block in &blocks {
        let wait = client.wait(GetBlock { block_id: block.id }).timeout(LONG);
        let wait = wait.every(Duration::from_millis(200), Duration::from_secs(1));
        let ready = wait.until(|block| match block.status == BlockStatus::Active {
            true => State::Done,
            false => State::Pending("pending".into()),
        });
        ready.await.unwrap();
    }
    assert_eq!(client.send(ListBlocks::default()).await.unwrap().meta.total, 7);
    assert!(other.stop().success());
    let count = async |sql: &str| testing::count(&store, sql).await.unwrap();
    // An account waits for the end of its month.
    let under_way =
        "SELECT count(*) FROM resource WHERE deleting OR due IS NOT NULL AND kind <> 'account'";
    assert_eq!(count(under_way).await, 0);
    assert_eq!(count("SELECT count(*) FROM world WHERE kind = 'disk'").await, 7);
    testing::check(&store).await;
}

#[tokio::test]
async fn health_tells_when_the_database_is_away_and_when_it_is_back() {
    let Some(database) = testing::postgres().await else { return };
    // The database's socket by a way that can be closed.
    let ways = tempfile::tempdir().unwrap();
    let way = ways.path().join("way");
    let socket = database.strip_prefix("host=").and_then(|url| url.split(' ').next()).unwrap();
    let open = || std::os::unix::fs::symlink(socket, &way).unwrap();
    open();
    let by_way = database.replace(socket, way.to_str().unwrap()) + " application_name=away";
    let (server, _data) = server(&by_way, &[]).await;
    let client = server.client();
    let health = async || client.raw(api::Method::GET, "/_kettle/health", None).await.unwrap();
    assert_eq!(health().await.status, 200);

    std::fs::remove_file(&way).unwrap();
    let store = Store::open(&Location::Postgres(database.clone())).await.unwrap();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'away'";
    assert!(testing::count(&store, end).await.unwrap() > 0);
    let becomes = async |status: u16| {
        let look = async {
            loop {
                match health().await {
                    answer if answer.status == status => return answer.body,
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(LONG, look).await.expect("it shows")
    };
    let said = becomes(503).await;
    assert!(said.starts_with(r#"{"error":"Service unavailable. PostgreSQL"#), "{said}");
    assert_eq!(client.raw(api::Method::GET, "/v2/regions", None).await.unwrap().status, 200);

    open();
    becomes(200).await;
}

#[tokio::test]
async fn a_command_beside_a_server_uses_it_wherever_its_data_is() {
    let Some(database) = testing::postgres().await else { return };
    let (server, data) = server(&database, &[]).await;
    let data = data.path();
    let url = || std::fs::read_to_string(data.join("url")).unwrap_or_default();
    support::until("its url", || (url().trim() == server.url).then_some(()));
    let mut command = kettle(data);
    command.args(["exec", "--data"]).arg(data);
    let script = r#"echo "$VULTR_API_ENDPOINT""#;
    let output = command.args(["--", "sh", "-c", script]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.trim(), format!("{}/v2", server.url));
    assert_eq!(url().trim(), server.url, "it is still told");
    assert!(!data.join("kettle.db").exists(), "no other cloud was made");

    // Its key, its certificates and its `url` are there: another server has no place beside it.
    let (_, said) = fails(&mut serve(data));
    assert!(said.contains("another server runs on the data directory"), "{said}");
    assert_eq!(url().trim(), server.url);
    assert!(server.stop().success());
    assert_eq!(url(), "");
}
