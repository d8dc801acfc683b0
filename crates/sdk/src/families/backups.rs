//! Backups of instances. Made by `cargo xtask families`.

use api::backups::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Backups of instances: see [`Client::backups`].
#[derive(Debug, Clone, Copy)]
pub struct Backups<'a>(&'a Client);

impl Client {
    /// Backups of instances.
    pub fn backups(&self) -> Backups<'_> {
        Backups(self)
    }
}

impl<'a> Backups<'a> {
    /// List backups.
    pub fn list(self) -> Call<'a, ListBackups> {
        Call::new(self.0, ListBackups::default())
    }

    /// Get a backup.
    pub fn get(self, request: impl Into<GetBackup>) -> Call<'a, GetBackup> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetBackup>) -> Optional<'a, GetBackup> {
        self.get(request).opt()
    }
}
