//! VPC 2.0 networks (deprecated: see vpc). Made by `cargo xtask families`.

use api::vpc2::*;

use crate::Client;
use crate::call::{Call, Optional};

/// VPC 2.0 networks (deprecated: see vpc): see [`Client::vpc2`].
#[derive(Debug, Clone, Copy)]
pub struct Vpc2<'a>(&'a Client);

impl Client {
    /// VPC 2.0 networks (deprecated: see vpc).
    pub fn vpc2(&self) -> Vpc2<'_> {
        Vpc2(self)
    }
}

impl<'a> Vpc2<'a> {
    /// List VPC 2.0 networks.
    pub fn list(self) -> Call<'a, ListVpc2> {
        Call::new(self.0, ListVpc2::default())
    }

    /// Create a VPC 2.0 network.
    pub fn create(self, request: impl Into<CreateVpc2>) -> Call<'a, CreateVpc2> {
        Call::new(self.0, request)
    }

    /// Get a VPC 2.0 network.
    pub fn get(self, request: impl Into<GetVpc2>) -> Call<'a, GetVpc2> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetVpc2>) -> Optional<'a, GetVpc2> {
        self.get(request).opt()
    }

    /// Change a VPC 2.0 network's description.
    pub fn update(self, request: impl Into<UpdateVpc2>) -> Call<'a, UpdateVpc2> {
        Call::new(self.0, request)
    }

    /// Delete a VPC 2.0 network. No node may be attached.
    pub fn delete(self, request: impl Into<DeleteVpc2>) -> Call<'a, DeleteVpc2> {
        Call::new(self.0, request)
    }

    /// List the nodes of a VPC 2.0 network.
    pub fn nodes(self, request: impl Into<ListVpc2Nodes>) -> Call<'a, ListVpc2Nodes> {
        Call::new(self.0, request)
    }

    /// Attach nodes to a VPC 2.0 network in their region.
    pub fn attach(self, request: impl Into<AttachVpc2Nodes>) -> Call<'a, AttachVpc2Nodes> {
        Call::new(self.0, request)
    }

    /// Detach nodes from a VPC 2.0 network.
    pub fn detach(self, request: impl Into<DetachVpc2Nodes>) -> Call<'a, DetachVpc2Nodes> {
        Call::new(self.0, request)
    }
}
