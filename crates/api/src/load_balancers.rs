//! Load balancers: `/v2/load-balancers`. Their rules and their names are in [`rules`].
//!
//! Types only: what a wish leads to is decided by `control`. Private keys are part of requests,
//! and must never be part of an answer.

pub mod rules;

pub use crate::id::LoadBalancerId;
pub use rules::*;

use crate::id::{InstanceId, VpcId};
use crate::{Money, Open, OrEmpty, Secret, Time, endpoint, part, view, words};

operations! {
    "load-balancer": "Load balancers" {
        /// List load balancers.
        "list" => ListLoadBalancers(GET "/v2/load-balancers" -> 200 { load_balancers: [LoadBalancer] }, needs Loadbalancer),
        "create" => CreateLoadBalancer,
        /// Get a load balancer.
        "get" => GetLoadBalancer(GET "/v2/load-balancers/{load-balancer-id}" -> 200 { load_balancer: LoadBalancer }, needs Loadbalancer),
        "update" => UpdateLoadBalancer,
        /// Delete a load balancer.
        "delete" => DeleteLoadBalancer(DELETE "/v2/load-balancers/{load-balancer-id}" -> 204, needs Loadbalancer),
        /// Remove a load balancer's certificate.
        "delete-ssl" => DeleteLoadBalancerSsl(DELETE "/v2/load-balancers/{load-balancer-id}/ssl" -> 204, needs Loadbalancer),
        /// Let a load balancer get no certificates by itself any more. The one that it has stays.
        "delete-auto-ssl" => DeleteLoadBalancerAutoSsl(DELETE "/v2/load-balancers/{load-balancer-id}/auto_ssl" -> 204, needs Loadbalancer),
        /// Get the names that a load balancer's addresses resolve to.
        "reverse-dns" => GetLoadBalancerReverseDns(GET "/v2/load-balancers/{load-balancer-id}/reverse-dns" -> 200 LoadBalancerReverseDns, needs Loadbalancer),
        /// Name a load balancer's IPv4 address.
        "set-reverse-ipv4" => SetLoadBalancerReverseIpv4(PUT "/v2/load-balancers/{load-balancer-id}/reverse-dns" -> 204, needs Loadbalancer) {
            /// The name.
            pub v4: String,
        },
        /// Name a load balancer's IPv6 address.
        "set-reverse-ipv6" => SetLoadBalancerReverseIpv6(POST "/v2/load-balancers/{load-balancer-id}/reverse-dns" -> 204, needs Loadbalancer) {
            /// The address with its name.
            pub v6: Vec<ReverseName>,
        },
        /// Take the name of a load balancer's IPv6 address away.
        "delete-reverse-ipv6" => DeleteLoadBalancerReverseDns(DELETE "/v2/load-balancers/{load-balancer-id}/reverse-dns" -> 204, needs Loadbalancer),
    }
    "load-balancer-forwarding-rule": "Forwarding rules of load balancers" {
        /// List the forwarding rules of a load balancer.
        "list" => ListLoadBalancerForwardingRules(GET "/v2/load-balancers/{load-balancer-id}/forwarding-rules" -> 200 { forwarding_rules: [LoadBalancerForwardingRule] }, needs Loadbalancer),
        "create" => CreateLoadBalancerForwardingRule,
        /// Get a forwarding rule of a load balancer.
        "get" => GetLoadBalancerForwardingRule(GET "/v2/load-balancers/{load-balancer-id}/forwarding-rules/{forwarding-rule-id: String}" -> 200 { forwarding_rule: LoadBalancerForwardingRule }, needs Loadbalancer),
        /// Delete a forwarding rule of a load balancer.
        "delete" => DeleteLoadBalancerForwardingRule(DELETE "/v2/load-balancers/{load-balancer-id}/forwarding-rules/{forwarding-rule-id: String}" -> 204, needs Loadbalancer),
    }
    "load-balancer-firewall-rule": "Firewall rules of load balancers" {
        /// List the firewall rules of a load balancer.
        "list" => ListLoadBalancerFirewallRules(GET "/v2/load-balancers/{load-balancer-id}/firewall-rules" -> 200 { firewall_rules: [LoadBalancerFirewallRule] }, needs Loadbalancer),
        /// Add firewall rules to a load balancer.
        "create" => CreateLoadBalancerFirewallRules(POST "/v2/load-balancers/{load-balancer-id}/firewall-rules" -> 204, needs Loadbalancer) {
            /// The rules to add; those that are there stay.
            pub firewall_rules: Vec<NewFirewallRule>,
        },
        /// Get a firewall rule of a load balancer.
        "get" => GetLoadBalancerFirewallRule(GET "/v2/load-balancers/{load-balancer-id}/firewall-rules/{firewall-rule-id: String}" -> 200 { firewall_rule: LoadBalancerFirewallRule }, needs Loadbalancer),
        /// Delete a firewall rule of a load balancer.
        "delete" => DeleteLoadBalancerFirewallRule(DELETE "/v2/load-balancers/{load-balancer-id}/firewall-rules/{firewall-rule-id: String}" -> 204, needs Loadbalancer),
    }
}

/// A load balancer.
#[view]
pub struct LoadBalancer {
    /// The load balancer's id.
    pub id: LoadBalancerId,
    /// When it was created.
    pub date_created: Time,
    /// The region's id.
    pub region: String,
    /// The owner's name for it.
    pub label: String,
    /// `pending` until it works.
    pub status: Open<LoadBalancerStatus>,
    /// Its IPv4 address; empty while it is pending.
    pub ipv4: String,
    /// Its IPv6 address; empty while it is pending.
    pub ipv6: String,
    /// How it treats connections.
    pub generic_info: GenericInfo,
    /// How it finds out which instances work.
    pub health_check: HealthCheck,
    /// Whether it has a certificate.
    pub has_ssl: bool,
    /// Its certificate as PEM in base64, where it was uploaded; empty otherwise.
    #[wire(base64)]
    pub ssl_cert_b64: String,
    /// Whether it speaks HTTP/2.
    pub http2: bool,
    /// Whether it speaks HTTP/3.
    pub http3: bool,
    /// How many nodes share its work.
    pub nodes: u32,
    /// Which of its ports lead where.
    pub forwarding_rules: Vec<LoadBalancerForwardingRule>,
    /// Who may reach its ports; with no rule for a port everybody may.
    pub firewall_rules: Vec<LoadBalancerFirewallRule>,
    /// The instances behind it, in the order in which they were given.
    pub instances: Vec<InstanceId>,
    /// The addresses of its single nodes.
    pub node_ips: NodeIps,
    /// The name for which it gets its certificate by itself.
    pub auto_ssl: AutoSsl,
    /// Further regions in which it works.
    pub global_regions: Vec<String>,
    /// The load balancer that this one belongs to; empty: none.
    pub global_parent_id: OrEmpty<LoadBalancerId>,
    /// The load balancers that belong to this one.
    pub global_children_ids: Vec<LoadBalancerId>,
    /// The name that leads to the nearest of its regions; empty: none.
    pub global_cname: String,
    /// A name that leads to it; empty: none.
    pub cname: String,
    /// What is owed for it since the last invoice.
    pub pending_charges: Money,
}

/// Where a load balancer stands in its life.
#[words]
pub enum LoadBalancerStatus {
    /// Being made.
    #[default]
    Pending,
    /// Its nodes are being installed.
    Installing,
    /// Ready.
    Active,
}

/// How a load balancer treats connections.
#[view]
pub struct GenericInfo {
    /// How it chooses an instance.
    pub balancing_algorithm: Open<BalancingAlgorithm>,
    /// Whether HTTP is led to HTTPS.
    pub ssl_redirect: bool,
    /// Whether clients stay with their instance.
    pub sticky_sessions: StickySession,
    /// Whether instances are told clients' addresses in the PROXY protocol.
    pub proxy_protocol: bool,
    /// After how many idle seconds a connection is closed.
    pub timeout: u32,
    /// The VPC by its older name.
    pub private_network: OrEmpty<VpcId>,
    /// The VPC through which it reaches its instances; empty: the public network.
    pub vpc: OrEmpty<VpcId>,
}

/// How a load balancer chooses an instance.
#[words(lowercase)]
pub enum BalancingAlgorithm {
    /// One after the other.
    #[default]
    RoundRobin,
    /// The one with the fewest connections.
    LeastConn,
}

/// The cookie that keeps a client with its instance.
#[view]
pub struct StickySession {
    /// The cookie's name; empty: clients do not stay.
    pub cookie_name: String,
}

/// How a load balancer finds out which instances work.
#[view]
pub struct HealthCheck {
    /// What it speaks to them.
    pub protocol: Open<HealthCheckProtocol>,
    /// On which port.
    pub port: u16,
    /// What it asks them for, where it speaks HTTP.
    pub path: String,
    /// Seconds between two checks.
    pub check_interval: u32,
    /// Seconds that an answer may take.
    pub response_timeout: u32,
    /// Failed checks in a row after which an instance gets nothing any more.
    pub unhealthy_threshold: u32,
    /// Passed checks in a row after which it does again.
    pub healthy_threshold: u32,
}

/// What a health check speaks.
#[words]
pub enum HealthCheckProtocol {
    /// HTTP.
    #[default]
    Http,
    /// HTTPS.
    Https,
    /// TCP: whether a connection comes about.
    Tcp,
}

/// The addresses of a load balancer's single nodes.
#[view]
pub struct NodeIps {
    /// Their IPv4 addresses.
    pub v4: Vec<String>,
    /// Their IPv6 addresses.
    pub v6: Vec<String>,
}

/// The name for which a load balancer gets its certificate by itself.
#[view]
pub struct AutoSsl {
    /// The domain, as `example.com`; empty: it gets none.
    pub domain_zone: String,
    /// What stands before the domain, as `www`; empty: nothing.
    pub domain_sub: String,
    /// The whole name, as `www.example.com`.
    pub domain: String,
}

/// How health is to be checked. What is absent stays, or has its default: HTTP on port 80, path
/// `/`, every 15 seconds, 5 seconds for an answer, 5 checks either way.
#[part]
pub struct NewHealthCheck {
    /// What to speak to instances.
    pub protocol: Option<HealthCheckProtocol>,
    /// On which port.
    pub port: Option<u16>,
    /// What to ask for, where HTTP is spoken; it begins with `/`.
    #[wire(most = 2_048)]
    pub path: Option<String>,
    /// Seconds between two checks, 1 to 300.
    pub check_interval: Option<u32>,
    /// Seconds that an answer may take, 1 to 300.
    pub response_timeout: Option<u32>,
    /// Failed checks in a row after which an instance gets nothing any more, 1 to 300.
    pub unhealthy_threshold: Option<u32>,
    /// Passed checks in a row after which it does again, 1 to 300.
    pub healthy_threshold: Option<u32>,
}

/// A certificate with its private key, as PEM, or as PEM in base64 in the fields ending in
/// `_b64`. With nothing in it, there is none.
#[part]
pub struct NewSsl {
    /// The private key; never shown again.
    #[wire(most = 65_536, lines)]
    pub private_key: Option<Secret>,
    /// The certificate.
    #[wire(most = 65_536, lines)]
    pub certificate: Option<String>,
    /// The certificates between it and a root.
    #[wire(most = 65_536, lines)]
    pub chain: Option<String>,
    /// The private key in base64.
    #[wire(most = 131_072, lines, base64)]
    pub private_key_b64: Option<Secret>,
    /// The certificate in base64.
    #[wire(most = 131_072, lines, base64)]
    pub certificate_b64: Option<String>,
    /// The certificates between it and a root in base64.
    #[wire(most = 131_072, lines, base64)]
    pub chain_b64: Option<String>,
}

/// The name for which a certificate is to be had.
#[part]
pub struct NewAutoSsl {
    /// The domain, as `example.com`.
    pub domain_zone: Option<String>,
    /// What stands before the domain, as `www`.
    pub domain_sub: Option<String>,
}

// What both say goes for the one that is made as for the one there is: what is absent has its
// default first, and stays then.
sharing! {
    {
        /// A name for it.
        pub label: Option<String>,
        /// How it chooses an instance; `roundrobin` at first.
        pub balancing_algorithm: Option<BalancingAlgorithm>,
        /// Whether HTTP is led to HTTPS.
        pub ssl_redirect: Option<bool>,
        /// Whether it speaks HTTP/2.
        pub http2: Option<bool>,
        /// Whether it speaks HTTP/3.
        pub http3: Option<bool>,
        /// How many nodes share its work: an odd number from 1 to 99; 1 at first.
        pub nodes: Option<u32>,
        /// Whether instances are told clients' addresses in the PROXY protocol.
        pub proxy_protocol: Option<bool>,
        /// After how many idle seconds a connection is closed; 600 at first.
        pub timeout: Option<u32>,
        /// How health is to be checked; what is left out of it stays as it is.
        pub health_check: Option<NewHealthCheck>,
        /// All rules of which of its ports lead where, at most 15.
        pub forwarding_rules: Option<Vec<NewForwardingRule>>,
        /// The cookie that keeps a client with its instance; without a name, clients do not stay.
        pub sticky_session: Option<StickySession>,
        /// A certificate.
        pub ssl: Option<NewSsl>,
        /// All instances behind it; they are in its region.
        pub instances: Option<Vec<InstanceId>>,
        /// All rules of who may reach its ports.
        pub firewall_rules: Option<Vec<NewFirewallRule>>,
        /// The VPC by its older name.
        pub private_network: Option<OrEmpty<VpcId>>,
        /// The VPC through which it reaches its instances; empty, as it is at first: the public
        /// network.
        pub vpc: Option<OrEmpty<VpcId>>,
        /// The name for which it is to get its certificate by itself.
        pub auto_ssl: Option<NewAutoSsl>,
        /// All further regions in which it is to work.
        pub global_regions: Option<Vec<String>>,
    }

    /// Create a load balancer.
    #[endpoint(POST "/v2/load-balancers" -> 202 { load_balancer: LoadBalancer }, needs Loadbalancer)]
    pub struct CreateLoadBalancer {
        /// The region's id.
        pub region: String,
    }

    /// Change a load balancer. What is absent stays; a list that is given replaces the one there is.
    #[endpoint(PATCH "/v2/load-balancers/{load-balancer-id}" -> 204, needs Loadbalancer)]
    pub struct UpdateLoadBalancer {}
}
