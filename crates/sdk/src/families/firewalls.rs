//! Firewall groups. Made by `cargo xtask families`.

use api::firewalls::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Firewall groups: see [`Client::firewalls`].
#[derive(Debug, Clone, Copy)]
pub struct Firewalls<'a>(&'a Client);

impl Client {
    /// Firewall groups.
    pub fn firewalls(&self) -> Firewalls<'_> {
        Firewalls(self)
    }
}

impl<'a> Firewalls<'a> {
    /// List firewall groups.
    pub fn list(self) -> Call<'a, ListFirewallGroups> {
        Call::new(self.0, ListFirewallGroups::default())
    }

    /// Create a firewall group.
    pub fn create(self, request: impl Into<CreateFirewallGroup>) -> Call<'a, CreateFirewallGroup> {
        Call::new(self.0, request)
    }

    /// Get a firewall group.
    pub fn get(self, request: impl Into<GetFirewallGroup>) -> Call<'a, GetFirewallGroup> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetFirewallGroup>) -> Optional<'a, GetFirewallGroup> {
        self.get(request).opt()
    }

    /// Change a firewall group's description.
    pub fn update(self, request: impl Into<UpdateFirewallGroup>) -> Call<'a, UpdateFirewallGroup> {
        Call::new(self.0, request)
    }

    /// Delete a firewall group. Instances that used it have none afterwards.
    pub fn delete(self, request: impl Into<DeleteFirewallGroup>) -> Call<'a, DeleteFirewallGroup> {
        Call::new(self.0, request)
    }
}

/// Rules of firewall groups: see [`Client::firewall_rules`].
#[derive(Debug, Clone, Copy)]
pub struct FirewallRules<'a>(&'a Client);

impl Client {
    /// Rules of firewall groups.
    pub fn firewall_rules(&self) -> FirewallRules<'_> {
        FirewallRules(self)
    }
}

impl<'a> FirewallRules<'a> {
    /// List the rules of a firewall group.
    pub fn list(
        self,
        request: impl Into<ListFirewallGroupRules>,
    ) -> Call<'a, ListFirewallGroupRules> {
        Call::new(self.0, request)
    }

    /// Add a rule to a firewall group.
    pub fn create(
        self,
        request: impl Into<CreateFirewallGroupRule>,
    ) -> Call<'a, CreateFirewallGroupRule> {
        Call::new(self.0, request)
    }

    /// Get a rule of a firewall group.
    pub fn get(self, request: impl Into<GetFirewallGroupRule>) -> Call<'a, GetFirewallGroupRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetFirewallGroupRule>,
    ) -> Optional<'a, GetFirewallGroupRule> {
        self.get(request).opt()
    }

    /// Delete a rule of a firewall group.
    pub fn delete(
        self,
        request: impl Into<DeleteFirewallGroupRule>,
    ) -> Call<'a, DeleteFirewallGroupRule> {
        Call::new(self.0, request)
    }
}
