//! What is Kettle's own, under `/_kettle/`: no part of the API, and for whoever has the owner's key.
//!
//! The operations are defined as those of the API are, so that the server's routes, the SDK's calls
//! (`client.worlds()`), the commands (`kettle world ...`) and a document of their own
//! (`/_kettle/openapi.json`) follow. Each area is a file here and one in `server/src/world/`.

use crate::{Operation, Visitor};

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
    faults,
    history,
    state,
}

/// Every operation of Kettle's own, in the order of the areas.
pub fn operations() -> impl Iterator<Item = &'static Operation> + Clone {
    AREAS.iter().copied().flatten()
}
