//! Operating systems.

use api::os::*;

use crate::catalog::{self, Catalog};
use crate::{Family, Result, Routes};

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().catalogued(list))
}

fn list(catalog: &Catalog, _: &ListOs) -> Result<Vec<Os>> {
    Ok(catalog.systems().map(view).collect())
}

/// A system as lists show it.
pub(crate) fn view(system: &catalog::System) -> Os {
    // A test of the catalogue holds that numbers are positive and small.
    let id = u32::try_from(system.id).unwrap_or_default();
    let catalog::System { name, arch, family, .. } = system.clone();
    Os { id, name, arch, family }
}
