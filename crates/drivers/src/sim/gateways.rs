//! Simulated NAT gateways.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sim;
use crate::{Gateway, Gateways, Result};

const WHAT: &str = "gateway";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    network: Uuid,
    rules: String,
    ready_at: i64,
}

#[async_trait]
impl Gateways for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<Gateway>> {
        let state = self.look::<State>(WHAT, id).await?;
        let now = self.clock.now();
        Ok(state.map(|s| Gateway { network: s.network, rules: s.rules, ready: s.ready_at <= now }))
    }

    async fn create(&self, id: Uuid, network: Uuid, rules: &str) -> Result<()> {
        let ready_at = self.clock.now() + self.pace.gateway;
        let make = |found: Option<State>| {
            Ok(found.or(Some(State { network, rules: rules.to_owned(), ready_at })))
        };
        self.change(WHAT, id, make).await
    }

    async fn configure(&self, id: Uuid, rules: &str) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| rules.clone_into(&mut s.rules)).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
