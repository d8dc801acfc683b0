//! Signatures and proofs, checked as one who validates does it.

use std::collections::BTreeMap;

use hickory_proto::dnssec::Verifier;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, NSEC, RRSIG};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{DNSClass, LowerName, Name, RData, Record, RecordType};

use super::{built, lower, new_key, said};
use crate::lookup::Answer;
use crate::zone::Answers;

/// The key of a zone, as it publishes it.
pub(super) fn key_of(zone: &Answers) -> DNSKEY {
    let said = said(zone, "@", RecordType::DNSKEY, false);
    match &said.answers[..] {
        [Record { data: RData::DNSSEC(DNSSECRData::DNSKEY(key)), .. }] => key.clone(),
        other => panic!("{other:?}"),
    }
}

fn signature(record: &Record) -> Option<&RRSIG> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature),
        _ => None,
    }
}

/// Checks that each set has a signature that holds, but the name servers of a delegation.
pub(super) fn hold(records: &[Record], key: &DNSKEY, apex: &LowerName) {
    let mut sets: BTreeMap<(LowerName, RecordType), Vec<Record>> = BTreeMap::new();
    for record in records.iter().filter(|record| signature(record).is_none()) {
        let at = (LowerName::new(&record.name), record.record_type());
        sets.entry(at).or_default().push(record.clone());
    }
    for ((name, kind), set) in sets {
        if kind == RecordType::NS && name != *apex {
            continue;
        }
        let shown = Name::from(&name);
        let found = records.iter().filter(|record| record.name == shown).filter_map(signature);
        let found: Vec<_> = found.filter(|rrsig| rrsig.input().type_covered == kind).collect();
        let [rrsig] = found[..] else { panic!("{name} {kind} has {} signatures", found.len()) };
        key.verify_rrsig(&shown, DNSClass::IN, rrsig, set.iter())
            .unwrap_or_else(|error| panic!("{name} {kind}: {error}"));
    }
}

/// The proofs among records: owner, and what it says.
pub(super) fn nsecs(records: &[Record]) -> Vec<(LowerName, NSEC)> {
    let nsec = |record: &Record| match &record.data {
        RData::DNSSEC(DNSSECRData::NSEC(nsec)) => {
            Some((LowerName::new(&record.name), nsec.clone()))
        }
        _ => None,
    };
    records.iter().filter_map(nsec).collect()
}

/// Whether a proof says that there is no such name.
pub(super) fn covers(
    (owner, nsec): &(LowerName, NSEC),
    name: &LowerName,
    apex: &LowerName,
) -> bool {
    let next = LowerName::new(nsec.next_domain_name());
    // A delegation says nothing of what is below it.
    let is_cut = nsec.type_bit_maps().any(|kind| kind == RecordType::NS)
        && !nsec.type_bit_maps().any(|kind| kind == RecordType::SOA);
    let below = is_cut && owner.zone_of(name);
    owner < name && (*name < next || next == *apex) && !below
}

/// Whether proofs say that a name exists and has nothing of a type.
pub(super) fn lacks(
    proofs: &[(LowerName, NSEC)],
    name: &LowerName,
    kind: RecordType,
    apex: &LowerName,
) -> bool {
    proofs.iter().any(|proof| {
        let (owner, nsec) = proof;
        let has = |kind| nsec.type_bit_maps().any(|has| has == kind);
        let next = LowerName::new(nsec.next_domain_name());
        let is_empty = covers(proof, name, apex) && name.zone_of(&next);
        owner == name && !has(kind) && !has(RecordType::CNAME) || is_empty
    })
}

const SIGNED: &[&str] = &[
    "@ A 192.0.2.1",
    "* CNAME shop.example",
    "six AAAA 2001:db8::6",
    "many MX 10 B.example.org",
    "many MX 10 a.example.org",
    "many MX 5 Z.example.org",
    "*.dev A 192.0.2.9",
    "*.dev A 192.0.2.10",
    "a.b.c TXT deep",
    "sub NS ns.sub.shop.example",
    "ns.sub A 192.0.2.53",
];

fn answers(name: &str, kind: RecordType) -> (Answer, DNSKEY) {
    let (zone, _) = built(Some(new_key()), SIGNED);
    (said(&zone, name, kind, true), key_of(&zone))
}

#[test]
fn whatever_is_said_is_signed_and_holds() {
    let apex = lower(super::ZONE);
    for (name, kind) in [
        ("@", RecordType::SOA),
        ("@", RecordType::NS),
        ("@", RecordType::DNSKEY),
        ("many", RecordType::MX),
        ("www", RecordType::A),
        ("one.dev", RecordType::A),
        ("one.dev", RecordType::TXT),
        ("six", RecordType::A),
        ("nope.six", RecordType::A),
        ("b.c", RecordType::A),
        ("sub", RecordType::DS),
        ("x.sub", RecordType::A),
        ("@", RecordType::ANY),
        ("six", RecordType::NSEC),
    ] {
        let (said, key) = answers(name, kind);
        assert!(!said.answers.is_empty() || !said.authority.is_empty(), "{name} {kind}");
        hold(&said.answers, &key, &apex);
        hold(&said.authority, &key, &apex);
        for record in said.answers.iter().chain(&said.authority).filter_map(signature) {
            assert_eq!(record.input().signer_name, Name::from(&apex));
        }
    }
}

#[test]
fn a_wildcard_answer_proves_that_there_is_no_such_name() {
    let (said, _) = answers("two.one.dev", RecordType::A);
    let apex = lower(super::ZONE);
    let labels = said.answers.iter().find_map(signature).unwrap().input().num_labels;
    assert_eq!(labels, 3, "of *.dev.shop.example without the star");
    let name = lower("two.one.dev.shop.example");
    assert!(nsecs(&said.authority).iter().any(|proof| covers(proof, &name, &apex)));
}

#[test]
fn nothing_is_signed_for_who_does_not_ask_or_where_there_is_no_key() {
    let (zone, _) = built(Some(new_key()), SIGNED);
    let has =
        |said: &Answer| said.answers.iter().chain(&said.authority).any(|r| signature(r).is_some());
    assert!(!has(&said(&zone, "six", RecordType::AAAA, false)));
    assert!(nsecs(&said(&zone, "nope.six", RecordType::A, false).authority).is_empty());
    let (zone, _) = built(None, SIGNED);
    assert!(!has(&said(&zone, "six", RecordType::AAAA, true)));
    assert!(nsecs(&said(&zone, "nope.six", RecordType::A, true).authority).is_empty());
}

#[test]
fn a_delegation_proves_that_it_is_not_signed() {
    let (said, _) = answers("x.sub", RecordType::A);
    let proofs = nsecs(&said.authority);
    let [(owner, nsec)] = &proofs[..] else { panic!("{proofs:?}") };
    assert_eq!(*owner, lower("sub.shop.example"));
    let kinds: Vec<_> = nsec.type_bit_maps().collect();
    assert_eq!(kinds, [RecordType::NS, RecordType::RRSIG, RecordType::NSEC]);
    assert!(said.answers.is_empty() && !said.authoritative);
}

#[test]
fn a_transfer_has_every_name_once_with_a_chain_around_them() {
    let (zone, _) = built(Some(new_key()), SIGNED);
    let (all, key, apex) = (zone.all(super::NOW).unwrap(), key_of(&zone), lower(super::ZONE));
    let is_soa = |record: Option<&Record>| record.unwrap().record_type() == RecordType::SOA;
    assert!(is_soa(all.first()) && is_soa(all.last()));
    let inner = &all[..all.len() - 1];
    let glue = lower("ns.sub.shop.example");
    let ours: Vec<_> = inner.iter().filter(|r| LowerName::new(&r.name) != glue).cloned().collect();
    hold(&ours, &key, &apex);
    let chain = nsecs(inner);
    for (place, (_, nsec)) in chain.iter().enumerate() {
        let next = chain.get(place + 1).map_or(&apex, |(owner, _)| owner);
        assert_eq!(LowerName::new(nsec.next_domain_name()), *next);
    }
    assert_eq!(said(&zone, "nope.six", RecordType::A, true).code, ResponseCode::NXDomain);
}

#[test]
fn a_signature_is_made_once_and_anew_in_time() {
    let (zone, kept) = (super::zone_of(super::ZONE, Some(new_key()), SIGNED), Default::default());
    let at = |zone, now| {
        let (zone, _) = Answers::of(zone, &kept).unwrap();
        let signer = zone.signer.as_ref().unwrap();
        let owner = Name::from(&zone.origin);
        let set = zone.names[&zone.origin].sets[&RecordType::A].clone();
        signer.signature(&owner, RecordType::A, &set, now).unwrap()
    };
    let first = at(&zone, super::NOW);
    assert_eq!(at(&zone, super::NOW + 60), first, "ECDSA signs by chance: it was kept");
    let other = at(&zone, super::NOW + 24 * 3600);
    assert_ne!(other, first);
    let input = signature(&other).unwrap().input();
    let left = i64::from(input.sig_expiration.get()) - (super::NOW + 24 * 3600);
    assert!(left > 12 * 24 * 3600, "{left}");
    assert!(i64::from(input.sig_inception.get()) <= super::NOW + 24 * 3600 - 3600);
    let mut anew = zone.clone();
    anew.key = Some(new_key());
    assert_ne!(at(&anew, super::NOW), first, "another key signs otherwise");
}
