//! Simulated load balancers.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sim;
use crate::{Balancer, BalancerSpec, Balancers, Result};

const WHAT: &str = "load balancer";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    spec: BalancerSpec,
    ready_at: i64,
}

#[async_trait]
impl Balancers for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<Balancer>> {
        let state = self.look::<State>(WHAT, id).await?;
        let now = self.clock.now();
        Ok(state.map(|s| Balancer { spec: s.spec, ready: s.ready_at <= now }))
    }

    async fn create(&self, id: Uuid, spec: &BalancerSpec) -> Result<()> {
        let ready_at = self.clock.now() + self.pace.balancer;
        let make =
            |found: Option<State>| Ok(found.or(Some(State { spec: spec.clone(), ready_at })));
        self.change(WHAT, id, make).await
    }

    async fn configure(&self, id: Uuid, spec: &BalancerSpec) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| spec.clone_into(&mut s.spec)).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
