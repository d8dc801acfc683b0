//! Firewall groups: what may come in to the machines that are in one.

use drivers::firewall::From;
use drivers::{Call, FirewallSpec, Result, Thing, Things};
use uuid::Uuid;

use crate::{Net, Shared};

impl Things<FirewallSpec> for Net {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<FirewallSpec>>> {
        Box::pin(async move {
            let state = self.0.state.lock().await;
            let spec = state.groups.get(id).cloned();
            Ok(state.groups.has(id).then_some(Thing { spec, ready: true }))
        })
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a FirewallSpec) -> Call<'a> {
        Box::pin(async move {
            let is_there = self.0.state.lock().await.groups.get(id).is_some();
            if is_there { Ok(()) } else { self.0.let_in(id, Some(spec)).await }
        })
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a FirewallSpec) -> Call<'a> {
        Box::pin(self.0.let_in(id, Some(spec)))
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.0.let_in(id, None))
    }
}

impl Shared {
    /// Makes a group what it is to be, or nothing: first in the kernel, then in its file, so that what is
    /// told of a group is in force.
    pub(crate) async fn let_in(&self, id: Uuid, spec: Option<&FirewallSpec>) -> Result<()> {
        let mut state = self.state.lock().await;
        let state = &mut *state;
        for rule in spec.into_iter().flat_map(|spec| &spec.rules) {
            if let From::Balancer(balancer) = rule.from
                && !state.plugged.has(balancer)
            {
                tracing::warn!(
                    "firewall group {id} lets in the load balancer {balancer}, which has no address \
                     here: nothing comes in by that rule until it has"
                );
            }
        }
        let before = state.groups.take(id);
        state.groups.put_back(id, spec.cloned());
        if let Err(error) = self.rule(state).await {
            state.groups.take(id);
            state.groups.put_back(id, before);
            return Err(error);
        }
        match spec {
            Some(spec) => state.groups.put(id, spec.clone()),
            None => state.groups.remove(id),
        }
    }
}
