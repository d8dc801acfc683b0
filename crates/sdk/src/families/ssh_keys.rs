//! SSH keys. Made by `cargo xtask families`.

use api::ssh_keys::*;

use crate::Client;
use crate::call::{Call, Optional};

/// SSH keys: see [`Client::ssh_keys`].
#[derive(Debug, Clone, Copy)]
pub struct SshKeys<'a>(&'a Client);

impl Client {
    /// SSH keys.
    pub fn ssh_keys(&self) -> SshKeys<'_> {
        SshKeys(self)
    }
}

impl<'a> SshKeys<'a> {
    /// List SSH keys.
    pub fn list(self) -> Call<'a, ListSshKeys> {
        Call::new(self.0, ListSshKeys::default())
    }

    /// Store an SSH key.
    pub fn create(self, request: impl Into<CreateSshKey>) -> Call<'a, CreateSshKey> {
        Call::new(self.0, request)
    }

    /// Get an SSH key.
    pub fn get(self, request: impl Into<GetSshKey>) -> Call<'a, GetSshKey> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetSshKey>) -> Optional<'a, GetSshKey> {
        self.get(request).opt()
    }

    /// Change an SSH key. Instances that have it keep the old one.
    pub fn update(self, request: impl Into<UpdateSshKey>) -> Call<'a, UpdateSshKey> {
        Call::new(self.0, request)
    }

    /// Delete an SSH key. Instances that have it keep it.
    pub fn delete(self, request: impl Into<DeleteSshKey>) -> Call<'a, DeleteSshKey> {
        Call::new(self.0, request)
    }
}
