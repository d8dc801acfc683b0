//! The private networks that instances are in: VPCs, VPC 2.0, and the older name of the first.

use crate::id::{InstanceId, NetworkId, Vpc2Id, VpcId};
use crate::{endpoint, view};

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

/// Put an instance in a VPC, which restarts it.
#[endpoint(POST "/v2/instances/{instance-id}/vpcs/attach" -> 204, needs Subscriptions)]
pub struct AttachInstanceVpc {
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// Take an instance out of a VPC, which restarts it.
#[endpoint(POST "/v2/instances/{instance-id}/vpcs/detach" -> 204, needs Subscriptions)]
pub struct DetachInstanceVpc {
    /// The VPC's id.
    pub vpc_id: VpcId,
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

/// Put an instance in a VPC 2.0 network.
#[endpoint(POST "/v2/instances/{instance-id}/vpc2/attach" -> 202, needs Subscriptions)]
pub struct AttachInstanceVpc2 {
    /// The network's id.
    pub vpc_id: Vpc2Id,
    /// The instance's address in the network; a free one is taken when absent or empty.
    pub ip_address: Option<String>,
}

/// Take an instance out of a VPC 2.0 network.
#[endpoint(POST "/v2/instances/{instance-id}/vpc2/detach" -> 202, needs Subscriptions)]
pub struct DetachInstanceVpc2 {
    /// The network's id.
    pub vpc_id: Vpc2Id,
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

/// Put an instance in a private network. Use a VPC instead.
#[endpoint(POST "/v2/instances/{instance-id}/private-networks/attach" -> 204, needs Subscriptions)]
pub struct AttachInstancePrivateNetwork {
    /// The network's id.
    pub network_id: NetworkId,
}

/// Take an instance out of a private network. Use a VPC instead.
#[endpoint(POST "/v2/instances/{instance-id}/private-networks/detach" -> 204, needs Subscriptions)]
pub struct DetachInstancePrivateNetwork {
    /// The network's id.
    pub network_id: NetworkId,
}
