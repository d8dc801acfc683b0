//! `loadbalancer/*`: load balancers. Their ids are numbers, everywhere; those of rules are texts.
//!
//! v1 has a call for each part of what v2 changes in one.

use api::id::LoadBalancerId;
use api::load_balancers::*;
use api::{Endpoint, Secret, v1};
use serde_json::{Map, Value, json};

use crate::calls::handlers;
use crate::cx::{Cx, SERVER, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::params::some;
use crate::reply::{view, word};

handlers! { cx, call:
    LoadBalancerConfInfo => conf_info(cx, call.subid);
    LoadBalancerCreate => create(cx, call);
    LoadBalancerDestroy => {
        let load_balancer_id = id(cx, call.subid).await?;
        cx.gone(BALANCER, load_balancer_id, DeleteLoadBalancer { load_balancer_id })
    };
    LoadBalancerForwardRuleCreate => forward_rule_create(cx, call);
    LoadBalancerForwardRuleDelete => forward_rule_delete(cx, call);
    LoadBalancerForwardRuleList => forward_rule_list(cx, call);
    LoadBalancerGenericInfo => async { Ok(generic(&get(cx, call.subid).await?.generic_info)) };
    LoadBalancerGenericUpdate => generic_update(cx, call);
    LoadBalancerHealthCheckInfo => async { Ok(json!(get(cx, call.subid).await?.health_check)) };
    LoadBalancerHealthCheckUpdate => health_check_update(cx, call);
    LoadBalancerInstanceAttach => set_attached(cx, call.subid, call.server, true);
    LoadBalancerInstanceDetach => set_attached(cx, call.subid, call.server, false);
    LoadBalancerInstanceList => instance_list(cx, call.subid);
    LoadBalancerLabelSet => change(cx, call.subid, vec![("label", json!(call.label))]);
    LoadBalancerList => list(cx, call);
    LoadBalancerSslAdd => ssl_add(cx, call);
    LoadBalancerSslInfo => async {
        Ok(view!(SslInfo { has_ssl: get(cx, call.subid).await?.has_ssl }))
    };
    LoadBalancerSslRemove => {
        let load_balancer_id = id(cx, call.subid).await?;
        cx.act(BALANCER, DeleteLoadBalancerSsl { load_balancer_id })
    };
}

const BALANCER: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid load balancer.  Check SUBID value and ensure your API key matches the load \
              balancer's account",
};

/// The load balancer with a number.
async fn id(cx: &Cx, subid: u64) -> Result<LoadBalancerId> {
    cx.numbered(BALANCER, subid).await
}

async fn get(cx: &Cx, subid: u64) -> Result<LoadBalancer> {
    let load_balancer_id = id(cx, subid).await?;
    cx.on(BALANCER, GetLoadBalancer { load_balancer_id }).await
}

/// A request of v2 from its fields, whose values v1's clients chose.
fn request<E: Endpoint>(fields: Map<String, Value>) -> Result<E> {
    let wrong = |problem: api::wire::Problem| {
        Failure::refused(format!("Invalid {}.  {}", problem.field, problem.text))
    };
    api::wire::decode([], fields).map_err(wrong)
}

/// The fields that are not null.
fn fields(fields: Vec<(&str, Value)>) -> Map<String, Value> {
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The cookie that is wished for, where something is; `known` is the one that there is.
fn sticky_session(
    wanted: Option<v1::Switch>,
    cookie: Option<String>,
    known: &str,
) -> Result<Option<Value>> {
    let name = match (wanted.map(|switch| switch.0), some(cookie)) {
        (None, None) => return Ok(None),
        (Some(false), _) => String::new(),
        (_, Some(name)) => name,
        (Some(true), None) if !known.is_empty() => return Ok(None),
        (Some(true), None) => {
            let text = "Missing cookie_name.  Sessions are sticky by a cookie with a name";
            return Err(Failure::refused(text));
        }
    };
    Ok(Some(json!({ "cookie_name": name })))
}

fn ssl(key: Option<Secret>, certificate: Option<String>, chain: Option<String>) -> Value {
    let given = fields(vec![
        ("private_key", json!(key.filter(|key| !key.as_str().is_empty()))),
        ("certificate", json!(some(certificate))),
        ("chain", json!(some(chain))),
    ]);
    Value::Object(given)
}

async fn create(cx: &Cx, call: v1::LoadBalancerCreate) -> Result<Value> {
    let region = cx.region(call.dcid).await?;
    let mut instances = Vec::new();
    for node in call.attached_nodes.iter().filter_map(Value::as_array).flatten() {
        let number = node.as_u64().or_else(|| node.as_str()?.parse().ok());
        let number = number.ok_or_else(|| SERVER.unknown())?;
        instances.push(json!(cx.server(number).await?));
    }
    let sticky_session = sticky_session(call.sticky_sessions, call.cookie_name, "")?;
    let request: CreateLoadBalancer = request(fields(vec![
        ("region", json!(region)),
        ("label", json!(call.label)),
        ("ssl_redirect", json!(call.config_ssl_redirect.map(|truth| truth.0))),
        ("sticky_session", json!(sticky_session)),
        ("balancing_algorithm", json!(some(call.balancing_algorithm))),
        ("proxy_protocol", json!(call.proxy_protocol.map(|switch| switch.0))),
        ("health_check", json!(call.health_check)),
        ("forwarding_rules", json!(call.forwarding_rules)),
        ("ssl", ssl(call.ssl_private_key, call.ssl_certificate, call.ssl_chain)),
        ("instances", json!(instances)),
    ]))?;
    let made = cx.send(request).await?;
    Ok(view!(NewSubscription .. { subid: cx.number(Space::Subscription, made.id).await? }))
}

/// Changes a load balancer in some of its fields.
async fn change(cx: &Cx, subid: u64, changes: Vec<(&str, Value)>) -> Result<()> {
    let mut changes = fields(changes);
    changes.insert("load_balancer_id".into(), json!(id(cx, subid).await?));
    let request: UpdateLoadBalancer = request(changes)?;
    cx.act(BALANCER, request).await
}

async fn generic_update(cx: &Cx, call: v1::LoadBalancerGenericUpdate) -> Result<()> {
    let known = get(cx, call.subid).await?.generic_info.sticky_sessions.cookie_name;
    let sticky_session = sticky_session(call.sticky_sessions, call.cookie_name, &known)?;
    let changes = vec![
        ("label", json!(call.label)),
        ("balancing_algorithm", json!(some(call.balancing_algorithm))),
        ("sticky_session", json!(sticky_session)),
        ("ssl_redirect", json!(call.ssl_redirect.map(|truth| truth.0))),
        ("proxy_protocol", json!(call.proxy_protocol.map(|switch| switch.0))),
    ];
    change(cx, call.subid, changes).await
}

async fn health_check_update(cx: &Cx, call: v1::LoadBalancerHealthCheckUpdate) -> Result<()> {
    let check = fields(vec![
        ("protocol", json!(some(call.protocol))),
        ("port", json!(call.port)),
        ("path", json!(some(call.path))),
        ("check_interval", json!(call.check_interval)),
        ("response_timeout", json!(call.response_timeout)),
        ("unhealthy_threshold", json!(call.unhealthy_threshold)),
        ("healthy_threshold", json!(call.healthy_threshold)),
    ]);
    change(cx, call.subid, vec![("health_check", Value::Object(check))]).await
}

async fn ssl_add(cx: &Cx, call: v1::LoadBalancerSslAdd) -> Result<()> {
    let ssl = ssl(Some(call.ssl_private_key), Some(call.ssl_certificate), call.ssl_chain);
    change(cx, call.subid, vec![("ssl", ssl)]).await
}

/// How often a list of instances is written, where others of v2 write it at the same time.
const ROUNDS: u32 = 4;

/// Attaches or detaches the server with the number `node`. v2 knows lists only: who changes one
/// here takes turns, and then looks whether the change is still there, since others may have
/// replaced the list through v2.
async fn set_attached(cx: &Cx, subid: u64, node: u64, wanted: bool) -> Result<()> {
    let load_balancer_id = id(cx, subid).await?;
    let _turn = cx.shared.balancers.turn(load_balancer_id.into()).await;
    for round in 0..=ROUNDS {
        let mut instances = get(cx, subid).await?.instances;
        let instance = cx.server(node).await?;
        if instances.contains(&instance) == wanted {
            if round == 0 && !wanted {
                let text = "Invalid backendNode.  The server is not attached to the load balancer";
                return Err(Failure::refused(text));
            }
            return Ok(());
        }
        if round == ROUNDS {
            // v2 has accepted it each time.
            break;
        }
        match wanted {
            true => instances.push(instance),
            false => instances.retain(|id| *id != instance),
        }
        change(cx, subid, vec![("instances", json!(instances))]).await?;
    }
    tracing::warn!(%load_balancer_id, "others keep replacing this load balancer's instances");
    Ok(())
}

async fn forward_rule_create(cx: &Cx, call: v1::LoadBalancerForwardRuleCreate) -> Result<Value> {
    let request: CreateLoadBalancerForwardingRule = request(fields(vec![
        ("load_balancer_id", json!(id(cx, call.subid).await?)),
        ("frontend_protocol", json!(call.frontend_protocol)),
        ("frontend_port", json!(call.frontend_port)),
        ("backend_protocol", json!(call.backend_protocol)),
        ("backend_port", json!(call.backend_port)),
    ]))?;
    let rule = cx.on(BALANCER, request).await?;
    Ok(view!(NewForwardRule { rule: rule.id }))
}

async fn forward_rule_delete(cx: &Cx, call: v1::LoadBalancerForwardRuleDelete) -> Result<()> {
    let balancer = get(cx, call.subid).await?;
    let forwarding_rule_id = call.rule;
    // v2 says "not found" of both; here it can only be the rule.
    if !balancer.forwarding_rules.iter().any(|rule| rule.id == forwarding_rule_id) {
        let text =
            "Invalid forwarding rule.  Check RULEID value: the load balancer has no such rule";
        return Err(Failure::refused(text));
    }
    let load_balancer_id = balancer.id;
    cx.send(DeleteLoadBalancerForwardingRule { load_balancer_id, forwarding_rule_id }).await
}

async fn forward_rule_list(cx: &Cx, call: v1::LoadBalancerForwardRuleList) -> Result<Value> {
    let request = ListLoadBalancerForwardingRules {
        load_balancer_id: id(cx, call.subid).await?,
        per_page: Some(api::page::PER_PAGE_MAX),
        cursor: None,
    };
    let rules = cx.on(BALANCER, request).await?.items;
    Ok(view!(ForwardRules { rules: forwarding(&rules) }))
}

async fn instance_list(cx: &Cx, subid: u64) -> Result<Value> {
    let instances = get(cx, subid).await?.instances;
    let numbers = cx.numbers(Space::Subscription, instances).await?;
    Ok(view!(BalancedServers { servers: numbers }))
}

async fn conf_info(cx: &Cx, subid: u64) -> Result<Value> {
    let balancer = get(cx, subid).await?;
    let instances = cx.numbers(Space::Subscription, balancer.instances).await?;
    Ok(view!(Balancing {
        generic: generic(&balancer.generic_info),
        health_check: balancer.health_check,
        has_ssl: balancer.has_ssl,
        forward_rules: forwarding(&balancer.forwarding_rules),
        servers: instances,
    }))
}

async fn list(cx: &Cx, call: v1::LoadBalancerList) -> Result<Value> {
    if let Some(subid) = call.subid {
        return Ok(json!([view(cx, &get(cx, subid).await?).await?]));
    }
    let balancers = cx.all(ListLoadBalancers::default()).await?;
    // One transaction for all that have no number yet.
    cx.numbers(Space::Subscription, balancers.iter().map(|b| b.id)).await?;
    let mut views = Vec::with_capacity(balancers.len());
    for balancer in &balancers {
        views.push(view(cx, balancer).await?);
    }
    Ok(Value::Array(views))
}

async fn view(cx: &Cx, balancer: &LoadBalancer) -> Result<Value> {
    Ok(view!(LoadBalancer {
        subid: cx.number(Space::Subscription, balancer.id).await?,
        date_created: stamp(balancer.date_created),
        dcid: cx.dcid(&balancer.region),
        location: cx.location(&balancer.region),
        label: balancer.label,
        status: word(&balancer.status),
        ipv4: balancer.ipv4,
        ipv6: balancer.ipv6,
    }))
}

fn generic(info: &GenericInfo) -> Value {
    view!(BalancingBasics {
        balancing_algorithm: info.balancing_algorithm,
        ssl_redirect: info.ssl_redirect,
        sticky_sessions: info.sticky_sessions,
        proxy_protocol: info.proxy_protocol,
    })
}

fn forwarding(rules: &[LoadBalancerForwardingRule]) -> Value {
    let view = |rule: &LoadBalancerForwardingRule| {
        view!(ForwardRule {
            rule: rule.id,
            frontend_protocol: rule.frontend_protocol,
            frontend_port: rule.frontend_port,
            backend_protocol: rule.backend_protocol,
            backend_port: rule.backend_port,
        })
    };
    rules.iter().map(view).collect()
}
