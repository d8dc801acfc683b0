//! All names that are answered for: domains of the control plane, names of addresses, and those of the
//! name servers themselves.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use engine::Clock;
use fronts::Zones;
use fronts::zones::Zone;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, AAAA, NS, PTR};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use uuid::Uuid;

use crate::data;
use crate::elsewhere::Elsewhere;
use crate::kept::Kept;
use crate::lookup::{Answer, Ask};
use crate::reverse::{self, Place};
use crate::sign::Signatures;
use crate::zone::{Answers, HOSTMASTER, Head, NEGATIVE_TTL, SERVERS};

/// How many zones are kept ready to answer, at least.
const KEPT: usize = 128;
/// How many things that were told are remembered, at least: each is told once.
const TOLD: usize = 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Control(#[from] fronts::Error),
    #[error("{0}")]
    Wire(#[from] hickory_proto::ProtoError),
    #[error("{0}")]
    Zone(String),
    #[error("elsewhere: {0}")]
    Elsewhere(#[from] std::io::Error),
}

type Result<T> = std::result::Result<T, Failure>;

/// A zone as it was told, ready to answer.
#[derive(Clone)]
struct Built {
    zone: Arc<Zone>,
    answers: Arc<Answers>,
}

/// All names that are answered for. What it keeps is bounded, and never older than the question.
pub(crate) struct Names {
    zones: Arc<dyn Zones>,
    clock: Clock,
    /// Where the name servers are.
    here: Vec<IpAddr>,
    /// Who is asked for names that are nobody's here; none: nobody.
    pub(crate) elsewhere: Option<Elsewhere>,
    signatures: Arc<Signatures>,
    built: Mutex<Kept<Uuid, Built>>,
    told: Mutex<Kept<String, ()>>,
}

impl Names {
    /// The names of a control plane, answered by name servers at these addresses. Signatures go by the
    /// system's clock, whatever the control plane's is: those who check them have no other.
    pub(crate) fn new(zones: Arc<dyn Zones>, here: Vec<IpAddr>) -> Self {
        Self {
            zones,
            clock: Clock::system(),
            here,
            elsewhere: None,
            signatures: Arc::default(),
            built: Mutex::new(Kept::new(KEPT)),
            told: Mutex::new(Kept::new(TOLD)),
        }
    }

    /// The same, which ask there for names that are nobody's here; none: they are refused.
    pub(crate) fn asking(self, elsewhere: Option<Elsewhere>) -> Self {
        Self { elsewhere, ..self }
    }

    fn now(&self) -> i64 {
        self.clock.now() / 1000
    }

    /// What is said to a question; none: it is about nobody's name here.
    pub(crate) async fn answer(
        &self,
        asked: LowerName,
        kind: RecordType,
        signed: bool,
    ) -> Result<Option<Answer>> {
        let ask = Ask { kind, signed, now: self.now() };
        let mut out = Answer::default();
        let mut name = asked;
        while let Some(found) = self.find(&name).await? {
            let next = found.answers.answer(name, ask, &mut out)?;
            if found.exists && out.code == ResponseCode::NXDomain {
                out.code = ResponseCode::NoError;
            }
            // What an alias leads to is told as well where it is here: who asks may follow none.
            match next {
                Some(next) if !out.chain.contains(&next) => name = next,
                _ => return Ok(Some(out)),
            }
        }
        if let (Some(elsewhere), false) = (&self.elsewhere, out.chain.is_empty()) {
            out.answers.extend(elsewhere.records(&name, kind).await);
        }
        Ok((!out.chain.is_empty()).then_some(out))
    }

    /// All records of the domain of exactly this name.
    pub(crate) async fn transfer(&self, name: &LowerName) -> Result<Option<Vec<Record>>> {
        // A name with other letters is cut short, and no domain.
        let text = plain(name).filter(|text| text.len() + 1 == name.len());
        let Some(text) = text else { return Ok(None) };
        match self.domain(&text).await? {
            Some(answers) => Ok(Some(answers.all(self.now())?)),
            None => Ok(None),
        }
    }

    /// What answers for a name.
    async fn find(&self, name: &LowerName) -> Result<Option<Found>> {
        let networks = self.zones.networks();
        if let Some(place) = reverse::place(name, &networks) {
            return self.address(name, &place).await.map(Some);
        }
        let Some(text) = plain(name) else { return Ok(None) };
        let mut rest = text.as_str();
        // No domain is one label alone.
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(answers) = self.domain(rest).await? {
                return Ok(Some(Found { answers, exists: false }));
            }
            rest = parent;
        }
        let server = SERVERS.into_iter().find(|server| {
            text.strip_suffix(server).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
        server.map(|server| self.server(server)).transpose()
    }

    /// The domain of exactly this name.
    async fn domain(&self, name: &str) -> Result<Option<Arc<Answers>>> {
        let Some(zone) = self.zones.zone(name).await? else { return Ok(None) };
        let kept = || self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&zone.id);
        if let Some(known) =
            known.filter(|known| Arc::ptr_eq(&known.zone, &zone) || known.zone == zone)
        {
            return Ok(Some(known.answers));
        }
        let (answers, left_out) = Answers::of(&zone, &self.signatures).map_err(Failure::Zone)?;
        for why in left_out {
            self.tell(&format!("DNS leaves out a record of {}: {why}", zone.name));
        }
        let answers = Arc::new(answers);
        kept().put(zone.id, Built { zone, answers: answers.clone() });
        Ok(Some(answers))
    }

    /// Tells the log what somebody should mend, once.
    pub(crate) fn tell(&self, what: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(what).is_none() {
            tracing::warn!("{what}");
            told.put(what.to_owned(), ());
        }
    }

    /// The zone that the names of some addresses are in, with the one that is asked for.
    async fn address(&self, name: &LowerName, place: &Place) -> Result<Found> {
        let host = match place.address {
            Some(address) => self.zones.reverse(address).await?,
            None => None,
        };
        let pointer = host.map(|host| data::name(&host)).transpose().map_err(Failure::Zone)?;
        let pointer = pointer.map(|host| (Name::from(name), NEGATIVE_TTL, RData::PTR(PTR(host))));
        let answers = self.own(&place.zone, pointer.into_iter().collect())?;
        Ok(Found { answers, exists: place.is_above })
    }

    /// A name server's own name: it is here.
    fn server(&self, name: &str) -> Result<Found> {
        let origin = data::name(name).map_err(Failure::Zone)?;
        let addresses = self.here.iter().map(|here| match here {
            IpAddr::V4(here) => RData::A(A(*here)),
            IpAddr::V6(here) => RData::AAAA(AAAA(*here)),
        });
        let all = addresses.chain([RData::NS(NS(origin.clone()))]);
        let records = all.map(|data| (origin.clone(), NEGATIVE_TTL, data)).collect();
        Ok(Found { answers: self.own(name, records)?, exists: false })
    }

    /// A zone that is no domain of anybody's. Its number is the time: nobody keeps what changes in it.
    fn own(&self, name: &str, records: Vec<(Name, u32, RData)>) -> Result<Arc<Answers>> {
        let serial = u32::try_from(self.now()).unwrap_or(u32::MAX);
        let head = Head { primary: SERVERS[0], email: HOSTMASTER, serial };
        let origin = data::name(name).map_err(Failure::Zone)?;
        let soa = head.soa().map_err(Failure::Zone)?;
        Ok(Arc::new(Answers::new(origin, soa, records, None).map_err(Failure::Zone)?))
    }
}

/// What answers for a name.
struct Found {
    answers: Arc<Answers>,
    /// Whether the name exists, whatever stands at it.
    exists: bool,
}

/// A name as text, without a dot at its end. None: no domain can be part of it.
fn plain(name: &LowerName) -> Option<String> {
    let name = Name::from(name);
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_*".contains(byte);
    let mut text = String::with_capacity(name.len());
    for label in &name {
        if !text.is_empty() {
            text.push('.');
        }
        match label.iter().all(is_plain) {
            true => text.push_str(std::str::from_utf8(label).ok()?),
            // What has other letters is below a domain at most.
            false => text.clear(),
        }
    }
    Some(text).filter(|text| !text.is_empty())
}
