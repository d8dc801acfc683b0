//! CDNs: pull zones, which fetch what they serve, and push zones, to which files are uploaded.
//!
//! Nothing is served here: what a zone is to be is told to the world, and a simulated one serves
//! nobody. Files are kept: what is in one is a row of its own, beside the zone that lists it.

mod files;
mod form;
mod handlers;
mod life;

use api::Secret;
use api::cdns::OriginScheme;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::secret::random_text;
use crate::{Doc, Family, Kind, Provisioned};

/// How many files a push zone can have: the row is written whole.
pub const FILES_MAX: usize = 1000;
/// How large a file can be, in bytes: what a request can hold beside the form around it.
pub const FILE_BYTES_MAX: u64 = 1_000_000;

/// What both kinds of zones are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Zone {
    label: String,
    /// The host that it serves as.
    host: String,
    vanity_domain: String,
    /// The certificate and private key of that, as PEM.
    certificate: Option<(String, Secret)>,
    cors: bool,
    gzip: bool,
    block_ai: bool,
    block_bad_bots: bool,
    /// The regions that it serves from; none: all.
    regions: Vec<String>,
}

impl Zone {
    /// A new one, with a host that nothing had before.
    fn new() -> Self {
        let name = random_text(b"abcdefghijklmnopqrstuvwxyz0123456789", 12);
        Self { host: format!("cdn-{name}.vultrcdn.com"), ..Self::default() }
    }
}

/// A pull zone as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PullZone {
    zone: Zone,
    origin_scheme: OriginScheme,
    origin_domain: String,
    /// When it last forgot what it had fetched, in milliseconds; none: never.
    purged: Option<i64>,
}

/// A push zone as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PushZone {
    zone: Zone,
    /// Its files, by name.
    files: Vec<File>,
    /// What signs that a file may be uploaded.
    signer: Secret,
}

/// A file of a push zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct File {
    name: String,
    size: u64,
    mime: String,
    /// When it was uploaded, in milliseconds.
    uploaded: i64,
    /// The row that holds what is in it.
    content: Uuid,
}

/// What is in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    zone: Uuid,
    /// It in base64.
    base64: String,
}

impl Kind for Content {
    const KIND: &'static str = "cdn-content";
    const UNKNOWN: &'static str = files::UNKNOWN;
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![of_zone(self.zone)]
    }
}

/// The list of what is in a zone's files.
pub fn of_zone(id: Uuid) -> Facet {
    ("zone", id.to_string())
}

/// A kind of zones.
trait Zoned: Kind<Seen = Provisioned> {
    fn zone(&self) -> &Zone;
    fn zone_mut(&mut self) -> &mut Zone;
    /// The site that it fetches from, where it does.
    fn origin(&self) -> Option<(OriginScheme, &str)>;
}

impl Kind for PullZone {
    const KIND: &'static str = "cdn-pull-zone";
    const UNKNOWN: &'static str = "Invalid CDN pull zone ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Zoned for PullZone {
    fn zone(&self) -> &Zone {
        &self.zone
    }
    fn zone_mut(&mut self) -> &mut Zone {
        &mut self.zone
    }
    fn origin(&self) -> Option<(OriginScheme, &str)> {
        Some((self.origin_scheme, &self.origin_domain))
    }
}

impl Kind for PushZone {
    const KIND: &'static str = "cdn-push-zone";
    const UNKNOWN: &'static str = "Invalid CDN push zone ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Zoned for PushZone {
    fn zone(&self) -> &Zone {
        &self.zone
    }
    fn zone_mut(&mut self) -> &mut Zone {
        &mut self.zone
    }
    fn origin(&self) -> Option<(OriginScheme, &str)> {
        None
    }
}

/// What a month of zones costs, of either kind.
fn price(amount: Decimal, catalog: &Catalog) -> Rate {
    Rate::of(catalog.price(PriceItem::CdnZone), amount)
}

impl Charged for PullZone {
    const PRODUCT: &'static str = "CDN Pull Zone";
    /// All cost the same.
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        price(amount, catalog)
    }
}

impl Charged for PushZone {
    const PRODUCT: &'static str = "CDN Push Zone";
    /// All cost the same.
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        price(amount, catalog)
    }
}

/// The family.
pub fn family() -> Family {
    Family::new(handlers::routes().and(files::routes()))
        .life::<PullZone>()
        .life::<PushZone>()
        .costs::<PullZone>()
        .costs::<PushZone>()
        .deed("upload", true, |cx, told| Box::pin(files::uploaded(cx, told)))
}
