//! Networks: addresses, gateways, load balancers, rules, names.

use std::net::Ipv6Addr;

use serde_json::{Value, json};

use super::compute::{attach, is_node};
use super::{Step, list, same, some, word};
use crate::{Reading, Thing};

pub(super) fn reserved(thing: &Thing, all: &Reading) -> Vec<Step> {
    let (subnet, kind) = (thing.text("subnet"), thing.text("ip_type"));
    let scope = if kind == "v6" { "ipv6" } else { "ipv4" };
    let create = Step::create("create-reserved-ip", thing, &["instance_id"]);
    let mut steps = vec![create.id("reserved-ip", &thing.id).at(scope, subnet)];
    // An instance that is made takes its own.
    let owner = some(thing.text("instance_id"));
    let is_made = |id| all.of("instance").any(|own| own.id == id && !is_node(own, all));
    if owner.is_some_and(|id| !is_made(id)) {
        steps.push(attach(thing).late());
    }
    steps
}

pub(super) fn gateway(thing: &Thing, _: &Reading) -> Vec<Step> {
    let mut create = Step::create("create-nat-gateway", thing, &[])
        .with("vpc_id", thing.owner.as_str())
        .id("nat-gateway", &thing.id);
    let first = |field: &str| {
        let listed = thing.item.get(field).and_then(|list| list.get(0));
        listed.or(thing.item.get(field)).and_then(Value::as_str).unwrap_or_default()
    };
    create = create.at("ipv4", first("public_ips"));
    create = create.at("ipv6", &network_of(first("public_ips_v6")));
    create = create.at(&format!("network:{}", thing.owner), first("private_ips"));
    let rules = [
        ("list-nat-gateway-firewall-rules", "create-nat-gateway-firewall-rule"),
        ("list-nat-gateway-port-forwarding-rules", "create-nat-gateway-port-forwarding-rule"),
    ];
    let rules = rules.into_iter().flat_map(|(listed, create)| {
        list(thing.told(listed)).iter().map(move |rule| {
            let rule_of = Step::change(create, same(create, rule, &[]))
                .id("nat-gateway-rule", word(rule, "id"))
                .made(word(rule, "created_at"));
            // They may lead to what is made only later.
            rule_of.with("vpc_id", &*thing.owner).with("nat_gateway_id", &*thing.id).late()
        })
    });
    std::iter::once(create).chain(rules).collect()
}

pub(super) fn balancer(thing: &Thing, _: &Reading) -> Vec<Step> {
    let info = |field: &str| thing.item.pointer(&format!("/generic_info/{field}")).cloned();
    let ids = ["forwarding_rules", "firewall_rules"].map(|field| list(&thing.item[field]));
    let ids = ids.into_iter().flatten().map(|rule| word(rule, "id")).filter(|id| !id.is_empty());
    let rules = |field: &str| {
        let rules = thing.item.get(field).and_then(Value::as_array);
        let without_id = |rule: &Value| {
            let mut rule = rule.clone();
            if let Some(fields) = rule.as_object_mut() {
                fields.remove("id");
            }
            rule
        };
        rules.map(|rules| Value::from(rules.iter().map(without_id).collect::<Vec<_>>()))
    };
    let sticky = info("sticky_sessions").filter(|s| s.get("cookie_name").is_some_and(|n| n != ""));
    let not_sent = ["auto_ssl", "ssl", "forwarding_rules", "firewall_rules"];
    let mut create = Step::create("create-load-balancer", thing, &not_sent)
        .with_some("forwarding_rules", rules("forwarding_rules"))
        .with_some("firewall_rules", rules("firewall_rules"))
        .with_some("sticky_session", sticky)
        .id("load-balancer", &thing.id)
        .at("ipv4", thing.text("ipv4"))
        .at("ipv6", &network_of(thing.text("ipv6")));
    create = ids.fold(create, |create, id| create.id("load-balancer-rule", id));
    for field in ["balancing_algorithm", "ssl_redirect", "proxy_protocol", "timeout"] {
        create = create.with_some(field, info(field).filter(|value| !value.is_null()));
    }
    let vpc = info("vpc").filter(|vpc| vpc.as_str().is_some_and(|id| !id.is_empty()));
    vec![create.with_some("vpc", vpc)]
}

pub(super) fn rule(thing: &Thing, _: &Reading) -> Vec<Step> {
    let create = Step::create("create-firewall-group-rule", thing, &["source"]);
    // Shown of a rule for a network is that network.
    let own = format!("{}/{}", thing.text("subnet"), thing.item["subnet_size"]);
    let source = some(thing.text("source")).filter(|source| *source != own);
    let mut create =
        create.with("firewall_group_id", thing.owner.as_str()).with_some("source", source);
    create.number = thing.id.parse().ok();
    vec![create]
}

pub(super) fn domain(thing: &Thing, _: &Reading) -> Vec<Step> {
    let mut steps = vec![Step::create("create-domain", thing, &["ip"])];
    if let Value::Object(soa) = thing.told("get-domain-soa") {
        let mut soa = soa.clone();
        soa.insert("dns_domain".into(), thing.id.clone().into());
        steps.push(Step::change("update-domain-soa", soa));
    }
    steps
}

pub(super) fn record(thing: &Thing, _: &Reading) -> Vec<Step> {
    let create = Step::create("create-record", thing, &["priority"]);
    let priority = thing.item.get("priority").and_then(Value::as_i64).filter(|p| *p >= 0);
    let create = create.with("dns_domain", thing.owner.as_str()).with("name", thing.text("name"));
    vec![create.with_some("priority", priority).id("record", &thing.id)]
}

/// The network of 64 bits that an IPv6 address is in; empty for what is none.
pub(super) fn network_of(address: &str) -> String {
    let Ok(address) = address.parse::<Ipv6Addr>() else { return String::new() };
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).to_string()
}

/// The networks that something is in, as ids.
pub(super) fn ids(list: Option<&Value>) -> Option<Value> {
    let list = list.and_then(Value::as_array)?;
    let ids: Vec<&Value> = list.iter().filter_map(|network| network.get("id")).collect();
    (!ids.is_empty()).then(|| json!(ids))
}
