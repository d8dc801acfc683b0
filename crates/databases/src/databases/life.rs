//! The life of a database: its nodes are set up, told what to be, and replaced by others where it
//! moves; a migration is begun, watched, and ended.

use drivers::{DatabaseSpec, MigrationSpec};
use engine::{Next, StepError};
use uuid::Uuid;

use super::{Database, Migration, word};
use crate::{Doc, Life, LifeCx, alike};

impl Life for Database {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        if doc.deleting() {
            return remove(doc, cx).await;
        }
        match nodes(doc, cx).await? {
            Next::Settled if doc.migrations > 0 => migration(doc, cx).await,
            next => Ok(next),
        }
    }
}

/// The nodes of a database with this number, as they are known outside.
fn nodes_id(doc: &Doc<Database>, number: u64) -> Uuid {
    store::derived_id(doc.id(), format!("nodes {number}").as_bytes())
}

/// A database's migration, as it is known outside.
fn migration_id(doc: &Doc<Database>) -> Uuid {
    store::derived_id(doc.id(), b"migration")
}

async fn nodes(doc: &mut Doc<Database>, cx: &LifeCx) -> Result<Next, StepError> {
    let (things, now) = (cx.things::<DatabaseSpec>(), cx.cx.now());
    let (id, spec) = (nodes_id(doc, doc.build), doc.spec(cx));
    let Some(found) = things.observe(id).await? else {
        things.create(id, &spec).await?;
        return Ok(Next::Now);
    };
    if found.spec != Some(spec.clone()) {
        things.configure(id, &spec).await?;
        return Ok(Next::Now);
    }
    if !found.ready {
        return Ok(Next::SOON);
    }
    doc.seen.serving = Some(doc.build);
    doc.seen.ready_at.get_or_insert(now);
    // Those that served before are needed no more, nor those that never came to it.
    if doc.seen.swept < doc.build {
        things.remove(nodes_id(doc, doc.seen.swept)).await?;
        doc.seen.swept += 1;
        return Ok(Next::Now);
    }
    Ok(Next::Settled)
}

async fn migration(doc: &mut Doc<Database>, cx: &LifeCx) -> Result<Next, StepError> {
    let (things, id) = (cx.things::<MigrationSpec>(), migration_id(doc));
    let wanted = doc.migration.as_ref().map(|migration| migration.spec(doc));
    match (things.observe(id).await?, wanted) {
        (None, None) => doc.seen.migration = None,
        (None, Some(spec)) => {
            things.create(id, &spec).await?;
            return Ok(Next::Now);
        }
        (Some(found), Some(spec)) if found.spec.as_ref() == Some(&spec) => {
            doc.seen.migration = Some((spec.number, found.ready));
            if !found.ready {
                return Ok(Next::SOON);
            }
        }
        (Some(_), _) => {
            things.remove(id).await?;
            return Ok(Next::Now);
        }
    }
    Ok(Next::Settled)
}

async fn remove(doc: &Doc<Database>, cx: &LifeCx) -> Result<Next, StepError> {
    if doc.migrations > 0 {
        cx.things::<MigrationSpec>().remove(migration_id(doc)).await?;
    }
    for number in doc.seen.swept..=doc.build {
        cx.things::<DatabaseSpec>().remove(nodes_id(doc, number)).await?;
    }
    Ok(Next::Gone)
}

impl Database {
    /// Its nodes as the driver gets them.
    fn spec(&self, cx: &LifeCx) -> DatabaseSpec {
        let plan = self.size(cx.cx.catalog());
        let size = |of: fn(&crate::catalog::DatabaseSize) -> u32| plan.map_or(0, |p| of(p.size));
        let users = self.holds.users.iter();
        alike!(self => DatabaseSpec {
            version, region, network;
            engine: word(self.engine).into(),
            nodes: plan.map_or(1, |plan| plan.number_of_nodes()),
            vcpus: size(|size| size.vcpu_count),
            ram_mb: size(|size| size.ram),
            disk_gb: size(|size| size.disk),
            follows: self.source,
            allowed: self.trusted_ips.clone(),
            users: users.map(|user| (user.name.clone(), user.password.clone())).collect(),
            databases: self.holds.dbs.iter().map(|db| db.name.clone()).collect(),
            settings: self.settings(),
        })
    }
}

impl Migration {
    /// It as the driver gets it.
    fn spec(&self, to: &Doc<Database>) -> MigrationSpec {
        let ignored = self.ignored_databases.split(',').map(str::trim);
        alike!(self => MigrationSpec {
            host, port, username, password, database;
            to: to.id(),
            number: to.migrations,
            ignored: ignored.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            tls: self.ssl,
        })
    }
}
