//! VPC networks. Made by `cargo xtask families`.

use api::vpcs::*;

use crate::Client;
use crate::call::{Call, Optional};

/// VPC networks: see [`Client::vpcs`].
#[derive(Debug, Clone, Copy)]
pub struct Vpcs<'a>(&'a Client);

impl Client {
    /// VPC networks.
    pub fn vpcs(&self) -> Vpcs<'_> {
        Vpcs(self)
    }
}

impl<'a> Vpcs<'a> {
    /// List VPC networks.
    pub fn list(self) -> Call<'a, ListVpcs> {
        Call::new(self.0, ListVpcs::default())
    }

    /// Create a VPC network.
    pub fn create(self, request: impl Into<CreateVpc>) -> Call<'a, CreateVpc> {
        Call::new(self.0, request)
    }

    /// Get a VPC network.
    pub fn get(self, request: impl Into<GetVpc>) -> Call<'a, GetVpc> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetVpc>) -> Optional<'a, GetVpc> {
        self.get(request).opt()
    }

    /// Change a VPC network's description.
    pub fn update(self, request: impl Into<UpdateVpc>) -> Call<'a, UpdateVpc> {
        Call::new(self.0, request)
    }

    /// Delete a VPC network. Nothing may be attached.
    pub fn delete(self, request: impl Into<DeleteVpc>) -> Call<'a, DeleteVpc> {
        Call::new(self.0, request)
    }

    /// List what is attached to a VPC network.
    pub fn attachments(
        self,
        request: impl Into<ListVpcAttachments>,
    ) -> Call<'a, ListVpcAttachments> {
        Call::new(self.0, request)
    }
}

/// NAT gateways of VPC networks: see [`Client::nat_gateways`].
#[derive(Debug, Clone, Copy)]
pub struct NatGateways<'a>(&'a Client);

impl Client {
    /// NAT gateways of VPC networks.
    pub fn nat_gateways(&self) -> NatGateways<'_> {
        NatGateways(self)
    }
}

impl<'a> NatGateways<'a> {
    /// List the NAT gateways of a VPC network.
    pub fn list(self, request: impl Into<ListNatGateways>) -> Call<'a, ListNatGateways> {
        Call::new(self.0, request)
    }

    /// Create a NAT gateway in a VPC network.
    pub fn create(self, request: impl Into<CreateNatGateway>) -> Call<'a, CreateNatGateway> {
        Call::new(self.0, request)
    }

    /// Get a NAT gateway.
    pub fn get(self, request: impl Into<GetNatGateway>) -> Call<'a, GetNatGateway> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetNatGateway>) -> Optional<'a, GetNatGateway> {
        self.get(request).opt()
    }

    /// Change a NAT gateway's label and tag. What is absent stays.
    pub fn update(self, request: impl Into<UpdateNatGateway>) -> Call<'a, UpdateNatGateway> {
        Call::new(self.0, request)
    }

    /// Delete a NAT gateway and its rules.
    pub fn delete(self, request: impl Into<DeleteNatGateway>) -> Call<'a, DeleteNatGateway> {
        Call::new(self.0, request)
    }
}

/// Firewall rules of NAT gateways: see [`Client::nat_gateway_firewall_rules`].
#[derive(Debug, Clone, Copy)]
pub struct NatGatewayFirewallRules<'a>(&'a Client);

impl Client {
    /// Firewall rules of NAT gateways.
    pub fn nat_gateway_firewall_rules(&self) -> NatGatewayFirewallRules<'_> {
        NatGatewayFirewallRules(self)
    }
}

impl<'a> NatGatewayFirewallRules<'a> {
    /// List the firewall rules of a NAT gateway.
    pub fn list(
        self,
        request: impl Into<ListNatGatewayFirewallRules>,
    ) -> Call<'a, ListNatGatewayFirewallRules> {
        Call::new(self.0, request)
    }

    /// Add a firewall rule to a NAT gateway.
    pub fn create(
        self,
        request: impl Into<CreateNatGatewayFirewallRule>,
    ) -> Call<'a, CreateNatGatewayFirewallRule> {
        Call::new(self.0, request)
    }

    /// Get a firewall rule of a NAT gateway.
    pub fn get(
        self,
        request: impl Into<GetNatGatewayFirewallRule>,
    ) -> Call<'a, GetNatGatewayFirewallRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetNatGatewayFirewallRule>,
    ) -> Optional<'a, GetNatGatewayFirewallRule> {
        self.get(request).opt()
    }

    /// Change the notes of a NAT gateway's firewall rule.
    pub fn update(
        self,
        request: impl Into<UpdateNatGatewayFirewallRule>,
    ) -> Call<'a, UpdateNatGatewayFirewallRule> {
        Call::new(self.0, request)
    }

    /// Delete a firewall rule of a NAT gateway.
    pub fn delete(
        self,
        request: impl Into<DeleteNatGatewayFirewallRule>,
    ) -> Call<'a, DeleteNatGatewayFirewallRule> {
        Call::new(self.0, request)
    }
}

/// Port forwarding rules of NAT gateways: see [`Client::nat_gateway_port_forwarding_rules`].
#[derive(Debug, Clone, Copy)]
pub struct NatGatewayPortForwardingRules<'a>(&'a Client);

impl Client {
    /// Port forwarding rules of NAT gateways.
    pub fn nat_gateway_port_forwarding_rules(&self) -> NatGatewayPortForwardingRules<'_> {
        NatGatewayPortForwardingRules(self)
    }
}

impl<'a> NatGatewayPortForwardingRules<'a> {
    /// List the port forwarding rules of a NAT gateway.
    pub fn list(
        self,
        request: impl Into<ListNatGatewayPortForwardingRules>,
    ) -> Call<'a, ListNatGatewayPortForwardingRules> {
        Call::new(self.0, request)
    }

    /// Add a port forwarding rule to a NAT gateway.
    pub fn create(
        self,
        request: impl Into<CreateNatGatewayPortForwardingRule>,
    ) -> Call<'a, CreateNatGatewayPortForwardingRule> {
        Call::new(self.0, request)
    }

    /// Get a port forwarding rule of a NAT gateway.
    pub fn get(
        self,
        request: impl Into<GetNatGatewayPortForwardingRule>,
    ) -> Call<'a, GetNatGatewayPortForwardingRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetNatGatewayPortForwardingRule>,
    ) -> Optional<'a, GetNatGatewayPortForwardingRule> {
        self.get(request).opt()
    }

    /// Change a port forwarding rule of a NAT gateway. What is absent stays.
    pub fn update(
        self,
        request: impl Into<UpdateNatGatewayPortForwardingRule>,
    ) -> Call<'a, UpdateNatGatewayPortForwardingRule> {
        Call::new(self.0, request)
    }

    /// Delete a port forwarding rule of a NAT gateway.
    pub fn delete(
        self,
        request: impl Into<DeleteNatGatewayPortForwardingRule>,
    ) -> Call<'a, DeleteNatGatewayPortForwardingRule> {
        Call::new(self.0, request)
    }
}
