//! `plans/*`: sizes and prices of servers.

use api::Money;
use api::plans::{ListPlans, Plan};
use serde_json::{Map, Value, json};

use crate::calls::{Kind::*, calls, opt};
use crate::cx::Cx;
use crate::error::{Failure, Result};
use crate::reply::{Reply, amount, map};

calls! {
    Get "plans/list" (opt("type", Text)) "GET /v2/plans" => list;
    Get "plans/list_baremetal" () "GET /v2/plans-metal" => list_baremetal;
    Get "plans/list_vc2" () "GET /v2/plans?type=vc2" => list_vc2;
    Get "plans/list_vc2z" () "GET /v2/plans?type=vhf" => list_vc2z;
    Get "plans/list_vdc2" () "GET /v2/plans?type=vdc" => list_vdc2;
}

/// The type of plan in v2 that a word of v1 means; none for all.
pub(crate) fn plan_type(word: &str) -> Result<Option<&'static str>> {
    match word {
        "" | "all" => Ok(None),
        "vc2" | "ssd" => Ok(Some("vc2")),
        "vdc2" | "dedicated" => Ok(Some("vdc")),
        "vc2z" => Ok(Some("vhf")),
        other => Err(Failure::refused(format!(
            "Invalid type.  It must be all, vc2, ssd, vdc2, dedicated or vc2z, not \"{other}\""
        ))),
    }
}

async fn list(cx: Cx) -> Result<Reply> {
    let kind = plan_type(&cx.args.text("type"))?;
    let plans = of_type(&cx, kind).await?;
    let entries = plans.iter().map(|plan| {
        let mut view = view(&cx, plan);
        let locations: Vec<_> = plan.locations.iter().map(|region| cx.dcid(region)).collect();
        view.insert("windows".into(), false.into());
        view.insert("available_locations".into(), json!(locations));
        (cx.plan_number(&plan.id).to_string(), Value::Object(view))
    });
    Ok(map(entries).into())
}

async fn list_vc2(cx: Cx) -> Result<Reply> {
    short_list(cx, "vc2").await
}

async fn list_vc2z(cx: Cx) -> Result<Reply> {
    short_list(cx, "vhf").await
}

async fn list_vdc2(cx: Cx) -> Result<Reply> {
    short_list(cx, "vdc").await
}

async fn short_list(cx: Cx, kind: &'static str) -> Result<Reply> {
    let plans = of_type(&cx, Some(kind)).await?;
    let entries = plans
        .iter()
        .map(|plan| (cx.plan_number(&plan.id).to_string(), Value::Object(view(&cx, plan))));
    Ok(map(entries).into())
}

async fn of_type(cx: &Cx, kind: Option<&str>) -> Result<Vec<Plan>> {
    cx.all(ListPlans { kind: kind.map(str::to_owned), ..Default::default() }).await
}

fn view(cx: &Cx, plan: &Plan) -> Map<String, Value> {
    let view = json!({
        "VPSPLANID": cx.plan_number(&plan.id).to_string(),
        "name": name(plan),
        "vcpu_count": plan.vcpu_count.to_string(),
        "ram": plan.ram.to_string(),
        "disk": plan.disk.to_string(),
        "bandwidth": terabytes(plan.bandwidth),
        "bandwidth_gb": plan.bandwidth.to_string(),
        "price_per_month": amount(plan.monthly_cost),
        "plan_type": plan_kind(plan),
    });
    match view {
        Value::Object(view) => view,
        _ => Map::new(),
    }
}

fn plan_kind(plan: &Plan) -> &'static str {
    match plan.kind.as_str() {
        "vhf" => "HIGHFREQUENCY",
        "vdc" => "DEDICATED",
        _ if plan.disk_type == "SATA" => "SATA",
        _ => "SSD",
    }
}

fn name(plan: &Plan) -> String {
    let disks = if plan.disk_count > 1 { format!("{}x", plan.disk_count) } else { String::new() };
    let medium = if plan.disk_type == "SATA" { "SATA" } else { "SSD" };
    let (ram, disk, traffic) = (plan.ram, plan.disk, terabytes(plan.bandwidth));
    format!("{ram} MB RAM,{disks}{disk} GB {medium},{traffic} TB BW")
}

/// Gigabytes as terabytes with two decimals, cut.
fn terabytes(gb: u32) -> String {
    let hundredths = u64::from(gb) * 100 / 1024;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

async fn list_baremetal(cx: Cx) -> Result<Reply> {
    let plans = cx.metal_plans().await?;
    let entries = plans.iter().map(|plan| {
        let number = cx.metal_plan_number(&plan.id).to_string();
        let disk = format!("{}x {} GB {}", plan.disk_count, plan.disk, plan.kind);
        let traffic = terabytes(plan.bandwidth);
        let locations: Vec<_> = plan.locations.iter().map(|region| cx.dcid(region)).collect();
        let view = json!({
            "METALPLANID": number,
            "name": format!("{} MB RAM,{disk},{traffic} TB BW", plan.ram),
            "cpu_count": plan.cpu_count,
            "cpu_model": plan.cpu_model,
            "ram": plan.ram,
            "disk": disk,
            "bandwidth_tb": plan.bandwidth / 1024,
            // Clients read whole dollars.
            "price_per_month": Money(plan.monthly_cost.0.round().normalize()),
            "plan_type": plan.kind,
            "deprecated": false,
            "available_locations": locations,
        });
        (number, view)
    });
    Ok(map(entries).into())
}
