//! `plans/*`: sizes and prices of servers.

use api::Money;
use api::plans::{ListPlans, Plan};
use api::v1;
use serde_json::{Value, json};

use crate::calls::handlers;
use crate::cx::Cx;
use crate::error::{Failure, Result};
use crate::reply::{amount, map, view};

handlers! { cx, call:
    PlansList => list(cx, call);
    PlansListBaremetal => list_baremetal(cx);
    PlansListVc2 => short_list(cx, "vc2");
    PlansListVc2z => short_list(cx, "vhf");
    PlansListVdc2 => short_list(cx, "vdc");
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

async fn list(cx: &Cx, call: v1::PlansList) -> Result<Value> {
    let plans = of_type(cx, plan_type(&call.kind.unwrap_or_default())?).await?;
    let entries = plans.iter().map(|plan| {
        let mut view = view(cx, plan);
        let locations: Vec<_> = plan.locations.iter().map(|region| cx.dcid(region)).collect();
        view[v1::answer::Plan::windows] = false.into();
        view[v1::answer::Plan::available_locations] = json!(locations);
        (cx.plan_number(&plan.id).to_string(), view)
    });
    Ok(map(entries))
}

async fn short_list(cx: &Cx, kind: &str) -> Result<Value> {
    let plans = of_type(cx, Some(kind)).await?;
    let entry = |plan: &Plan| (cx.plan_number(&plan.id).to_string(), view(cx, plan));
    Ok(map(plans.iter().map(entry)))
}

async fn of_type(cx: &Cx, kind: Option<&str>) -> Result<Vec<Plan>> {
    cx.all(ListPlans { kind: kind.map(str::to_owned), ..Default::default() }).await
}

fn view(cx: &Cx, plan: &Plan) -> Value {
    view!(Plan .. {
        plan: cx.plan_number(&plan.id).to_string(),
        name: name(plan),
        vcpu_count: plan.vcpu_count.to_string(),
        ram: plan.ram.to_string(),
        disk: plan.disk.to_string(),
        bandwidth: terabytes(plan.bandwidth),
        bandwidth_gb: plan.bandwidth.to_string(),
        price_per_month: amount(plan.monthly_cost),
        plan_type: plan_kind(plan),
    })
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

async fn list_baremetal(cx: &Cx) -> Result<Value> {
    let plans = cx.metal_plans().await?;
    let entries = plans.iter().map(|plan| {
        let number = cx.metal_plan_number(&plan.id).to_string();
        let disk = format!("{}x {} GB {}", plan.disk_count, plan.disk, plan.kind);
        let traffic = terabytes(plan.bandwidth);
        let locations: Vec<_> = plan.locations.iter().map(|region| cx.dcid(region)).collect();
        let view = view!(MetalPlan {
            plan: number,
            name: format!("{} MB RAM,{disk},{traffic} TB BW", plan.ram),
            cpu_count: plan.cpu_count,
            cpu_model: plan.cpu_model,
            ram: plan.ram,
            disk,
            bandwidth_tb: plan.bandwidth / 1024,
            // Clients read whole dollars.
            price_per_month: Money(plan.monthly_cost.0.round().normalize()),
            plan_type: plan.kind,
            deprecated: false,
            available_locations: locations,
        });
        (number, view)
    });
    Ok(map(entries))
}
