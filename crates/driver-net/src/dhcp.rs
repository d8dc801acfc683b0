//! Addresses for machines that ask for them (RFC 2131): each is told what its link was plugged in for, by its
//! hardware address, and nobody else anything. Routes are told as such (RFC 3442), which is how clients find that
//! their gateway or the metadata are on the link.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use drivers::Result;
use rustix::net::sockopt::set_socket_reuseaddr;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::names::{bridge, link};
use crate::plan::METADATA;
use crate::run::outside;
use crate::{End, Net, RESOLVERS};

const SERVER: u16 = 67;
const CLIENT: u16 = 68;
/// The longest packet that anyone has reason to send.
const LONGEST: usize = 1500;
/// How long what is told is good, in seconds: it changes with no lease.
const LEASE: u32 = 24 * 3600;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Where what comes before the options ends.
const HEADER: usize = 236;
const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const ACK: u8 = 5;
const NAK: u8 = 6;
const INFORM: u8 = 8;

/// Answers for as long as it is kept.
#[derive(Debug)]
pub struct Leases(JoinHandle<()>);

impl Drop for Leases {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Net {
    /// Begins to answer machines that ask for their addresses.
    ///
    /// # Errors
    /// When there can be no socket for it.
    pub async fn leases(&self) -> Result<Leases> {
        let failed = |error| outside(format!("cannot hand out addresses: {error}"));
        let runtime = Handle::current();
        let socket = self.0.router.inside(move || {
            let _entered = runtime.enter();
            bound(Ipv4Addr::UNSPECIFIED)
        });
        let socket = socket.await.map_err(failed)?;
        let net = self.clone();
        Ok(Leases(tokio::spawn(async move {
            let mut bytes = [0; LONGEST];
            // What cannot be read once is no reason to answer nobody any more.
            while let Ok(length) = socket.recv(&mut bytes).await {
                net.answer(&bytes[..length]).await;
            }
        })))
    }

    async fn answer(&self, bytes: &[u8]) {
        let Some(asked) = Asked::read(bytes) else { return };
        let Some((link, end)) = self.end_of(&asked.mac()).await else { return };
        let Some(answer) = asked.answer(&end) else { return };
        // One that has an address already listens there, others to all.
        let to = if asked.has.is_unspecified() { Ipv4Addr::BROADCAST } else { asked.has };
        let runtime = Handle::current();
        let socket = self.0.router.inside(move || {
            let _entered = runtime.enter();
            let socket = bound(METADATA)?;
            socket.set_broadcast(true)?;
            socket.bind_device(Some(link.as_bytes()))?;
            Ok(socket)
        });
        let sent = async { socket.await?.send_to(&answer, (to, CLIENT)).await };
        if let Err(error) = sent.await {
            tracing::debug!("cannot tell a machine its address: {error}");
        }
    }

    /// The link by which a machine is answered, and what it is to do with its end, by its hardware address.
    async fn end_of(&self, mac: &str) -> Option<(String, End)> {
        let state = self.0.state.lock().await;
        let by = |(id, network): (Uuid, Option<Uuid>)| match network {
            Some(network) => bridge(network),
            None => link(id, None).1,
        };
        state.plugged.iter().find_map(|(id, plugged)| {
            let mut ends = plugged.networks().into_iter().zip(plugged.ends(id));
            let (network, end) = ends.find(|(_, end)| end.mac.eq_ignore_ascii_case(mac))?;
            Some((by((id, network)), end))
        })
    }
}

/// A socket at the port where addresses are asked for; others may be there as well.
fn bound(address: Ipv4Addr) -> io::Result<UdpSocket> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None)?;
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(address, SERVER))?;
    UdpSocket::from_std(socket.into())
}

/// What a machine asks.
#[derive(Debug)]
struct Asked<'a> {
    header: &'a [u8],
    kind: u8,
    /// The address that it has.
    has: Ipv4Addr,
    /// The one that it wants.
    wants: Option<Ipv4Addr>,
    /// Whom it asks, if not anyone.
    whom: Option<Ipv4Addr>,
}

impl<'a> Asked<'a> {
    /// None: it is no question, or none of Ethernet.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let is_question = header[..3] == [1, 1, 6];
        let mut rest = rest.strip_prefix(&COOKIE).filter(|_| is_question)?;
        let ip = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).ok().map(Ipv4Addr::from);
        let has = ip(&header[12..16])?;
        let mut asked = Self { header, kind: 0, has, wants: None, whom: None };
        loop {
            match rest {
                [255, ..] | [] => break,
                [0, after @ ..] => rest = after,
                [option, length, after @ ..] => {
                    let (value, after) = after.split_at_checked(usize::from(*length))?;
                    match option {
                        50 => asked.wants = ip(value),
                        53 => asked.kind = *value.first()?,
                        54 => asked.whom = ip(value),
                        _ => {}
                    }
                    rest = after;
                }
                [_] => return None,
            }
        }
        (asked.kind != 0).then_some(asked)
    }

    /// The hardware address.
    fn mac(&self) -> String {
        let bytes: Vec<_> = self.header[28..34].iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(":")
    }

    /// The answer; none: there is nothing to say.
    fn answer(&self, end: &End) -> Option<Vec<u8>> {
        let v4 = end.addresses.iter().find_map(|(address, prefix)| match address {
            IpAddr::V4(address) => Some((*address, *prefix)),
            IpAddr::V6(_) => None,
        });
        let (address, prefix) = v4?;
        if self.whom.is_some_and(|whom| whom != METADATA) {
            return None;
        }
        let kind = match self.kind {
            DISCOVER => OFFER,
            REQUEST => {
                let wants = self.wants.unwrap_or(self.has);
                if wants == address { ACK } else { NAK }
            }
            INFORM => ACK,
            _ => return None,
        };
        let mut answer = self.header.to_vec();
        answer[0] = 2;
        // How often it was handed on, how long it took; what others have filled in.
        answer[3] = 0;
        answer[8..10].fill(0);
        answer[16..28].fill(0);
        answer[44..].fill(0);
        if kind == NAK {
            answer[12..16].fill(0);
        } else if self.kind != INFORM {
            answer[16..20].copy_from_slice(&address.octets());
        }
        answer.extend(COOKIE);
        option(&mut answer, 53, &[kind]);
        option(&mut answer, 54, &METADATA.octets());
        if kind != NAK {
            if self.kind != INFORM {
                option(&mut answer, 51, &LEASE.to_be_bytes());
            }
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            option(&mut answer, 1, &mask.to_be_bytes());
            option(&mut answer, 26, &end.mtu.to_be_bytes());
            let resolvers = RESOLVERS.iter().filter_map(|at| match at {
                IpAddr::V4(at) => Some(at.octets()),
                IpAddr::V6(_) => None,
            });
            option(&mut answer, 6, &resolvers.collect::<Vec<_>>().concat());
            lead(&mut answer, end);
        }
        answer.push(255);
        Some(answer)
    }
}

/// Adds by whom others are reached. Who reads the routes looks at nothing else, so that all are there.
fn lead(answer: &mut Vec<u8>, end: &End) {
    let mut routes = Vec::new();
    let mut route = |to: Ipv4Addr, prefix: u8, by: Ipv4Addr| {
        routes.push(prefix);
        routes.extend(&to.octets()[..usize::from(prefix.div_ceil(8))]);
        routes.extend(by.octets());
    };
    for (to, by) in &end.routes {
        match (to.address, by) {
            (IpAddr::V4(to_whom), Some(IpAddr::V4(by))) => route(to_whom, to.prefix, *by),
            (IpAddr::V4(to_whom), None) => route(to_whom, to.prefix, Ipv4Addr::UNSPECIFIED),
            _ => {}
        }
    }
    let gateways = end.gateway.iter().filter_map(|by| match by {
        IpAddr::V4(by) => Some(*by),
        IpAddr::V6(_) => None,
    });
    for by in gateways {
        route(Ipv4Addr::UNSPECIFIED, 0, by);
        option(answer, 3, &by.octets());
    }
    if !routes.is_empty() {
        option(answer, 121, &routes);
    }
}

fn option(answer: &mut Vec<u8>, number: u8, value: &[u8]) {
    answer.push(number);
    // None of ours is longer: a machine has a few routes.
    let length = value.len().min(usize::from(u8::MAX));
    answer.push(length as u8);
    answer.extend(&value[..length]);
}

#[cfg(test)]
mod tests {
    use drivers::Subnet;

    use super::*;

    fn question(kind: u8, more: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
        bytes[4..8].copy_from_slice(b"xid!");
        bytes[28..34].copy_from_slice(&[0x56, 0, 0, 0, 0, 1]);
        bytes.extend(COOKIE);
        bytes.extend([53, 1, kind]);
        bytes.extend(more);
        bytes.push(255);
        bytes
    }

    fn end() -> End {
        let by: IpAddr = [169, 254, 1, 1].into();
        let alone = |address| Subnet { address, prefix: 32 };
        End {
            interface: "ktp".into(),
            mac: "56:00:00:00:00:01".into(),
            addresses: vec![([198, 18, 0, 5].into(), 32)],
            routes: vec![(alone(by), None), (alone(METADATA.into()), Some(by))],
            gateway: vec![by],
            mtu: 1450,
        }
    }

    /// The value of an option.
    fn told(answer: &[u8], number: u8) -> Option<Vec<u8>> {
        let mut rest = &answer[HEADER + COOKIE.len()..];
        while let [option, length, after @ ..] = rest {
            let (value, after) = after.split_at(usize::from(*length));
            if *option == number {
                return Some(value.to_vec());
            }
            rest = after;
        }
        None
    }

    #[test]
    fn a_machine_is_told_its_address_and_its_routes() {
        let bytes = question(DISCOVER, &[]);
        let asked = Asked::read(&bytes).unwrap();
        assert_eq!(asked.mac(), end().mac);
        let offer = asked.answer(&end()).unwrap();
        assert_eq!(
            (offer[0], &offer[4..8], &offer[16..20]),
            (2, &b"xid!"[..], &[198, 18, 0, 5][..])
        );
        assert_eq!(told(&offer, 53).unwrap(), [OFFER]);
        assert_eq!(told(&offer, 1).unwrap(), [255; 4]);
        assert_eq!(told(&offer, 26).unwrap(), [5, 170]);
        let mut routes = vec![32, 169, 254, 1, 1, 0, 0, 0, 0];
        routes.extend([32, 169, 254, 169, 254, 169, 254, 1, 1]);
        routes.extend([0, 169, 254, 1, 1]);
        assert_eq!(told(&offer, 121).unwrap(), routes);
    }

    #[test]
    fn what_is_asked_for_and_is_not_ours_is_refused_and_others_are_left_to_others() {
        let ask = |kind, more: &[u8]| {
            let bytes = question(kind, more);
            Asked::read(&bytes).unwrap().answer(&end())
        };
        let kind = |answer: Option<Vec<u8>>| told(&answer.unwrap(), 53).unwrap()[0];
        assert_eq!(kind(ask(REQUEST, &[50, 4, 198, 18, 0, 5])), ACK);
        let refused = ask(REQUEST, &[50, 4, 198, 18, 0, 6]).unwrap();
        assert_eq!((told(&refused, 53).unwrap(), &refused[16..20]), (vec![NAK], &[0; 4][..]));
        assert_eq!(ask(REQUEST, &[50, 4, 198, 18, 0, 5, 54, 4, 10, 0, 0, 1]), None);
        let informed = ask(INFORM, &[]).unwrap();
        assert_eq!((told(&informed, 51), &informed[16..20]), (None, &[0; 4][..]));
        assert_eq!(ask(7, &[]), None);
        let without = End { addresses: Vec::new(), ..end() };
        assert_eq!(Asked::read(&question(DISCOVER, &[])).unwrap().answer(&without), None);
    }

    #[test]
    fn what_is_no_question_is_not_read() {
        let good = question(DISCOVER, &[]);
        for length in 0..good.len() - 2 {
            assert!(Asked::read(&good[..length]).is_none(), "{length}");
        }
        assert!(Asked::read(&question(0, &[])).is_none());
        assert!(Asked::read(&[0; 400]).is_none());
        assert!(Asked::read(&question(DISCOVER, &[12, 200, 1])).is_none());
    }
}
