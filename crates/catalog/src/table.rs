//! Entries of one kind: kept in the order in which they are listed, found by id.
//!
//! A table never drops an entry; what is withdrawn stays and says so.

use std::{borrow::Borrow, collections::BTreeMap, fmt::Debug};

use super::{
    databases::{DatabaseConnector, DatabaseEngine, DatabaseOption, DatabaseSize},
    entries::{Application, MetalPlan, Plan, PublicIso, Region, System},
    kubernetes::KubernetesVersion,
    object_storage::{ObjectStorageCluster, ObjectStorageTier},
    prices::{BlockType, FileSystemType, Price, PriceItem},
    registries::{RegistryPlan, RegistryRegion},
};

/// What a table must know of its entries.
pub(super) trait Entry {
    /// Type of the id.
    type Id: Ord + Clone + Debug;
    /// The word for this kind in data files.
    const KIND: &'static str;
    /// The id.
    fn id(&self) -> &Self::Id;
    /// Whether it is listed on request only.
    fn retired(&self) -> bool;
}

macro_rules! entry {
    ($type:ty, $id:ty, $kind:literal) => {
        impl Entry for $type {
            type Id = $id;
            const KIND: &'static str = $kind;
            fn id(&self) -> &$id {
                &self.id
            }
            fn retired(&self) -> bool {
                self.retired
            }
        }
    };
}

entry!(Region, String, "region");
entry!(Plan, String, "plan");
entry!(MetalPlan, String, "metal_plan");
entry!(System, i64, "system");
entry!(Application, i64, "application");
entry!(PublicIso, String, "public_iso");
entry!(BlockType, String, "block_type");
entry!(FileSystemType, String, "file_system_type");
entry!(ObjectStorageTier, u32, "object_storage_tier");
entry!(ObjectStorageCluster, u32, "object_storage_cluster");
entry!(KubernetesVersion, String, "kubernetes_version");
entry!(DatabaseEngine, String, "database_engine");
entry!(DatabaseSize, String, "database_size");
entry!(DatabaseOption, String, "database_option");
entry!(DatabaseConnector, String, "database_connector");
entry!(RegistryPlan, String, "registry_plan");
entry!(RegistryRegion, String, "registry_region");

impl Entry for Price {
    type Id = PriceItem;
    const KIND: &'static str = "price";
    fn id(&self) -> &PriceItem {
        &self.id
    }
    fn retired(&self) -> bool {
        false
    }
}

#[derive(Debug, Clone)]
pub(super) struct Table<T: Entry> {
    entries: Vec<T>,
    places: BTreeMap<T::Id, usize>,
}

impl<T: Entry> Default for Table<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T: Entry> Table<T> {
    /// Adds an entry at the end, or puts it in the place of the one with its id.
    pub(super) fn put(&mut self, entry: T) {
        match self.places.get(entry.id()) {
            Some(&place) => self.entries[place] = entry,
            None => {
                self.places.insert(entry.id().clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    pub(super) fn get<Q: Ord + ?Sized>(&self, id: &Q) -> Option<&T>
    where
        T::Id: Borrow<Q>,
    {
        self.places.get(id).map(|&place| &self.entries[place])
    }

    /// Every entry, the withdrawn ones too.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }

    /// The entries that lists show.
    pub(super) fn listed(&self, with_retired: bool) -> impl Iterator<Item = &T> {
        self.entries.iter().filter(move |entry| with_retired || !entry.retired())
    }
}
