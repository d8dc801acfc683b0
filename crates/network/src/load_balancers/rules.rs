//! Rules of load balancers: which ports lead where, and who may reach them.
//!
//! What was sent is kept as it was sent, since clients compare it as text; rules are compared by
//! what they mean. A rule that is given again keeps its id.

use api::load_balancers::rules::*;
use api::{Page, firewalls::IpType};
use uuid::Uuid;

use super::{FirewallRule, ForwardingRule, LoadBalancer, change};
use crate::cx::slice;
use crate::firewalls::CLOUDFLARE;
use crate::{Cx, Network, Refusal, Result, Routes};

/// How many forwarding rules a load balancer can have.
const FORWARDING_MAX: usize = 15;
/// How many firewall rules: the row is written whole.
const FIREWALL_MAX: usize = 200;
/// Ports that load balancers need for themselves.
const RESERVED: std::ops::RangeInclusive<u16> = 65300..=65310;
/// What is said where there is no rule with an id.
const UNKNOWN_FORWARDING: &str = "Invalid forwarding rule ID";
/// The same of firewall rules.
const UNKNOWN_FIREWALL: &str = "Invalid firewall rule ID";

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list_forwarding)
        .on(create_forwarding)
        .on(get_forwarding)
        .on(delete_forwarding)
        .on(list_firewall)
        .on(create_firewall)
        .on(get_firewall)
        .on(delete_firewall)
}

/// A forwarding rule as its owner sees it.
pub(super) fn view(rule: ForwardingRule) -> LoadBalancerForwardingRule {
    LoadBalancerForwardingRule {
        id: rule.id,
        frontend_protocol: rule.frontend_protocol.into(),
        frontend_port: rule.frontend_port,
        backend_protocol: rule.backend_protocol.into(),
        backend_port: rule.backend_port,
    }
}

/// The same of a firewall rule.
pub(super) fn view_firewall(rule: FirewallRule) -> LoadBalancerFirewallRule {
    let FirewallRule { id, port, source, ip_type } = rule;
    LoadBalancerFirewallRule { id, port, source, ip_type: ip_type.into() }
}

/// A new rule's id.
fn new_id() -> String {
    // The random half of a UUID.
    format!("{:016x}", Uuid::now_v7().as_u64_pair().1)
}

/// Refuses port 0.
pub(super) fn check_port(field: &str, port: u16) -> Result<()> {
    match port {
        0 => Err(Refusal::field(field, "0 is not from 1 to 65535").into()),
        _ => Ok(()),
    }
}

fn check_own_port(field: &str, port: u16) -> Result<()> {
    check_port(field, port)?;
    if RESERVED.contains(&port) {
        let (first, last) = (RESERVED.start(), RESERVED.end());
        let help = format!("{port} is reserved; load balancers use {first} to {last} themselves");
        return Err(Refusal::field(field, help).into());
    }
    Ok(())
}

/// The forwarding rules that are wanted, where `known` are there.
///
/// # Errors
/// 400 naming the rule and field that cannot be so.
pub(super) fn forwarding(
    known: &[ForwardingRule],
    wanted: Vec<NewForwardingRule>,
) -> Result<Vec<ForwardingRule>> {
    renewed("forwarding_rules", known, wanted, forwarding_rule, |rule| &mut rule.id)
}

/// The rules that are made of what is wanted; one that is among the known ones keeps its id.
fn renewed<New, Rule: Clone + PartialEq>(
    field: &str,
    known: &[Rule],
    wanted: Vec<New>,
    make: fn(&[Rule], New, &str) -> Result<Rule>,
    id: fn(&mut Rule) -> &mut String,
) -> Result<Vec<Rule>> {
    let mut rules = Vec::with_capacity(wanted.len());
    for (place, new) in wanted.into_iter().enumerate() {
        let mut rule = make(&rules, new, &format!("{field}[{place}]."))?;
        let new_id = id(&mut rule).clone();
        let is_same = |old: &&Rule| {
            let mut old = (*old).clone();
            id(&mut old).clone_from(&new_id);
            old == rule
        };
        let same = known.iter().find(is_same).cloned();
        rules.push(same.unwrap_or(rule));
    }
    Ok(rules)
}

/// A rule that is to come to `others`; `path` leads to its fields.
fn forwarding_rule(
    others: &[ForwardingRule],
    new: NewForwardingRule,
    path: &str,
) -> Result<ForwardingRule> {
    check_own_port(&format!("{path}frontend_port"), new.frontend_port)?;
    check_port(&format!("{path}backend_port"), new.backend_port)?;
    if others.len() >= FORWARDING_MAX {
        let help = format!("forwarding_rules: there are {FORWARDING_MAX} at most");
        return Err(Refusal::bad("Maximum forwarding rules exceeded.").help(help).into());
    }
    // HTTP/3 aside, only UDP can share a port with what else there is.
    let is_udp = |protocol| protocol == BalancedProtocol::Udp;
    let udp = is_udp(new.frontend_protocol);
    let clashes = |other: &&ForwardingRule| {
        other.frontend_port == new.frontend_port && is_udp(other.frontend_protocol) == udp
    };
    if others.iter().any(|other| clashes(&other)) {
        let help = format!("another rule forwards {} already", new.frontend_port);
        return Err(Refusal::field(&format!("{path}frontend_port"), help).into());
    }
    Ok(ForwardingRule {
        id: new_id(),
        frontend_protocol: new.frontend_protocol,
        frontend_port: new.frontend_port,
        backend_protocol: new.backend_protocol,
        backend_port: new.backend_port,
    })
}

/// The firewall rules that are wanted, where `known` are there.
///
/// # Errors
/// 400 naming the rule and field that cannot be so.
pub(super) fn firewall(
    known: &[FirewallRule],
    wanted: Vec<NewFirewallRule>,
) -> Result<Vec<FirewallRule>> {
    renewed("firewall_rules", known, wanted, firewall_rule, |rule| &mut rule.id)
}

/// A rule that is to come to `others`; `path` leads to its fields.
fn firewall_rule(
    others: &[FirewallRule],
    new: NewFirewallRule,
    path: &str,
) -> Result<FirewallRule> {
    check_own_port(&format!("{path}port"), new.port)?;
    let from = source(&new.source, new.ip_type)
        .map_err(|help| Refusal::field(&format!("{path}source"), help))?;
    if others.len() >= FIREWALL_MAX {
        let help = format!("firewall_rules: there are {FIREWALL_MAX} at most");
        return Err(Refusal::bad("Maximum firewall rules exceeded").help(help).into());
    }
    let is_like = |other: &FirewallRule| {
        let same = other.port == new.port && other.ip_type == new.ip_type;
        same && source(&other.source, new.ip_type).is_ok_and(|other| other == from)
    };
    if others.iter().any(is_like) {
        let help = format!("{path}source: {} may reach port {} already", new.source, new.port);
        return Err(Refusal::bad("This rule is already defined").help(help).into());
    }
    let (port, source, ip_type) = (new.port, new.source, new.ip_type);
    Ok(FirewallRule { id: new_id(), port, source, ip_type })
}

/// The network that a source means; none: those of Cloudflare.
pub(super) fn source(text: &str, ip_type: IpType) -> Result<Option<Network>, String> {
    if text == CLOUDFLARE {
        return Ok(None);
    }
    let (wanted, word, example) = match ip_type {
        IpType::V4 => (false, "IPv4", "192.0.2.0/24"),
        IpType::V6 => (true, "IPv6", "2001:db8::/32"),
    };
    let network = text.parse::<Network>().ok().filter(|_| text.contains('/'));
    match network.filter(|network| network.address().is_ipv6() == wanted) {
        Some(network) => Ok(Some(network)),
        None => {
            Err(format!("`{text}` is no {word} network such as `{example}`, nor `{CLOUDFLARE}`"))
        }
    }
}

/// The place of the rule that the path names.
fn place(
    mut ids: impl Iterator<Item = impl AsRef<str>>,
    id: &str,
    unknown: &'static str,
) -> Result<usize> {
    ids.position(|own| own.as_ref() == id).ok_or_else(|| Refusal::not_found(unknown).into())
}

fn forwarding_place(balancer: &LoadBalancer, id: &str) -> Result<usize> {
    place(balancer.forwarding.iter().map(|rule| &rule.id), id, UNKNOWN_FORWARDING)
}

fn firewall_place(balancer: &LoadBalancer, id: &str) -> Result<usize> {
    place(balancer.firewall.iter().map(|rule| &rule.id), id, UNKNOWN_FIREWALL)
}

async fn list_forwarding(
    cx: Cx,
    req: ListLoadBalancerForwardingRules,
) -> Result<Page<LoadBalancerForwardingRule>> {
    let balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    Ok(slice(&balancer.forwarding, req.per_page, req.cursor.as_deref())?.map(view))
}

async fn create_forwarding(
    cx: Cx,
    req: CreateLoadBalancerForwardingRule,
) -> Result<LoadBalancerForwardingRule> {
    let new = NewForwardingRule {
        frontend_protocol: req.frontend_protocol,
        frontend_port: req.frontend_port,
        backend_protocol: req.backend_protocol,
        backend_port: req.backend_port,
    };
    change(&cx, req.load_balancer_id, |balancer| {
        let rule = forwarding_rule(&balancer.forwarding, new, "")?;
        balancer.forwarding.push(rule.clone());
        Ok(view(rule))
    })
    .await
}

async fn get_forwarding(
    cx: Cx,
    req: GetLoadBalancerForwardingRule,
) -> Result<LoadBalancerForwardingRule> {
    let mut balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    let place = forwarding_place(&balancer, &req.forwarding_rule_id)?;
    Ok(view(balancer.forwarding.swap_remove(place)))
}

async fn delete_forwarding(cx: Cx, req: DeleteLoadBalancerForwardingRule) -> Result<()> {
    change(&cx, req.load_balancer_id, |balancer| {
        let place = forwarding_place(balancer, &req.forwarding_rule_id)?;
        balancer.forwarding.remove(place);
        Ok(())
    })
    .await
}

async fn list_firewall(
    cx: Cx,
    req: ListLoadBalancerFirewallRules,
) -> Result<Page<LoadBalancerFirewallRule>> {
    let balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    Ok(slice(&balancer.firewall, req.per_page, req.cursor.as_deref())?.map(view_firewall))
}

async fn create_firewall(cx: Cx, req: CreateLoadBalancerFirewallRules) -> Result<()> {
    change(&cx, req.load_balancer_id, |balancer| {
        if req.firewall_rules.is_empty() {
            return Err(Refusal::field("firewall_rules", "give at least one rule").into());
        }
        for (place, new) in req.firewall_rules.into_iter().enumerate() {
            let path = format!("firewall_rules[{place}].");
            let rule = firewall_rule(&balancer.firewall, new, &path)?;
            balancer.firewall.push(rule);
        }
        Ok(())
    })
    .await
}

async fn get_firewall(
    cx: Cx,
    req: GetLoadBalancerFirewallRule,
) -> Result<LoadBalancerFirewallRule> {
    let mut balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    let place = firewall_place(&balancer, &req.firewall_rule_id)?;
    Ok(view_firewall(balancer.firewall.swap_remove(place)))
}

async fn delete_firewall(cx: Cx, req: DeleteLoadBalancerFirewallRule) -> Result<()> {
    change(&cx, req.load_balancer_id, |balancer| {
        let place = firewall_place(balancer, &req.firewall_rule_id)?;
        balancer.firewall.remove(place);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_network_of_its_version_or_cloudflare() {
        let fits = |text: &str, ip_type| source(text, ip_type).is_ok();
        for text in ["192.0.2.0/24", "192.168.1.1/16", "0.0.0.0/0", "cloudflare"] {
            assert!(fits(text, IpType::V4), "{text}");
        }
        for text in ["2001:db8::/32", "::/0", "cloudflare"] {
            assert!(fits(text, IpType::V6), "{text}");
        }
        for text in ["", "192.0.2.1", "2001:db8::/32", "192.0.2.0/33", "Cloudflare ", "any"] {
            assert!(!fits(text, IpType::V4), "{text}");
        }
        assert!(!fits("192.0.2.0/24", IpType::V6));
    }

    #[test]
    fn ids_have_sixteen_digits() {
        let (one, other) = (new_id(), new_id());
        assert!(one.len() == 16 && one.bytes().all(|b| b.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, other);
    }
}
