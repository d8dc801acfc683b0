//! Load balancers. Made by `cargo xtask families`.

use api::load_balancers::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Load balancers: see [`Client::load_balancers`].
#[derive(Debug, Clone, Copy)]
pub struct LoadBalancers<'a>(&'a Client);

impl Client {
    /// Load balancers.
    pub fn load_balancers(&self) -> LoadBalancers<'_> {
        LoadBalancers(self)
    }
}

impl<'a> LoadBalancers<'a> {
    /// List load balancers.
    pub fn list(self) -> Call<'a, ListLoadBalancers> {
        Call::new(self.0, ListLoadBalancers::default())
    }

    /// Create a load balancer.
    pub fn create(self, request: impl Into<CreateLoadBalancer>) -> Call<'a, CreateLoadBalancer> {
        Call::new(self.0, request)
    }

    /// Get a load balancer.
    pub fn get(self, request: impl Into<GetLoadBalancer>) -> Call<'a, GetLoadBalancer> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetLoadBalancer>) -> Optional<'a, GetLoadBalancer> {
        self.get(request).opt()
    }

    /// Change a load balancer. What is absent stays; a list that is given replaces the one there is.
    pub fn update(self, request: impl Into<UpdateLoadBalancer>) -> Call<'a, UpdateLoadBalancer> {
        Call::new(self.0, request)
    }

    /// Delete a load balancer.
    pub fn delete(self, request: impl Into<DeleteLoadBalancer>) -> Call<'a, DeleteLoadBalancer> {
        Call::new(self.0, request)
    }

    /// Remove a load balancer's certificate.
    pub fn delete_ssl(
        self,
        request: impl Into<DeleteLoadBalancerSsl>,
    ) -> Call<'a, DeleteLoadBalancerSsl> {
        Call::new(self.0, request)
    }

    /// Let a load balancer get no certificates by itself any more. The one that it has stays.
    pub fn delete_auto_ssl(
        self,
        request: impl Into<DeleteLoadBalancerAutoSsl>,
    ) -> Call<'a, DeleteLoadBalancerAutoSsl> {
        Call::new(self.0, request)
    }

    /// Get the names that a load balancer's addresses resolve to.
    pub fn reverse_dns(
        self,
        request: impl Into<GetLoadBalancerReverseDns>,
    ) -> Call<'a, GetLoadBalancerReverseDns> {
        Call::new(self.0, request)
    }

    /// Name a load balancer's IPv4 address.
    pub fn set_reverse_ipv4(
        self,
        request: impl Into<SetLoadBalancerReverseIpv4>,
    ) -> Call<'a, SetLoadBalancerReverseIpv4> {
        Call::new(self.0, request)
    }

    /// Name a load balancer's IPv6 address.
    pub fn set_reverse_ipv6(
        self,
        request: impl Into<SetLoadBalancerReverseIpv6>,
    ) -> Call<'a, SetLoadBalancerReverseIpv6> {
        Call::new(self.0, request)
    }

    /// Take the name of a load balancer's IPv6 address away.
    pub fn delete_reverse_ipv6(
        self,
        request: impl Into<DeleteLoadBalancerReverseDns>,
    ) -> Call<'a, DeleteLoadBalancerReverseDns> {
        Call::new(self.0, request)
    }
}

/// Forwarding rules of load balancers: see [`Client::load_balancer_forwarding_rules`].
#[derive(Debug, Clone, Copy)]
pub struct LoadBalancerForwardingRules<'a>(&'a Client);

impl Client {
    /// Forwarding rules of load balancers.
    pub fn load_balancer_forwarding_rules(&self) -> LoadBalancerForwardingRules<'_> {
        LoadBalancerForwardingRules(self)
    }
}

impl<'a> LoadBalancerForwardingRules<'a> {
    /// List the forwarding rules of a load balancer.
    pub fn list(
        self,
        request: impl Into<ListLoadBalancerForwardingRules>,
    ) -> Call<'a, ListLoadBalancerForwardingRules> {
        Call::new(self.0, request)
    }

    /// Add a forwarding rule to a load balancer.
    pub fn create(
        self,
        request: impl Into<CreateLoadBalancerForwardingRule>,
    ) -> Call<'a, CreateLoadBalancerForwardingRule> {
        Call::new(self.0, request)
    }

    /// Get a forwarding rule of a load balancer.
    pub fn get(
        self,
        request: impl Into<GetLoadBalancerForwardingRule>,
    ) -> Call<'a, GetLoadBalancerForwardingRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetLoadBalancerForwardingRule>,
    ) -> Optional<'a, GetLoadBalancerForwardingRule> {
        self.get(request).opt()
    }

    /// Delete a forwarding rule of a load balancer.
    pub fn delete(
        self,
        request: impl Into<DeleteLoadBalancerForwardingRule>,
    ) -> Call<'a, DeleteLoadBalancerForwardingRule> {
        Call::new(self.0, request)
    }
}

/// Firewall rules of load balancers: see [`Client::load_balancer_firewall_rules`].
#[derive(Debug, Clone, Copy)]
pub struct LoadBalancerFirewallRules<'a>(&'a Client);

impl Client {
    /// Firewall rules of load balancers.
    pub fn load_balancer_firewall_rules(&self) -> LoadBalancerFirewallRules<'_> {
        LoadBalancerFirewallRules(self)
    }
}

impl<'a> LoadBalancerFirewallRules<'a> {
    /// List the firewall rules of a load balancer.
    pub fn list(
        self,
        request: impl Into<ListLoadBalancerFirewallRules>,
    ) -> Call<'a, ListLoadBalancerFirewallRules> {
        Call::new(self.0, request)
    }

    /// Add firewall rules to a load balancer.
    pub fn create(
        self,
        request: impl Into<CreateLoadBalancerFirewallRules>,
    ) -> Call<'a, CreateLoadBalancerFirewallRules> {
        Call::new(self.0, request)
    }

    /// Get a firewall rule of a load balancer.
    pub fn get(
        self,
        request: impl Into<GetLoadBalancerFirewallRule>,
    ) -> Call<'a, GetLoadBalancerFirewallRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetLoadBalancerFirewallRule>,
    ) -> Optional<'a, GetLoadBalancerFirewallRule> {
        self.get(request).opt()
    }

    /// Delete a firewall rule of a load balancer.
    pub fn delete(
        self,
        request: impl Into<DeleteLoadBalancerFirewallRule>,
    ) -> Call<'a, DeleteLoadBalancerFirewallRule> {
        Call::new(self.0, request)
    }
}
