//! Regions: `/v2/regions`.

use crate::view;

operations! {
    "region": "Regions, and what can be had there" {
        /// List regions.
        "list" => ListRegions(GET "/v2/regions" -> 200 { regions: [Region] }, needs Public),
        /// List the plans that a region has in stock.
        "availability" => GetRegionAvailability(GET "/v2/regions/{region-id}/availability" -> 200 RegionAvailability, needs Public) {
            /// The region's id.
            pub region_id: String,
            /// Only plans of this type: `all`, `vc2`, `vhf`, `vhp`, `vdc`, `voc`, `vcg`, `vbm`, ...
            #[wire(name = "type")]
            pub kind: Option<String>,
        },
    }
}

/// A place where things can be deployed.
#[view]
pub struct Region {
    /// The region's id, such as `ewr`.
    pub id: String,
    /// The city.
    pub city: String,
    /// The country, in two letters.
    pub country: String,
    /// The continent.
    pub continent: String,
    /// What is offered there, such as `block_storage_high_perf` or `load_balancers`.
    pub options: Vec<String>,
    /// How instances can be reached there, such as `public_ip`.
    pub connectivity: Vec<String>,
}

/// The plans that a region has in stock.
#[view]
pub struct RegionAvailability {
    /// Ids of plans that can be deployed there.
    pub available_plans: Vec<String>,
    /// Ids of plans that can be deployed there inside a VPC only; left out where there are none.
    #[wire(omit)]
    pub available_vpc_only_plans: Vec<String>,
}
