//! All there is, put back from an image or compared with one.

use std::sync::Arc;

use serde_json::{Map, Value};
use store::{Difference, Image};
use uuid::Uuid;

use crate::Control;
use crate::auth::{FIRST, KEYS};
use crate::refusal::{Error, Result};
use crate::roots::{Root, first_account, give};

/// What a thing is in one state: its fields, as its owner sees them.
type Fields = Map<String, Value>;

/// A thing in which two states differ, as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The noun of its commands.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub account: i64,
    /// What it was; none: it was not there.
    pub before: Option<Fields>,
    /// What it is; none: it is not there.
    pub after: Option<Fields>,
}

impl Control {
    /// Puts back all that an image has, in one moment: of requests and steps that were begun before
    /// nothing is written any more, and what is remembered of before is forgotten. The keys of the owner
    /// that work before work afterwards, whichever server brought them. What is real of things that
    /// there are not any more goes, and everything else that is real is looked at anew.
    ///
    /// # Errors
    /// When the store cannot be written: then all is as it was.
    pub async fn restore(self: &Arc<Self>, image: &Image, key: &str) -> Result<()> {
        let _nobody_asks = self.resetting.write().await;
        self.ensure_root(key).await?;
        let roots = self.working_roots().await?;
        self.store.restore(image).await?;
        self.forget();
        self.rendered.forget();
        self.bring(&roots).await?;
        self.ensure_root(key).await?;
        self.count_what_is_stored().await?;
        if let Err(error) = self.begin_real().await {
            tracing::warn!(%error, "something outside is left of what was there before");
        }
        Ok(())
    }

    /// The owner's keys that servers brought and that work.
    async fn working_roots(self: &Arc<Self>) -> Result<Vec<Root>> {
        let owner = self.account_named(FIRST, first_account()).await?;
        let mut working = Vec::new();
        for root in &owner.roots {
            let mut tx = self.system_cx(owner.seq(), "restore").begin();
            if self.owns(&mut tx, owner.id(), &root.digest).await?.is_some() {
                working.push(root.clone());
            }
        }
        Ok(working)
    }

    /// Lets these keys be the owner's, as they were before all else was put back.
    async fn bring(self: &Arc<Self>, roots: &[Root]) -> Result<()> {
        let mut patience = self.store.patience();
        loop {
            match self.try_bring(roots).await {
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_bring(self: &Arc<Self>, roots: &[Root]) -> Result<()> {
        let mut owner = self.account_named(FIRST, first_account()).await?;
        let mut tx = self.system_cx(owner.seq(), "create-api-key").begin();
        let mut is_changed = false;
        for root in roots {
            if tx.taken(KEYS, &root.digest).await?.is_none() {
                give(&mut tx, &owner, root);
                is_changed = true;
            }
            if owner.roots.iter().all(|known| known != root) {
                owner.roots.retain(|known| known.origin != root.origin);
                owner.roots.push(root.clone());
                is_changed = true;
            }
        }
        if !is_changed {
            return Ok(());
        }
        tx.put(&owner);
        tx.commit().await
    }

    /// Whether things of a kind are shown to their owners by themselves.
    pub fn shows(&self, kind: &str) -> bool {
        self.tells(kind).is_some()
    }

    /// These differences, as the owners of things see them: `then` knows what was before, and `self` what
    /// is after. What is told with other things alone is left out, as are those that look the same.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub async fn changed(
        self: &Arc<Self>,
        then: &Arc<Self>,
        differences: Vec<Difference>,
    ) -> Result<Vec<Changed>> {
        let mut all = Vec::new();
        for Difference { id, kind, account, before, after } in differences {
            let Some((op, _)) = self.tells(&kind) else { continue };
            let before = if before { then.fields_of(id, &kind).await? } else { None };
            let after = if after { self.fields_of(id, &kind).await? } else { None };
            if before == after {
                continue;
            }
            let kind = noun(op);
            all.push(Changed { kind, id, account, before, after });
        }
        Ok(all)
    }

    /// What a thing is, as its owner sees it; none where it is not there, or about to go.
    async fn fields_of(self: &Arc<Self>, id: Uuid, kind: &str) -> Result<Option<Fields>> {
        let Some(row) = self.store.get(id).await? else { return Ok(None) };
        let Some((op, tell)) = self.tells(kind).filter(|_| !row.deleting && row.kind == kind)
        else {
            return Ok(None);
        };
        let cx = self.system_cx(row.account, op);
        match tell(cx, row).await {
            Ok(json) => Ok(serde_json::from_slice(json.as_ref()).ok()),
            // One that cannot be read is left out, so that all others can be.
            Err(error @ Error::Unreadable { .. }) => {
                tracing::error!(%error, "left out of a comparison");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The noun of the commands that an operation is among.
fn noun(op: &str) -> &'static str {
    api::operations().find(|known| known.op.id == op).map_or("thing", |known| known.group.name)
}
