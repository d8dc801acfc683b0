//! ISO images. Made by `cargo xtask families`.

use api::isos::*;

use crate::Client;
use crate::call::{Call, Optional};

/// ISO images: see [`Client::isos`].
#[derive(Debug, Clone, Copy)]
pub struct Isos<'a>(&'a Client);

impl Client {
    /// ISO images.
    pub fn isos(&self) -> Isos<'_> {
        Isos(self)
    }
}

impl<'a> Isos<'a> {
    /// List the account's own ISO images.
    pub fn list(self) -> Call<'a, ListIsos> {
        Call::new(self.0, ListIsos::default())
    }

    /// List the ISO images that everyone may use.
    pub fn list_public(self) -> Call<'a, ListPublicIsos> {
        Call::new(self.0, ListPublicIsos::default())
    }

    /// Download an ISO image from a public address.
    pub fn create(self, request: impl Into<CreateIso>) -> Call<'a, CreateIso> {
        Call::new(self.0, request)
    }

    /// Get an ISO image of the account's own.
    pub fn get(self, request: impl Into<GetIso>) -> Call<'a, GetIso> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetIso>) -> Optional<'a, GetIso> {
        self.get(request).opt()
    }

    /// Change an ISO image's description.
    pub fn update(self, request: impl Into<UpdateIso>) -> Call<'a, UpdateIso> {
        Call::new(self.0, request)
    }

    /// Delete an ISO image. One that an instance still holds stays.
    pub fn delete(self, request: impl Into<DeleteIso>) -> Call<'a, DeleteIso> {
        Call::new(self.0, request)
    }
}
