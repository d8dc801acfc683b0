//! What a name server relies on, without the control plane: zones, messages, and the same against a
//! model. What it says of a whole control plane, over sockets, is in `world`.

mod answers;
mod data;
mod elsewhere;
mod messages;
mod model;
mod proofs;
mod world;

use std::net::IpAddr;
use std::sync::Arc;

use api::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fronts::zones::{Record as Given, Zone};
use fronts::{Ask as Asked, Zones};
use hickory_proto::rr::{LowerName, RData, Record, RecordType};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use uuid::Uuid;

use crate::lookup::{Answer, Ask};
use crate::zone::Answers;

/// The zone of most tests.
const ZONE: &str = "shop.example";
/// A time, in seconds after 1970.
const NOW: i64 = 1_795_253_400;

/// A key for a zone, as the control plane keeps it.
fn new_key() -> Secret {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    STANDARD.encode(key.unwrap()).into()
}

/// A record: `mail MX 10 mx.example.org`, with `@` for the zone itself.
fn given(line: &str) -> Given {
    let mut parts = line.splitn(3, ' ');
    let (name, kind) = (parts.next().unwrap(), parts.next().unwrap());
    let mut data = parts.next().unwrap_or_default();
    let mut priority = None;
    if let ("MX" | "SRV", Some((first, rest))) = (kind, data.split_once(' ')) {
        (priority, data) = (first.parse().ok(), rest);
    }
    let name = if name == "@" { "" } else { name };
    Given { kind: kind.into(), name: name.into(), data: data.into(), priority, ttl: 300 }
}

fn zone_of(name: &str, key: Option<Secret>, lines: &[&str]) -> Zone {
    Zone {
        id: Uuid::now_v7(),
        name: name.into(),
        primary: "ns1.vultr.com".into(),
        email: format!("web.master@{name}"),
        serial: 7,
        key,
        records: lines.iter().map(|line| given(line)).collect(),
    }
}

/// A zone that answers, and why records are left out of it.
fn built(key: Option<Secret>, lines: &[&str]) -> (Answers, Vec<String>) {
    Answers::of(&zone_of(ZONE, key, lines), &Arc::default()).unwrap()
}

fn lower(name: &str) -> LowerName {
    LowerName::new(&crate::data::name(name).unwrap())
}

/// What a zone says of a name below it; `@`: of itself.
fn said(zone: &Answers, name: &str, kind: RecordType, signed: bool) -> Answer {
    let name = match name {
        "@" => ZONE.to_owned(),
        _ if name.ends_with('.') => name.to_owned(),
        _ => format!("{name}.{ZONE}"),
    };
    let mut out = Answer::default();
    zone.answer(lower(&name), Ask { kind, signed, now: NOW }, &mut out).unwrap();
    out
}

/// Records as lines: owner below the zone, type, data.
fn lines(records: &[Record]) -> Vec<String> {
    let below = |record: &Record| {
        let name = record.name.to_ascii();
        let name = name.trim_end_matches('.');
        match name.strip_suffix(ZONE) {
            Some("") => "@".to_owned(),
            Some(rest) => rest.trim_end_matches('.').to_owned(),
            None => format!("{name}."),
        }
    };
    let data = |data: &RData| match data {
        RData::SOA(_) => String::new(),
        data => format!(" {data}"),
    };
    let line = |record: &Record| {
        format!("{} {}{}", below(record), record.record_type(), data(&record.data))
    };
    records.iter().map(line).collect()
}

/// Zones that were told beforehand.
#[derive(Default)]
struct Told {
    zones: Vec<Arc<Zone>>,
    names: Vec<(IpAddr, String)>,
}

impl Zones for Told {
    fn zone<'a>(&'a self, name: &'a str) -> Asked<'a, Option<Arc<Zone>>> {
        let found = self.zones.iter().find(|zone| zone.name == name).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn reverse(&self, address: IpAddr) -> Asked<'_, Option<String>> {
        let found = self.names.iter().find(|(of, _)| *of == address);
        Box::pin(std::future::ready(Ok(found.map(|(_, name)| name.clone()))))
    }

    fn networks(&self) -> Vec<(IpAddr, u8)> {
        vec![("198.18.0.0".parse().unwrap(), 15), ("2001:db8::".parse().unwrap(), 32)]
    }
}
