//! Snapshots of instances. Made by `cargo xtask families`.

use api::snapshots::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Snapshots of instances: see [`Client::snapshots`].
#[derive(Debug, Clone, Copy)]
pub struct Snapshots<'a>(&'a Client);

impl Client {
    /// Snapshots of instances.
    pub fn snapshots(&self) -> Snapshots<'_> {
        Snapshots(self)
    }
}

impl<'a> Snapshots<'a> {
    /// List snapshots.
    pub fn list(self) -> Call<'a, ListSnapshots> {
        Call::new(self.0, ListSnapshots::default())
    }

    /// Take a snapshot of an instance.
    pub fn create(self, request: impl Into<CreateSnapshot>) -> Call<'a, CreateSnapshot> {
        Call::new(self.0, request)
    }

    /// Make a snapshot from a raw disk image at a public address.
    pub fn create_from_url(
        self,
        request: impl Into<CreateSnapshotFromUrl>,
    ) -> Call<'a, CreateSnapshotFromUrl> {
        Call::new(self.0, request)
    }

    /// Get a snapshot.
    pub fn get(self, request: impl Into<GetSnapshot>) -> Call<'a, GetSnapshot> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetSnapshot>) -> Optional<'a, GetSnapshot> {
        self.get(request).opt()
    }

    /// Change a snapshot's description.
    pub fn update(self, request: impl Into<UpdateSnapshot>) -> Call<'a, UpdateSnapshot> {
        Call::new(self.0, request)
    }

    /// Delete a snapshot.
    pub fn delete(self, request: impl Into<DeleteSnapshot>) -> Call<'a, DeleteSnapshot> {
        Call::new(self.0, request)
    }
}
