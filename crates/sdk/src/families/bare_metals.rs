//! Bare metal servers: whole machines. Made by `cargo xtask families`.

use api::bare_metals::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Bare metal servers: whole machines: see [`Client::bare_metals`].
#[derive(Debug, Clone, Copy)]
pub struct BareMetals<'a>(&'a Client);

impl Client {
    /// Bare metal servers: whole machines.
    pub fn bare_metals(&self) -> BareMetals<'_> {
        BareMetals(self)
    }
}

impl<'a> BareMetals<'a> {
    /// List bare metal servers.
    pub fn list(self) -> Call<'a, ListBareMetals> {
        Call::new(self.0, ListBareMetals::default())
    }

    /// Create a bare metal server from one of `os_id`, `app_id`, `image_id` and `snapshot_id`.
    pub fn create(self, request: impl Into<CreateBareMetal>) -> Call<'a, CreateBareMetal> {
        Call::new(self.0, request)
    }

    /// Get a bare metal server.
    pub fn get(self, request: impl Into<GetBareMetal>) -> Call<'a, GetBareMetal> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetBareMetal>) -> Optional<'a, GetBareMetal> {
        self.get(request).opt()
    }

    /// Change a bare metal server. Another system or application installs it anew.
    pub fn update(self, request: impl Into<UpdateBareMetal>) -> Call<'a, UpdateBareMetal> {
        Call::new(self.0, request)
    }

    /// Delete a bare metal server with everything on it.
    pub fn delete(self, request: impl Into<DeleteBareMetal>) -> Call<'a, DeleteBareMetal> {
        Call::new(self.0, request)
    }

    /// Switch a bare metal server on.
    pub fn start(self, request: impl Into<StartBareMetal>) -> Call<'a, StartBareMetal> {
        Call::new(self.0, request)
    }

    /// Switch a bare metal server off at once.
    pub fn halt(self, request: impl Into<HaltBareMetal>) -> Call<'a, HaltBareMetal> {
        Call::new(self.0, request)
    }

    /// Restart a bare metal server.
    pub fn reboot(self, request: impl Into<RebootBareMetal>) -> Call<'a, RebootBareMetal> {
        Call::new(self.0, request)
    }

    /// Switch several bare metal servers on.
    pub fn start_many(self, request: impl Into<StartBareMetals>) -> Call<'a, StartBareMetals> {
        Call::new(self.0, request)
    }

    /// Switch several bare metal servers off at once.
    pub fn halt_many(self, request: impl Into<HaltBareMetals>) -> Call<'a, HaltBareMetals> {
        Call::new(self.0, request)
    }

    /// Restart several bare metal servers.
    pub fn reboot_many(self, request: impl Into<RebootBareMetals>) -> Call<'a, RebootBareMetals> {
        Call::new(self.0, request)
    }

    /// Install a bare metal server anew; what is on its disks is lost.
    pub fn reinstall(self, request: impl Into<ReinstallBareMetal>) -> Call<'a, ReinstallBareMetal> {
        Call::new(self.0, request)
    }

    /// Get what can be installed on a bare metal server instead.
    pub fn upgrades(
        self,
        request: impl Into<GetBareMetalUpgrades>,
    ) -> Call<'a, GetBareMetalUpgrades> {
        Call::new(self.0, request)
    }

    /// Get what a bare metal server was given for its first boot.
    pub fn user_data(
        self,
        request: impl Into<GetBareMetalUserData>,
    ) -> Call<'a, GetBareMetalUserData> {
        Call::new(self.0, request)
    }

    /// Get the address of a bare metal server's console.
    pub fn vnc(self, request: impl Into<GetBareMetalVnc>) -> Call<'a, GetBareMetalVnc> {
        Call::new(self.0, request)
    }

    /// Get a bare metal server's traffic by day, as `2026-11-21` in UTC.
    pub fn bandwidth(
        self,
        request: impl Into<GetBareMetalBandwidth>,
    ) -> Call<'a, GetBareMetalBandwidth> {
        Call::new(self.0, request)
    }

    /// List the IPv4 addresses of a bare metal server.
    pub fn ipv4(self, request: impl Into<ListBareMetalIpv4>) -> Call<'a, ListBareMetalIpv4> {
        Call::new(self.0, request)
    }

    /// Name an IPv4 address of a bare metal server in reverse DNS.
    pub fn set_reverse_ipv4(
        self,
        request: impl Into<SetBareMetalReverseIpv4>,
    ) -> Call<'a, SetBareMetalReverseIpv4> {
        Call::new(self.0, request)
    }

    /// Give an IPv4 address of a bare metal server its first name in reverse DNS again.
    pub fn reset_reverse_ipv4(
        self,
        request: impl Into<ResetBareMetalReverseIpv4>,
    ) -> Call<'a, ResetBareMetalReverseIpv4> {
        Call::new(self.0, request)
    }

    /// List the IPv6 addresses of a bare metal server.
    pub fn ipv6(self, request: impl Into<ListBareMetalIpv6>) -> Call<'a, ListBareMetalIpv6> {
        Call::new(self.0, request)
    }

    /// Name an address in a bare metal server's IPv6 network in reverse DNS.
    pub fn set_reverse_ipv6(
        self,
        request: impl Into<SetBareMetalReverseIpv6>,
    ) -> Call<'a, SetBareMetalReverseIpv6> {
        Call::new(self.0, request)
    }

    /// Take the name of an address in a bare metal server's IPv6 network away.
    pub fn remove_reverse_ipv6(
        self,
        request: impl Into<RemoveBareMetalReverseIpv6>,
    ) -> Call<'a, RemoveBareMetalReverseIpv6> {
        Call::new(self.0, request)
    }

    /// List the VPCs that a bare metal server is in.
    pub fn vpcs(self, request: impl Into<ListBareMetalVpcs>) -> Call<'a, ListBareMetalVpcs> {
        Call::new(self.0, request)
    }

    /// Put a bare metal server in a VPC.
    pub fn attach_vpc(
        self,
        request: impl Into<AttachBareMetalVpc>,
    ) -> Call<'a, AttachBareMetalVpc> {
        Call::new(self.0, request)
    }

    /// Take a bare metal server out of a VPC.
    pub fn detach_vpc(
        self,
        request: impl Into<DetachBareMetalVpc>,
    ) -> Call<'a, DetachBareMetalVpc> {
        Call::new(self.0, request)
    }

    /// List the VPC 2.0 networks that a bare metal server is in.
    pub fn vpc2s(self, request: impl Into<ListBareMetalVpc2s>) -> Call<'a, ListBareMetalVpc2s> {
        Call::new(self.0, request)
    }

    /// Put a bare metal server in a VPC 2.0 network.
    pub fn attach_vpc2(
        self,
        request: impl Into<AttachBareMetalVpc2>,
    ) -> Call<'a, AttachBareMetalVpc2> {
        Call::new(self.0, request)
    }

    /// Take a bare metal server out of a VPC 2.0 network.
    pub fn detach_vpc2(
        self,
        request: impl Into<DetachBareMetalVpc2>,
    ) -> Call<'a, DetachBareMetalVpc2> {
        Call::new(self.0, request)
    }
}
