//! Reserved IP addresses. Made by `cargo xtask families`.

use api::reserved_ips::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Reserved IP addresses: see [`Client::reserved_ips`].
#[derive(Debug, Clone, Copy)]
pub struct ReservedIps<'a>(&'a Client);

impl Client {
    /// Reserved IP addresses.
    pub fn reserved_ips(&self) -> ReservedIps<'_> {
        ReservedIps(self)
    }
}

impl<'a> ReservedIps<'a> {
    /// List reserved IPs.
    pub fn list(self) -> Call<'a, ListReservedIps> {
        Call::new(self.0, ListReservedIps::default())
    }

    /// Reserve an IP address.
    pub fn create(self, request: impl Into<CreateReservedIp>) -> Call<'a, CreateReservedIp> {
        Call::new(self.0, request)
    }

    /// Get a reserved IP.
    pub fn get(self, request: impl Into<GetReservedIp>) -> Call<'a, GetReservedIp> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetReservedIp>) -> Optional<'a, GetReservedIp> {
        self.get(request).opt()
    }

    /// Rename a reserved IP.
    pub fn update(self, request: impl Into<UpdateReservedIp>) -> Call<'a, UpdateReservedIp> {
        Call::new(self.0, request)
    }

    /// Give a reserved IP back. One that is attached is detached first.
    pub fn delete(self, request: impl Into<DeleteReservedIp>) -> Call<'a, DeleteReservedIp> {
        Call::new(self.0, request)
    }

    /// Attach a reserved IP to an instance in its region.
    pub fn attach(self, request: impl Into<AttachReservedIp>) -> Call<'a, AttachReservedIp> {
        Call::new(self.0, request)
    }

    /// Detach a reserved IP.
    pub fn detach(self, request: impl Into<DetachReservedIp>) -> Call<'a, DetachReservedIp> {
        Call::new(self.0, request)
    }

    /// Reserve an address that an instance has already. It stays attached.
    pub fn convert(self, request: impl Into<ConvertReservedIp>) -> Call<'a, ConvertReservedIp> {
        Call::new(self.0, request)
    }
}
