//! Identifiers: one newtype per resource over one UUID.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use uuid::Uuid;

/// What the API says of a value that should be a UUID and is none.
pub const INVALID_UUID: &str = "Invalid UUID format.";

/// Reads a UUID from text, with the API's own words when it is none.
pub(crate) fn uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    Uuid::from_str(&text).map_err(|_| de::Error::custom(format!("{INVALID_UUID} `{text}`")))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                uuid(deserializer).map(Self)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                // Of what kind it is: whoever walks all operations finds the things that they name.
                let kind = stringify!($name);
                schemars::json_schema!({ "type": "string", "format": "uuid", "x-id": kind })
            }
        }
    )*};
}

ids! {
    /// An API key.
    ApiKeyId,
    /// An automatic backup of an instance.
    BackupId,
    /// A bare metal server.
    BareMetalId,
    /// A block storage volume.
    BlockId,
    /// A snapshot of a block storage volume.
    BlockSnapshotId,
    /// A record of a DNS domain.
    RecordId,
    /// A group of users.
    GroupId,
    /// A policy: what its holders may do.
    PolicyId,
    /// A role that users can have.
    RoleId,
    /// A firewall group.
    FirewallGroupId,
    /// An instance.
    InstanceId,
    /// An instance template.
    InstanceTemplateId,
    /// An ISO image.
    IsoId,
    /// A job: work that an answer announced.
    JobId,
    /// A load balancer.
    LoadBalancerId,
    /// A NAT gateway.
    NatGatewayId,
    /// A firewall rule of a NAT gateway.
    NatFirewallRuleId,
    /// A port forwarding rule of a NAT gateway.
    PortForwardingRuleId,
    /// A private network, the older name of a VPC.
    NetworkId,
    /// Object storage.
    ObjectStorageId,
    /// A reserved IP address.
    ReservedIpId,
    /// A snapshot of an instance.
    SnapshotId,
    /// An SSH key.
    SshKeyId,
    /// A startup script.
    StartupId,
    /// A user of the account.
    UserId,
    /// A file system that instances share.
    VfsId,
    /// A VPC network.
    VpcId,
    /// A VPC 2.0 network.
    Vpc2Id,
}
