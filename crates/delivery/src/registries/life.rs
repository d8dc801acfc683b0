//! The life of a registry: set up, told who may log in, removed; and its retention, when the
//! schedule says so.
//!
//! Of the times that were missed while nobody looked, only the last is made up for.

use std::time::Duration;

use drivers::RegistrySpec;
use drivers::registry::Account;
use engine::{Next, StepError};

use super::{Registry, retention};
use crate::life::provision;
use crate::{Cx, Doc, Life, LifeCx};

impl Life for Registry {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = spec(doc, &cx.cx);
        let next = provision(doc, &spec, cx).await?;
        let Some(schedule) = doc.want.schedule.clone().filter(|_| next == Next::Settled) else {
            return Ok(next);
        };
        let now = cx.cx.now();
        if let Some(at) = schedule.due(now, doc.seen.executed) {
            retention::execute(&cx.cx, doc.id()).await?;
            doc.seen.executed = Some(at);
        }
        let pause = (schedule.next(now) - now).max(1).unsigned_abs();
        Ok(Next::After(Duration::from_millis(pause)))
    }
}

/// It as the driver gets it.
fn spec(registry: &Doc<Registry>, cx: &Cx) -> RegistrySpec {
    let robots = registry.robots.iter().filter(|robot| !robot.disable);
    let robots = robots.map(|robot| Account {
        name: robot.name.clone(),
        secret: robot.secret.clone(),
        root: false,
        may: robot.may.iter().map(|(action, resource)| format!("{action}:{resource}")).collect(),
        ends: robot.ends(),
    });
    let root = Account {
        name: registry.id().to_string(),
        secret: registry.password.clone(),
        root: true,
        may: Vec::new(),
        ends: None,
    };
    RegistrySpec {
        urn: registry.urn(cx),
        replicas: registry.replications.iter().map(|replica| replica.urn.clone()).collect(),
        public: registry.public,
        max_storage_mb: registry.room(cx) >> 20,
        accounts: std::iter::once(root).chain(robots).collect(),
    }
}
