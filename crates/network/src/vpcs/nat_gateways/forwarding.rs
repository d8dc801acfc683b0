//! Port forwarding rules of NAT gateways: which of its ports lead where in the VPC.

use std::net::Ipv4Addr;

use api::vpcs::{NatGatewayPortForwardingRule as View, *};
use uuid::Uuid;

use super::handlers::{check_room, stamp};
use super::{ForwardingRule, Gateway, NatGateway, transports};
use crate::vpcs::{PrivateNetwork, members};
use crate::{Part, Result, Routes, Tx, alike, in_range, lies_in, parsed, refuse, set};

pub(super) fn routes() -> Routes {
    Routes::parts::<ForwardingRule>()
        .list::<ListNatGatewayPortForwardingRules>()
        .create_with(|tx, gateway, req| Box::pin(create(tx, gateway, req)))
        .get::<GetNatGatewayPortForwardingRule>()
        .update_shown_with(|tx, gateway, rule, req| Box::pin(update(tx, gateway, rule, req)))
        .remove::<DeleteNatGatewayPortForwardingRule>()
        .done()
}

impl Part for ForwardingRule {
    lies_in!(NatGateway, forwarding);
    type View = View;
    const UNKNOWN: &'static str = "Invalid Port Forwarding Rule ID.";

    fn is(&self, id: &str) -> bool {
        id.parse() == Ok(self.id)
    }
    fn view(&self, _: &Gateway) -> View {
        alike!(self => View {
            id, name, protocol, external_port, internal_ip, internal_port, enabled, description,
            created_at, updated_at
        })
    }
    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Gateway> {
        tx.in_path(&path[..2]).await
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

async fn create(
    tx: &mut Tx,
    gateway: &mut Gateway,
    req: CreateNatGatewayPortForwardingRule,
) -> Result<ForwardingRule> {
    check_room("forwarding", gateway.forwarding.len())?;
    let now = stamp(tx.cx().time());
    let rule = alike!(req => ForwardingRule {
        protocol, external_port, internal_ip, internal_port;
        id: Uuid::now_v7(),
        name: req.name.unwrap_or_default(),
        enabled: req.enabled.unwrap_or(true),
        description: req.description.unwrap_or_default(),
        created_at: now.clone(),
        updated_at: now,
    });
    check(tx, &rule, gateway).await?;
    Ok(rule)
}

async fn update(
    tx: &mut Tx,
    gateway: &Gateway,
    rule: &mut ForwardingRule,
    req: UpdateNatGatewayPortForwardingRule,
) -> Result<()> {
    set(&mut rule.name, req.name);
    set(&mut rule.protocol, req.protocol);
    set(&mut rule.external_port, req.external_port);
    set(&mut rule.internal_ip, req.internal_ip);
    set(&mut rule.internal_port, req.internal_port);
    set(&mut rule.enabled, req.enabled);
    set(&mut rule.description, req.description);
    rule.updated_at = stamp(tx.cx().time());
    check(tx, rule, gateway).await
}
