//! Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one. Made by `cargo xtask families`.

use api::world::*;

use crate::Client;
use crate::call::Call;

/// Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one: see [`Client::world`].
#[derive(Debug, Clone, Copy)]
pub struct World<'a>(&'a Client);

impl Client {
    /// Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one.
    pub fn world(&self) -> World<'_> {
        World(self)
    }
}

impl<'a> World<'a> {
    /// List snapshots.
    pub fn list(self) -> Call<'a, ListWorldSnapshots> {
        Call::new(self.0, ListWorldSnapshots::default())
    }

    /// Save all there is at this moment under a name.
    /// The name has 1 to 64 letters, digits, dots, `-` and `_`, with no dot first.
    pub fn save(self, request: impl Into<SaveWorldSnapshot>) -> Call<'a, SaveWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Put back all that a snapshot has, in place of what there is, in one moment. The key of this
    /// server's owner goes on working. Where machines are real, what a snapshot does not know of is
    /// removed, disks included, and what it has is set up anew.
    pub fn restore(
        self,
        request: impl Into<RestoreWorldSnapshot>,
    ) -> Call<'a, RestoreWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Show in what a snapshot differs from another, or from what there is now.
    pub fn diff(self, request: impl Into<DiffWorldSnapshot>) -> Call<'a, DiffWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Delete a snapshot. What there is stays as it is.
    pub fn delete(self, request: impl Into<DeleteWorldSnapshot>) -> Call<'a, DeleteWorldSnapshot> {
        Call::new(self.0, request)
    }
}

/// All that this server has: its state, clock, faults and history: see [`Client::worlds`].
#[derive(Debug, Clone, Copy)]
pub struct Worlds<'a>(&'a Client);

impl Client {
    /// All that this server has: its state, clock, faults and history.
    pub fn worlds(&self) -> Worlds<'_> {
        Worlds(self)
    }
}

impl<'a> Worlds<'a> {
    /// Empty everything: things, users, keys and what is billed. The owner's account and key stay.
    pub fn reset(self, request: impl Into<ResetWorld>) -> Call<'a, ResetWorld> {
        Call::new(self.0, request)
    }
}
