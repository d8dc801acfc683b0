//! Instances, the virtual machines: `/v2/instances`.
//!
//! Here are the instance itself and its operations; what they tell of one of its sides has a module of
//! its own.

mod addresses;
mod details;
mod isos;
mod networks;
mod power;

pub use crate::id::{InstanceId, JobId};
pub use addresses::*;
pub use details::*;
pub use isos::*;
pub use networks::*;
pub use power::*;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::form::Form;
use crate::id::{
    BackupId, BlockId, FirewallGroupId, IsoId, NetworkId, ReservedIpId, SnapshotId, SshKeyId,
    StartupId, Vpc2Id, VpcId,
};
use crate::wire::{Given, Wire, Wrong, for_serde, write};
use crate::{Money, Open, OrEmpty, Secret, Time, part, view, words};

operations! {
    "instance": "Instances: virtual machines" {
        /// List instances.
        "list" => ListInstances(GET "/v2/instances" -> 200 { instances: [Instance] }, needs SubscriptionsView) {
            /// Only those with this tag, whole, in capitals or not.
            #[wire(most = 512)]
            pub tag: Option<String>,
            /// Only those with exactly this label.
            pub label: Option<String>,
            /// Only the one with this main IPv4 address.
            pub main_ip: Option<String>,
            /// Only those in this region.
            pub region: Option<String>,
            /// Only those behind this firewall group.
            pub firewall_group_id: Option<FirewallGroupId>,
            /// Only those with this host name.
            pub hostname: Option<String>,
            /// Show what is owed for each.
            pub show_pending_charges: Option<bool>,
        },
        /// Create an instance from one of `os_id`, `app_id`, `image_id`, `iso_id` and `snapshot_id`.
        "create" => CreateInstance(POST "/v2/instances" -> 202 { instance: Instance }, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// The plan's id.
            pub plan: String,
            /// Install this operating system.
            pub os_id: Option<u32>,
            /// Install this application.
            pub app_id: Option<u32>,
            /// Install this marketplace application.
            pub image_id: Option<String>,
            /// Values that the marketplace application asks for, by name.
            pub app_variables: Option<Map<String, Value>>,
            /// Start from this ISO image.
            pub iso_id: Option<OrEmpty<IsoId>>,
            /// Start with the contents of this snapshot.
            pub snapshot_id: Option<OrEmpty<SnapshotId>>,
            /// Boot over the network from the iPXE script at this address.
            #[wire(most = 8_192)]
            pub ipxe_chain_url: Option<String>,
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
            /// Make backups; `disabled` when absent.
            pub backups: Option<Backups>,
            /// Protect it against floods of traffic, which costs extra.
            pub ddos_protection: Option<bool>,
            /// Send a mail when it is ready.
            pub activation_email: Option<bool>,
            /// Put it behind this firewall group.
            pub firewall_group_id: Option<OrEmpty<FirewallGroupId>>,
            /// Give it an IPv6 network.
            pub enable_ipv6: Option<bool>,
            /// Give it no public IPv4 address; counts only along with `enable_ipv6`.
            pub disable_public_ipv4: Option<bool>,
            /// Give it no public address at all, only those in its VPCs.
            pub vpc_only: Option<bool>,
            /// The id of the reserved IPv4 address that becomes its main address.
            pub reserved_ipv4: Option<OrEmpty<ReservedIpId>>,
            /// Volumes for it; plans without local disk need one to boot from.
            pub block_devices: Option<Vec<BlockDevice>>,
            /// Put it in these VPCs; `enable_vpc` then does not count.
            pub attach_vpc: Option<Vec<VpcId>>,
            /// Put it in the region's VPC, which is made where there is none.
            pub enable_vpc: Option<bool>,
            /// Put it in these VPC 2.0 networks. Use `attach_vpc`.
            pub attach_vpc2: Option<Vec<Vpc2Id>>,
            /// Put it in the region's VPC 2.0 network. Use `enable_vpc`.
            pub enable_vpc2: Option<bool>,
            /// Put it in these private networks. Use `attach_vpc`.
            pub attach_private_network: Option<Vec<NetworkId>>,
            /// Put it in the region's private network. Use `enable_vpc`.
            pub enable_private_network: Option<bool>,
        },
        /// Get an instance.
        "get" => GetInstance(GET "/v2/instances/{instance-id}" -> 200 { instance: Instance }, needs SubscriptionsView),
        /// Change an instance. Another system or application installs it anew.
        "update" => UpdateInstance(PATCH "/v2/instances/{instance-id}" -> 202 UpdatedInstance, needs Subscriptions, loses with os_id, app_id, image_id) {
            /// Install this operating system instead.
            pub os_id: Option<u32>,
            /// Install this application instead.
            pub app_id: Option<u32>,
            /// Install this marketplace application instead.
            pub image_id: Option<String>,
            /// Move to this plan, a larger one.
            pub plan: Option<String>,
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
            pub user_scheme: Option<UserScheme>,
            /// Make backups, or stop that.
            pub backups: Option<Backups>,
            /// Protect it against floods of traffic, or stop that.
            pub ddos_protection: Option<bool>,
            /// Put it behind this firewall group; behind none when empty.
            pub firewall_group_id: Option<OrEmpty<FirewallGroupId>>,
            /// Give it an IPv6 network.
            pub enable_ipv6: Option<bool>,
            /// Put it in these VPCs, too; `enable_vpc` then does not count.
            pub attach_vpc: Option<Vec<VpcId>>,
            /// Take it out of these VPCs.
            pub detach_vpc: Option<Vec<VpcId>>,
            /// Put it in the region's VPC, which is made where there is none.
            pub enable_vpc: Option<bool>,
            /// Put it in these VPC 2.0 networks, too. Use `attach_vpc`.
            pub attach_vpc2: Option<Vec<Vpc2Id>>,
            /// Take it out of these VPC 2.0 networks. Use `detach_vpc`.
            pub detach_vpc2: Option<Vec<Vpc2Id>>,
            /// Put it in the region's VPC 2.0 network. Use `enable_vpc`.
            pub enable_vpc2: Option<bool>,
            /// Put it in these private networks, too. Use `attach_vpc`.
            pub attach_private_network: Option<Vec<NetworkId>>,
            /// Take it out of these private networks. Use `detach_vpc`.
            pub detach_private_network: Option<Vec<NetworkId>>,
            /// Put it in the region's private network. Use `enable_vpc`.
            pub enable_private_network: Option<bool>,
        },
        /// Destroy an instance and what is on its local disk.
        "delete" => DeleteInstance(DELETE "/v2/instances/{instance-id}" -> 204, needs Subscriptions),
        /// Switch an instance on.
        "start" => StartInstance(POST "/v2/instances/{instance-id}/start" -> 204, needs Subscriptions),
        /// Switch an instance off at once, as if the plug were pulled.
        "halt" => HaltInstance(POST "/v2/instances/{instance-id}/halt" -> 204, needs Subscriptions),
        /// Restart an instance.
        "reboot" => RebootInstance(POST "/v2/instances/{instance-id}/reboot" -> 204, needs Subscriptions),
        /// Switch several instances on.
        "start-many" => StartInstances(POST "/v2/instances/start" -> 204, needs Subscriptions) {
            /// The instances' ids.
            pub instance_ids: Vec<InstanceId>,
        },
        /// Switch several instances off at once.
        "halt-many" => HaltInstances(POST "/v2/instances/halt" -> 204, needs Subscriptions) {
            /// The instances' ids.
            pub instance_ids: Vec<InstanceId>,
        },
        /// Restart several instances.
        "reboot-many" => RebootInstances(POST "/v2/instances/reboot" -> 204, needs Subscriptions) {
            /// The instances' ids.
            pub instance_ids: Vec<InstanceId>,
        },
        /// Install an instance anew; what is on its disk is lost.
        "reinstall" => ReinstallInstance(POST "/v2/instances/{instance-id}/reinstall" -> 202 { instance: Instance }, needs Subscriptions, loses) {
            /// A new host name; the old one stays when absent.
            pub hostname: Option<String>,
        },
        /// Put a backup or a snapshot on an instance's disk; what is there is lost.
        "restore" => RestoreInstance(POST "/v2/instances/{instance-id}/restore" -> 202 { status: InstanceRestore }, needs Subscriptions, loses) {
            /// The backup; either this or `snapshot_id`.
            pub backup_id: Option<OrEmpty<BackupId>>,
            /// The snapshot; either this or `backup_id`.
            pub snapshot_id: Option<OrEmpty<SnapshotId>>,
        },
        /// Get a job: work on an instance that an update started.
        "job" => GetInstanceJob(GET "/v2/instances/jobs/{job-id}" -> 200 { job: InstanceJob }, needs SubscriptionsView),
        /// Get what an instance can be changed to.
        "upgrades" => GetInstanceUpgrades(GET "/v2/instances/{instance-id}/upgrades" -> 200 { upgrades: InstanceUpgrades }, needs SubscriptionsView) {
            /// Only upgrades of this kind; all when absent.
            #[wire(name = "type")]
            pub kind: Option<UpgradeType>,
        },
        /// Get what an instance was given for its first boot.
        "user-data" => GetInstanceUserData(GET "/v2/instances/{instance-id}/user-data" -> 200 { user_data: InstanceUserData }, needs SubscriptionsView),
        /// Get an instance's traffic by day, as `2026-11-21` in UTC.
        "bandwidth" => GetInstanceBandwidth(GET "/v2/instances/{instance-id}/bandwidth" -> 200 { bandwidth: BTreeMap<String, DayTraffic> }, needs SubscriptionsView) {
            /// How many days back, 1 to 180; 30 when absent.
            pub date_range: Option<u32>,
        },
        /// List the ids of other instances in the same place as an instance.
        "neighbors" => ListInstanceNeighbors(GET "/v2/instances/{instance-id}/neighbors" -> 200 { neighbors: Vec<InstanceId> }, needs SubscriptionsView),
        /// Get the schedule of an instance's backups.
        "backup-schedule" => GetInstanceBackupSchedule(GET "/v2/instances/{instance-id}/backup-schedule" -> 200 { backup_schedule: BackupSchedule }, needs SubscriptionsView),
        /// Set the schedule of an instance's backups, in UTC. They must be enabled already.
        "set-backup-schedule" => SetInstanceBackupSchedule(POST "/v2/instances/{instance-id}/backup-schedule" -> 200, needs Subscriptions) {
            /// How often.
            #[wire(name = "type")]
            pub kind: BackupScheduleType,
            /// Hour of the day, 0 to 23.
            pub hour: Option<u8>,
            /// Day of the week, from 1 for Sunday to 7 for Saturday; 0 for none.
            pub dow: Option<u8>,
            /// Day of the month, 1 to 28.
            pub dom: Option<u8>,
        },
        /// List an instance's IPv4 addresses.
        "ipv4" => ListInstanceIpv4(GET "/v2/instances/{instance-id}/ipv4" -> 200 { ipv4s: [InstanceIpv4] }, needs SubscriptionsView) {
            /// Show the public network adapter's address, too.
            pub public_network: Option<bool>,
        },
        /// Give an instance one more IPv4 address.
        "add-ipv4" => AddInstanceIpv4(POST "/v2/instances/{instance-id}/ipv4" -> 202 { ipv4: InstanceIpv4 }, needs Subscriptions) {
            /// Restart the instance, so that it takes the address up.
            pub reboot: Option<bool>,
        },
        /// Take an additional IPv4 address from an instance.
        "remove-ipv4" => RemoveInstanceIpv4(DELETE "/v2/instances/{instance-id}/ipv4/{ipv4}" -> 204, needs Subscriptions) {
            /// The address.
            pub ipv4: String,
        },
        /// Set the name that an instance's IPv4 address resolves to.
        "set-reverse-ipv4" => SetInstanceReverseIpv4(POST "/v2/instances/{instance-id}/ipv4/reverse" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
            /// The name, without a final dot.
            pub reverse: String,
        },
        /// Set the name that an instance's IPv4 address resolves to back to the first one.
        "reset-reverse-ipv4" => ResetInstanceReverseIpv4(POST "/v2/instances/{instance-id}/ipv4/reverse/default" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
        },
        /// List an instance's IPv6 addresses.
        "ipv6" => ListInstanceIpv6(GET "/v2/instances/{instance-id}/ipv6" -> 200 { ipv6s: [InstanceIpv6], whole }, needs SubscriptionsView),
        /// List the names that an instance's IPv6 addresses resolve to.
        "reverse-ipv6" => ListInstanceReverseIpv6(GET "/v2/instances/{instance-id}/ipv6/reverse" -> 200 { reverse_ipv6s: Vec<ReverseIpv6> }, needs SubscriptionsView),
        /// Set the name that an IPv6 address in an instance's network resolves to.
        "set-reverse-ipv6" => SetInstanceReverseIpv6(POST "/v2/instances/{instance-id}/ipv6/reverse" -> 204, needs Subscriptions) {
            /// The address.
            pub ip: String,
            /// The name, without a final dot.
            pub reverse: String,
        },
        /// Remove the name that an IPv6 address of an instance resolves to.
        "remove-reverse-ipv6" => RemoveInstanceReverseIpv6(DELETE "/v2/instances/{instance-id}/ipv6/reverse/{ipv6}" -> 204, needs Subscriptions) {
            /// The address.
            pub ipv6: String,
        },
        /// Get what an instance's drive holds.
        "iso" => GetInstanceIso(GET "/v2/instances/{instance-id}/iso" -> 200 { iso_status: InstanceIso }, needs SubscriptionsView),
        /// Put an ISO image into an instance's drive, which restarts it from there.
        "attach-iso" => AttachInstanceIso(POST "/v2/instances/{instance-id}/iso/attach" -> 202 { iso_status: InstanceIsoChange }, needs Subscriptions) {
            /// The image, a public one or the account's own.
            pub iso_id: IsoId,
        },
        /// Take the ISO image out of an instance's drive, which restarts it. An empty drive may stay so.
        "detach-iso" => DetachInstanceIso(POST "/v2/instances/{instance-id}/iso/detach" -> 202 { iso_status: InstanceIsoChange }, needs Subscriptions),
        /// List the VPCs that an instance is in.
        "vpcs" => ListInstanceVpcs(GET "/v2/instances/{instance-id}/vpcs" -> 200 { vpcs: [InstanceVpc] }, needs SubscriptionsView),
        /// Put an instance in a VPC, which restarts it.
        "attach-vpc" => AttachInstanceVpc(POST "/v2/instances/{instance-id}/vpcs/attach" -> 204, needs Subscriptions) {
            /// The VPC's id.
            pub vpc_id: VpcId,
        },
        /// Take an instance out of a VPC, which restarts it.
        "detach-vpc" => DetachInstanceVpc(POST "/v2/instances/{instance-id}/vpcs/detach" -> 204, needs Subscriptions) {
            /// The VPC's id.
            pub vpc_id: VpcId,
        },
        /// List the VPC 2.0 networks that an instance is in.
        "vpc2s" => ListInstanceVpc2s(GET "/v2/instances/{instance-id}/vpc2" -> 200 { vpcs: [InstanceVpc2] }, needs SubscriptionsView),
        /// Put an instance in a VPC 2.0 network.
        "attach-vpc2" => AttachInstanceVpc2(POST "/v2/instances/{instance-id}/vpc2/attach" -> 202, needs Subscriptions) {
            /// The network's id.
            pub vpc_id: Vpc2Id,
            /// The instance's address in the network; a free one is taken when absent or empty.
            pub ip_address: Option<String>,
        },
        /// Take an instance out of a VPC 2.0 network.
        "detach-vpc2" => DetachInstanceVpc2(POST "/v2/instances/{instance-id}/vpc2/detach" -> 202, needs Subscriptions) {
            /// The network's id.
            pub vpc_id: Vpc2Id,
        },
        /// List the private networks that an instance is in. Use its VPCs instead.
        "private-networks" => ListInstancePrivateNetworks(GET "/v2/instances/{instance-id}/private-networks" -> 200 { private_networks: [InstancePrivateNetwork] }, needs SubscriptionsView),
        /// Put an instance in a private network. Use a VPC instead.
        "attach-private-network" => AttachInstancePrivateNetwork(POST "/v2/instances/{instance-id}/private-networks/attach" -> 204, needs Subscriptions) {
            /// The network's id.
            pub network_id: NetworkId,
        },
        /// Take an instance out of a private network. Use a VPC instead.
        "detach-private-network" => DetachInstancePrivateNetwork(POST "/v2/instances/{instance-id}/private-networks/detach" -> 204, needs Subscriptions) {
            /// The network's id.
            pub network_id: NetworkId,
        },
    }
}

/// A virtual machine.
#[view]
pub struct Instance {
    /// The instance's id.
    pub id: InstanceId,
    /// The name of its operating system.
    pub os: String,
    /// Memory in MB.
    pub ram: u32,
    /// Local disk in GB.
    pub disk: u32,
    /// The main IPv4 address; `0.0.0.0` until it has one.
    pub main_ip: String,
    /// Number of virtual processors.
    pub vcpu_count: u32,
    /// The region's id.
    pub region: String,
    /// The plan's id.
    pub plan: String,
    /// When it was created.
    pub date_created: Time,
    /// `pending` until it is deployed.
    pub status: Open<InstanceStatus>,
    /// Traffic in GB that a month includes.
    pub allowed_bandwidth: u32,
    /// Netmask of the main IPv4 address, or empty.
    pub netmask_v4: String,
    /// Gateway of the main IPv4 address; `0.0.0.0` until it has one.
    pub gateway_v4: String,
    /// Whether it is switched on.
    pub power_status: Open<PowerStatus>,
    /// How its operating system does.
    pub server_status: Open<ServerStatus>,
    /// The main IPv6 network, or empty.
    pub v6_network: String,
    /// The main IPv6 address with all its zeros, or empty.
    pub v6_main_ip: String,
    /// Prefix length of the main IPv6 network; 0 without one.
    pub v6_network_size: u32,
    /// The IPv6 networks as a list, the form of older clients.
    pub v6_networks: Vec<InstanceIpv6Network>,
    /// The owner's name for it.
    pub label: String,
    /// Its address in a VPC, or empty.
    pub internal_ip: String,
    /// Address of its console in the browser; empty until it has one.
    pub kvm: String,
    /// The host name that it was deployed with.
    pub hostname: String,
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
    /// Its firewall group; empty for none.
    pub firewall_group_id: OrEmpty<FirewallGroupId>,
    /// What is switched on besides.
    pub features: Vec<Open<InstanceFeature>>,
    /// Who logs in.
    pub user_scheme: Open<UserScheme>,
    /// Whether it has no public address and speaks to its VPCs only.
    pub vpc_only: bool,
    /// The VPCs that it is in.
    pub vpcs: Vec<AttachedVpc>,
    /// The first password of its root user: only in the answer to its creation.
    #[wire(omit)]
    pub default_password: Option<Secret>,
    /// What is owed for it since the last invoice; in lists only where asked for.
    #[wire(omit)]
    pub pending_charges: Option<Money>,
}

/// Where an instance stands in its life.
#[words]
pub enum InstanceStatus {
    /// Being deployed.
    #[default]
    Pending,
    /// Deployed.
    Active,
    /// Stopped by the provider.
    Suspended,
    /// Moving to another plan.
    Resizing,
}

/// Whether an instance is switched on.
#[words]
pub enum PowerStatus {
    /// Off.
    #[default]
    Stopped,
    /// On.
    Running,
}

/// How an instance's operating system does.
#[words(lowercase)]
pub enum ServerStatus {
    /// Nothing is known yet.
    #[default]
    None,
    /// Work is under way that must not be disturbed.
    Locked,
    /// Being installed, or starting for the first time.
    InstallingBooting,
    /// Up.
    Ok,
}

/// What an instance can have besides.
#[words]
pub enum InstanceFeature {
    /// Backups on a schedule.
    AutoBackups,
    /// An IPv6 network.
    #[default]
    Ipv6,
    /// Protection against floods of traffic.
    DdosProtection,
}

/// Who logs in to a Linux machine.
#[words]
pub enum UserScheme {
    /// The user `root`.
    #[default]
    Root,
    /// A user that has to use `sudo`.
    Limited,
}

/// Whether backups are made on a schedule.
#[words]
pub enum Backups {
    /// They are.
    Enabled,
    /// They are not.
    #[default]
    Disabled,
}

/// An IPv6 network of an instance.
#[view]
pub struct InstanceIpv6Network {
    /// The network's address.
    pub network: String,
    /// The instance's address in it.
    pub main_ip: String,
    /// The network's prefix length.
    pub network_size: u32,
}

/// A disk for a new instance: a volume that exists, one to be made, or the plan's own disk.
#[part]
pub struct BlockDevice {
    /// The volume that is attached, or `local` for the disk that the plan brings; a new volume is made
    /// when absent.
    pub block_id: Option<Device>,
    /// Whether the instance boots from it.
    pub bootable: Option<bool>,
    /// Size of a new one in GB.
    pub disk_size: Option<u32>,
    /// A name for a new one.
    pub label: Option<String>,
}

/// What a new instance gets as a disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Device {
    /// A new volume: an empty text on the wire.
    #[default]
    New,
    /// The disk that the plan brings: `local`.
    Local,
    /// A volume that exists: its id.
    Volume(BlockId),
}

/// The word for the disk that the plan brings.
const LOCAL: &str = "local";

impl Wire for Device {
    const FORM: &'static Form = <OrEmpty<BlockId> as Wire>::FORM;
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        if given.text().is_ok_and(|text| text == LOCAL) {
            return Ok(Self::Local);
        }
        OrEmpty::read(given).map(|id| id.get().map_or(Self::New, Self::Volume))
    }
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::New => write::json(out, ""),
            Self::Local => write::json(out, LOCAL),
            Self::Volume(id) => id.write(out),
        }
    }
    fn is_nothing(&self) -> bool {
        *self == Self::New
    }
}
for_serde!(Device);

impl From<BlockId> for Device {
    fn from(id: BlockId) -> Self {
        Self::Volume(id)
    }
}

/// A changed instance, and the work that the change started.
#[view]
pub struct UpdatedInstance {
    /// The instance.
    pub instance: Instance,
    /// The jobs that carry the change out: see `GET /v2/instances/jobs/{job-id}`. Left out where
    /// there are none, since older clients take the one key that there is.
    #[wire(omit)]
    pub job_ids: Vec<JobId>,
}
