//! Servers as they are stored, and file systems, which they share: what families that refer to them
//! need to know.
//!
//! What can be asked of servers is in `compute`, which knows the families that name them here.

pub mod bare_metals;
pub mod instances;
pub mod servers;
pub mod storage_gateways;
pub mod vfs;

pub(crate) use plane::*;
