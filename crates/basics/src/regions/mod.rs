//! Regions, and what can be had there.

use api::Page;
use api::regions::*;

use crate::catalog::{self, PLAN_TYPES};
use crate::{Cx, Family, Refusal, Result, Routes, slice};

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().fixed(list).fixed(availability)
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

fn view(region: &catalog::Region) -> Region {
    Region {
        id: region.id.clone(),
        city: region.city.clone(),
        country: region.country.clone(),
        continent: region.continent.clone(),
        options: region.options.clone(),
        connectivity: region.connectivity.clone(),
    }
}

async fn list(cx: Cx, req: ListRegions) -> Result<Page<Region>> {
    let regions: Vec<_> = cx.catalog().regions().map(view).collect();
    slice(&regions, req.per_page, req.cursor.as_deref())
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
