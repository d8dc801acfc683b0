//! Joins the kinds that have a life to the engine, which knows none of them.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use drivers::Spec;
use engine::{Never, Next, StepError};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use store::Row;
use uuid::Uuid;

use crate::billing::turn;
use crate::cx::{Cx, LifeCx};
use crate::kind::{Doc, Kind, Life};
use crate::{Control, Error};

/// A kind that has a life, by its name, as the engine knows it.
type Joint = (&'static str, Box<dyn engine::Life>);
/// Joins a kind to the engine of a control plane.
pub(crate) type Join = fn(&Arc<Control>) -> Joint;

pub(crate) fn join<K: Kind, L: Life<K>>(control: &Arc<Control>) -> Joint {
    (K::KIND, Box::new(Joined::<K, L>(control.clone(), PhantomData)))
}

/// When a step is taken again that came too late.
const SOON: Duration = Duration::from_millis(5);

fn is_stale(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(Error::Stale(_)))
        || matches!(error.downcast_ref(), Some(store::Error::Stale(_)))
}

struct Joined<K, L>(Arc<Control>, PhantomData<fn() -> (K, L)>);

impl<K: Kind, L: Life<K>> engine::Life for Joined<K, L> {
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>> {
        Box::pin(async move {
            let cx = LifeCx { cx: self.0.system_cx(row.account, K::KIND) };
            let mut doc: Doc<K> = Doc::read(row.clone())?;
            let next = L::step(&mut doc, &cx).await;
            // What was seen is worth keeping, whether or not the step came to its end.
            row.observed = serde_json::to_string(&doc.seen)?;
            match meter(&doc, row, &cx.cx).await {
                Ok(false) => {}
                Ok(true) => return Ok(Next::After(SOON)),
                Err(Error::Stale(_)) => return Ok(Next::After(SOON)),
                Err(error) => return Err(error.into()),
            }
            match next {
                // A change of its own met another's: no failure, it is made a moment later.
                Err(error) if is_stale(&*error) => Ok(Next::After(SOON)),
                Err(error) => Err(told(error, row, &cx.cx).await),
                Ok(next) => {
                    if row.error.is_some() && !matches!(next, Next::Now | Next::Gone) {
                        cx.cx.tell_stuck(row, None).await;
                    }
                    Ok(next)
                }
            }
        })
    }
}

/// After how many tries something is stuck that is tried again, and its owner is told.
pub const STUCK: i64 = 3;

/// The error of a step, which the owner is told where that makes sense: at once if it is not tried again,
/// else when it was tried some times.
async fn told(error: StepError, row: &Row, cx: &Cx) -> StepError {
    match error.downcast_ref() {
        Some(drivers::Error::Unsupported(why)) => {
            cx.tell_stuck(row, Some(why)).await;
            Never(why.clone()).into()
        }
        Some(drivers::Error::Outside(why)) if row.tries == STUCK => {
            cx.tell_stuck(row, Some(why)).await;
            error
        }
        _ => error,
    }
}

/// Something that cannot be made what it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Its kind, as the store calls it.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// Since when, in milliseconds, as far as its account's log tells.
    pub since: Option<i64>,
    /// How often that was tried.
    pub tries: i64,
    /// When it is tried again, in milliseconds; none: not before somebody changes it.
    pub retry_at: Option<i64>,
    /// Why.
    pub why: String,
}

impl Control {
    /// The first things of all accounts that are stuck, so many at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn stuck(&self, most: usize) -> crate::Result<Vec<Stuck>> {
        let mut stuck = Vec::new();
        for row in self.store.stuck(STUCK, most).await? {
            stuck.push(Stuck {
                since: crate::events::stuck_since(&self.store, &row).await?,
                kind: row.kind.into_owned(),
                id: row.id,
                tries: row.tries,
                retry_at: row.due,
                why: row.error.unwrap_or_default(),
            });
        }
        Ok(stuck)
    }
}

/// Lets what was seen count where it changes what the thing costs: with the step, or, where a line of
/// an invoice ends, in a change of its own, after which the row is looked at anew.
async fn meter<K: Kind>(doc: &Doc<K>, row: &mut Row, cx: &Cx) -> crate::Result<bool> {
    if doc.deleting() {
        return Ok(false);
    }
    let (is, ended) = turn(cx, doc);
    if ended.is_none() {
        row.tally = is;
        return Ok(false);
    }
    let mut tx = cx.begin();
    tx.put(doc);
    tx.commit().await?;
    Ok(true)
}

/// What was last seen of a thing that [`provision`] brings about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Seen")]
pub struct Provisioned {
    /// Whether it can be used.
    pub ready: bool,
    /// Whether it could ever be used: from then on its addresses are told, whatever becomes of it.
    pub was_ready: bool,
}

impl AsMut<Self> for Provisioned {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

/// It as it is stored, and as 0.1 stored it of object storage, and of what had no life.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seen {
    Thing {
        ready: bool,
        #[serde(default)]
        was_ready: bool,
    },
    Ready(bool),
    Nothing(()),
}

impl From<Seen> for Provisioned {
    fn from(seen: Seen) -> Self {
        match seen {
            Seen::Thing { ready, was_ready } => Self { ready, was_ready: was_ready || ready },
            Seen::Ready(ready) => Self { ready, was_ready: ready },
            Seen::Nothing(()) => Self::default(),
        }
    }
}

/// Takes one step of a thing that is set up, told what to be whenever that changes, and removed.
///
/// # Errors
/// When the world does not answer.
pub async fn provision<K, S>(doc: &mut Doc<K>, spec: &S, cx: &LifeCx) -> Result<Next, StepError>
where
    K: Kind<Seen: AsMut<Provisioned>>,
    S: Spec,
{
    let (id, things) = (doc.id(), cx.things::<S>());
    let found = things.observe(id).await?;
    let seen = doc.seen.as_mut();
    seen.ready = found.as_ref().is_some_and(|thing| thing.ready);
    seen.was_ready |= seen.ready;
    let call = match (doc.deleting(), found) {
        (true, None) => return Ok(Next::Gone),
        (true, Some(_)) => things.remove(id),
        (false, None) => things.create(id, spec),
        (false, Some(thing)) if thing.spec.as_ref() != Some(spec) => things.configure(id, spec),
        (false, Some(thing)) if !thing.ready => return Ok(Next::SOON),
        (false, Some(_)) => return Ok(Next::Settled),
    };
    call.await?;
    Ok(Next::Now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_read_as_older_releases_stored_it() {
        // Of load balancers and from now on, of NAT gateways, of object storage.
        for stored in [r#"{"ready":true}"#, r#"{"network":"","rules":"","ready":true}"#, "true"] {
            let seen: Provisioned = serde_json::from_str(stored).unwrap();
            assert!(seen.ready && seen.was_ready, "{stored}");
        }
        let stored = serde_json::to_string(&Provisioned { ready: false, was_ready: true }).unwrap();
        let seen: Provisioned = serde_json::from_str(&stored).unwrap();
        assert!(!seen.ready && seen.was_ready, "{stored}");
    }
}
