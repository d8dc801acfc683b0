//! Startup scripts. Made by `cargo xtask families`.

use api::startup_scripts::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Startup scripts: see [`Client::startup_scripts`].
#[derive(Debug, Clone, Copy)]
pub struct StartupScripts<'a>(&'a Client);

impl Client {
    /// Startup scripts.
    pub fn startup_scripts(&self) -> StartupScripts<'_> {
        StartupScripts(self)
    }
}

impl<'a> StartupScripts<'a> {
    /// List startup scripts, without their text.
    pub fn list(self) -> Call<'a, ListStartupScripts> {
        Call::new(self.0, ListStartupScripts::default())
    }

    /// Store a startup script.
    pub fn create(self, request: impl Into<CreateStartupScript>) -> Call<'a, CreateStartupScript> {
        Call::new(self.0, request)
    }

    /// Get a startup script.
    pub fn get(self, request: impl Into<GetStartupScript>) -> Call<'a, GetStartupScript> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetStartupScript>) -> Optional<'a, GetStartupScript> {
        self.get(request).opt()
    }

    /// Change a startup script. Instances that have run it do not run it again.
    pub fn update(self, request: impl Into<UpdateStartupScript>) -> Call<'a, UpdateStartupScript> {
        Call::new(self.0, request)
    }

    /// Delete a startup script.
    pub fn delete(self, request: impl Into<DeleteStartupScript>) -> Call<'a, DeleteStartupScript> {
        Call::new(self.0, request)
    }
}
