//! Rules of NAT gateways: what may come in, and which of their ports lead where in the VPC.

use std::net::Ipv4Addr;

use api::Time;
use api::vpcs::*;
use uuid::Uuid;

use super::{FirewallRule, ForwardingRule, Gateway, NatGateway, RULES_MAX, transports};
use crate::vpcs::{PrivateNetwork, members};
use crate::{
    Part, Refusal, Result, Routes, Tx, alike, ensure, in_range, lies_in, parsed, refuse, set_alike,
};

pub(super) fn routes() -> Routes {
    let firewall = Routes::parts::<FirewallRule>()
        .list::<ListNatGatewayFirewallRules>()
        .create_with(|tx, gateway, req| Box::pin(allow(tx, gateway, req)))
        .get::<GetNatGatewayFirewallRule>()
        .update_shown(|_, _, rule, update: UpdateNatGatewayFirewallRule| {
            // Notes are all that can change: who empties them sends nothing at all.
            rule.notes = update.notes.unwrap_or_default();
            Ok(())
        })
        .remove::<DeleteNatGatewayFirewallRule>();
    let forwarding = Routes::parts::<ForwardingRule>()
        .list::<ListNatGatewayPortForwardingRules>()
        .create_with(|tx, gateway, req| Box::pin(forward(tx, gateway, req)))
        .get::<GetNatGatewayPortForwardingRule>()
        .update_shown_with(|tx, gateway, rule, req| Box::pin(change(tx, gateway, rule, req)))
        .remove::<DeleteNatGatewayPortForwardingRule>();
    firewall.and(forwarding).done()
}

impl Part for FirewallRule {
    lies_in!(NatGateway, firewall => NatGatewayFirewallRule {
        id, protocol, port, subnet, subnet_size, notes; action: "accept".into()
    });
    const UNKNOWN: &'static str = "Invalid Firewall Rule ID.";

    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Gateway> {
        tx.in_path(&path[..2]).await // within its VPC
    }
}

async fn allow(
    tx: &mut Tx,
    gateway: &mut Gateway,
    req: CreateNatGatewayFirewallRule,
) -> Result<FirewallRule> {
    check_port(&req.port)?;
    parsed::<Ipv4Addr>("subnet", &req.subnet, "IPv4 address such as 192.0.2.0")?;
    let subnet_size = in_range("subnet_size", req.subnet_size.unwrap_or_default(), 0..=32)?;
    check_room("firewall", gateway.firewall.len())?;
    Ok(alike!(req => FirewallRule {
        protocol, port, subnet;
        id: new_id(tx),
        subnet_size,
        notes: req.notes.unwrap_or_default(),
    }))
}

/// A rule's id: a new one, or that of the original.
fn new_id(tx: &Tx) -> Uuid {
    let given = tx.given_id("nat-gateway-rule").and_then(|id| id.parse().ok());
    given.unwrap_or_else(engine::chance::new_id)
}

/// The first and last of what is one port, or a range of them: `80`, `8000:8010`.
pub(super) fn ports(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some((port(first)?, port(last)?)).filter(|(first, last)| first <= last)
}

fn check_port(text: &str) -> Result<()> {
    let help = format_args!("`{text}` is no port and no range; write `80` or `8000:8010`");
    ensure(ports(text).is_some(), "port", help)
}

/// Refuses one more rule of a sort where a gateway has as many as it can have.
fn check_room(sort: &str, rules: usize) -> Result<()> {
    let help = format!("the gateway has {RULES_MAX} {sort} rules, the most there can be");
    Refusal::bad("Bad request.").help(help).unless(rules < RULES_MAX)
}

impl Part for ForwardingRule {
    lies_in!(NatGateway, forwarding => NatGatewayPortForwardingRule {
        id, name, protocol, external_port, internal_ip, internal_port, enabled, description,
        created_at, updated_at
    });
    const UNKNOWN: &'static str = "Invalid Port Forwarding Rule ID.";

    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Gateway> {
        FirewallRule::owner(tx, path).await
    }
}

/// Refuses a rule that leads nowhere, or from where another rule of the gateway leads elsewhere.
async fn check(tx: &mut Tx, rule: &ForwardingRule, gateway: &NatGateway) -> Result<()> {
    in_range("external_port", rule.external_port, 1..=u16::MAX)?;
    in_range("internal_port", rule.internal_port, 1..=u16::MAX)?;
    let what = "IPv4 address such as 10.0.0.3";
    let address: Ipv4Addr = parsed("internal_ip", &rule.internal_ip, what)?;
    let network = tx.get::<PrivateNetwork>(gateway.network).await?;
    if !members::holds(&network, address) {
        let text = format!("{address} is not in the VPC, {}", network.subnet);
        tx.cx().warn("internal_ip", text);
    }
    let shares = |other: &ForwardingRule| {
        let mine = transports(rule.protocol);
        transports(other.protocol).iter().any(|protocol| mine.contains(protocol))
    };
    let mut others = gateway.forwarding.iter().filter(|other| other.id != rule.id);
    let clash = others.find(|other| other.external_port == rule.external_port && shares(other));
    let Some(other) = clash else { return Ok(()) };
    refuse("external_port", format!("rule {} forwards {} already", other.id, other.external_port))
}

async fn forward(
    tx: &mut Tx,
    gateway: &mut Gateway,
    req: CreateNatGatewayPortForwardingRule,
) -> Result<ForwardingRule> {
    check_room("forwarding", gateway.forwarding.len())?;
    let now = Time::from_millis(tx.cx().created()).spaced();
    let rule = alike!(req => ForwardingRule {
        protocol, external_port, internal_ip, internal_port;
        id: new_id(tx),
        name: req.name.unwrap_or_default(),
        enabled: req.enabled.unwrap_or(true),
        description: req.description.unwrap_or_default(),
        created_at: now.clone(),
        updated_at: now,
    });
    check(tx, &rule, gateway).await?;
    Ok(rule)
}

async fn change(
    tx: &mut Tx,
    gateway: &Gateway,
    rule: &mut ForwardingRule,
    req: UpdateNatGatewayPortForwardingRule,
) -> Result<()> {
    set_alike!(req => rule {
        name, protocol, external_port, internal_ip, internal_port, enabled, description
    });
    rule.updated_at = tx.cx().time().spaced();
    check(tx, rule, gateway).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_or_a_rising_range() {
        for good in ["1", "80", "65535", "80:80", "8000:8010"] {
            assert!(check_port(good).is_ok(), "{good}");
        }
        for bad in ["", "0", "65536", "80-90", "90:80", "0:9", "80:", ":80", "1:2:3", "http", " 80"]
        {
            assert!(check_port(bad).is_err(), "{bad}");
        }
    }
}
