//! Instances: virtual machines.
//!
//! What an instance has in common with bare metal is in `servers`, what is stored of one in `hosts`.
//! What it means to its owner is in `view`, what can be asked in `create`, `update`, `power` and so
//! on. Only lives may call a driver.

mod addresses;
mod backups;
mod create;
mod isos;
mod life;
mod networks;
mod power;
mod update;
mod view;

pub use hosts::instances::*;

pub(crate) use create::plan;

use crate::{Family, Routes};

/// The family's operations.
pub fn routes() -> Routes {
    create::routes()
        .and(update::routes())
        .and(view::routes())
        .and(power::routes())
        .and(addresses::routes())
        .and(networks::routes())
        .and(isos::routes())
        .and(backups::routes())
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life_by::<Instance, life::Machine>().costs::<Instance>()
}
