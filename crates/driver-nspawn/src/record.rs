//! What is remembered of a machine besides its files, and where all of it lies.

use std::path::{Path, PathBuf};

use drivers::{MachineSpec, Nic, PublicNic};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::files::Layer;

/// The file in a machine's directory.
pub(crate) const FILE: &str = "spec.json";

/// What is remembered of a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The base system that its layer stands on.
    pub(crate) base: String,
    pub(crate) spec: MachineSpec,
    pub(crate) public: PublicNic,
    pub(crate) nics: Vec<Nic>,
    /// As the calls of these names were numbered last.
    pub(crate) install: u64,
    pub(crate) reset: u64,
    /// Whether it is to be switched on.
    pub(crate) is_on: bool,
    /// Whether its layer was written for this installation.
    pub(crate) is_prepared: bool,
}

/// Where what belongs to a machine lies.
#[derive(Debug, Clone)]
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(machines: &Path, id: Uuid) -> Self {
        Self(machines.join(id.to_string()))
    }

    /// All of it.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn record(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// What it has changed of its base.
    pub(crate) fn layer(&self) -> Layer {
        Layer { upper: self.0.join("upper"), work: self.0.join("work") }
    }

    /// Where its files are mounted.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Where its volumes are mounted, which it has as `/mnt`.
    pub(crate) fn volumes(&self) -> PathBuf {
        self.0.join("volumes")
    }

    /// What its console shows.
    pub(crate) fn console(&self) -> PathBuf {
        self.0.join("console")
    }

    /// The keys by which it is known, once it was up.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.0.join("known_hosts")
    }
}

/// A machine's name among nspawn's.
pub(crate) fn name(id: Uuid) -> String {
    format!("kettle-{}", id.simple())
}
