//! Small families: what can be ordered, and what servers are made with.

pub mod applications;
pub mod os;
pub mod plans;
pub mod regions;
pub mod ssh_keys;
pub mod startup_scripts;

pub(crate) use plane::*;
