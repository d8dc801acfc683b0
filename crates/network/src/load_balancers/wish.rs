//! What can be wished of a load balancer, at its creation or later: each field checked, and put
//! into the load balancer that should be.

use api::load_balancers::*;
use api::{OrEmpty, Secret, id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drivers::balancer::Certificate;
use uuid::Uuid;

use super::rules::{self, PORTS, renewed};
use super::{AutoSsl, HealthCheck, LoadBalancer, REGION_OPTION, Tls};
use crate::bare_metals::BareMetal;
use crate::domains::is_hostname;
use crate::instances::Instance;
use crate::vpcs::VPC;
use crate::vpcs::guests::{self, GuestSort};
use crate::vpcs::networks::in_field;
use crate::{Cx, Result, Tx, alike, ensure, in_range, refuse, set, set_alike};

/// How many nodes there can be; their number is odd.
const NODES: std::ops::RangeInclusive<u32> = 1..=99;
/// What the figures of a health check can be.
const CHECK: std::ops::RangeInclusive<u32> = 1..=300;

/// What is wished at the creation: an update says the same in the same words.
pub(super) fn at_creation(req: &CreateLoadBalancer) -> UpdateLoadBalancer {
    alike!(req => UpdateLoadBalancer {
        label, balancing_algorithm, ssl_redirect, http2, http3, nodes, proxy_protocol, timeout,
        health_check, forwarding_rules, sticky_session, ssl, instances, firewall_rules,
        private_network, vpc, auto_ssl, global_regions;
        load_balancer_id: id::LoadBalancerId::default()
    })
}

/// The health check where nothing is wished.
pub(super) fn default_check() -> HealthCheck {
    HealthCheck {
        protocol: HealthCheckProtocol::Http,
        port: 80,
        path: "/".into(),
        check_interval: 15,
        response_timeout: 5,
        unhealthy_threshold: 5,
        healthy_threshold: 5,
    }
}

/// Puts what is wished into the load balancer that should be; what is absent stays.
///
/// # Errors
/// 400 naming the first field that cannot be so.
pub(super) async fn apply(
    tx: &mut Tx,
    id: Uuid,
    balancer: &mut LoadBalancer,
    wish: UpdateLoadBalancer,
) -> Result<()> {
    set_alike!(wish => balancer { label, ssl_redirect, http2, http3, proxy_protocol });
    ensure(balancer.http2 || !balancer.http3, "http3", "it needs `http2`, too")?;
    set(&mut balancer.algorithm, wish.balancing_algorithm);
    set(&mut balancer.nodes, wish.nodes.map(nodes).transpose()?);
    set(&mut balancer.timeout_s, wish.timeout.map(timeout).transpose()?);
    set(&mut balancer.cookie_name, wish.sticky_session.map(cookie).transpose()?);
    if let Some(check) = wish.health_check {
        change_check(tx.cx(), &mut balancer.health_check, check)?;
    }
    if let Some(wanted) = wish.forwarding_rules {
        let (known, make) = (&balancer.forwarding, rules::forwarding_rule);
        balancer.forwarding = renewed("forwarding_rules", known, wanted, make, |r| &mut r.id)?;
    }
    tell_idle(tx.cx(), balancer);
    if let Some(wanted) = wish.firewall_rules {
        let (known, make) = (&balancer.firewall, rules::firewall_rule);
        balancer.firewall = renewed("firewall_rules", known, wanted, make, |r| &mut r.id)?;
    }
    if let Some(own) = wish.ssl.map(certificate).transpose()?.flatten() {
        balancer.certificate = Some(own);
    }
    if let Some(auto) = wish.auto_ssl.map(auto_ssl).transpose()?.flatten() {
        // What the owner gave goes before what is got by itself.
        if !matches!(balancer.certificate, Some(Tls::Own(..))) {
            balancer.certificate = Some(Tls::Issued(auto.domain()));
        }
        balancer.auto_ssl = Some(auto);
    }
    if let Some(wanted) = wish.instances {
        balancer.instances = instances(tx, &balancer.region, wanted).await?;
    }
    if wish.vpc.is_some() || wish.private_network.is_some() {
        let network = network(tx, &balancer.region, wish.vpc, wish.private_network).await?;
        let former = std::mem::replace(&mut balancer.network, network);
        guests::moves(tx, (GuestSort::LoadBalancer, id), former, network).await?;
    }
    set(&mut balancer.global_regions, wish.global_regions.map(|r| regions(tx, r)).transpose()?);
    Ok(())
}

/// Warns of what needs a rule for HTTPS, as its documents say, where there is none: clients send it anyway.
fn tell_idle(cx: &Cx, balancer: &LoadBalancer) {
    let mut rules = balancer.forwarding.iter();
    let takes_https = rules.any(|rule| rule.frontend_protocol == BalancedProtocol::Https);
    for (field, is_on, what) in [
        ("ssl_redirect", balancer.ssl_redirect, "leads to HTTPS, which no forwarding rule takes"),
        ("http2", balancer.http2, "does nothing where no forwarding rule takes HTTPS"),
    ] {
        if is_on && !takes_https {
            cx.warn(field, what);
        }
    }
}

fn nodes(count: u32) -> Result<u32> {
    let text = format!("{count} is no odd number from {} to {}", NODES.start(), NODES.end());
    ensure(NODES.contains(&count) && count % 2 == 1, "nodes", text)?;
    Ok(count)
}

fn timeout(seconds: u32) -> Result<u32> {
    ensure(seconds > 0, "timeout", "0 is too short; give it in seconds")?;
    Ok(seconds)
}

/// A cookie's name: a token of HTTP, or nothing.
fn cookie(wished: StickySession) -> Result<String> {
    let name = wished.cookie_name;
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let text = format_args!("`{name}` cannot name a cookie: letters, digits, `-` and `_` can");
    ensure(name.chars().all(fits), "sticky_session.cookie_name", text)?;
    Ok(name)
}

fn change_check(cx: &Cx, check: &mut HealthCheck, wished: NewHealthCheck) -> Result<()> {
    set(&mut check.protocol, wished.protocol);
    if let Some(port) = wished.port {
        check.port = in_range("health_check.port", port, PORTS)?;
    }
    // An empty path is how some clients leave it out.
    if let Some(path) = wished.path.filter(|path| !path.is_empty()) {
        if !path.starts_with('/') || path.contains(char::is_whitespace) {
            cx.warn("health_check.path", format!("`{path}` is no path such as `/health`"));
        }
        check.path = path;
    }
    for (name, field, wished) in [
        ("check_interval", &mut check.check_interval, wished.check_interval),
        ("response_timeout", &mut check.response_timeout, wished.response_timeout),
        ("unhealthy_threshold", &mut check.unhealthy_threshold, wished.unhealthy_threshold),
        ("healthy_threshold", &mut check.healthy_threshold, wished.healthy_threshold),
    ] {
        let Some(figure) = wished else { continue };
        *field = in_range(&format!("health_check.{name}"), figure, CHECK)?;
    }
    Ok(())
}

/// The certificate that is given; none where nothing is.
fn certificate(ssl: NewSsl) -> Result<Option<Tls>> {
    let own = pem("certificate", ssl.certificate, ssl.certificate_b64, "CERTIFICATE")?;
    let [plain, encoded] =
        [ssl.private_key, ssl.private_key_b64].map(|key| key.map(Secret::into_inner));
    let private_key = pem("private_key", plain, encoded, "PRIVATE KEY")?.map(Secret::from);
    let between = pem("chain", ssl.chain, ssl.chain_b64, "CERTIFICATE")?;
    let missing = |field: &str| refuse(field, "a certificate needs its private key");
    match (own, private_key, between) {
        (None, None, None) => Ok(None),
        (None, ..) => missing("ssl.certificate"),
        (_, None, _) => missing("ssl.private_key"),
        (Some(own), Some(private_key), between) => {
            let chain = match between {
                Some(between) => format!("{}\n{between}", own.trim_end()),
                None => own.clone(),
            };
            Ok(Some(Tls::Own(own, Certificate { chain, private_key })))
        }
    }
}

/// One part of a certificate, from either of its fields.
fn pem(
    name: &str,
    plain: Option<String>,
    encoded: Option<String>,
    what: &str,
) -> Result<Option<String>> {
    let (field, text) = match (plain.filter(|t| !t.is_empty()), encoded.filter(|t| !t.is_empty())) {
        (None, None) => return Ok(None),
        (Some(plain), _) => (format!("ssl.{name}"), Some(plain)),
        (None, Some(encoded)) => {
            // Encoders break lines.
            let bare: String = encoded.split_whitespace().collect();
            let text = STANDARD.decode(bare).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            (format!("ssl.{name}_b64"), text)
        }
    };
    let is_pem = |text: &String| {
        let begins = |line: &str| line.starts_with("-----BEGIN ") && line.contains(what);
        let mut lines = text.lines().map(str::trim);
        lines.any(begins) && lines.any(|line| line.starts_with("-----END "))
    };
    match text.filter(is_pem) {
        Some(text) => Ok(Some(text)),
        // What was sent may be a secret: it is not repeated.
        None => refuse(&field, format!("it is no PEM text with a {}", what.to_lowercase())),
    }
}

/// The name for which a certificate is to be had; none where none is given.
fn auto_ssl(wished: NewAutoSsl) -> Result<Option<AutoSsl>> {
    let zone = wished.domain_zone.unwrap_or_default();
    let sub = wished.domain_sub.unwrap_or_default();
    if zone.is_empty() && sub.is_empty() {
        return Ok(None);
    }
    let text = format_args!("`{zone}` is no domain such as `example.com`");
    ensure(zone.contains('.') && is_hostname(&zone), "auto_ssl.domain_zone", text)?;
    let text = format_args!("`{sub}` cannot stand before {zone}");
    ensure(sub.is_empty() || is_hostname(&sub), "auto_ssl.domain_sub", text)?;
    Ok(Some(AutoSsl { zone, sub }))
}

/// The instances and bare metal servers that are to be behind it, in the order in which they are given:
/// Vultr's controller of load balancers for Kubernetes names nodes of both kinds.
async fn instances(tx: &mut Tx, region: &str, wanted: Vec<id::InstanceId>) -> Result<Vec<Uuid>> {
    let mut ids = Vec::with_capacity(wanted.len());
    for id in wanted {
        let there = if let Some(instance) = tx.find::<Instance>(id.0).await? {
            instance.region.clone()
        } else if let Some(metal) = tx.find::<BareMetal>(id.0).await? {
            metal.region.clone()
        } else {
            tx.named::<Instance>("instances", id).await?.region.clone()
        };
        let text = format_args!("{id} is in {there}, the load balancer in {region}");
        ensure(there == region, "instances", text)?;
        if ids.contains(&id.0) {
            tx.cx().warn("instances", format!("{id} is given twice"));
            continue;
        }
        ids.push(id.0);
    }
    Ok(ids)
}

/// The VPC that is named by either of its fields; none where both are empty.
async fn network(
    tx: &mut Tx,
    region: &str,
    vpc: Option<OrEmpty<id::VpcId>>,
    private: Option<OrEmpty<id::VpcId>>,
) -> Result<Option<Uuid>> {
    let named = |wished: Option<OrEmpty<id::VpcId>>| wished.and_then(OrEmpty::get);
    let (field, id) = match (named(vpc), named(private)) {
        (None, None) => return Ok(None),
        (Some(vpc), Some(other)) if vpc != other => {
            let text = format!("{other} is another than `vpc`; leave it out");
            return refuse("private_network", text);
        }
        (Some(id), _) => ("vpc", id),
        (None, Some(id)) => ("private_network", id),
    };
    let network = in_field(tx, VPC, field, id.0).await?;
    let there = &network.region;
    let text = format_args!("the VPC network is in {there}, the load balancer in {region}");
    ensure(there == region, field, text)?;
    Ok(Some(network.id()))
}

/// The further regions in which it is to work.
fn regions(tx: &Tx, wanted: Vec<String>) -> Result<Vec<String>> {
    let mut chosen = Vec::with_capacity(wanted.len());
    for id in wanted.iter().filter(|id| !id.is_empty()) {
        let region = tx.cx().region("global_regions", id)?;
        let text = format_args!("`{id}` has no load balancers");
        ensure(region.offers(REGION_OPTION), "global_regions", text)?;
        if !chosen.contains(&region.id) {
            chosen.push(region.id.clone());
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_nodes_is_odd_and_below_a_hundred() {
        for good in [1, 3, 99] {
            assert!(nodes(good).is_ok(), "{good}");
        }
        for bad in [0, 2, 98, 100, 101] {
            assert!(nodes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cookies_name_is_a_token() {
        let cookie = |name: &str| cookie(StickySession { cookie_name: name.into() });
        for good in ["", "session", "my-cookie_1"] {
            assert!(cookie(good).is_ok(), "{good}");
        }
        for bad in ["a b", "a;b", "a=b", "ä", "\u{7}"] {
            assert!(cookie(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_domain_before_nothing_is_the_whole_name() {
        let name = |zone: &str, sub: &str| {
            let wished =
                NewAutoSsl { domain_zone: Some(zone.into()), domain_sub: Some(sub.into()) };
            auto_ssl(wished).map(|auto| auto.map(|auto| auto.domain()))
        };
        assert_eq!(name("example.com", "").unwrap().unwrap(), "example.com");
        assert_eq!(name("example.com", "a.b").unwrap().unwrap(), "a.b.example.com");
        assert_eq!(name("", "").unwrap(), None);
        for (zone, sub) in [("", "www"), ("example", ""), ("example.com", "-"), ("a b.com", "")] {
            assert!(name(zone, sub).is_err(), "{sub} {zone}");
        }
    }
}
