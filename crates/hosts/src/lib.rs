//! Servers as they are stored: what families that refer to instances and bare metal need to know.
//!
//! What can be asked of servers is in `compute`, which knows the families that name them here.

pub mod bare_metals;
pub mod instances;
pub mod servers;

pub(crate) use plane::*;
