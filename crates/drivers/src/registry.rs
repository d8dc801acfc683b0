//! Container registries: what one is to be.

use api::Secret;
use serde::{Deserialize, Serialize};

use crate::Spec;

/// What a container registry is to be. What was pushed to it is not said here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrySpec {
    /// Where it is: a host and its own name.
    pub urn: String,
    /// Where it is replicated to, in the same form.
    pub replicas: Vec<String>,
    /// Whether everybody may pull from it.
    pub public: bool,
    /// How much room it has, in MB.
    pub max_storage_mb: u64,
    /// Who may log in to it.
    pub accounts: Vec<Account>,
}

impl Spec for RegistrySpec {
    const WHAT: &'static str = "registry";
    const TAKES: i64 = 5_000;
}

/// Who may log in to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The password.
    pub secret: Secret,
    /// Whether this one may do everything.
    pub root: bool,
    /// What this one may do, as `push:repository`.
    pub may: Vec<String>,
    /// Until when, in milliseconds after 1970; none: for good.
    pub ends: Option<i64>,
}
