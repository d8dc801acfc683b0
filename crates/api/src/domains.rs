//! DNS: domains, their records, SOA and DNSSEC: `/v2/domains`.

pub use crate::id::RecordId;

use std::net::IpAddr;

use crate::{Open, OrEmpty, Time, view, words};

operations! {
    "domain": "DNS domains" {
        /// List DNS domains.
        "list" => ListDomains(GET "/v2/domains" -> 200 { domains: [Domain] }, needs Dns),
        /// Create a DNS domain.
        "create" => CreateDomain(POST "/v2/domains" -> 200 { domain: Domain }, needs Dns) {
            /// The domain's name.
            pub domain: String,
            /// Start with records that point to this address; without it there are name servers only.
            pub ip: Option<OrEmpty<IpAddr>>,
            /// Whether to sign its answers; `disabled` when absent.
            pub dns_sec: Option<DnsSec>,
        },
        /// Get a DNS domain.
        "get" => GetDomain(GET "/v2/domains/{dns-domain: String}" -> 200 { domain: Domain }, needs Dns),
        /// Switch DNSSEC on or off.
        "update" => UpdateDomain(PUT "/v2/domains/{dns-domain: String}" -> 204, needs Dns) {
            /// Whether to sign its answers.
            pub dns_sec: DnsSec,
        },
        /// Delete a DNS domain with its records.
        "delete" => DeleteDomain(DELETE "/v2/domains/{dns-domain: String}" -> 204, needs Dns),
        /// Get the DNSKEY and DS records that a registrar needs, as lines of a zone file.
        "dnssec" => GetDomainDnssec(GET "/v2/domains/{dns-domain: String}/dnssec" -> 200 { dns_sec: Vec<String> }, needs Dns),
        /// Get what a domain's SOA record says of its keepers.
        "soa" => GetDomainSoa(GET "/v2/domains/{dns-domain: String}/soa" -> 200 { dns_soa: Soa }, needs Dns),
        /// Change what a domain's SOA record says of its keepers.
        "update-soa" => UpdateDomainSoa(PATCH "/v2/domains/{dns-domain: String}/soa" -> 204, needs Dns) {
            /// The primary name server.
            pub nsprimary: Option<String>,
            /// Whom to write to.
            pub email: Option<String>,
        },
    }
    "record": "Records of DNS domains" {
        /// List a domain's records.
        "list" => ListRecords(GET "/v2/domains/{dns-domain: String}/records" -> 200 { records: [Record] }, needs Dns),
        /// Add a record to a domain.
        "create" => CreateRecord(POST "/v2/domains/{dns-domain: String}/records" -> 201 { record: Record }, needs Dns) {
            /// The name, with the domain or without; empty or `@` for the domain itself.
            pub name: String,
            /// Its type.
            #[wire(name = "type")]
            pub kind: RecordType,
            /// What it says.
            #[wire(most = 65_535)]
            pub data: String,
            /// For how many seconds it may be remembered.
            pub ttl: Option<u32>,
            /// Which record goes first; needed for `MX` and `SRV`.
            pub priority: Option<i32>,
        },
        /// Get a record of a domain.
        "get" => GetRecord(GET "/v2/domains/{dns-domain: String}/records/{record-id}" -> 200 { record: Record }, needs Dns),
        /// Change a record. Its type stays.
        "update" => UpdateRecord(PATCH "/v2/domains/{dns-domain: String}/records/{record-id}" -> 204, needs Dns) {
            /// The name, with the domain or without; empty or `@` for the domain itself.
            pub name: Option<String>,
            /// What it says.
            #[wire(most = 65_535)]
            pub data: Option<String>,
            /// For how many seconds it may be remembered.
            pub ttl: Option<u32>,
            /// Which record goes first.
            pub priority: Option<i32>,
        },
        /// Delete a record of a domain.
        "delete" => DeleteRecord(DELETE "/v2/domains/{dns-domain: String}/records/{record-id}" -> 204, needs Dns),
    }
}

/// A DNS domain.
#[view]
pub struct Domain {
    /// The domain's name, as it was sent; also its id.
    pub domain: String,
    /// When it was created.
    pub date_created: Time,
    /// Whether its answers are signed.
    pub dns_sec: Open<DnsSec>,
}

/// Whether a domain's answers are signed.
#[words]
pub enum DnsSec {
    /// They are.
    Enabled,
    /// They are not.
    #[default]
    Disabled,
}

/// What a domain's SOA record says of its keepers.
#[view]
pub struct Soa {
    /// The primary name server.
    pub nsprimary: String,
    /// Whom to write to.
    pub email: String,
}

/// A record of a DNS domain.
#[view]
pub struct Record {
    /// The record's id.
    pub id: RecordId,
    /// Its type.
    #[wire(name = "type")]
    pub kind: Open<RecordType>,
    /// The name below the domain, in small letters; empty for the domain itself.
    pub name: String,
    /// What it says; host names without their final dot.
    pub data: String,
    /// Which record goes first, of `MX` and `SRV`; -1 where that was not said.
    pub priority: i32,
    /// For how many seconds it may be remembered.
    pub ttl: u32,
}

/// The type of a DNS record.
#[words(UPPERCASE)]
pub enum RecordType {
    /// An IPv4 address.
    #[default]
    A,
    /// An IPv6 address.
    Aaaa,
    /// Another name for a name.
    Cname,
    /// A name server.
    Ns,
    /// A mail server.
    Mx,
    /// A service: `weight port target`.
    Srv,
    /// Text between double quotes.
    Txt,
    /// Who may issue certificates: `flag tag "value"`.
    Caa,
    /// The fingerprint of an SSH host key: `algorithm type fingerprint`.
    Sshfp,
}
