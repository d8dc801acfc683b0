//! What managed databases can be ordered: engines and their versions, plans, and the options by
//! which each engine can be tuned.
//!
//! Entries are facts read from data files, each field as `data/README.md` documents it. They must
//! never hold state.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Number;

/// What the ids of all plans begin with.
const PLAN_PREFIX: &str = "vultr-dbaas-";

/// An engine, and what can be had of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseEngine {
    /// Its word in the API: `mysql`, `pg`, `valkey`, `kafka`.
    pub id: String,
    /// Versions that can be ordered, from the oldest.
    pub versions: Vec<String>,
    /// Versions before those, from the oldest: no longer offered, and still taken, as what was
    /// written for them should go on working.
    #[serde(default)]
    pub former: Vec<String>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// How many nodes of a size a plan has, with its word among the ids of plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseTier {
    /// One node, for trying things out.
    Hobbyist,
    /// One node.
    Startup,
    /// Two nodes.
    Business,
    /// Three nodes.
    Premium,
}

impl DatabaseTier {
    const ALL: [Self; 4] = [Self::Hobbyist, Self::Startup, Self::Business, Self::Premium];

    fn as_str(self) -> &'static str {
        match self {
            Self::Hobbyist => "hobbyist",
            Self::Startup => "startup",
            Self::Business => "business",
            Self::Premium => "premium",
        }
    }
}

/// A size of a database's nodes: one plan for each tier that has a price.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSize {
    /// What the ids of its plans end with: `cc-1-55-2`.
    pub id: String,
    /// Family (`type` in the API).
    #[serde(rename = "type")]
    pub kind: String,
    /// Virtual processors of each node.
    pub vcpu_count: u32,
    /// Memory of each node in MB.
    pub ram: u32,
    /// Disk of each node in GB.
    pub disk: u32,
    /// Nodes, where they are not those of the tier.
    pub nodes: Option<u32>,
    /// Engines that run on it.
    pub engines: Vec<String>,
    /// Regions that sell it; absent: all of them.
    pub locations: Option<Vec<String>>,
    /// US dollars a month, by tier.
    pub cost: BTreeMap<DatabaseTier, u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl DatabaseSize {
    /// Its plans, from the cheapest.
    pub(super) fn plans(&self) -> impl Iterator<Item = DatabasePlan<'_>> {
        self.cost.iter().map(|(tier, cost)| DatabasePlan {
            size: self,
            tier: *tier,
            monthly_cost: *cost,
        })
    }
}

/// A plan of managed databases: a size, and how many nodes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabasePlan<'a> {
    /// What each node is.
    pub size: &'a DatabaseSize,
    /// How many there are.
    pub tier: DatabaseTier,
    /// US dollars a month, for all nodes.
    pub monthly_cost: u32,
}

impl DatabasePlan<'_> {
    /// The tier and the size that an id names, whether there are such or not.
    pub(super) fn parts(id: &str) -> Option<(DatabaseTier, &str)> {
        let (tier, size) = id.strip_prefix(PLAN_PREFIX)?.split_once('-')?;
        Some((DatabaseTier::ALL.into_iter().find(|known| known.as_str() == tier)?, size))
    }

    /// Its id in the API: `vultr-dbaas-startup-cc-1-55-2`.
    pub fn id(&self) -> String {
        format!("{PLAN_PREFIX}{}-{}", self.tier.as_str(), self.size.id)
    }

    /// Its nodes: for Kafka brokers, for the other engines one and its replicas.
    pub fn number_of_nodes(&self) -> u32 {
        self.size.nodes.unwrap_or(match self.tier {
            DatabaseTier::Hobbyist | DatabaseTier::Startup => 1,
            DatabaseTier::Business => 2,
            DatabaseTier::Premium => 3,
        })
    }

    /// Whether an engine runs on it.
    pub fn runs(&self, engine: &str) -> bool {
        self.size.engines.iter().any(|known| known == engine)
    }

    /// Whether this region sells it.
    pub fn sold_in(&self, region: &str) -> bool {
        self.size.locations.as_ref().is_none_or(|known| known.iter().any(|l| l == region))
    }

    /// Connections that an engine takes at once; none: it has no such limit by plan.
    pub fn max_connections(&self, engine: &str) -> Option<u32> {
        let gb = self.size.ram / 1024;
        match engine {
            "mysql" if self.runs(engine) => Some(if gb < 8 { 75 * gb } else { 100 * gb }),
            "pg" if self.runs(engine) => Some((25 * gb).saturating_sub(3).clamp(1, 1000)),
            _ => None,
        }
    }
}

/// An advanced option of an engine, or of a service beside Kafka.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseOption {
    /// What it is an option of, a dot, and its name: `pg.jit`, `kafka-rest.producer_acks`.
    pub id: String,
    /// What it may be.
    pub values: OptionValues,
    /// What it may be besides.
    #[serde(default)]
    pub alt_values: Vec<i64>,
    /// What its number counts; empty: nothing in particular.
    #[serde(default)]
    pub units: String,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl DatabaseOption {
    /// What it is an option of: an engine, `kafka-rest`, `schema-registry` or `kafka-connect`.
    pub fn service(&self) -> &str {
        self.id.split_once('.').map_or("", |(service, _)| service)
    }

    /// Its name, which may have dots: `pg_stat_statements.track`.
    pub fn name(&self) -> &str {
        self.id.split_once('.').map_or(&self.id, |(_, name)| name)
    }
}

/// What an option may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionValues {
    /// A whole number between two, which may be beyond the range of `i64`.
    Int(Number, Number),
    /// A number between two.
    Float(Number, Number),
    /// One of these words.
    Enum(Vec<String>),
    /// Yes or no.
    Bool,
    /// Any text.
    String,
}

impl OptionValues {
    /// The word in the API.
    pub fn type_word(&self) -> &'static str {
        match self {
            Self::Int(..) => "int",
            Self::Float(..) => "float",
            Self::Enum(_) => "enum",
            Self::Bool => "bool",
            Self::String => "string",
        }
    }
}

/// A class of connectors that can be made beside Kafka.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConnector {
    /// Its class.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// `source` (to topics) or `sink` (away from them); `type` in the API.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is described.
    pub doc_url: String,
    /// What it can be told besides what any connector can.
    pub settings: Vec<ConnectorSetting>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// What a connector can be told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorSetting {
    /// Its name.
    pub name: String,
    /// What it is: `STRING`, `INT`, `LIST`, ... (`type` in the API).
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be told.
    #[serde(default)]
    pub required: bool,
    /// What it is where it is not told.
    #[serde(default)]
    pub default: String,
    /// What it means.
    pub description: String,
}
