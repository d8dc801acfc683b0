//! CDNs that fetch what they serve from a site of yours. Made by `cargo xtask families`.

use api::cdns::*;

use crate::Client;
use crate::call::{Call, Optional};

/// CDNs that fetch what they serve from a site of yours: see [`Client::cdns`].
#[derive(Debug, Clone, Copy)]
pub struct Cdns<'a>(&'a Client);

impl Client {
    /// CDNs that fetch what they serve from a site of yours.
    pub fn cdns(&self) -> Cdns<'_> {
        Cdns(self)
    }
}

impl<'a> Cdns<'a> {
    /// List pull zones.
    pub fn list(self) -> Call<'a, ListPullZones> {
        Call::new(self.0, ListPullZones::default())
    }

    /// Create a pull zone.
    pub fn create(self, request: impl Into<CreatePullZone>) -> Call<'a, CreatePullZone> {
        Call::new(self.0, request)
    }

    /// Get a pull zone.
    pub fn get(self, request: impl Into<GetPullZone>) -> Call<'a, GetPullZone> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetPullZone>) -> Optional<'a, GetPullZone> {
        self.get(request).opt()
    }

    /// Change a pull zone. What is not given stays.
    pub fn update(self, request: impl Into<UpdatePullZone>) -> Call<'a, UpdatePullZone> {
        Call::new(self.0, request)
    }

    /// Have a pull zone forget what it fetched: once in six hours.
    pub fn purge(self, request: impl Into<PurgePullZone>) -> Call<'a, PurgePullZone> {
        Call::new(self.0, request)
    }

    /// Delete a pull zone.
    pub fn delete(self, request: impl Into<DeletePullZone>) -> Call<'a, DeletePullZone> {
        Call::new(self.0, request)
    }
}

/// CDNs that serve files which you upload: see [`Client::push_zones`].
#[derive(Debug, Clone, Copy)]
pub struct PushZones<'a>(&'a Client);

impl Client {
    /// CDNs that serve files which you upload.
    pub fn push_zones(&self) -> PushZones<'_> {
        PushZones(self)
    }
}

impl<'a> PushZones<'a> {
    /// List push zones.
    pub fn list(self) -> Call<'a, ListPushZones> {
        Call::new(self.0, ListPushZones::default())
    }

    /// Create a push zone.
    pub fn create(self, request: impl Into<CreatePushZone>) -> Call<'a, CreatePushZone> {
        Call::new(self.0, request)
    }

    /// Get a push zone.
    pub fn get(self, request: impl Into<GetPushZone>) -> Call<'a, GetPushZone> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetPushZone>) -> Optional<'a, GetPushZone> {
        self.get(request).opt()
    }

    /// Change a push zone. What is not given stays.
    pub fn update(self, request: impl Into<UpdatePushZone>) -> Call<'a, UpdatePushZone> {
        Call::new(self.0, request)
    }

    /// Delete a push zone with its files.
    pub fn delete(self, request: impl Into<DeletePushZone>) -> Call<'a, DeletePushZone> {
        Call::new(self.0, request)
    }
}

/// Files of push zones: see [`Client::push_zone_files`].
#[derive(Debug, Clone, Copy)]
pub struct PushZoneFiles<'a>(&'a Client);

impl Client {
    /// Files of push zones.
    pub fn push_zone_files(&self) -> PushZoneFiles<'_> {
        PushZoneFiles(self)
    }
}

impl<'a> PushZoneFiles<'a> {
    /// List the files of a push zone.
    pub fn list(self, request: impl Into<ListPushZoneFiles>) -> Call<'a, ListPushZoneFiles> {
        Call::new(self.0, request)
    }

    /// Get the form with which a file is uploaded, within five minutes.
    pub fn create_form(
        self,
        request: impl Into<CreatePushZoneUpload>,
    ) -> Call<'a, CreatePushZoneUpload> {
        Call::new(self.0, request)
    }

    /// Get a file of a push zone.
    pub fn get(self, request: impl Into<GetPushZoneFile>) -> Call<'a, GetPushZoneFile> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetPushZoneFile>) -> Optional<'a, GetPushZoneFile> {
        self.get(request).opt()
    }

    /// Delete a file of a push zone.
    pub fn delete(self, request: impl Into<DeletePushZoneFile>) -> Call<'a, DeletePushZoneFile> {
        Call::new(self.0, request)
    }
}
