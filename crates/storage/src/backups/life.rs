//! The life of a backup: copied, kept while it is one of the two newest, removed.

use std::time::Duration;

use engine::{Next, StepError};

use super::{Backup, of_instance};
use crate::copies;
use crate::instances::Instance;
use crate::{Doc, Life, LifeCx};

/// How many complete backups of an instance are kept.
const KEPT: usize = 2;
/// How many of an instance's backups are looked at, to find those that are to go.
const LOOKED_AT: usize = 50;
/// How often a complete backup looks whether its instance is still there.
const LOOK: Duration = Duration::from_secs(24 * 3600);
/// How long after its instance was found gone a backup goes, in milliseconds: with the day until
/// that is found, seven days at most.
const OUTLIVES: i64 = 6 * 24 * 3_600_000;

impl Life for Backup {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        match copies::step(doc, cx).await? {
            Next::Settled => {}
            next => return Ok(next),
        }
        replace_oldest(doc, cx).await?;
        let now = cx.cx.now();
        if cx.cx.find::<Instance>(doc.instance).await?.is_some() {
            doc.seen.orphan_since = None;
        } else if now - *doc.seen.orphan_since.get_or_insert(now) >= OUTLIVES {
            let mut tx = cx.cx.begin();
            let gone = tx.get::<Self>(doc.id()).await?;
            tx.delete(gone);
            tx.commit().await?;
            // This claim still holds the row as it was; as it was changed, it stays due.
            return Ok(Next::Settled);
        }
        Ok(Next::After(LOOK))
    }
}

/// Deletes the oldest of the instance's complete backups, now that this one is complete too. One
/// that is still being made replaces nothing.
async fn replace_oldest(newest: &Doc<Backup>, cx: &LifeCx) -> Result<(), StepError> {
    let mut tx = cx.cx.begin();
    // The oldest are looked at: should many be stuck, the next one that is complete sees the rest.
    let (mut complete, _) = tx.some::<Backup>(of_instance(newest.instance), LOOKED_AT).await?;
    // Of this one the store does not know yet that it is complete.
    complete.retain(|backup| backup.id() == newest.id() || backup.seen.complete().is_some());
    complete.sort_by_key(|backup| backup.at);
    let surplus = complete.len().saturating_sub(KEPT);
    for old in complete.into_iter().take(surplus) {
        tx.delete(old);
    }
    tx.commit().await?;
    Ok(())
}
