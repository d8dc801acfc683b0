//! Firewall groups and their rules: `/v2/firewalls`.
//!
//! Types only: what a rule lets through, and which rule is a duplicate, is decided by `control`.

pub use crate::id::FirewallGroupId;

use crate::{Open, Time, view, words};

operations! {
    "firewall": "Firewall groups" {
        /// List firewall groups.
        "list" => ListFirewallGroups(GET "/v2/firewalls" -> 200 { firewall_groups: [FirewallGroup] }, needs Firewall),
        /// Create a firewall group.
        "create" => CreateFirewallGroup(POST "/v2/firewalls" -> 201 { firewall_group: FirewallGroup }, needs Firewall) {
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: Option<String>,
        },
        /// Get a firewall group.
        "get" => GetFirewallGroup(GET "/v2/firewalls/{firewall-group-id}" -> 200 { firewall_group: FirewallGroup }, needs Firewall),
        /// Change a firewall group's description.
        "update" => UpdateFirewallGroup(PUT "/v2/firewalls/{firewall-group-id}" -> 204, needs Firewall) {
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: String,
        },
        /// Delete a firewall group. Instances that used it have none afterwards.
        "delete" => DeleteFirewallGroup(DELETE "/v2/firewalls/{firewall-group-id}" -> 204, needs Firewall),
    }
    "firewall-rule": "Rules of firewall groups" {
        /// List the rules of a firewall group.
        "list" => ListFirewallGroupRules(GET "/v2/firewalls/{firewall-group-id}/rules" -> 200 { firewall_rules: [FirewallRule] }, needs Firewall),
        /// Add a rule to a firewall group.
        "create" => CreateFirewallGroupRule(POST "/v2/firewalls/{firewall-group-id}/rules" -> 201 { firewall_rule: FirewallRule }, needs Firewall) {
            /// Which version of IP it is for: that of `subnet`.
            pub ip_type: IpType,
            /// The protocol to let in.
            pub protocol: FirewallProtocol,
            /// The address of the network that traffic may come from, without its size. Needed where
            /// `source` says nothing.
            pub subnet: Option<String>,
            /// The size of that network, in bits of its netmask; 0 for any address. Needed with `subnet`.
            pub subnet_size: Option<u32>,
            /// A port, or a range of them as `8000:8010`; for `tcp` and `udp` only. A number is one, too.
            #[wire(read = crate::values::maybe_port)]
            pub port: Option<String>,
            /// `cloudflare` or a load balancer's id, in place of `subnet` and `subnet_size`; empty for
            /// these.
            pub source: Option<String>,
            /// What it is for.
            pub notes: Option<String>,
        },
        /// Get a rule of a firewall group.
        "get" => GetFirewallGroupRule(GET "/v2/firewalls/{firewall-group-id}/rules/{firewall-rule-id}" -> 200 { firewall_rule: FirewallRule }, needs Firewall) {
            /// The rule's number in the group.
            pub firewall_rule_id: u32,
        },
        /// Delete a rule of a firewall group.
        "delete" => DeleteFirewallGroupRule(DELETE "/v2/firewalls/{firewall-group-id}/rules/{firewall-rule-id}" -> 204, needs Firewall) {
            /// The rule's number in the group.
            pub firewall_rule_id: u32,
        },
    }
}

/// A set of rules that instances share.
#[view]
pub struct FirewallGroup {
    /// The group's id.
    pub id: FirewallGroupId,
    /// What it is for.
    pub description: String,
    /// When it was created.
    pub date_created: Time,
    /// When the group or one of its rules last changed.
    pub date_modified: Time,
    /// How many instances use it.
    pub instance_count: u32,
    /// How many rules it has.
    pub rule_count: u32,
    /// How many rules it may have.
    pub max_rule_count: u32,
}

/// A rule of a firewall group: what may come in.
#[view]
pub struct FirewallRule {
    /// The rule's number: rules of a group are counted from 1.
    pub id: u32,
    /// The older name of `ip_type`, with the same value.
    #[wire(name = "type")]
    pub kind: Open<IpType>,
    /// Which version of IP it is for.
    pub ip_type: Open<IpType>,
    /// What happens to matching traffic: always `accept`.
    pub action: String,
    /// The protocol that may come in.
    pub protocol: Open<FirewallProtocol>,
    /// A port, or a range of them as `8000:8010`; empty where the protocol has none.
    pub port: String,
    /// The address of the network that traffic may come from, without its size.
    pub subnet: String,
    /// The size of that network, in bits of its netmask.
    pub subnet_size: u32,
    /// Where traffic may come from: a network as `203.0.113.0/24`, `cloudflare`, or a load
    /// balancer's id.
    pub source: String,
    /// What it is for.
    pub notes: String,
    /// Which traffic it is about: always `in`.
    pub direction: String,
    /// The load balancer that traffic may come from, or empty.
    pub loadbalancer_id: String,
}

/// A version of IP.
#[words]
pub enum IpType {
    /// IPv4.
    #[default]
    V4,
    /// IPv6.
    V6,
}

/// A protocol that a firewall rule lets in. Capitals are read, too.
#[words(snake_case, capitals)]
pub enum FirewallProtocol {
    /// TCP: has ports.
    #[default]
    Tcp,
    /// UDP: has ports.
    Udp,
    /// ICMP.
    Icmp,
    /// GRE tunnels.
    Gre,
    /// IPsec's ESP.
    Esp,
    /// IPsec's AH.
    Ah,
}
