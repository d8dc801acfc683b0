//! What is asked of a domain's records, and what is refused.

use api::domains::*;
use api::{Page, id::RecordId};

use super::names::label_of;
use super::{NO_PRIORITY, TTL_DEFAULT, Zone, ZoneRecord, at_name, data, in_zone, zone, zone_in};
use crate::{Cx, Doc, Kind, Refusal, Result, Routes, Tx};

/// How many records of one name there can be: each new one is compared with them all.
const PER_NAME: usize = 1000;
/// How long a record can be remembered, in seconds (RFC 2181).
const TTL_MAX: u32 = (1 << 31) - 1;

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

fn view(doc: Doc<ZoneRecord>) -> Record {
    Record {
        id: RecordId(doc.id()),
        kind: doc.kind.into(),
        priority: doc.priority,
        ttl: doc.ttl,
        name: doc.want.label,
        data: doc.want.data,
    }
}

async fn list(cx: Cx, req: ListRecords) -> Result<Page<Record>> {
    let zone = zone(&cx, &req.dns_domain).await?;
    let lists = vec![in_zone(zone.id())];
    Ok(cx.page(lists, req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn create(cx: Cx, req: CreateRecord) -> Result<Record> {
    let mut tx = cx.begin();
    let zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    let record = tx.new_doc(ZoneRecord {
        zone: zone.id(),
        kind: req.kind,
        label: req.name,
        data: req.data,
        priority: req.priority.unwrap_or(NO_PRIORITY),
        ttl: req.ttl.unwrap_or_default(),
    });
    check_priority(&record)?;
    let record = fitted(&mut tx, &zone, record).await?;
    let record = record.map_err(|wrong| wrong.refusal("Unable to add record"))?;
    tx.put(&record);
    tx.commit().await?;
    Ok(view(record))
}

async fn get(cx: Cx, req: GetRecord) -> Result<Record> {
    let zone = zone(&cx, &req.dns_domain).await?;
    let record = cx.find::<ZoneRecord>(req.record_id).await?;
    let record = record.filter(|record| record.zone == zone.id());
    Ok(view(record.ok_or_else(|| Refusal::not_found(ZoneRecord::UNKNOWN))?))
}

/// A record of a domain, for a change.
async fn record_in(tx: &mut Tx, zone: &Doc<Zone>, id: RecordId) -> Result<Doc<ZoneRecord>> {
    let record = tx.find::<ZoneRecord>(id).await?;
    let record = record.filter(|record| record.zone == zone.id());
    record.ok_or_else(|| Refusal::not_found(ZoneRecord::UNKNOWN).into())
}

async fn update(cx: Cx, req: UpdateRecord) -> Result<()> {
    let mut tx = cx.begin();
    let zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    let mut record = record_in(&mut tx, &zone, req.record_id).await?;
    let ZoneRecord { label, data, priority, ttl, .. } = &mut record.want;
    *label = req.name.unwrap_or_else(|| label.clone());
    *data = req.data.unwrap_or_else(|| data.clone());
    *priority = req.priority.unwrap_or(*priority);
    *ttl = req.ttl.filter(|ttl| *ttl > 0).unwrap_or(*ttl);
    check_priority(&record)?;
    let record = fitted(&mut tx, &zone, record).await?;
    let record = record.map_err(|wrong| wrong.refusal("Unable to update record"))?;
    tx.put(&record);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteRecord) -> Result<()> {
    let mut tx = cx.begin();
    let zone = zone_in(&cx, &mut tx, &req.dns_domain).await?;
    let record = record_in(&mut tx, &zone, req.record_id).await?;
    tx.delete(record);
    tx.commit().await
}

/// Refuses mail servers and services of which nobody said which goes first. With other types a
/// priority means nothing, and is kept.
fn check_priority(record: &ZoneRecord) -> Result<()> {
    let needs_one = matches!(record.kind, RecordType::Mx | RecordType::Srv);
    if !needs_one || u16::try_from(record.priority).is_ok() {
        return Ok(());
    }
    let help = match record.priority {
        NO_PRIORITY => format!("priority: give one from 0 to {}", u16::MAX),
        other => format!("priority: {other} is not from 0 to {}", u16::MAX),
    };
    Err(Refusal::bad("Priority should be set when type is MX or SRV.").help(help).into())
}

impl data::Wrong {
    fn refusal(self, doing: &str) -> Refusal {
        Refusal::bad(format!("{doing}: {}", self.said)).help(self.help)
    }
}

/// The record as it is stored, if it can be in its domain beside the others.
async fn fitted(
    tx: &mut Tx,
    zone: &Doc<Zone>,
    mut record: Doc<ZoneRecord>,
) -> Result<std::result::Result<Doc<ZoneRecord>, data::Wrong>> {
    if let Err(wrong) = fit(&zone.name, &mut record) {
        return Ok(Err(wrong));
    }
    let name = at_name(zone.id(), &record.label);
    let (mut beside, is_whole) = tx.some::<ZoneRecord>(name, PER_NAME).await?;
    beside.retain(|other| other.id() != record.id());
    if !is_whole || beside.len() == PER_NAME {
        let said = "Too many records of one name";
        let help = format!("`{}` has {PER_NAME} already, the most there can be", record.label);
        return Ok(Err(data::Wrong { said, help }));
    }
    Ok(match beside.iter().find_map(|other| conflict(&record, other)) {
        Some(wrong) => Err(wrong),
        None => Ok(record),
    })
}

/// Checks a record alone, and puts its fields into the form that they are stored in.
fn fit(zone: &str, record: &mut ZoneRecord) -> std::result::Result<(), data::Wrong> {
    let wrong = |said, help| Err(data::Wrong { said, help });
    record.label = match label_of(&record.label, zone) {
        Ok(label) => label,
        Err(help) => return wrong("Invalid name", help),
    };
    record.data = data::checked(record.kind, &record.data)?;
    record.ttl = match record.ttl {
        0 => TTL_DEFAULT,
        ttl @ 1..=TTL_MAX => ttl,
        ttl => return wrong("Invalid TTL", format!("ttl: {ttl} is more than {TTL_MAX} seconds")),
    };
    if record.kind == RecordType::Cname && record.label.is_empty() {
        let help = "the domain itself has name servers, and a CNAME stands alone".into();
        return wrong("A CNAME cannot be at the domain itself", help);
    }
    Ok(())
}

/// Why two records of one name cannot be together.
fn conflict(record: &ZoneRecord, other: &ZoneRecord) -> Option<data::Wrong> {
    let wrong = |said, help| Some(data::Wrong { said, help });
    if [record.kind, other.kind].contains(&RecordType::Cname) {
        let name = if record.label.is_empty() { "the domain itself" } else { &record.label };
        let help = format!("`{name}` has another record already");
        return wrong("A CNAME cannot be beside other records of its name", help);
    }
    if record.kind == other.kind && record.ttl != other.ttl {
        let help = format!("ttl: the others have {}, this would have {}", other.ttl, record.ttl);
        return wrong("Records of one name and type must have the same TTL", help);
    }
    None
}
