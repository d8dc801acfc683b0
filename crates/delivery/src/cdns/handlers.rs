//! What is asked of zones, and what is refused.

use api::cdns::{self as wire, *};
use api::{OrEmpty, Secret, Time};

use super::{Content, PullZone, PushZone, Zone, Zoned, of_zone};
use crate::encoded::decoded;
use crate::secret::random_text;
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, alike, ensure, refuse, set};

/// How long must pass between two purges, in milliseconds.
const BETWEEN_PURGES: i64 = 6 * 3_600_000;
/// How much each node may keep, in bytes, and how many requests a second it answers: the figures of
/// the reference's example, which nobody can change.
const CACHE_BYTES: u64 = 50_000_000;
const PER_SECOND: u64 = 50;

pub(super) fn routes() -> Routes {
    let pull = Routes::of::<PullZone>()
        .list::<ListPullZones>()
        .create(|cx, req: CreatePullZone| {
            check_domain("origin_domain", &req.origin_domain)?;
            let mut zone = alike!(req => PullZone {
                origin_scheme, origin_domain; zone: Zone::new(), purged: None,
            });
            apply(cx, &mut zone, wishes!(req, Some(req.label)))?;
            Ok(zone)
        })
        .get::<GetPullZone>()
        .update_shown(|cx, zone, req: UpdatePullZone| {
            if let Some(domain) = req.origin_domain.filter(|domain| !domain.is_empty()) {
                check_domain("origin_domain", &domain)?;
                zone.origin_domain = domain;
            }
            set(&mut zone.origin_scheme, req.origin_scheme.and_then(OrEmpty::get));
            apply(cx, &mut zone.want, wishes!(req, req.label))
        })
        .alter(purge)
        .delete::<DeletePullZone>();
    let push = Routes::of::<PushZone>()
        .list::<ListPushZones>()
        .create(|cx, req: CreatePushZone| {
            let signer = random_text(b"abcdefghijklmnopqrstuvwxyz0123456789", 40).into();
            let mut zone = PushZone { zone: Zone::new(), files: Vec::new(), signer };
            apply(cx, &mut zone, wishes!(req, Some(req.label)))?;
            Ok(zone)
        })
        .get::<GetPushZone>()
        .update_shown(|cx, zone, req: UpdatePushZone| {
            apply(cx, &mut zone.want, wishes!(req, req.label))
        })
        .delete_after::<DeletePushZone, Content>(of_zone, Tx::delete);
    pull.and(push).done()
}

/// A zone as it is shown, with its own fields before those that both kinds have.
macro_rules! shown {
    ($doc:ident => $view:ident { $($own:tt)* }) => {
        alike!($doc.zone => wire::$view {
            label, vanity_domain, cors, gzip, block_ai, block_bad_bots, regions;
            id: $doc.id().into(),
            date_created: $doc.created().spaced(),
            status: if $doc.seen.ready { ZoneStatus::Active } else { ZoneStatus::Pending }.into(),
            cdn_url: format!("https://{}", $doc.zone.host),
            cache_size: CACHE_BYTES,
            requests: 0,
            in_bytes: 0,
            out_bytes: 0,
            packets_per_sec: PER_SECOND,
            $($own)*
        })
    };
}

impl Shown for PullZone {
    type View = wire::PullZone;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::PullZone {
        shown!(doc => PullZone {
            origin_scheme: doc.origin_scheme.into(),
            origin_domain: doc.origin_domain.clone(),
            last_purge: doc.purged.map(|at| Time::from_millis(at).spaced()).unwrap_or_default(),
        })
    }
}

impl Shown for PushZone {
    type View = wire::PushZone;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::PushZone {
        shown!(doc => PushZone {})
    }
}

/// What is wished of either kind of zone.
struct Wishes {
    label: Option<String>,
    vanity_domain: Option<String>,
    ssl_cert: Option<String>,
    ssl_cert_key: Option<Secret>,
    cors: Option<bool>,
    gzip: Option<bool>,
    block_ai: Option<bool>,
    block_bad_bots: Option<bool>,
    regions: Option<Vec<String>>,
}

/// Those of a request.
macro_rules! wishes {
    ($req:ident, $label:expr) => {
        Wishes {
            label: $label,
            vanity_domain: $req.vanity_domain,
            ssl_cert: $req.ssl_cert,
            ssl_cert_key: $req.ssl_cert_key,
            cors: $req.cors,
            gzip: $req.gzip,
            block_ai: $req.block_ai,
            block_bad_bots: $req.block_bad_bots,
            regions: $req.regions,
        }
    };
}
use wishes;

/// Puts what is wished into the zone that should be; what is absent stays.
fn apply<K: Zoned>(cx: &Cx, kind: &mut K, wish: Wishes) -> Result<()> {
    let needs_certificate = kind.origin().is_none_or(|(scheme, _)| scheme == OriginScheme::Https);
    let zone = kind.zone_mut();
    // Of clients that send a label with each change, an empty one is none.
    set(&mut zone.label, wish.label.filter(|label| !label.is_empty()));
    crate::set_alike!(wish => zone { cors, gzip, block_ai, block_bad_bots });
    if let Some(regions) = wish.regions {
        let known = regions.iter().map(|id| Ok(cx.region("regions", id)?.id.clone()));
        zone.regions = known.collect::<Result<_>>()?;
    }
    let certificate = pem("ssl_cert", wish.ssl_cert.as_deref(), "CERTIFICATE")?;
    let key = pem("ssl_cert_key", wish.ssl_cert_key.as_deref(), "PRIVATE KEY")?;
    match (certificate, key) {
        (Some(certificate), Some(key)) => zone.certificate = Some((certificate, key.into())),
        (Some(_), None) => return refuse("ssl_cert_key", "a certificate needs its private key"),
        (None, Some(_)) => return refuse("ssl_cert", "a private key needs its certificate"),
        (None, None) => {}
    }
    if let Some(domain) = wish.vanity_domain {
        if domain.is_empty() {
            (zone.vanity_domain, zone.certificate) = Default::default();
            return Ok(());
        }
        check_domain("vanity_domain", &domain)?;
        zone.vanity_domain = domain;
    }
    let lacks = needs_certificate && !zone.vanity_domain.is_empty() && zone.certificate.is_none();
    ensure(!lacks, "ssl_cert", "`vanity_domain` is asked by HTTPS, and needs a certificate")
}

/// A PEM text that was sent in base64.
fn pem(field: &str, sent: Option<&str>, what: &str) -> Result<Option<String>> {
    let Some(sent) = sent.filter(|text| !text.is_empty()) else { return Ok(None) };
    let text = decoded(sent).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let is_pem = |text: &String| {
        text.lines().any(|line| line.starts_with("-----BEGIN ") && line.contains(what))
    };
    // What was sent may be a secret: it is not repeated.
    let text = text.filter(is_pem);
    ensure(
        text.is_some(),
        field,
        format_args!("it is no {} in PEM, in base64", what.to_lowercase()),
    )?;
    Ok(text)
}

fn check_domain(field: &str, name: &str) -> Result<()> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_right = name.len() <= 253 && name.contains('.') && name.split('.').all(is_label);
    ensure(is_right, field, format_args!("`{name}` is no domain such as `www.example.com`"))
}

/// The address of the site that a zone fetches from.
pub(super) fn address(scheme: OriginScheme, domain: &str) -> String {
    match scheme {
        OriginScheme::Http => format!("http://{domain}"),
        OriginScheme::Https => format!("https://{domain}"),
    }
}

fn purge(tx: &mut Tx, zone: &mut Doc<PullZone>, _: PurgePullZone) -> Result<Vec<String>> {
    let now = tx.cx().now();
    let next = zone.purged.map_or(now, |at| at + BETWEEN_PURGES);
    let help = format!("the next purge can be at {}", Time::from_millis(next));
    let early = Refusal::bad("A pull zone can be purged once every six hours.").help(help);
    early.unless(next <= now)?;
    zone.purged = Some(now);
    Ok(Vec::new())
}
