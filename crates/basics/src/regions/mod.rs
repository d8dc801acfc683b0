//! Regions, and what can be had there.

use api::regions::*;

use crate::catalog::{self, Catalog, PLAN_TYPES};
use crate::{Cx, Family, Refusal, Result, Routes};

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().catalogued(list).fixed(availability))
}

fn list(catalog: &Catalog, _: &ListRegions) -> Result<Vec<Region>> {
    Ok(catalog.regions().map(view).collect())
}

fn view(region: &catalog::Region) -> Region {
    let catalog::Region { id, city, country, continent, options, connectivity, .. } =
        region.clone();
    Region { id, city, country, continent, options, connectivity }
}

async fn availability(cx: Cx, req: GetRegionAvailability) -> Result<RegionAvailability> {
    let region = cx.region("region-id", &req.region_id)?;
    let wanted = plan_type(req.kind.as_deref())?;
    let machines = cx.catalog().available(&region.id).filter(|plan| plan.is_of_type(wanted));
    let machines = machines.map(|plan| plan.id.clone());
    let metal = cx.catalog().available_metal(&region.id);
    let metal = metal.filter(|_| matches!(wanted, "all" | "vbm")).map(|plan| plan.id.clone());
    Ok(RegionAvailability {
        available_plans: machines.chain(metal).collect(),
        available_vpc_only_plans: Vec::new(),
    })
}

/// The type of plans that a filter asks for; all where there is none.
///
/// # Errors
/// 400 with the types that there are.
pub(crate) fn plan_type(wanted: Option<&str>) -> Result<&str> {
    match wanted.unwrap_or_default() {
        "" => Ok("all"),
        wanted if PLAN_TYPES.contains(&wanted) => Ok(wanted),
        _ => {
            let said = format!("Please provide a valid type: {}", PLAN_TYPES.join(", "));
            Err(Refusal::bad(said).into())
        }
    }
}
