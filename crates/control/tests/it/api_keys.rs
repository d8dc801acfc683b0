//! API keys: shown once, masked afterwards, gone at once, and over at their time.

use std::time::Duration;

use api::Access;
use api::account::GetAccount;
use api::api_keys::*;
use api::users::*;
use testkit::{BEGINNING, KEY, World, refused};

use crate::common::{Asks, refused_for, user};

const HOUR: i64 = 3_600_000;

fn hidden(key: &str) -> api::Secret {
    format!("{}{}", "*".repeat(31), &key[key.len() - 5..]).into()
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_it_is_deleted() {
    let world = World::new().await;
    let made = world.done(CreateApiKey { name: Some("ci".into()), ..Default::default() }).await;
    assert_eq!((made.api_key.len(), &*made.name, made.expire), (36, "ci", false));
    let shown = world.done(GetApiKey { apikey_id: made.id }).await;
    assert_eq!(shown, ApiKey { api_key: hidden(&made.api_key), ..made.clone() });

    let other = world.client_with(&made.api_key);
    let list = other.send(ListApiKeys {}).await.unwrap();
    assert_eq!(list.meta.total, 2, "the key that the server was started with, and this one");
    assert_eq!((&*list.items[0].name, &list.items[0].api_key), ("Default", &hidden(KEY)));
    assert_eq!(list.items[1], shown);

    world.done(DeleteApiKey { apikey_id: made.id }).await;
    assert_eq!(refused(other.send(GetAccount {}).await).0, 401);
}

#[tokio::test]
async fn a_key_may_delete_itself() {
    let world = World::new().await;
    let made = world.client.api_keys().create(CreateApiKey::default()).await.unwrap();
    assert_eq!(made.name, "", "nobody named it");
    let own = world.client_with(&made.api_key);
    own.send(DeleteApiKey { apikey_id: made.id }).await.unwrap();
    assert_eq!(refused(own.send(ListApiKeys {}).await).0, 401);
}

#[tokio::test]
async fn the_key_file_decides_which_key_is_the_owners() {
    const OTHER: &str = "ANOTHERKEYANOTHERKEYANOTHERKEY";
    let world = World::new().await;
    let own = world.client.api_keys().create(CreateApiKey::default()).await.unwrap();
    assert!(world.control.ensure_root(KEY).await.unwrap(), "at every start");
    world.done(GetAccount {}).await;

    assert!(world.control.ensure_root(OTHER).await.unwrap());
    let other = world.client_with(OTHER);
    assert_eq!(world.refused(GetAccount {}).await.0, 401, "the former key goes");
    assert!(!world.control.is_root(KEY).await.unwrap());
    let listed = other.send(ListApiKeys {}).await.unwrap().items;
    assert_eq!(listed.len(), 2, "of the same account");
    assert_eq!(listed[0].id, own.id, "and keys that the owner made stay");

    assert!(world.control.ensure_root(KEY).await.unwrap(), "the file has it again");
    world.done(GetAccount {}).await;
    assert_eq!(refused(other.send(GetAccount {}).await).0, 401);
}

#[tokio::test]
async fn an_owners_key_that_was_deleted_stays_deleted() {
    let world = World::new().await;
    let first = world.client.api_keys().list().await.unwrap().items.remove(0);
    let own = world.client.api_keys().create(CreateApiKey::default()).await.unwrap();
    world.done(DeleteApiKey { apikey_id: first.id }).await;
    for _ in 0..2 {
        assert!(!world.control.ensure_root(KEY).await.unwrap(), "it is told");
        assert!(!world.control.is_root(KEY).await.unwrap());
        assert_eq!(world.refused(GetAccount {}).await.0, 401);
    }
    let (status, _) = world.raw("POST", "/_kettle/reset", "").await;
    assert_eq!(status, 403, "a deleted key empties nothing");
    let own = world.client_with(&own.api_key);
    assert_eq!(own.send(ListApiKeys {}).await.unwrap().meta.total, 1);
}

#[tokio::test]
async fn a_reset_keeps_the_keys_of_all_servers_on_the_store() {
    const NEIGHBOURS: &str = "NEIGHBOURSKEYNEIGHBOURSKEYNEIGHBOURSK";
    const DELETED: &str = "DELETEDKEYDELETEDKEYDELETEDKEYDELETED";
    let world = World::new().await;
    let server = |origin: &str| {
        let config = control::Config {
            clock: world.clock.clone(),
            shared: true,
            origin: origin.into(),
            ..control::config(world.store.clone())
        };
        control::Control::new(config)
    };
    let (neighbour, deleted) = (server("neighbour"), server("deleted"));
    assert!(neighbour.ensure_root(NEIGHBOURS).await.unwrap());
    assert!(deleted.ensure_root(DELETED).await.unwrap());
    let keys = world.client.api_keys().list().await.unwrap().items;
    let gone = keys.iter().find(|key| key.api_key == hidden(DELETED)).unwrap().id;
    world.done(DeleteApiKey { apikey_id: gone }).await;
    let script = world.client.api_keys().create(CreateApiKey::default()).await.unwrap();

    world.control.reset(KEY).await.unwrap();
    for key in [KEY, NEIGHBOURS] {
        let account = world.client_with(key).send(GetAccount {}).await.unwrap();
        assert_eq!(account.email, "root@kettle.invalid");
    }
    assert_eq!(world.client.api_keys().list().await.unwrap().meta.total, 2);
    for key in [DELETED, &script.api_key] {
        assert_eq!(refused(world.client_with(key).send(GetAccount {}).await).0, 401);
    }
    assert!(!deleted.ensure_root(DELETED).await.unwrap(), "not even by its server's next start");
}

#[tokio::test]
async fn a_key_stops_at_its_time() {
    let world = World::new().await;
    let at = api::Time::from_millis(BEGINNING + HOUR);
    let request =
        CreateApiKey { expire: Some(true), date_expire: Some(Some(at).into()), name: None };
    let made = world.done(request).await;
    assert!(made.expire);
    assert_eq!(made.date_expire.get(), Some(at));
    let key = world.client_with(&made.api_key);
    world.advance(Duration::from_secs(3599)).await;
    key.send(GetAccount {}).await.unwrap();
    world.advance(Duration::from_secs(1)).await;
    let (status, error) = refused(key.send(GetAccount {}).await);
    assert_eq!((status, &*error), (401, "Invalid API token. the key has expired"));
    let shown = world.done(GetApiKey { apikey_id: made.id }).await;
    assert_eq!(shown.date_expire.get(), Some(at));
}

#[tokio::test]
async fn an_expiry_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    let past = api::Time::from_millis(BEGINNING);
    let later = api::Time::from_millis(BEGINNING + HOUR);
    let bad = [
        (Some(true), None),
        (None, Some(later)),
        (Some(false), Some(later)),
        (Some(true), Some(past)),
    ];
    for (expire, date) in bad {
        let request = CreateApiKey { expire, date_expire: date.map(Into::into), name: None };
        refused_for("date_expire", world.client.send(request).await);
    }
    let body = r#"{"expire":true,"date_expire":"tomorrow"}"#;
    world.refuses_raw("POST", "/v2/apikeys", body, "date_expire").await;
    let (status, _) = world.raw("POST", "/v2/apikeys", r#"{"name":null,"date_expire":""}"#).await;
    assert_eq!(status, 202, "nothing and no date are no date");
    let long = CreateApiKey { name: Some("x".repeat(256)), ..Default::default() };
    assert_eq!(world.refused(long).await.0, 400);
    assert_eq!(world.client.api_keys().list().await.unwrap().meta.total, 2);
}

#[tokio::test]
async fn a_users_keys_are_seen_by_the_user_and_by_who_manages_users() {
    let world = World::new().await;
    let user = user(&world, "ada", &[Access::Dns]).await;
    let user_id = user.id;
    let own = world.client_with(&user.api_key);
    let first = own.send(ListApiKeys {}).await.unwrap();
    assert_eq!(first.items.len(), 1);
    let first = &first.items[0];
    assert_eq!((&*first.name, &first.api_key), ("Default", &hidden(&user.api_key)));

    let users = world.client.users();
    let request = CreateUserApiKey { user_id, name: Some("x".into()), ..Default::default() };
    let made = users.create_api_key(request).await.unwrap();
    let by_owner = users.list_api_keys(user_id).await.unwrap();
    assert_eq!(by_owner, own.api_keys().list().await.unwrap());
    assert_eq!(users.get_api_key((user_id, made.id)).await.unwrap(), by_owner.items[1]);

    let client = world.client_with(&made.api_key);
    assert_eq!(client.send(GetAccount {}).await.unwrap().email, "ada@example.com");
    users.delete_api_key((user_id, made.id)).await.unwrap();
    assert_eq!(refused(client.send(GetAccount {}).await).0, 401);
}

#[tokio::test]
async fn keys_of_others_are_unknown() {
    let world = World::new().await;
    let user = user(&world, "ada", &[Access::ManageUsers]).await;
    let own = world.client_with(&user.api_key);
    let owners = world.client.api_keys().list().await.unwrap().items[0].id;
    let theirs = own.api_keys().list().await.unwrap().items[0].id;
    let (client, nobodys) = (&world.client, ApiKeyId::default());
    for refusal in [
        refused(own.api_keys().get(owners).await),
        refused(own.api_keys().delete(owners).await),
        refused(client.api_keys().get(theirs).await),
        refused(client.users().get_api_key((user.id, owners)).await),
        refused(client.users().delete_api_key((user.id, nobodys)).await),
    ] {
        assert_eq!(refusal, (404, "Invalid API key".to_owned()));
    }
}

#[tokio::test]
async fn no_key_is_stored_as_it_reads() {
    let world = World::new().await;
    let made = world.client.api_keys().create(CreateApiKey::default()).await.unwrap();
    let row = world.store.get(made.id.into()).await.unwrap().unwrap();
    assert!(!row.desired.contains(made.api_key.as_str()));
}

#[tokio::test]
async fn under_open_every_token_has_an_empty_account_of_its_own() {
    let world = World::builder().open().build().await;
    let (one, other) = (world.client_with("one"), world.client_with("other"));
    let made = one.send(CreateApiKey::default()).await.unwrap();
    let unknown = refused(other.send(GetApiKey { apikey_id: made.id }).await);
    assert_eq!(unknown.0, 404);
    let list = one.send(ListApiKeys {}).await.unwrap();
    assert_eq!(list.meta.total, 2);
    assert_eq!(list.items[0].api_key, "*".repeat(36), "a short token is not told at all");
    assert_eq!(other.send(ListApiKeys {}).await.unwrap().meta.total, 1);
    let emails = [&one, &other].map(|client| client.send(GetAccount {}));
    let [a, b] = emails;
    assert_ne!(a.await.unwrap().email, b.await.unwrap().email);
}

#[tokio::test]
async fn many_first_requests_with_one_token_make_one_account() {
    let world = World::builder().open().build().await;
    let client = world.client_with("parallel");
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(CreateApiKey::default()).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(client.send(ListApiKeys {}).await.unwrap().meta.total, 9);
}
