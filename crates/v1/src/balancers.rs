//! Takes turns: v2 replaces a load balancer's whole list of instances, so that of two callers who
//! read it, add theirs and write it back at the same moment one would be lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

/// The load balancers whose lists are being changed.
#[derive(Default)]
pub(crate) struct Balancers(std::sync::Mutex<BTreeMap<Uuid, Weak<Mutex<()>>>>);

impl Balancers {
    /// Waits until nobody else changes the list of this one; its turn lasts as long as what is
    /// returned.
    pub(crate) async fn turn(&self, id: Uuid) -> OwnedMutexGuard<()> {
        let lock = {
            let mut all = self.0.lock().expect("no panic while held");
            all.retain(|_, lock| lock.strong_count() > 0);
            let lock = all.get(&id).and_then(Weak::upgrade).unwrap_or_default();
            all.insert(id, Arc::downgrade(&lock));
            lock
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_at_a_time_changes_a_list_and_none_is_kept_afterwards() {
        let balancers = Balancers::default();
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let turn = balancers.turn(one).await;
        assert!(balancers.turn(two).now_or_never().is_some(), "another one's is free");
        let mut next = Box::pin(balancers.turn(one));
        assert!((&mut next).now_or_never().is_none());
        drop(turn);
        drop(next.await);
        drop(balancers.turn(two).await);
        assert_eq!(balancers.0.lock().unwrap().len(), 1);
    }
}
