//! Instances: virtual machines. Made by `cargo xtask families`.

use api::instances::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Instances: virtual machines: see [`Client::instances`].
#[derive(Debug, Clone, Copy)]
pub struct Instances<'a>(&'a Client);

impl Client {
    /// Instances: virtual machines.
    pub fn instances(&self) -> Instances<'_> {
        Instances(self)
    }
}

impl<'a> Instances<'a> {
    /// List instances.
    pub fn list(self) -> Call<'a, ListInstances> {
        Call::new(self.0, ListInstances::default())
    }

    /// Create an instance from one of `os_id`, `app_id`, `image_id`, `iso_id` and `snapshot_id`.
    pub fn create(self, request: impl Into<CreateInstance>) -> Call<'a, CreateInstance> {
        Call::new(self.0, request)
    }

    /// Get an instance.
    pub fn get(self, request: impl Into<GetInstance>) -> Call<'a, GetInstance> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetInstance>) -> Optional<'a, GetInstance> {
        self.get(request).opt()
    }

    /// Change an instance. Another system or application installs it anew.
    pub fn update(self, request: impl Into<UpdateInstance>) -> Call<'a, UpdateInstance> {
        Call::new(self.0, request)
    }

    /// Destroy an instance and what is on its local disk.
    pub fn delete(self, request: impl Into<DeleteInstance>) -> Call<'a, DeleteInstance> {
        Call::new(self.0, request)
    }

    /// Switch an instance on.
    pub fn start(self, request: impl Into<StartInstance>) -> Call<'a, StartInstance> {
        Call::new(self.0, request)
    }

    /// Switch an instance off at once, as if the plug were pulled.
    pub fn halt(self, request: impl Into<HaltInstance>) -> Call<'a, HaltInstance> {
        Call::new(self.0, request)
    }

    /// Restart an instance.
    pub fn reboot(self, request: impl Into<RebootInstance>) -> Call<'a, RebootInstance> {
        Call::new(self.0, request)
    }

    /// Switch several instances on.
    pub fn start_many(self, request: impl Into<StartInstances>) -> Call<'a, StartInstances> {
        Call::new(self.0, request)
    }

    /// Switch several instances off at once.
    pub fn halt_many(self, request: impl Into<HaltInstances>) -> Call<'a, HaltInstances> {
        Call::new(self.0, request)
    }

    /// Restart several instances.
    pub fn reboot_many(self, request: impl Into<RebootInstances>) -> Call<'a, RebootInstances> {
        Call::new(self.0, request)
    }

    /// Install an instance anew; what is on its disk is lost.
    pub fn reinstall(self, request: impl Into<ReinstallInstance>) -> Call<'a, ReinstallInstance> {
        Call::new(self.0, request)
    }

    /// Put a backup or a snapshot on an instance's disk; what is there is lost.
    pub fn restore(self, request: impl Into<RestoreInstance>) -> Call<'a, RestoreInstance> {
        Call::new(self.0, request)
    }

    /// Get a job: work on an instance that an update started.
    pub fn job(self, request: impl Into<GetInstanceJob>) -> Call<'a, GetInstanceJob> {
        Call::new(self.0, request)
    }

    /// Get what an instance can be changed to.
    pub fn upgrades(
        self,
        request: impl Into<GetInstanceUpgrades>,
    ) -> Call<'a, GetInstanceUpgrades> {
        Call::new(self.0, request)
    }

    /// Get what an instance was given for its first boot.
    pub fn user_data(
        self,
        request: impl Into<GetInstanceUserData>,
    ) -> Call<'a, GetInstanceUserData> {
        Call::new(self.0, request)
    }

    /// Get an instance's traffic by day, as `2026-11-21` in UTC.
    pub fn bandwidth(
        self,
        request: impl Into<GetInstanceBandwidth>,
    ) -> Call<'a, GetInstanceBandwidth> {
        Call::new(self.0, request)
    }

    /// List the ids of other instances in the same place as an instance.
    pub fn neighbors(
        self,
        request: impl Into<ListInstanceNeighbors>,
    ) -> Call<'a, ListInstanceNeighbors> {
        Call::new(self.0, request)
    }

    /// Get the schedule of an instance's backups.
    pub fn backup_schedule(
        self,
        request: impl Into<GetInstanceBackupSchedule>,
    ) -> Call<'a, GetInstanceBackupSchedule> {
        Call::new(self.0, request)
    }

    /// Set the schedule of an instance's backups, in UTC. They must be enabled already.
    pub fn set_backup_schedule(
        self,
        request: impl Into<SetInstanceBackupSchedule>,
    ) -> Call<'a, SetInstanceBackupSchedule> {
        Call::new(self.0, request)
    }

    /// List an instance's IPv4 addresses.
    pub fn ipv4(self, request: impl Into<ListInstanceIpv4>) -> Call<'a, ListInstanceIpv4> {
        Call::new(self.0, request)
    }

    /// Give an instance one more IPv4 address.
    pub fn add_ipv4(self, request: impl Into<AddInstanceIpv4>) -> Call<'a, AddInstanceIpv4> {
        Call::new(self.0, request)
    }

    /// Take an additional IPv4 address from an instance.
    pub fn remove_ipv4(
        self,
        request: impl Into<RemoveInstanceIpv4>,
    ) -> Call<'a, RemoveInstanceIpv4> {
        Call::new(self.0, request)
    }

    /// Set the name that an instance's IPv4 address resolves to.
    pub fn set_reverse_ipv4(
        self,
        request: impl Into<SetInstanceReverseIpv4>,
    ) -> Call<'a, SetInstanceReverseIpv4> {
        Call::new(self.0, request)
    }

    /// Set the name that an instance's IPv4 address resolves to back to the first one.
    pub fn reset_reverse_ipv4(
        self,
        request: impl Into<ResetInstanceReverseIpv4>,
    ) -> Call<'a, ResetInstanceReverseIpv4> {
        Call::new(self.0, request)
    }

    /// List an instance's IPv6 addresses.
    pub fn ipv6(self, request: impl Into<ListInstanceIpv6>) -> Call<'a, ListInstanceIpv6> {
        Call::new(self.0, request)
    }

    /// List the names that an instance's IPv6 addresses resolve to.
    pub fn reverse_ipv6(
        self,
        request: impl Into<ListInstanceReverseIpv6>,
    ) -> Call<'a, ListInstanceReverseIpv6> {
        Call::new(self.0, request)
    }

    /// Set the name that an IPv6 address in an instance's network resolves to.
    pub fn set_reverse_ipv6(
        self,
        request: impl Into<SetInstanceReverseIpv6>,
    ) -> Call<'a, SetInstanceReverseIpv6> {
        Call::new(self.0, request)
    }

    /// Remove the name that an IPv6 address of an instance resolves to.
    pub fn remove_reverse_ipv6(
        self,
        request: impl Into<RemoveInstanceReverseIpv6>,
    ) -> Call<'a, RemoveInstanceReverseIpv6> {
        Call::new(self.0, request)
    }

    /// Get what an instance's drive holds.
    pub fn iso(self, request: impl Into<GetInstanceIso>) -> Call<'a, GetInstanceIso> {
        Call::new(self.0, request)
    }

    /// Put an ISO image into an instance's drive, which restarts it from there.
    pub fn attach_iso(self, request: impl Into<AttachInstanceIso>) -> Call<'a, AttachInstanceIso> {
        Call::new(self.0, request)
    }

    /// Take the ISO image out of an instance's drive, which restarts it. An empty drive may stay so.
    pub fn detach_iso(self, request: impl Into<DetachInstanceIso>) -> Call<'a, DetachInstanceIso> {
        Call::new(self.0, request)
    }

    /// List the VPCs that an instance is in.
    pub fn vpcs(self, request: impl Into<ListInstanceVpcs>) -> Call<'a, ListInstanceVpcs> {
        Call::new(self.0, request)
    }

    /// Put an instance in a VPC, which restarts it.
    pub fn attach_vpc(self, request: impl Into<AttachInstanceVpc>) -> Call<'a, AttachInstanceVpc> {
        Call::new(self.0, request)
    }

    /// Take an instance out of a VPC, which restarts it.
    pub fn detach_vpc(self, request: impl Into<DetachInstanceVpc>) -> Call<'a, DetachInstanceVpc> {
        Call::new(self.0, request)
    }

    /// List the VPC 2.0 networks that an instance is in.
    pub fn vpc2s(self, request: impl Into<ListInstanceVpc2s>) -> Call<'a, ListInstanceVpc2s> {
        Call::new(self.0, request)
    }

    /// Put an instance in a VPC 2.0 network.
    pub fn attach_vpc2(
        self,
        request: impl Into<AttachInstanceVpc2>,
    ) -> Call<'a, AttachInstanceVpc2> {
        Call::new(self.0, request)
    }

    /// Take an instance out of a VPC 2.0 network.
    pub fn detach_vpc2(
        self,
        request: impl Into<DetachInstanceVpc2>,
    ) -> Call<'a, DetachInstanceVpc2> {
        Call::new(self.0, request)
    }

    /// List the private networks that an instance is in. Use its VPCs instead.
    pub fn private_networks(
        self,
        request: impl Into<ListInstancePrivateNetworks>,
    ) -> Call<'a, ListInstancePrivateNetworks> {
        Call::new(self.0, request)
    }

    /// Put an instance in a private network. Use a VPC instead.
    pub fn attach_private_network(
        self,
        request: impl Into<AttachInstancePrivateNetwork>,
    ) -> Call<'a, AttachInstancePrivateNetwork> {
        Call::new(self.0, request)
    }

    /// Take an instance out of a private network. Use a VPC instead.
    pub fn detach_private_network(
        self,
        request: impl Into<DetachInstancePrivateNetwork>,
    ) -> Call<'a, DetachInstancePrivateNetwork> {
        Call::new(self.0, request)
    }
}
