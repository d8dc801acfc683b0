//! File systems that instances share. Made by `cargo xtask families`.

use api::vfs::*;

use crate::Client;
use crate::call::{Call, Optional};

/// File systems that instances share: see [`Client::vfs`].
#[derive(Debug, Clone, Copy)]
pub struct Vfs<'a>(&'a Client);

impl Client {
    /// File systems that instances share.
    pub fn vfs(&self) -> Vfs<'_> {
        Vfs(self)
    }
}

impl<'a> Vfs<'a> {
    /// List file systems.
    pub fn list(self) -> Call<'a, ListVfs> {
        Call::new(self.0, ListVfs::default())
    }

    /// Create a file system.
    pub fn create(self, request: impl Into<CreateVfs>) -> Call<'a, CreateVfs> {
        Call::new(self.0, request)
    }

    /// List the regions that have file systems.
    pub fn regions(self) -> Call<'a, ListVfsRegions> {
        Call::new(self.0, ListVfsRegions::default())
    }

    /// Get a file system.
    pub fn get(self, request: impl Into<GetVfs>) -> Call<'a, GetVfs> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetVfs>) -> Optional<'a, GetVfs> {
        self.get(request).opt()
    }

    /// Rename or grow a file system.
    pub fn update(self, request: impl Into<UpdateVfs>) -> Call<'a, UpdateVfs> {
        Call::new(self.0, request)
    }

    /// Delete a file system. Nothing may be attached, and no storage gateway export it.
    pub fn delete(self, request: impl Into<DeleteVfs>) -> Call<'a, DeleteVfs> {
        Call::new(self.0, request)
    }

    /// List the instances that a file system is attached to, all at once.
    pub fn attachments(
        self,
        request: impl Into<ListVfsAttachments>,
    ) -> Call<'a, ListVfsAttachments> {
        Call::new(self.0, request)
    }

    /// Attach a file system to an instance in its region.
    pub fn attach(self, request: impl Into<AttachVfs>) -> Call<'a, AttachVfs> {
        Call::new(self.0, request)
    }

    /// Get the attachment of a file system to an instance.
    pub fn attachment(self, request: impl Into<GetVfsAttachment>) -> Call<'a, GetVfsAttachment> {
        Call::new(self.0, request)
    }

    /// Detach a file system from an instance. What is on it stays.
    pub fn detach(self, request: impl Into<DetachVfs>) -> Call<'a, DetachVfs> {
        Call::new(self.0, request)
    }
}
