//! What delivers: container registries, CDNs, inference.

pub mod cdns;
pub mod registries;

pub(crate) use plane::*;
