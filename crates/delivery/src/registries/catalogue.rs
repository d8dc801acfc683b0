//! Plans and regions, as lists show them and as orders name them.

use api::registries::*;
use api::{Money, Time};

use crate::catalog::{self, Catalog};
use crate::{Cx, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(plans).catalogued(|catalog, _: &ListRegistryRegions| {
        Ok(catalog.registry_regions().map(|place| region(catalog, place)).collect())
    })
}

async fn plans(cx: Cx, _: ListRegistryPlans) -> Result<RegistryPlans> {
    let plan = |id: &str| {
        let plan = cx.catalog().registry_plan(id);
        plan.map_or_else(RegistryPlan::default, |plan| RegistryPlan {
            vanity_name: plan.name.clone(),
            max_storage_mb: plan.max_storage_mb,
            monthly_price: Money(plan.price),
        })
    };
    let [start_up, business] = ["start_up", "business"].map(plan);
    let [premium, enterprise] = ["premium", "enterprise"].map(plan);
    Ok(RegistryPlans { start_up, business, premium, enterprise })
}

/// A region, as registries show theirs.
pub(super) fn region(catalog: &Catalog, place: &catalog::RegistryRegion) -> RegistryRegion {
    let region = catalog.region(&place.id);
    let of = |text: fn(&catalog::Region) -> &String| region.map(text).cloned().unwrap_or_default();
    RegistryRegion {
        id: place.number,
        name: place.id.clone(),
        urn: place.hostname.clone(),
        base_url: format!("https://{}", place.hostname),
        public: true,
        added_at: Time::from_millis(place.added),
        updated_at: Time::from_millis(place.added),
        data_center: DataCenter {
            id: place.site,
            name: of(|region| &region.city),
            site_code: place.site_code.clone(),
            region: place.part.clone(),
            country: of(|region| &region.country),
            continent: of(|region| &region.continent),
            description: place.description.clone(),
            airport: place.id.to_uppercase(),
        },
    }
}

/// The region with registries that a request names.
pub(super) fn place<'a>(cx: &'a Cx, id: &str) -> Result<&'a catalog::RegistryRegion> {
    let region = cx.region("region", id)?;
    cx.catalog().registry_region(&region.id).ok_or_else(|| {
        let places: Vec<&str> = cx.catalog().registry_regions().map(|place| &*place.id).collect();
        let help = format!("region: `{id}` has no registries; there are {}", places.join(", "));
        Refusal::bad("Invalid region.").help(help).into()
    })
}

/// Refuses what is no plan.
pub(super) fn check_plan(cx: &Cx, id: &str) -> Result<()> {
    let plans: Vec<&str> = cx.catalog().registry_plans().map(|plan| &*plan.id).collect();
    let help = format!("plan: `{id}` is no plan; there are {}", plans.join(", "));
    Refusal::bad("Invalid plan.").help(help).unless(cx.catalog().registry_plan(id).is_some())
}
