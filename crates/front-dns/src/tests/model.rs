//! The same answers as a model gives that looks at all records each time: as the standards say it, and
//! as slowly. Proofs are checked by what the model knows.

use std::sync::Arc;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use proptest::collection::vec;
use proptest::prelude::*;

use super::proofs::{covers, hold, key_of, lacks, nsecs};
use super::{ZONE, lines, lower, new_key, said, zone_of};
use crate::lookup::Answer;
use crate::zone::Answers;

/// A name below the zone: its labels, the deepest first.
type Labels = Vec<&'static str>;

/// Records, and nothing else.
struct Model {
    records: Vec<(Labels, &'static str, String)>,
}

/// What a question comes to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    code: ResponseCode,
    answers: Vec<String>,
    referral: Option<Labels>,
    /// The last name of a chain, if that is where the answer ends, and the wildcard it was made of.
    denied: Option<Labels>,
}

fn is_at_or_above(above: &[&str], name: &[&str]) -> bool {
    name.ends_with(above)
}

fn text(labels: &[&str]) -> String {
    if labels.is_empty() { "@".into() } else { labels.join(".") }
}

impl Model {
    fn at<'a>(&'a self, name: &[&str], kind: &str) -> Vec<&'a str> {
        let is = |(owner, of, _): &&(Labels, &str, String)| owner == name && *of == kind;
        let mut found = Vec::new();
        for (.., data) in self.records.iter().filter(is) {
            if !found.contains(&data.as_str()) {
                found.push(data.as_str());
            }
        }
        // There is one alias at most.
        found.truncate(if kind == "CNAME" { 1 } else { usize::MAX });
        found
    }

    /// Whether a name is, or is above one.
    fn exists(&self, name: &[&str]) -> bool {
        name.is_empty() || self.records.iter().any(|(owner, ..)| is_at_or_above(name, owner))
    }

    fn cut(&self, name: &[&'static str], kind: &str) -> Option<Labels> {
        let most = if kind == "DS" { name.len().saturating_sub(1) } else { name.len() };
        let above = (1..=most).map(|labels| &name[name.len() - labels..]);
        above.map(<[_]>::to_vec).find(|above| !self.at(above, "NS").is_empty())
    }

    fn ask(&self, asked: &[&'static str], kind: &str) -> Outcome {
        let (mut answers, mut seen, mut name) = (Vec::new(), Vec::new(), asked.to_vec());
        let code = ResponseCode::NoError;
        loop {
            if seen.contains(&name) || seen.len() == 9 {
                return Outcome { code, answers, referral: None, denied: None };
            }
            seen.push(name.clone());
            if let Some(cut) = self.cut(&name, kind) {
                return Outcome { code, answers, referral: Some(cut), denied: None };
            }
            if !name.is_empty() && !self.at(&name, "NS").is_empty() {
                // The DS of a delegation: all else that stands there is not this zone's.
                return Outcome { code, answers, referral: None, denied: Some(name) };
            }
            let source = if self.exists(&name) {
                name.clone()
            } else {
                let ends = (0..name.len()).map(|skip| &name[skip..]);
                let closest = ends.skip(1).find(|end| self.exists(end)).unwrap_or_default();
                [&["*"], closest].concat()
            };
            if !self.exists(&source) {
                let code = ResponseCode::NXDomain;
                return Outcome { code, answers, referral: None, denied: Some(name) };
            }
            let found = self.at(&source, kind);
            if !found.is_empty() {
                answers.extend(found.iter().map(|data| format!("{} {kind} {data}", text(&name))));
                return Outcome { code, answers, referral: None, denied: None };
            }
            let Some(target) = self.at(&source, "CNAME").first().copied() else {
                return Outcome { code, answers, referral: None, denied: Some(name) };
            };
            answers.push(format!("{} CNAME {target}", text(&name)));
            let Some(inner) = target.strip_suffix(&format!("{ZONE}.")) else {
                return Outcome { code, answers, referral: None, denied: None };
            };
            let labels = inner.split('.').filter(|label| !label.is_empty());
            name =
                labels.filter_map(|label| LABELS.into_iter().find(|own| *own == label)).collect();
        }
    }
}

const LABELS: [&str; 4] = ["a", "b", "*", "c"];
const KINDS: [&str; 6] = ["A", "MX", "NS", "CNAME", "DS", "TXT"];

fn names() -> Vec<Labels> {
    let mut all: Vec<Labels> = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..3 {
        let until = all.len();
        for place in from..until {
            for label in LABELS {
                let longer = [&[label], all[place].as_slice()].concat();
                all.push(longer);
            }
        }
        from = until;
    }
    all
}

/// A name that records stand at, or lead to: of up to three labels, without the last of those there are.
fn some_name() -> impl Strategy<Value = Labels> {
    vec(prop::sample::select(&LABELS[..3]), 0..=3)
}

fn some_record() -> impl Strategy<Value = (Labels, &'static str, String)> {
    let target = some_name().prop_map(|labels| match labels.is_empty() {
        true => format!("{ZONE}."),
        false => format!("{}.{ZONE}.", labels.join(".")),
    });
    let address = (1..3).prop_map(|n| format!("192.0.2.{n}"));
    let data = prop_oneof![
        4 => address.prop_map(|data| ("A", data)),
        1 => Just(("MX", "10 mail.example.org.".to_owned())),
        2 => Just(("NS", "ns.example.org.".to_owned())),
        3 => target.prop_map(|data| ("CNAME", data)),
        1 => Just(("CNAME", "host.example.org.".to_owned())),
    ];
    (some_name(), data).prop_map(|(name, (kind, data))| (name, kind, data))
}

fn model_of(records: Vec<(Labels, &'static str, String)>) -> Model {
    // What a domain refuses: an alias at its beginning; and what is left out of a zone.
    let is_right = |(name, kind, _): &(Labels, &str, String)| match *kind {
        "CNAME" | "NS" if name.is_empty() => false,
        "NS" => name[0] != "*",
        _ => true,
    };
    let mut records: Vec<_> = records.into_iter().filter(is_right).collect();
    for server in ["ns1.vultr.com.", "ns2.vultr.com."] {
        records.push((Vec::new(), "NS", server.into()));
    }
    Model { records }
}

fn check_proofs(zone: &Answers, said: &Answer, denied: &Labels, kind: RecordType) {
    let apex = lower(ZONE);
    let proofs = nsecs(&said.authority);
    let name = match denied.is_empty() {
        true => apex.clone(),
        false => lower(&format!("{}.{ZONE}", denied.join("."))),
    };
    let exists = |name| zone.names.contains_key(name) || zone.is_above(name);
    if exists(&name) {
        assert!(lacks(&proofs, &name, kind, &apex), "{name} {kind}: {proofs:?}");
        return;
    }
    assert!(proofs.iter().any(|proof| covers(proof, &name, &apex)), "{name}: {proofs:?}");
    let wildcard = Answers::wildcard(&zone.closest(&name)).unwrap();
    match said.code {
        ResponseCode::NXDomain => {
            assert!(proofs.iter().any(|proof| covers(proof, &wildcard, &apex)), "{wildcard}");
        }
        _ => assert!(lacks(&proofs, &wildcard, kind, &apex), "{wildcard} {kind}: {proofs:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_the_standards(records in vec(some_record(), 0..12), every in 1_usize..7) {
        let model = model_of(records);
        let line = |(name, kind, data): &(Labels, &str, String)| format!("{} {kind} {data}", text(name));
        let given: Vec<String> = model.records.iter().map(line).collect();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let zone = zone_of(ZONE, Some(new_key()), &given);
        let (zone, left_out) = Answers::of(&zone, &Arc::default()).unwrap();
        prop_assert_eq!(left_out, [""; 0]);
        let (key, apex) = (key_of(&zone), lower(ZONE));
        for (place, name) in names().into_iter().enumerate() {
            for kind in KINDS {
                let record_type: RecordType = kind.parse().unwrap();
                let expected = model.ask(&name, kind);
                let plain = said(&zone, &text(&name), record_type, false);
                let told = format!("{} {kind} of {given:#?}", text(&name));
                prop_assert_eq!(plain.code, expected.code, "{}", told);
                prop_assert_eq!(lines(&plain.answers), expected.answers.clone(), "{}", told);
                let referral = expected.referral.as_deref();
                let is_authoritative = referral.is_none() || !expected.answers.is_empty();
                prop_assert_eq!(plain.authoritative, is_authoritative, "{}", told);
                if let Some(cut) = referral {
                    let servers = [format!("{} NS ns.example.org.", text(cut))];
                    prop_assert_eq!(lines(&plain.authority), servers, "{}", told);
                }
                let is_denied = expected.denied.is_some();
                prop_assert_eq!(lines(&plain.authority) == ["@ SOA"], is_denied, "{}", told);
                let signed = said(&zone, &text(&name), record_type, true);
                prop_assert_eq!(signed.code, plain.code);
                if let Some(denied) = &expected.denied {
                    check_proofs(&zone, &signed, denied, record_type);
                }
                if place % 7 == every {
                    hold(&signed.answers, &key, &apex);
                    hold(&signed.authority, &key, &apex);
                }
            }
        }
    }
}
