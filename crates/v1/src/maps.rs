//! Numbers of what can be ordered: v1's own from the catalogue, and others for what came after v1.
//!
//! Those others are drawn from the name, so that they are the same everywhere and at all times. They
//! are never looked up in a store: what an upstream lists tells which name a number belongs to.

/// The first number that v1 itself never gave.
const LATER: u64 = 1_000_000;
const COUNT: u64 = 9_000_000;

/// The number of a region or plan that v1 did not know.
pub(crate) fn later(name: &str) -> u64 {
    // FNV-1a: short, and fixed for good.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    LATER + hash % COUNT
}

/// Whether a number is one that [`later`] gives.
pub(crate) fn is_later(number: u64) -> bool {
    (LATER..LATER + COUNT).contains(&number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalog::Catalog;

    use super::*;

    #[test]
    fn nothing_in_the_catalogue_shares_a_number() {
        let catalog = Catalog::builtin().show_retired(true);
        let plans: Vec<_> = catalog.plans().map(|plan| later(&plan.id)).collect();
        assert_eq!(plans.iter().collect::<BTreeSet<_>>().len(), plans.len());
        let metal: Vec<_> = catalog.metal_plans().map(|plan| later(&plan.id)).collect();
        assert_eq!(metal.iter().collect::<BTreeSet<_>>().len(), metal.len());
        let regions: Vec<_> = catalog.regions().map(|region| later(&region.id)).collect();
        assert_eq!(regions.iter().collect::<BTreeSet<_>>().len(), regions.len());
    }

    #[test]
    fn numbers_are_fixed_for_good() {
        assert_eq!(later("mex"), later("mex"));
        assert!(is_later(later("mex")));
        assert!(!is_later(201));
    }
}
