//! DNS: domains, their records, what their SOA says, and DNSSEC keys.
//!
//! Nothing here answers DNS queries: `front-dns` does, by what is stored.

mod data;
mod dnssec;
mod names;
mod records;

use std::net::IpAddr;

use api::Secret;
use api::domains::*;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

pub use names::{check_hostname, is_hostname};

use crate::{Control, Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, Tx, alike, ensure};
use names::check_domain;

/// For how many seconds a record may be remembered where nothing else was asked for.
pub const TTL_DEFAULT: u32 = 300;

/// The priority of a record of which none was said.
pub const NO_PRIORITY: i32 = -1;

/// The scope of unique values that says which domain has a name: each account has its own.
const NAMES: &str = "domain";
/// How many domains of one name, each in an account of its own, are looked at for the first.
const NAMESAKES: usize = 1000;

/// The name servers of every domain.
const SERVERS: [&str; 2] = ["ns1.vultr.com", "ns2.vultr.com"];
/// The priority of the mail server that a new domain has.
const MAIL_PRIORITY: i32 = 10;

/// A DNS domain as its owner wants it. Its row is written with each change of a record, too, so that
/// its version is the number of its SOA.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Zone {
    /// Its name, as it was sent.
    pub name: String,
    /// The key that signs its answers, where they are signed: PKCS #8 in base64.
    pub key: Option<Secret>,
    /// The primary name server that its SOA names.
    pub nsprimary: String,
    /// Whom its SOA says to write to.
    pub email: String,
}

impl Kind for Zone {
    const KIND: &'static str = "domain";
    const UNKNOWN: &'static str = "Invalid domain";
    type Seen = ();

    async fn called(cx: &Cx, path: &[String]) -> Result<Uuid> {
        let name = path.last().map_or("", String::as_str);
        let id = cx.control.store().taken(NAMES, &unique(cx.account(), name)).await?;
        let help = || format!("you have no domain `{name}`");
        id.ok_or_else(|| Refusal::not_found(Self::UNKNOWN).help(help()).into())
    }
}

/// A record of a domain as its owner wants it: what has no words here is as in
/// [`Record`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ZoneRecord {
    /// Its domain.
    pub zone: Uuid,
    /// As it was sent.
    pub kind: RecordType,
    /// Its name below the domain, as it was written; empty for the domain itself.
    pub label: String,
    /// As it was sent; texts between quotes.
    pub data: String,
    /// [`NO_PRIORITY`] where none was said.
    pub priority: i32,
    /// For how many seconds it may be remembered.
    pub ttl: u32,
}

impl Kind for ZoneRecord {
    const KIND: &'static str = "record";
    const UNKNOWN: &'static str = "Invalid record";
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![in_zone(self.zone), at_name(self.zone, &self.label)]
    }
}

/// The list of a domain's records.
pub fn in_zone(zone: Uuid) -> Facet {
    ("domain", zone.to_string())
}

/// The list of a domain's records with one name, whether that is written in small letters or large ones.
pub fn at_name(zone: Uuid, label: &str) -> Facet {
    ("name", format!("{zone}/{}", label.to_lowercase()))
}

/// The unique value that a domain's name is: accounts do not see each other's. The name comes first,
/// so that those of all accounts stand together.
fn unique(account: i64, name: &str) -> String {
    format!("{}/{account}", name.trim_end_matches('.').to_lowercase())
}

/// The domain of a name, in small letters, whoever's it is: of several the oldest.
///
/// # Errors
/// When the store cannot be read.
pub async fn first_of(control: &Control, name: &str) -> Result<Option<Doc<Zone>>> {
    let ids = control.store().holders(NAMES, &format!("{name}/"), NAMESAKES).await?;
    if ids.is_empty() {
        return Ok(None);
    }
    let rows = control.store().get_many(&ids).await?;
    let first = rows.into_iter().filter(|row| !row.deleting).min_by_key(|row| row.seq);
    first.map(Doc::read).transpose()
}

/// The family.
pub fn family() -> Family {
    let domains = Routes::of::<Zone>()
        .list::<ListDomains>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetDomain>()
        .update(|_, zone, update: UpdateDomain| sign(zone, update.dns_sec))
        .delete_after::<DeleteDomain, ZoneRecord>(in_zone, Tx::delete)
        .read(|_, zone, _: GetDomainDnssec| {
            zone.key.as_deref().map_or(Ok(Vec::new()), |key| dnssec::lines(&zone.name, key))
        })
        .read(|_, zone, _: GetDomainSoa| Ok(alike!(zone => Soa { nsprimary, email })))
        .update(update_soa)
        .done();
    Family::new(domains.and(records::routes()))
}

impl Shown for Zone {
    type View = Domain;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> Domain {
        let dns_sec = if doc.key.is_some() { DnsSec::Enabled } else { DnsSec::Disabled };
        let domain = doc.name.clone();
        Domain { date_created: doc.created(), dns_sec: dns_sec.into(), domain }
    }
}

async fn create(tx: &mut Tx, req: CreateDomain) -> Result<Doc<Zone>> {
    check_domain(&req.domain)?;
    let name = unique(tx.cx().account(), &req.domain);
    let help = format!("domain: you have `{}` already", req.domain);
    let twice = Refusal::bad("Domain already exists").help(help);
    twice.unless(tx.taken(NAMES, &name).await?.is_none())?;
    let mut zone = tx.new_doc(Zone {
        name: req.domain.clone(),
        key: None,
        nsprimary: SERVERS[0].into(),
        email: format!("admin@{}", req.domain),
    });
    sign(&mut zone, req.dns_sec.unwrap_or_default())?;
    tx.take(NAMES, name, zone.id());
    // A copy gets the records that the original has.
    let first = match tx.cx().is_copying() {
        true => Vec::new(),
        false => first_records(&zone, req.ip.and_then(|ip| ip.get())),
    };
    for record in first {
        let record = tx.new_doc(record);
        tx.put(&record);
    }
    Ok(zone)
}

/// The records that a new domain has, in the real API's order: its name servers, and where an
/// address was given, that, all names below it, and mail.
fn first_records(zone: &Doc<Zone>, ip: Option<IpAddr>) -> Vec<ZoneRecord> {
    let record = |kind, label: &str, data: &str, priority| {
        let (zone, label, data) = (zone.id(), label.to_owned(), data.to_owned());
        ZoneRecord { zone, kind, label, data, priority, ttl: TTL_DEFAULT }
    };
    let servers = SERVERS.map(|server| record(RecordType::Ns, "", server, NO_PRIORITY));
    let mut records: Vec<_> = servers.into();
    if let Some(ip) = ip {
        let kind = if ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        records.push(record(kind, "", &ip.to_string(), NO_PRIORITY));
        records.push(record(RecordType::Cname, "*", &zone.name, NO_PRIORITY));
        records.push(record(RecordType::Mx, "", &zone.name, MAIL_PRIORITY));
    }
    records
}

/// Gives a domain a key, or takes it away. One that has a key keeps it: its registrar knows it.
fn sign(zone: &mut Doc<Zone>, wanted: DnsSec) -> Result<()> {
    match wanted {
        DnsSec::Enabled if zone.key.is_none() => zone.key = Some(dnssec::new_key()?),
        DnsSec::Enabled => {}
        DnsSec::Disabled => zone.key = None,
    }
    Ok(())
}

fn update_soa(_: &Cx, zone: &mut Doc<Zone>, req: UpdateDomainSoa) -> Result<()> {
    // Clients leave empty texts out: an empty one means the same.
    if let Some(server) = req.nsprimary.filter(|text| !text.is_empty()) {
        check_hostname("nsprimary", &server, SERVERS[0])?;
        zone.nsprimary = server;
    }
    if let Some(email) = req.email.filter(|text| !text.is_empty()) {
        let parts = email.split_once('@');
        let is_right = parts.is_some_and(|(who, host)| !who.is_empty() && is_hostname(host));
        let text = format!("`{email}` is no address such as `admin@{}`", zone.name);
        ensure(is_right, "email", text)?;
        zone.email = email;
    }
    Ok(())
}
