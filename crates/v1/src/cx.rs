//! What a handler works with: the caller's client, the checked parameters, and the way from v1's
//! identifiers to v2's and back.

use std::sync::{Arc, Mutex};

use api::id::{FirewallGroupId, InstanceId};
use api::plans::{ListMetalPlans, ListPlans};
use api::regions::ListRegions;
use api::{Access, Endpoint, Listing};
use catalog::Catalog;
use futures_util::TryStreamExt;
use sdk::Client;
use serde_json::Value;
use uuid::Uuid;

use crate::caller::Caller;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::{Ids, Space};
use crate::maps::{is_later, later};
use crate::reply::map;
use crate::serve::Shared;

/// What a handler works with.
pub(crate) struct Cx {
    pub(crate) client: Client,
    pub(crate) shared: Arc<Shared>,
    pub(crate) caller: Arc<Caller>,
    /// Which call it is.
    pub(crate) call: &'static str,
    /// Whether the caller speaks v1 as it was from about 2015 on: it sends its key in a header.
    pub(crate) later: bool,
    pub(crate) named: Named,
}

/// The things that a call named, each with its id as the caller wrote it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named(Arc<Mutex<Vec<(Uuid, String)>>>);

impl Named {
    fn add(&self, id: Uuid, text: String) {
        self.0.lock().expect("no panic while held").push((id, text));
    }

    /// A refusal with the caller's ids instead of v2's: those may be of another account's things,
    /// and are not this caller's to know.
    pub(crate) fn in_v1_ids(&self, mut refusal: Failure) -> Failure {
        for (id, text) in self.0.lock().expect("no panic while held").iter() {
            refusal.text = refusal.text.replace(&id.to_string(), text);
        }
        refusal
    }
}

/// What an id names, and the sentence for one that names nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thing {
    pub(crate) space: Space,
    pub(crate) invalid: &'static str,
}

pub(crate) const SERVER: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid server.  Check SUBID value and ensure your API key matches the server's \
              account",
};
pub(crate) const FIREWALL: Thing = Thing {
    space: Space::FirewallGroup,
    invalid: "Invalid firewall group.  Check FIREWALLGROUPID value and ensure your API key \
              matches the firewall group's account",
};
pub(crate) const SNAPSHOT: Thing = Thing {
    space: Space::Snapshot,
    invalid: "Invalid snapshot.  Check SNAPSHOTID value and ensure your API key matches the \
              snapshots's account",
};
pub(crate) const BACKUP: Thing = Thing {
    space: Space::Backup,
    invalid: "Invalid backup.  Check BACKUPID value and ensure your API key matches the backup's \
              account",
};
pub(crate) const SSH_KEY: Thing = Thing {
    space: Space::SshKey,
    invalid: "Invalid SSH Key.  Check SSHKEYID value and ensure your API key matches the key's \
              account",
};
// The word that is missing a letter is v1's.
pub(crate) const SCRIPT: Thing = Thing {
    space: Space::Script,
    invalid: "Invalid statup script.  Check SCRIPTID value and ensure your API key matches the \
              scripts's account",
};
pub(crate) const NETWORK: Thing = Thing {
    space: Space::Network,
    invalid: "Invalid network.  Check NETWORKID value and ensure your API key matches the \
              network's account",
};
pub(crate) const ISO: Thing = Thing {
    space: Space::Iso,
    invalid: "Invalid ISO.  Check ISOID value and ensure your API key matches the ISO's account",
};

impl Thing {
    /// What v2 said, in v1's words where it is that there is no such thing.
    fn refusal(self, error: sdk::Error) -> Failure {
        if is_unknown(&error) { self.unknown() } else { error.into() }
    }

    /// 412: there is no such thing.
    pub(crate) fn unknown(self) -> Failure {
        Failure::refused(self.invalid)
    }
}

impl Cx {
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.shared.config.catalog
    }

    pub(crate) fn ids(&self) -> &dyn Ids {
        &*self.shared.config.ids
    }

    /// Passes over parameters that were sent and do not matter here.
    pub(crate) fn ignore(&self, params: &[&str]) {
        let names: Vec<_> = params.iter().map(|&name| name.to_owned()).collect();
        self.shared.ignored.tell(self.call, &names);
    }

    /// Carries out an operation of v2.
    pub(crate) async fn send<E: Endpoint>(&self, request: E) -> Result<E::Response> {
        Ok(self.client.send(request).await?)
    }

    /// Carries out an operation on a thing: that there is none is said in v1's words for it.
    pub(crate) async fn on<E: Endpoint>(&self, thing: Thing, request: E) -> Result<E::Response> {
        self.client.send(request).await.map_err(|error| thing.refusal(error))
    }

    /// Carries out an operation on a thing, whatever it answers.
    pub(crate) async fn act<E: Endpoint>(&self, thing: Thing, request: E) -> Result<()> {
        // Not by way of `on`: each layer is compiled for each operation.
        self.client.send(request).await.map(drop).map_err(|error| thing.refusal(error))
    }

    /// Like [`Cx::on`], with `words` before what is refused for another reason.
    pub(crate) async fn attempt<E: Endpoint>(
        &self,
        thing: Thing,
        request: E,
        words: &str,
    ) -> Result<E::Response> {
        self.client.send(request).await.map_err(|error| match is_unknown(&error) {
            true => thing.unknown(),
            false => Failure::from(error).after(words),
        })
    }

    /// A server's password: as v2 tells it, or as it was kept when v2 told it last. Who may only
    /// look at servers is not to get into them.
    pub(crate) async fn password(&self, server: Uuid, told: Option<&str>) -> Result<String> {
        let password = match told {
            Some(password) => Some(password.to_owned()),
            None => self.ids().password(server).await?,
        };
        match password {
            Some(password) if self.caller.rights().await?.may(Access::Subscriptions) => {
                Ok(password)
            }
            _ => Ok(String::new()),
        }
    }

    /// Destroys a thing, and forgets what is kept of it.
    pub(crate) async fn gone<E: Endpoint>(
        &self,
        thing: Thing,
        id: impl Into<Uuid>,
        request: E,
    ) -> Result<()> {
        self.client.send(request).await.map_err(|error| thing.refusal(error))?;
        self.forget(thing.space, id).await;
        Ok(())
    }

    /// Forgets what is kept of a thing that is gone. It is gone whether that succeeds or not.
    pub(crate) async fn forget(&self, space: Space, id: impl Into<Uuid>) {
        let id = id.into();
        if let Err(error) = self.ids().forget(space, id).await {
            tracing::warn!(%error, %id, "the id of what is gone is still kept");
        }
    }

    /// All of a list: v1 has no pages.
    pub(crate) async fn all<L: Listing>(&self, mut list: L) -> Result<Vec<L::Item>> {
        *list.per_page() = Some(api::page::PER_PAGE_MAX);
        Ok(self.client.pages(list).try_collect().await?)
    }

    /// The number of a thing.
    pub(crate) async fn number(&self, space: Space, id: impl Into<Uuid>) -> Result<u64> {
        let numbers = self.ids().numbers(space, &[id.into()]).await?;
        Ok(numbers.first().copied().unwrap_or_default())
    }

    /// The numbers of things, in their order.
    pub(crate) async fn numbers(
        &self,
        space: Space,
        ids: impl IntoIterator<Item = impl Into<Uuid>>,
    ) -> Result<Vec<u64>> {
        let ids: Vec<Uuid> = ids.into_iter().map(Into::into).collect();
        Ok(self.ids().numbers(space, &ids).await?)
    }

    /// A map of things by their ids; `view` shows one with its number and its id as v1 writes it.
    pub(crate) async fn map<T, I: Into<Uuid>>(
        &self,
        space: Space,
        things: Vec<T>,
        id: impl Fn(&T) -> I,
        view: impl Fn(T, u64, &str) -> Value,
    ) -> Result<Value> {
        let numbers = self.numbers(space, things.iter().map(id)).await?;
        Ok(map(things.into_iter().zip(numbers).map(|(thing, number)| {
            let id = space.text(number);
            let view = view(thing, number, &id);
            (id, view)
        })))
    }

    /// The id of a thing as v1 writes it.
    pub(crate) async fn text_id(&self, space: Space, id: impl Into<Uuid>) -> Result<String> {
        Ok(space.text(self.number(space, id).await?))
    }

    /// The thing with a number.
    pub(crate) async fn numbered<T: From<Uuid>>(&self, thing: Thing, number: u64) -> Result<T> {
        let id = self.ids().id(thing.space, number).await?.ok_or_else(|| thing.unknown())?;
        self.named.add(id, thing.space.text(number));
        Ok(id.into())
    }

    /// The thing with an id as v1 writes it.
    pub(crate) async fn of_text<T: From<Uuid>>(&self, thing: Thing, text: &str) -> Result<T> {
        let number = thing.space.number(text.trim()).ok_or_else(|| thing.unknown())?;
        self.numbered(thing, number).await
    }

    /// The server with a number.
    pub(crate) async fn server(&self, subid: u64) -> Result<InstanceId> {
        self.numbered(SERVER, subid).await
    }

    /// The firewall group with an id as v1 writes it; none for `0`.
    pub(crate) async fn firewall_group(&self, text: &str) -> Result<Option<FirewallGroupId>> {
        match text {
            "" | "0" => Ok(None),
            text => Ok(Some(self.of_text(FIREWALL, text).await?)),
        }
    }

    /// The number of a region.
    pub(crate) fn dcid(&self, region: &str) -> u64 {
        let known = self.catalog().region(region).and_then(|region| region.dcid);
        known.map_or_else(|| later(region), u64::from)
    }

    /// The region with a number.
    pub(crate) async fn region(&self, dcid: u64) -> Result<String> {
        let known = u32::try_from(dcid).ok().and_then(|n| self.catalog().region_by_dcid(n));
        if let Some(region) = known {
            return Ok(region.id.clone());
        }
        if is_later(dcid) {
            let regions = self.all(ListRegions::default()).await?;
            if let Some(region) = regions.into_iter().find(|r| later(&r.id) == dcid) {
                return Ok(region.id);
            }
        }
        let text =
            format!("Invalid location.  DCID {dcid} is none: regions/list has those that are");
        Err(Failure::refused(text))
    }

    /// The name of a region: its city.
    pub(crate) fn location(&self, region: &str) -> String {
        self.catalog().region(region).map_or_else(|| region.to_owned(), |r| r.city.clone())
    }

    /// The number of a plan.
    pub(crate) fn plan_number(&self, plan: &str) -> u64 {
        let known = self.catalog().plan(plan).and_then(|plan| plan.vpsplanid);
        known.map_or_else(|| later(plan), u64::from)
    }

    /// The plan with a `VPSPLANID`.
    pub(crate) async fn plan(&self, number: u64) -> Result<String> {
        let known = |n| self.catalog().plan_by_vpsplanid(n).map(|plan| plan.id.clone());
        let listed = async {
            let plans = self.all(ListPlans::default()).await?;
            Ok(plans.into_iter().map(|plan| plan.id).collect())
        };
        self.plan_by(("VPSPLANID", number), known, listed, "plans/list").await
    }

    /// The plan whose number a parameter holds: the one of the catalogue, else one of those that
    /// the upstream lists, which is asked only where it may know it. `list` is the call that has
    /// them.
    async fn plan_by(
        &self,
        (param, number): (&str, u64),
        known: impl Fn(u32) -> Option<String>,
        listed: impl Future<Output = Result<Vec<String>>>,
        list: &str,
    ) -> Result<String> {
        if let Some(plan) = u32::try_from(number).ok().and_then(known) {
            return Ok(plan);
        }
        if is_later(number) {
            let found = listed.await?.into_iter().find(|plan| later(plan) == number);
            if let Some(plan) = found {
                return Ok(plan);
            }
        }
        let text = format!("Invalid plan.  {param} {number} is none: {list} has those that are");
        Err(Failure::refused(text))
    }

    /// The number of a bare metal plan.
    pub(crate) fn metal_plan_number(&self, plan: &str) -> u64 {
        let known = self.catalog().metal_plan(plan).and_then(|plan| plan.metalplanid);
        known.map_or_else(|| later(plan), u64::from)
    }

    /// The bare metal plan with a `METALPLANID`.
    pub(crate) async fn metal_plan(&self, number: u64) -> Result<String> {
        let known = |n| self.catalog().metal_plan_by_metalplanid(n).map(|plan| plan.id.clone());
        let listed =
            async { Ok(self.metal_plans().await?.into_iter().map(|plan| plan.id).collect()) };
        self.plan_by(("METALPLANID", number), known, listed, "plans/list_baremetal").await
    }

    /// The bare metal plans that the upstream lists.
    pub(crate) async fn metal_plans(&self) -> Result<Vec<api::plans::MetalPlan>> {
        self.all(ListMetalPlans::default()).await
    }
}
