//! The first account, and the keys that its servers bring: a data directory's key file decides.
//!
//! What a file brought last is kept with the account, so that three things can be told apart: a key
//! that is new, the former one of a file that has changed, which goes, and one that its owner has
//! deleted, which must not come back to life because the file still has it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::{ACCOUNTS, FIRST, KEY_MAX, KEYS, digest, too_long};
use crate::holders::{self, Account, ApiKey, EMAILS, email_in};
use crate::kind::Doc;
use crate::refusal::{Error, Result};
use crate::{Control, Tx};

/// The key that the file of one data directory brought last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Which directory, see [`crate::Config::origin`].
    pub origin: String,
    /// The key's digest.
    pub digest: String,
    /// Its last characters, as API keys show them.
    pub end: String,
}

impl Control {
    /// Makes the first account where there is none, and lets this key be its owner's, in place of
    /// the one that the same data directory brought before. False: the owner has deleted this key,
    /// and it stays deleted.
    ///
    /// # Errors
    /// When the store cannot be written, and for a key that would not be looked at.
    pub async fn ensure_root(self: &Arc<Self>, key: &str) -> Result<bool> {
        if key.len() > KEY_MAX {
            return Err(too_long().into());
        }
        let mut patience = self.store.patience();
        loop {
            let work = format!("owner {}", digest(key));
            match self.chance.for_work(&self.clock, &work, self.try_root(key)).await {
                // Another server does the same at this moment: let us see what there is now.
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_root(self: &Arc<Self>, key: &str) -> Result<bool> {
        let mut owner = self.account_named(FIRST, first_account()).await?;
        let new = ApiKey::first(owner.id(), key);
        let new =
            Root { origin: self.origin.clone(), digest: new.digest.clone(), end: new.end.clone() };
        let mut tx = self.system_cx(owner.seq(), "create-api-key").begin();
        let works = self.owns(&mut tx, owner.id(), &new.digest).await?;
        let is_known = owner.roots.iter().any(|root| root.digest == new.digest);
        let place = owner.roots.iter().position(|root| root.origin == new.origin);
        if place.is_some_and(|at| owner.roots[at] == new) {
            return Ok(works.is_some());
        }
        let is_free = tx.taken(KEYS, &new.digest).await?.is_none();
        // One that another directory brought and that is gone has been deleted.
        let is_given = is_free && !is_known;
        if is_given {
            give(&mut tx, &owner, &new);
        }
        let former = place.map(|at| owner.roots.remove(at));
        owner.roots.push(new);
        tx.put(&owner);
        // The former key goes, unless another directory has it as well.
        if let Some(former) = former.filter(|f| owner.roots.iter().all(|r| r.digest != f.digest))
            && let Some(key) = self.owns(&mut tx, owner.id(), &former.digest).await?
        {
            tx.delete(key);
        }
        tx.commit().await?;
        Ok(works.is_some() || is_given)
    }

    /// The key with this digest, where it is the owner's.
    pub(crate) async fn owns(
        &self,
        tx: &mut Tx,
        owner: Uuid,
        digest: &str,
    ) -> Result<Option<Doc<ApiKey>>> {
        let Some(id) = tx.taken(KEYS, digest).await? else { return Ok(None) };
        Ok(tx.find::<ApiKey>(id).await?.filter(|key| key.user == owner))
    }

    /// Whether this is a key of the first account's owner, and works.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_root(self: &Arc<Self>, key: &str) -> Result<bool> {
        let owner = self.store.taken(ACCOUNTS, FIRST).await?;
        let key = self.store.taken(KEYS, &digest(key)).await?;
        let (Some(owner), Some(key)) = (owner, key) else { return Ok(false) };
        let Some(row) = self.store.get(key).await? else { return Ok(false) };
        let key: Doc<ApiKey> = Doc::read(row)?;
        Ok(key.user == owner && key.expires.is_none_or(|at| at > self.clock.now()))
    }

    /// Empties the store in one moment: of requests and steps under way that rely on what is gone
    /// nothing is written any more, and nobody is told that the key is unknown. The first account
    /// stays, with the keys that its servers brought and that work: where servers share a store, one
    /// that resets it must not lock the others' owners out. Keys that were deleted stay deleted.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn reset(self: &Arc<Self>, key: &str) -> Result<()> {
        let _nobody_asks = self.resetting.write().await;
        self.ensure_root(key).await?;
        let mut patience = self.store.patience();
        loop {
            match self.try_reset().await {
                // Another server has started, or brought another key: that one stays as well.
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => {
                    self.forget();
                    if outcome.is_ok()
                        && let Err(error) = self.sweep_real().await
                    {
                        tracing::warn!(%error, "something outside is left of what was reset");
                    }
                    return outcome;
                }
            }
        }
    }

    /// Forgets what is remembered of all that was there.
    pub(crate) fn forget(&self) {
        self.keyring.forget();
        self.gone.forget();
        self.doors().into_iter().for_each(|doors| doors.shut_all());
    }

    async fn try_reset(self: &Arc<Self>) -> Result<()> {
        let owner = self.account_named(FIRST, first_account()).await?;
        let mut keep = vec![owner.row.clone()];
        for root in &owner.roots {
            let Some(id) = self.store.taken(KEYS, &root.digest).await? else { continue };
            let Some(row) = self.store.get(id).await? else { continue };
            let is_owners = Doc::<ApiKey>::read(row.clone()).is_ok_and(|k| k.user == owner.id());
            if is_owners && keep.iter().all(|kept| kept.id != row.id) {
                keep.push(row);
            }
        }
        Ok(self.store.reset(&keep).await?)
    }
}

pub(crate) fn first_account() -> Account {
    Account { name: "Kettle".into(), email: "root@kettle.invalid".into(), ..Account::default() }
}

/// Makes the key the owner's.
pub(crate) fn give(tx: &mut Tx, owner: &Doc<Account>, root: &Root) {
    let (digest, end) = (root.digest.clone(), root.end.clone());
    holders::give(tx, owner.id(), digest, end);
    let email = email_in(owner.seq(), &owner.email);
    tx.take(EMAILS, email, owner.id());
}
