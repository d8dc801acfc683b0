//! Private networks (deprecated: see vpc). Made by `cargo xtask families`.

use api::private_networks::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Private networks (deprecated: see vpc): see [`Client::private_networks`].
#[derive(Debug, Clone, Copy)]
pub struct PrivateNetworks<'a>(&'a Client);

impl Client {
    /// Private networks (deprecated: see vpc).
    pub fn private_networks(&self) -> PrivateNetworks<'_> {
        PrivateNetworks(self)
    }
}

impl<'a> PrivateNetworks<'a> {
    /// List private networks.
    pub fn list(self) -> Call<'a, ListNetworks> {
        Call::new(self.0, ListNetworks::default())
    }

    /// Create a private network.
    pub fn create(self, request: impl Into<CreateNetwork>) -> Call<'a, CreateNetwork> {
        Call::new(self.0, request)
    }

    /// Get a private network.
    pub fn get(self, request: impl Into<GetNetwork>) -> Call<'a, GetNetwork> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetNetwork>) -> Optional<'a, GetNetwork> {
        self.get(request).opt()
    }

    /// Change a private network's description.
    pub fn update(self, request: impl Into<UpdateNetwork>) -> Call<'a, UpdateNetwork> {
        Call::new(self.0, request)
    }

    /// Delete a private network. No instance may be attached.
    pub fn delete(self, request: impl Into<DeleteNetwork>) -> Call<'a, DeleteNetwork> {
        Call::new(self.0, request)
    }
}
