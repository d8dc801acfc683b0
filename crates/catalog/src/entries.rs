//! What can be ordered: one type per kind of entry, each field as `data/README.md` documents it.
//!
//! Entries are facts read from data files. They must never hold state, and nothing here may know
//! which account asks or what is in stock.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::prices::{Cost, InvoiceType};

/// The words that filters by plan type accept, in the order in which the API names them.
pub const PLAN_TYPES: [&str; 15] = [
    "all", "vbm", "vdc", "vhp", "vhf", "vc2", "voc", "vcg", "vdg", "vdm", "vx1", "voc-g", "voc-s",
    "voc-c", "voc-m",
];

/// The system that stands for an instance booted from an ISO or over the network.
pub const OS_CUSTOM: i64 = 159;
/// The system that stands for an instance made from a snapshot.
pub const OS_SNAPSHOT: i64 = 164;
/// The system that stands for an instance made from a backup.
pub const OS_BACKUP: i64 = 180;
/// The system that stands for an instance made from an application.
pub const OS_APPLICATION: i64 = 186;

/// A data centre.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Lower-case airport code.
    pub id: String,
    /// City, in English.
    pub city: String,
    /// Two-letter country code.
    pub country: String,
    /// Continent, in English.
    pub continent: String,
    /// Products sold here besides instances.
    pub options: Vec<String>,
    /// Ways in which an instance can reach the network.
    pub connectivity: Vec<String>,
    /// Two-letter state in the US, otherwise empty (API v1 shows it).
    #[serde(default)]
    pub state: String,
    /// Number in API v1; absent where none is known.
    pub dcid: Option<u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl Region {
    /// Whether this product is sold here.
    pub fn offers(&self, option: &str) -> bool {
        self.options.iter().any(|o| o == option)
    }
}

/// Where the disk of an instance lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageType {
    /// On the host.
    #[default]
    LocalStorage,
    /// On block storage only: an instance needs a bootable block device.
    BlockStorage,
    /// On the host, and it may boot from block storage as well.
    LocalAndBlockStorage,
}

impl StorageType {
    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LocalStorage => "local_storage",
            Self::BlockStorage => "block_storage",
            Self::LocalAndBlockStorage => "local_and_block_storage",
        }
    }
}

/// A size of instance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Id in API v2.
    pub id: String,
    /// Family: `vc2`, `vhf`, `voc`, ... (`type` in the API).
    #[serde(rename = "type")]
    pub kind: String,
    /// Virtual processors.
    pub vcpu_count: u32,
    /// Memory in MB.
    pub ram: u32,
    /// Size of each disk in GB.
    pub disk: u32,
    /// Number of disks.
    #[serde(default = "one")]
    pub disk_count: u32,
    /// Medium or product line of the disk; for older plans also the plan type of API v1.
    pub disk_type: String,
    /// Where the disk lives.
    #[serde(default)]
    pub storage_type: StorageType,
    /// Outgoing traffic included a month, in GB.
    pub bandwidth: u32,
    /// Price where `location_cost` has no other.
    pub cost: Cost,
    /// How it is invoiced.
    #[serde(default)]
    pub invoice_type: InvoiceType,
    /// Prices of the regions that differ.
    #[serde(default)]
    pub location_cost: BTreeMap<String, Cost>,
    /// Maker of the processor.
    pub cpu_vendor: String,
    /// What a virtual processor is.
    #[serde(default = "thread")]
    pub vcpu_type: String,
    /// Maker of the GPU, `none` without one.
    #[serde(default = "none")]
    pub gpu_brand: String,
    /// Model of the GPU.
    pub gpu_type: Option<String>,
    /// Memory of the GPU in GB.
    pub gpu_vram_gb: Option<u32>,
    /// Number of GPUs; may be a fraction such as `1/4`.
    pub gpu_count: Option<String>,
    /// Can be deployed at the normal price.
    #[serde(default = "yes")]
    pub deploy_ondemand: bool,
    /// Can be deployed at the preemptible price.
    #[serde(default)]
    pub deploy_preemptible: bool,
    /// Its instances get no public IPv4 address.
    #[serde(default)]
    pub ipv6_only: bool,
    /// Regions that sell it.
    pub locations: Vec<String>,
    /// Number in API v1; absent where none is known.
    pub vpsplanid: Option<u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl Plan {
    /// Whether this region sells it.
    pub fn sold_in(&self, region: &str) -> bool {
        self.locations.iter().any(|l| l == region)
    }

    /// What it costs in a region.
    pub fn cost_in(&self, region: &str) -> &Cost {
        self.location_cost.get(region).unwrap_or(&self.cost)
    }

    /// Size of all disks in GB.
    pub fn disk_total(&self) -> u32 {
        self.disk * self.disk_count
    }

    /// Whether a filter by one of [`PLAN_TYPES`] lets it through.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        match wanted {
            "all" => true,
            // The optimised family is one type with four branches, told apart by their ids.
            "voc-g" | "voc-s" | "voc-c" | "voc-m" => {
                self.kind == "voc"
                    && self.id.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('-'))
            }
            _ => self.kind == wanted,
        }
    }

    /// A description in words, as API v1 shows it: `1024 MB RAM,25 GB SSD,1.00 TB BW`.
    pub fn description(&self) -> String {
        let disks = match self.disk_count {
            1 => String::new(),
            n => format!("{n}x"),
        };
        let medium = if self.disk_type == "SATA" { "SATA" } else { "SSD" };
        let hundredths = u64::from(self.bandwidth) * 100 / 1024;
        let (tb, rest) = (hundredths / 100, hundredths % 100);
        format!("{} MB RAM,{disks}{} GB {medium},{tb}.{rest:02} TB BW", self.ram, self.disk)
    }

    /// Whether an instance of this plan may be changed to `target`.
    ///
    /// Only up, and only within a family: same type, disk product, place of the disk, processor
    /// maker and GPU; no less of processors, memory, disk or GPU memory, and more of one of them
    /// or of traffic. An instance with an IPv4 address cannot go to a plan without.
    pub fn can_become(&self, target: &Plan) -> bool {
        let same_family = self.kind == target.kind
            && self.disk_type == target.disk_type
            && self.storage_type == target.storage_type
            && self.cpu_vendor == target.cpu_vendor
            && self.gpu_type == target.gpu_type
            && (self.ipv6_only || !target.ipv6_only);
        let sizes =
            |p: &Plan| [p.vcpu_count, p.ram, p.disk_total(), p.gpu_vram_gb.unwrap_or_default()];
        let pairs = || sizes(self).into_iter().zip(sizes(target));
        same_family
            && pairs().all(|(from, to)| to >= from)
            && (pairs().any(|(from, to)| to > from) || target.bandwidth > self.bandwidth)
    }
}

/// A whole machine for rent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetalPlan {
    /// Id in API v2.
    pub id: String,
    /// Medium of the disks (`type` in the API).
    #[serde(rename = "type")]
    pub kind: String,
    /// Sockets.
    pub physical_cpus: u32,
    /// Cores, as older clients read them.
    pub cpu_count: u32,
    /// Cores.
    pub cpu_cores: u32,
    /// Threads.
    pub cpu_threads: u32,
    /// Maker of the processor.
    pub cpu_manufacturer: String,
    /// Model of the processor.
    pub cpu_model: String,
    /// Clock of the processor in MHz.
    pub cpu_mhz: u32,
    /// Memory in MB.
    pub ram: u32,
    /// Size of each disk in GB.
    pub disk: u32,
    /// Number of disks.
    #[serde(default = "one")]
    pub disk_count: u32,
    /// Outgoing traffic included a month, in GB.
    pub bandwidth: u32,
    /// Price.
    pub cost: Cost,
    /// How it is invoiced.
    #[serde(default)]
    pub invoice_type: InvoiceType,
    /// Maker of the GPUs, `none` without one.
    #[serde(default = "none")]
    pub gpu_brand: String,
    /// Model of the GPUs.
    pub gpu_type: Option<String>,
    /// Memory of all GPUs in GB.
    pub gpu_vram_gb: Option<u32>,
    /// Number of GPUs.
    pub gpu_count: Option<u32>,
    /// Can be deployed at the normal price.
    #[serde(default = "yes")]
    pub deploy_ondemand: bool,
    /// Can be deployed at the preemptible price.
    #[serde(default)]
    pub deploy_preemptible: bool,
    /// Regions that sell it.
    pub locations: Vec<String>,
    /// Number in API v1; absent where none is known.
    pub metalplanid: Option<u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl MetalPlan {
    /// Whether this region sells it.
    pub fn sold_in(&self, region: &str) -> bool {
        self.locations.iter().any(|l| l == region)
    }

    /// Size of all disks in GB.
    pub fn disk_total(&self) -> u32 {
        self.disk * self.disk_count
    }
}

/// An operating system; its id is the same number in API v1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Id in both APIs.
    pub id: i64,
    /// Name; no two listed systems share one.
    pub name: String,
    /// Architecture.
    pub arch: String,
    /// Family.
    pub family: String,
    /// Memory below which it is refused, in MB.
    pub min_ram_mb: Option<u32>,
    /// Disk below which it is refused, in GB.
    pub min_disk_gb: Option<u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl System {
    /// Whether it is a Windows, which has its own rules for passwords and scripts.
    pub fn is_windows(&self) -> bool {
        self.family == "windows"
    }

    /// Whether a plan has the memory and disk that it needs.
    pub fn fits<'a>(&self, plan: impl Into<Room<'a>>) -> bool {
        let Room { ram_mb, disk_gb, .. } = plan.into();
        self.min_ram_mb.is_none_or(|min| ram_mb >= min)
            && self.min_disk_gb.is_none_or(|min| disk_gb.is_none_or(|disk| disk >= min))
    }
}

/// What there is room for on a machine of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// The plan's id.
    pub plan: &'a str,
    /// Memory in MB.
    pub ram_mb: u32,
    /// Local disk in GB; none: the disk is a volume whose size is chosen with the instance, so it
    /// cannot be too small here.
    pub disk_gb: Option<u32>,
}

impl<'a> From<&'a Plan> for Room<'a> {
    fn from(plan: &'a Plan) -> Self {
        let is_local = plan.storage_type != StorageType::BlockStorage;
        let disk_gb = is_local.then(|| plan.disk_total());
        Self { plan: &plan.id, ram_mb: plan.ram, disk_gb }
    }
}

impl<'a> From<&'a MetalPlan> for Room<'a> {
    fn from(plan: &'a MetalPlan) -> Self {
        Self { plan: &plan.id, ram_mb: plan.ram, disk_gb: Some(plan.disk_total()) }
    }
}

/// An application that comes installed; its id is the same number in API v1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Id in both APIs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Name in lower case without spaces.
    pub short_name: String,
    /// Name with the system below it.
    pub deploy_name: String,
    /// `one-click` (deployed by id) or `marketplace` (deployed by image); `type` in the API.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// Who made it.
    pub vendor: String,
    /// Image of a marketplace application, otherwise empty.
    #[serde(default)]
    pub image_id: String,
    /// What it is, in words.
    #[serde(default)]
    pub description: String,
    /// What it asks of who installs it.
    #[serde(default)]
    pub variables: Vec<AppVariable>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// What an application asks of who installs it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppVariable {
    /// Name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The application cannot do without.
    #[serde(default)]
    pub required: bool,
}

/// How an application is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationType {
    /// By its id.
    OneClick,
    /// By its image.
    Marketplace,
}

impl ApplicationType {
    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneClick => "one-click",
            Self::Marketplace => "marketplace",
        }
    }
}

/// An ISO image offered to every account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicIso {
    /// Id in API v2, a UUID.
    pub id: String,
    /// Name.
    pub name: String,
    /// Version and architecture.
    pub description: String,
    /// Checksum of the file; absent where none is known.
    pub md5sum: Option<String>,
    /// Number in API v1; absent where none is known.
    pub isoid: Option<u32>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

fn one() -> u32 {
    1
}
fn yes() -> bool {
    true
}
fn none() -> String {
    "none".to_owned()
}
fn thread() -> String {
    "thread".to_owned()
}
