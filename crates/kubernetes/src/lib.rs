//! Kubernetes: clusters, their node pools, and the instances that are their nodes.

mod certificates;
pub mod kubernetes;
mod names;

pub(crate) use ::network::{firewalls, load_balancers, vpcs};
pub(crate) use compute::instances;
pub(crate) use plane::*;
pub(crate) use storage::blocks;
