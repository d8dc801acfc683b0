//! The private networks that instances are in: VPCs, VPC 2.0, and the older name of the first.

use crate::id::{NetworkId, Vpc2Id, VpcId};
use crate::view;

/// A VPC as an instance's own entry shows it.
#[view]
pub struct AttachedVpc {
    /// The VPC's id.
    pub id: VpcId,
    /// The generation of VPC, which clients should not rely on.
    pub version: u32,
    /// The VPC's addresses, as `10.1.96.0/20`.
    pub subnet: String,
}

/// A VPC that an instance is in.
#[view]
pub struct InstanceVpc {
    /// The VPC's id.
    pub id: VpcId,
    /// The address of the instance's network adapter, as `5a:01:04:3d:5e:72`.
    pub mac_address: String,
    /// The instance's address in the VPC.
    pub ip_address: String,
}

/// A VPC 2.0 network that an instance is in.
#[view]
pub struct InstanceVpc2 {
    /// The network's id.
    pub id: Vpc2Id,
    /// The address of the instance's network adapter, as `5a:01:04:3d:5e:72`.
    pub mac_address: String,
    /// The instance's address in the network.
    pub ip_address: String,
}

/// A private network that an instance is in.
#[view]
pub struct InstancePrivateNetwork {
    /// The network's id.
    pub id: NetworkId,
    /// The same again, under the name that others read.
    pub network_id: NetworkId,
    /// The address of the instance's network adapter, as `5a:01:04:3d:5e:72`.
    pub mac_address: String,
    /// The instance's address in the network.
    pub ip_address: String,
}
