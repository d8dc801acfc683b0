//! What records say, as their owners write it.

use hickory_proto::rr::RecordType::{CAA, CNAME, SRV, SSHFP, TXT};
use hickory_proto::rr::{RData, RecordType};

use super::{built, lines, said};

fn only(line: &str, kind: RecordType) -> RData {
    let (zone, left_out) = built(None, &[line]);
    assert_eq!(left_out, [""; 0], "{line}");
    let name = line.split(' ').next().unwrap();
    let said = said(&zone, name, kind, false);
    let [record] = &said.answers[..] else { panic!("{line}: {said:?}") };
    record.data.clone()
}

fn pieces(text: &str) -> Vec<Vec<u8>> {
    let RData::TXT(txt) = only(&format!("t TXT {text}"), TXT) else { panic!("no text") };
    txt.txt_data.iter().map(|piece| piece.to_vec()).collect()
}

#[test]
fn text_comes_in_pieces_and_without_its_quotes() {
    assert_eq!(pieces("\"v=spf1 -all\""), [b"v=spf1 -all"]);
    assert_eq!(pieces("v=spf1 -all"), [b"v=spf1 -all"]);
    assert_eq!(pieces("\"\""), [b""]);
    assert_eq!(pieces(r#""a\"b;\\""#), [br#"a\"b;\\"#], "backslashes are only backslashes");
    let long = "x".repeat(700);
    let lengths: Vec<_> = pieces(&format!("\"{long}\"")).iter().map(Vec::len).collect();
    assert_eq!(lengths, [255, 255, 190]);
    assert_eq!(pieces("grüße"), ["grüße".as_bytes()]);
    assert_eq!(pieces(&"x".repeat(65_000)).concat().len(), 65_000);
}

#[test]
fn every_type_is_understood_as_the_api_has_it() {
    for (line, kind, shown) in [
        ("c CAA 0 issue \"letsencrypt.org\"", CAA, "0 issue \"letsencrypt.org\""),
        ("c CAA 128 issuewild \";\"", CAA, "128 issuewild \";\""),
        ("c CAA 0 iodef \"mailto:me@example.org\"", CAA, "0 iodef \"mailto:me@example.org\""),
        ("s SRV 1 5 5060 SIP.example.org.", SRV, "1 5 5060 sip.example.org."),
        ("s SRV 0 0 0 .", SRV, "0 0 0 ."),
        ("m MX 10 mail.example.org", RecordType::MX, "10 mail.example.org."),
        ("m MX 0 .", RecordType::MX, "0 ."),
        ("_a._b CNAME under_score_.example", CNAME, "under_score_.example."),
        ("p PTR host.example.org", RecordType::PTR, "host.example.org."),
    ] {
        assert_eq!(only(line, kind).to_string(), shown, "{line}");
    }
    let print = "ab".repeat(32);
    let RData::SSHFP(sshfp) = only(&format!("f SSHFP 4 2 {print}"), SSHFP) else { panic!("none") };
    assert_eq!((sshfp.fingerprint.len(), sshfp.fingerprint[0]), (32, 0xab));
}

#[test]
fn names_in_other_scripts_are_found_by_their_punycode() {
    let (zone, left_out) = built(None, &["bücher A 192.0.2.1"]);
    assert_eq!(left_out, [""; 0]);
    let said = said(&zone, "xn--bcher-kva", RecordType::A, false);
    assert_eq!(lines(&said.answers), ["xn--bcher-kva A 192.0.2.1"]);
    let RData::CNAME(to) = only("u CNAME Bücher.example", CNAME) else { panic!("no alias") };
    assert_eq!(to.0.to_ascii(), "xn--bcher-kva.example.");
}

#[test]
fn what_cannot_be_understood_is_left_out_alone() {
    let wrong = [
        "a A 192.0.2",
        "a AAAA 192.0.2.1",
        "a CNAME a..b",
        "a MX x mail.example.org",
        "a SRV 1 5 sip.example.org",
        "a SRV 1 5 70000 sip.example.org",
        "a CAA 0 issue",
        "a CAA 300 issue \"x\"",
        "a CAA 0 is+ue \"x\"",
        "a SSHFP 4 2 abc",
        "a SSHFP 4 2 é1",
        "a SSHFP 4 300 ab",
        "a FOO bar",
        "a CNAME ",
        "*.w NS ns.example.org",
        "a..b A 192.0.2.1",
    ];
    let long = format!("{} A 192.0.2.1", ["x".repeat(60).as_str(); 5].join("."));
    let label = format!("{} A 192.0.2.1", "x".repeat(64));
    let mut all: Vec<&str> = wrong.into();
    all.extend([long.as_str(), label.as_str(), "good A 192.0.2.1"]);
    let (zone, left_out) = built(None, &all);
    assert_eq!(left_out.len(), all.len() - 1, "{left_out:#?}");
    assert_eq!(lines(&said(&zone, "good", RecordType::A, false).answers), ["good A 192.0.2.1"]);
    assert!(left_out[0].contains("`a` A: `192.0.2` is no IPv4 address"), "{}", left_out[0]);
}

#[test]
fn a_soa_that_cannot_be_is_told_and_has_a_usual_one_in_its_place() {
    let mut zone = super::zone_of(super::ZONE, None, &["a A 192.0.2.1"]);
    zone.email = format!("{}@example.org", "x".repeat(64));
    let (zone, left_out) = crate::zone::Answers::of(&zone, &std::sync::Arc::default()).unwrap();
    assert_eq!(left_out.len(), 1);
    assert_eq!(lines(&said(&zone, "a", RecordType::A, false).answers).len(), 1);
}
