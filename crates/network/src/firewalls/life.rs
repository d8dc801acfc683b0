//! The life of a firewall group: set up, given its rules, removed.

use api::firewalls::{FirewallProtocol, IpType};
use drivers::FirewallSpec;
use drivers::firewall::{self, From, Protocol};
use engine::{Next, StepError};

use super::{Group, Rule, Source};
use crate::life::provision;
use crate::{Doc, Life, LifeCx};

impl Life for Group {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = FirewallSpec { rules: doc.rules.iter().filter_map(rule).collect() };
        provision(doc, &spec, cx).await
    }
}

/// A rule as the driver gets it. Rules were checked when they came: none is left out.
fn rule(rule: &Rule) -> Option<firewall::Rule> {
    let protocol = match rule.protocol {
        FirewallProtocol::Tcp => Protocol::Tcp,
        FirewallProtocol::Udp => Protocol::Udp,
        FirewallProtocol::Icmp => Protocol::Icmp,
        FirewallProtocol::Gre => Protocol::Gre,
        FirewallProtocol::Esp => Protocol::Esp,
        FirewallProtocol::Ah => Protocol::Ah,
    };
    let ports = match protocol {
        Protocol::Tcp | Protocol::Udp => Some(rule.ports()?),
        _ => None,
    };
    let from = match rule.source {
        Source::Network(network) => From::Network(network.into()),
        Source::Cloudflare => From::Cloudflare,
        Source::LoadBalancer(id) => From::Balancer(id),
    };
    Some(firewall::Rule { protocol, ports, is_v6: rule.ip_type == IpType::V6, from })
}
