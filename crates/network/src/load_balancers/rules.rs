//! Rules of load balancers: which ports lead where, and who may reach them.
//!
//! What was sent is kept as it was sent, since clients compare it as text; rules are compared by
//! what they mean. A rule that is given again keeps its id.

use api::firewalls::IpType;
use api::load_balancers::*;

use super::{Balancer, FirewallRule, ForwardingRule, LoadBalancer};
use crate::firewalls::CLOUDFLARE;
use crate::{Cx, Network, Part, Refusal, Result, Routes, alike, ensure, in_range, lies_in};

/// How many forwarding rules a load balancer can have.
const FORWARDING_MAX: usize = 15;
/// How many firewall rules: the row is written whole.
const FIREWALL_MAX: usize = 200;
/// What a port can be.
pub(super) const PORTS: std::ops::RangeInclusive<u16> = 1..=u16::MAX;
/// Ports that load balancers need for themselves.
const RESERVED: std::ops::RangeInclusive<u16> = 65300..=65310;

pub(super) fn routes() -> Routes {
    let forwarding = Routes::parts::<ForwardingRule>()
        .list::<ListLoadBalancerForwardingRules>()
        .get::<GetLoadBalancerForwardingRule>()
        .remove::<DeleteLoadBalancerForwardingRule>()
        .create(|_, balancer, new: CreateLoadBalancerForwardingRule| {
            let rule = alike!(new => NewForwardingRule {
                frontend_protocol, frontend_port, backend_protocol, backend_port
            });
            forwarding_rule(&balancer.forwarding, rule, "")
        });
    let firewall = Routes::parts::<FirewallRule>()
        .list::<ListLoadBalancerFirewallRules>()
        .get::<GetLoadBalancerFirewallRule>()
        .remove::<DeleteLoadBalancerFirewallRule>();
    forwarding.and(firewall).and(Routes::of::<LoadBalancer>().update(add_firewall)).done()
}

impl Part for ForwardingRule {
    lies_in!(LoadBalancer, forwarding => LoadBalancerForwardingRule {
        id, frontend_protocol, frontend_port, backend_protocol, backend_port
    });
    const UNKNOWN: &'static str = "Invalid forwarding rule ID";
}

impl Part for FirewallRule {
    lies_in!(LoadBalancer, firewall => LoadBalancerFirewallRule { id, port, source, ip_type });
    const UNKNOWN: &'static str = "Invalid firewall rule ID";
}

/// A new rule's id.
fn new_id() -> String {
    format!("{:016x}", u64::from_be_bytes(engine::chance::bytes()))
}

fn check_own_port(field: &str, port: u16) -> Result<()> {
    in_range(field, port, PORTS)?;
    let (first, last) = (RESERVED.start(), RESERVED.end());
    let text = format!("{port} is reserved; load balancers use {first} to {last} themselves");
    ensure(!RESERVED.contains(&port), field, text)
}

/// The rules that are made of what is wanted; one that is among the known ones keeps its id.
///
/// # Errors
/// 400 naming the rule and field that cannot be so.
pub(super) fn renewed<New, Rule: Clone + PartialEq>(
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
        rules.push(known.iter().find(is_same).cloned().unwrap_or(rule));
    }
    Ok(rules)
}

/// A rule that is to come to `others`; `path` leads to its fields.
pub(super) fn forwarding_rule(
    others: &[ForwardingRule],
    new: NewForwardingRule,
    path: &str,
) -> Result<ForwardingRule> {
    check_own_port(&format!("{path}frontend_port"), new.frontend_port)?;
    in_range(&format!("{path}backend_port"), new.backend_port, PORTS)?;
    let help = format!("forwarding_rules: there are {FORWARDING_MAX} at most");
    let full = Refusal::bad("Maximum forwarding rules exceeded.").help(help);
    full.unless(others.len() < FORWARDING_MAX)?;
    // HTTP/3 aside, only UDP can share a port with what else there is.
    let is_udp = |protocol| protocol == BalancedProtocol::Udp;
    let udp = is_udp(new.frontend_protocol);
    let clashes = |other: &ForwardingRule| {
        other.frontend_port == new.frontend_port && is_udp(other.frontend_protocol) == udp
    };
    let text = format_args!("another rule forwards {} already", new.frontend_port);
    ensure(!others.iter().any(clashes), &format!("{path}frontend_port"), text)?;
    Ok(alike!(new => ForwardingRule {
        frontend_protocol, frontend_port, backend_protocol, backend_port; id: new_id()
    }))
}

/// A rule that is to come to `others`; `path` leads to its fields.
pub(super) fn firewall_rule(
    others: &[FirewallRule],
    new: NewFirewallRule,
    path: &str,
) -> Result<FirewallRule> {
    check_own_port(&format!("{path}port"), new.port)?;
    let from = source(&new.source, new.ip_type)
        .map_err(|help| Refusal::field(&format!("{path}source"), help))?;
    let help = format!("firewall_rules: there are {FIREWALL_MAX} at most");
    let full = Refusal::bad("Maximum firewall rules exceeded").help(help);
    full.unless(others.len() < FIREWALL_MAX)?;
    let is_like = |other: &FirewallRule| {
        let same = other.port == new.port && other.ip_type == new.ip_type;
        same && source(&other.source, new.ip_type).is_ok_and(|other| other == from)
    };
    let help = format!("{path}source: {} may reach port {} already", new.source, new.port);
    let twice = Refusal::bad("This rule is already defined").help(help);
    twice.unless(!others.iter().any(is_like))?;
    Ok(alike!(new => FirewallRule { port, source, ip_type; id: new_id() }))
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
    let network = network.filter(|network| network.address().is_ipv6() == wanted);
    let help = || format!("`{text}` is no {word} network such as `{example}`, nor `{CLOUDFLARE}`");
    network.ok_or_else(help).map(Some)
}

fn add_firewall(
    _: &Cx,
    balancer: &mut Balancer,
    req: CreateLoadBalancerFirewallRules,
) -> Result<()> {
    ensure(!req.firewall_rules.is_empty(), "firewall_rules", "give at least one rule")?;
    for (place, new) in req.firewall_rules.into_iter().enumerate() {
        let path = format!("firewall_rules[{place}].");
        let rule = firewall_rule(&balancer.firewall, new, &path)?;
        balancer.firewall.push(rule);
    }
    Ok(())
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
