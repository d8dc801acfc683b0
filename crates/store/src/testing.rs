//! For tests, here and in other crates: a throwaway PostgreSQL, and a check of what the store
//! promises itself. Not part of the server.
//!
//! The server is Debian's (or any with `initdb` on the PATH). It listens on a unix socket in a
//! directory of its own, one for each test binary. A shell waits beside it until this process has
//! ended, however it ends, then stops it and removes the directory.
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio_postgres::NoTls;

use crate::sound::{UNCOUNTED, WRONG};
use crate::{Backend, Result, Store};

/// `$1` is where the programs are. The end of standard input is the end of the tests.
const SCRIPT: &str = r#"
set -e
trap : INT TERM HUP
dir=$(mktemp -d "${TMPDIR:-/tmp}/kettle-pg.XXXXXX")
trap '"$1/pg_ctl" stop -s -m immediate -D "$dir/data" >&2 || :; rm -rf "$dir"' EXIT
"$1/initdb" -D "$dir/data" -U kettle --auth=trust --encoding=UTF8 --locale=C --no-sync >&2
"$1/pg_ctl" start -s -w -D "$dir/data" -l "$dir/log" \
    -o "-k $dir -c listen_addresses= -c fsync=off -c max_connections=300" >&2 || cat "$dir/log" >&2
echo "$dir"
cat >/dev/null
"#;

struct Cluster {
    directory: String,
    databases: AtomicUsize,
    /// Its standard input ends with this process.
    _shell: Child,
}

/// What a write gets where the disk is full.
pub fn full() -> crate::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    rusqlite::Error::SqliteFailure(code, None).into()
}

/// A connection string to a new, empty database. None, and a loud word: there is no PostgreSQL here.
pub async fn postgres() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(start).as_ref()?;
    let name = format!("test{}", cluster.databases.fetch_add(1, Relaxed));
    let url = |database: &str| format!("host={} user=kettle dbname={database}", cluster.directory);
    let (client, connection) = tokio_postgres::connect(&url("postgres"), NoTls)
        .await
        .expect("the server has just started");
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a new name");
    drop(client);
    let _ = connection.await;
    Some(url(&name))
}

fn start() -> Option<Cluster> {
    let Some(programs) = programs() else {
        eprintln!(
            "SKIPPED: tests on PostgreSQL, for no initdb is on the PATH or where Debian has it"
        );
        return None;
    };
    let mut command = match root() {
        // PostgreSQL refuses to run as root.
        true => {
            let mut command = Command::new("setpriv");
            let user = user();
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "sh"]);
            command
        }
        false => Command::new("sh"),
    };
    let (stdin, stdout, stderr) = (Stdio::piped(), Stdio::piped(), Stdio::piped());
    let mut shell = command
        .args(["-c", SCRIPT, "sh"])
        .arg(programs)
        .current_dir("/")
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("a shell, and setpriv for root");
    let mut directory = String::new();
    let stdout = shell.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut directory).expect("a pipe can be read");
    if directory.is_empty() {
        let mut why = String::new();
        let _ = shell.stderr.take().expect("it is piped").read_to_string(&mut why);
        panic!("PostgreSQL does not start: {why}");
    }
    let (directory, databases) = (directory.trim().to_owned(), AtomicUsize::new(0));
    Some(Cluster { directory, databases, _shell: shell })
}

/// Where PostgreSQL's programs are: the newest of Debian's, or what is on the PATH.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = debian.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = versions.into_iter().rev().chain(std::env::split_paths(&path));
    places.find(|place| place.join("initdb").exists() && place.join("pg_ctl").exists())
}

fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn user() -> &'static str {
    let known = Command::new("id").args(["-u", "postgres"]).output();
    if known.is_ok_and(|out| out.status.success()) { "postgres" } else { "nobody" }
}

/// Panics if what is stored contradicts itself.
pub async fn check(store: &Store) {
    for (what, sql) in WRONG.into_iter().chain([UNCOUNTED]) {
        let found = count(store, sql).await.expect("it can be counted");
        assert_eq!(found, 0, "{what}");
    }
}

/// Makes what is stored look as if it had been written before there were sums.
pub async fn forget_sums(store: &Store) -> Result<()> {
    const ROWS: &str = "UPDATE resource SET class = NULL, amount = -1";
    match &*store.backend {
        Backend::Sqlite(sqlite) => sqlite.run(vec![ROWS, "DELETE FROM sums"]).await,
        // The trigger takes off what they added.
        Backend::Postgres(postgres) => postgres.run(ROWS).await,
    }
}

/// Runs a statement past the store, on whichever database.
pub async fn run(store: &Store, sql: &'static str) -> Result<()> {
    match &*store.backend {
        Backend::Sqlite(sqlite) => sqlite.run(vec![sql]).await,
        Backend::Postgres(postgres) => postgres.run(sql).await,
    }
}

/// The number that `sql` answers, on whichever database.
pub async fn count(store: &Store, sql: &str) -> Result<i64> {
    match &*store.backend {
        Backend::Sqlite(sqlite) => sqlite.count(sql),
        Backend::Postgres(postgres) => postgres.count(sql).await,
    }
}

/// All that is stored, as text, whichever database has it: two stores that say the same are the same. Who
/// holds a row at this moment is left out.
pub async fn whole(store: &Store) -> Result<Vec<String>> {
    let db = store.image(0).await?.open()?;
    let mut all = Vec::new();
    for table in crate::sqlite::TABLES {
        let mut find = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns: Vec<String> = find.column_names().map(str::to_owned).collect();
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let mut line = table.to_owned();
            for (at, name) in columns.iter().enumerate().filter(|(_, name)| *name != "lease") {
                line += &format!(" {name}={:?}", row.get::<_, rusqlite::types::Value>(at)?);
            }
            all.push(line);
        }
    }
    Ok(all)
}
