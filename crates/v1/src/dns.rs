//! `dns/*`: domains and records. Domains are named by themselves, records by numbers.

use api::domains::*;
use serde_json::{Value, json};

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{Reply, word};

calls! {
    Post "dns/create_domain" (req("domain", Text), req("serverip", Text).or("ip"))
        "POST /v2/domains" => create_domain;
    Post "dns/create_record" (
        req("domain", Text), req("name", Text), req("type", Text), req("data", Text),
        opt("ttl", Integer), opt("priority", Integer),
    ) "POST /v2/domains/{dns-domain}/records" => create_record;
    Post "dns/delete_domain" (req("domain", Text)) "DELETE /v2/domains/{dns-domain}"
        => delete_domain;
    Post "dns/delete_record" (req("domain", Text), req("RECORDID", Integer))
        "DELETE /v2/domains/{dns-domain}/records/{record-id}" => delete_record;
    Post "dns/dnssec_enable" (req("domain", Text), req("enable", Flag))
        "PUT /v2/domains/{dns-domain}" => dnssec_enable;
    Get "dns/dnssec_info" (req("domain", Text)) "GET /v2/domains/{dns-domain}/dnssec"
        => dnssec_info;
    Get "dns/list" () "GET /v2/domains" => list;
    Get "dns/records" (req("domain", Text)) "GET /v2/domains/{dns-domain}/records" => records;
    Get "dns/soa_info" (req("domain", Text)) "GET /v2/domains/{dns-domain}/soa" => soa_info;
    Post "dns/soa_update" (req("domain", Text), opt("nsprimary", Text), opt("email", Text))
        "PATCH /v2/domains/{dns-domain}/soa" => soa_update;
    // The Go client sends the type, too; a record keeps the one it has.
    Post "dns/update_record" (
        req("domain", Text), req("RECORDID", Integer), opt("name", Text), opt("type", Text),
        opt("data", Text), opt("ttl", Integer), opt("priority", Integer),
    ) "PATCH /v2/domains/{dns-domain}/records/{record-id}" => update_record;
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

impl Cx {
    /// The domain that is meant. Nothing but dots is none, and in a path of v2's would lead
    /// elsewhere.
    fn domain(&self) -> Result<String> {
        let domain = self.args.text("domain").trim().to_ascii_lowercase();
        match domain.bytes().all(|byte| byte == b'.') {
            true => Err(DOMAIN.unknown()),
            false => Ok(domain),
        }
    }
}

async fn create_domain(cx: Cx) -> Result<Reply> {
    let text = cx.args.text("serverip");
    let ip = text.trim().parse::<std::net::IpAddr>();
    let ip =
        ip.map_err(|_| Failure::refused(format!("Invalid serverip.  {text} is no address")))?;
    let request = CreateDomain { domain: cx.domain()?, ip: Some(Some(ip).into()), dns_sec: None };
    cx.send(request).await?;
    Ok(Reply::Done)
}

async fn create_record(cx: Cx) -> Result<Reply> {
    let kind = cx.args.text("type").to_ascii_uppercase();
    let Ok(kind) = serde_json::from_value::<RecordType>(kind.into()) else {
        let text = "Invalid type.  It must be A, AAAA, CNAME, NS, MX, SRV, TXT, CAA or SSHFP";
        return Err(Failure::refused(text));
    };
    let data = cx.args.text("data");
    if kind == RecordType::Txt && !is_quoted(&data) {
        let text = "Unable to add record: Record data must be enclosed in quotes";
        return Err(Failure::refused(text));
    }
    let request = CreateRecord {
        dns_domain: cx.domain()?,
        name: cx.args.text("name"),
        kind,
        data,
        ttl: cx.args.small("ttl")?,
        priority: cx.args.small("priority")?,
    };
    cx.attempt(DOMAIN, request, "Unable to add record").await?;
    Ok(Reply::Done)
}

fn is_quoted(data: &str) -> bool {
    data.len() >= 2 && data.starts_with('"') && data.ends_with('"')
}

async fn delete_domain(cx: Cx) -> Result<Reply> {
    let dns_domain = cx.domain()?;
    // Its records go with it.
    let list = ListRecords { dns_domain: dns_domain.clone(), ..Default::default() };
    // Whether there is such a domain, v2 says below.
    let records = cx.all(list).await.unwrap_or_default();
    cx.on(DOMAIN, DeleteDomain { dns_domain }).await?;
    for record in records {
        cx.forget(RECORD.space, record.id).await;
    }
    Ok(Reply::Done)
}

/// That a record is unknown and that its domain is unknown are both 404 in v2: ask which.
async fn on_record<E: api::Endpoint>(cx: &Cx, request: E) -> Result<E::Response> {
    let outcome = cx.on(RECORD, request).await;
    if matches!(&outcome, Err(failure) if failure.text == RECORD.invalid) {
        cx.on(DOMAIN, GetDomain { dns_domain: cx.domain()? }).await?;
    }
    outcome
}

async fn delete_record(cx: Cx) -> Result<Reply> {
    let record_id = record(&cx).await?;
    on_record(&cx, DeleteRecord { dns_domain: cx.domain()?, record_id }).await?;
    cx.forget(RECORD.space, record_id).await;
    Ok(Reply::Done)
}

async fn record(cx: &Cx) -> Result<api::id::RecordId> {
    let found = cx.named(RECORD, "RECORDID").await;
    if found.is_err() {
        cx.on(DOMAIN, GetDomain { dns_domain: cx.domain()? }).await?;
    }
    found
}

async fn update_record(cx: Cx) -> Result<Reply> {
    let record_id = record(&cx).await?;
    let request = UpdateRecord {
        dns_domain: cx.domain()?,
        record_id,
        name: cx.args.opt_text("name"),
        data: cx.args.opt_text("data"),
        ttl: cx.args.small("ttl")?,
        priority: cx.args.small("priority")?,
    };
    on_record(&cx, request).await?;
    Ok(Reply::Done)
}

async fn dnssec_enable(cx: Cx) -> Result<Reply> {
    let on = cx.args.flag("enable").unwrap_or_default();
    let dns_sec = if on { DnsSec::Enabled } else { DnsSec::Disabled };
    cx.on(DOMAIN, UpdateDomain { dns_domain: cx.domain()?, dns_sec }).await?;
    Ok(Reply::Done)
}

async fn dnssec_info(cx: Cx) -> Result<Reply> {
    let lines = cx.on(DOMAIN, GetDomainDnssec { dns_domain: cx.domain()? }).await?;
    Ok(json!(lines).into())
}

async fn list(cx: Cx) -> Result<Reply> {
    let domains = cx.all(ListDomains::default()).await?;
    let views = domains
        .into_iter()
        .map(|d| json!({ "domain": d.domain, "date_created": stamp(d.date_created) }));
    Ok(views.collect::<Value>().into())
}

async fn records(cx: Cx) -> Result<Reply> {
    let dns_domain = cx.domain()?;
    // Asked for first, since a list of an unknown domain is refused by page, not by name.
    cx.on(DOMAIN, GetDomain { dns_domain: dns_domain.clone() }).await?;
    let records = cx.all(ListRecords { dns_domain, ..Default::default() }).await?;
    let numbers = cx.numbers(Space::Record, records.iter().map(|r| r.id)).await?;
    let views = records.into_iter().zip(numbers).map(|(record, number)| {
        json!({
            "type": word(&record.kind),
            "name": record.name,
            "data": record.data,
            // v2 has -1 where v1 had 0: none was ever set.
            "priority": record.priority.max(0),
            "RECORDID": number,
            "ttl": record.ttl,
        })
    });
    Ok(views.collect::<Value>().into())
}

async fn soa_info(cx: Cx) -> Result<Reply> {
    let soa = cx.on(DOMAIN, GetDomainSoa { dns_domain: cx.domain()? }).await?;
    Ok(json!({ "nsprimary": soa.nsprimary, "email": soa.email }).into())
}

async fn soa_update(cx: Cx) -> Result<Reply> {
    let (nsprimary, email) = (cx.args.opt_text("nsprimary"), cx.args.opt_text("email"));
    cx.on(DOMAIN, UpdateDomainSoa { dns_domain: cx.domain()?, nsprimary, email }).await?;
    Ok(Reply::Done)
}
