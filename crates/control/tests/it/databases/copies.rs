//! Backups, and what is made of a database: restored ones, forks, read replicas.

use control::databases::PARTS_MAX;

use super::*;
use crate::common::change;

fn user(database_id: DatabaseId, username: &str) -> CreateDatabaseUser {
    CreateDatabaseUser { database_id, username: username.into(), ..Default::default() }
}

async fn users(world: &World, database_id: DatabaseId) -> String {
    let users = world.done(ListDatabaseUsers { database_id }).await.items;
    users.into_iter().map(|user| user.username).collect::<Vec<_>>().join(" ")
}

fn restore(id: DatabaseId, more: Value) -> RestoreDatabase {
    let mut all = json!({ "database_id": id, "label": "copy" });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made_of(all)
}

fn fork(id: DatabaseId, region: &str, plan: &str) -> ForkDatabase {
    let (region, plan, label) = (region.into(), plan.into(), "fork".into());
    ForkDatabase { database_id: id, label, region, plan, ..Default::default() }
}

async fn backups(world: &World, database_id: DatabaseId) -> (String, String) {
    let DatabaseBackups { latest_backup, oldest_backup } =
        world.done(GetDatabaseBackups { database_id }).await;
    let text = |time: Option<BackupTime>| time.map(|t| format!("{} {}", t.date, t.time));
    (text(oldest_backup).unwrap_or_default(), text(latest_backup).unwrap_or_default())
}

#[tokio::test]
async fn backups_are_made_daily_and_kept_as_long_as_the_plan_says() {
    let world = World::new().await;
    let at = json!({ "backup_hour": "4", "backup_minute": "30" });
    let mut made = Vec::new();
    for plan in ["vultr-dbaas-hobbyist-cc-1-25-1", STARTUP, BUSINESS, PREMIUM] {
        let mut more = at.clone();
        more["plan"] = plan.into();
        made.push(running(&world, order("pg", more)).await);
    }
    for (id, day) in made.iter().zip([0, 0, 0, 0]) {
        let (oldest, latest) = backups(&world, *id).await;
        assert!(
            oldest == latest && !latest.is_empty(),
            "the first, after {day} days: {oldest} {latest}"
        );
    }
    world.advance(DAY * 40).await;
    for (id, days) in made.iter().zip([0, 1, 13, 29]) {
        let (oldest, latest) = backups(&world, *id).await;
        assert!(oldest.ends_with("04:30:00") && latest.ends_with("04:30:00"), "{oldest} {latest}");
        let time =
            |text: &str| format!("{}Z", text.replace(' ', "T")).parse::<jiff::Timestamp>().unwrap();
        let kept = time(&latest).as_second() - time(&oldest).as_second();
        assert_eq!(kept / 86_400, days, "{oldest} {latest}");
        assert_eq!(read(&world, *id).await.latest_backup, latest);
    }
    let kafka = running(&world, order("kafka", json!({}))).await;
    let words =
        "This is not available for the database engine. backups: of mysql and pg and valkey";
    world.refuses_with(GetDatabaseBackups { database_id: kafka }, words).await;
    assert_eq!(read(&world, kafka).await.latest_backup, "");
}

#[tokio::test]
async fn a_restored_database_has_what_was_there_when_the_backup_was_made() {
    let (world, id) = with_one("pg", json!({ "tag": "shop", "plan": BUSINESS })).await;
    world.done(user(id, "early")).await;
    world.advance(DAY * 2).await;
    world.done(user(id, "late")).await;
    world.done(DeleteDatabaseUser { database_id: id, username: "early".into() }).await;
    let made = world.done(restore(id, json!({}))).await;
    assert_eq!((&*made.label, &*made.tag, &*made.plan), ("copy", "shop", BUSINESS));
    assert_ne!(made.host, read(&world, id).await.host);
    assert_eq!(users(&world, made.id).await, "vultradmin early");
    assert_eq!(made.password, read(&world, id).await.password, "users come with their passwords");
    // The moment before anything was in it, and this one.
    let (oldest, _) = backups(&world, id).await;
    let (date, time) = oldest.split_once(' ').unwrap();
    let then = json!({ "type": "pitr", "date": date, "time": time.replace(':', "-") });
    let (first, now) = (world.done(restore(id, then)).await, made.date_created.clone());
    assert!(["vultradmin", "vultradmin early"].contains(&&*users(&world, first.id).await));
    let (date, time) = now.split_once(' ').unwrap();
    let now = world.done(restore(id, json!({ "type": "pitr", "date": date, "time": time }))).await;
    assert_eq!(users(&world, now.id).await, "vultradmin late");
    world.settle().await;
    assert_eq!(nodes(&world, now.id, 0).await.unwrap().users.len(), 2);
}

#[tokio::test]
async fn of_what_was_in_a_full_database_is_kept_what_changed() {
    let (world, id) = with_one("mysql", json!({ "plan": BUSINESS })).await;
    let now = world.clock.now();
    change::<control::databases::Database>(&world, id, |doc| {
        let first = doc.holds.users[0].clone();
        doc.holds.users.extend((1..PARTS_MAX).map(|n| {
            let mut user = first.clone();
            user.name = format!("user{n}");
            user
        }));
        doc.remember(now);
    })
    .await;
    let size = async || world.store.get(id.0).await.unwrap().unwrap().desired.len();
    let before = size().await;
    let mut moments = Vec::new();
    for n in 0..60 {
        world.advance(Duration::from_secs(60)).await;
        let (username, password) = ("user500".into(), format!("Horse-7-{n}").into());
        world.done(UpdateDatabaseUser { database_id: id, username, password }).await;
        moments.push(api::Time::from_millis(world.clock.now()));
    }
    let grown = size().await - before;
    assert!(grown < 60 * 600, "it had {before} bytes and has {grown} more");
    for (n, kept) in [(59, 59), (40, 40), (9, 9), (0, 9)] {
        let time = |format: &str| moments[n].0.strftime(format).to_string();
        let (date, time) = (time("%Y-%m-%d"), time("%H-%M-%S"));
        let then = json!({ "type": "pitr", "date": date, "time": time });
        let made = world.done(restore(id, then)).await.id;
        let users = world.done(ListDatabaseUsers { database_id: made }).await.items;
        assert_eq!((users.len(), &*users[0].username), (PARTS_MAX, "vultradmin"));
        let user = users.into_iter().find(|user| user.username == "user500").unwrap();
        assert_eq!(user.password, *format!("Horse-7-{kept}"), "{n}");
    }
}

#[tokio::test]
async fn a_moment_that_is_not_kept_is_refused() {
    let (world, id) = with_one("pg", json!({})).await;
    world.advance(DAY * 5).await;
    for (more, words) in [
        (json!({ "type": "pitr" }), "date: `` and time: `` are none such as"),
        (
            json!({ "type": "pitr", "date": "2020-01-01", "time": "00-00-00" }),
            "date: 2020-01-01 00-00-00 is not from",
        ),
        (json!({ "label": "" }), "label: give the new database a name"),
    ] {
        world.refuses(restore(id, more), words).await;
    }
    let tiny = json!({ "plan": "vultr-dbaas-hobbyist-cc-1-25-1" });
    let tiny = running(&world, order("pg", tiny)).await;
    world
        .refuses(
            restore(tiny, json!({ "type": "pitr" })),
            "type: this plan has its latest backup only",
        )
        .await;
    let new = world.done(order("pg", json!({}))).await.id;
    world.refuses_with(restore(new, json!({})), "No backup is available. there is none yet").await;
    assert_eq!(world.done(ListDatabases::default()).await.meta.total, 3);
}

#[tokio::test]
async fn a_fork_has_a_plan_and_a_region_of_its_own() {
    let (world, id) =
        with_one("mysql", json!({ "plan": PREMIUM, "mysql_sql_modes": ["ANSI"] })).await;
    let made = world.done(fork(id, "lax", LARGER)).await;
    world.settle().await;
    let made = read(&world, made.id).await;
    assert_eq!((&*made.region, &*made.plan, &*made.label), ("lax", LARGER, "fork"));
    assert_eq!((&made.status, made.plan_replicas), (&DatabaseStatus::Running.into(), Some(0)));
    assert_eq!(made.mysql_sql_modes, Some(vec!["ANSI".to_owned()]));
    world.done(fork(id, "ewr", STARTUP)).await;
    let small = fork(id, "ewr", "vultr-dbaas-hobbyist-cc-1-25-1");
    world
        .refuses(
            small,
            "plan: `vultr-dbaas-hobbyist-cc-1-25-1` has 25 GB of disk, the database has 55",
        )
        .await;
    world.refuses(fork(id, "ewr", VALKEY), "plan: mysql does not run on").await;
    let mut inside = fork(id, "lax", LARGER);
    inside.vpc_id = Some("new".into());
    assert!(world.done(inside).await.vpc_id.get().is_some());
}

fn replica(database_id: DatabaseId, label: &str) -> CreateDatabaseReplica {
    CreateDatabaseReplica { database_id, region: "lax".into(), label: label.into() }
}

#[tokio::test]
async fn a_read_replica_is_a_database_that_has_what_its_source_has() {
    let (world, id) = with_one("pg", json!({})).await;
    let made = world.done(replica(id, "reports")).await;
    assert_eq!(
        (&*made.region, &*made.label, &made.status),
        ("lax", "reports", &DatabaseStatus::Rebuilding.into())
    );
    world.done(user(id, "app")).await;
    world.settle().await;
    let (source, follows) = (read(&world, id).await, read(&world, made.id).await);
    assert_eq!(source.read_replicas, std::slice::from_ref(&follows.node));
    assert_eq!((&follows.user, &follows.password), (&source.user, &source.password));
    assert_eq!(users(&world, made.id).await, "vultradmin app");
    assert_eq!((&*follows.latest_backup, follows.plan_replicas), ("", Some(0)));
    assert_eq!(nodes(&world, made.id, 0).await.unwrap().follows, Some(id.0));
    assert_eq!(world.done(ListDatabases::default()).await.items[0], source);
    // It has a label, tag, region and VPC of its own.
    world.done(wished(made.id, json!({ "tag": "read", "region": "sea", "vpc_id": "new" }))).await;
    world.settle().await;
    let moved = read(&world, made.id).await;
    assert_eq!(
        (&*moved.tag, &*moved.region, &moved.status),
        ("read", "sea", &DatabaseStatus::Running.into())
    );
    let words = "This is a read replica. it has what its source has";
    world.refuses_with(user(made.id, "other"), words).await;
    world
        .refuses_with(DeleteDatabaseUser { database_id: made.id, username: "app".into() }, words)
        .await;
    world.refuses_with(replica(made.id, "again"), words).await;
    world.refuses_with(restore(made.id, json!({})), words).await;
    world
        .refuses_with(
            DeleteDatabase { database_id: id },
            "This database has read replicas. delete or promote them first",
        )
        .await;
    world.done(DeleteDatabase { database_id: made.id }).await;
    assert_eq!(read(&world, id).await.read_replicas, []);
    world.done(DeleteDatabase { database_id: id }).await;
}

#[tokio::test]
async fn a_promoted_replica_follows_nobody() {
    let (world, id) = with_one("mysql", json!({})).await;
    let database_id = world.done(replica(id, "reports")).await.id;
    world.done(user(id, "app")).await;
    world.settle().await;
    world.done(PromoteDatabaseReplica { database_id }).await;
    world.done(user(id, "late")).await;
    world.done(user(database_id, "own")).await;
    world.settle().await;
    assert_eq!(users(&world, database_id).await, "vultradmin app own");
    assert_eq!(read(&world, id).await.read_replicas, []);
    let there = nodes(&world, database_id, 0).await.unwrap();
    assert_eq!((there.follows, there.users.len()), (None, 3));
    assert_ne!(read(&world, database_id).await.latest_backup, "");
    let again = PromoteDatabaseReplica { database_id };
    world.refuses_with(again, "This is no read replica. it follows no other database").await;
    let period = AlertPeriod::Day;
    let alerts = world.done(ListDatabaseAlerts { database_id, period }).await;
    assert!(alerts.iter().any(|alert| alert.message_type == "DB MASTER PROMOTION"), "{alerts:?}");
    world.done(DeleteDatabase { database_id: id }).await;
}

#[tokio::test]
async fn there_are_three_replicas_at_most_and_none_before_the_first_backup() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let id = world.done(order("valkey", json!({}))).await.id;
    world.advance(Duration::from_secs(400)).await;
    assert_eq!(read(&world, id).await.status, DatabaseStatus::Running);
    let early = world.refused(replica(id, "a")).await;
    assert_eq!(early, (400, "No backup is available.".into()));
    world.advance(Duration::from_secs(600)).await;
    for label in ["a", "b", "c"] {
        world.done(replica(id, label)).await;
    }
    assert_eq!(world.refused(replica(id, "d")).await.0, 400);
    assert_eq!(read(&world, id).await.read_replicas.len(), 3);
    let world = World::new().await;
    let kafka = running(&world, order("kafka", json!({}))).await;
    let words = "This is not available for the database engine. read replicas: of";
    world.refuses_with(replica(kafka, "a"), words).await;
}
