//! What is to be, in files: one for each thing, written before anything is made, and removed after
//! everything of it is gone, so that whoever comes after a kill finds all that there can be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use drivers::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::run::outside;

/// Things of one kind, by id.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    folder: PathBuf,
    all: BTreeMap<Uuid, T>,
    /// Those whose files cannot be read: they are there, and can be removed.
    unread: BTreeSet<Uuid>,
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    /// Those in a folder, which is made if need be.
    pub(crate) fn load(folder: PathBuf) -> Result<Self> {
        let failed = |error| failed("read", &folder, &error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let (mut all, mut unread) = (BTreeMap::new(), BTreeSet::new());
        for entry in std::fs::read_dir(&folder).map_err(failed)?.flatten() {
            let path = entry.path();
            let id = path.file_stem().and_then(|name| name.to_str()?.parse().ok());
            let (Some(id), Some("json")) = (id, path.extension().and_then(|it| it.to_str())) else {
                continue;
            };
            let bytes =
                std::fs::read(&path).map_err(|error| self::failed("read", &path, &error))?;
            match serde_json::from_slice(&bytes) {
                Ok(thing) => drop(all.insert(id, thing)),
                Err(error) => {
                    tracing::warn!("{} cannot be read, and is made anew: {error}", path.display());
                    unread.insert(id);
                }
            }
        }
        Ok(Self { folder, all, unread })
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&T> {
        self.all.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Uuid, &T)> {
        self.all.iter().map(|(id, thing)| (*id, thing))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.all.keys().chain(&self.unread).copied()
    }

    /// Whether there is one, even if it cannot be read.
    pub(crate) fn has(&self, id: Uuid) -> bool {
        self.all.contains_key(&id) || self.unread.contains(&id)
    }

    pub(crate) fn put(&mut self, id: Uuid, thing: T) -> Result<()> {
        let path = self.file(id);
        let new = path.with_extension("new");
        let bytes =
            serde_json::to_vec_pretty(&thing).map_err(|error| outside(error.to_string()))?;
        std::fs::write(&new, bytes)
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|error| failed("write", &path, &error))?;
        self.unread.remove(&id);
        self.all.insert(id, thing);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: Uuid) -> Result<()> {
        let path = self.file(id);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed("remove", &path, &error));
            }
            _ => {}
        }
        self.unread.remove(&id);
        self.all.remove(&id);
        Ok(())
    }

    /// Takes one out of what is worked from; its file stays.
    pub(crate) fn take(&mut self, id: Uuid) -> Option<T> {
        self.all.remove(&id)
    }

    /// Undoes [`take`](Self::take).
    pub(crate) fn put_back(&mut self, id: Uuid, thing: Option<T>) {
        self.all.extend(thing.map(|thing| (id, thing)));
    }

    fn file(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> drivers::Error {
    outside(format!("cannot {what} {}: {error}", path.display()))
}
