//! Bare metal servers, whole machines: `/v2/bare-metals`.

pub use crate::id::BareMetalId;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::applications::Application;
use crate::id::{ReservedIpId, SnapshotId, SshKeyId, StartupId, Vpc2Id, VpcId};
use crate::instances::{
    DayTraffic, InstanceIpv4, InstanceIpv6, InstanceVpc, InstanceVpc2, UpgradeType, UserScheme,
};
use crate::os::Os;
use crate::{Open, OrEmpty, Secret, Time, view, words};

operations! {
    "bare-metal": "Bare metal servers: whole machines" {
        /// List bare metal servers.
        "list" => ListBareMetals(GET "/v2/bare-metals" -> 200 { bare_metals: [BareMetal] }, needs SubscriptionsView),
        /// Create a bare metal server from one of `os_id`, `app_id`, `image_id` and `snapshot_id`.
        "create" => CreateBareMetal(POST "/v2/bare-metals" -> 202 { bare_metal | baremetal: BareMetal }, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// The id of a bare metal plan.
            pub plan: String,
            /// Install this operating system.
            pub os_id: Option<u32>,
            /// Install this application.
            pub app_id: Option<u32>,
            /// Install this marketplace application.
            pub image_id: Option<String>,
            /// Values that the marketplace application asks for, by name.
            pub app_variables: Option<Map<String, Value>>,
            /// Start with the contents of this snapshot.
            pub snapshot_id: Option<OrEmpty<SnapshotId>>,
            /// Boot over the network from the iPXE script at this address.
            #[wire(most = 8_192)]
            pub ipxe_chain_url: Option<String>,
            /// Boot over the network each time, not the first time only.
            pub persistent_pxe: Option<bool>,
            /// Join its disks; `none` when absent.
            pub mdisk_mode: Option<OrEmpty<MdiskMode>>,
            /// Run this startup script.
            pub script_id: Option<OrEmpty<StartupId>>,
            /// Data for its first boot, in base64.
            #[wire(most = 131_072, lines, base64)]
            pub user_data: Option<String>,
            /// A name for it.
            pub label: Option<String>,
            /// Its host name.
            pub hostname: Option<String>,
            /// Tags for it.
            #[wire(item_most = 512)]
            pub tags: Option<Vec<String>>,
            /// One tag, the older way. Use `tags`.
            #[wire(most = 512)]
            pub tag: Option<String>,
            /// SSH keys that may log in.
            pub sshkey_id: Option<Vec<SshKeyId>>,
            /// Who logs in; `root` when absent.
            pub user_scheme: Option<UserScheme>,
            /// Send a mail when it is ready.
            pub activation_email: Option<bool>,
            /// Give it an IPv6 network.
            pub enable_ipv6: Option<bool>,
            /// The id of the reserved IPv4 address that becomes its main address.
            pub reserved_ipv4: Option<OrEmpty<ReservedIpId>>,
            /// Put it in these VPCs; `enable_vpc` then does not count.
            pub attach_vpc: Option<Vec<VpcId>>,
            /// Put it in the region's VPC, which is made where there is none.
            pub enable_vpc: Option<bool>,
            /// Put it in these VPC 2.0 networks. Use `attach_vpc`.
            pub attach_vpc2: Option<Vec<Vpc2Id>>,
            /// Leave these VPC 2.0 networks, which a new server is not in.
            pub detach_vpc2: Option<Vec<Vpc2Id>>,
            /// Put it in the region's VPC 2.0 network. Use `enable_vpc`.
            pub enable_vpc2: Option<bool>,
        },
        /// Get a bare metal server.
        "get" => GetBareMetal(GET "/v2/bare-metals/{baremetal-id: BareMetalId}" -> 200 { bare_metal: BareMetal }, needs SubscriptionsView),
        /// Change a bare metal server. Another system or application installs it anew.
        "update" => UpdateBareMetal(PATCH "/v2/bare-metals/{baremetal-id: BareMetalId}" -> 202 { bare_metal: BareMetal }, needs Subscriptions, loses with os_id, app_id, image_id, ipxe_chain_url) {
            /// Install this operating system instead.
            pub os_id: Option<u32>,
            /// Install this application instead.
            pub app_id: Option<u32>,
            /// Install this marketplace application instead.
            pub image_id: Option<String>,
            /// Boot over the network from the iPXE script at this address instead.
            #[wire(most = 8_192)]
            pub ipxe_chain_url: Option<String>,
            /// A new name.
            pub label: Option<String>,
            /// New tags in place of the old ones; an empty list clears them.
            #[wire(item_most = 512)]
            pub tags: Option<Vec<String>>,
            /// One tag in place of the old ones, the older way. Use `tags`.
            #[wire(most = 512)]
            pub tag: Option<String>,
            /// New data for the first boot after an installation, in base64.
            #[wire(most = 131_072, lines, base64)]
            pub user_data: Option<String>,
            /// Who logs in, once it is installed anew.
            pub user_scheme: Option<OrEmpty<UserScheme>>,
            /// Join its disks in this way, once it is installed anew.
            pub mdisk_mode: Option<OrEmpty<MdiskMode>>,
            /// Give it an IPv6 network.
            pub enable_ipv6: Option<bool>,
            /// Put it in these VPC 2.0 networks, too. Use `bare-metal attach-vpc`.
            pub attach_vpc2: Option<Vec<Vpc2Id>>,
            /// Take it out of these VPC 2.0 networks.
            pub detach_vpc2: Option<Vec<Vpc2Id>>,
            /// Put it in the region's VPC 2.0 network.
            pub enable_vpc2: Option<bool>,
        },
        /// Delete a bare metal server with everything on it.
        "delete" => DeleteBareMetal(DELETE "/v2/bare-metals/{baremetal-id: BareMetalId}" -> 204, needs Subscriptions),
        /// Switch a bare metal server on.
        "start" => StartBareMetal(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/start" -> 204, needs Subscriptions),
        /// Switch a bare metal server off at once.
        "halt" => HaltBareMetal(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/halt" -> 204, needs Subscriptions),
        /// Restart a bare metal server.
        "reboot" => RebootBareMetal(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/reboot" -> 204, needs Subscriptions),
        /// Switch several bare metal servers on.
        "start-many" => StartBareMetals(POST "/v2/bare-metals/start" -> 204, needs Subscriptions) {
            /// The servers' ids.
            pub baremetal_ids: Vec<BareMetalId>,
        },
        /// Switch several bare metal servers off at once.
        "halt-many" => HaltBareMetals(POST "/v2/bare-metals/halt" -> 204, needs Subscriptions) {
            /// The servers' ids.
            pub baremetal_ids: Vec<BareMetalId>,
        },
        /// Restart several bare metal servers.
        "reboot-many" => RebootBareMetals(POST "/v2/bare-metals/reboot" -> 204, needs Subscriptions) {
            /// The servers' ids.
            pub baremetal_ids: Vec<BareMetalId>,
        },
        /// Install a bare metal server anew; what is on its disks is lost.
        "reinstall" => ReinstallBareMetal(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/reinstall" -> 202 { bare_metal: BareMetal }, needs Subscriptions, loses) {
            /// A new host name; the old one stays when absent.
            pub hostname: Option<String>,
        },
        /// Get what can be installed on a bare metal server instead.
        "upgrades" => GetBareMetalUpgrades(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/upgrades" -> 200 { upgrades: BareMetalUpgrades }, needs SubscriptionsView) {
            /// Only upgrades of this kind; all when absent. Another plan is none of them.
            #[wire(name = "type")]
            pub kind: Option<UpgradeType>,
        },
        /// Get what a bare metal server was given for its first boot.
        "user-data" => GetBareMetalUserData(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/user-data" -> 200 { user_data: BareMetalUserData }, needs SubscriptionsView),
        /// Get the address of a bare metal server's console.
        "vnc" => GetBareMetalVnc(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/vnc" -> 200 { vnc: BareMetalVnc }, needs SubscriptionsView),
        /// Get a bare metal server's traffic by day, as `2026-11-21` in UTC.
        "bandwidth" => GetBareMetalBandwidth(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/bandwidth" -> 200 { bandwidth: BTreeMap<String, DayTraffic> }, needs SubscriptionsView),
        /// List the IPv4 addresses of a bare metal server.
        "ipv4" => ListBareMetalIpv4(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4" -> 200 { ipv4s: [InstanceIpv4], whole }, needs SubscriptionsView),
        /// Name an IPv4 address of a bare metal server in reverse DNS.
        "set-reverse-ipv4" => SetBareMetalReverseIpv4(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4/reverse" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
            /// The name.
            pub reverse: String,
        },
        /// Give an IPv4 address of a bare metal server its first name in reverse DNS again.
        "reset-reverse-ipv4" => ResetBareMetalReverseIpv4(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4/reverse/default" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
        },
        /// List the IPv6 addresses of a bare metal server.
        "ipv6" => ListBareMetalIpv6(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6" -> 200 { ipv6s: [InstanceIpv6], whole }, needs SubscriptionsView),
        /// Name an address in a bare metal server's IPv6 network in reverse DNS.
        "set-reverse-ipv6" => SetBareMetalReverseIpv6(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6/reverse" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
            /// The name.
            pub reverse: String,
        },
        /// Take the name of an address in a bare metal server's IPv6 network away.
        "remove-reverse-ipv6" => RemoveBareMetalReverseIpv6(DELETE "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6/reverse/{ipv6}" -> 204, needs Subscriptions) {
            /// The address.
            pub ipv6: String,
        },
        /// List the VPCs that a bare metal server is in.
        "vpcs" => ListBareMetalVpcs(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs" -> 200 { vpcs: Vec<InstanceVpc> }, needs SubscriptionsView),
        /// Put a bare metal server in a VPC.
        "attach-vpc" => AttachBareMetalVpc(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs/attach" -> 204, needs Subscriptions) {
            /// The VPC's id.
            pub vpc_id: VpcId,
        },
        /// Take a bare metal server out of a VPC.
        "detach-vpc" => DetachBareMetalVpc(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs/detach" -> 204, needs Subscriptions) {
            /// The VPC's id.
            pub vpc_id: VpcId,
        },
        /// List the VPC 2.0 networks that a bare metal server is in.
        "vpc2s" => ListBareMetalVpc2s(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2" -> 200 { vpcs: Vec<InstanceVpc2> }, needs SubscriptionsView),
        /// Put a bare metal server in a VPC 2.0 network.
        "attach-vpc2" => AttachBareMetalVpc2(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2/attach" -> 204, needs Subscriptions) {
            /// The network's id.
            pub vpc_id: Vpc2Id,
            /// The server's address in the network; a free one is taken when absent or empty.
            pub ip_address: Option<String>,
        },
        /// Take a bare metal server out of a VPC 2.0 network.
        "detach-vpc2" => DetachBareMetalVpc2(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2/detach" -> 204, needs Subscriptions) {
            /// The network's id.
            pub vpc_id: Vpc2Id,
        },
    }
}

/// A whole machine.
#[view]
pub struct BareMetal {
    /// The server's id.
    pub id: BareMetalId,
    /// The name of its operating system.
    pub os: String,
    /// Memory in words: `32768 MB`.
    pub ram: String,
    /// Disks in words: `2x 240GB SSD`.
    pub disk: String,
    /// The main IPv4 address, or empty until it has one.
    pub main_ip: String,
    /// Number of cores.
    pub cpu_count: u32,
    /// The region's id.
    pub region: String,
    /// The first password of its root user: until ten minutes after it was deployed.
    #[wire(omit)]
    pub default_password: Option<Secret>,
    /// When it was created.
    pub date_created: Time,
    /// `pending` until it is deployed, and while it is installed anew.
    pub status: Open<BareMetalStatus>,
    /// Netmask of the main IPv4 address, or empty.
    pub netmask_v4: String,
    /// Gateway of the main IPv4 address, or empty.
    pub gateway_v4: String,
    /// The plan's id.
    pub plan: String,
    /// The owner's name for it.
    pub label: String,
    /// The first of its tags, for older clients; empty without tags.
    pub tag: String,
    /// The owner's tags.
    pub tags: Vec<String>,
    /// The operating system's id.
    pub os_id: u32,
    /// The application's id; 0 for none.
    pub app_id: u32,
    /// The marketplace application's id; empty for none.
    pub image_id: String,
    /// The snapshot that it was made from; empty for none.
    pub snapshot_id: OrEmpty<SnapshotId>,
    /// Its address in a VPC, or empty.
    pub internal_ip: String,
    /// The main IPv6 network, or empty.
    pub v6_network: String,
    /// The main IPv6 address with all its zeros, or empty.
    pub v6_main_ip: String,
    /// Prefix length of the main IPv6 network; 0 without one.
    pub v6_network_size: u32,
    /// The hardware address of its public interface, as a number.
    pub mac_address: u64,
    /// What is switched on besides.
    pub features: Vec<Open<BareMetalFeature>>,
    /// Who logs in.
    pub user_scheme: Open<UserScheme>,
    /// How its disks are joined.
    pub mdisk_mode: Open<MdiskMode>,
}

/// Where a bare metal server stands in its life.
#[words]
pub enum BareMetalStatus {
    /// Being installed.
    #[default]
    Pending,
    /// Installed.
    Active,
    /// Stopped by the provider.
    Suspended,
}

/// What a bare metal server can have besides.
#[words]
pub enum BareMetalFeature {
    /// An IPv6 network.
    #[default]
    Ipv6,
    /// Always started over the network.
    PersistentPxe,
}

/// How the disks of a bare metal server are joined.
#[words]
pub enum MdiskMode {
    /// Each disk holds what the others hold.
    Raid1,
    /// One disk after the other.
    Jbod,
    /// Not at all.
    #[default]
    None,
}

/// What can be installed on a bare metal server instead.
#[view]
pub struct BareMetalUpgrades {
    /// Operating systems.
    pub os: Vec<Os>,
    /// Applications.
    pub applications: Vec<Application>,
}

/// What a bare metal server was given for its first boot.
#[view]
pub struct BareMetalUserData {
    /// The data in base64, as it was sent; empty for none.
    #[wire(base64)]
    pub data: String,
}

/// The console of a bare metal server.
#[view]
pub struct BareMetalVnc {
    /// Its address in the browser, or empty.
    pub url: String,
}
