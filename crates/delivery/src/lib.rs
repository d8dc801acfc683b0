//! What delivers: container registries, CDNs, inference.

pub mod cdns;
pub mod inference;
pub mod registries;

pub(crate) use plane::*;
