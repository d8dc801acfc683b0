//! What delivers: container registries, CDNs, inference.

pub mod inference;

pub(crate) use plane::*;
