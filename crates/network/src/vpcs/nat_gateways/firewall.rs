//! Firewall rules of NAT gateways: what may come in.

use std::net::Ipv4Addr;

use api::vpcs::*;
use uuid::Uuid;

use super::handlers::check_room;
use super::{FirewallRule, Gateway, NatGateway};
use crate::{Cx, Part, Result, Routes, Tx, alike, ensure, in_range, lies_in, parsed};

pub(super) fn routes() -> Routes {
    Routes::parts::<FirewallRule>()
        .list::<ListNatGatewayFirewallRules>()
        .create(new)
        .get::<GetNatGatewayFirewallRule>()
        .update_shown(|_, _, rule, update: UpdateNatGatewayFirewallRule| {
            // Notes are all that can change: who empties them sends nothing at all.
            rule.notes = update.notes.unwrap_or_default();
            Ok(())
        })
        .remove::<DeleteNatGatewayFirewallRule>()
        .done()
}

impl Part for FirewallRule {
    lies_in!(NatGateway, firewall);
    type View = NatGatewayFirewallRule;
    const UNKNOWN: &'static str = "Invalid Firewall Rule ID.";

    fn is(&self, id: &str) -> bool {
        id.parse() == Ok(self.id)
    }
    fn view(&self, _: &Gateway) -> NatGatewayFirewallRule {
        alike!(self => NatGatewayFirewallRule {
            id, protocol, port, subnet, subnet_size, notes; action: "accept".into()
        })
    }
    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Gateway> {
        tx.in_path(&path[..2]).await
    }
}

fn new(_: &Cx, gateway: &mut Gateway, req: CreateNatGatewayFirewallRule) -> Result<FirewallRule> {
    check_port(&req.port)?;
    parsed::<Ipv4Addr>("subnet", &req.subnet, "IPv4 address such as 192.0.2.0")?;
    let subnet_size = in_range("subnet_size", req.subnet_size.unwrap_or_default(), 0..=32)?;
    check_room("firewall", gateway.firewall.len())?;
    Ok(alike!(req => FirewallRule {
        protocol, port, subnet;
        id: Uuid::now_v7(),
        subnet_size,
        notes: req.notes.unwrap_or_default(),
    }))
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
