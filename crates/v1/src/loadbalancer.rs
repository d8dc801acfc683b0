//! `loadbalancer/*`: load balancers. Their ids are numbers, everywhere; those of rules are texts.
//!
//! v1 has a call for each part of what v2 changes in one.

use api::Endpoint;
use api::id::{InstanceId, LoadBalancerId};
use api::load_balancers::rules::*;
use api::load_balancers::*;
use serde_json::{Map, Value, json};

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::{Cx, SERVER, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{Reply, word};

calls! {
    Get "loadbalancer/conf_info" (SUBID) "GET /v2/load-balancers/{load-balancer-id}" => conf_info;
    Post "loadbalancer/create" (
        req("DCID", Integer), opt("label", Text), opt("config_ssl_redirect", Boolean),
        opt("sticky_sessions", Switch), opt("cookie_name", Text),
        opt("balancing_algorithm", Text), opt("proxy_protocol", Switch),
        opt("health_check", Json), opt("forwarding_rules", Json), opt("ssl_private_key", Text),
        opt("ssl_certificate", Text), opt("ssl_chain", Text), opt("attached_nodes", Json),
    ) "POST /v2/load-balancers" => create;
    Post "loadbalancer/destroy" (SUBID) "DELETE /v2/load-balancers/{load-balancer-id}" => destroy;
    Post "loadbalancer/forward_rule_create" (
        SUBID, req("frontend_protocol", Text), req("frontend_port", Integer),
        req("backend_protocol", Text), req("backend_port", Integer),
    ) "POST /v2/load-balancers/{load-balancer-id}/forwarding-rules" => forward_rule_create;
    Post "loadbalancer/forward_rule_delete" (SUBID, req("RULEID", Text))
        "DELETE /v2/load-balancers/{load-balancer-id}/forwarding-rules/{forwarding-rule-id}"
        => forward_rule_delete;
    Get "loadbalancer/forward_rule_list" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}/forwarding-rules" => forward_rule_list;
    Get "loadbalancer/generic_info" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}" => generic_info;
    Post "loadbalancer/generic_update" (
        SUBID, opt("label", Text), opt("balancing_algorithm", Text),
        opt("sticky_sessions", Switch), opt("cookie_name", Text), opt("ssl_redirect", Boolean),
        opt("proxy_protocol", Switch),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => generic_update;
    Get "loadbalancer/health_check_info" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}" => health_check_info;
    Post "loadbalancer/health_check_update" (
        SUBID, opt("protocol", Text), opt("port", Integer), opt("check_interval", Integer),
        opt("response_timeout", Integer), opt("unhealthy_threshold", Integer),
        opt("healthy_threshold", Integer), opt("path", Text),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => health_check_update;
    Post "loadbalancer/instance_attach" (SUBID, req("backendNode", Integer))
        "PATCH /v2/load-balancers/{load-balancer-id}" => instance_attach;
    Post "loadbalancer/instance_detach" (SUBID, req("backendNode", Integer))
        "PATCH /v2/load-balancers/{load-balancer-id}" => instance_detach;
    Get "loadbalancer/instance_list" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}" => instance_list;
    Post "loadbalancer/label_set" (SUBID, req("label", Text))
        "PATCH /v2/load-balancers/{load-balancer-id}" => label_set;
    Get "loadbalancer/list" (opt("SUBID", Integer))
        "GET /v2/load-balancers, GET /v2/load-balancers/{load-balancer-id}" => list;
    Post "loadbalancer/ssl_add" (
        SUBID, req("ssl_private_key", Text), req("ssl_certificate", Text), opt("ssl_chain", Text),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => ssl_add;
    Get "loadbalancer/ssl_info" (SUBID) "GET /v2/load-balancers/{load-balancer-id}" => ssl_info;
    Post "loadbalancer/ssl_remove" (SUBID)
        "DELETE /v2/load-balancers/{load-balancer-id}/ssl" => ssl_remove;
}

const BALANCER: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid load balancer.  Check SUBID value and ensure your API key matches the load \
              balancer's account",
};

/// The load balancer that `SUBID` names.
async fn id(cx: &Cx) -> Result<LoadBalancerId> {
    cx.named(BALANCER, "SUBID").await
}

async fn get(cx: &Cx) -> Result<LoadBalancer> {
    let load_balancer_id = id(cx).await?;
    cx.on(BALANCER, GetLoadBalancer { load_balancer_id }).await
}

/// A request of v2 from its fields, whose values v1's clients chose.
fn request<E: Endpoint>(fields: Map<String, Value>) -> Result<E> {
    let wrong = |problem: api::wire::Problem| {
        Failure::refused(format!("Invalid {}.  {}", problem.field, problem.text))
    };
    api::wire::decode([], fields).map_err(wrong)
}

/// The JSON inside a parameter; it was checked to be some.
fn json_of(cx: &Cx, name: &str) -> Option<Value> {
    cx.args.some_text(name).and_then(|text| serde_json::from_str(&text).ok())
}

/// The fields that are not null.
fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The cookie that is wished for, where something is; `known` is the one that there is.
fn sticky_session(cx: &Cx, known: &str) -> Result<Option<Value>> {
    let wished = cx.args.some_text("cookie_name");
    let name = match (cx.args.flag("sticky_sessions"), wished) {
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

fn ssl(cx: &Cx) -> Value {
    let text = |name: &str| json!(cx.args.some_text(name));
    let given = fields([
        ("private_key", text("ssl_private_key")),
        ("certificate", text("ssl_certificate")),
        ("chain", text("ssl_chain")),
    ]);
    Value::Object(given)
}

async fn create(cx: Cx) -> Result<Reply> {
    let region = cx.region().await?;
    let mut instances = Vec::new();
    for node in json_of(&cx, "attached_nodes").iter().filter_map(Value::as_array).flatten() {
        let number = node.as_u64().or_else(|| node.as_str()?.parse().ok());
        let number = number.ok_or_else(|| SERVER.unknown())?;
        instances.push(json!(cx.numbered::<InstanceId>(SERVER, number).await?));
    }
    let request: CreateLoadBalancer = request(fields([
        ("region", json!(region)),
        ("label", json!(cx.args.opt_text("label"))),
        ("ssl_redirect", json!(cx.args.flag("config_ssl_redirect"))),
        ("sticky_session", json!(sticky_session(&cx, "")?)),
        ("balancing_algorithm", json!(cx.args.some_text("balancing_algorithm"))),
        ("proxy_protocol", json!(cx.args.flag("proxy_protocol"))),
        ("health_check", json!(json_of(&cx, "health_check"))),
        ("forwarding_rules", json!(json_of(&cx, "forwarding_rules"))),
        ("ssl", ssl(&cx)),
        ("instances", json!(instances)),
    ]))?;
    let made = cx.send(request).await?;
    Ok(json!({ "SUBID": cx.number(Space::Subscription, made.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let load_balancer_id = id(&cx).await?;
    cx.on(BALANCER, DeleteLoadBalancer { load_balancer_id }).await?;
    cx.forget(BALANCER.space, load_balancer_id).await;
    Ok(Reply::Done)
}

/// Changes the load balancer that `SUBID` names, in some of its fields.
async fn change<const N: usize>(cx: &Cx, changes: [(&str, Value); N]) -> Result<Reply> {
    let mut changes = fields(changes);
    changes.insert("load_balancer_id".into(), json!(id(cx).await?));
    let request: UpdateLoadBalancer = request(changes)?;
    cx.on(BALANCER, request).await?;
    Ok(Reply::Done)
}

async fn label_set(cx: Cx) -> Result<Reply> {
    change(&cx, [("label", json!(cx.args.text("label")))]).await
}

async fn generic_update(cx: Cx) -> Result<Reply> {
    let known = get(&cx).await?.generic_info.sticky_sessions.cookie_name;
    let changes = [
        ("label", json!(cx.args.opt_text("label"))),
        ("balancing_algorithm", json!(cx.args.some_text("balancing_algorithm"))),
        ("sticky_session", json!(sticky_session(&cx, &known)?)),
        ("ssl_redirect", json!(cx.args.flag("ssl_redirect"))),
        ("proxy_protocol", json!(cx.args.flag("proxy_protocol"))),
    ];
    change(&cx, changes).await
}

async fn health_check_update(cx: Cx) -> Result<Reply> {
    let number = |name: &str| json!(cx.args.opt_int(name));
    let check = fields([
        ("protocol", json!(cx.args.some_text("protocol"))),
        ("port", number("port")),
        ("path", json!(cx.args.some_text("path"))),
        ("check_interval", number("check_interval")),
        ("response_timeout", number("response_timeout")),
        ("unhealthy_threshold", number("unhealthy_threshold")),
        ("healthy_threshold", number("healthy_threshold")),
    ]);
    change(&cx, [("health_check", Value::Object(check))]).await
}

async fn ssl_add(cx: Cx) -> Result<Reply> {
    change(&cx, [("ssl", ssl(&cx))]).await
}

async fn ssl_remove(cx: Cx) -> Result<Reply> {
    let load_balancer_id = id(&cx).await?;
    cx.on(BALANCER, DeleteLoadBalancerSsl { load_balancer_id }).await?;
    Ok(Reply::Done)
}

/// How often a list of instances is written, where others of v2 write it at the same time.
const ROUNDS: u32 = 4;

/// Attaches or detaches the server that `backendNode` names. v2 knows lists only: who changes one
/// here takes turns, and then looks whether the change is still there, since others may have
/// replaced the list through v2.
async fn set_attached(cx: &Cx, wanted: bool) -> Result<Reply> {
    let load_balancer_id = id(cx).await?;
    let _turn = cx.shared.balancers.turn(load_balancer_id.into()).await;
    for round in 0..=ROUNDS {
        let mut instances = get(cx).await?.instances;
        let instance: InstanceId = cx.named(SERVER, "backendNode").await?;
        if instances.contains(&instance) == wanted {
            if round == 0 && !wanted {
                let text = "Invalid backendNode.  The server is not attached to the load balancer";
                return Err(Failure::refused(text));
            }
            return Ok(Reply::Done);
        }
        if round == ROUNDS {
            // v2 has accepted it each time.
            break;
        }
        match wanted {
            true => instances.push(instance),
            false => instances.retain(|id| *id != instance),
        }
        change(cx, [("instances", json!(instances))]).await?;
    }
    tracing::warn!(%load_balancer_id, "others keep replacing this load balancer's instances");
    Ok(Reply::Done)
}

async fn instance_attach(cx: Cx) -> Result<Reply> {
    set_attached(&cx, true).await
}

async fn instance_detach(cx: Cx) -> Result<Reply> {
    set_attached(&cx, false).await
}

async fn forward_rule_create(cx: Cx) -> Result<Reply> {
    let load_balancer_id = id(&cx).await?;
    let request: CreateLoadBalancerForwardingRule = request(fields([
        ("load_balancer_id", json!(load_balancer_id)),
        ("frontend_protocol", json!(cx.args.text("frontend_protocol"))),
        ("frontend_port", json!(cx.args.int("frontend_port"))),
        ("backend_protocol", json!(cx.args.text("backend_protocol"))),
        ("backend_port", json!(cx.args.int("backend_port"))),
    ]))?;
    let rule = cx.on(BALANCER, request).await?;
    Ok(json!({ "RULEID": rule.id }).into())
}

async fn forward_rule_delete(cx: Cx) -> Result<Reply> {
    let balancer = get(&cx).await?;
    let forwarding_rule_id = cx.args.text("RULEID");
    // v2 says "not found" of both; here it can only be the rule.
    if !balancer.forwarding_rules.iter().any(|rule| rule.id == forwarding_rule_id) {
        let text =
            "Invalid forwarding rule.  Check RULEID value: the load balancer has no such rule";
        return Err(Failure::refused(text));
    }
    let load_balancer_id = balancer.id;
    cx.send(DeleteLoadBalancerForwardingRule { load_balancer_id, forwarding_rule_id }).await?;
    Ok(Reply::Done)
}

async fn forward_rule_list(cx: Cx) -> Result<Reply> {
    let request = ListLoadBalancerForwardingRules {
        load_balancer_id: id(&cx).await?,
        per_page: Some(api::page::PER_PAGE_MAX),
        cursor: None,
    };
    let rules = cx.on(BALANCER, request).await?.items;
    Ok(json!({ "forward_rule_list": forwarding(&rules) }).into())
}

async fn generic_info(cx: Cx) -> Result<Reply> {
    Ok(generic(&get(&cx).await?.generic_info).into())
}

async fn health_check_info(cx: Cx) -> Result<Reply> {
    Ok(json!(get(&cx).await?.health_check).into())
}

async fn instance_list(cx: Cx) -> Result<Reply> {
    let instances = get(&cx).await?.instances;
    let numbers = cx.numbers(Space::Subscription, instances).await?;
    Ok(json!({ "instance_list": numbers }).into())
}

async fn ssl_info(cx: Cx) -> Result<Reply> {
    Ok(json!({ "has_ssl": get(&cx).await?.has_ssl }).into())
}

async fn conf_info(cx: Cx) -> Result<Reply> {
    let balancer = get(&cx).await?;
    let instances = cx.numbers(Space::Subscription, balancer.instances).await?;
    let answer = json!({
        "generic_info": generic(&balancer.generic_info),
        "health_checks_info": balancer.health_check,
        "has_ssl": balancer.has_ssl,
        "forward_rule_list": forwarding(&balancer.forwarding_rules),
        "instance_list": instances,
    });
    Ok(answer.into())
}

async fn list(cx: Cx) -> Result<Reply> {
    if cx.args.opt_int("SUBID").is_some() {
        let balancer = get(&cx).await?;
        return Ok(json!([view(&cx, &balancer).await?]).into());
    }
    let balancers = cx.all(ListLoadBalancers::default()).await?;
    // One transaction for all that have no number yet.
    cx.numbers(Space::Subscription, balancers.iter().map(|b| b.id)).await?;
    let mut views = Vec::with_capacity(balancers.len());
    for balancer in &balancers {
        views.push(view(&cx, balancer).await?);
    }
    Ok(Value::Array(views).into())
}

async fn view(cx: &Cx, balancer: &LoadBalancer) -> Result<Value> {
    Ok(json!({
        "SUBID": cx.number(Space::Subscription, balancer.id).await?,
        "date_created": stamp(balancer.date_created),
        "DCID": cx.dcid(&balancer.region),
        "location": cx.location(&balancer.region),
        "label": balancer.label,
        "status": word(&balancer.status),
        "ipv4": balancer.ipv4,
        "ipv6": balancer.ipv6,
    }))
}

fn generic(info: &GenericInfo) -> Value {
    json!({
        "balancing_algorithm": info.balancing_algorithm,
        "ssl_redirect": info.ssl_redirect,
        "sticky_sessions": info.sticky_sessions,
        "proxy_protocol": info.proxy_protocol,
    })
}

fn forwarding(rules: &[LoadBalancerForwardingRule]) -> Value {
    let view = |rule: &LoadBalancerForwardingRule| {
        json!({
            "RULEID": rule.id,
            "frontend_protocol": rule.frontend_protocol,
            "frontend_port": rule.frontend_port,
            "backend_protocol": rule.backend_protocol,
            "backend_port": rule.backend_port,
        })
    };
    rules.iter().map(view).collect()
}
