//! Users, logical databases and connection pools.

use api::Access;

use super::*;

fn user(database_id: DatabaseId, username: &str) -> CreateDatabaseUser {
    CreateDatabaseUser { database_id, username: username.into(), ..Default::default() }
}

fn db(database_id: DatabaseId, name: &str) -> CreateDatabaseDb {
    CreateDatabaseDb { database_id, name: name.into() }
}

fn pool(id: DatabaseId, more: Value) -> CreateConnectionPool {
    let mut all = json!({
        "database_id": id, "name": "web", "database": "defaultdb", "username": "vultradmin",
        "mode": "transaction", "size": 10,
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made_of(all)
}

async fn one_user(world: &World, database_id: DatabaseId, username: &str) -> DatabaseUser {
    world.done(GetDatabaseUser { database_id, username: username.into() }).await
}

#[tokio::test]
async fn a_user_has_the_password_that_was_sent_or_one_that_is_made() {
    let (world, database_id) = with_one("mysql", json!({})).await;
    let mut new = user(database_id, "app");
    new.password = Some("Horse-7".into());
    new.encryption = Some(PasswordEncryption::MysqlNativePassword.into());
    let made = world.done(new).await;
    assert_eq!((&*made.password, &*made.encryption), ("Horse-7", "Legacy (MySQL 5.x)"));
    let other = world.done(user(database_id, "other")).await;
    assert!(other.password.len() > 16 && other.encryption == "Default (MySQL 8+)", "{other:?}");
    let change = |username: &str, password: &str| UpdateDatabaseUser {
        database_id,
        username: username.into(),
        password: password.into(),
    };
    assert_eq!(world.done(change("app", "Horse-8")).await.password, "Horse-8");
    assert_ne!(world.done(change("other", "")).await.password, other.password);
    world.done(change("vultradmin", "Horse-9")).await;
    assert_eq!(read(&world, database_id).await.password, "Horse-9", "the same everywhere");
    world.settle().await;
    let there = nodes(&world, database_id, 0).await.unwrap().users;
    assert_eq!((&*there["app"], &*there["vultradmin"]), ("Horse-8", "Horse-9"));
    world.done(DeleteDatabaseUser { database_id, username: "other".into() }).await;
    let left = world.done(ListDatabaseUsers { database_id }).await;
    let names: Vec<_> = left.items.iter().map(|user| user.username.as_str()).collect();
    assert_eq!((names, left.meta.total), (vec!["vultradmin", "app"], 2));
}

#[tokio::test]
async fn users_that_cannot_be_are_refused() {
    let (world, database_id) = with_one("pg", json!({})).await;
    for (name, words) in [
        ("vultradmin", "Bad request. username: `vultradmin` is there already"),
        ("", "Bad request. username: ``: a name has 1 to 63 letters"),
        ("a b", "Bad request. username: `a b`: a name has 1 to 63 letters"),
    ] {
        world.refuses_with(user(database_id, name), words).await;
    }
    let mut of_mysql = user(database_id, "app");
    of_mysql.encryption = Some(PasswordEncryption::MysqlNativePassword.into());
    let words = "This is not available for the database engine. encryption: of mysql only";
    world.refuses_with(of_mysql, words).await;
    let mut of_kafka = user(database_id, "app");
    of_kafka.permission = Some(DatabasePermission::Admin.into());
    let words = "This is not available for the database engine. permission: of kafka only";
    world.refuses_with(of_kafka, words).await;
    let first = DeleteDatabaseUser { database_id, username: "vultradmin".into() };
    world.refuses_with(first, "Bad request. username: `vultradmin` is always there").await;
    assert_eq!(world.done(ListDatabaseUsers { database_id }).await.meta.total, 1);
}

#[tokio::test]
async fn a_kafka_user_has_a_permission_and_the_first_has_all() {
    let (world, database_id) = with_one("kafka", json!({})).await;
    assert_eq!(
        world.done(user(database_id, "app")).await.permission,
        Some(DatabasePermission::Read.into())
    );
    let mut writes = user(database_id, "writes");
    writes.permission = Some(DatabasePermission::ReadWrite.into());
    let uri = format!("/v2/databases/{database_id}/users/writes");
    world.done(writes).await;
    let (_, body) = world.raw("GET", &uri, "").await;
    assert!(body.contains(r#""permission":"readwrite""#) && !body.contains("encryption"), "{body}");
    let first = one_user(&world, database_id, "vultradmin").await;
    assert_eq!(first.permission, Some(DatabasePermission::Admin.into()));
}

#[tokio::test]
async fn who_may_only_look_is_told_no_password() {
    let (world, database_id) = with_one("pg", json!({})).await;
    let looks = crate::common::user(&world, "looks", &[Access::SubscriptionsView]).await;
    let looks = world.client_with(&looks.api_key.into_inner());
    assert_eq!(looks.send(GetDatabase { database_id }).await.unwrap().password, "");
    let users = looks.send(ListDatabaseUsers { database_id }).await.unwrap().items;
    assert_eq!((users.len(), &*users[0].password), (1, ""));
    assert_ne!(one_user(&world, database_id, "vultradmin").await.password, "");
}

#[tokio::test]
async fn logical_databases_come_and_go_but_for_the_first() {
    let (world, database_id) = with_one("pg", json!({})).await;
    assert_eq!(world.done(db(database_id, "shop")).await.name, "shop");
    world.refuses_with(db(database_id, "shop"), "Bad request. name: `shop` is there already").await;
    world.settle().await;
    assert_eq!(nodes(&world, database_id, 0).await.unwrap().databases, ["defaultdb", "shop"]);
    let delete = |name: &str| DeleteDatabaseDb { database_id, db_name: name.into() };
    world
        .refuses_with(delete("defaultdb"), "Bad request. db-name: `defaultdb` is always there")
        .await;
    world.done(delete("shop")).await;
    assert_eq!(world.done(ListDatabaseDbs { database_id }).await.items.len(), 1);
    let cache = running(&world, order("valkey", json!({}))).await;
    let words = "This is not available for the database engine. logical databases: of mysql and pg only, and this is valkey";
    world.refuses_with(db(cache, "shop"), words).await;
}

#[tokio::test]
async fn pools_share_the_connections_of_the_plan() {
    let (world, database_id) = with_one("pg", json!({})).await;
    world.done(pool(database_id, json!({}))).await;
    let list = async || world.done(ListConnectionPools { database_id }).await;
    let told = list().await;
    let PoolConnections { used, available, max } = told.connections;
    assert_eq!((used, available, max, told.meta.total), (10, 37, 47, 1));
    let update = |more: Value| {
        let mut all = json!({ "database_id": database_id, "pool_name": "web" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made_of::<UpdateConnectionPool>(all)
    };
    let unchanged = world.done(update(json!({}))).await;
    assert_eq!((unchanged.size, &unchanged.mode), (10, &PoolMode::Transaction.into()));
    let changed = world.done(update(json!({ "size": 47, "mode": "statement" }))).await;
    assert_eq!((changed.size, &*changed.database), (47, "defaultdb"));
    for (more, words) in [
        (json!({ "name": "web" }), "name: `web` is there already"),
        (json!({ "name": "jobs", "size": 1 }), "size: 1 is not from 1 to 0"),
        (
            json!({ "name": "jobs", "database": "none" }),
            "database: there is no logical database `none`",
        ),
        (json!({ "name": "jobs", "username": "none" }), "username: there is no user `none`"),
    ] {
        world.refuses(pool(database_id, more), words).await;
    }
    world.done(DeleteConnectionPool { database_id, pool_name: "web".into() }).await;
    assert_eq!(list().await.connections.used, 0);
    let mysql = running(&world, order("mysql", json!({}))).await;
    let words = "This is not available for the database engine. connection pools: of pg only";
    world.refuses_with(pool(mysql, json!({})), words).await;
}

#[tokio::test]
async fn what_a_pool_uses_stays() {
    let (world, database_id) = with_one("pg", json!({})).await;
    world.done(user(database_id, "app")).await;
    world.done(db(database_id, "shop")).await;
    world.done(pool(database_id, json!({ "database": "shop", "username": "app" }))).await;
    let user = DeleteDatabaseUser { database_id, username: "app".into() };
    world.refuses_with(user, "Bad request. username: connection pool `web` uses `app`").await;
    let db = DeleteDatabaseDb { database_id, db_name: "shop".into() };
    world.refuses_with(db, "Bad request. db-name: connection pool `web` uses `shop`").await;
}

#[tokio::test]
async fn certificates_are_real_and_belong_together() {
    let (world, database_id) = with_one("kafka", json!({})).await;
    let app = world.done(user(database_id, "app")).await;
    let found = read(&world, database_id).await;
    let first = one_user(&world, database_id, "vultradmin").await;
    assert_eq!((&first.access_cert, &first.access_key), (&found.access_cert, &found.access_key));
    let ca = der(&found.ca_certificate);
    for (name, key, certificate) in [
        ("vultradmin", &found.access_key, &found.access_cert),
        ("app", &app.access_key, &app.access_cert),
    ] {
        let (key, certificate) = (der(key.as_ref().unwrap()), der(certificate));
        let shown = x509::seen(&certificate).unwrap();
        assert_eq!(shown.subject, x509::name(&[(x509::COMMON_NAME, name)]));
        assert_eq!(shown.public, x509::Key::read(key).unwrap().public());
        // It names its issuer, as that names itself.
        let issuer = x509::seen(&ca).unwrap().subject;
        assert!(certificate.windows(issuer.len()).any(|part| part == issuer), "{name}");
    }
    let other = running(&world, order("pg", json!({}))).await;
    let other = read(&world, other).await;
    assert!(other.ca_certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(other.ca_certificate, found.ca_certificate, "an account has one authority");
    assert_eq!(other.access_cert, "");
}

fn der(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let lines = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
}
