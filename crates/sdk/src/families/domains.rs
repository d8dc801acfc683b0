//! DNS domains. Made by `cargo xtask families`.

use api::domains::*;

use crate::Client;
use crate::call::{Call, Optional};

/// DNS domains: see [`Client::domains`].
#[derive(Debug, Clone, Copy)]
pub struct Domains<'a>(&'a Client);

impl Client {
    /// DNS domains.
    pub fn domains(&self) -> Domains<'_> {
        Domains(self)
    }
}

impl<'a> Domains<'a> {
    /// List DNS domains.
    pub fn list(self) -> Call<'a, ListDomains> {
        Call::new(self.0, ListDomains::default())
    }

    /// Create a DNS domain.
    pub fn create(self, request: impl Into<CreateDomain>) -> Call<'a, CreateDomain> {
        Call::new(self.0, request)
    }

    /// Get a DNS domain.
    pub fn get(self, request: impl Into<GetDomain>) -> Call<'a, GetDomain> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetDomain>) -> Optional<'a, GetDomain> {
        self.get(request).opt()
    }

    /// Switch DNSSEC on or off.
    pub fn update(self, request: impl Into<UpdateDomain>) -> Call<'a, UpdateDomain> {
        Call::new(self.0, request)
    }

    /// Delete a DNS domain with its records.
    pub fn delete(self, request: impl Into<DeleteDomain>) -> Call<'a, DeleteDomain> {
        Call::new(self.0, request)
    }

    /// Get the DNSKEY and DS records that a registrar needs, as lines of a zone file.
    pub fn dnssec(self, request: impl Into<GetDomainDnssec>) -> Call<'a, GetDomainDnssec> {
        Call::new(self.0, request)
    }

    /// Get what a domain's SOA record says of its keepers.
    pub fn soa(self, request: impl Into<GetDomainSoa>) -> Call<'a, GetDomainSoa> {
        Call::new(self.0, request)
    }

    /// Change what a domain's SOA record says of its keepers.
    pub fn update_soa(self, request: impl Into<UpdateDomainSoa>) -> Call<'a, UpdateDomainSoa> {
        Call::new(self.0, request)
    }
}

/// Records of DNS domains: see [`Client::records`].
#[derive(Debug, Clone, Copy)]
pub struct Records<'a>(&'a Client);

impl Client {
    /// Records of DNS domains.
    pub fn records(&self) -> Records<'_> {
        Records(self)
    }
}

impl<'a> Records<'a> {
    /// List a domain's records.
    pub fn list(self, request: impl Into<ListRecords>) -> Call<'a, ListRecords> {
        Call::new(self.0, request)
    }

    /// Add a record to a domain.
    pub fn create(self, request: impl Into<CreateRecord>) -> Call<'a, CreateRecord> {
        Call::new(self.0, request)
    }

    /// Get a record of a domain.
    pub fn get(self, request: impl Into<GetRecord>) -> Call<'a, GetRecord> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetRecord>) -> Optional<'a, GetRecord> {
        self.get(request).opt()
    }

    /// Change a record. Its type stays.
    pub fn update(self, request: impl Into<UpdateRecord>) -> Call<'a, UpdateRecord> {
        Call::new(self.0, request)
    }

    /// Delete a record of a domain.
    pub fn delete(self, request: impl Into<DeleteRecord>) -> Call<'a, DeleteRecord> {
        Call::new(self.0, request)
    }
}
