//! The ISO image in an instance's drive.

use crate::id::IsoId;
use crate::{Open, OrEmpty, view, words};

/// What an instance's drive holds.
#[view]
pub struct InstanceIso {
    /// `isomounted` while an image is in it, else `ready`.
    pub state: Open<IsoState>,
    /// The image; empty for none.
    pub iso_id: OrEmpty<IsoId>,
}

/// What becomes of an instance's drive.
#[view]
pub struct InstanceIsoChange {
    /// `ismounting` or `isunmounting`.
    pub state: Open<IsoState>,
    /// The same again, under the name that others read.
    pub status: Open<IsoState>,
    /// The image; empty for none.
    pub iso_id: OrEmpty<IsoId>,
}

/// Where an ISO image stands on its way into a drive and out of it.
#[words(lowercase)]
pub enum IsoState {
    /// The drive is empty.
    #[default]
    Ready,
    /// On its way in.
    IsMounting,
    /// In the drive.
    IsoMounted,
    /// On its way out.
    IsUnmounting,
}
