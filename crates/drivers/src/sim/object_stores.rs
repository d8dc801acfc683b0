//! Simulated object storage: keys and buckets, and nobody who serves them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sim;
use crate::{ObjectStore, ObjectStoreSpec, ObjectStores, Result};

const WHAT: &str = "object-store";

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct State {
    spec: ObjectStoreSpec,
    ready_at: i64,
}

#[async_trait]
impl ObjectStores for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<ObjectStore>> {
        let state = self.look::<State>(WHAT, id).await?;
        let now = self.clock.now();
        Ok(state.map(|s| ObjectStore { spec: s.spec, ready: s.ready_at <= now }))
    }

    async fn create(&self, id: Uuid, spec: &ObjectStoreSpec) -> Result<()> {
        let ready_at = self.clock.now() + self.pace.object_store;
        let make =
            |found: Option<State>| Ok(found.or(Some(State { spec: spec.clone(), ready_at })));
        self.change(WHAT, id, make).await
    }

    async fn configure(&self, id: Uuid, spec: &ObjectStoreSpec) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| s.spec.clone_from(spec)).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
