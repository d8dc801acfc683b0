//! What a zone says to a question: RFC 1034, section 4.3.2, wildcards as RFC 4592 has them, and where
//! the zone has a key, signatures and proofs (RFC 4035).
//!
//! Knows no sockets, and waits for nobody. A library's zone is not used: the one at hand applies
//! wildcards to names that exist (hickory-dns#3893) and says that delegations are authoritative.

use std::ops::Bound;

use hickory_proto::ProtoError;
use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};

use crate::zone::{Answers, NEGATIVE_TTL, Node, Set, Standing};

/// How many names there can be in a chain of aliases.
const CHAIN_MAX: usize = 9;

type Result<T> = std::result::Result<T, ProtoError>;

/// What is asked of a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    /// The type of records.
    pub(crate) kind: RecordType,
    /// Whether signatures are wanted.
    pub(crate) signed: bool,
    /// When, in seconds after 1970.
    pub(crate) now: i64,
}

/// What is said.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) code: ResponseCode,
    pub(crate) authoritative: bool,
    pub(crate) answers: Vec<Record>,
    pub(crate) authority: Vec<Record>,
    pub(crate) additional: Vec<Record>,
    /// The names that were looked at: the one asked for, and where aliases led.
    pub(crate) chain: Vec<LowerName>,
}

impl Default for Answer {
    fn default() -> Self {
        let (answers, authority, additional) = Default::default();
        let (code, chain) = (ResponseCode::NoError, Vec::new());
        Self { code, authoritative: false, answers, authority, additional, chain }
    }
}

impl Answers {
    /// Adds to an answer what this zone knows of a name, and tells where an alias leads that the zone
    /// knows nothing of.
    ///
    /// # Errors
    /// When something cannot be signed or written.
    pub(crate) fn answer(
        &self,
        asked: LowerName,
        ask: Ask,
        out: &mut Answer,
    ) -> Result<Option<LowerName>> {
        let ask = Ask { signed: ask.signed && self.signer.is_some(), ..ask };
        let mut name = asked;
        while self.origin.zone_of(&name) {
            if out.chain.len() >= CHAIN_MAX || out.chain.contains(&name) {
                return Ok(None);
            }
            out.chain.push(name.clone());
            match self.step(&name, ask, out)? {
                Some(next) => name = next,
                None => return Ok(None),
            }
        }
        Ok(Some(name))
    }

    /// One name of a chain; the next one where it is an alias.
    fn step(&self, name: &LowerName, ask: Ask, out: &mut Answer) -> Result<Option<LowerName>> {
        if let Some((cut, node)) = self.cut(name, ask.kind) {
            return self.refer(cut, node, ask, out).map(|()| None);
        }
        out.authoritative = true;
        match self.names.get(name) {
            // The DS at a delegation, of which there is none.
            Some(node) if node.standing != Standing::Ours => {
                self.deny(name, ask, out).map(|()| None)
            }
            Some(node) => self.say(name, name, node, ask, out),
            None if self.is_above(name) => self.deny(name, ask, out).map(|()| None),
            None => {
                let wildcard = Self::wildcard(&self.closest(name))?;
                if ask.signed {
                    self.prove(name, ask, &mut out.authority)?;
                }
                if let Some(node) = self.names.get(&wildcard) {
                    return self.say(name, &wildcard, node, ask, out);
                }
                // A wildcard that is only above others exists, and has nothing (RFC 4592, 2.2.2).
                if !self.is_above(&wildcard) {
                    out.code = ResponseCode::NXDomain;
                }
                self.deny(&wildcard, ask, out).map(|()| None)
            }
        }
    }

    /// Says what stands at `source`, under the name that was asked for.
    fn say(
        &self,
        name: &LowerName,
        source: &LowerName,
        node: &Node,
        ask: Ask,
        out: &mut Answer,
    ) -> Result<Option<LowerName>> {
        let shown = Name::from(name);
        if ask.kind == RecordType::ANY {
            for (kind, set) in &node.sets {
                self.put(&shown, source, *kind, set, ask, &mut out.answers)?;
            }
            return Ok(None);
        }
        if ask.signed && ask.kind == RecordType::NSEC && name == source {
            return self.prove(name, ask, &mut out.answers).map(|()| None);
        }
        if let Some(set) = node.sets.get(&ask.kind) {
            self.put(&shown, source, ask.kind, set, ask, &mut out.answers)?;
            return self.help(set, Standing::Ours, ask, out).map(|()| None);
        }
        let alias = node.sets.get(&RecordType::CNAME);
        if let Some((set, RData::CNAME(to))) = alias.and_then(|set| Some((set, set.data.first()?)))
        {
            self.put(&shown, source, RecordType::CNAME, set, ask, &mut out.answers)?;
            return Ok(Some(LowerName::new(&to.0)));
        }
        self.deny(source, ask, out).map(|()| None)
    }

    /// Names those who know more.
    fn refer(&self, cut: &LowerName, node: &Node, ask: Ask, out: &mut Answer) -> Result<()> {
        // Behind an alias that is ours, the answer as a whole is.
        out.authoritative = !out.answers.is_empty();
        let Some(servers) = node.sets.get(&RecordType::NS) else { return Ok(()) };
        out.authority.extend(servers.records(&Name::from(cut)));
        if ask.signed {
            // That it has no DS: nothing below is signed.
            self.prove(cut, ask, &mut out.authority)?;
        }
        self.help(servers, Standing::Theirs, ask, out)
    }

    /// There is nothing of that type at a name, or no such name: the SOA, and the proof.
    fn deny(&self, name: &LowerName, ask: Ask, out: &mut Answer) -> Result<()> {
        let origin = Name::from(&self.origin);
        let (kind, to) = (RecordType::SOA, &mut out.authority);
        self.put(&origin, &self.origin, kind, &self.soa, ask, to)?;
        if ask.signed {
            self.prove(name, ask, to)?;
        }
        Ok(())
    }

    /// The NSEC at a name, or the one that covers it, unless it is there already.
    fn prove(&self, name: &LowerName, ask: Ask, to: &mut Vec<Record>) -> Result<()> {
        let is_told = |(_, node): &(&LowerName, &Node)| node.standing != Standing::Theirs;
        let before = self.names.range::<LowerName, _>(..=name).rev().find(is_told);
        let Some((owner, node)) = before else { return Ok(()) };
        let shown = Name::from(owner);
        if to.iter().any(|had| had.record_type() == RecordType::NSEC && had.name == shown) {
            return Ok(());
        }
        let after = (Bound::Excluded(owner), Bound::Unbounded);
        let next = self.names.range::<LowerName, _>(after).find(is_told);
        let next = next.map_or(&self.origin, |(next, _)| next);
        let is_cut = node.standing == Standing::Cut;
        let kinds = node.sets.keys().copied().filter(|kind| !is_cut || *kind == RecordType::NS);
        let data = RData::DNSSEC(DNSSECRData::NSEC(NSEC::new_cover_self(next.into(), kinds)));
        let set = Set { ttl: NEGATIVE_TTL, data: vec![data] };
        self.put(&shown, owner, RecordType::NSEC, &set, Ask { signed: true, ..ask }, to)
    }

    /// A set of records under the name that was asked for, with the signature of where it stands.
    fn put(
        &self,
        shown: &Name,
        source: &LowerName,
        kind: RecordType,
        set: &Set,
        ask: Ask,
        to: &mut Vec<Record>,
    ) -> Result<()> {
        to.extend(set.records(shown));
        if let (true, Some(signer)) = (ask.signed, &self.signer) {
            let mut signature = signer.signature(&Name::from(source), kind, set, ask.now)?;
            signature.name = shown.clone();
            to.push(signature);
        }
        Ok(())
    }

    /// Adds the addresses of hosts that records name, as far as they stand in this zone: where the
    /// records are `Theirs`, also those that are not this zone's to tell.
    fn help(&self, set: &Set, whose: Standing, ask: Ask, out: &mut Answer) -> Result<()> {
        let mut helped: Vec<LowerName> = Vec::new();
        for data in &set.data {
            let host = match data {
                RData::NS(ns) => &ns.0,
                RData::MX(mx) => &mx.exchange,
                RData::SRV(srv) => &srv.target,
                _ => continue,
            };
            let host = LowerName::new(host);
            let Some(node) = self.names.get(&host).filter(|_| !helped.contains(&host)) else {
                continue;
            };
            let is_ours = node.standing == Standing::Ours;
            if !is_ours && whose == Standing::Ours {
                continue;
            }
            let ask = Ask { signed: ask.signed && is_ours, ..ask };
            for kind in [RecordType::A, RecordType::AAAA] {
                if let Some(set) = node.sets.get(&kind) {
                    let shown = Name::from(&host);
                    self.put(&shown, &host, kind, set, ask, &mut out.additional)?;
                }
            }
            helped.push(host);
        }
        Ok(())
    }

    /// All that the zone has, as a transfer tells it: the SOA first and last, signed where it is.
    ///
    /// # Errors
    /// When something cannot be signed or written.
    pub(crate) fn all(&self, now: i64) -> Result<Vec<Record>> {
        let signed = self.signer.is_some();
        let ask = Ask { kind: RecordType::AXFR, signed, now };
        let (origin, mut all) = (Name::from(&self.origin), Vec::new());
        self.put(&origin, &self.origin, RecordType::SOA, &self.soa, ask, &mut all)?;
        for (name, node) in &self.names {
            let shown = Name::from(name);
            let ask = Ask { signed: signed && node.standing == Standing::Ours, ..ask };
            for (kind, set) in node.sets.iter().filter(|(kind, _)| **kind != RecordType::SOA) {
                self.put(&shown, name, *kind, set, ask, &mut all)?;
            }
            if signed && node.standing != Standing::Theirs {
                self.prove_in(name, ask, &mut all)?;
            }
        }
        all.extend(self.soa.records(&origin));
        Ok(all)
    }

    /// The NSEC at a name, without a look at what is there already.
    fn prove_in(&self, name: &LowerName, ask: Ask, to: &mut Vec<Record>) -> Result<()> {
        let mut own = Vec::new();
        self.prove(name, ask, &mut own)?;
        to.append(&mut own);
        Ok(())
    }
}
