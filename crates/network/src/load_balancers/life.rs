//! The life of a load balancer: set up, changed while it works, removed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use api::firewalls::IpType;
use api::load_balancers::{BalancedProtocol, BalancingAlgorithm, HealthCheckProtocol};
use drivers::balancer::{Algorithm, Allowed, Backend, Clients, Forwarding, HealthCheck, Protocol};
use drivers::{BalancerSpec, Nic};
use engine::{Next, StepError};
use uuid::Uuid;

use super::{FirewallRule, ForwardingRule, LoadBalancer, Tls, rules};
use crate::bare_metals::BareMetal;
use crate::instances::Instance;
use crate::life::provision;
use crate::vpcs::guests;
use crate::{Doc, Life, LifeCx, alike};

impl Life for LoadBalancer {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let nic = match doc.network {
            Some(network) => guests::nic(&cx.cx, network, doc.id()).await?,
            None => None,
        };
        let spec = doc.spec(doc.backends(cx).await?, nic);
        let next = provision(doc, &spec, cx).await?;
        // Machines come, go and change their addresses without a word to who sends them traffic.
        match next {
            Next::Settled if cx.cx.control.is_real::<BalancerSpec>() => Ok(Next::After(LOOK)),
            next => Ok(next),
        }
    }
}

/// How often a load balancer that is real looks where its machines are.
const LOOK: Duration = Duration::from_secs(2);

impl LoadBalancer {
    /// Its machines, with their addresses: in its network, or on the internet.
    async fn backends(&self, cx: &LifeCx) -> crate::Result<Vec<Backend>> {
        let instances = cx.cx.find_many::<Instance>(self.instances.clone()).await?;
        let metal = match instances.len() == self.instances.len() {
            true => BTreeMap::new(),
            false => cx.cx.find_many::<BareMetal>(self.instances.clone()).await?,
        };
        let address = |id: &Uuid| {
            let instance = instances.get(id).map(|instance| &instance.server);
            let server = instance.or_else(|| metal.get(id).map(|server| &server.server))?;
            let address = match self.network {
                Some(network) => server.networks.iter().find(|nic| nic.network == network)?.address,
                None => server.main_ip(),
            };
            (!address.is_unspecified()).then_some(IpAddr::V4(address))
        };
        let backend = |id: &Uuid| Backend { id: *id, address: address(id) };
        Ok(self.instances.iter().map(backend).collect())
    }

    /// It as the driver gets it.
    fn spec(&self, machines: Vec<Backend>, nic: Option<Nic>) -> BalancerSpec {
        let check = &self.health_check;
        let (certificate, issued) = match &self.certificate {
            Some(Tls::Own(_, whole)) => (Some(whole.clone()), None),
            Some(Tls::Issued(name)) => (None, Some(name.clone())),
            None => (None, None),
        };
        alike!(self => BalancerSpec {
            ipv4, ipv6, network, nodes, timeout_s, http2, http3, proxy_protocol;
            regions: self.global_regions.clone(),
            machines: machines,
            nic: nic,
            algorithm: match self.algorithm {
                BalancingAlgorithm::RoundRobin => Algorithm::RoundRobin,
                BalancingAlgorithm::LeastConn => Algorithm::LeastConnections,
            },
            cookie: Some(self.cookie_name.clone()).filter(|name| !name.is_empty()),
            health_check: HealthCheck {
                protocol: match check.protocol {
                    HealthCheckProtocol::Https => Protocol::Https,
                    HealthCheckProtocol::Tcp => Protocol::Tcp,
                    HealthCheckProtocol::Http => Protocol::Http,
                },
                port: check.port,
                path: check.path.clone(),
                interval_s: check.check_interval,
                timeout_s: check.response_timeout,
                unhealthy_after: check.unhealthy_threshold,
                healthy_after: check.healthy_threshold,
            },
            redirects_to_https: self.ssl_redirect,
            // Rules were checked when they came: none is left out.
            forwarding: self.forwarding.iter().map(forwarding).collect(),
            firewall: self.firewall.iter().filter_map(allowed).collect(),
            certificate,
            certified_name: issued.or(self.auto_ssl.as_ref().map(|auto| auto.domain())),
        })
    }
}

fn forwarding(rule: &ForwardingRule) -> Forwarding {
    Forwarding {
        frontend: protocol(rule.frontend_protocol),
        frontend_port: rule.frontend_port,
        backend: protocol(rule.backend_protocol),
        backend_port: rule.backend_port,
    }
}

fn protocol(word: BalancedProtocol) -> Protocol {
    match word {
        BalancedProtocol::Http => Protocol::Http,
        BalancedProtocol::Https => Protocol::Https,
        BalancedProtocol::Tcp => Protocol::Tcp,
        BalancedProtocol::Udp => Protocol::Udp,
    }
}

fn allowed(rule: &FirewallRule) -> Option<Allowed> {
    let version = rule.ip_type;
    let from = match (rules::source(&rule.source, version).ok()?, version) {
        (Some(network), _) => Clients::Of(network.into()),
        (None, IpType::V4) => Clients::CloudflareV4,
        (None, IpType::V6) => Clients::CloudflareV6,
    };
    Some(Allowed { port: rule.port, from })
}
