//! Reserved IP addresses: `/v2/reserved-ips`.
//!
//! Types only: which address is handed out is decided by `control`.

pub use crate::id::ReservedIpId;

use crate::firewalls::IpType;
use crate::id::InstanceId;
use crate::{Open, OrEmpty, view};

operations! {
    "reserved-ip": "Reserved IP addresses" {
        /// List reserved IPs.
        "list" => ListReservedIps(GET "/v2/reserved-ips" -> 200 { reserved_ips: [ReservedIp] }, needs SubscriptionsView),
        /// Reserve an IP address.
        "create" => CreateReservedIp(POST "/v2/reserved-ips" -> 201 { reserved_ip: ReservedIp }, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// Its version of IP.
            pub ip_type: IpType,
            /// A name for it.
            pub label: Option<String>,
            /// Attach it to this instance at once. The reference leaves it out; clients send it.
            pub instance_id: Option<OrEmpty<InstanceId>>,
        },
        /// Get a reserved IP.
        "get" => GetReservedIp(GET "/v2/reserved-ips/{reserved-ip: ReservedIpId}" -> 200 { reserved_ip: ReservedIp }, needs SubscriptionsView),
        /// Rename a reserved IP.
        "update" => UpdateReservedIp(PATCH "/v2/reserved-ips/{reserved-ip: ReservedIpId}" -> 200 { reserved_ip: ReservedIp }, needs Subscriptions) {
            /// A new name; empty for none.
            pub label: String,
        },
        /// Give a reserved IP back. One that is attached is detached first.
        "delete" => DeleteReservedIp(DELETE "/v2/reserved-ips/{reserved-ip: ReservedIpId}" -> 204, needs Subscriptions),
        /// Attach a reserved IP to an instance in its region.
        "attach" => AttachReservedIp(POST "/v2/reserved-ips/{reserved-ip: ReservedIpId}/attach" -> 204, needs Subscriptions) {
            /// The instance, or bare metal machine, that gets it.
            pub instance_id: InstanceId,
        },
        /// Detach a reserved IP.
        "detach" => DetachReservedIp(POST "/v2/reserved-ips/{reserved-ip: ReservedIpId}/detach" -> 204, needs Subscriptions),
        /// Reserve an address that an instance has already. It stays attached.
        "convert" => ConvertReservedIp(POST "/v2/reserved-ips/convert" -> 201 { reserved_ip: ReservedIp }, needs Provisioning) {
            /// The instance's address.
            pub ip_address: String,
            /// A name for it.
            pub label: Option<String>,
        },
    }
}

/// An address, or an IPv6 network, that stays the account's whichever instance has it.
#[view]
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
