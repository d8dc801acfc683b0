//! Regions, and what can be had there. Made by `cargo xtask families`.

use api::regions::*;

use crate::Client;
use crate::call::Call;

/// Regions, and what can be had there: see [`Client::regions`].
#[derive(Debug, Clone, Copy)]
pub struct Regions<'a>(&'a Client);

impl Client {
    /// Regions, and what can be had there.
    pub fn regions(&self) -> Regions<'_> {
        Regions(self)
    }
}

impl<'a> Regions<'a> {
    /// List regions.
    pub fn list(self) -> Call<'a, ListRegions> {
        Call::new(self.0, ListRegions::default())
    }

    /// List the plans that a region has in stock.
    pub fn availability(
        self,
        request: impl Into<GetRegionAvailability>,
    ) -> Call<'a, GetRegionAvailability> {
        Call::new(self.0, request)
    }
}
