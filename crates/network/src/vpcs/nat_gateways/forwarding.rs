//! Port forwarding rules of NAT gateways: which of its ports lead where in the VPC.

use std::net::Ipv4Addr;

use api::Endpoint;
use api::vpcs::{NatGatewayPortForwardingRule as View, *};
use uuid::Uuid;

use super::handlers::{in_path, stamp};
use super::{ForwardingRule, Gateway, NatGateway, RULES_MAX, transports};
use crate::vpcs::{PrivateNetwork, members};
use crate::{Cx, Part, Refusal, Result, Routes, Tx, in_range, lies_in};

pub(super) fn routes() -> Routes {
    Routes::parts::<ForwardingRule>()
        .list::<ListNatGatewayPortForwardingRules>()
        .on(create)
        .get::<GetNatGatewayPortForwardingRule>()
        .on(update)
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
        let rule = self.clone();
        View {
            id: rule.id.into(),
            name: rule.name,
            protocol: rule.protocol.into(),
            external_port: rule.external_port,
            internal_ip: rule.internal_ip,
            internal_port: rule.internal_port,
            enabled: rule.enabled,
            description: rule.description,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Gateway> {
        Ok(in_path(tx, path).await?.1)
    }
}

/// Refuses a rule that leads nowhere, or from where another rule of the gateway leads elsewhere.
fn check(
    cx: &Cx,
    rule: &ForwardingRule,
    network: &PrivateNetwork,
    gateway: &NatGateway,
) -> Result<()> {
    in_range("external_port", rule.external_port, 1..=u16::MAX)?;
    in_range("internal_port", rule.internal_port, 1..=u16::MAX)?;
    let Ok(address) = rule.internal_ip.parse::<Ipv4Addr>() else {
        let help = format!("`{}` is no IPv4 address such as 10.0.0.3", rule.internal_ip);
        return Err(Refusal::field("internal_ip", help).into());
    };
    if !members::holds(network, address) {
        cx.warn("internal_ip", format!("{address} is not in the VPC, {}", network.subnet));
    }
    let shares = |other: &ForwardingRule| {
        let mine = transports(rule.protocol);
        transports(other.protocol).iter().any(|protocol| mine.contains(protocol))
    };
    let mut others = gateway.forwarding.iter().filter(|other| other.id != rule.id);
    let clash = others.find(|other| other.external_port == rule.external_port && shares(other));
    let Some(other) = clash else { return Ok(()) };
    let help = format!("rule {} forwards {} already", other.id, other.external_port);
    Err(Refusal::field("external_port", help).into())
}

async fn create(cx: Cx, req: CreateNatGatewayPortForwardingRule) -> Result<View> {
    let mut tx = cx.begin();
    let (network, mut gateway) = in_path(&mut tx, &req.path()).await?;
    if gateway.forwarding.len() >= RULES_MAX {
        let help = format!("the gateway has {RULES_MAX} forwarding rules, the most there can be");
        return Err(Refusal::bad("Bad request.").help(help).into());
    }
    let rule = ForwardingRule {
        id: Uuid::now_v7(),
        name: req.name.unwrap_or_default(),
        protocol: req.protocol,
        external_port: req.external_port,
        internal_ip: req.internal_ip,
        internal_port: req.internal_port,
        enabled: req.enabled.unwrap_or(true),
        description: req.description.unwrap_or_default(),
        created_at: stamp(cx.time()),
        updated_at: stamp(cx.time()),
    };
    check(&cx, &rule, &network, &gateway)?;
    gateway.forwarding.push(rule.clone());
    tx.save(&gateway).await?;
    Ok(rule.view(&gateway))
}

async fn update(cx: Cx, req: UpdateNatGatewayPortForwardingRule) -> Result<View> {
    let mut tx = cx.begin();
    let (network, mut gateway) = in_path(&mut tx, &req.path()).await?;
    let id = req.port_forwarding_rule_id.0;
    let place = gateway.forwarding.iter().position(|rule| rule.id == id);
    let place = place.ok_or_else(|| Refusal::not_found(ForwardingRule::UNKNOWN))?;
    let was = gateway.forwarding[place].clone();
    let rule = ForwardingRule {
        id: was.id,
        name: req.name.unwrap_or(was.name),
        protocol: req.protocol.unwrap_or(was.protocol),
        external_port: req.external_port.unwrap_or(was.external_port),
        internal_ip: req.internal_ip.unwrap_or(was.internal_ip),
        internal_port: req.internal_port.unwrap_or(was.internal_port),
        enabled: req.enabled.unwrap_or(was.enabled),
        description: req.description.unwrap_or(was.description),
        created_at: was.created_at,
        updated_at: stamp(cx.time()),
    };
    check(&cx, &rule, &network, &gateway)?;
    gateway.forwarding[place] = rule.clone();
    tx.save(&gateway).await?;
    Ok(rule.view(&gateway))
}
