//! Where a driver keeps its things.

use std::path::PathBuf;

use drivers::Result;
use uuid::Uuid;

use crate::files;

/// Where a driver keeps its things: a directory for each, below one of the driver's own.
#[derive(Debug, Clone)]
pub struct Places {
    directory: PathBuf,
    is_temporary: bool,
}

impl Places {
    /// Those below a directory; none: below a temporary one, with this word in its name, which is there
    /// until [`stop`](Self::stop).
    pub fn new(what: &str, directory: Option<PathBuf>) -> Self {
        let is_temporary = directory.is_none();
        let directory = directory.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("kettle-{what}-{}", Uuid::new_v4()))
        });
        // Programs run in directories of their own.
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        Self { directory, is_temporary }
    }

    /// Whether all of it goes when the driver stops.
    pub fn are_temporary(&self) -> bool {
        self.is_temporary
    }

    /// The directory of one thing.
    pub fn of(&self, id: Uuid) -> PathBuf {
        self.directory.join(id.to_string())
    }

    /// Whether that is there.
    pub fn has(&self, id: Uuid) -> bool {
        self.of(id).exists()
    }

    /// Makes it, unless it is there.
    ///
    /// # Errors
    /// When it is not there then.
    pub fn make(&self, id: Uuid) -> Result<()> {
        files::directory(&self.directory)?;
        files::directory(&self.of(id))
    }

    /// Removes it with all that is in it, if it is there.
    ///
    /// # Errors
    /// When something of it is left.
    pub fn remove(&self, id: Uuid) -> Result<()> {
        files::remove(&self.of(id))
    }

    /// The things that have one.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn there(&self) -> Result<Vec<Uuid>> {
        files::ids(&self.directory)
    }

    /// Removes all where it is temporary.
    ///
    /// # Errors
    /// When something of it is left.
    pub fn stop(&self) -> Result<()> {
        if self.is_temporary { files::remove(&self.directory) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_and_what_is_temporary_goes() {
        let above = tempfile::tempdir().unwrap();
        let id = Uuid::from_u128(7);
        for directory in [Some(above.path().join("kept")), None] {
            let is_kept = directory.is_some();
            let places = Places::new("test", directory);
            assert_eq!((places.there().unwrap(), places.are_temporary()), (vec![], !is_kept));
            places.make(id).unwrap();
            assert_eq!((places.there().unwrap(), places.has(id)), (vec![id], true));
            places.stop().unwrap();
            assert_eq!(places.has(id), is_kept);
            places.remove(id).unwrap();
            assert!(places.there().unwrap().is_empty());
        }
    }
}
