//! `server/list`: servers as v1 shows them. Most of their numbers are strings.

use std::collections::BTreeMap;

use api::id::InstanceId;
use api::instances::*;
use api::plans::ListPlans;
use api::{Money, OrEmpty, v1};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::cx::{Cx, SERVER};
use crate::dates::stamp;
use crate::error::{Result, is_unknown};
use crate::ids::Space;
use crate::params::some;
use crate::reply::{amount, map, view, word, yes_no};

/// How many servers' traffic is asked for at once.
const AT_ONCE: usize = 8;

pub(super) async fn list(cx: &Cx, call: v1::ServerList) -> Result<Value> {
    if let Some(subid) = call.subid {
        let mut instance = get(cx, subid).await?;
        if instance.pending_charges.is_none() {
            instance.pending_charges = pending(cx, &instance).await?;
        }
        let prices = prices(cx, std::slice::from_ref(&instance)).await?;
        return Ok(view(cx, &instance, &prices).await?.1);
    }
    let request = ListInstances {
        tag: some(call.tag),
        label: some(call.label),
        main_ip: some(call.main_ip),
        show_pending_charges: Some(true),
        ..Default::default()
    };
    let instances = cx.all(request).await?;
    // One transaction for all that have no number yet.
    cx.numbers(Space::Subscription, instances.iter().map(|i| i.id)).await?;
    let prices = prices(cx, &instances).await?;
    // Boxed: the compiler does not see otherwise that they may move between threads.
    let views: Vec<_> =
        instances.iter().map(|instance| view(cx, instance, &prices).boxed()).collect();
    let views: Vec<_> = stream::iter(views).buffered(AT_ONCE).try_collect().await?;
    Ok(map(views))
}

/// What the server owes: v2 tells it in lists only.
async fn pending(cx: &Cx, instance: &Instance) -> Result<Option<Money>> {
    let request = ListInstances {
        label: Some(instance.label.clone()).filter(|label| !label.is_empty()),
        show_pending_charges: Some(true),
        ..Default::default()
    };
    let found = cx.all(request).await?.into_iter().find(|other| other.id == instance.id);
    Ok(found.and_then(|instance| instance.pending_charges))
}

/// What a month of each plan costs in each region where a server has it.
async fn prices(cx: &Cx, instances: &[Instance]) -> Result<BTreeMap<(String, String), Money>> {
    let mut prices = BTreeMap::new();
    let mut unknown = Vec::new();
    for instance in instances {
        let key = (instance.plan.clone(), instance.region.clone());
        match cx.catalog().plan(&instance.plan) {
            Some(plan) => {
                prices.insert(key, Money(plan.cost_in(&instance.region).monthly));
            }
            None => unknown.push(key),
        }
    }
    if unknown.is_empty() {
        return Ok(prices);
    }
    let plans = cx.all(ListPlans::default()).await?;
    for (id, region) in unknown {
        if let Some(plan) = plans.iter().find(|plan| plan.id == id) {
            let there = plan.location_cost.get(&region).map(|cost| cost.monthly_cost);
            prices.insert((id, region), there.unwrap_or(plan.monthly_cost));
        }
    }
    Ok(prices)
}

/// What travelled this month, in gigabytes, in and out together.
async fn traffic(cx: &Cx, instance_id: InstanceId) -> Result<f64> {
    let days = match cx.client.send(GetInstanceBandwidth { instance_id, date_range: None }).await {
        // Destroyed since it was listed.
        Err(error) if is_unknown(&error) => return Ok(0.0),
        days => days?,
    };
    let month = days.keys().next_back().and_then(|day| day.get(..7)).map(str::to_owned);
    let this_month =
        days.iter().filter(|(day, _)| month.as_deref().is_some_and(|month| day.starts_with(month)));
    let bytes: u64 = this_month.map(|(_, day)| day.incoming_bytes + day.outgoing_bytes).sum();
    // Three decimals, which a float holds exactly enough.
    Ok((bytes / 1_000_000) as f64 / 1000.0)
}

/// An address that is not assigned yet is `0` in v1.
pub(crate) fn address(text: &str) -> &str {
    match text {
        "" | "0.0.0.0" => "0",
        text => text,
    }
}

/// Addresses of a network; v1 has `0.0.0.0` where there is none.
pub(crate) fn or_zeros(text: &str) -> &str {
    if text.is_empty() { "0.0.0.0" } else { text }
}

fn status(instance: &Instance) -> String {
    match word(&instance.status).as_str() {
        // v1 does not tell that a plan is being changed.
        "resizing" => "active".to_owned(),
        status => status.to_owned(),
    }
}

fn ipv6_networks(instance: &Instance) -> Vec<InstanceIpv6Network> {
    if !instance.v6_networks.is_empty() || instance.v6_network.is_empty() {
        return instance.v6_networks.clone();
    }
    vec![InstanceIpv6Network {
        network: instance.v6_network.clone(),
        main_ip: instance.v6_main_ip.clone(),
        network_size: instance.v6_network_size,
    }]
}

type Prices = BTreeMap<(String, String), Money>;

async fn view(cx: &Cx, instance: &Instance, prices: &Prices) -> Result<(String, Value)> {
    let subid = cx.text_id(Space::Subscription, instance.id).await?;
    let group = match instance.firewall_group_id {
        OrEmpty(Some(group)) => cx.text_id(Space::FirewallGroup, group).await?,
        OrEmpty(None) => "0".to_owned(),
    };
    let password = cx.password(instance.id.into(), instance.default_password.as_deref()).await?;
    let cost = prices.get(&(instance.plan.clone(), instance.region.clone()));
    let networks = ipv6_networks(instance);
    let (v6_network, v6_main_ip, v6_size) = match networks.first() {
        Some(first) => {
            (first.network.clone(), first.main_ip.clone(), first.network_size.to_string())
        }
        None => Default::default(),
    };
    let v6_networks: Vec<_> = networks
        .iter()
        .map(|n| {
            let size = n.network_size.to_string();
            view!(V6Network { network: n.network, main_ip: n.main_ip, size })
        })
        .collect();
    let backups = instance.features.iter().any(|f| *f == InstanceFeature::AutoBackups);
    let tag = instance.tags.first().unwrap_or(&instance.tag);
    let mut view = view!(Server .. {
        subid,
        os: instance.os,
        ram: format!("{} MB", instance.ram),
        disk: format!("Virtual {} GB", instance.disk),
        main_ip: address(&instance.main_ip),
        vcpu_count: instance.vcpu_count.to_string(),
        location: cx.location(&instance.region),
        dcid: cx.dcid(&instance.region).to_string(),
        default_password: password,
        date_created: stamp(instance.date_created),
        pending_charges: amount(instance.pending_charges.unwrap_or_default()),
        status: status(instance),
        cost_per_month: amount(cost.copied().unwrap_or_default()),
        current_bandwidth_gb: traffic(cx, instance.id).await?,
        allowed_bandwidth_gb: instance.allowed_bandwidth.to_string(),
        netmask_v4: or_zeros(&instance.netmask_v4),
        gateway_v4: or_zeros(&instance.gateway_v4),
        power_status: word(&instance.power_status),
        server_state: word(&instance.server_status),
        plan: cx.plan_number(&instance.plan).to_string(),
        v6_network,
        v6_main_ip,
        v6_network_size: v6_size,
        v6_networks,
        label: instance.label,
        internal_ip: instance.internal_ip,
        kvm_url: instance.kvm,
        auto_backups: yes_no(backups),
        tag,
        os_number: instance.os_id.to_string(),
        app: instance.app_id.to_string(),
        firewall_group: group,
    });
    if cx.later {
        view[v1::answer::Server::v2_id] = Value::from(instance.id.to_string());
    }
    Ok((subid, view))
}

/// The server, and 412 in v1's words where there is none.
pub(super) async fn get(cx: &Cx, subid: u64) -> Result<Instance> {
    let instance_id = cx.server(subid).await?;
    cx.on(SERVER, GetInstance { instance_id }).await
}
