//! Templates that instances are made from. Made by `cargo xtask families`.

use api::instance_templates::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Templates that instances are made from: see [`Client::instance_templates`].
#[derive(Debug, Clone, Copy)]
pub struct InstanceTemplates<'a>(&'a Client);

impl Client {
    /// Templates that instances are made from.
    pub fn instance_templates(&self) -> InstanceTemplates<'_> {
        InstanceTemplates(self)
    }
}

impl<'a> InstanceTemplates<'a> {
    /// List instance templates, all at once.
    pub fn list(self) -> Call<'a, ListInstanceTemplates> {
        Call::new(self.0, ListInstanceTemplates::default())
    }

    /// Create an instance template.
    pub fn create(
        self,
        request: impl Into<CreateInstanceTemplate>,
    ) -> Call<'a, CreateInstanceTemplate> {
        Call::new(self.0, request)
    }

    /// Get an instance template.
    pub fn get(self, request: impl Into<GetInstanceTemplate>) -> Call<'a, GetInstanceTemplate> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(
        self,
        request: impl Into<GetInstanceTemplate>,
    ) -> Optional<'a, GetInstanceTemplate> {
        self.get(request).opt()
    }

    /// Change an instance template, in one field at least. Instances made from it stay as they are.
    pub fn update(
        self,
        request: impl Into<UpdateInstanceTemplate>,
    ) -> Call<'a, UpdateInstanceTemplate> {
        Call::new(self.0, request)
    }

    /// Delete an instance template. Instances made from it stay.
    pub fn delete(
        self,
        request: impl Into<DeleteInstanceTemplate>,
    ) -> Call<'a, DeleteInstanceTemplate> {
        Call::new(self.0, request)
    }
}
