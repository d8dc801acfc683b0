//! What is asked of domains, and what is refused.

use std::net::IpAddr;

use api::Page;
use api::domains::*;

use super::names::{check_domain, is_hostname};
use super::{
    NAMES, NO_PRIORITY, TTL_DEFAULT, Zone, ZoneRecord, dnssec, in_zone, unique, zone, zone_in,
};
use crate::{Cx, Doc, Refusal, Result, Routes};

/// The name servers of every domain.
const SERVERS: [&str; 2] = ["ns1.vultr.com", "ns2.vultr.com"];
/// The priority of the mail server that a new domain has.
const MAIL_PRIORITY: i32 = 10;

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list)
        .on(create)
        .on(get)
        .on(update)
        .on(delete)
        .on(get_dnssec)
        .on(get_soa)
        .on(update_soa)
}

fn view(doc: Doc<Zone>) -> Domain {
    let dns_sec = if doc.key.is_some() { DnsSec::Enabled } else { DnsSec::Disabled };
    Domain { date_created: doc.created(), dns_sec: dns_sec.into(), domain: doc.want.name }
}

async fn list(cx: Cx, req: ListDomains) -> Result<Page<Domain>> {
    Ok(cx.page(vec![], req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn create(cx: Cx, req: CreateDomain) -> Result<Domain> {
    check_domain(&req.domain)?;
    let mut tx = cx.begin();
    let name = unique(cx.account(), &req.domain);
    if tx.taken(NAMES, &name).await?.is_some() {
        let help = format!("domain: you have `{}` already", req.domain);
        return Err(Refusal::bad("Domain already exists").help(help).into());
    }
    let mut zone = tx.new_doc(Zone {
        name: req.domain.clone(),
        key: None,
        nsprimary: SERVERS[0].into(),
        email: format!("admin@{}", req.domain),
    });
    sign(&mut zone, req.dns_sec.unwrap_or_default())?;
    tx.take(NAMES, name, zone.id());
    tx.put(&zone);
    let first = first_records(&req.domain, req.ip.and_then(|ip| ip.get()));
    for (kind, label, data, priority) in first {
        let (zone, ttl) = (zone.id(), TTL_DEFAULT);
        let record = tx.new_doc(ZoneRecord { zone, kind, label, data, priority, ttl });
        tx.put(&record);
    }
    tx.commit().await?;
    Ok(view(zone))
}

/// The records that a new domain has, in the real API's order: its name servers, and where an
/// address was given, that, all names below it, and mail.
fn first_records(domain: &str, ip: Option<IpAddr>) -> Vec<(RecordType, String, String, i32)> {
    let record =
        |kind, name: &str, data: &str, priority| (kind, name.to_owned(), data.to_owned(), priority);
    let mut records: Vec<_> =
        SERVERS.map(|server| record(RecordType::Ns, "", server, NO_PRIORITY)).into();
    if let Some(ip) = ip {
        let kind = if ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        records.push(record(kind, "", &ip.to_string(), NO_PRIORITY));
        records.push(record(RecordType::Cname, "*", domain, NO_PRIORITY));
        records.push(record(RecordType::Mx, "", domain, MAIL_PRIORITY));
    }
    records
}

async fn get(cx: Cx, req: GetDomain) -> Result<Domain> {
    Ok(view(zone(&cx, &req.dns_domain).await?))
}

async fn update(cx: Cx, req: UpdateDomain) -> Result<()> {
    let mut tx = cx.begin();
    let mut zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    sign(&mut zone, req.dns_sec)?;
    tx.put(&zone);
    tx.commit().await
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

async fn delete(cx: Cx, req: DeleteDomain) -> Result<()> {
    let id = zone(&cx, &req.dns_domain).await?.id();
    cx.in_batches::<ZoneRecord>(in_zone(id), |tx, record| tx.delete(record)).await?;
    let mut tx = cx.begin();
    let zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    for record in tx.rest::<ZoneRecord>(in_zone(zone.id())).await? {
        tx.delete(record);
    }
    tx.delete(zone);
    tx.commit().await
}

async fn get_dnssec(cx: Cx, req: GetDomainDnssec) -> Result<Vec<String>> {
    let zone = zone(&cx, &req.dns_domain).await?;
    let key = zone.key.as_deref();
    key.map_or(Ok(Vec::new()), |key| dnssec::lines(&zone.name, key))
}

async fn get_soa(cx: Cx, req: GetDomainSoa) -> Result<Soa> {
    let zone = zone(&cx, &req.dns_domain).await?;
    Ok(Soa { nsprimary: zone.nsprimary.clone(), email: zone.email.clone() })
}

async fn update_soa(cx: Cx, req: UpdateDomainSoa) -> Result<()> {
    let mut tx = cx.begin();
    let mut zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    // Clients leave empty texts out: an empty one means the same.
    if let Some(server) = req.nsprimary.filter(|text| !text.is_empty()) {
        if !is_hostname(&server) {
            let help = format!("`{server}` is no host name such as `{}`", SERVERS[0]);
            return Err(Refusal::field("nsprimary", help).into());
        }
        zone.nsprimary = server;
    }
    if let Some(email) = req.email.filter(|text| !text.is_empty()) {
        let parts = email.split_once('@');
        if !parts.is_some_and(|(who, host)| !who.is_empty() && is_hostname(host)) {
            let help = format!("`{email}` is no address such as `admin@{}`", zone.name);
            return Err(Refusal::field("email", help).into());
        }
        zone.email = email;
    }
    tx.put(&zone);
    tx.commit().await
}
