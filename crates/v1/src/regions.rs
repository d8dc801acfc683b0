//! `regions/*`: locations, and the plans that each has in stock.

use api::plans::ListPlans;
use api::regions::{GetRegionAvailability, ListRegions};
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::Cx;
use crate::error::Result;
use crate::plans::plan_type;
use crate::reply::{map, view};

handlers! { cx, call:
    RegionsAvailability => async {
        in_stock(cx, call.dcid, plan_type(&call.kind.unwrap_or_default())?).await
    };
    RegionsAvailabilityBaremetal => in_stock(cx, call.dcid, Some("vbm"));
    RegionsAvailabilityVc2 => in_stock(cx, call.dcid, Some("vc2"));
    RegionsAvailabilityVdc2 => in_stock(cx, call.dcid, Some("vdc"));
    RegionsList => list(cx, call);
}

async fn in_stock(cx: &Cx, dcid: u64, kind: Option<&str>) -> Result<Value> {
    let region_id = cx.region(dcid).await?;
    let request = GetRegionAvailability { region_id, kind: kind.map(str::to_owned) };
    let plans = cx.send(request).await?.available_plans;
    let numbers = plans.iter().filter_map(|plan| match (kind, plan.starts_with("vbm-")) {
        (Some("vbm"), _) => Some(cx.metal_plan_number(plan)),
        // v1 has two numberings: a list of all holds servers only.
        (_, true) => None,
        _ => Some(cx.plan_number(plan)),
    });
    Ok(numbers.collect())
}

async fn list(cx: &Cx, call: v1::RegionsList) -> Result<Value> {
    let regions = cx.all(ListRegions::default()).await?;
    let plans = match call.availability {
        Some(true) => Some(cx.all(ListPlans::default()).await?),
        _ => None,
    };
    let entries = regions.into_iter().map(|region| {
        let dcid = cx.dcid(&region.id).to_string();
        let offers = |word: &str| region.options.iter().any(|option| option.starts_with(word));
        let mut view = view!(Region .. {
            dcid,
            name: region.city,
            country: region.country,
            continent: region.continent,
            state: cx.catalog().region(&region.id).map_or("", |known| &known.state),
            ddos_protection: offers("ddos_protection"),
            block_storage: offers("block_storage"),
            code: region.id.to_uppercase(),
        });
        if let Some(plans) = &plans {
            let here = plans.iter().filter(|plan| plan.locations.contains(&region.id));
            view[v1::answer::Region::availability] =
                here.map(|plan| Value::from(cx.plan_number(&plan.id))).collect();
        }
        (dcid, view)
    });
    Ok(map(entries))
}
