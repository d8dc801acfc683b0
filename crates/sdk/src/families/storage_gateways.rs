//! Storage gateways: file systems over NFS. Made by `cargo xtask families`.

use api::storage_gateways::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Storage gateways: file systems over NFS: see [`Client::storage_gateways`].
#[derive(Debug, Clone, Copy)]
pub struct StorageGateways<'a>(&'a Client);

impl Client {
    /// Storage gateways: file systems over NFS.
    pub fn storage_gateways(&self) -> StorageGateways<'_> {
        StorageGateways(self)
    }
}

impl<'a> StorageGateways<'a> {
    /// List storage gateways.
    pub fn list(self) -> Call<'a, ListStorageGateways> {
        Call::new(self.0, ListStorageGateways::default())
    }

    /// Create a storage gateway.
    pub fn create(
        self,
        request: impl Into<CreateStorageGateway>,
    ) -> Call<'a, CreateStorageGateway> {
        Call::new(self.0, request)
    }

    /// Get a storage gateway.
    pub fn get(self, request: impl Into<GetStorageGateway>) -> Call<'a, GetStorageGateway> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetStorageGateway>) -> Optional<'a, GetStorageGateway> {
        self.get(request).opt()
    }

    /// Rename a storage gateway.
    pub fn update(
        self,
        request: impl Into<UpdateStorageGateway>,
    ) -> Call<'a, UpdateStorageGateway> {
        Call::new(self.0, request)
    }

    /// Delete a storage gateway. The file systems that it exports stay.
    pub fn delete(
        self,
        request: impl Into<DeleteStorageGateway>,
    ) -> Call<'a, DeleteStorageGateway> {
        Call::new(self.0, request)
    }

    /// Let a storage gateway export one more file system.
    pub fn add_export(
        self,
        request: impl Into<AddStorageGatewayExport>,
    ) -> Call<'a, AddStorageGatewayExport> {
        Call::new(self.0, request)
    }

    /// Let a storage gateway export a file system no longer, which stays as it is.
    pub fn delete_export(
        self,
        request: impl Into<DeleteStorageGatewayExport>,
    ) -> Call<'a, DeleteStorageGatewayExport> {
        Call::new(self.0, request)
    }
}
