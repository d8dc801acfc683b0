//! What is asked of a domain's records, and what is refused.

use api::domains::*;
use api::{Endpoint, id::RecordId};
use store::Facet;

use super::data::{self, Wrong, wrong};
use super::names::label_of;
use super::{NO_PRIORITY, TTL_DEFAULT, Zone, ZoneRecord, at_name, in_zone};
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, alike, set, set_alike};

/// How many records of one name there can be: each new one is compared with them all.
const PER_NAME: usize = 1000;
/// How long a record can be remembered, in seconds (RFC 2181).
const TTL_MAX: u32 = (1 << 31) - 1;

pub(super) fn routes() -> Routes {
    Routes::of::<ZoneRecord>()
        .list::<ListRecords>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetRecord>()
        .on(update)
        .delete_with::<DeleteRecord>(|tx, record| Box::pin(leave(tx, record)))
        .done()
}

impl Shown for ZoneRecord {
    type View = Record;
    type With = ();

    async fn within(tx: &mut Tx, domain: &[String]) -> Result<Vec<Facet>> {
        Ok(vec![in_zone(tx.in_path::<Zone>(domain).await?.id())])
    }

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> Record {
        alike!(doc => Record {
            kind, priority, ttl, data; id: RecordId(doc.id()), name: doc.label.clone()
        })
    }
}

async fn create(tx: &mut Tx, req: CreateRecord) -> Result<Doc<ZoneRecord>> {
    let zone = tx.in_path::<Zone>(&req.path()).await?;
    let record = tx.new_doc(alike!(req => ZoneRecord {
        kind, data;
        zone: zone.id(),
        label: req.name,
        priority: req.priority.unwrap_or(NO_PRIORITY),
        ttl: req.ttl.unwrap_or_default(),
    }));
    fitted(tx, &zone, record, "Unable to add record").await
}

async fn update(cx: Cx, req: UpdateRecord) -> Result<()> {
    let mut tx = cx.begin();
    let mut record = tx.in_path::<ZoneRecord>(&req.path()).await?;
    let zone = tx.get::<Zone>(record.zone).await?;
    set_alike!(req => record { data, priority });
    set(&mut record.label, req.name);
    set(&mut record.ttl, req.ttl.filter(|ttl| *ttl > 0));
    let record = fitted(&mut tx, &zone, record, "Unable to update record").await?;
    tx.save(&record).await
}

/// Refuses mail servers and services of which nobody said which goes first. With other types a
/// priority means nothing, and is kept.
fn check_priority(record: &ZoneRecord) -> Result<()> {
    let needs_one = matches!(record.kind, RecordType::Mx | RecordType::Srv);
    let help = match record.priority {
        NO_PRIORITY => format!("priority: give one from 0 to {}", u16::MAX),
        other => format!("priority: {other} is not from 0 to {}", u16::MAX),
    };
    let missing = Refusal::bad("Priority should be set when type is MX or SRV.").help(help);
    missing.unless(!needs_one || u16::try_from(record.priority).is_ok())
}

/// The record as it is stored, if it can be in its domain beside the others; `unable` begins the
/// refusal of one that cannot.
async fn fitted(
    tx: &mut Tx,
    zone: &Doc<Zone>,
    mut record: Doc<ZoneRecord>,
    unable: &str,
) -> Result<Doc<ZoneRecord>> {
    let refuse = |wrong: Wrong| Refusal::bad(format!("{unable}: {}", wrong.said)).help(wrong.help);
    check_priority(&record)?;
    fit(&zone.name, &mut record).map_err(refuse)?;
    let name = at_name(zone.id(), &record.label);
    let (mut beside, is_whole) = tx.some::<ZoneRecord>(name, PER_NAME).await?;
    beside.retain(|other| other.id() != record.id());
    let help = format!("`{}` has {PER_NAME} already, the most there can be", record.label);
    let full = refuse(Wrong { said: "Too many records of one name", help });
    full.unless(is_whole && beside.len() < PER_NAME)?;
    beside.iter().try_for_each(|other| check_beside(&record, other)).map_err(refuse)?;
    // Its number grows: what was read of it before is old.
    tx.put(zone);
    Ok(record)
}

/// Notes in the domain that a record goes.
async fn leave(tx: &mut Tx, record: &mut Doc<ZoneRecord>) -> Result<()> {
    let zone = tx.get::<Zone>(record.zone).await?;
    tx.put(&zone);
    Ok(())
}

/// Checks a record alone, and puts its fields into the form that they are stored in.
fn fit(zone: &str, record: &mut ZoneRecord) -> Result<(), Wrong> {
    record.label = label_of(&record.label, zone)?;
    record.data = data::checked(record.kind, &record.data)?;
    record.ttl = match record.ttl {
        0 => TTL_DEFAULT,
        ttl @ 1..=TTL_MAX => ttl,
        ttl => return wrong("Invalid TTL", format!("ttl: {ttl} is more than {TTL_MAX} seconds")),
    };
    if record.kind == RecordType::Cname && record.label.is_empty() {
        let help = "the domain itself has name servers, and a CNAME stands alone";
        return wrong("A CNAME cannot be at the domain itself", help);
    }
    Ok(())
}

/// Refuses records of one name that cannot be together.
fn check_beside(record: &ZoneRecord, other: &ZoneRecord) -> Result<(), Wrong> {
    if [record.kind, other.kind].contains(&RecordType::Cname) {
        let name = if record.label.is_empty() { "the domain itself" } else { &record.label };
        let help = format!("`{name}` has another record already");
        return wrong("A CNAME cannot be beside other records of its name", help);
    }
    if record.kind == other.kind && record.ttl != other.ttl {
        let help = format!("ttl: the others have {}, this would have {}", other.ttl, record.ttl);
        return wrong("Records of one name and type must have the same TTL", help);
    }
    Ok(())
}
