//! Maintenance, versions, alerts and migrations.

use super::*;

async fn updates(world: &World, database_id: DatabaseId) -> usize {
    world.done(ListDatabaseUpdates { database_id }).await.len()
}

#[tokio::test]
async fn updates_come_by_the_month_and_are_installed_by_hand_or_in_their_window() {
    let world = World::new().await;
    let more = json!({ "maintenance_dow": "tuesday", "maintenance_time": "02:00" });
    let database_id = running(&world, order("pg", more)).await;
    assert_eq!(updates(&world, database_id).await, 1);
    let period = AlertPeriod::Week;
    let alerts = world.done(ListDatabaseAlerts { database_id, period }).await;
    assert_eq!((alerts.len(), &*alerts[0].message_type), (1, "MAINTENANCE SCHEDULED"));
    let window = &alerts[0].maintenance_scheduled;
    assert!(window.ends_with(" 02:00:00 (UTC)"), "{window}");
    let day: jiff::civil::Date = window[..10].parse().unwrap();
    assert_eq!(day.weekday(), jiff::civil::Weekday::Tuesday);
    let begun = world.done(StartDatabaseUpdates { database_id }).await.message;
    assert!(begun.contains("has begun"), "{begun}");
    world.settle().await;
    assert_eq!(updates(&world, database_id).await, 0);
    assert!(
        nodes(&world, database_id, 0).await.is_none()
            && nodes(&world, database_id, 1).await.is_some()
    );
    let again = StartDatabaseUpdates { database_id };
    world.refuses_with(again, "No maintenance updates are available.").await;
    let mut days = 0;
    while updates(&world, database_id).await == 0 {
        world.advance(DAY).await;
        days += 1;
    }
    assert!((1..=31).contains(&days), "the next month's, after {days} days");
    // Two weeks, and one until the window: then it is installed by itself.
    world.advance(DAY * 21).await;
    assert_eq!(updates(&world, database_id).await, 0);
    world.advance(DAY * 300).await;
    let period = AlertPeriod::Year;
    let alerts = world.done(ListDatabaseAlerts { database_id, period }).await;
    assert!(alerts.len() >= 10 && alerts.is_sorted_by(|a, b| a.timestamp >= b.timestamp));
}

#[tokio::test]
async fn a_version_goes_up_and_never_down() {
    let (world, database_id) = with_one("pg", json!({ "database_engine_version": 15 })).await;
    let versions = async || world.done(ListDatabaseVersions { database_id }).await;
    assert_eq!(versions().await, ["16", "17", "18"]);
    let to = |version: &str| UpgradeDatabase { database_id, version: version.into() };
    world.done(to("17")).await;
    world.settle().await;
    let upgraded = read(&world, database_id).await;
    assert_eq!(
        (&*upgraded.database_engine_version, &upgraded.status),
        ("17", &DatabaseStatus::Running.into())
    );
    assert_eq!(nodes(&world, database_id, 1).await.unwrap().version, "17");
    assert_eq!(versions().await, ["18"]);
    for version in ["16", "17", "19"] {
        let words = format!("Bad request. version: `{version}` is none of 18");
        world.refuses_with(to(version), &words).await;
    }
    let mysql = running(&world, order("mysql", json!({}))).await;
    let words =
        "This is not available for the database engine. version upgrades: of pg and kafka only";
    world.refuses_with(ListDatabaseVersions { database_id: mysql }, words).await;
    let replica = CreateDatabaseReplica { database_id, region: "ewr".into(), label: "r".into() };
    let database_id = world.done(replica).await.id;
    let alone = UpgradeDatabase { database_id, version: "18".into() };
    world.refuses_with(alone, "This is a read replica.").await;
}

fn migrate(id: DatabaseId, more: Value) -> StartDatabaseMigration {
    let mut all = json!({
        "database_id": id, "host": "db.example.com", "port": 5432, "username": "app",
        "password": "Horse-7", "database": "shop", "ignored_databases": "tmp, old", "ssl": true,
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made_of(all)
}

#[tokio::test]
async fn a_migration_passes_through_its_states_and_can_be_detached() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let database_id = world.done(order("pg", json!({}))).await.id;
    world.advance(Duration::from_secs(400)).await;
    let begun = world.done(migrate(database_id, json!({}))).await;
    assert_eq!((&begun.status, &*begun.method), (&MigrationStatus::Pending.into(), ""));
    let credentials = &begun.credentials;
    assert_eq!(
        (&*credentials.host, credentials.port, credentials.ssl),
        ("db.example.com", 5432, true)
    );
    let view = async || world.done(GetDatabaseMigration { database_id }).await;
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(view().await.status, MigrationStatus::Running);
    world.advance(Duration::from_secs(300)).await;
    let done = view().await;
    assert_eq!(
        (&done.status, &*done.method, &*done.error),
        (&MigrationStatus::Complete.into(), "replication", "")
    );
    let dbs = world.done(ListDatabaseDbs { database_id }).await.items;
    assert_eq!(dbs[1].name, "shop", "what is to be filled is there");
    assert_eq!(
        world.refused(migrate(database_id, json!({}))).await.1,
        "A migration is attached already."
    );
    world.done(DetachDatabaseMigration { database_id }).await;
    let none = world.refused(GetDatabaseMigration { database_id }).await;
    assert_eq!(none, (404, "No migration is attached.".into()));
    assert_eq!(world.refused(DetachDatabaseMigration { database_id }).await, none);
    // The next one begins anew, and fails: its host is nowhere.
    world.done(migrate(database_id, json!({ "host": "db.invalid" }))).await;
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(view().await.status, MigrationStatus::Running);
    world.advance(Duration::from_secs(300)).await;
    let failed = view().await;
    assert_eq!(failed.status, MigrationStatus::Error);
    assert!(failed.error.contains("db.invalid") && failed.method.is_empty(), "{failed:?}");
}

#[tokio::test]
async fn a_migration_that_cannot_be_is_refused() {
    let (world, id) = with_one("pg", json!({})).await;
    let host = read(&world, id).await.host.clone();
    for (more, words) in [
        (json!({ "host": "" }), "host: say which"),
        (json!({ "host": host }), "host: this is the database itself"),
        (json!({ "port": 0 }), "port: 0 is not from 1 to 65535"),
        (json!({ "username": "" }), "username: say which"),
        (json!({ "password": "" }), "password: say which"),
        (json!({ "database": "" }), "database: MySQL and PostgreSQL need one"),
    ] {
        world.refuses(migrate(id, more), words).await;
    }
    let cache = running(&world, order("valkey", json!({}))).await;
    world.refuses(migrate(cache, json!({})), "database: Valkey has no logical databases").await;
    let plain = json!({ "database": "", "ignored_databases": "", "username": "" });
    assert_eq!(world.done(migrate(cache, plain)).await.credentials.username, "default");
    let kafka = running(&world, order("kafka", json!({}))).await;
    let words = "This is not available for the database engine. migrations: of";
    world.refuses_with(migrate(kafka, json!({})), words).await;
    let new = world.done(order("pg", json!({}))).await.id;
    world.refuses_with(migrate(new, json!({})), "The database is not running.").await;
}
