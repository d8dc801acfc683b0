//! Who may call an operation: the permissions (ACLs) that users carry.

use crate::words;

/// A permission: what an operation asks of its caller, and what a user may have.
#[derive(PartialOrd, Ord, Hash)]
#[words]
pub enum Access {
    /// Nothing: the operation answers without a key.
    #[default]
    #[wire(skip)] // No user's to have: it never travels. So with the next.
    Public,
    /// A valid key, whatever its user may do.
    #[wire(skip)]
    AnyKey,
    /// The owner's key: what is Kettle's own is no user's to be allowed.
    #[wire(skip)]
    Owner,
    /// Notices about acceptable use.
    Abuse,
    /// The account's activity log.
    ActivityLogs,
    /// Maintenance notices.
    Alerts,
    /// Balance, invoices, payments.
    Billing,
    /// Domains and records.
    Dns,
    /// Firewall groups and rules.
    Firewall,
    /// Load balancers.
    Loadbalancer,
    /// Everything, like the account's root user.
    ManageUsers,
    /// Object storage.
    Objstore,
    /// Deploying new things.
    Provisioning,
    /// Changing and destroying what is deployed.
    Subscriptions,
    /// Seeing what is deployed. Whoever has `subscriptions` may, too.
    SubscriptionsView,
    /// Support tickets.
    Support,
    /// Changing plans and sizes.
    Upgrade,
}

impl Access {
    /// Every permission that a user can carry, as the API spells it.
    pub const ACLS: &[Self] = &[
        Self::Abuse,
        Self::ActivityLogs,
        Self::Alerts,
        Self::Billing,
        Self::Dns,
        Self::Firewall,
        Self::Loadbalancer,
        Self::ManageUsers,
        Self::Objstore,
        Self::Provisioning,
        Self::Subscriptions,
        Self::SubscriptionsView,
        Self::Support,
        Self::Upgrade,
    ];

    /// The permission as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::AnyKey => "any_key",
            Self::Owner => "owner",
            Self::Abuse => "abuse",
            Self::ActivityLogs => "activity_logs",
            Self::Alerts => "alerts",
            Self::Billing => "billing",
            Self::Dns => "dns",
            Self::Firewall => "firewall",
            Self::Loadbalancer => "loadbalancer",
            Self::ManageUsers => "manage_users",
            Self::Objstore => "objstore",
            Self::Provisioning => "provisioning",
            Self::Subscriptions => "subscriptions",
            Self::SubscriptionsView => "subscriptions_view",
            Self::Support => "support",
            Self::Upgrade => "upgrade",
        }
    }

    /// Whether a user with these permissions may call an operation that needs `self`.
    pub fn allowed(self, acls: &[Self]) -> bool {
        match self {
            Self::Public | Self::AnyKey => true,
            _ if acls.contains(&Self::ManageUsers) => true,
            Self::SubscriptionsView => {
                acls.contains(&Self::SubscriptionsView) || acls.contains(&Self::Subscriptions)
            }
            _ => acls.contains(&self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_spelt_as_serde_spells_it() {
        for acl in Access::ACLS {
            assert_eq!(serde_json::to_value(acl).unwrap(), acl.as_str());
        }
    }

    #[test]
    fn manage_users_may_do_everything_and_subscriptions_may_look() {
        assert!(Access::Dns.allowed(&[Access::ManageUsers]));
        assert!(Access::SubscriptionsView.allowed(&[Access::Subscriptions]));
        assert!(!Access::Subscriptions.allowed(&[Access::SubscriptionsView]));
        assert!(!Access::Dns.allowed(&[]));
        assert!(Access::AnyKey.allowed(&[]));
    }
}
