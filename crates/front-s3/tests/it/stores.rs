//! A control plane in memory: storages with keys and buckets, and nothing else.

use std::sync::Mutex;

use fronts::stores::{Bucket, Store};
use fronts::{Ask, Error, Stores};
use uuid::Uuid;

/// Storages, with their buckets.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    stores: Mutex<Vec<Store>>,
    made: Mutex<i64>,
}

impl Memory {
    /// Storages of these names in one cluster: each has its name for a key, and `secret` for a secret;
    /// buckets are made from `made` on.
    pub(crate) fn of(names: &[(&str, Uuid)], made: i64) -> Self {
        let stores = names.iter().map(|(name, id)| Store {
            id: *id,
            label: (*name).to_owned(),
            host: "ewr1.vultrobjects.com".to_owned(),
            region: "default".to_owned(),
            access_key: (*name).to_owned(),
            secret_key: "secret".into(),
            buckets: Vec::new(),
        });
        Self { stores: Mutex::new(stores.collect()), made: Mutex::new(made) }
    }

    fn find(&self, which: impl Fn(&Store) -> bool) -> Option<Store> {
        self.stores.lock().unwrap().iter().find(|store| which(store)).cloned()
    }

    fn change<T>(
        &self,
        id: Uuid,
        how: impl FnOnce(&mut Vec<Bucket>) -> fronts::Result<T>,
    ) -> fronts::Result<T> {
        let mut stores = self.stores.lock().unwrap();
        let store = stores.iter_mut().find(|store| store.id == id);
        how(&mut store.ok_or_else(|| Error::Refused("There is no such storage.".into()))?.buckets)
    }
}

impl Stores for Memory {
    fn by_key<'a>(&'a self, key: &'a str) -> Ask<'a, Option<Store>> {
        Box::pin(async move { Ok(self.find(|store| store.access_key == key)) })
    }

    fn by_bucket<'a>(&'a self, host: Option<&'a str>, bucket: &'a str) -> Ask<'a, Option<Store>> {
        let has = move |store: &Store| store.buckets.iter().any(|other| other.name == bucket);
        Box::pin(async move {
            Ok(self.find(|store| host.is_none_or(|host| store.host == host) && has(store)))
        })
    }

    fn by_id(&self, storage: Uuid) -> Ask<'_, Option<Store>> {
        Box::pin(async move { Ok(self.find(|store| store.id == storage)) })
    }

    fn create_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()> {
        Box::pin(async move {
            let created = {
                let mut made = self.made.lock().unwrap();
                *made += 1;
                *made
            };
            self.change(storage, |buckets| {
                buckets.push(Bucket { created, ..bucket.clone() });
                Ok(())
            })
        })
    }

    fn change_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()> {
        Box::pin(async move {
            self.change(storage, |buckets| {
                let found = buckets.iter_mut().find(|other| other.name == bucket.name);
                *found.ok_or_else(|| Error::Refused("There is no such bucket.".into()))? =
                    bucket.clone();
                Ok(())
            })
        })
    }

    fn delete_bucket<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Ask<'a, ()> {
        Box::pin(async move {
            self.change(storage, |buckets| {
                buckets.retain(|other| other.name != bucket);
                Ok(())
            })
        })
    }
}
