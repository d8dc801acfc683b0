//! `dns/*`: domains and records. Domains are named by themselves, records by numbers.

use api::domains::*;
use api::id::RecordId;
use api::v1;
use serde_json::{Value, json};

use crate::calls::handlers;
use crate::cx::{Cx, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::params::small_opt;
use crate::reply::{view, word};

handlers! { cx, call:
    DnsCreateDomain => create_domain(cx, call);
    DnsCreateRecord => create_record(cx, call);
    DnsDeleteDomain => delete_domain(cx, call);
    DnsDeleteRecord => delete_record(cx, call);
    DnsDnssecEnable => dnssec_enable(cx, call);
    DnsDnssecInfo => dnssec_info(cx, call);
    DnsList => list(cx);
    DnsRecords => records(cx, call);
    DnsSoaInfo => soa_info(cx, call);
    DnsSoaUpdate => soa_update(cx, call);
    DnsUpdateRecord => update_record(cx, call);
}

const DOMAIN: Thing = Thing {
    space: Space::Record,
    invalid: "Invalid domain.  Check domain value and ensure your API key matches the domains's \
              account",
};
const RECORD: Thing = Thing {
    space: Space::Record,
    invalid: "Invalid record.  Check RECORDID value and ensure it belongs to the domain",
};

/// The domain that is meant. Nothing but dots is none, and in a path of v2's would lead elsewhere.
fn domain(text: &str) -> Result<String> {
    let domain = text.trim().to_ascii_lowercase();
    match domain.bytes().all(|byte| byte == b'.') {
        true => Err(DOMAIN.unknown()),
        false => Ok(domain),
    }
}

async fn create_domain(cx: &Cx, call: v1::DnsCreateDomain) -> Result<()> {
    let ip = call.serverip.trim().parse::<std::net::IpAddr>().map_err(|_| {
        Failure::refused(format!("Invalid serverip.  {} is no address", call.serverip))
    })?;
    let domain = domain(&call.domain)?;
    cx.send(CreateDomain { domain, ip: Some(Some(ip).into()), dns_sec: None }).await.map(drop)
}

async fn create_record(cx: &Cx, call: v1::DnsCreateRecord) -> Result<()> {
    let Ok(kind) = serde_json::from_value::<RecordType>(call.kind.to_ascii_uppercase().into())
    else {
        let text = "Invalid type.  It must be A, AAAA, CNAME, NS, MX, SRV, TXT, CAA or SSHFP";
        return Err(Failure::refused(text));
    };
    if kind == RecordType::Txt && !is_quoted(&call.data) {
        let text = "Unable to add record: Record data must be enclosed in quotes";
        return Err(Failure::refused(text));
    }
    let request = CreateRecord {
        dns_domain: domain(&call.domain)?,
        name: call.name,
        kind,
        data: call.data,
        ttl: small_opt("ttl", call.ttl)?,
        priority: small_opt("priority", call.priority)?,
    };
    cx.attempt(DOMAIN, request, "Unable to add record").await.map(drop)
}

fn is_quoted(data: &str) -> bool {
    data.len() >= 2 && data.starts_with('"') && data.ends_with('"')
}

async fn delete_domain(cx: &Cx, call: v1::DnsDeleteDomain) -> Result<()> {
    let dns_domain = domain(&call.domain)?;
    // Its records go with it.
    let list = ListRecords { dns_domain: dns_domain.clone(), ..Default::default() };
    // Whether there is such a domain, v2 says below.
    let records = cx.all(list).await.unwrap_or_default();
    cx.on(DOMAIN, DeleteDomain { dns_domain }).await?;
    for record in records {
        cx.forget(RECORD.space, record.id).await;
    }
    Ok(())
}

/// Whether there is such a domain.
async fn exists(cx: &Cx, dns_domain: &str) -> Result<()> {
    cx.act(DOMAIN, GetDomain { dns_domain: dns_domain.to_owned() }).await
}

/// That a record is unknown and that its domain is unknown are both 404 in v2: ask which.
async fn on_record<E: api::Endpoint>(cx: &Cx, dns_domain: &str, request: E) -> Result<()> {
    let outcome = cx.act(RECORD, request).await;
    if matches!(&outcome, Err(failure) if failure.text == RECORD.invalid) {
        exists(cx, dns_domain).await?;
    }
    outcome
}

/// The domain's name, and the id of its record with a number.
async fn record(cx: &Cx, text: &str, number: u64) -> Result<(String, RecordId)> {
    let found = cx.numbered(RECORD, number).await;
    let dns_domain = domain(text);
    match (found, dns_domain) {
        (Ok(record), dns_domain) => Ok((dns_domain?, record)),
        (Err(unknown), dns_domain) => {
            exists(cx, &dns_domain?).await?;
            Err(unknown)
        }
    }
}

async fn delete_record(cx: &Cx, call: v1::DnsDeleteRecord) -> Result<()> {
    let (dns_domain, record_id) = record(cx, &call.domain, call.record).await?;
    let request = DeleteRecord { dns_domain: dns_domain.clone(), record_id };
    on_record(cx, &dns_domain, request).await?;
    cx.forget(RECORD.space, record_id).await;
    Ok(())
}

async fn update_record(cx: &Cx, call: v1::DnsUpdateRecord) -> Result<()> {
    let (dns_domain, record_id) = record(cx, &call.domain, call.record).await?;
    let request = UpdateRecord {
        dns_domain: dns_domain.clone(),
        record_id,
        name: call.name,
        data: call.data,
        ttl: small_opt("ttl", call.ttl)?,
        priority: small_opt("priority", call.priority)?,
    };
    on_record(cx, &dns_domain, request).await
}

async fn dnssec_enable(cx: &Cx, call: v1::DnsDnssecEnable) -> Result<()> {
    let dns_sec = if call.enable { DnsSec::Enabled } else { DnsSec::Disabled };
    cx.act(DOMAIN, UpdateDomain { dns_domain: domain(&call.domain)?, dns_sec }).await
}

async fn dnssec_info(cx: &Cx, call: v1::DnsDnssecInfo) -> Result<Value> {
    let request = GetDomainDnssec { dns_domain: domain(&call.domain)? };
    Ok(json!(cx.on(DOMAIN, request).await?))
}

async fn list(cx: &Cx) -> Result<Value> {
    let domains = cx.all(ListDomains::default()).await?;
    let views = domains
        .into_iter()
        .map(|d| view!(Domain { domain: d.domain, date_created: stamp(d.date_created) }));
    Ok(views.collect())
}

async fn records(cx: &Cx, call: v1::DnsRecords) -> Result<Value> {
    let dns_domain = domain(&call.domain)?;
    // Asked for first, since a list of an unknown domain is refused by page, not by name.
    exists(cx, &dns_domain).await?;
    let records = cx.all(ListRecords { dns_domain, ..Default::default() }).await?;
    let numbers = cx.numbers(Space::Record, records.iter().map(|r| r.id)).await?;
    let views = records.into_iter().zip(numbers).map(|(record, number)| {
        view!(DnsRecord {
            kind: word(&record.kind),
            name: record.name,
            data: record.data,
            // v2 has -1 where v1 had 0: none was ever set.
            priority: record.priority.max(0),
            record: number,
            ttl: record.ttl,
        })
    });
    Ok(views.collect())
}

async fn soa_info(cx: &Cx, call: v1::DnsSoaInfo) -> Result<Value> {
    let soa = cx.on(DOMAIN, GetDomainSoa { dns_domain: domain(&call.domain)? }).await?;
    Ok(view!(Soa { nsprimary: soa.nsprimary, email: soa.email }))
}

async fn soa_update(cx: &Cx, call: v1::DnsSoaUpdate) -> Result<()> {
    let (nsprimary, email) = (call.nsprimary, call.email);
    let dns_domain = domain(&call.domain)?;
    cx.act(DOMAIN, UpdateDomainSoa { dns_domain, nsprimary, email }).await
}
