//! Container registries: what one is to be, who may log in, and what was pushed to it.
//!
//! Robots, replications and retention rules are part of a registry's row. A repository is a row of
//! its own with its artifacts, since there may be thousands. Nobody speaks the registries' protocol
//! here: that something was pushed or pulled is told by hand (`pushed`).

mod artifacts;
mod catalogue;
mod credentials;
mod handlers;
mod life;
mod pushed;
mod replications;
mod retention;
mod robots;

use api::Secret;
use api::registries::{Matching, RetentionCron, RetentionType};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{self, Catalog};
use crate::{Cx, Doc, Family, Kind, Provisioned, Refusal, Result};

/// How many robots a registry can have: the row is written whole.
pub const ROBOTS_MAX: usize = 500;
/// How many retention rules.
pub const RULES_MAX: usize = 15;
/// How many repositories: a retention looks at them all.
pub const REPOSITORIES_MAX: usize = 1000;
/// How many artifacts a repository can have, each with so many tags at most.
pub const ARTIFACTS_MAX: usize = 500;

/// The scope of unique values that says which registry has a name, by account.
const NAMES: &str = "registry";
/// The scope that says which repository has a name, by registry.
const IMAGES: &str = "repository";

/// A registry as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Registry {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its plan.
    pub plan: String,
    /// Whether everybody may pull from it.
    pub public: bool,
    /// The password of its root user.
    pub password: Secret,
    /// When that was last changed, in milliseconds.
    pub password_at: i64,
    /// Its robots, in order of creation.
    pub robots: Vec<Robot>,
    /// The other regions that it is replicated to.
    pub replications: Vec<Replica>,
    /// Which artifacts are kept.
    pub rules: Vec<Rule>,
    /// The number of the last rule.
    pub last_rule: u32,
    /// When these are carried out; none: when somebody says so.
    pub schedule: Option<Schedule>,
}

/// A robot as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Robot {
    name: String,
    description: String,
    secret: Secret,
    disable: bool,
    /// How many seconds after its creation it ends; -1 for never.
    duration: i64,
    /// When it was made, in milliseconds.
    created: i64,
    /// What it may do: action and resource.
    may: Vec<(String, String)>,
}

/// A region that a registry is replicated to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replica {
    region: String,
    /// Where it is there.
    urn: String,
}

/// A rule that says which artifacts are kept: see [`api::registries::CreateRetentionRule`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    id: u32,
    disabled: bool,
    rule_type: RetentionType,
    count: u32,
    repository_action: Matching,
    repository_match: String,
    tag_action: Matching,
    tag_match: String,
    untagged: bool,
}

/// When rules are carried out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Schedule {
    /// How often.
    every: RetentionCron,
    /// Since when, in milliseconds.
    since: i64,
}

/// What was last seen of a registry.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    thing: Provisioned,
    /// For which time of its schedule its rules were carried out last, in milliseconds.
    #[serde(default)]
    executed: Option<i64>,
}

impl AsMut<Provisioned> for Seen {
    fn as_mut(&mut self) -> &mut Provisioned {
        &mut self.thing
    }
}

impl Kind for Registry {
    const KIND: &'static str = "registry";
    const UNKNOWN: &'static str = "Invalid container registry ID";
    const LIVES: bool = true;
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Charged for Registry {
    /// Its plan.
    type Class = String;

    fn class(doc: &Doc<Self>) -> String {
        doc.plan.clone()
    }

    fn price(plan: &String, amount: Decimal, catalog: &Catalog) -> Rate {
        let plan = catalog.registry_plan(plan);
        Rate::by_month(plan.map(|plan| plan.price).unwrap_or_default() * amount)
    }
}

impl Registry {
    /// Its region in the catalogue, which may have changed since.
    fn place<'a>(&self, cx: &'a Cx) -> Option<&'a catalog::RegistryRegion> {
        cx.catalog().registry_region(&self.region)
    }

    /// Where it is: its region's host and its name.
    fn urn(&self, cx: &Cx) -> String {
        let host = self.place(cx).map(|place| place.hostname.as_str()).unwrap_or_default();
        format!("{host}/{}", self.name)
    }

    /// How many bytes it may hold.
    fn room(&self, cx: &Cx) -> u64 {
        cx.catalog().registry_plan(&self.plan).map_or(0, |plan| plan.max_storage_mb << 20)
    }
}

/// A repository: what was pushed under one name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Repository {
    registry: Uuid,
    /// The registry's name, which stays.
    namespace: String,
    image: String,
    description: String,
    /// When it last changed, in milliseconds.
    updated: i64,
    pulls: u64,
    artifacts: Vec<Artifact>,
}

/// An artifact: see [`api::registries::Artifact`]. Times are in milliseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Artifact {
    digest: String,
    size: u64,
    media_type: String,
    manifest_media_type: String,
    kind: String,
    pushed: i64,
    pulled: Option<i64>,
    tags: Vec<Tag>,
}

/// A tag of an artifact. Times are in milliseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tag {
    name: String,
    pushed: i64,
    pulled: Option<i64>,
}

impl Kind for Repository {
    const KIND: &'static str = "repository";
    const UNKNOWN: &'static str = "Invalid repository";
    type Seen = ();

    async fn called(cx: &Cx, path: &[String]) -> Result<Uuid> {
        let [registry, image] = path else { return Ok(Uuid::nil()) };
        let id = cx.control.store().taken(IMAGES, &format!("{registry}/{image}")).await?;
        let none = || Refusal::not_found(Self::UNKNOWN).help(format!("there is no `{image}`"));
        id.ok_or_else(|| none().into())
    }

    fn lists(&self) -> Vec<Facet> {
        vec![in_registry(self.registry)]
    }
}

impl Repository {
    /// How many bytes are in it.
    fn size(&self) -> u64 {
        self.artifacts.iter().map(|artifact| artifact.size).sum()
    }
}

/// The list of a registry's repositories.
pub fn in_registry(id: Uuid) -> Facet {
    ("registry", id.to_string())
}

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes()
        .and(catalogue::routes())
        .and(credentials::routes())
        .and(artifacts::routes())
        .and(robots::routes())
        .and(replications::routes())
        .and(retention::routes());
    Family::new(routes)
        .life::<Registry>()
        .costs::<Registry>()
        .deed("pushed", false, |cx, told| Box::pin(pushed::pushed(cx, told)))
        .deed("pulled", false, |cx, told| Box::pin(pushed::pulled(cx, told)))
}
