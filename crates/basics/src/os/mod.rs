//! Operating systems.

use api::Page;
use api::os::*;

use crate::{Cx, Family, Result, Routes, catalog, slice};

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().fixed(list)
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

async fn list(cx: Cx, req: ListOs) -> Result<Page<Os>> {
    let systems: Vec<_> = cx.catalog().systems().map(view).collect();
    slice(&systems, req.per_page, req.cursor.as_deref())
}

/// A system as lists show it.
pub(crate) fn view(system: &catalog::System) -> Os {
    Os {
        // A test of the catalogue holds that numbers are positive and small.
        id: u32::try_from(system.id).unwrap_or_default(),
        name: system.name.clone(),
        arch: system.arch.clone(),
        family: system.family.clone(),
    }
}
