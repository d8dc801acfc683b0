//! Joins the kinds that have a life to the engine, which knows none of them.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use engine::{Next, StepError};
use futures_util::future::BoxFuture;
use store::Row;

use crate::cx::LifeCx;
use crate::kind::{Doc, Life};
use crate::{Control, Error};

/// The kinds that the engine works on.
pub(crate) struct Lives {
    control: Arc<Control>,
    pub(crate) kinds: BTreeMap<&'static str, Box<dyn engine::Life>>,
}

impl Lives {
    pub(crate) fn new(control: Arc<Control>) -> Self {
        Self { control, kinds: BTreeMap::new() }
    }

    /// Adds a kind.
    #[must_use]
    pub(crate) fn with<K: Life>(mut self) -> Self {
        let life = Joined::<K>(self.control.clone(), PhantomData);
        self.kinds.insert(K::KIND, Box::new(life));
        self
    }
}

/// When a step is taken again that came too late.
const SOON: Duration = Duration::from_millis(5);

fn is_stale(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(Error::Stale(_)))
        || matches!(error.downcast_ref(), Some(store::Error::Stale(_)))
}

struct Joined<K>(Arc<Control>, PhantomData<K>);

impl<K: Life> engine::Life for Joined<K> {
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>> {
        Box::pin(async move {
            let cx = LifeCx { cx: self.0.system_cx(row.account, K::KIND) };
            let mut doc: Doc<K> = Doc::read(row.clone())?;
            let next = K::step(&mut doc, &cx).await;
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
pub(crate) fn pause(begun: i64, now: i64) -> Next {
    let waited = Duration::from_millis(u64::try_from(now - begun).unwrap_or_default());
    Next::After((waited / 2).clamp(Duration::from_millis(2), Duration::from_secs(5)))
}
