//! Identifiers: one newtype per resource over one UUID.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::form::Form;
use crate::wire::{Given, Wire, Wrong, for_serde};

/// What the API says of a value that should be a UUID and is none.
pub const INVALID_UUID: &str = "Invalid UUID format.";

/// Reads a UUID from text, with the API's own words when it is none.
fn uuid(given: Given<'_>) -> Result<Uuid, Wrong> {
    let text = given.text()?;
    Uuid::from_str(text).map_err(|_| Wrong::new(format!("{INVALID_UUID} `{text}`")))
}

/// Writes one.
fn write(out: &mut Vec<u8>, id: Uuid) {
    out.push(b'"');
    out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    out.push(b'"');
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        impl Wire for $name {
            const FORM: &'static Form = &Form::Id(stringify!($name));
            fn read(given: Given<'_>) -> Result<Self, Wrong> {
                uuid(given).map(Self)
            }
            fn write(&self, out: &mut Vec<u8>) {
                write(out, self.0);
            }
        }
        for_serde!($name);
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
    /// A Kubernetes cluster.
    ClusterId,
    /// A managed database.
    DatabaseId,
    /// A CDN that fetches what it serves.
    PullZoneId,
    /// A CDN that files are uploaded to.
    PushZoneId,
    /// A record of a DNS domain.
    RecordId,
    /// A container registry.
    RegistryId,
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
    /// A subscription to inference.
    InferenceId,
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
    /// A node of a Kubernetes cluster: the id of an instance.
    NodeId,
    /// A node pool of a Kubernetes cluster.
    NodePoolId,
    /// A label of the nodes in a pool.
    NodePoolLabelId,
    /// A taint of the nodes in a pool.
    NodePoolTaintId,
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
    /// A storage gateway.
    StorageGatewayId,
    /// An account that another one has made.
    SubaccountId,
    /// A user of the account.
    UserId,
    /// A file system that instances share.
    VfsId,
    /// A VPC network.
    VpcId,
    /// A VPC 2.0 network.
    Vpc2Id,
}
