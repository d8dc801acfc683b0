//! Block storage volumes. Made by `cargo xtask families`.

use api::blocks::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Block storage volumes: see [`Client::blocks`].
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'a>(&'a Client);

impl Client {
    /// Block storage volumes.
    pub fn blocks(&self) -> Blocks<'_> {
        Blocks(self)
    }
}

impl<'a> Blocks<'a> {
    /// List block storage volumes.
    pub fn list(self) -> Call<'a, ListBlocks> {
        Call::new(self.0, ListBlocks::default())
    }

    /// Create a block storage volume.
    pub fn create(self, request: impl Into<CreateBlock>) -> Call<'a, CreateBlock> {
        Call::new(self.0, request)
    }

    /// Get a block storage volume.
    pub fn get(self, request: impl Into<GetBlock>) -> Call<'a, GetBlock> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetBlock>) -> Optional<'a, GetBlock> {
        self.get(request).opt()
    }

    /// Rename or grow a block storage volume.
    pub fn update(self, request: impl Into<UpdateBlock>) -> Call<'a, UpdateBlock> {
        Call::new(self.0, request)
    }

    /// Delete a block storage volume. One that is attached is detached first.
    pub fn delete(self, request: impl Into<DeleteBlock>) -> Call<'a, DeleteBlock> {
        Call::new(self.0, request)
    }

    /// Attach a block storage volume to an instance in its region.
    pub fn attach(self, request: impl Into<AttachBlock>) -> Call<'a, AttachBlock> {
        Call::new(self.0, request)
    }

    /// Detach a block storage volume.
    pub fn detach(self, request: impl Into<DetachBlock>) -> Call<'a, DetachBlock> {
        Call::new(self.0, request)
    }
}

/// Snapshots of block storage volumes: see [`Client::block_snapshots`].
#[derive(Debug, Clone, Copy)]
pub struct BlockSnapshots<'a>(&'a Client);

impl Client {
    /// Snapshots of block storage volumes.
    pub fn block_snapshots(&self) -> BlockSnapshots<'_> {
        BlockSnapshots(self)
    }
}

impl<'a> BlockSnapshots<'a> {
    /// List snapshots of block storage volumes.
    pub fn list(self) -> Call<'a, ListBlockSnapshots> {
        Call::new(self.0, ListBlockSnapshots::default())
    }

    /// Take a snapshot of a block storage volume.
    pub fn create(self, request: impl Into<CreateBlockSnapshot>) -> Call<'a, CreateBlockSnapshot> {
        Call::new(self.0, request)
    }

    /// Get a snapshot of a block storage volume.
    pub fn get(self, request: impl Into<GetBlockSnapshot>) -> Call<'a, GetBlockSnapshot> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetBlockSnapshot>) -> Optional<'a, GetBlockSnapshot> {
        self.get(request).opt()
    }

    /// Change a block storage snapshot's description.
    pub fn update(self, request: impl Into<UpdateBlockSnapshot>) -> Call<'a, UpdateBlockSnapshot> {
        Call::new(self.0, request)
    }

    /// Delete a snapshot of a block storage volume.
    pub fn delete(self, request: impl Into<DeleteBlockSnapshot>) -> Call<'a, DeleteBlockSnapshot> {
        Call::new(self.0, request)
    }
}
