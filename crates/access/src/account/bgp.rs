//! BGP: announcing networks of one's own.
//!
//! At Vultr people read such a request; here it is granted as soon as it is well formed.

use api::Secret;
use api::account::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::{Cx, Doc, Kind, Network, Refusal, Result, Tx, ensure, refuse};

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
    let text = format!("must be at most {PASSWORD_MAX} characters of ASCII without spaces");
    ensure(is_fit, "password", text)?;
    ensure(!req.usecase.trim().is_empty(), "usecase", "must say what BGP is for")?;
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
    ensure(!more.is_empty(), "prefixes", "must name at least one network")?;
    let mut tx = cx.begin();
    let Some(mut bgp) = current(&cx, &mut tx).await? else {
        let help = "ask for BGP first, with POST /v2/account/bgp/setup";
        return Err(Refusal::bad(Bgp::UNKNOWN).help(help).into());
    };
    if let Some(known) = more.iter().find(|network| bgp.prefixes.contains(network)) {
        return refuse("prefixes", format_args!("{known} is announced already"));
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
    let bytes: [u8; 5] = engine::chance::bytes();
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
        let field = format!("prefixes[{i}]");
        let network: Network = text.parse().map_err(|why: String| Refusal::field(&field, why))?;
        let most = if network.address().is_ipv4() { 24 } else { 48 };
        let why = format_args!("networks have a prefix of /1 to /{most}");
        let is_fit = (1..=most).contains(&network.prefix());
        ensure(is_fit, &field, format_args!("{text} is not announced: {why}"))?;
        let address = text.split('/').next().and_then(|address| address.parse().ok());
        let why = format_args!("{text} is an address in a network: that is {network}");
        ensure(address == Some(network.address()), &field, why)?;
        ensure(!networks.contains(&network), &field, format_args!("{network} is there twice"))?;
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
    let is_one = STARTS.iter().any(|start| file.starts_with(start));
    let text = "must be a PDF, PNG or JPEG file as base64 where there are prefixes";
    ensure(is_one, "letter_of_authorization", text)
}

/// The caller's public autonomous system, or a private one of ours.
fn asn(cx: &Cx, wanted: Option<u32>) -> Result<u32> {
    match wanted {
        None => Ok(GIVEN_ASN + u32::try_from(cx.account()).unwrap_or_default() % 6_967_294),
        // Reserved, for documents, or private: RFC 7607, 6793, 5398, 6996, 7300.
        Some(n @ (0 | 23_456 | 64_496..=131_071 | 4_200_000_000..)) => {
            let instead = "leave it out to be given a private one";
            refuse("asn", format_args!("{n} is no public one; {instead}"))
        }
        Some(n) => Ok(n),
    }
}
