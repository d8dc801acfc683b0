//! Users, logical databases and connection pools.

use api::databases::*;
use api::{Endpoint, Page};

use super::certificates::Certified;
use super::handlers::new_password;
use super::{Contents, Database, Db, Pool, User, access, check_room, held};
use crate::{Cx, Doc, Part, Result, Routes, alike, ensure, in_range, refuse, set};
use DatabaseEngine::{Kafka, Mysql, Pg, Valkey};

/// How long the name of a user, a logical database or a pool can be.
const NAME_MAX: usize = 63;

pub(super) fn routes() -> Routes {
    users().and(dbs()).and(pools())
}

fn users() -> Routes {
    Routes::parts::<User>()
        .list_whole::<ListDatabaseUsers>()
        .get::<GetDatabaseUser>()
        .create(create)
        .update_shown(|_, _, user, req: UpdateDatabaseUser| {
            user.password =
                Some(req.password).filter(|p| !p.is_empty()).unwrap_or_else(new_password);
            Ok(())
        })
        .remove_if::<DeleteDatabaseUser>(|owner, user| {
            let first = owner.holds.users.first().map(|first| &*first.name);
            not_the_first("username", &user.name, first)?;
            let pool = owner.holds.pools.iter().find(|pool| pool.username == user.name);
            unused("username", &user.name, pool)
        })
        .done()
}

impl Part for User {
    type View = DatabaseUser;
    const UNKNOWN: &'static str = "Invalid database user";
    held!(users, "users", &[Mysql, Pg, Valkey, Kafka]);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, owner: &Doc<Database>) -> DatabaseUser {
        let encryption = match (owner.engine, self.encryption) {
            (Mysql, PasswordEncryption::CachingSha2Password) => "Default (MySQL 8+)",
            (Mysql, PasswordEncryption::MysqlNativePassword) => "Legacy (MySQL 5.x)",
            _ => "",
        };
        DatabaseUser {
            username: self.name.clone(),
            password: self.password.clone(),
            encryption: encryption.into(),
            permission: (owner.engine == Kafka).then(|| self.permission.into()),
            access_key: (owner.engine == Kafka).then(|| self.identity.key()),
            access_cert: self.identity.certificate(),
            access_control: self.rules.as_ref().map(access::Rules::view),
        }
    }
}

fn create(cx: &Cx, owner: &mut Doc<Database>, req: CreateDatabaseUser) -> Result<User> {
    let names = owner.holds.users.iter().map(|user| user.name.as_str());
    check_name("username", &req.username, names)?;
    check_room("users", owner.holds.users.len())?;
    let (encryption, permission) =
        (req.encryption.and_then(|e| e.get()), req.permission.and_then(|p| p.get()));
    if encryption.is_some() {
        owner.needs("encryption", &[Mysql])?;
    }
    if permission.is_some() {
        owner.needs("permission", &[Kafka])?;
    }
    let password = req.password.filter(|password| !password.is_empty());
    let identity = match owner.engine {
        Kafka => owner.authority.client(&req.username, cx.now())?,
        _ => Certified::default(),
    };
    Ok(User {
        name: req.username,
        identity,
        password: password.unwrap_or_else(new_password),
        encryption: encryption.unwrap_or_default(),
        permission: permission.unwrap_or_default(),
        rules: None,
    })
}

/// What a database was made with is always in it.
fn not_the_first(field: &str, name: &str, first: Option<&str>) -> Result<()> {
    ensure(first != Some(name), field, format_args!("`{name}` is always there"))
}

fn dbs() -> Routes {
    Routes::parts::<Db>()
        .list_whole::<ListDatabaseDbs>()
        .get::<GetDatabaseDb>()
        .create(|_, owner, req: CreateDatabaseDb| {
            check_name("name", &req.name, owner.holds.dbs.iter().map(|db| db.name.as_str()))?;
            check_room("logical databases", owner.holds.dbs.len())?;
            Ok(Db { name: req.name })
        })
        .remove_if::<DeleteDatabaseDb>(|owner, db| {
            let first = owner.holds.dbs.first().map(|first| &*first.name);
            not_the_first("db-name", &db.name, first)?;
            let pool = owner.holds.pools.iter().find(|pool| pool.database == db.name);
            unused("db-name", &db.name, pool)
        })
        .done()
}

impl Part for Db {
    type View = DatabaseDb;
    const UNKNOWN: &'static str = "Invalid logical database";
    held!(dbs, "logical databases", &[Mysql, Pg]);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, _: &Doc<Database>) -> DatabaseDb {
        DatabaseDb { name: self.name.clone() }
    }
}

fn pools() -> Routes {
    Routes::parts::<Pool>()
        .on(async |cx: Cx, list: ListConnectionPools| {
            let owner = Pool::owner(&mut cx.begin(), &list.path()).await?;
            let pools = &owner.holds.pools;
            let page = Page::whole(pools.iter().map(|pool| pool.view(&owner)).collect());
            let (max, used) = (connections(&cx, &owner), held_by(pools, ""));
            let connections = PoolConnections { used, available: max.saturating_sub(used), max };
            Ok(ConnectionPools { connections, connection_pools: page.items, meta: page.meta })
        })
        .get::<GetConnectionPool>()
        .create(|cx, owner, req: CreateConnectionPool| {
            let names = owner.holds.pools.iter().map(|pool| pool.name.as_str());
            check_name("name", &req.name, names)?;
            check_room("connection pools", owner.holds.pools.len())?;
            let pool = alike!(req => Pool { name, database, username, mode, size });
            fits(cx, owner, pool)
        })
        .update_shown(|cx, owner, pool, req: UpdateConnectionPool| {
            set(&mut pool.database, req.database.filter(|name| !name.is_empty()));
            set(&mut pool.username, req.username.filter(|name| !name.is_empty()));
            set(&mut pool.mode, req.mode);
            set(&mut pool.size, req.size.filter(|size| *size > 0));
            *pool = fits(cx, owner, pool.clone())?;
            Ok(())
        })
        .remove::<DeleteConnectionPool>()
        .done()
}

impl Part for Pool {
    type View = ConnectionPool;
    const UNKNOWN: &'static str = "Invalid connection pool";
    held!(pools, "connection pools", &[Pg]);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, _: &Doc<Database>) -> ConnectionPool {
        alike!(self => ConnectionPool { name, database, username, mode, size })
    }
}

/// The pool, where what it leads to is there and its connections are left.
fn fits(cx: &Cx, owner: &Doc<Database>, pool: Pool) -> Result<Pool> {
    let Contents { users, dbs, pools, .. } = &owner.holds;
    let (database, username) = (&pool.database, &pool.username);
    let text = format_args!("there is no logical database `{database}`");
    ensure(dbs.iter().any(|db| db.name == *database), "database", text)?;
    let text = format_args!("there is no user `{username}`");
    ensure(users.iter().any(|user| user.name == *username), "username", text)?;
    let left = connections(cx, owner).saturating_sub(held_by(pools, &pool.name));
    in_range("size", pool.size, 1..=left)?;
    Ok(pool)
}

/// How many connections a database's plan has.
fn connections(cx: &Cx, owner: &Database) -> u32 {
    owner.size(cx.catalog()).and_then(|plan| plan.max_connections("pg")).unwrap_or_default()
}

/// How many connections all pools but one hold.
fn held_by(pools: &[Pool], but: &str) -> u32 {
    pools.iter().filter(|pool| pool.name != but).map(|pool| pool.size).sum()
}

/// Refuses to take away what a pool stands on.
fn unused(field: &str, name: &str, pool: Option<&Pool>) -> Result<()> {
    let pool = pool.map_or("", |pool| &pool.name);
    ensure(pool.is_empty(), field, format_args!("connection pool `{pool}` uses `{name}`"))
}

/// Refuses a name that none could have, or that another has.
pub(super) fn check_name<'a>(
    field: &str,
    name: &str,
    mut others: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if !(1..=NAME_MAX).contains(&name.len()) || !name.chars().all(allowed) {
        let text =
            format_args!("`{name}`: a name has 1 to {NAME_MAX} letters, digits, `_`, `-` and `.`");
        return refuse(field, text);
    }
    ensure(others.all(|other| other != name), field, format_args!("`{name}` is there already"))
}
