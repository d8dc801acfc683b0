//! Plans of instances and of bare metal machines: `/v2/plans`, `/v2/plans-metal`.

use std::collections::BTreeMap;

use crate::{Money, Open, view, words};

operations! {
    "plan": "Sizes and prices of machines" {
        /// List the plans of instances.
        "list" => ListPlans(GET "/v2/plans" -> 200 { plans: [Plan] }, needs Public) {
            /// Only plans of this type: `all`, `vc2`, `vhf`, `vhp`, `vdc`, `voc`, `voc-g`, `vcg`, ...
            #[wire(name = "type")]
            pub kind: Option<String>,
            /// Only plans that can run this system; `windows` is the one that makes a difference.
            pub os: Option<String>,
        },
        /// List the plans of bare metal machines.
        "list-metal" => ListMetalPlans(GET "/v2/plans-metal" -> 200 { plans_metal: [MetalPlan] }, needs Public),
    }
}

/// What an instance of a certain size has and costs.
#[view]
pub struct Plan {
    /// The plan's id, such as `vc2-1c-1gb`.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Virtual processors.
    pub vcpu_count: u32,
    /// Memory in MB.
    pub ram: u32,
    /// Size of each disk in GB.
    pub disk: u32,
    /// How many disks there are.
    pub disk_count: u32,
    /// What the disk is made of, or its product line.
    pub disk_type: String,
    /// Where the disk lives.
    pub storage_type: Open<StorageType>,
    /// Traffic a month in GB.
    pub bandwidth: u32,
    /// US dollars a month.
    pub monthly_cost: Money,
    /// US dollars an hour.
    pub hourly_cost: Money,
    /// US dollars a month for an instance that may be taken away.
    pub monthly_cost_preemptible: Money,
    /// US dollars an hour for an instance that may be taken away.
    pub hourly_cost_preemptible: Money,
    /// How it is invoiced.
    pub invoice_type: Open<InvoiceType>,
    /// Prices in the regions where they differ, by the region's id.
    pub location_cost: BTreeMap<String, PlanCost>,
    /// The family: `vc2`, `vhf`, `vhp`, `vdc`, `voc`, `vcg`, ...
    #[wire(name = "type")]
    pub kind: String,
    /// Who made the processor.
    pub cpu_vendor: String,
    /// What a virtual processor is: a `thread` or a whole core.
    pub vcpu_type: String,
    /// Who made the GPU; `none` where there is none.
    pub gpu_brand: String,
    /// The GPU's model.
    #[wire(omit)]
    pub gpu_type: Option<String>,
    /// The GPU's memory in GB.
    #[wire(omit)]
    pub gpu_vram_gb: Option<u32>,
    /// How many GPUs; may be a part of one, as `1/4`.
    #[wire(omit)]
    pub gpu_count: Option<String>,
    /// Whether it can be ordered at its normal price.
    pub deploy_ondemand: bool,
    /// Whether it can be ordered at its preemptible price.
    pub deploy_preemptible: bool,
    /// Ids of the regions that sell it.
    pub locations: Vec<String>,
}

/// A plan's prices in one region.
#[view]
pub struct PlanCost {
    /// US dollars a month.
    pub monthly_cost: Money,
    /// US dollars an hour.
    pub hourly_cost: Money,
    /// US dollars a month for an instance that may be taken away.
    pub monthly_cost_preemptible: Money,
    /// US dollars an hour for an instance that may be taken away.
    pub hourly_cost_preemptible: Money,
}

/// Where the disk of an instance lives.
#[words]
pub enum StorageType {
    /// On its host.
    #[default]
    LocalStorage,
    /// On block storage only: a bootable volume has to be given.
    BlockStorage,
    /// On its host, or on block storage where a bootable volume is given.
    LocalAndBlockStorage,
}

/// How a plan is invoiced.
#[words]
pub enum InvoiceType {
    /// By the hour, up to the monthly price.
    #[default]
    Monthly,
    /// By the hour, without a limit.
    Hourly,
}

/// What a bare metal machine has and costs.
#[view]
pub struct MetalPlan {
    /// The plan's id, such as `vbm-4c-32gb`.
    pub id: String,
    /// Sockets.
    pub physical_cpus: u32,
    /// Cores.
    pub cpu_count: u32,
    /// Cores, under their newer name.
    pub cpu_cores: u32,
    /// Threads.
    pub cpu_threads: u32,
    /// Who made the processor.
    pub cpu_manufacturer: String,
    /// The processor's model.
    pub cpu_model: String,
    /// The processor's clock in MHz.
    pub cpu_mhz: u32,
    /// Memory in MB.
    pub ram: u32,
    /// Size of each disk in GB.
    pub disk: u32,
    /// How many disks there are.
    pub disk_count: u32,
    /// What the disks are: `SSD`, `NVMe`, ...
    #[wire(name = "type")]
    pub kind: String,
    /// Traffic a month in GB.
    pub bandwidth: u32,
    /// US dollars a month.
    pub monthly_cost: Money,
    /// US dollars an hour.
    pub hourly_cost: Money,
    /// US dollars a month for a machine that may be taken away.
    pub monthly_cost_preemptible: Money,
    /// US dollars an hour for a machine that may be taken away.
    pub hourly_cost_preemptible: Money,
    /// How it is invoiced.
    pub invoice_type: Open<InvoiceType>,
    /// Who made the GPUs; `none` where there are none.
    pub gpu_brand: String,
    /// The GPUs' model.
    #[wire(omit)]
    pub gpu_type: Option<String>,
    /// The memory of all GPUs in GB.
    #[wire(omit)]
    pub gpu_vram_gb: Option<u32>,
    /// How many GPUs.
    #[wire(omit)]
    pub gpu_count: Option<u32>,
    /// Whether it can be ordered at its normal price.
    pub deploy_ondemand: bool,
    /// Whether it can be ordered at its preemptible price.
    pub deploy_preemptible: bool,
    /// Ids of the regions that sell it.
    pub locations: Vec<String>,
}
