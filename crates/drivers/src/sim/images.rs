//! Simulated images: copies of disks, and downloads. Every download succeeds.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sim;
use crate::{Images, Result, Source, StoredImage};

const WHAT: &str = "image";
/// What a simulated download weighs, when its size is not known beforehand.
const DOWNLOAD_BYTES: u64 = 120_586_240;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    source: Source,
    size_bytes: u64,
    ready_at: i64,
}

#[async_trait]
impl Images for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<StoredImage>> {
        let state = self.look::<State>(WHAT, id).await?;
        let now = self.clock.now();
        Ok(state.map(|s| {
            let ready = s.ready_at <= now;
            let size_bytes = if ready { s.size_bytes } else { 0 };
            let digest = if ready { id.simple().to_string() } else { String::new() };
            StoredImage { source: s.source, ready, size_bytes, digest }
        }))
    }

    async fn create(&self, id: Uuid, source: &Source, size_bytes: u64) -> Result<()> {
        let ready_at = self.clock.now() + self.pace.image;
        let size_bytes = match (source, size_bytes) {
            (Source::Url(_), 0) => DOWNLOAD_BYTES,
            (_, size) => size,
        };
        let make = |found: Option<State>| {
            Ok(found.or(Some(State { source: source.clone(), size_bytes, ready_at })))
        };
        self.change(WHAT, id, make).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
