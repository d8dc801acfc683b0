//! Snapshots of all that is stored, by name; and what is exported and imported.
//!
//! They are kept where the store is: in memory, in files beside the database, or in PostgreSQL, where all
//! servers that share it have the same. A file has its name only when it is whole.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::image::{Image, Incoming};
use crate::sqlite::{Sqlite, private};
use crate::{Backend, Error, Result, Store, turns};

/// The folder beside a database in which its snapshots are.
const FOLDER: &str = "saved";
/// What their files are called after their names.
const EXTENSION: &str = "db";
/// How long a name can be.
const NAME_MAX: usize = 64;

/// A snapshot that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// What it is called.
    pub name: String,
    /// When it was saved, in milliseconds.
    pub at: i64,
    /// How many rows are in it.
    pub things: u64,
    /// How long it is.
    pub bytes: u64,
}

impl Saved {
    fn of(name: &str, image: &Image) -> Result<Self> {
        let (at, things) = image.about()?;
        Ok(Self { name: name.to_owned(), at, things, bytes: image.size()? })
    }

    /// Whether a snapshot can be called so: with 1 to 64 letters, digits and `-_.`, of which the first is
    /// no dot.
    pub fn can_be(name: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=NAME_MAX).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(is_plain)
    }
}

/// Where snapshots are kept.
pub(crate) enum Place {
    Memory(Mutex<BTreeMap<String, (Saved, Arc<Image>)>>),
    Folder(PathBuf),
    #[cfg(feature = "postgres")]
    Database,
}

/// Snapshots, and whose turn it is to keep or to remove one.
pub(crate) struct Shelf {
    place: Place,
    turn: Arc<tokio::sync::Mutex<()>>,
    made: AtomicU64,
}

impl Shelf {
    pub(crate) fn memory() -> Arc<Self> {
        Self::new(Place::Memory(Mutex::default()))
    }

    /// That beside a database, without what a killed server has left half.
    pub(crate) fn beside(path: &Path) -> Arc<Self> {
        let folder = path.parent().unwrap_or(Path::new("")).join(FOLDER);
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b".")
                && let Err(error) = std::fs::remove_file(entry.path())
            {
                tracing::warn!(%error, "what is left of an unfinished snapshot stays");
            }
        }
        Self::new(Place::Folder(folder))
    }

    pub(crate) fn new(place: Place) -> Arc<Self> {
        Arc::new(Self { place, turn: Arc::default(), made: AtomicU64::new(turns::chance()) })
    }

    async fn turn(&self) -> OwnedMutexGuard<()> {
        self.turn.clone().lock_owned().await
    }

    /// A new file, whose name says that it is not whole.
    fn new_file(&self) -> PathBuf {
        let name = format!(".{:016x}.{EXTENSION}", self.made.fetch_add(1, Relaxed));
        match &self.place {
            Place::Folder(folder) => folder.join(name),
            _ => std::env::temp_dir().join(format!("kettle{name}")),
        }
    }

    fn file(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.{EXTENSION}"))
    }
}

/// Does what takes its time on a thread where that holds up nobody.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Closed)?
}

/// A row that two states of a store have not in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The row.
    pub id: uuid::Uuid,
    /// Its kind.
    pub kind: String,
    /// Whose it is.
    pub account: i64,
    /// Whether it is in the first.
    pub before: bool,
    /// Whether it is in the second.
    pub after: bool,
}

impl Store {
    /// All that is stored at this moment, which is `at` in milliseconds.
    ///
    /// # Errors
    /// When the store cannot be read, or there is no room.
    pub async fn image(&self, at: i64) -> Result<Image> {
        let (backend, shelf) = (self.backend.clone(), self.shelf.clone());
        match &*self.backend {
            Backend::Sqlite(_) => {
                aside(move || match &*backend {
                    Backend::Sqlite(sqlite) => {
                        shelf.folder()?;
                        sqlite.copy(at, || shelf.new_file())
                    }
                    #[cfg(feature = "postgres")]
                    Backend::Postgres(_) => Err(Error::Closed),
                })
                .await
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.copy(at).await,
        }
    }

    /// Puts back what an image has, in one moment: who reads finds all of before or all of the image, and
    /// of what was begun before nothing is written afterwards. Numbers of order go on from the higher of
    /// both, and no row is held by anybody.
    ///
    /// # Errors
    /// When the store cannot be written: then it is as it was.
    pub async fn restore(&self, image: &Image) -> Result<()> {
        let new = || self.shelf.new_file();
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.restore(image, new).await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.restore(image).await,
        }
    }

    /// Keeps all that is stored at this moment under a name.
    ///
    /// # Errors
    /// [`Error::SnapshotExists`] where there is one of that name and it is not to be replaced.
    pub async fn save(&self, name: &str, at: i64, replaces: bool) -> Result<Saved> {
        let turn = self.shelf.turn().await;
        if !replaces && self.has(name).await? {
            return Err(Error::SnapshotExists(name.to_owned()));
        }
        let image = self.image(at).await?;
        #[cfg(feature = "postgres")]
        if let Backend::Postgres(postgres) = &*self.backend {
            let saved = Saved::of(name, &image)?;
            postgres.keep(&saved, &image, replaces).await?;
            return Ok(saved);
        }
        let (shelf, name) = (self.shelf.clone(), name.to_owned());
        aside(move || {
            let _turn = turn;
            let saved = Saved::of(&name, &image)?;
            match &shelf.place {
                Place::Folder(folder) => image.named(&Shelf::file(folder, &name))?,
                Place::Memory(kept) => {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.insert(name, (saved.clone(), Arc::new(image)));
                }
                #[cfg(feature = "postgres")]
                Place::Database => {}
            }
            Ok(saved)
        })
        .await
    }

    async fn has(&self, name: &str) -> Result<bool> {
        Ok(match &self.shelf.place {
            Place::Memory(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).contains_key(name)
            }
            Place::Folder(folder) => Shelf::file(folder, name).exists(),
            #[cfg(feature = "postgres")]
            Place::Database => self.saved().await?.iter().any(|saved| saved.name == name),
        })
    }

    /// The snapshots that there are, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn saved(&self) -> Result<Vec<Saved>> {
        #[cfg(feature = "postgres")]
        if let Backend::Postgres(postgres) = &*self.backend {
            return postgres.saved().await;
        }
        let shelf = self.shelf.clone();
        aside(move || match &shelf.place {
            Place::Memory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(kept.values().map(|(saved, _)| saved.clone()).collect())
            }
            Place::Folder(folder) => in_folder(folder),
            #[cfg(feature = "postgres")]
            Place::Database => Ok(Vec::new()),
        })
        .await
    }

    /// The snapshot of this name, in this release's format.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`] where there is none.
    pub async fn snapshot(&self, name: &str) -> Result<Arc<Image>> {
        let missing = || Error::NoSnapshot(name.to_owned());
        let image = match &self.shelf.place {
            Place::Memory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                return Ok(kept.get(name).ok_or_else(missing)?.1.clone());
            }
            Place::Folder(folder) => {
                let path = Shelf::file(folder, name);
                if !path.exists() {
                    return Err(missing());
                }
                Image::file(path, false)
            }
            #[cfg(feature = "postgres")]
            Place::Database => match &*self.backend {
                Backend::Postgres(postgres) => postgres.kept(name).await?.ok_or_else(missing)?,
                Backend::Sqlite(_) => return Err(missing()),
            },
        };
        let turn = self.shelf.turn().await;
        aside(move || {
            let _turn = turn;
            image.brought_up().map(Arc::new)
        })
        .await
    }

    /// Forgets the snapshot of this name.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`] where there is none.
    pub async fn forget_snapshot(&self, name: &str) -> Result<()> {
        let missing = || Error::NoSnapshot(name.to_owned());
        let _turn = self.shelf.turn().await;
        match &self.shelf.place {
            Place::Memory(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.remove(name).map(drop).ok_or_else(missing)
            }
            Place::Folder(folder) => {
                let path = Shelf::file(folder, name);
                match std::fs::remove_file(&path) {
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(missing()),
                    outcome => outcome.map_err(|e| Error::File(path, e)),
                }
            }
            #[cfg(feature = "postgres")]
            Place::Database => match &*self.backend {
                Backend::Postgres(postgres) if postgres.forget_kept(name).await? => Ok(()),
                _ => Err(missing()),
            },
        }
    }

    /// A place for an image that comes from elsewhere, where its bytes are to be written.
    ///
    /// # Errors
    /// When no file can be made.
    pub fn incoming(&self) -> Result<Incoming> {
        if !matches!(self.shelf.place, Place::Folder(_)) {
            return Ok(Incoming { image: Image::bytes_of(Vec::new()), file: None });
        }
        self.shelf.folder()?;
        let path = self.shelf.new_file();
        let image = Image::file(path.clone(), true);
        let file = private::open(&path, true).map_err(|e| Error::File(path, e))?;
        Ok(Incoming { image, file: Some(file) })
    }

    /// The image that has come whole, looked through and brought to this release's format.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] and [`Error::Newer`] for what cannot be brought in.
    pub async fn received(&self, incoming: Incoming) -> Result<Image> {
        let Incoming { image, file } = incoming;
        drop(file);
        aside(move || image.checked()).await
    }

    /// A store of what an image has, which can only be read.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn of(image: &Image) -> Result<Self> {
        let backend = Backend::Sqlite(Sqlite::of(image)?);
        let (backend, turns) = (Arc::new(backend), Arc::default());
        Ok(Self { backend, turns, shelf: Shelf::memory() })
    }

    /// The rows in which two states differ, in their order: `before`, and `after`, or what is stored now.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub async fn differences(
        &self,
        before: Arc<Image>,
        after: Option<Arc<Image>>,
    ) -> Result<Vec<Difference>> {
        let is_beside = matches!(&*self.backend, Backend::Sqlite(sqlite) if sqlite.is_file());
        let after = match after {
            None if !is_beside => Some(Arc::new(self.image(0).await?)),
            after => after,
        };
        let backend = self.backend.clone();
        aside(move || {
            let mut db = match (&after, &*backend) {
                (Some(after), _) => after.open()?,
                (None, Backend::Sqlite(sqlite)) => sqlite.beside()?.ok_or(Error::Closed)?,
                #[cfg(feature = "postgres")]
                (None, Backend::Postgres(_)) => return Err(Error::Closed),
            };
            before.attach(&mut db, "before")?;
            compared(&db)
        })
        .await
    }
}

impl Shelf {
    /// Makes the folder, which is its owner's alone, where there is none.
    fn folder(&self) -> Result<()> {
        let Place::Folder(folder) = &self.place else { return Ok(()) };
        let mut make = std::fs::DirBuilder::new();
        make.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.create(folder).map_err(|e| Error::File(folder.clone(), e))
    }
}

/// The snapshots in a folder. A file that is none is named in the log, and left alone.
fn in_folder(folder: &Path) -> Result<Vec<Saved>> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| Error::File(folder.into(), e))?,
    };
    let mut all = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let is_one = path.extension().is_some_and(|found| found == EXTENSION);
        if !is_one || !Saved::can_be(name) {
            continue;
        }
        match Saved::of(name, &Image::file(path.clone(), false)) {
            Ok(saved) => all.push(saved),
            Err(error) => tracing::warn!(path = %path.display(), %error, "this is no snapshot"),
        }
    }
    all.sort_by(|one, next| one.name.cmp(&next.name));
    Ok(all)
}

/// What a row is told by, as text of a query with it as `r`.
const TOLD: &str = "r.id, r.kind, r.account, r.seq";
/// What a row says, where the same stamp may have been given to another state: stamps begin anew with each
/// epoch at what the restored rows had.
const SAYS: &str = "r.desired <> b.desired OR r.observed <> b.observed OR r.deleting <> b.deleting
    OR r.kind <> b.kind OR r.account <> b.account";

/// The rows in which `before` and `main` differ. Within one epoch their stamps tell, which are read without
/// the rows.
fn compared(db: &rusqlite::Connection) -> Result<Vec<Difference>> {
    let sql = "SELECT (SELECT number FROM main.epoch) = (SELECT number FROM before.epoch)";
    let says = match db.query_row(sql, [], |r| r.get(0))? {
        true => String::new(),
        false => format!("OR {SAYS}"),
    };
    let changed = format!(
        "SELECT {TOLD}, 1, 1 FROM main.resource r JOIN before.resource b ON b.seq = r.seq AND b.id = r.id
         WHERE r.stamp <> b.stamp {says}"
    );
    let only = |one: &str, other: &str, (before, after): (u8, u8)| {
        format!(
            "SELECT {TOLD}, {before}, {after} FROM {one}.resource r WHERE NOT EXISTS
             (SELECT 1 FROM {other}.resource b WHERE b.seq = r.seq AND b.id = r.id)"
        )
    };
    let (made, gone) = (only("main", "before", (0, 1)), only("before", "main", (1, 0)));
    let sql = format!("{changed} UNION ALL {made} UNION ALL {gone} ORDER BY 4, 1");
    let mut find = db.prepare(&sql)?;
    let difference = |r: &rusqlite::Row<'_>| {
        Ok(Difference {
            id: uuid::Uuid::from_bytes(r.get(0)?),
            kind: r.get(1)?,
            account: r.get(2)?,
            before: r.get(4)?,
            after: r.get(5)?,
        })
    };
    let mut all: Vec<Difference> = Vec::new();
    for one in find.query_map([], difference)? {
        let one = one?;
        // One with the same id that was made again is one that has changed.
        match all.iter_mut().find(|known| known.id == one.id) {
            Some(known) => (known.before, known.after) = (true, true),
            None => all.push(one),
        }
    }
    Ok(all)
}
