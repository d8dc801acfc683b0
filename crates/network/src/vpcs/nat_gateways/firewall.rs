//! Firewall rules of NAT gateways: what may come in.

use std::net::Ipv4Addr;

use api::vpcs::nat_gateways::*;
use api::{Page, id};
use uuid::Uuid;

use super::handlers::in_path;
use super::{FirewallRule, NatGateway, RULES_MAX};
use crate::cx::slice;
use crate::{Cx, Refusal, Result, Routes};

/// What is said where a gateway has no rule with an id.
const UNKNOWN: &str = "Invalid Firewall Rule ID.";

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

/// A rule as its owner sees it.
fn view(rule: FirewallRule) -> NatGatewayFirewallRule {
    NatGatewayFirewallRule {
        id: id::NatFirewallRuleId(rule.id),
        action: "accept".into(),
        protocol: rule.protocol.into(),
        port: rule.port,
        subnet: rule.subnet,
        subnet_size: rule.subnet_size,
        notes: rule.notes,
    }
}

fn place(gateway: &NatGateway, id: id::NatFirewallRuleId) -> Result<usize> {
    let place = gateway.firewall.iter().position(|rule| rule.id == id.0);
    place.ok_or_else(|| Refusal::not_found(UNKNOWN).into())
}

async fn list(cx: Cx, req: ListNatGatewayFirewallRules) -> Result<Page<NatGatewayFirewallRule>> {
    let (_, gateway) = in_path(&mut cx.begin(), req.vpc_id, req.nat_gateway_id).await?;
    Ok(slice(&gateway.firewall, req.per_page, req.cursor.as_deref())?.map(view))
}

async fn create(cx: Cx, req: CreateNatGatewayFirewallRule) -> Result<NatGatewayFirewallRule> {
    check_port(&req.port)?;
    if req.subnet.parse::<Ipv4Addr>().is_err() {
        let help = format!("`{}` is no IPv4 address such as 192.0.2.0", req.subnet);
        return Err(Refusal::field("subnet", help).into());
    }
    let subnet_size = req.subnet_size.unwrap_or_default();
    if subnet_size > 32 {
        return Err(
            Refusal::field("subnet_size", format!("{subnet_size} is not from 0 to 32")).into()
        );
    }
    let mut tx = cx.begin();
    let (_, mut gateway) = in_path(&mut tx, req.vpc_id, req.nat_gateway_id).await?;
    if gateway.firewall.len() >= RULES_MAX {
        let help = format!("the gateway has {RULES_MAX} firewall rules, the most there can be");
        return Err(Refusal::bad("Bad request.").help(help).into());
    }
    let rule = FirewallRule {
        id: Uuid::now_v7(),
        protocol: req.protocol,
        port: req.port,
        subnet: req.subnet,
        subnet_size,
        notes: req.notes.unwrap_or_default(),
    };
    gateway.firewall.push(rule.clone());
    tx.put(&gateway);
    tx.commit().await?;
    Ok(view(rule))
}

/// The first and last of what is one port, or a range of them: `80`, `8000:8010`.
pub(super) fn ports(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some((port(first)?, port(last)?)).filter(|(first, last)| first <= last)
}

fn check_port(text: &str) -> Result<()> {
    match ports(text) {
        Some(_) => Ok(()),
        None => {
            let help = format!("`{text}` is no port and no range; write `80` or `8000:8010`");
            Err(Refusal::field("port", help).into())
        }
    }
}

async fn get(cx: Cx, req: GetNatGatewayFirewallRule) -> Result<NatGatewayFirewallRule> {
    let (_, gateway) = in_path(&mut cx.begin(), req.vpc_id, req.nat_gateway_id).await?;
    let place = place(&gateway, req.firewall_rule_id)?;
    Ok(view(gateway.firewall[place].clone()))
}

async fn update(cx: Cx, req: UpdateNatGatewayFirewallRule) -> Result<NatGatewayFirewallRule> {
    let mut tx = cx.begin();
    let (_, mut gateway) = in_path(&mut tx, req.vpc_id, req.nat_gateway_id).await?;
    let place = place(&gateway, req.firewall_rule_id)?;
    // Notes are all that can change: who empties them sends nothing at all.
    gateway.firewall[place].notes = req.notes.unwrap_or_default();
    tx.put(&gateway);
    tx.commit().await?;
    Ok(view(gateway.firewall[place].clone()))
}

async fn delete(cx: Cx, req: DeleteNatGatewayFirewallRule) -> Result<()> {
    let mut tx = cx.begin();
    let (_, mut gateway) = in_path(&mut tx, req.vpc_id, req.nat_gateway_id).await?;
    let place = place(&gateway, req.firewall_rule_id)?;
    gateway.firewall.remove(place);
    tx.put(&gateway);
    tx.commit().await
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
