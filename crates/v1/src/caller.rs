//! Who calls: the key as it was sent, and what v2 says of it.
//!
//! Keys themselves are kept nowhere: what is remembered is found by their digest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::account::GetAccount;
use api::api_keys::KEY_MAX;
use api::{Access, Open};
use engine::Clock;
use http::Extensions;
use sdk::Client;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::Upstream;
use crate::error::{Failure, INVALID_KEY, Result};

/// What is remembered of a key instead of the key.
pub(crate) type Digest = [u8; 32];

/// How many right keys are remembered.
const KEYS: usize = 1024;

/// The digest of a key.
pub(crate) fn digest(key: &str) -> Digest {
    Sha256::digest(key).into()
}

/// What a right key may do.
#[derive(Debug, Clone)]
pub(crate) struct Rights(Arc<[Access]>);

impl Rights {
    /// Whether its user has a permission. None at all: the account keeps its permissions in some
    /// other way, and v2 looks after them.
    pub(crate) fn may(&self, access: Access) -> bool {
        self.0.is_empty() || access.allowed(&self.0)
    }
}

/// The rights of right keys, for a short while. Wrong keys are never remembered, so that nobody
/// fills this table with them.
pub(crate) struct Keys {
    clock: Clock,
    for_ms: i64,
    known: Mutex<BTreeMap<Digest, (i64, Rights)>>,
}

impl Keys {
    pub(crate) fn new(clock: Clock, remember: Duration) -> Self {
        let for_ms = i64::try_from(remember.as_millis()).unwrap_or(i64::MAX);
        Self { clock, for_ms, known: Mutex::default() }
    }

    fn get(&self, key: &Digest) -> Option<Rights> {
        let known = self.known.lock().expect("no panic while held");
        let (until, rights) = known.get(key)?;
        (self.clock.outside() < *until).then(|| rights.clone())
    }

    fn put(&self, key: Digest, rights: &Rights) {
        let now = self.clock.outside();
        if self.for_ms == 0 {
            return;
        }
        let mut known = self.known.lock().expect("no panic while held");
        if known.len() >= KEYS {
            known.retain(|_, (until, _)| now < *until);
        }
        if known.len() >= KEYS {
            let oldest = known.iter().min_by_key(|(_, (until, _))| *until).map(|(key, _)| *key);
            oldest.and_then(|key| known.remove(&key));
        }
        known.insert(key, (now.saturating_add(self.for_ms), rights.clone()));
    }
}

/// Who calls.
pub(crate) struct Caller {
    /// The client with the caller's key.
    pub(crate) client: Client,
    /// What the key is counted and remembered by.
    pub(crate) digest: Digest,
    keys: Arc<Keys>,
    rights: OnceCell<Rights>,
}

impl Caller {
    /// Whoever has this key; empty: nobody in particular. `from` are the extensions of the request.
    pub(crate) fn new(
        upstream: &dyn Upstream,
        keys: Arc<Keys>,
        key: &str,
        from: &Extensions,
    ) -> Result<Self> {
        if key.len() > KEY_MAX {
            return Err(Failure::forbidden(INVALID_KEY));
        }
        let client = upstream.client(key, from).map_err(|_| Failure::forbidden(INVALID_KEY))?;
        Ok(Self { client, digest: digest(key), keys, rights: OnceCell::new() })
    }

    /// What the key may do; 403 where it is wrong. v2 is asked at most once for each call, and not
    /// at all where it was asked a short while ago.
    pub(crate) async fn rights(&self) -> Result<&Rights> {
        let ask = async || {
            if let Some(rights) = self.keys.get(&self.digest) {
                return Ok(rights);
            }
            let acls = self.client.send(GetAccount {}).await?.acls;
            let known = acls.iter().filter_map(|acl| match acl {
                Open::Known(acl) => Some(*acl),
                Open::Other(_) => None,
            });
            let rights = Rights(known.collect());
            self.keys.put(self.digest, &rights);
            Ok(rights)
        };
        self.rights.get_or_try_init(ask).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_keys_are_remembered_for_a_while_and_not_without_end() {
        let clock = Clock::manual(0);
        let keys = Keys::new(clock.clone(), Duration::from_secs(10));
        let rights = Rights(Arc::new([Access::Dns]));
        keys.put(digest("first"), &rights);
        assert!(keys.get(&digest("first")).is_some());
        assert!(keys.get(&digest("other")).is_none());
        clock.set(1);
        for n in 0..KEYS {
            keys.put(digest(&n.to_string()), &rights);
        }
        assert_eq!(keys.known.lock().unwrap().len(), KEYS);
        assert!(keys.get(&digest("first")).is_none(), "the oldest went");
        assert!(keys.get(&digest("0")).is_some());
        clock.set(10_001);
        assert!(keys.get(&digest("0")).is_none());
    }
}
