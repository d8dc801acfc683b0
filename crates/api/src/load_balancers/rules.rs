//! Rules of load balancers (which ports lead where, and who may reach them), and the names of
//! their addresses.
//!
//! Types only; the family's list of operations is in the parent module. A rule's id is a text of
//! sixteen hexadecimal digits, no UUID.

use crate::firewalls::IpType;
use crate::id::LoadBalancerId;
use crate::{Open, endpoint, part, view, words};

/// A port of a load balancer that leads to one of its instances.
#[view]
pub struct LoadBalancerForwardingRule {
    /// The rule's id.
    pub id: String,
    /// What clients speak.
    pub frontend_protocol: Open<BalancedProtocol>,
    /// The load balancer's port.
    pub frontend_port: u16,
    /// What is spoken to instances.
    pub backend_protocol: Open<BalancedProtocol>,
    /// The instances' port.
    pub backend_port: u16,
}

/// What a load balancer forwards. Capitals are read, too.
#[words(snake_case, capitals)]
pub enum BalancedProtocol {
    /// HTTP.
    #[default]
    Http,
    /// HTTPS.
    Https,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

sharing! {
    {
        /// What clients speak.
        pub frontend_protocol: BalancedProtocol,
        /// The load balancer's port, 1 to 65535 without 65300 to 65310.
        pub frontend_port: u16,
        /// What is spoken to instances.
        pub backend_protocol: BalancedProtocol,
        /// The instances' port, 1 to 65535.
        pub backend_port: u16,
    }

    /// A forwarding rule to be made.
    #[part]
    pub struct NewForwardingRule {}

    /// Add a forwarding rule to a load balancer.
    #[endpoint(POST "/v2/load-balancers/{load-balancer-id}/forwarding-rules" -> 202 { forwarding_rule: LoadBalancerForwardingRule }, needs Loadbalancer)]
    pub struct CreateLoadBalancerForwardingRule {}
}

/// Who may reach a port of a load balancer.
#[view]
pub struct LoadBalancerFirewallRule {
    /// The rule's id.
    pub id: String,
    /// The load balancer's port.
    pub port: u16,
    /// A network such as `192.0.2.0/24`, or `cloudflare`, as it was sent.
    pub source: String,
    /// The version of IP.
    pub ip_type: Open<IpType>,
}

/// A firewall rule to be made.
#[part]
pub struct NewFirewallRule {
    /// The load balancer's port, 1 to 65535.
    pub port: u16,
    /// A network such as `192.0.2.0/24`, or `cloudflare` for all that Cloudflare has.
    pub source: String,
    /// The version of IP.
    pub ip_type: IpType,
}

/// The names that a load balancer's addresses resolve to.
#[view]
pub struct LoadBalancerReverseDns {
    /// The name of its IPv4 address.
    pub ipv4: String,
    /// Names of its IPv6 addresses, of those that have one.
    pub ipv6: Vec<ReverseName>,
}

/// The name of an IPv6 address.
#[part]
pub struct ReverseName {
    /// The address.
    pub ip: String,
    /// Its name.
    pub domain: String,
}
