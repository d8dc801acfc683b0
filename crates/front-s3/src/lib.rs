//! Object storage over S3: the buckets of the control plane, with what is in them.
//!
//! The protocol is `s3s`'s; what it means is here. Whose a key is and what buckets there are is asked of
//! [`fronts::Stores`] for each request, so that S3 and the API never disagree. What is in buckets is kept
//! in a folder for each storage: rows in SQLite, contents in files (`depot`).

mod access;
mod blobs;
mod closing;
mod cors;
mod depot;
mod fault;
mod hosts;
mod lifecycle;
mod mend;
mod ops;
mod rows;
mod serve;
mod service;
mod sums;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::access::Guard;
use crate::depot::Depot;
use crate::hosts::Hosts;
use crate::rows::buckets;

/// How large the content of a form may be, which is held in memory, and how many are at once.
const FORM: u64 = 64 << 20;
const FORMS: usize = 4;

/// What is needed to serve object storage.
pub struct Config {
    /// Where objects are kept; none: in a temporary folder that is gone at the end.
    pub directory: Option<PathBuf>,
    /// Whose keys and buckets are which.
    pub stores: Arc<dyn fronts::Stores>,
    /// The domains that buckets can be below, as `pics.ewr1.vultrobjects.com`: those of the clusters,
    /// and `localhost`.
    pub hosts: Vec<String>,
    /// What time it is for objects, their locks and their end; signatures have the system's time.
    pub clock: engine::Clock,
}

/// Object storage cannot be served, or not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder cannot be used.
    #[error("{}: {why}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// What is stored of a storage cannot be read or changed.
    #[error("objects of storage {storage}: {why}")]
    Storage {
        /// The storage.
        storage: Uuid,
        /// Why.
        why: String,
    },
}

/// What is in a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of all versions of objects, and of uploads by parts that are under way.
    pub bytes: u64,
    /// Objects that are there: the latest versions that are no markers of a deletion.
    pub objects: u64,
    /// All versions and markers. A bucket with any is not empty.
    pub versions: u64,
}

/// Object storage.
pub struct S3 {
    backend: Arc<Backend>,
    service: S3Service,
    /// Gone with it.
    _temporary: Option<tempfile::TempDir>,
}

impl S3 {
    /// Prepares to serve what is in the folder.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(config: Config) -> Result<Self, Error> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |why| Error::Folder { path, why }
        };
        let temporary = match config.directory {
            Some(_) => None,
            None => {
                let folder = tempfile::Builder::new().prefix("kettle-objects-").tempdir();
                Some(folder.map_err(at(&std::env::temp_dir()))?)
            }
        };
        let kept = temporary.as_ref().map(|folder| folder.path().to_owned());
        let directory = config.directory.or(kept).unwrap_or_default();
        std::fs::create_dir_all(&directory).map_err(at(&directory))?;
        let backend = Arc::new(Backend {
            stores: config.stores,
            depots: Depots { directory, open: Mutex::default(), turn: Default::default() },
            clock: config.clock,
            hosts: Hosts(Arc::new(config.hosts)),
            forms: Semaphore::new(FORMS),
        });
        let mut builder = S3ServiceBuilder::new(service::Shared(backend.clone()));
        let mut limits = S3Config::default();
        limits.xml_max_body_size = 8 << 20;
        // Forms are held in memory as a whole.
        limits.post_object_max_file_size = FORM;
        limits.form_max_fields_size = 1 << 20;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(limits))));
        builder.set_auth(Guard(backend.clone()));
        builder.set_access(Guard(backend.clone()));
        builder.set_host(backend.hosts.clone());
        Ok(Self { service: builder.build(), backend, _temporary: temporary })
    }

    /// Answers S3 over HTTP until it is to stop, or whoever could say so is gone.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: watch::Receiver<bool>) {
        let serving = serve::serve(self.backend.clone(), self.service.clone(), listener, stop);
        tokio::select! {
            () = serving => {}
            () = self.keep_expiring() => {}
        }
    }

    /// Ends what is due, each hour, for ever.
    async fn keep_expiring(&self) {
        loop {
            let now = self.backend.clock.now();
            match self.expire(now).await {
                Ok(0) => {}
                Ok(ended) => tracing::info!(ended, "objects: came to their end by a lifecycle"),
                Err(error) => tracing::error!(%error, "objects: a lifecycle was not followed"),
            }
            self.backend.clock.sleep_until(now + 3_600_000).await;
        }
    }

    /// What is in a bucket of a storage; nothing where nobody ever put anything in.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub async fn usage(&self, storage: Uuid, bucket: &str) -> Result<Usage, Error> {
        if !self.backend.depots.is_there(storage) {
            return Ok(Usage::default());
        }
        let bucket = bucket.to_owned();
        let asked = async {
            let depot = self.backend.depots.open(storage).await?;
            depot.read(move |rows| buckets::usage(rows, &bucket)).await
        };
        asked.await.map_err(|fault| failed(storage, &fault))
    }

    /// Deletes a bucket of a storage with all that is in it: the control plane has it no more.
    ///
    /// # Errors
    /// What is stored cannot be changed.
    pub async fn remove_bucket(&self, storage: Uuid, bucket: &str) -> Result<(), Error> {
        if !self.backend.depots.is_there(storage) {
            return Ok(());
        }
        let asked = async {
            let depot = self.backend.depots.open(storage).await?;
            self.backend.forget_bucket(&depot, bucket).await
        };
        asked.await.map_err(|fault| failed(storage, &fault))
    }

    /// Deletes all that a storage holds.
    ///
    /// # Errors
    /// A file cannot be deleted.
    pub async fn remove_all(&self, storage: Uuid) -> Result<(), Error> {
        if !self.backend.depots.is_there(storage) {
            return Ok(());
        }
        let removed = self.backend.depots.remove(storage).await;
        removed.map_err(|fault| failed(storage, &fault))
    }

    /// Ends what is due at `now`, in milliseconds after 1970, by the rules of its bucket: how many
    /// versions and uploads went. [`serve`](Self::serve) does so each hour of its clock.
    ///
    /// # Errors
    /// What is stored cannot be changed.
    pub async fn expire(&self, now: i64) -> Result<u64, Error> {
        let mut ended = 0;
        for storage in self.there().await {
            let some = async {
                // It may have been removed meanwhile, and must not be made again.
                match self.backend.depots.opened(storage, false).await? {
                    Some(depot) => lifecycle::expire(&depot, now).await,
                    None => Ok(0),
                }
            };
            ended += some.await.map_err(|fault| failed(storage, &fault))?;
        }
        Ok(ended)
    }

    /// The storages that something is kept of.
    pub async fn there(&self) -> Vec<Uuid> {
        let directory = self.backend.depots.directory.clone();
        let found = depot::waiting(move || {
            let names = std::fs::read_dir(directory)?.filter_map(|entry| entry.ok());
            let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
            Ok(names.filter_map(|name| name.parse().ok()).collect())
        });
        found.await.unwrap_or_default()
    }
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3")
            .field("directory", &self.backend.depots.directory)
            .finish_non_exhaustive()
    }
}

fn failed(storage: Uuid, fault: &fault::Fault) -> Error {
    let why = fault.0.source().map_or_else(|| fault.0.to_string(), ToString::to_string);
    Error::Storage { storage, why }
}

/// What answers requests.
pub(crate) struct Backend {
    stores: Arc<dyn fronts::Stores>,
    depots: Depots,
    clock: engine::Clock,
    hosts: Hosts,
    /// Who may send a form.
    forms: Semaphore,
}

impl Backend {
    /// Forgets a bucket with all that is in it.
    async fn forget_bucket(&self, depot: &Arc<Depot>, bucket: &str) -> fault::Result<()> {
        let bucket = bucket.to_owned();
        depot.write(move |change| buckets::remove(change, &bucket)).await
    }
}

/// What each storage holds, opened when it is first asked for.
struct Depots {
    directory: PathBuf,
    open: Mutex<BTreeMap<Uuid, Arc<Depot>>>,
    /// Held by who opens one or removes one: what is being removed is not made again.
    turn: tokio::sync::Mutex<()>,
}

impl Depots {
    fn folder(&self, storage: Uuid) -> PathBuf {
        self.directory.join(storage.to_string())
    }

    fn is_there(&self, storage: Uuid) -> bool {
        self.folder(storage).exists()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Depot>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A storage's, which is made where it is not there.
    async fn open(&self, storage: Uuid) -> fault::Result<Arc<Depot>> {
        Ok(self.opened(storage, true).await?.expect("it is made"))
    }

    /// A storage's; none: there is none, and none is to be made.
    async fn opened(&self, storage: Uuid, makes: bool) -> fault::Result<Option<Arc<Depot>>> {
        let known = || self.known().get(&storage).cloned();
        if let Some(depot) = known() {
            return Ok(Some(depot));
        }
        let _turn = self.turn.lock().await;
        if let Some(depot) = known() {
            return Ok(Some(depot));
        }
        let folder = self.folder(storage);
        if !makes && !folder.exists() {
            return Ok(None);
        }
        let depot = depot::waiting(move || Ok(Arc::new(Depot::open(folder)?))).await?;
        self.known().insert(storage, depot.clone());
        Ok(Some(depot))
    }

    async fn remove(&self, storage: Uuid) -> fault::Result<()> {
        let _turn = self.turn.lock().await;
        let known = self.known().remove(&storage);
        let folder = self.folder(storage);
        depot::waiting(move || match known {
            Some(depot) => Ok(depot.give_up()?),
            None => Ok(std::fs::remove_dir_all(folder)?),
        })
        .await
    }
}
