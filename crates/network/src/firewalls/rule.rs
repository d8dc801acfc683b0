//! One rule of a firewall group: which traffic may come in.
//!
//! What was sent is kept as it was sent, since clients compare it as text; two rules are compared
//! by what they mean.

use std::net::IpAddr;

use api::firewalls::{CreateFirewallGroupRule, FirewallProtocol, IpType};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Network, Refusal, Result, refuse};

/// A rule of a firewall group: what has no words here is shown by the same name in
/// [`FirewallRule`](api::firewalls::FirewallRule), as it was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Its number in the group, from 1.
    pub(super) number: u32,
    pub(super) ip_type: IpType,
    pub(super) protocol: FirewallProtocol,
    pub(super) port: String,
    pub(super) subnet: String,
    pub(super) subnet_size: u32,
    /// Where traffic may come from.
    pub(super) source: Source,
    pub(super) notes: String,
}

/// Where traffic may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A network.
    Network(Network),
    /// Wherever Cloudflare's proxies are.
    Cloudflare,
    /// A load balancer.
    LoadBalancer(Uuid),
}

impl Rule {
    /// The rule that is asked for.
    ///
    /// # Errors
    /// 400 naming the field that cannot be so.
    pub(super) fn new(number: u32, req: CreateFirewallGroupRule) -> Result<Self> {
        let (ip_type, protocol) = (req.ip_type, req.protocol);
        let source = source(&req)?;
        let mut port = req.port.unwrap_or_default();
        match protocol {
            FirewallProtocol::Tcp | FirewallProtocol::Udp => ports(&port).map(drop)?,
            // Clients send 0 or -1 here; it means nothing, and nothing is kept of it.
            _ => port.clear(),
        }
        let notes = req.notes.unwrap_or_default();
        let subnet = req.subnet.unwrap_or_default();
        let subnet_size = req.subnet_size.unwrap_or_default();
        Ok(Self { number, ip_type, protocol, port, subnet, subnet_size, source, notes })
    }

    /// Whether both let in the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let meaning = |rule: &Self| (rule.ip_type, rule.protocol, rule.source, rule.ports());
        meaning(self) == meaning(other)
    }

    /// Its first and last port; none where its protocol has none.
    pub(super) fn ports(&self) -> Option<(u16, u16)> {
        ports(&self.port).ok()
    }

    /// The load balancer that traffic may come from.
    pub(super) fn load_balancer(&self) -> Option<Uuid> {
        match self.source {
            Source::LoadBalancer(id) => Some(id),
            _ => None,
        }
    }
}

/// The source that stands for all networks of Cloudflare.
pub(crate) const CLOUDFLARE: &str = "cloudflare";

/// Where traffic is to come from: `source` goes before the network, which is then ignored. Whether
/// there is such a load balancer is not known here.
fn source(req: &CreateFirewallGroupRule) -> Result<Source> {
    // Answers show the network as the source of rules without one: it may be sent back.
    let own =
        req.subnet.as_ref().zip(req.subnet_size).map(|(subnet, size)| format!("{subnet}/{size}"));
    match req.source.as_deref().unwrap_or_default() {
        CLOUDFLARE => Ok(Source::Cloudflare),
        text if text.is_empty() || own.as_deref() == Some(text) => {
            network(req).map(Source::Network)
        }
        other => other.parse().map(Source::LoadBalancer).map_err(|_| {
            let help =
                "it may be empty, for `subnet`, or `cloudflare`, or the id of a load balancer";
            Refusal::field("source", format!("`{other}` is not known; {help}")).into()
        }),
    }
}

fn network(req: &CreateFirewallGroupRule) -> Result<Network> {
    let (wanted, word, example, bits) = match req.ip_type {
        IpType::V4 => (false, "IPv4", "203.0.113.0", 32),
        IpType::V6 => (true, "IPv6", "2001:db8::", 128),
    };
    let missing = |field| Refusal::field(field, "is required where there is no `source`");
    let subnet = req.subnet.as_deref().ok_or_else(|| missing("subnet"))?;
    let bits_sent = req.subnet_size.ok_or_else(|| missing("subnet_size"))?;
    let address = subnet.parse::<IpAddr>().ok().filter(|ip| ip.is_ipv6() == wanted);
    let Some(address) = address else {
        return refuse("subnet", format!("`{subnet}` is no {word} address such as {example}"));
    };
    let size = u8::try_from(bits_sent).ok();
    size.and_then(|size| Network::new(address, size)).ok_or_else(|| {
        let help = format!("{bits_sent} is not from 0 to {bits}");
        Refusal::field("subnet_size", help).into()
    })
}

/// The first and last port that `80` or `8000:8010` names.
fn ports(text: &str) -> Result<(u16, u16)> {
    let one = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|port| digits && *port > 0)
    };
    let range = match text.split_once(':') {
        None => one(text).map(|port| (port, port)),
        Some((first, last)) => one(first).zip(one(last)).filter(|(first, last)| first < last),
    };
    range.ok_or_else(|| {
        let help = match text {
            "" => "port: tcp and udp need one, such as `22` or `8000:8010`".into(),
            text => format!("port: `{text}` is none; write `22`, or `8000:8010` for several"),
        };
        Refusal::bad("Invalid port number - must be between 1 and 65535").help(help).into()
    })
}
