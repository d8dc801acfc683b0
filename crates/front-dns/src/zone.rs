//! A zone made ready to answer: its names in canonical order, and what of it is somebody else's.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use fronts::zones::Zone;
use hickory_proto::ProtoError;
use hickory_proto::rr::rdata::{NS, SOA};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};

use crate::data;
use crate::sign::{Signatures, Signer};

/// For how long it may be remembered that there is something not, in seconds.
pub(crate) const NEGATIVE_TTL: u32 = 300;
/// For how long it may be remembered which key a zone has, in seconds.
const KEY_TTL: u32 = 3600;
/// How often others should ask what is new, when again where that fails, and how long what they
/// have is good, in seconds: as the real ones say.
const REFRESH: i32 = 10_800;
const RETRY: i32 = 3_600;
const EXPIRE: i32 = 604_800;
/// The name servers of a zone that names none.
pub(crate) const SERVERS: [&str; 2] = ["ns1.vultr.com", "ns2.vultr.com"];
/// Whom to write to where nobody else is named.
pub(crate) const HOSTMASTER: &str = "hostmaster@vultr.com";

/// Records of one name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    /// For how many seconds they may be remembered.
    pub(crate) ttl: u32,
    /// What they say; no two the same.
    pub(crate) data: Vec<RData>,
}

impl Set {
    /// Its records, under this name.
    pub(crate) fn records(&self, name: &Name) -> impl Iterator<Item = Record> {
        let record = |data: &RData| Record::from_rdata(name.clone(), self.ttl, data.clone());
        self.data.iter().map(record)
    }
}

/// Whose a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The zone's.
    Ours,
    /// Where another zone begins: its name servers stand here, and all else here is theirs.
    Cut,
    /// Another zone's: what stands here only helps to find that.
    Theirs,
}

/// What stands at a name.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) sets: BTreeMap<RecordType, Set>,
    pub(crate) standing: Standing,
}

/// A zone that answers.
pub(crate) struct Answers {
    pub(crate) origin: LowerName,
    pub(crate) names: BTreeMap<LowerName, Node>,
    pub(crate) soa: Set,
    pub(crate) signer: Option<Signer>,
}

/// What a zone's beginning says of it.
pub(crate) struct Head<'a> {
    pub(crate) primary: &'a str,
    pub(crate) email: &'a str,
    pub(crate) serial: u32,
}

impl Head<'_> {
    /// The record that says so.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(crate) fn soa(&self) -> Result<Set, String> {
        let (who, host) = self.email.split_once('@').ok_or("the SOA's address has no `@`")?;
        // The part before the `@` is one label, whatever dots are in it (RFC 1035, 8).
        let host = data::name(host)?;
        let mailbox = host.prepend_label(who.as_bytes()).map_err(|error| error.to_string())?;
        let (serial, refresh, retry, expire) = (self.serial, REFRESH, RETRY, EXPIRE);
        let primary = data::name(self.primary)?;
        let soa = SOA::new(primary, mailbox, serial, refresh, retry, expire, NEGATIVE_TTL);
        Ok(Set { ttl: NEGATIVE_TTL, data: vec![RData::SOA(soa)] })
    }
}

impl Answers {
    /// A domain of the control plane's, and why some of its records are left out.
    ///
    /// # Errors
    /// Why it cannot be served at all.
    pub(crate) fn of(zone: &Zone, kept: &Arc<Signatures>) -> Result<(Self, Vec<String>), String> {
        let origin = data::name(&zone.name)?;
        let Zone { primary, email, serial, .. } = zone;
        let head = Head { primary, email, serial: *serial };
        let key = zone.key.as_deref();
        let signer = key.map(|key| Signer::new(origin.clone(), key, kept.clone())).transpose();
        let signer = signer.map_err(|error| error.to_string())?;
        let (mut records, mut left_out) = (Vec::new(), Vec::new());
        let soa = head.soa().or_else(|why| {
            left_out.push(format!("SOA as it was set: {why}"));
            Head { primary: SERVERS[0], email: HOSTMASTER, ..head }.soa()
        })?;
        for record in &zone.records {
            let owner = data::owner(&record.name, &origin);
            match owner.and_then(|owner| Ok((owner, record.ttl, data::data(record)?))) {
                // What a delegation of a wildcard means nobody has said (RFC 4592, 4.2).
                Ok((owner, _, RData::NS(_))) if owner.is_wildcard() => {
                    left_out.push(format!("{owner} NS: a wildcard cannot be delegated"));
                }
                Ok(record) => records.push(record),
                Err(why) => left_out.push(format!("`{}` {}: {why}", record.name, record.kind)),
            }
        }
        Ok((Self::new(origin, soa, records, signer)?, left_out))
    }

    /// A zone of these records.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(crate) fn new(
        origin: Name,
        soa: Set,
        records: Vec<(Name, u32, RData)>,
        signer: Option<Signer>,
    ) -> Result<Self, String> {
        let origin = LowerName::new(&origin);
        let mut names: BTreeMap<LowerName, BTreeMap<RecordType, Set>> = BTreeMap::new();
        let mut known = HashSet::new();
        for (owner, ttl, data) in records {
            let owner = LowerName::new(&owner);
            if !known.insert((owner.clone(), data.clone())) {
                continue; // sets hold nothing twice
            }
            let sets = names.entry(owner).or_default();
            let set = sets.entry(data.record_type());
            let set = set.or_insert_with(|| Set { ttl, data: Vec::new() });
            // An alias is one: who asks would not know which to follow.
            if set.data.is_empty() || data.record_type() != RecordType::CNAME {
                set.ttl = set.ttl.min(ttl);
                set.data.push(data);
            }
        }
        let apex = names.entry(origin.clone()).or_default();
        apex.insert(RecordType::SOA, soa.clone());
        if !apex.contains_key(&RecordType::NS) {
            let servers = SERVERS.map(|server| data::name(server).map(|name| RData::NS(NS(name))));
            let data = servers.into_iter().collect::<Result<_, _>>()?;
            apex.insert(RecordType::NS, Set { ttl: NEGATIVE_TTL, data });
        }
        if let Some(signer) = &signer {
            let set = Set { ttl: KEY_TTL, data: vec![signer.dnskey()] };
            apex.insert(RecordType::DNSKEY, set);
        }
        let cuts: HashSet<LowerName> = names
            .iter()
            .filter(|(name, sets)| **name != origin && sets.contains_key(&RecordType::NS))
            .map(|(name, _)| name.clone())
            .collect();
        let standing = |name: &LowerName| {
            let mut above = name.base_name();
            while above != origin && origin.zone_of(&above) {
                if cuts.contains(&above) {
                    return Standing::Theirs;
                }
                above = above.base_name();
            }
            if cuts.contains(name) { Standing::Cut } else { Standing::Ours }
        };
        let node = |(name, sets): (LowerName, _)| {
            let standing = standing(&name);
            (name, Node { sets, standing })
        };
        let names = names.into_iter().map(node).collect();
        Ok(Self { origin, names, soa, signer })
    }

    /// Whether there are names below this one.
    pub(crate) fn is_above(&self, name: &LowerName) -> bool {
        self.names.range(name..).next().is_some_and(|(next, _)| name.zone_of(next))
    }

    /// The deepest name above this one that exists.
    pub(crate) fn closest(&self, name: &LowerName) -> LowerName {
        let mut at = name.base_name();
        while at != self.origin && !self.names.contains_key(&at) && !self.is_above(&at) {
            at = at.base_name();
        }
        at
    }

    /// The topmost delegation that a name is at or below. What is asked of the DS at one is ours.
    pub(crate) fn cut(&self, name: &LowerName, kind: RecordType) -> Option<(&LowerName, &Node)> {
        let mut at = name.clone();
        let mut found = None;
        while at != self.origin && self.origin.zone_of(&at) {
            let here = self.names.get_key_value(&at);
            let here = here.filter(|(_, node)| node.standing == Standing::Cut);
            if kind != RecordType::DS || at != *name {
                found = here.or(found);
            }
            at = at.base_name();
        }
        found
    }

    /// The wildcard right below a name.
    pub(crate) fn wildcard(below: &LowerName) -> Result<LowerName, ProtoError> {
        Ok(LowerName::new(&Name::from(below).prepend_label(b"*".as_slice())?))
    }
}
