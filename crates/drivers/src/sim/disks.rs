//! Simulated block storage.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sim;
use crate::{Disk, Disks, Result};

const WHAT: &str = "disk";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    size_gb: u32,
    source: Option<Uuid>,
    attached_to: Option<Uuid>,
    ready_at: i64,
}

#[async_trait]
impl Disks for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<Disk>> {
        let state = self.look::<State>(WHAT, id).await?;
        Ok(state.map(|s| Disk {
            size_gb: s.size_gb,
            source: s.source,
            attached_to: s.attached_to,
            ready: s.ready_at <= self.clock.now(),
        }))
    }

    async fn create(&self, id: Uuid, size_gb: u32, source: Option<Uuid>) -> Result<()> {
        let ready_at = self.clock.now() + self.pace.disk;
        let make = |found: Option<State>| {
            Ok(found.or(Some(State { size_gb, source, attached_to: None, ready_at })))
        };
        self.change(WHAT, id, make).await
    }

    async fn grow(&self, id: Uuid, size_gb: u32) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| s.size_gb = s.size_gb.max(size_gb)).await
    }

    async fn attach(&self, id: Uuid, machine: Option<Uuid>) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| s.attached_to = machine).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
