//! Reserved IP addresses: `/v2/reserved-ips`.
//!
//! Types only: which address is handed out is decided by `control`.

pub use crate::id::ReservedIpId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::firewalls::IpType;
use crate::id::InstanceId;
use crate::{Endpoint, Open, OrEmpty};

operations! {
    "reserved-ip": "Reserved IP addresses" {
        "list" => ListReservedIps,
        "create" => CreateReservedIp,
        "get" => GetReservedIp,
        "update" => UpdateReservedIp,
        "delete" => DeleteReservedIp,
        "attach" => AttachReservedIp,
        "detach" => DetachReservedIp,
        "convert" => ConvertReservedIp,
    }
}

/// An address, or an IPv6 network, that stays the account's whichever instance has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ReservedIp {
    /// The reserved IP's id.
    pub id: ReservedIpId,
    /// The region's id.
    pub region: String,
    /// Its version of IP.
    pub ip_type: Open<IpType>,
    /// The address, or the IPv6 network's.
    pub subnet: String,
    /// The network's size in bits: 32 for IPv4, 64 for IPv6.
    pub subnet_size: u32,
    /// The owner's name for it.
    pub label: String,
    /// The instance that it is attached to; empty while it is detached.
    pub instance_id: OrEmpty<InstanceId>,
}

/// List reserved IPs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/reserved-ips" -> 200 { reserved_ips: [ReservedIp] }, needs SubscriptionsView)]
pub struct ListReservedIps {
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Reserve an IP address.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/reserved-ips" -> 201 { reserved_ip: ReservedIp }, needs Provisioning)]
pub struct CreateReservedIp {
    /// The region's id.
    pub region: String,
    /// Its version of IP.
    pub ip_type: IpType,
    /// A name for it.
    pub label: Option<String>,
    /// Attach it to this instance at once. The reference leaves it out; clients send it.
    pub instance_id: Option<OrEmpty<InstanceId>>,
}

/// Get a reserved IP.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/reserved-ips/{reserved-ip}" -> 200 { reserved_ip: ReservedIp }, needs SubscriptionsView)]
pub struct GetReservedIp {
    /// The reserved IP's id.
    pub reserved_ip: ReservedIpId,
}

/// Rename a reserved IP.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(PATCH "/v2/reserved-ips/{reserved-ip}" -> 200 { reserved_ip: ReservedIp }, needs Subscriptions)]
pub struct UpdateReservedIp {
    /// The reserved IP's id.
    pub reserved_ip: ReservedIpId,
    /// A new name; empty for none.
    pub label: String,
}

/// Give a reserved IP back. One that is attached is detached first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(DELETE "/v2/reserved-ips/{reserved-ip}" -> 204, needs Subscriptions)]
pub struct DeleteReservedIp {
    /// The reserved IP's id.
    pub reserved_ip: ReservedIpId,
}

/// Attach a reserved IP to an instance in its region.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/reserved-ips/{reserved-ip}/attach" -> 204, needs Subscriptions)]
pub struct AttachReservedIp {
    /// The reserved IP's id.
    pub reserved_ip: ReservedIpId,
    /// The instance, or bare metal machine, that gets it.
    pub instance_id: InstanceId,
}

/// Detach a reserved IP.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/reserved-ips/{reserved-ip}/detach" -> 204, needs Subscriptions)]
pub struct DetachReservedIp {
    /// The reserved IP's id.
    pub reserved_ip: ReservedIpId,
}

/// Reserve an address that an instance has already. It stays attached.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/reserved-ips/convert" -> 201 { reserved_ip: ReservedIp }, needs Provisioning)]
pub struct ConvertReservedIp {
    /// The instance's address.
    pub ip_address: String,
    /// A name for it.
    pub label: Option<String>,
}
