//! What the API says of the network: read side by side, and no more of it than can be drawn.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all, join4};
use presentation::{operations, pointers};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::link;
use crate::upstream::Refusal;

/// How many things of a family are read, and how many VPCs and firewall groups are looked into.
const MOST: usize = 2000;
const ZONES: usize = 20;
const GROUPS: usize = 100;

/// A NAT gateway with its rules.
#[derive(Debug, Clone, Default)]
pub(super) struct Gateway {
    pub(super) thing: Value,
    pub(super) forwards: Vec<Value>,
    pub(super) rules: Vec<Value>,
}

/// What is known of the network, as the API has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) vpcs: Vec<Value>,
    /// By the VPC's id: what is attached, and its gateways.
    pub(super) attachments: BTreeMap<String, Vec<Value>>,
    pub(super) gateways: BTreeMap<String, Vec<Gateway>>,
    pub(super) instances: Vec<Value>,
    pub(super) metals: Vec<Value>,
    pub(super) balancers: Vec<Value>,
    pub(super) databases: Vec<Value>,
    pub(super) clusters: Vec<Value>,
    pub(super) addresses: Vec<Value>,
    /// Firewall groups, and the rules of each by its id.
    pub(super) groups: Vec<Value>,
    pub(super) rules: BTreeMap<String, Vec<Value>>,
    /// Cities by the region's id.
    pub(super) regions: BTreeMap<String, String>,
    /// All VPCs that can be chosen: id and name.
    pub(super) choices: Vec<(String, String)>,
    /// How many VPCs are not drawn, for there are too many.
    pub(super) left_out: usize,
}

impl Facts {
    /// The ids of all that is in a VPC.
    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        let all: BTreeSet<&str> = self
            .attachments
            .values()
            .flatten()
            .filter_map(|a| linked(a).map(|(id, _)| id))
            .collect();
        all.into_iter()
    }
}

/// The id of what is attached, and its address in the network.
pub(super) fn linked(attachment: &Value) -> Option<(&str, &str)> {
    let id = attachment.pointer("/linked_subscription/id")?.as_str()?;
    Some((id, attachment.pointer("/ip/v4").and_then(Value::as_str).unwrap_or_default()))
}

/// What a list holds. What may not be looked at is not there.
async fn list(cx: &Cx, id: &str, fields: &[(&str, &str)]) -> Vec<Value> {
    let Some(operation) = operations::find(id) else { return Vec::new() };
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    cx.caller.all(&operation, fields.collect(), MOST).await.unwrap_or_default()
}

/// Reads all of it, or what is in one VPC.
pub(super) async fn read(cx: &Cx, chosen: &str) -> Result<Facts, Refusal> {
    let vpcs = async {
        let Some(operation) = operations::find("list-vpcs") else { return Ok(Vec::new()) };
        cx.caller.all(&operation, Map::new(), MOST).await
    };
    let (vpcs, machines) = join(
        vpcs,
        join4(
            list(cx, "list-instances", &[]),
            list(cx, "list-bare-metals", &[]),
            list(cx, "list-load-balancers", &[]),
            list(cx, "list-databases", &[]),
        ),
    )
    .await;
    let vpcs = vpcs?;
    let (instances, metals, balancers, databases) = machines;
    let (clusters, addresses, groups, regions) = join4(
        list(cx, "list-clusters", &[]),
        list(cx, "list-reserved-ips", &[]),
        list(cx, "list-firewall-groups", &[]),
        list(cx, "list-regions", &[]),
    )
    .await;
    let choices = vpcs.iter().map(|vpc| (pointers::id(vpc), link::name(vpc))).collect();
    let mut facts = Facts {
        vpcs,
        instances,
        metals,
        balancers,
        databases,
        clusters,
        addresses,
        groups,
        choices,
        ..Facts::default()
    };
    if !chosen.is_empty() {
        facts.vpcs.retain(|vpc| vpc["id"] == chosen);
        if facts.vpcs.is_empty() {
            let text = format!("There is no VPC {chosen}.");
            return Err(Refusal { status: 404, text, field: None });
        }
    }
    facts.left_out = facts.vpcs.len().saturating_sub(ZONES);
    facts.vpcs.truncate(ZONES);
    facts.regions = regions
        .iter()
        .filter_map(|r| Some((r["id"].as_str()?.to_owned(), r["city"].as_str()?.to_owned())))
        .collect();
    look_into(cx, &mut facts).await;
    if !chosen.is_empty() || facts.left_out > 0 {
        keep_members(&mut facts, chosen);
    }
    Ok(facts)
}

/// Reads what hangs on VPCs and on the firewall groups that are used.
async fn look_into(cx: &Cx, facts: &mut Facts) {
    let zones = facts.vpcs.iter().map(async |vpc| {
        let id = pointers::id(vpc);
        let field = [("vpc_id", id.as_str())];
        let (attached, gateways) =
            join(list(cx, "list-vpc-attachments", &field), list(cx, "list-nat-gateways", &field))
                .await;
        let gateways = gateways.into_iter().map(async |thing| {
            let gateway = pointers::id(&thing);
            let fields = [("vpc_id", id.as_str()), ("nat_gateway_id", gateway.as_str())];
            let (forwards, rules) = join(
                list(cx, "list-nat-gateway-port-forwarding-rules", &fields),
                list(cx, "list-nat-gateway-firewall-rules", &fields),
            )
            .await;
            Gateway { thing, forwards, rules }
        });
        let gateways = join_all(gateways).await;
        (id, attached, gateways)
    });
    let users = facts.instances.iter().filter_map(|i| i["firewall_group_id"].as_str());
    let used: BTreeSet<&str> = users.filter(|id| !id.is_empty()).collect();
    let rules = used.into_iter().take(GROUPS).map(async |group| {
        let rules = list(cx, "list-firewall-group-rules", &[("firewall_group_id", group)]).await;
        (group.to_owned(), rules)
    });
    let (zones, rules) = join(join_all(zones), join_all(rules)).await;
    for (id, attached, gateways) in zones {
        facts.attachments.insert(id.clone(), attached);
        facts.gateways.insert(id, gateways);
    }
    facts.rules = rules.into_iter().collect();
}

/// Leaves out what is in none of the VPCs that are drawn.
fn keep_members(facts: &mut Facts, chosen: &str) {
    let inside: BTreeSet<String> = facts.members().map(str::to_owned).collect();
    let drawn: BTreeSet<String> = facts.vpcs.iter().map(pointers::id).collect();
    let is_inside = |thing: &Value| inside.contains(&pointers::id(thing));
    let is_in_no_vpc = |id: Option<&str>| id.is_none_or(str::is_empty) && chosen.is_empty();
    let is_of = |id: Option<&str>| is_in_no_vpc(id) || id.is_some_and(|id| drawn.contains(id));
    let is_lone =
        |thing: &Value| thing["vpcs"].as_array().is_none_or(Vec::is_empty) && chosen.is_empty();
    facts.instances.retain(|i| is_inside(i) || is_lone(i));
    facts.metals.retain(|m| is_inside(m) || chosen.is_empty() && m["internal_ip"] == "");
    facts.balancers.retain(|b| is_of(b.pointer("/generic_info/vpc").and_then(Value::as_str)));
    facts.databases.retain(|d| is_of(d["vpc_id"].as_str()));
    facts.clusters.retain(|c| {
        let own = c["vpcs"].as_array().map(Vec::as_slice).unwrap_or_default();
        is_lone(c) || own.iter().any(|vpc| is_of(vpc["id"].as_str().filter(|id| !id.is_empty())))
    });
    let kept: BTreeSet<String> =
        facts.instances.iter().chain(&facts.metals).map(pointers::id).collect();
    facts.addresses.retain(|a| {
        let of = a["instance_id"].as_str().unwrap_or_default();
        kept.contains(of) || of.is_empty() && chosen.is_empty()
    });
}
