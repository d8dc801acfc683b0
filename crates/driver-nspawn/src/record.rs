//! What is remembered of a machine besides its files, and where all of it lies.

use std::path::{Path, PathBuf};

use drivers::{MachineSpec, Nic, PublicNic};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::files::Layer;

/// The file in a machine's directory.
pub const FILE: &str = "spec.json";

/// What is remembered of a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The base system that its layer stands on.
    pub base: String,
    /// What it is.
    pub spec: MachineSpec,
    /// Its public interface.
    pub public: PublicNic,
    /// Its other ones.
    pub nics: Vec<Nic>,
    /// As the calls of this name were numbered last.
    pub install: u64,
    /// The same.
    pub reset: u64,
    /// Whether it is to be switched on.
    pub is_on: bool,
    /// Whether its files were written for this installation.
    pub is_prepared: bool,
    /// The image in its drive, where it has one.
    #[serde(default)]
    pub iso: Option<Uuid>,
}

impl Record {
    /// That of a machine which is yet to be made of this.
    pub fn new(base: String, spec: &MachineSpec, public: &PublicNic) -> Self {
        Self {
            base,
            spec: spec.clone(),
            public: public.clone(),
            nics: Vec::new(),
            install: 0,
            reset: 0,
            is_on: true,
            is_prepared: false,
            iso: None,
        }
    }
}

/// Where what belongs to a machine lies.
#[derive(Debug, Clone)]
pub struct Place(PathBuf);

impl Place {
    /// That of one, below the directory of all machines.
    pub fn new(machines: &Path, id: Uuid) -> Self {
        Self(machines.join(id.to_string()))
    }

    /// All of it.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of its record.
    pub fn record(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// What it has changed of its base.
    pub fn layer(&self) -> Layer {
        Layer { upper: self.0.join("upper"), work: self.0.join("work") }
    }

    /// The disk of one that is no container.
    pub fn disk(&self) -> PathBuf {
        self.0.join("disk.qcow2")
    }

    /// Where its files are mounted.
    pub fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Where its volumes are mounted, which it has as `/mnt`.
    pub(crate) fn volumes(&self) -> PathBuf {
        self.0.join("volumes")
    }

    /// What its console shows.
    pub fn console(&self) -> PathBuf {
        self.0.join("console")
    }

    /// The keys by which it is known, once it was up.
    pub fn known_hosts(&self) -> PathBuf {
        self.0.join("known_hosts")
    }
}

/// A machine's name among nspawn's.
pub(crate) fn name(id: Uuid) -> String {
    format!("kettle-{}", id.simple())
}
