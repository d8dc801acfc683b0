//! Read replicas: databases of their own that follow another and cannot be written to.

use api::databases::*;

use super::handlers::made;
use super::{Database, REPLICAS_MAX, backups, following};
use crate::{Doc, Refusal, Result, Routes, Tx, alike};
use DatabaseEngine::{Mysql, Pg, Valkey};

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .change(|tx, replica, req| Box::pin(promote(tx, replica, req)))
        .done()
}

async fn create(tx: &mut Tx, req: CreateDatabaseReplica) -> Result<Doc<Database>> {
    let cx = tx.cx().clone();
    let source = tx.get::<Database>(req.database_id).await?;
    source.is_primary()?;
    source.needs("read replicas", &[Mysql, Pg, Valkey])?;
    // Terraform waits for it, and so learns that there must be one.
    let none = Refusal::bad("No backup is available.").help("wait for the database's first");
    none.unless(backups::kept(&cx, &source).is_some())?;
    let others = tx.count::<Database>(following(source.id())).await?;
    let help = format!("there are {REPLICAS_MAX} read replicas at most");
    Refusal::bad("Bad request.").help(help).unless(others < REPLICAS_MAX as u64)?;
    let (of, region) = (source.id(), cx.region("region", &req.region)?.id.clone());
    let replica = alike!(source => Database {
        engine, version, plan, maintenance_dow, maintenance_time, time_zone, trusted_ips, sql_modes,
        require_primary_key, slow_query_log, long_query_time, eviction_policy, options;
        region,
        label: req.label,
        source: Some(of),
        ..Database::new(cx.now())
    });
    let replica = tx.new_doc(replica);
    made(tx, replica, UpdateDatabase::default()).await
}

/// It goes on with what its source has at this moment, and is that one's replica no more.
async fn promote(
    tx: &mut Tx,
    replica: &mut Doc<Database>,
    _: PromoteDatabaseReplica,
) -> Result<()> {
    let Some(source) = replica.source.take() else {
        let help = "it follows no other database";
        return Err(Refusal::bad("This is no read replica.").help(help).into());
    };
    let now = tx.cx().now();
    replica.want.holds = tx.get::<Database>(source).await?.want.holds;
    replica.promoted = Some(now);
    replica.want.remember(now);
    Ok(())
}
