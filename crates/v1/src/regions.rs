//! `regions/*`: locations, and the plans that each has in stock.

use api::plans::ListPlans;
use api::regions::{GetRegionAvailability, ListRegions};
use serde_json::{Value, json};

use crate::calls::{Kind::*, Param, calls, opt, req};
use crate::cx::Cx;
use crate::error::Result;
use crate::plans::plan_type;
use crate::reply::{Reply, map};

const DCID: Param = req("DCID", Integer);

calls! {
    Get "regions/availability" (DCID, opt("type", Text))
        "GET /v2/regions/{region-id}/availability" => availability;
    Get "regions/availability_baremetal" (DCID)
        "GET /v2/regions/{region-id}/availability?type=vbm" => availability_baremetal;
    Get "regions/availability_vc2" (DCID)
        "GET /v2/regions/{region-id}/availability?type=vc2" => availability_vc2;
    Get "regions/availability_vdc2" (DCID)
        "GET /v2/regions/{region-id}/availability?type=vdc" => availability_vdc2;
    Get "regions/list" (opt("availability", Flag)) "GET /v2/regions, GET /v2/plans" => list;
}

async fn availability(cx: Cx) -> Result<Reply> {
    let kind = plan_type(&cx.args.text("type"))?;
    in_stock(&cx, kind).await
}

async fn availability_baremetal(cx: Cx) -> Result<Reply> {
    in_stock(&cx, Some("vbm")).await
}

async fn availability_vc2(cx: Cx) -> Result<Reply> {
    in_stock(&cx, Some("vc2")).await
}

async fn availability_vdc2(cx: Cx) -> Result<Reply> {
    in_stock(&cx, Some("vdc")).await
}

async fn in_stock(cx: &Cx, kind: Option<&str>) -> Result<Reply> {
    let request =
        GetRegionAvailability { region_id: cx.region().await?, kind: kind.map(str::to_owned) };
    let plans = cx.send(request).await?.available_plans;
    let numbers = plans.iter().filter_map(|plan| match (kind, plan.starts_with("vbm-")) {
        (Some("vbm"), _) => Some(cx.metal_plan_number(plan)),
        // v1 has two numberings: a list of all holds servers only.
        (_, true) => None,
        _ => Some(cx.plan_number(plan)),
    });
    Ok(numbers.map(Value::from).collect::<Value>().into())
}

async fn list(cx: Cx) -> Result<Reply> {
    let regions = cx.all(ListRegions::default()).await?;
    let plans = match cx.args.flag("availability") {
        Some(true) => Some(cx.all(ListPlans::default()).await?),
        _ => None,
    };
    let entries = regions.into_iter().map(|region| {
        let dcid = cx.dcid(&region.id).to_string();
        let offers = |word: &str| region.options.iter().any(|option| option.starts_with(word));
        let mut view = json!({
            "DCID": dcid,
            "name": region.city,
            "country": region.country,
            "continent": region.continent,
            "state": cx.catalog().region(&region.id).map_or("", |known| &known.state),
            "ddos_protection": offers("ddos_protection"),
            "block_storage": offers("block_storage"),
            "regioncode": region.id.to_uppercase(),
        });
        if let Some(plans) = &plans {
            let here = plans.iter().filter(|plan| plan.locations.contains(&region.id));
            view["availability"] = here.map(|plan| Value::from(cx.plan_number(&plan.id))).collect();
        }
        (dcid, view)
    });
    Ok(map(entries).into())
}
