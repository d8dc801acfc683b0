//! What name servers are told: domains over all accounts, and the names of addresses.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ::fronts::zones::{Record, Zone};
use ::fronts::{Ask, Error, Result, Zones};
use api::domains::RecordType;
use hosts::bare_metals::BareMetal;
use hosts::instances::Instance;
use hosts::servers::Server;
use hosts::servers::addresses::{network_of, reverse_of};
use network::domains::{self, ZoneRecord};
use network::load_balancers::LoadBalancer;
use network::reserved_ips::Reserved;
use plane::addresses::{IPV4, IPV6, POOLS};
use plane::{Control, Doc, Kind};
use store::{From, Mark, Row};
use uuid::Uuid;

use super::{Front, unavailable};

/// How many domains are kept as they were read last.
const KEPT: usize = 256;
/// How many records are read at once.
const PAGE: usize = 500;
/// How often a domain is read again that changes meanwhile.
const TRIES: usize = 5;

/// Domains and the names of addresses, for name servers.
pub struct Names {
    front: Front,
    /// Domains as they were read, by their rows' states.
    known: Mutex<BTreeMap<Uuid, (Mark, Arc<Zone>)>>,
}

impl Names {
    /// Those of this control plane.
    pub fn new(control: Arc<Control>) -> Self {
        Self { front: Front::new(control), known: Mutex::default() }
    }

    fn control(&self) -> &Control {
        &self.front.0
    }

    /// The domain as it is now. It is read again where it was changed meanwhile: its row is written
    /// with each change of a record.
    async fn read(&self, name: &str) -> Result<Option<Arc<Zone>>> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tries = 0;
        loop {
            let found = domains::first_of(self.control(), name).await.map_err(unavailable)?;
            let Some(doc) = found else { return Ok(None) };
            let kept = known().get(&doc.id()).cloned();
            if let Some((_, zone)) = kept.filter(|(mark, _)| *mark == doc.mark()) {
                return Ok(Some(zone));
            }
            let zone = Arc::new(zone(&doc, self.records(&doc).await?));
            let row = self.control().store().get(doc.id()).await.map_err(unavailable)?;
            tries += 1;
            if row.is_some_and(|row| row.mark() == doc.mark()) {
                let mut known = known();
                if known.len() >= KEPT {
                    known.clear();
                }
                known.insert(doc.id(), (doc.mark(), zone.clone()));
                return Ok(Some(zone));
            }
            if tries == TRIES {
                return Err(Error::Unavailable(format!("{name} changes faster than it is read")));
            }
        }
    }

    async fn records(&self, zone: &Doc<domains::Zone>) -> Result<Vec<Record>> {
        let (mut records, mut from) = (Vec::new(), From::Start);
        loop {
            let ask = store::Ask {
                account: zone.account(),
                kind: ZoneRecord::KIND,
                facets: vec![domains::in_zone(zone.id())],
                from,
                limit: PAGE,
                known_total: None,
            };
            let page = self.control().store().page(&ask).await.map_err(unavailable)?;
            let last = page.rows.last().map(|row| row.seq);
            records.extend(page.rows.into_iter().filter_map(Doc::readable).map(record));
            match last {
                Some(last) if page.more_after => from = From::After(last),
                _ => return Ok(records),
            }
        }
    }

    /// The row that has an address, unless that is about to go.
    async fn owner(&self, scope: &str, address: IpAddr) -> Result<Option<Row>> {
        let store = self.control().store();
        let held = store.taken(scope, &address.to_string()).await.map_err(unavailable)?;
        let Some(id) = held else { return Ok(None) };
        let row = store.get(id).await.map_err(unavailable)?;
        Ok(row.filter(|row| !row.deleting))
    }

    /// What a reserved address is attached to.
    async fn attached(&self, reserved: &Reserved) -> Result<Option<Server>> {
        let Some(id) = reserved.attached_to else { return Ok(None) };
        let row = self.control().store().get(id).await.map_err(unavailable)?;
        row.map_or(Ok(None), server)
    }

    async fn ipv4(&self, address: Ipv4Addr) -> Result<Option<String>> {
        let Some(row) = self.owner(IPV4, address.into()).await? else { return Ok(None) };
        let own = match &*row.kind {
            LoadBalancer::KIND => doc::<LoadBalancer>(row)?.want.reverse_ipv4,
            Reserved::KIND => {
                let server = self.attached(&doc::<Reserved>(row)?.want).await?;
                server.map(|server| named_ipv4(&server, address)).unwrap_or_default()
            }
            _ => server(row)?.map(|server| named_ipv4(&server, address)).unwrap_or_default(),
        };
        Ok(Some(reverse_of(address, &own)))
    }

    async fn ipv6(&self, address: Ipv6Addr) -> Result<Option<String>> {
        let network = network_of(address);
        let Some(row) = self.owner(IPV6, network.into()).await? else { return Ok(None) };
        let name = match &*row.kind {
            LoadBalancer::KIND => {
                let balancer = doc::<LoadBalancer>(row)?.want;
                Some(balancer.reverse_ipv6).filter(|_| balancer.ipv6 == address)
            }
            Reserved::KIND => {
                let reserved = doc::<Reserved>(row)?;
                let server = self.attached(&reserved.want).await?;
                // Those of a server's first network stand with the server.
                let first = server.and_then(|server| named_ipv6(&server, address));
                first.or_else(|| reserved.reverse.get(&address).cloned())
            }
            _ => server(row)?.and_then(|server| named_ipv6(&server, address)),
        };
        Ok(name.filter(|name| !name.is_empty()))
    }
}

impl Zones for Names {
    fn zone<'a>(&'a self, name: &'a str) -> Ask<'a, Option<Arc<Zone>>> {
        Box::pin(self.read(name))
    }

    fn reverse(&self, address: IpAddr) -> Ask<'_, Option<String>> {
        Box::pin(async move {
            match address {
                IpAddr::V4(address) => self.ipv4(address).await,
                IpAddr::V6(address) => self.ipv6(address).await,
            }
        })
    }

    fn networks(&self) -> Vec<(IpAddr, u8)> {
        POOLS.into()
    }
}

fn doc<K: Kind>(row: Row) -> Result<Doc<K>> {
    Doc::read(row).map_err(unavailable)
}

/// The server that a row is; none: it is something else.
fn server(row: Row) -> Result<Option<Server>> {
    Ok(match &*row.kind {
        Instance::KIND => Some(doc::<Instance>(row)?.want.server),
        BareMetal::KIND => Some(doc::<BareMetal>(row)?.want.server),
        _ => None,
    })
}

fn named_ipv4(server: &Server, address: Ipv4Addr) -> String {
    let own = server.ipv4.iter().find(|own| own.address == address);
    own.map(|own| own.reverse.clone()).unwrap_or_default()
}

fn named_ipv6(server: &Server, address: Ipv6Addr) -> Option<String> {
    server.ipv6.as_ref().and_then(|ipv6| ipv6.reverse.get(&address)).cloned()
}

/// A domain as name servers know it. The number of its SOA is the time of its creation in seconds and
/// the number of its changes, so that one made anew has a later one.
fn zone(doc: &Doc<domains::Zone>, records: Vec<Record>) -> Zone {
    let serial = doc.created().as_millis() / 1000 + doc.version();
    Zone {
        id: doc.id(),
        name: doc.name.to_lowercase(),
        primary: doc.nsprimary.clone(),
        email: doc.email.clone(),
        // Numbers of 32 bits, which begin anew (RFC 1982).
        serial: (serial & 0xffff_ffff) as u32,
        key: doc.key.clone(),
        records,
    }
}

fn record(doc: Doc<ZoneRecord>) -> Record {
    let ZoneRecord { kind, label, data, priority, ttl, .. } = doc.want;
    let (kind, priority) = (word(kind).to_owned(), u16::try_from(priority).ok());
    Record { kind, name: label.to_lowercase(), data, priority, ttl }
}

fn word(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "A",
        RecordType::Aaaa => "AAAA",
        RecordType::Cname => "CNAME",
        RecordType::Ns => "NS",
        RecordType::Mx => "MX",
        RecordType::Srv => "SRV",
        RecordType::Txt => "TXT",
        RecordType::Caa => "CAA",
        RecordType::Sshfp => "SSHFP",
    }
}
