//! Migrations from servers elsewhere. Nothing is carried over: there is nobody here who could keep
//! it. What is asked for is checked, takes its time, and fails where no server can be.

use api::databases::*;

use super::users::check_name;
use super::{Database, Db, Migration, check_room};
use crate::{Cx, Doc, Refusal, Result, Routes, Tx, alike, ensure, in_range};
use DatabaseEngine::{Mysql, Pg, Valkey};

/// Hosts that are nowhere, by RFC 2606: a migration from one fails.
const NOWHERE: &str = ".invalid";
/// Who logs in to Valkey where nobody says.
const VALKEY_USER: &str = "default";

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .read(|cx, database, _: GetDatabaseMigration| view(cx, &database))
        .alter(start)
        .alter(|_, database, _: DetachDatabaseMigration| match database.migration.take() {
            Some(_) => Ok(()),
            None => Err(none().into()),
        })
        .done()
}

fn none() -> Refusal {
    Refusal::not_found("No migration is attached.").help("start one first")
}

fn view(cx: &Cx, database: &Doc<Database>) -> Result<DatabaseMigration> {
    let Some(migration) = &database.migration else { return Err(none().into()) };
    let number = database.migrations;
    let ended = database.seen.migration.filter(|(begun, _)| *begun == number);
    let (mut status, mut method, mut error) = (MigrationStatus::Pending, "", String::new());
    match ended {
        None => {}
        Some((_, false)) => status = MigrationStatus::Running,
        Some((_, true)) if migration.host.ends_with(NOWHERE) => {
            status = MigrationStatus::Error;
            error = format!("The host {} could not be found.", migration.host);
        }
        Some((_, true)) => {
            status = MigrationStatus::Complete;
            // Those who log in as a user of MySQL that may not replicate get a dump in reality.
            method = "replication";
        }
    }
    let ignored = migration.ignored_databases.clone();
    let credentials = alike!(migration => MigrationSource {
        host, port, username, database, ssl;
        password: cx.secret(migration.password.clone()),
        ignored_databases: (!database.is_valkey()).then_some(ignored),
    });
    Ok(DatabaseMigration { status: status.into(), method: method.into(), error, credentials })
}

fn start(
    tx: &mut Tx,
    database: &mut Doc<Database>,
    req: StartDatabaseMigration,
) -> Result<DatabaseMigration> {
    let cx = tx.cx().clone();
    database.is_primary()?;
    database.needs("migrations", &[Mysql, Pg, Valkey])?;
    let help = "detach it first, whether it has ended or not";
    let twice = Refusal::bad("A migration is attached already.").help(help);
    twice.unless(database.migration.is_none())?;
    let not_yet = Refusal::bad("The database is not running.").help("wait until it is");
    not_yet.unless(database.seen.serving.is_some())?;
    let text = |text: Option<String>| text.unwrap_or_default();
    let (mut username, name, ignored) =
        (text(req.username), text(req.database), text(req.ignored_databases));
    if database.is_valkey() {
        if username.is_empty() {
            username = VALKEY_USER.into();
        }
        ensure(name.is_empty(), "database", "Valkey has no logical databases")?;
        ensure(ignored.is_empty(), "ignored_databases", "Valkey has no logical databases")?;
    }
    for (field, text) in [("host", &req.host), ("username", &username)] {
        ensure(!text.is_empty(), field, "say which")?;
    }
    ensure(!req.password.is_empty(), "password", "say which")?;
    in_range("port", req.port, 1..=65_535)?;
    let is_own = req.host.contains(&database.id().to_string());
    ensure(!is_own, "host", "this is the database itself")?;
    if !database.is_valkey() {
        take_up(database, name.clone(), cx.now())?;
    }
    database.migrations += 1;
    database.migration = Some(Migration {
        host: req.host,
        port: req.port,
        username,
        password: req.password,
        database: name,
        ignored_databases: ignored,
        ssl: req.ssl.unwrap_or_default(),
    });
    view(&cx, database)
}

/// The logical database that is to be filled is made where it is not there.
fn take_up(database: &mut Doc<Database>, name: String, now: i64) -> Result<()> {
    ensure(!name.is_empty(), "database", "MySQL and PostgreSQL need one to begin with")?;
    if database.holds.dbs.iter().all(|db| db.name != name) {
        check_name("database", &name, std::iter::empty())?;
        check_room("logical databases", database.holds.dbs.len())?;
        database.holds.dbs.push(Db { name });
        database.want.remember(now);
    }
    Ok(())
}
