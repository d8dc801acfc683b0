//! Joins the kinds that have a life to the engine, which knows none of them.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use engine::{Next, StepError};
use futures_util::future::BoxFuture;
use store::Row;

use crate::cx::LifeCx;
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
            row.tally = K::tally(&doc);
            match next {
                // A change of its own met another's: no failure, it is made a moment later.
                Err(error) if is_stale(&*error) => Ok(Next::After(SOON)),
                next => next,
            }
        })
    }
}

/// When to look again at something that was begun at `begun` and is not ready by `now`, where
/// nobody can tell how long that takes: after half as long again, so that what takes milliseconds
/// is found ready within milliseconds and what takes minutes is not asked about all the time.
pub fn pause(begun: i64, now: i64) -> Next {
    let waited = Duration::from_millis(u64::try_from(now - begun).unwrap_or_default());
    Next::After((waited / 2).clamp(Duration::from_millis(2), Duration::from_secs(5)))
}
