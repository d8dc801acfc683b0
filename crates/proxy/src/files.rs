//! Writing files so that nobody ever sees half of one.
//!
//! Must never leave a file with wider permissions than asked for, not even for a moment.

use std::fs::{self, DirBuilder, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use crate::Error;

/// Makes `directory` and its parents where they are missing, for its owner alone.
pub(crate) fn make_directory(directory: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|source| Error::File {
        doing: "make the directory",
        path: directory.into(),
        source,
    })
}

/// Puts `content` at `directory/name`, replacing what was there in one step.
pub(crate) fn replace(
    directory: &Path,
    name: &str,
    mode: u32,
    content: &[u8],
) -> Result<(), Error> {
    let path = directory.join(name);
    let write = || {
        let mut file = tempfile::Builder::new()
            .prefix(".new-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(directory)?;
        file.write_all(content)?;
        // Without this a power cut could leave the new name pointing at an empty file.
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|source| Error::File { doing: "write", path: path.clone(), source })
}

/// Whether anybody but the owner has any access to the file.
pub(crate) fn is_shared(metadata: &fs::Metadata) -> bool {
    metadata.permissions().mode() & 0o077 != 0
}
