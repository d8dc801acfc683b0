//! The life of a NAT gateway: set up, given its rules, removed.

use std::net::SocketAddrV4;

use api::vpcs::NatFirewallProtocol;
use drivers::GatewaySpec;
use drivers::gateway::{Accepted, Forwarding, Transport};
use engine::{Next, StepError};

use super::{FirewallRule, ForwardingRule, NatGateway, rules, transports};
use crate::life::provision;
use crate::{Doc, Life, LifeCx, Network};

impl Life for NatGateway {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = doc.spec();
        provision(doc, &spec, cx).await
    }
}

impl NatGateway {
    /// It as the driver gets it, without what only people read. Rules were checked when they came:
    /// none that is in force is left out.
    fn spec(&self) -> GatewaySpec {
        let in_force = self.forwarding.iter().filter(|rule| rule.enabled);
        GatewaySpec {
            network: self.network,
            private_ipv4: self.private_ip,
            public_ipv4: self.public_ip,
            public_ipv6: self.public_ipv6,
            firewall: self.firewall.iter().filter_map(accepted).collect(),
            forwarding: in_force.flat_map(forwarding).collect(),
        }
    }
}

fn accepted(rule: &FirewallRule) -> Option<Accepted> {
    let transport = match rule.protocol {
        NatFirewallProtocol::Tcp => Transport::Tcp,
        NatFirewallProtocol::Udp => Transport::Udp,
    };
    let (first_port, last_port) = rules::ports(&rule.port)?;
    let size = u8::try_from(rule.subnet_size).ok()?;
    let from = Network::new(rule.subnet.parse().ok()?, size)?.into();
    Some(Accepted { transport, first_port, last_port, from })
}

/// A rule for each of its protocols.
fn forwarding(rule: &ForwardingRule) -> impl Iterator<Item = Forwarding> {
    let to = rule.internal_ip.parse().ok().map(|ip| SocketAddrV4::new(ip, rule.internal_port));
    let port = rule.external_port;
    let transports = transports(rule.protocol).iter();
    transports.filter_map(move |&transport| Some(Forwarding { transport, port, to: to? }))
}
