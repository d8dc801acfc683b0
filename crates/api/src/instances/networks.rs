//! The private networks that instances are in: VPCs, VPC 2.0, and the older name of the first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Endpoint;
use crate::id::{InstanceId, NetworkId, Vpc2Id, VpcId};

/// A VPC as an instance's own entry shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AttachedVpc {
    /// The VPC's id.
    pub id: VpcId,
    /// The generation of VPC, which clients should not rely on.
    pub version: u32,
    /// The VPC's addresses, as `10.1.96.0/20`.
    pub subnet: String,
}

/// A VPC that an instance is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct InstanceVpc {
    /// The VPC's id.
    pub id: VpcId,
    /// The address of the instance's network adapter, as `5a:01:04:3d:5e:72`.
    pub mac_address: String,
    /// The instance's address in the VPC.
    pub ip_address: String,
}

/// List the VPCs that an instance is in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/instances/{instance-id}/vpcs" -> 200 { vpcs: [InstanceVpc] }, needs SubscriptionsView)]
pub struct ListInstanceVpcs {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Put an instance in a VPC, which restarts it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/vpcs/attach" -> 204, needs Subscriptions)]
pub struct AttachInstanceVpc {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// Take an instance out of a VPC, which restarts it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/vpcs/detach" -> 204, needs Subscriptions)]
pub struct DetachInstanceVpc {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// A VPC 2.0 network that an instance is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct InstanceVpc2 {
    /// The network's id.
    pub id: Vpc2Id,
    /// The address of the instance's network adapter, as `5a:01:04:3d:5e:72`.
    pub mac_address: String,
    /// The instance's address in the network.
    pub ip_address: String,
}

/// List the VPC 2.0 networks that an instance is in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/instances/{instance-id}/vpc2" -> 200 { vpcs: [InstanceVpc2] }, needs SubscriptionsView)]
pub struct ListInstanceVpc2s {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Put an instance in a VPC 2.0 network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/vpc2/attach" -> 202, needs Subscriptions)]
pub struct AttachInstanceVpc2 {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The network's id.
    pub vpc_id: Vpc2Id,
    /// The instance's address in the network; a free one is taken when absent or empty.
    pub ip_address: Option<String>,
}

/// Take an instance out of a VPC 2.0 network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/vpc2/detach" -> 202, needs Subscriptions)]
pub struct DetachInstanceVpc2 {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The network's id.
    pub vpc_id: Vpc2Id,
}

/// A private network that an instance is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
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

/// List the private networks that an instance is in. Use its VPCs instead.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/instances/{instance-id}/private-networks" -> 200 { private_networks: [InstancePrivateNetwork] }, needs SubscriptionsView)]
pub struct ListInstancePrivateNetworks {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Put an instance in a private network. Use a VPC instead.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/private-networks/attach" -> 204, needs Subscriptions)]
pub struct AttachInstancePrivateNetwork {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The network's id.
    pub network_id: NetworkId,
}

/// Take an instance out of a private network. Use a VPC instead.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/instances/{instance-id}/private-networks/detach" -> 204, needs Subscriptions)]
pub struct DetachInstancePrivateNetwork {
    /// The instance's id.
    pub instance_id: InstanceId,
    /// The network's id.
    pub network_id: NetworkId,
}
