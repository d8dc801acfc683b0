//! Zones of CDNs: what one is to be.

use api::Secret;
use serde::{Deserialize, Serialize};

use crate::Spec;

/// What a zone of a CDN is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CdnSpec {
    /// The host that it serves as.
    pub host: String,
    /// The site that it fetches from, with its scheme; none: it serves files that it is given.
    pub origin: Option<String>,
    /// The other host that it serves as; empty for none.
    pub vanity_host: String,
    /// The certificate and private key of that, as PEM.
    pub certificate: Option<(String, Secret)>,
    /// Whether pages of other sites may read what it serves.
    pub cors: bool,
    /// Whether it compresses what it serves.
    pub gzip: bool,
    /// Whether bots that gather texts for AI are kept out.
    pub blocks_ai: bool,
    /// Whether bots that may do harm are kept out.
    pub blocks_bad_bots: bool,
    /// The regions that it serves from; none: all.
    pub regions: Vec<String>,
    /// Nothing that it fetched before this time is served, in milliseconds after 1970.
    pub purged: i64,
    /// The files that it is given: their names, and the ids of the rows that hold what is in them.
    pub files: Vec<(String, uuid::Uuid)>,
}

impl Spec for CdnSpec {
    const WHAT: &'static str = "cdn";
    const TAKES: i64 = 30_000;
}
