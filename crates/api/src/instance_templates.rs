//! Templates that instances are made from: `/v2/instances/templates`.

pub use crate::id::InstanceTemplateId;

use serde_json::{Map, Value};

use crate::id::{IsoId, SnapshotId, SshKeyId, VfsId};
use crate::{OrEmpty, endpoint, view};

operations! {
    "instance-template": "Templates that instances are made from" {
        /// List instance templates, all at once.
        "list" => ListInstanceTemplates(GET "/v2/instances/templates" -> 200 { instance_templates: Vec<InstanceTemplate> }, needs SubscriptionsView),
        "create" => CreateInstanceTemplate,
        /// Get an instance template.
        "get" => GetInstanceTemplate(GET "/v2/instances/templates/{instancetemplate-id: InstanceTemplateId}" -> 200 { instance_template: InstanceTemplate }, needs SubscriptionsView),
        "update" => UpdateInstanceTemplate,
        /// Delete an instance template. Instances made from it stay.
        "delete" => DeleteInstanceTemplate(DELETE "/v2/instances/templates/{instancetemplate-id: InstanceTemplateId}" -> 204, needs Subscriptions),
    }
}

/// A template that instances are made from. Most of it is shown by name.
#[view]
pub struct InstanceTemplate {
    /// The template's id.
    pub id: InstanceTemplateId,
    /// The plan's id.
    pub plan: String,
    /// The owner's name for it.
    pub label: String,
    /// The operating system's name, or empty.
    pub os: String,
    /// The marketplace application's name, or empty.
    pub marketplace_app: String,
    /// The marketplace image's name, or empty.
    pub marketplace_image: String,
    /// The snapshot, or empty.
    pub snapshot: String,
    /// The ISO image, or empty.
    pub iso: String,
    /// SSH keys that may log in.
    pub ssh_keys: Vec<TemplateSshKey>,
    /// The startup script, or empty.
    pub startup_script: String,
    /// How disks are divided, or empty.
    pub disk_config: String,
    /// File systems that instances share.
    pub vfs_subscriptions: Vec<TemplateVfs>,
    /// More about the plan; not in lists.
    #[wire(omit)]
    pub plan_details: Option<PlanDetails>,
    /// Data for the first boot, in base64; not in lists.
    #[wire(omit, base64)]
    pub user_data: Option<String>,
}

/// An SSH key as a template shows it.
#[view]
pub struct TemplateSshKey {
    /// The key's id.
    pub id: SshKeyId,
    /// The key's name.
    pub name: String,
}

/// A shared file system as a template shows it.
#[view]
pub struct TemplateVfs {
    /// The file system's id.
    pub id: VfsId,
    /// The file system's label.
    pub label: String,
}

/// What a plan has and costs.
#[view]
pub struct PlanDetails {
    /// The plan's id.
    pub name: String,
    /// The family of plans: `vc2`.
    #[wire(name = "type")]
    pub kind: String,
    /// Who made the processor.
    pub cpu_manufacturer: String,
    /// Number of processors.
    pub cpu_count: u32,
    /// Threads that they run at once.
    pub cpu_threads: u32,
    /// Their clock in MHz.
    pub cpu_mhz: u32,
    /// Their model.
    pub cpu_model: String,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Size of each disk in GB.
    pub disk_gb: u32,
    /// Kind of disk.
    pub disk_type: String,
    /// Number of disks.
    pub disk_num: u32,
    /// Traffic in TB that a month includes.
    pub bandwidth_tb: f64,
    /// Who made the GPU; `none` without one.
    pub gpu_brand: String,
    /// The GPU's model, or empty.
    pub gpu_model: String,
    /// Number of GPUs.
    pub gpu_count: u32,
    /// The share of a GPU that the plan has, or empty.
    pub gpu_profile: String,
    /// Number of such shares.
    pub gpu_profile_count: u32,
    /// US dollars a month, as text.
    pub price: String,
    /// US dollars an hour, as text.
    pub price_hr: String,
}

// What both say goes for the one that is made as for the one there is: what is absent stays then.
sharing! {
    {
        /// A name for it.
        pub label: Option<String>,
        /// Install this operating system.
        pub os_id: Option<u32>,
        /// Install this marketplace application.
        pub marketplace_app_id: Option<u32>,
        /// Install this marketplace image.
        pub marketplace_image_id: Option<u32>,
        /// Start from this ISO image.
        pub iso_id: Option<OrEmpty<IsoId>>,
        /// Start with the contents of this snapshot.
        pub snapshot_id: Option<OrEmpty<SnapshotId>>,
        /// All SSH keys that may log in.
        pub ssh_key_ids: Option<Vec<SshKeyId>>,
        /// All file systems that instances share.
        pub vfs_ids: Option<Vec<VfsId>>,
        /// Further settings.
        pub template: Option<Map<String, Value>>,
        /// Data for the first boot, in base64.
        #[wire(most = 131_072, lines, base64)]
        pub user_data: Option<String>,
    }

    /// Create an instance template.
    #[endpoint(POST "/v2/instances/templates" -> 200 { instance_template: InstanceTemplate }, needs Provisioning)]
    pub struct CreateInstanceTemplate {
        /// The plan's id.
        pub plan: String,
    }

    /// Change an instance template, in one field at least. Instances made from it stay as they are.
    #[endpoint(PUT "/v2/instances/templates/{instancetemplate-id: InstanceTemplateId}" -> 202 { instance_template: InstanceTemplate }, needs Subscriptions)]
    pub struct UpdateInstanceTemplate {
        /// Another plan.
        pub plan: Option<String>,
    }
}
