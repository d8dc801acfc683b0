//! What a zone says: names that are there, that are not, and that are somebody else's.

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType::{A, AAAA, ANY, CNAME, DS, MX, NS, SOA, SRV, TXT};
use hickory_proto::rr::{RData, RecordType};

use super::{ZONE, built, lines, said};

/// What every domain has that was made with an address, and more.
const SHOP: &[&str] = &[
    "@ NS ns1.vultr.com",
    "@ NS ns2.vultr.com",
    "@ A 192.0.2.1",
    "* CNAME shop.example",
    "@ MX 10 shop.example",
    "six AAAA 2001:db8::6",
    "_sip._tcp SRV 1 5 5060 six.shop.example",
    "*.dev A 192.0.2.9",
    "a.b.c TXT deep",
    "sub NS ns.sub.shop.example",
    "sub NS ns.elsewhere.example",
    "ns.sub A 192.0.2.53",
    "sub A 192.0.2.54",
    "www CNAME six.shop.example",
    "far CNAME host.elsewhere.example",
    "one CNAME two.shop.example",
    "two CNAME one.shop.example",
    "x.*.star A 192.0.2.7",
];

/// What is answered, without signatures.
fn of(name: &str, kind: RecordType) -> (Vec<String>, ResponseCode) {
    let (zone, left_out) = built(None, SHOP);
    assert_eq!(left_out, [""; 0]);
    let said = said(&zone, name, kind, false);
    (lines(&said.answers), said.code)
}

#[track_caller]
fn says(name: &str, kind: RecordType, answers: &[&str]) {
    assert_eq!(
        of(name, kind),
        (answers.iter().map(|line| (*line).to_owned()).collect(), ResponseCode::NoError)
    );
}

#[track_caller]
fn denies(name: &str, kind: RecordType, code: ResponseCode) {
    let (zone, _) = built(None, SHOP);
    let said = said(&zone, name, kind, false);
    assert_eq!((said.code, lines(&said.answers)), (code, vec![]));
    assert!(said.authoritative);
    assert_eq!(lines(&said.authority), ["@ SOA"]);
}

#[test]
fn what_stands_at_a_name_is_said() {
    says("@", A, &["@ A 192.0.2.1"]);
    says("@", NS, &["@ NS ns1.vultr.com.", "@ NS ns2.vultr.com."]);
    says("SIX", AAAA, &["six AAAA 2001:db8::6"]);
    says("@", SOA, &["@ SOA"]);
    says("_sip._tcp", SRV, &["_sip._tcp SRV 1 5 5060 six.shop.example."]);
    says("six", ANY, &["six AAAA 2001:db8::6"]);
}

/// The zone of hickory-dns#3893: what a library's own zone gets wrong.
#[test]
fn a_wildcard_is_for_names_that_do_not_exist_alone() {
    denies("six", A, ResponseCode::NoError);
    denies("nope.six", A, ResponseCode::NXDomain);
    denies("_tcp", A, ResponseCode::NoError);
    denies("other._tcp", A, ResponseCode::NXDomain);
    denies("b.c", TXT, ResponseCode::NoError);
    denies("c", TXT, ResponseCode::NoError);
    says("new", A, &["new CNAME shop.example.", "@ A 192.0.2.1"]);
    says("new", CNAME, &["new CNAME shop.example."]);
    says("deep.new", MX, &["deep.new CNAME shop.example.", "@ MX 10 shop.example."]);
    says("one.dev", A, &["one.dev A 192.0.2.9"]);
    says("two.one.dev", A, &["two.one.dev A 192.0.2.9"]);
    denies("one.dev", TXT, ResponseCode::NoError);
    denies("dev", A, ResponseCode::NoError);
    says("*.dev", A, &["*.dev A 192.0.2.9"]);
    says("*", CNAME, &["* CNAME shop.example."]);
}

#[test]
fn a_wildcard_that_is_only_above_others_has_nothing_and_exists() {
    denies("any.star", A, ResponseCode::NoError);
    says("x.*.star", A, &["x.*.star A 192.0.2.7"]);
    denies("y.*.star", A, ResponseCode::NXDomain);
}

#[test]
fn an_alias_is_followed_as_far_as_the_zone_goes_and_never_round() {
    says("www", AAAA, &["www CNAME six.shop.example.", "six AAAA 2001:db8::6"]);
    says("www", CNAME, &["www CNAME six.shop.example."]);
    says("far", A, &["far CNAME host.elsewhere.example."]);
    says("one", A, &["one CNAME two.shop.example.", "two CNAME one.shop.example."]);
    let (zone, _) = built(None, SHOP);
    let said = said(&zone, "www", A, false);
    assert_eq!(lines(&said.answers), ["www CNAME six.shop.example."]);
    assert_eq!(lines(&said.authority), ["@ SOA"], "that its target has none");
}

#[test]
fn what_is_delegated_is_somebody_elses() {
    let (zone, _) = built(None, SHOP);
    for (name, kind) in [("sub", A), ("sub", NS), ("ns.sub", A), ("any.sub", A), ("x.sub", DS)] {
        let said = said(&zone, name, kind, false);
        assert!(!said.authoritative, "{name} {kind}");
        assert_eq!((said.code, lines(&said.answers)), (ResponseCode::NoError, vec![]));
        let servers = ["sub NS ns.sub.shop.example.", "sub NS ns.elsewhere.example."];
        assert_eq!(lines(&said.authority), servers, "{name} {kind}");
        assert_eq!(lines(&said.additional), ["ns.sub A 192.0.2.53"]);
    }
    denies("sub", DS, ResponseCode::NoError);
}

#[test]
fn behind_an_alias_of_ours_a_referral_is_authoritative() {
    let (zone, _) = built(None, &["www CNAME a.sub.shop.example", "sub NS ns.example.org"]);
    let said = said(&zone, "www", A, false);
    assert!(said.authoritative);
    assert_eq!(lines(&said.answers), ["www CNAME a.sub.shop.example."]);
    assert_eq!(lines(&said.authority), ["sub NS ns.example.org."]);
}

#[test]
fn hosts_that_records_name_come_with_their_addresses() {
    let (zone, _) = built(None, SHOP);
    assert_eq!(lines(&said(&zone, "@", MX, false).additional), ["@ A 192.0.2.1"]);
    assert_eq!(lines(&said(&zone, "_sip._tcp", SRV, false).additional), ["six AAAA 2001:db8::6"]);
    let (zone, _) = built(
        None,
        &["@ MX 5 ns.sub.shop.example", "sub NS ns.sub.shop.example", "ns.sub A 192.0.2.5"],
    );
    assert_eq!(lines(&said(&zone, "@", MX, false).additional), [""; 0], "that is theirs to say");
}

#[test]
fn a_zone_without_name_servers_has_the_usual_ones() {
    let (zone, _) = built(None, &[]);
    let servers = ["@ NS ns1.vultr.com.", "@ NS ns2.vultr.com."];
    assert_eq!(lines(&said(&zone, "@", NS, false).answers), servers);
    let (zone, _) = built(None, &["@ NS ns.example.org"]);
    assert_eq!(lines(&said(&zone, "@", NS, false).answers), ["@ NS ns.example.org."]);
}

#[test]
fn the_soa_says_what_was_set() {
    let (zone, _) = built(None, &[]);
    let said = said(&zone, "@", SOA, false);
    let [record] = &said.answers[..] else { panic!("{said:?}") };
    let RData::SOA(soa) = &record.data else { panic!("{record:?}") };
    assert_eq!((soa.mname.to_string(), soa.serial), ("ns1.vultr.com.".into(), 7));
    assert_eq!(soa.rname.iter().next(), Some(&b"web.master"[..]), "a dot before the @ is no other");
    assert_eq!(soa.rname.to_string(), format!("web\\.master.{ZONE}."));
}

#[test]
fn sets_hold_nothing_twice_and_have_one_ttl() {
    let mut zone = super::zone_of(ZONE, None, &["a A 192.0.2.1", "a A 192.0.2.1", "a A 192.0.2.2"]);
    zone.records[2].ttl = 60;
    let (zone, _) = crate::zone::Answers::of(&zone, &std::sync::Arc::default()).unwrap();
    let said = said(&zone, "a", A, false);
    assert_eq!(lines(&said.answers), ["a A 192.0.2.1", "a A 192.0.2.2"]);
    assert!(said.answers.iter().all(|record| record.ttl == 60));
}
