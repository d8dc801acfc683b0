//! Bare metal servers: whole machines.
//!
//! What they have in common with instances is in `servers`, what is stored of one in `hosts`. Only
//! lives may call a driver.

mod create;
mod life;
mod networks;
mod update;
mod view;

pub use hosts::bare_metals::*;

use crate::{Family, Routes};

/// The family's operations.
pub fn routes() -> Routes {
    create::routes().and(update::routes()).and(view::routes()).and(networks::routes())
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life_by::<BareMetal, life::Machine>().costs::<BareMetal>()
}
