//! What is Kettle's own, under `/_kettle/`: no part of the API, and for whoever has the owner's key.
//!
//! The operations are defined as those of the API are, so that the server's routes, the SDK's calls
//! (`client.world()`), the commands (`kettle world ...`) and a document of their own
//! (`/_kettle/openapi.json`) follow. Each area is a file here and one in `server/src/world/`. What is no
//! operation stands in [`plain`], for the routes and the document.

use crate::{Operation, Visitor};

pub mod plain;

/// The areas: each is a module of that name here and in `server`.
macro_rules! areas {
    ($($area:ident,)*) => {
        $(pub mod $area;)*

        $(
            #[allow(ambiguous_glob_reexports, reason = "a list and a visitor are named by their area")]
            pub use $area::*;
        )*

        static AREAS: &[&[Operation]] = &[$($area::OPERATIONS),*];

        /// Shows every operation of Kettle's own to `visitor`.
        pub fn visit(visitor: &mut impl Visitor) {
            $($area::visit(visitor);)*
        }
    };
}

areas! {
    copies,
    snapshots,
    clock,
    holds,
    faults,
    history,
    state,
}

/// Every operation of Kettle's own, in the order of the areas.
pub fn operations() -> impl Iterator<Item = &'static Operation> + Clone {
    AREAS.iter().copied().flatten()
}
