//! Plans: sizes and prices of machines.

use api::plans::*;
use api::{Money, Open};

use crate::catalog::{self, Catalog, Cost};
use crate::regions::plan_type;
use crate::{Family, Result, Routes, refuse};

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
    let location_cost = plan.location_cost.iter().map(|(id, cost)| (id.clone(), prices(cost)));
    Plan {
        id: plan.id.clone(),
        name: plan.description(),
        vcpu_count: plan.vcpu_count,
        ram: plan.ram,
        disk: plan.disk,
        disk_count: plan.disk_count,
        disk_type: plan.disk_type.clone(),
        storage_type: match plan.storage_type {
            catalog::StorageType::LocalStorage => StorageType::LocalStorage,
            catalog::StorageType::BlockStorage => StorageType::BlockStorage,
            catalog::StorageType::LocalAndBlockStorage => StorageType::LocalAndBlockStorage,
        }
        .into(),
        bandwidth: plan.bandwidth,
        monthly_cost: Money(plan.cost.monthly),
        hourly_cost: Money(plan.cost.hourly),
        monthly_cost_preemptible: Money(plan.cost.monthly_preemptible),
        hourly_cost_preemptible: Money(plan.cost.hourly_preemptible),
        invoice_type: invoice_type(plan.invoice_type),
        location_cost: location_cost.collect(),
        kind: plan.kind.clone(),
        cpu_vendor: plan.cpu_vendor.clone(),
        vcpu_type: plan.vcpu_type.clone(),
        gpu_brand: plan.gpu_brand.clone(),
        gpu_type: plan.gpu_type.clone(),
        gpu_vram_gb: plan.gpu_vram_gb,
        gpu_count: plan.gpu_count.clone(),
        deploy_ondemand: plan.deploy_ondemand,
        deploy_preemptible: plan.deploy_preemptible,
        locations: plan.locations.clone(),
    }
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
    MetalPlan {
        id: plan.id.clone(),
        physical_cpus: plan.physical_cpus,
        cpu_count: plan.cpu_count,
        cpu_cores: plan.cpu_cores,
        cpu_threads: plan.cpu_threads,
        cpu_manufacturer: plan.cpu_manufacturer.clone(),
        cpu_model: plan.cpu_model.clone(),
        cpu_mhz: plan.cpu_mhz,
        ram: plan.ram,
        disk: plan.disk,
        disk_count: plan.disk_count,
        kind: plan.kind.clone(),
        bandwidth: plan.bandwidth,
        monthly_cost: Money(plan.cost.monthly),
        hourly_cost: Money(plan.cost.hourly),
        monthly_cost_preemptible: Money(plan.cost.monthly_preemptible),
        hourly_cost_preemptible: Money(plan.cost.hourly_preemptible),
        invoice_type: invoice_type(plan.invoice_type),
        gpu_brand: plan.gpu_brand.clone(),
        gpu_type: plan.gpu_type.clone(),
        gpu_vram_gb: plan.gpu_vram_gb,
        gpu_count: plan.gpu_count,
        deploy_ondemand: plan.deploy_ondemand,
        deploy_preemptible: plan.deploy_preemptible,
        locations: plan.locations.clone(),
    }
}
