//! The life of a load balancer: set up, changed while it works, removed.

use api::Open;
use api::firewalls::IpType;
use api::load_balancers::rules::*;
use api::load_balancers::{BalancingAlgorithm, HealthCheckProtocol};
use drivers::BalancerSpec;
use drivers::balancer::{Algorithm, Allowed, Clients, Forwarding, HealthCheck, Protocol};
use engine::{Next, StepError};

use super::{LoadBalancer, Tls, rules};
use crate::life::provision;
use crate::{Doc, Life, LifeCx};

impl Life for LoadBalancer {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = doc.spec();
        provision(doc, &spec, cx).await
    }
}

impl LoadBalancer {
    /// It as the driver gets it.
    fn spec(&self) -> BalancerSpec {
        let check = &self.health_check;
        let (certificate, issued) = match &self.certificate {
            Some(Tls::Own(_, whole)) => (Some(whole.clone()), None),
            Some(Tls::Issued(name)) => (None, Some(name.clone())),
            None => (None, None),
        };
        BalancerSpec {
            ipv4: self.ipv4,
            ipv6: self.ipv6,
            network: self.network,
            nodes: self.nodes,
            regions: self.global_regions.clone(),
            machines: self.instances.clone(),
            algorithm: match self.algorithm {
                BalancingAlgorithm::RoundRobin => Algorithm::RoundRobin,
                BalancingAlgorithm::LeastConn => Algorithm::LeastConnections,
            },
            cookie: Some(self.cookie_name.clone()).filter(|name| !name.is_empty()),
            health_check: HealthCheck {
                protocol: match check.protocol {
                    Open::Known(HealthCheckProtocol::Https) => Protocol::Https,
                    Open::Known(HealthCheckProtocol::Tcp) => Protocol::Tcp,
                    _ => Protocol::Http,
                },
                port: check.port,
                path: check.path.clone(),
                interval_s: check.check_interval,
                timeout_s: check.response_timeout,
                unhealthy_after: check.unhealthy_threshold,
                healthy_after: check.healthy_threshold,
            },
            timeout_s: self.timeout_s,
            redirects_to_https: self.ssl_redirect,
            http2: self.http2,
            http3: self.http3,
            proxy_protocol: self.proxy_protocol,
            // Rules were checked when they came: none is left out.
            forwarding: self.forwarding.iter().filter_map(forwarding).collect(),
            firewall: self.firewall.iter().filter_map(allowed).collect(),
            certificate,
            certified_name: issued.or(self.auto_ssl.as_ref().map(|auto| auto.domain())),
        }
    }
}

fn forwarding(rule: &LoadBalancerForwardingRule) -> Option<Forwarding> {
    Some(Forwarding {
        frontend: protocol(&rule.frontend_protocol)?,
        frontend_port: rule.frontend_port,
        backend: protocol(&rule.backend_protocol)?,
        backend_port: rule.backend_port,
    })
}

fn protocol(word: &Open<BalancedProtocol>) -> Option<Protocol> {
    match word {
        Open::Known(BalancedProtocol::Http) => Some(Protocol::Http),
        Open::Known(BalancedProtocol::Https) => Some(Protocol::Https),
        Open::Known(BalancedProtocol::Tcp) => Some(Protocol::Tcp),
        Open::Known(BalancedProtocol::Udp) => Some(Protocol::Udp),
        Open::Other(_) => None,
    }
}

fn allowed(rule: &LoadBalancerFirewallRule) -> Option<Allowed> {
    let Open::Known(version) = rule.ip_type else { return None };
    let from = match (rules::source(&rule.source, version).ok()?, version) {
        (Some(network), _) => Clients::Of(network.into()),
        (None, IpType::V4) => Clients::CloudflareV4,
        (None, IpType::V6) => Clients::CloudflareV6,
    };
    Some(Allowed { port: rule.port, from })
}
