//! Reads data files into a catalogue, and says what is wrong with one that cannot be read.
//!
//! A file is read whole or refused: it must never be accepted with an entry left out.

use std::{collections::BTreeMap, fmt::Debug};

use serde::Deserialize;
use serde_path_to_error::Segment;

use super::{
    Catalog,
    databases::{DatabaseConnector, DatabaseEngine, DatabaseOption, DatabaseSize, OptionValues},
    entries::{Application, MetalPlan, Plan, PublicIso, Region, System},
    kubernetes::{self, KubernetesVersion},
    object_storage::{ObjectStorageCluster, ObjectStorageTier},
    prices::{BlockType, FileSystemType, Price},
    registries::{RegistryPlan, RegistryRegion},
    table::{Entry, Table},
};

/// The files that are part of the program, in the order in which they refer to each other.
pub(super) const BUILTIN: [(&str, &str); 12] = [
    ("regions.jsonl", include_str!("data/regions.jsonl")),
    ("plans.jsonl", include_str!("data/plans.jsonl")),
    ("plans-retired.jsonl", include_str!("data/plans-retired.jsonl")),
    ("metal-plans.jsonl", include_str!("data/metal-plans.jsonl")),
    ("systems.jsonl", include_str!("data/systems.jsonl")),
    ("applications.jsonl", include_str!("data/applications.jsonl")),
    ("public-isos.jsonl", include_str!("data/public-isos.jsonl")),
    ("prices.jsonl", include_str!("data/prices.jsonl")),
    ("object-storage.jsonl", include_str!("data/object-storage.jsonl")),
    ("databases.jsonl", include_str!("data/databases.jsonl")),
    ("registries.jsonl", include_str!("data/registries.jsonl")),
    ("kubernetes.jsonl", include_str!("data/kubernetes.jsonl")),
];

/// What is wrong with a catalogue file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{}{problem}", with_colon(.entry), with_colon(.field))]
pub struct CatalogError {
    /// Line of the file, from 1.
    pub line: usize,
    /// Kind and id of the entry, as far as they could be read: `plan "vc2-1c-1gb"`.
    pub entry: Option<String>,
    /// The field within the entry: `cost.monthly`.
    pub field: Option<String>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

fn with_colon(part: &Option<String>) -> String {
    part.as_ref().map(|part| format!("{part}: ")).unwrap_or_default()
}

/// One line of a file.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Region(Box<Region>),
    Plan(Box<Plan>),
    MetalPlan(Box<MetalPlan>),
    System(Box<System>),
    Application(Box<Application>),
    PublicIso(Box<PublicIso>),
    BlockType(Box<BlockType>),
    FileSystemType(Box<FileSystemType>),
    ObjectStorageTier(Box<ObjectStorageTier>),
    ObjectStorageCluster(Box<ObjectStorageCluster>),
    DatabaseEngine(Box<DatabaseEngine>),
    DatabaseSize(Box<DatabaseSize>),
    DatabaseOption(Box<DatabaseOption>),
    DatabaseConnector(Box<DatabaseConnector>),
    KubernetesVersion(Box<KubernetesVersion>),
    Price(Box<Price>),
    RegistryPlan(Box<RegistryPlan>),
    RegistryRegion(Box<RegistryRegion>),
}

/// A field, and what is wrong with it.
type Wrong = (&'static str, String);

impl Written {
    /// Kind and id: `plan "vc2-1c-1gb"`.
    fn name(&self) -> String {
        fn name<T: Entry>(entry: &T) -> String {
            format!("{} {:?}", T::KIND, entry.id())
        }
        match self {
            Self::Region(entry) => name(entry.as_ref()),
            Self::Plan(entry) => name(entry.as_ref()),
            Self::MetalPlan(entry) => name(entry.as_ref()),
            Self::System(entry) => name(entry.as_ref()),
            Self::Application(entry) => name(entry.as_ref()),
            Self::PublicIso(entry) => name(entry.as_ref()),
            Self::BlockType(entry) => name(entry.as_ref()),
            Self::FileSystemType(entry) => name(entry.as_ref()),
            Self::ObjectStorageTier(entry) => name(entry.as_ref()),
            Self::ObjectStorageCluster(entry) => name(entry.as_ref()),
            Self::DatabaseEngine(entry) => name(entry.as_ref()),
            Self::DatabaseSize(entry) => name(entry.as_ref()),
            Self::DatabaseOption(entry) => name(entry.as_ref()),
            Self::DatabaseConnector(entry) => name(entry.as_ref()),
            Self::KubernetesVersion(entry) => name(entry.as_ref()),
            Self::Price(entry) => name(entry.as_ref()),
            Self::RegistryPlan(entry) => name(entry.as_ref()),
            Self::RegistryRegion(entry) => name(entry.as_ref()),
        }
    }

    /// When it is read: what others refer to comes first, wherever it stands in the file.
    fn turn(&self) -> u8 {
        match self {
            Self::Region(_) => 0,
            Self::ObjectStorageCluster(_) | Self::DatabaseSize(_) => 2,
            _ => 1,
        }
    }

    /// Looks for what the types alone do not rule out.
    fn check(&self, known: &Catalog) -> Result<(), Wrong> {
        match self {
            Self::Region(region) => {
                check_id(&region.id)?;
                unique(&known.regions, region.as_ref(), "dcid", |r| r.dcid)
            }
            Self::Plan(plan) => {
                check_id(&plan.id)?;
                at_least_one("vcpu_count", plan.vcpu_count)?;
                at_least_one("ram", plan.ram)?;
                at_least_one("disk_count", plan.disk_count)?;
                known_regions(known, "locations", plan.locations.iter())?;
                known_regions(known, "location_cost", plan.location_cost.keys())?;
                unique(&known.plans, plan.as_ref(), "vpsplanid", |p| p.vpsplanid)
            }
            Self::MetalPlan(plan) => {
                check_id(&plan.id)?;
                at_least_one("ram", plan.ram)?;
                at_least_one("disk_count", plan.disk_count)?;
                known_regions(known, "locations", plan.locations.iter())?;
                unique(&known.metal_plans, plan.as_ref(), "metalplanid", |p| p.metalplanid)
            }
            Self::Application(app) => unique(&known.applications, app.as_ref(), "image_id", |a| {
                Some(&a.image_id).filter(|image| !image.is_empty()).cloned()
            }),
            Self::PublicIso(iso) => {
                check_id(&iso.id)?;
                unique(&known.public_isos, iso.as_ref(), "isoid", |i| i.isoid)
            }
            Self::BlockType(kind) if kind.min_size_gb > kind.max_size_gb => Err((
                "min_size_gb",
                format!("{} is more than max_size_gb, {}", kind.min_size_gb, kind.max_size_gb),
            )),
            Self::FileSystemType(kind) => {
                let help = || format!("{} is none of nvme, hdd", kind.id);
                let is_one = ["nvme", "hdd"].contains(&kind.id.as_str());
                is_one.then_some(()).ok_or_else(|| ("id", help()))?;
                known_regions(known, "locations", kind.locations.iter())
            }
            Self::ObjectStorageTier(tier) => {
                let slug = |t: &ObjectStorageTier| Some(t.slug.clone());
                unique(&known.object_storage_tiers, tier.as_ref(), "slug", slug)
            }
            Self::ObjectStorageCluster(cluster) => {
                known_regions(known, "region", std::iter::once(&cluster.region))?;
                known_tiers(known, &cluster.tiers)?;
                let hostname = |c: &ObjectStorageCluster| Some(c.hostname.clone());
                unique(&known.object_storage_clusters, cluster.as_ref(), "hostname", hostname)
            }
            Self::DatabaseEngine(engine) => check_id(&engine.id),
            Self::DatabaseSize(size) => check_size(known, size),
            Self::DatabaseOption(option) => check_option(option),
            Self::RegistryPlan(plan) => check_id(&plan.id),
            Self::RegistryRegion(region) => {
                known_regions(known, "id", std::iter::once(&region.id))?;
                unique(&known.registry_regions, region.as_ref(), "hostname", |r| {
                    Some(r.hostname.clone())
                })
            }
            Self::KubernetesVersion(version) if kubernetes::numbers(&version.id).is_none() => {
                let text = format!("{:?} is no version such as \"v1.36.5+1\"", version.id);
                Err(("id", text))
            }
            Self::KubernetesVersion(_)
            | Self::System(_)
            | Self::BlockType(_)
            | Self::DatabaseConnector(_)
            | Self::Price(_) => Ok(()),
        }
    }
}

fn check_size(known: &Catalog, size: &DatabaseSize) -> Result<(), Wrong> {
    check_id(&size.id)?;
    at_least_one("vcpu_count", size.vcpu_count)?;
    at_least_one("ram", size.ram)?;
    at_least_one("nodes", size.nodes.unwrap_or(1))?;
    known_regions(known, "locations", size.locations.iter().flatten())?;
    known_engines(known, &size.engines)
}

/// Refuses a region that there is not.
fn known_regions<'a>(
    known: &Catalog,
    field: &'static str,
    mut ids: impl Iterator<Item = &'a String>,
) -> Result<(), Wrong> {
    let is_known = |id: &String| known.region(id).is_some_and(|region| region.id == *id);
    let Some(id) = ids.find(|id| !is_known(id)) else { return Ok(()) };
    let hint = match known.nearest_region(id) {
        Some(meant) => format!("; did you mean {meant:?}?"),
        None => String::new(),
    };
    Err((field, format!("{id:?} is no region{hint}")))
}

/// Refuses a tier of object storage that there is not.
fn known_tiers(known: &Catalog, ids: &[u32]) -> Result<(), Wrong> {
    match ids.iter().find(|id| known.object_storage_tier(**id).is_none()) {
        Some(id) => Err(("tiers", format!("{id} is no tier"))),
        None => Ok(()),
    }
}

/// Refuses an engine of databases that there is not.
fn known_engines(known: &Catalog, ids: &[String]) -> Result<(), Wrong> {
    match ids.iter().find(|id| known.database_engine(id).is_none()) {
        Some(id) => Err(("engines", format!("{id:?} is no engine"))),
        None => Ok(()),
    }
}

fn check_option(option: &DatabaseOption) -> Result<(), Wrong> {
    check_id(&option.id)?;
    if option.service().is_empty() || option.name().is_empty() {
        let problem = format!("{:?} has no dot between engine and name, like pg.jit", option.id);
        return Err(("id", problem));
    }
    match &option.values {
        OptionValues::Int(least, most) | OptionValues::Float(least, most)
            if least.as_f64() > most.as_f64() =>
        {
            Err(("values", format!("{least} is more than {most}; the least comes first")))
        }
        _ => Ok(()),
    }
}

fn check_id(id: &str) -> Result<(), Wrong> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    if !id.is_empty() && id.chars().all(allowed) {
        return Ok(());
    }
    Err(("id", format!("{id:?} is no id; use lower-case letters, digits, '-', '.' and '_'")))
}

fn at_least_one(field: &'static str, count: u32) -> Result<(), Wrong> {
    if count > 0 { Ok(()) } else { Err((field, "0 is too little; at least 1".to_owned())) }
}

/// Refuses an entry that takes the second key, such as a number of API v1, of another.
fn unique<T: Entry, K: PartialEq + Debug>(
    table: &Table<T>,
    entry: &T,
    field: &'static str,
    key: impl Fn(&T) -> Option<K>,
) -> Result<(), Wrong> {
    let Some(wanted) = key(entry) else { return Ok(()) };
    let taken = |other: &&T| other.id() != entry.id() && key(other).as_ref() == Some(&wanted);
    match table.all().find(taken) {
        Some(other) => {
            Err((field, format!("{wanted:?} already belongs to {} {:?}", T::KIND, other.id())))
        }
        None => Ok(()),
    }
}

impl Catalog {
    /// Reads one file: an entry a line, blank lines and lines that begin with `#` left out.
    pub(super) fn read(&mut self, text: &str) -> Result<(), CatalogError> {
        let mut seen = BTreeMap::new();
        let mut later = Vec::new();
        let lines = text.lines().zip(1..).map(|(text, line)| (line, text.trim()));
        for (line, text) in lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
            let entry: Written =
                serde_json::from_str(text).map_err(|error| explain(line, text, &error))?;
            if let Some(first) = seen.insert(entry.name(), line) {
                let problem = format!("the file has it already, in line {first}");
                return Err(in_entry(line, &entry, ("id", problem)));
            }
            later.push((line, entry));
        }
        later.sort_by_key(|(line, entry)| (entry.turn(), *line));
        for (line, entry) in later {
            entry.check(self).map_err(|wrong| in_entry(line, &entry, wrong))?;
            self.put(entry);
        }
        Ok(())
    }

    fn put(&mut self, entry: Written) {
        match entry {
            Written::Region(entry) => self.regions.put(*entry),
            Written::Plan(entry) => self.plans.put(*entry),
            Written::MetalPlan(entry) => self.metal_plans.put(*entry),
            Written::System(entry) => self.systems.put(*entry),
            Written::Application(entry) => self.applications.put(*entry),
            Written::PublicIso(entry) => self.public_isos.put(*entry),
            Written::BlockType(entry) => self.block_types.put(*entry),
            Written::FileSystemType(entry) => self.file_system_types.put(*entry),
            Written::ObjectStorageTier(entry) => self.object_storage_tiers.put(*entry),
            Written::ObjectStorageCluster(entry) => self.object_storage_clusters.put(*entry),
            Written::DatabaseEngine(entry) => self.database_engines.put(*entry),
            Written::DatabaseSize(entry) => self.database_sizes.put(*entry),
            Written::DatabaseOption(entry) => self.database_options.put(*entry),
            Written::DatabaseConnector(entry) => self.database_connectors.put(*entry),
            Written::KubernetesVersion(entry) => self.kubernetes_versions.put(*entry),
            Written::Price(entry) => self.prices.put(*entry),
            Written::RegistryPlan(entry) => self.registry_plans.put(*entry),
            Written::RegistryRegion(entry) => self.registry_regions.put(*entry),
        }
    }
}

fn in_entry(line: usize, entry: &Written, (field, problem): Wrong) -> CatalogError {
    CatalogError { line, entry: Some(entry.name()), field: Some(field.to_owned()), problem }
}

/// Reads a line that failed once more, slowly, to say where it went wrong.
fn explain(line: usize, text: &str, error: &serde_json::Error) -> CatalogError {
    let Ok(serde_json::Value::Object(whole)) = serde_json::from_str(text) else {
        let problem = format!("not one JSON object a line, like {{\"region\": {{...}}}}: {error}");
        return CatalogError { line, entry: None, field: None, problem: without_place(&problem) };
    };
    let entry = match whole.iter().next() {
        Some((kind, value)) => match value.get("id") {
            Some(id) => Some(format!("{kind} {id}")),
            None => Some(kind.clone()),
        },
        None => None,
    };
    let reader = &mut serde_json::Deserializer::from_str(text);
    let (field, problem) = match serde_path_to_error::deserialize::<_, Written>(reader) {
        Err(error) => (field_at(error.path()), error.inner().to_string()),
        Ok(_) => (None, error.to_string()),
    };
    let problem = without_place(&problem).replace("expected u32", "expected a whole number");
    CatalogError { line, entry, field, problem }
}

/// The path of a field without the kind of entry before it.
fn field_at(path: &serde_path_to_error::Path) -> Option<String> {
    let steps = path.iter().filter(|step| !matches!(step, Segment::Enum { .. } | Segment::Unknown));
    let steps: Vec<String> = steps.map(ToString::to_string).collect();
    (!steps.is_empty()).then(|| steps.join("."))
}

/// Without serde's own place: it counts from the start of the entry, and the line is known.
fn without_place(problem: &str) -> String {
    problem.rsplit_once(" at line ").map_or(problem, |(words, _)| words).to_owned()
}
