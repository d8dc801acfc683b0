//! The catalogue: what can be ordered, where, and for how much.
//!
//! Regions, plans, operating systems, applications, public ISOs, kinds of block storage, media of
//! file systems, clusters and tiers of object storage, engines, plans and options of databases,
//! versions of Kubernetes, and prices, read from the data files in `data/` (their format is
//! `data/README.md`), which are part of the program, and from a file of the user's if there is one.
//! Withdrawn entries are found by id like any other and listed only when asked for.
//!
//! A catalogue does not change once it is built. It must never hold stock, quotas or anything
//! that belongs to an account, and it must never guess: an id is known exactly or not at all.

mod databases;
mod entries;
mod kubernetes;
mod load;
mod object_storage;
mod prices;
mod registries;
mod suggest;
mod table;
#[cfg(test)]
mod tests;

pub use databases::{
    ConnectorSetting, DatabaseConnector, DatabaseEngine, DatabaseOption, DatabasePlan,
    DatabaseSize, DatabaseTier, OptionValues,
};
pub use entries::{
    AppVariable, Application, ApplicationType, MetalPlan, OS_APPLICATION, OS_BACKUP, OS_CUSTOM,
    OS_SNAPSHOT, PLAN_TYPES, Plan, PublicIso, Region, Room, StorageType, System,
};
pub use kubernetes::KubernetesVersion;
pub use load::CatalogError;
pub use object_storage::{ObjectStorageCluster, ObjectStorageTier};
pub use prices::{
    BlockType, Cost, FREE_EGRESS_GB, FileSystemType, HOURS_BILLED_PER_MONTH, HOURS_PER_MONTH,
    InvoiceType, Price, PriceItem, PriceUnit,
};
pub use registries::{RegistryPlan, RegistryRegion};

pub use suggest::nearest;
use table::Table;

/// Everything that can be ordered.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    regions: Table<Region>,
    plans: Table<Plan>,
    metal_plans: Table<MetalPlan>,
    systems: Table<System>,
    applications: Table<Application>,
    public_isos: Table<PublicIso>,
    block_types: Table<BlockType>,
    file_system_types: Table<FileSystemType>,
    object_storage_tiers: Table<ObjectStorageTier>,
    object_storage_clusters: Table<ObjectStorageCluster>,
    kubernetes_versions: Table<KubernetesVersion>,
    database_engines: Table<DatabaseEngine>,
    database_sizes: Table<DatabaseSize>,
    database_options: Table<DatabaseOption>,
    database_connectors: Table<DatabaseConnector>,
    prices: Table<Price>,
    registry_plans: Table<RegistryPlan>,
    registry_regions: Table<RegistryRegion>,
    with_retired: bool,
}

impl Catalog {
    /// The catalogue that comes with the program.
    pub fn builtin() -> Self {
        let mut catalog = Self::default();
        for (name, text) in load::BUILTIN {
            if let Err(wrong) = catalog.read(text) {
                // A test reads these files, so this cannot reach a user.
                panic!("built-in catalogue file {name}, {wrong}");
            }
        }
        catalog
    }

    /// Adds the entries of a user's file, each in the place of the one with its id if there is
    /// one.
    ///
    /// # Errors
    /// The first thing that is wrong in the file: its line, entry and field.
    pub fn with_file(mut self, text: &str) -> Result<Self, CatalogError> {
        self.read(text)?;
        Ok(self)
    }

    /// Whether lists show withdrawn entries too. They are found by id either way.
    #[must_use]
    pub fn show_retired(self, yes: bool) -> Self {
        Self { with_retired: yes, ..self }
    }

    /// The regions to list.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.regions.listed(self.with_retired)
    }

    /// A region, withdrawn or not, in capitals or small letters: the metadata service of real
    /// servers says `EWR`, and clients send that on. What is kept and answered is its `id`.
    pub fn region(&self, id: &str) -> Option<&Region> {
        self.regions.get(id).or_else(|| self.regions.get(&id.to_ascii_lowercase()))
    }

    /// A region by its number in API v1.
    pub fn region_by_dcid(&self, dcid: u32) -> Option<&Region> {
        self.regions.all().find(|region| region.dcid == Some(dcid))
    }

    /// The region that was probably meant, by its id or its city.
    pub fn nearest_region(&self, wrong: &str) -> Option<&str> {
        let ids = self.regions().map(|region| (&region.id, region.id.as_str()));
        let cities = self.regions().map(|region| (&region.city, region.id.as_str()));
        nearest(wrong, ids.chain(cities))
    }

    /// The plans of instances to list.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.listed(self.with_retired)
    }

    /// A plan of instances, withdrawn or not.
    pub fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.get(id)
    }

    /// A plan by its number in API v1.
    pub fn plan_by_vpsplanid(&self, vpsplanid: u32) -> Option<&Plan> {
        self.plans.all().find(|plan| plan.vpsplanid == Some(vpsplanid))
    }

    /// The plan that was probably meant.
    pub fn nearest_plan(&self, wrong: &str) -> Option<&str> {
        nearest(wrong, self.plans().map(|plan| (&plan.id, plan.id.as_str())))
    }

    /// The listed plans that a region sells.
    pub fn available<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a Plan> {
        self.plans().filter(move |plan| plan.sold_in(region))
    }

    /// Whether a plan and a region exist and the region sells the plan, withdrawn or not.
    pub fn is_available(&self, plan: &str, region: &str) -> bool {
        self.region(region).is_some() && self.plan(plan).is_some_and(|plan| plan.sold_in(region))
    }

    /// The listed plans that an instance of `plan` in `region` may be changed to; the rule is
    /// [`Plan::can_become`].
    pub fn upgrades<'a>(
        &'a self,
        plan: &'a Plan,
        region: &'a str,
    ) -> impl Iterator<Item = &'a Plan> {
        self.available(region)
            .filter(move |target| target.deploy_ondemand && plan.can_become(target))
    }

    /// Whether some listed Windows fits a plan.
    pub fn supports_windows(&self, plan: &Plan) -> bool {
        self.systems().any(|system| system.is_windows() && system.fits(plan))
    }

    /// The bare metal plans to list.
    pub fn metal_plans(&self) -> impl Iterator<Item = &MetalPlan> {
        self.metal_plans.listed(self.with_retired)
    }

    /// A bare metal plan, withdrawn or not.
    pub fn metal_plan(&self, id: &str) -> Option<&MetalPlan> {
        self.metal_plans.get(id)
    }

    /// A bare metal plan by its number in API v1.
    pub fn metal_plan_by_metalplanid(&self, metalplanid: u32) -> Option<&MetalPlan> {
        self.metal_plans.all().find(|plan| plan.metalplanid == Some(metalplanid))
    }

    /// The bare metal plan that was probably meant.
    pub fn nearest_metal_plan(&self, wrong: &str) -> Option<&str> {
        nearest(wrong, self.metal_plans().map(|plan| (&plan.id, plan.id.as_str())))
    }

    /// The listed bare metal plans that a region sells.
    pub fn available_metal<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a MetalPlan> {
        self.metal_plans().filter(move |plan| plan.sold_in(region))
    }

    /// The operating systems to list.
    pub fn systems(&self) -> impl Iterator<Item = &System> {
        self.systems.listed(self.with_retired)
    }

    /// An operating system, withdrawn or not; API v1 uses the same numbers.
    pub fn system(&self, os_id: i64) -> Option<&System> {
        self.systems.get(&os_id)
    }

    /// The operating system that was probably meant.
    pub fn nearest_system(&self, wrong: i64) -> Option<&System> {
        let numbers = self.systems().map(|system| (system.id.to_string(), system.name.as_str()));
        let name = nearest(&wrong.to_string(), numbers)?;
        self.systems().find(|system| system.name == name)
    }

    /// The one-click application that was probably meant.
    pub fn nearest_application(&self, wrong: i64) -> Option<&Application> {
        let apps = || self.applications().filter(|app| app.image_id.is_empty());
        let numbers = apps().map(|app| (app.id.to_string(), app.deploy_name.as_str()));
        let name = nearest(&wrong.to_string(), numbers)?;
        apps().find(|app| app.deploy_name == name)
    }

    /// The applications to list.
    pub fn applications(&self) -> impl Iterator<Item = &Application> {
        self.applications.listed(self.with_retired)
    }

    /// An application, withdrawn or not; API v1 uses the same numbers.
    pub fn application(&self, app_id: i64) -> Option<&Application> {
        self.applications.get(&app_id)
    }

    /// A marketplace application by its image, withdrawn or not.
    pub fn application_by_image(&self, image_id: &str) -> Option<&Application> {
        // One-click applications have no image: the empty word finds none of them.
        self.applications.all().find(|app| !image_id.is_empty() && app.image_id == image_id)
    }

    /// The image that was probably meant.
    pub fn nearest_image(&self, wrong: &str) -> Option<&str> {
        let apps = self.applications().filter(|app| !app.image_id.is_empty());
        nearest(wrong, apps.map(|app| (&app.image_id, app.image_id.as_str())))
    }

    /// The public ISOs to list.
    pub fn public_isos(&self) -> impl Iterator<Item = &PublicIso> {
        self.public_isos.listed(self.with_retired)
    }

    /// A public ISO, withdrawn or not.
    pub fn public_iso(&self, id: &str) -> Option<&PublicIso> {
        self.public_isos.get(id)
    }

    /// A public ISO by its number in API v1.
    pub fn public_iso_by_isoid(&self, isoid: u32) -> Option<&PublicIso> {
        self.public_isos.all().find(|iso| iso.isoid == Some(isoid))
    }

    /// The kinds of block storage to list.
    pub fn block_types(&self) -> impl Iterator<Item = &BlockType> {
        self.block_types.listed(self.with_retired)
    }

    /// A kind of block storage, withdrawn or not.
    pub fn block_type(&self, id: &str) -> Option<&BlockType> {
        self.block_types.get(id)
    }

    /// The kind of block storage that a volume gets where none is asked for: the first that the
    /// region offers.
    pub fn default_block_type(&self, region: &Region) -> Option<&BlockType> {
        self.block_types().find(|kind| region.offers(&kind.region_option))
    }

    /// The media of file systems to list.
    pub fn file_system_types(&self) -> impl Iterator<Item = &FileSystemType> {
        self.file_system_types.listed(self.with_retired)
    }

    /// A medium of file systems, withdrawn or not.
    pub fn file_system_type(&self, id: &str) -> Option<&FileSystemType> {
        self.file_system_types.get(id)
    }

    /// The clusters of object storage to list.
    pub fn object_storage_clusters(&self) -> impl Iterator<Item = &ObjectStorageCluster> {
        self.object_storage_clusters.listed(self.with_retired)
    }

    /// A cluster of object storage, withdrawn or not; API v1 uses the same numbers.
    pub fn object_storage_cluster(&self, id: u32) -> Option<&ObjectStorageCluster> {
        self.object_storage_clusters.get(&id)
    }

    /// The tiers of object storage to list.
    pub fn object_storage_tiers(&self) -> impl Iterator<Item = &ObjectStorageTier> {
        self.object_storage_tiers.listed(self.with_retired)
    }

    /// A tier of object storage, withdrawn or not.
    pub fn object_storage_tier(&self, id: u32) -> Option<&ObjectStorageTier> {
        self.object_storage_tiers.get(&id)
    }

    /// The engines of managed databases to list.
    pub fn database_engines(&self) -> impl Iterator<Item = &DatabaseEngine> {
        self.database_engines.listed(self.with_retired)
    }

    /// An engine of managed databases, withdrawn or not.
    pub fn database_engine(&self, id: &str) -> Option<&DatabaseEngine> {
        self.database_engines.get(id)
    }

    /// The plans of managed databases to list.
    pub fn database_plans(&self) -> impl Iterator<Item = DatabasePlan<'_>> {
        self.database_sizes.listed(self.with_retired).flat_map(DatabaseSize::plans)
    }

    /// A plan of managed databases, withdrawn or not.
    pub fn database_plan(&self, id: &str) -> Option<DatabasePlan<'_>> {
        let (tier, size) = DatabasePlan::parts(id)?;
        self.database_sizes.get(size)?.plans().find(|plan| plan.tier == tier)
    }

    /// The plan of managed databases that was probably meant.
    pub fn nearest_database_plan(&self, wrong: &str) -> Option<String> {
        let ids: Vec<String> = self.database_plans().map(|plan| plan.id()).collect();
        nearest(wrong, ids.iter().map(|id| (id, id.as_str()))).map(str::to_owned)
    }

    /// The regions that sell a plan of managed databases, in the order of lists.
    pub fn database_locations<'a>(
        &'a self,
        plan: DatabasePlan<'a>,
    ) -> impl Iterator<Item = &'a Region> {
        self.regions().filter(move |region| plan.sold_in(&region.id))
    }

    /// The advanced options of an engine or of a service beside Kafka, in the order of lists.
    pub fn database_options<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = &'a DatabaseOption> {
        let all = self.database_options.listed(self.with_retired);
        all.filter(move |option| option.service() == service)
    }

    /// The classes of connectors to list.
    pub fn database_connectors(&self) -> impl Iterator<Item = &DatabaseConnector> {
        self.database_connectors.listed(self.with_retired)
    }

    /// A class of connectors, withdrawn or not.
    pub fn database_connector(&self, class: &str) -> Option<&DatabaseConnector> {
        self.database_connectors.get(class)
    }

    /// The plans of container registries to list.
    pub fn registry_plans(&self) -> impl Iterator<Item = &RegistryPlan> {
        self.registry_plans.listed(self.with_retired)
    }

    /// A plan of container registries, withdrawn or not.
    pub fn registry_plan(&self, id: &str) -> Option<&RegistryPlan> {
        self.registry_plans.get(id)
    }

    /// The regions with container registries to list.
    pub fn registry_regions(&self) -> impl Iterator<Item = &RegistryRegion> {
        self.registry_regions.listed(self.with_retired)
    }

    /// A region with container registries, withdrawn or not.
    pub fn registry_region(&self, id: &str) -> Option<&RegistryRegion> {
        self.registry_regions.get(id)
    }

    /// What something costs that belongs to no plan.
    pub fn price(&self, item: PriceItem) -> &Price {
        self.prices.get(&item).expect("the built-in files price every item and none is removed")
    }
}
