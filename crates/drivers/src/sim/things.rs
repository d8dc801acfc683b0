//! Simulated things, of whatever spec: what they were told to be is kept as JSON, so that all of
//! this but the four short methods is compiled once.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Sim;
use crate::{Call, Error, Result, Spec, Thing, Things};

/// A spec as JSON, if it can be written so.
type Told = serde_json::Result<Value>;

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct State {
    /// Absent where a release wrote it that had other fields here.
    #[serde(default)]
    spec: Value,
    ready_at: i64,
}

impl Sim {
    async fn told(&self, what: &'static str, id: Uuid) -> Result<Option<(Value, bool)>> {
        let state = self.look::<State>(what, id).await?;
        Ok(state.map(|s| (s.spec, s.ready_at <= self.clock.now())))
    }

    async fn set_up(&self, what: &'static str, id: Uuid, spec: Told, takes: i64) -> Result<()> {
        let spec = spec.map_err(|source| Error::Unreadable { what, id, source })?;
        let ready_at = self.clock.now() + self.pace.thing.unwrap_or(takes);
        let make = |found: Option<State>| Ok(found.or(Some(State { spec, ready_at })));
        self.change(what, id, make).await
    }

    async fn tell(&self, what: &'static str, id: Uuid, spec: Told) -> Result<()> {
        let spec = spec.map_err(|source| Error::Unreadable { what, id, source })?;
        self.update(what, id, |s: &mut State| s.spec = spec).await
    }

    async fn take_away(&self, what: &'static str, id: Uuid) -> Result<()> {
        self.change(what, id, |_: Option<State>| Ok(None)).await
    }
}

impl<S: Spec> Things<S> for Sim {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<S>>> {
        let told = self.told(S::WHAT, id);
        Box::pin(async move {
            let told = told.await?;
            Ok(told.map(|(spec, ready)| Thing { spec: serde_json::from_value(spec).ok(), ready }))
        })
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a S) -> Call<'a> {
        Box::pin(self.set_up(S::WHAT, id, serde_json::to_value(spec), S::TAKES))
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a S) -> Call<'a> {
        Box::pin(self.tell(S::WHAT, id, serde_json::to_value(spec)))
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.take_away(S::WHAT, id))
    }
}
