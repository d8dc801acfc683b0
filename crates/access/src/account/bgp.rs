//! BGP: announcing networks of one's own.
//!
//! At Vultr people read such a request; here it is granted as soon as it is well formed.

use api::Secret;
use api::account::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cx, Doc, Kind, Network, Refusal, Result, Tx};

/// Which account has BGP, as a unique value.
const ACCOUNT: &str = "bgp";
/// Where the autonomous systems that are given away begin.
const GIVEN_ASN: u32 = 4_288_000_000;
/// The longest password that TCP's MD5 option takes.
const PASSWORD_MAX: usize = 80;

/// An account's BGP.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bgp {
    asn: u32,
    password: Secret,
    prefixes: Vec<Network>,
    routes: RequestedRoutes,
    usecase: String,
    /// References of the requests that led to this.
    tickets: Vec<String>,
}

impl Kind for Bgp {
    const KIND: &'static str = "bgp";
    const UNKNOWN: &'static str = "BGP is not set up";
    type Seen = ();
}

pub(super) async fn get(cx: Cx, _: GetAccountBgp) -> Result<AccountBgp> {
    let found = current(&cx, &mut cx.begin()).await?;
    Ok(found.map_or_else(AccountBgp::default, |bgp| AccountBgp {
        enabled: true,
        asn: bgp.asn,
        password: bgp.want.password,
    }))
}

pub(super) async fn set_up(cx: Cx, req: SetUpAccountBgp) -> Result<TicketReference> {
    let prefixes = prefixes(&req.prefixes)?;
    authorization(req.letter_of_authorization.as_deref().unwrap_or_default(), &prefixes)?;
    let password = req.password.unwrap_or_default();
    let is_fit = password.len() <= PASSWORD_MAX && password.bytes().all(|b| b.is_ascii_graphic());
    if !is_fit {
        let help = format!("must be at most {PASSWORD_MAX} characters of ASCII without spaces");
        return Err(Refusal::field("password", help).into());
    }
    if req.usecase.trim().is_empty() {
        return Err(Refusal::field("usecase", "must say what BGP is for").into());
    }
    let (asn, routes, usecase) = (asn(&cx, req.asn)?, req.requested_routes, req.usecase);
    let wanted = Bgp { asn, password, prefixes, routes, usecase, tickets: Vec::new() };

    let mut tx = cx.begin();
    let bgp = match current(&cx, &mut tx).await? {
        Some(mut bgp) => {
            let tickets = std::mem::take(&mut bgp.tickets);
            bgp.want = Bgp { tickets, ..wanted };
            bgp
        }
        None => {
            let bgp = tx.new_doc(wanted);
            tx.take(ACCOUNT, cx.account().to_string(), bgp.id());
            bgp
        }
    };
    grant(tx, bgp).await
}

pub(super) async fn add_prefixes(cx: Cx, req: AddAccountBgpPrefixes) -> Result<TicketReference> {
    let more = prefixes(&req.prefixes)?;
    if more.is_empty() {
        return Err(Refusal::field("prefixes", "must name at least one network").into());
    }
    let mut tx = cx.begin();
    let Some(mut bgp) = current(&cx, &mut tx).await? else {
        let help = "ask for BGP first, with POST /v2/account/bgp/setup";
        return Err(Refusal::bad(Bgp::UNKNOWN).help(help).into());
    };
    if let Some(known) = more.iter().find(|network| bgp.prefixes.contains(network)) {
        return Err(Refusal::field("prefixes", format!("{known} is announced already")).into());
    }
    bgp.prefixes.extend(more);
    grant(tx, bgp).await
}

async fn current(cx: &Cx, tx: &mut Tx) -> Result<Option<Doc<Bgp>>> {
    match tx.taken(ACCOUNT, &cx.account().to_string()).await? {
        Some(id) => tx.find(id).await,
        None => Ok(None),
    }
}

/// Grants what was asked for, and notes the request by its reference: `ABC-12345`.
async fn grant(tx: Tx, mut bgp: Doc<Bgp>) -> Result<TicketReference> {
    let random = Uuid::new_v4();
    let bytes = random.as_bytes();
    let letters: String = bytes[..3].iter().map(|b| char::from(b'A' + b % 26)).collect();
    let number = u16::from_be_bytes([bytes[3], bytes[4]]);
    let ticket_reference = format!("{letters}-{number:05}");
    bgp.tickets.push(ticket_reference.clone());
    tx.save(&bgp).await?;
    Ok(TicketReference { ticket_reference })
}

/// Networks that the internet would take: no smaller than a /24, or a /48 of IPv6.
fn prefixes(texts: &[String]) -> Result<Vec<Network>> {
    let mut networks = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let refuse = |why: String| Refusal::field(&format!("prefixes[{i}]"), why);
        let network: Network = text.parse().map_err(refuse)?;
        let most = if network.address().is_ipv4() { 24 } else { 48 };
        if network.prefix() == 0 || network.prefix() > most {
            let why = format!("{text} is not announced: networks have a prefix of /1 to /{most}");
            return Err(refuse(why).into());
        }
        if text.split('/').next().and_then(|a| a.parse().ok()) != Some(network.address()) {
            let why = format!("{text} is an address in a network: that is {network}");
            return Err(refuse(why).into());
        }
        if networks.contains(&network) {
            return Err(refuse(format!("{network} is there twice")).into());
        }
        networks.push(network);
    }
    Ok(networks)
}

/// Networks of one's own need a letter: a PDF, PNG or JPEG file.
fn authorization(letter: &str, prefixes: &[Network]) -> Result<()> {
    const STARTS: [&[u8]; 3] = [b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"];
    if letter.is_empty() && prefixes.is_empty() {
        return Ok(());
    }
    let file = STANDARD.decode(letter).unwrap_or_default();
    if STARTS.iter().any(|start| file.starts_with(start)) {
        return Ok(());
    }
    let help = "must be a PDF, PNG or JPEG file as base64 where there are prefixes";
    Err(Refusal::field("letter_of_authorization", help).into())
}

/// The caller's public autonomous system, or a private one of ours.
fn asn(cx: &Cx, wanted: Option<u32>) -> Result<u32> {
    match wanted {
        None => {
            let number = u32::try_from(cx.account()).unwrap_or_default() % 6_967_294;
            Ok(GIVEN_ASN + number)
        }
        // Reserved, for documents, or private: RFC 7607, 6793, 5398, 6996, 7300.
        Some(n @ (0 | 23_456 | 64_496..=131_071 | 4_200_000_000..)) => {
            let help = format!("{n} is no public one; leave it out to be given a private one");
            Err(Refusal::field("asn", help).into())
        }
        Some(n) => Ok(n),
    }
}
