//! Plans: sizes and prices of machines.

use api::plans::*;
use api::{Money, Open};

use crate::catalog::{self, Catalog, Cost};
use crate::regions::plan_type;
use crate::{Family, Result, Routes, alike, refuse};

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().catalogued(list).catalogued(list_metal))
}

fn list(catalog: &Catalog, req: &ListPlans) -> Result<Vec<Plan>> {
    let wanted = plan_type(req.kind.as_deref())?;
    let is_windows = match req.os.as_deref().unwrap_or_default() {
        "" => false,
        "windows" => true,
        other => {
            let text = "is no filter; the one that there is, is `windows`";
            return refuse("os", format_args!("`{other}` {text}"));
        }
    };
    let plans = catalog.plans().filter(|plan| plan.is_of_type(wanted));
    Ok(plans.filter(|plan| !is_windows || catalog.supports_windows(plan)).map(view).collect())
}

fn list_metal(catalog: &Catalog, _: &ListMetalPlans) -> Result<Vec<MetalPlan>> {
    Ok(catalog.metal_plans().map(metal_view).collect())
}

fn view(plan: &catalog::Plan) -> Plan {
    let cost = prices(&plan.cost);
    let location_cost = plan.location_cost.iter().map(|(id, cost)| (id.clone(), prices(cost)));
    alike!(plan => Plan {
        id, vcpu_count, ram, disk, disk_count, disk_type, bandwidth, kind, cpu_vendor, vcpu_type,
        gpu_brand, gpu_type, gpu_vram_gb, gpu_count, deploy_ondemand, deploy_preemptible, locations;
        name: plan.description(),
        storage_type: match plan.storage_type {
            catalog::StorageType::LocalStorage => StorageType::LocalStorage,
            catalog::StorageType::BlockStorage => StorageType::BlockStorage,
            catalog::StorageType::LocalAndBlockStorage => StorageType::LocalAndBlockStorage,
        }
        .into(),
        monthly_cost: cost.monthly_cost,
        hourly_cost: cost.hourly_cost,
        monthly_cost_preemptible: cost.monthly_cost_preemptible,
        hourly_cost_preemptible: cost.hourly_cost_preemptible,
        invoice_type: invoice_type(plan.invoice_type),
        location_cost: location_cost.collect(),
    })
}

fn prices(cost: &Cost) -> PlanCost {
    PlanCost {
        monthly_cost: Money(cost.monthly),
        hourly_cost: Money(cost.hourly),
        monthly_cost_preemptible: Money(cost.monthly_preemptible),
        hourly_cost_preemptible: Money(cost.hourly_preemptible),
    }
}

fn invoice_type(kind: catalog::InvoiceType) -> Open<InvoiceType> {
    match kind {
        catalog::InvoiceType::Monthly => InvoiceType::Monthly.into(),
        catalog::InvoiceType::Hourly => InvoiceType::Hourly.into(),
    }
}

fn metal_view(plan: &catalog::MetalPlan) -> MetalPlan {
    let cost = prices(&plan.cost);
    alike!(plan => MetalPlan {
        id, physical_cpus, cpu_count, cpu_cores, cpu_threads, cpu_manufacturer, cpu_model, cpu_mhz,
        ram, disk, disk_count, kind, bandwidth, gpu_brand, gpu_type, gpu_vram_gb, gpu_count,
        deploy_ondemand, deploy_preemptible, locations;
        monthly_cost: cost.monthly_cost,
        hourly_cost: cost.hourly_cost,
        monthly_cost_preemptible: cost.monthly_cost_preemptible,
        hourly_cost_preemptible: cost.hourly_cost_preemptible,
        invoice_type: invoice_type(plan.invoice_type),
    })
}
