//! Load balancers: one address before many instances.
//!
//! A load balancer's rules are part of it: they are one row, changed in one go and brought to the
//! world in one go. What may be asked for is checked in `wish` and `rules`, and nowhere else.

mod handlers;
mod life;
mod reverse;
mod rules;
mod wish;

use std::net::{Ipv4Addr, Ipv6Addr};

use api::firewalls::IpType;
use api::load_balancers::{BalancedProtocol, BalancingAlgorithm, HealthCheckProtocol};
use drivers::balancer::Certificate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, HOURS_BILLED_PER_MONTH, PriceItem};
use crate::firewalls::forget_load_balancer;
use crate::life::Provisioned;
use crate::vpcs::guests::{self, GuestSort};
use crate::{Cx, Doc, Family, Kind, Result, Tx};

/// What a region offers where there can be load balancers.
const REGION_OPTION: &str = "load_balancers";

/// A load balancer as its owner wants it: what has no words here is shown by the same name, or
/// nearly, in [`api::load_balancers::LoadBalancer`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadBalancer {
    region: String,
    /// The owner's name for it.
    pub label: String,
    /// Its IPv4 address on the internet.
    pub ipv4: Ipv4Addr,
    /// Its IPv6 address on the internet.
    pub ipv6: Ipv6Addr,
    /// The name of its IPv4 address in reverse DNS; empty: the one that each address has.
    pub reverse_ipv4: String,
    /// The name of its IPv6 address in reverse DNS; empty: none.
    pub reverse_ipv6: String,
    algorithm: BalancingAlgorithm,
    ssl_redirect: bool,
    http2: bool,
    http3: bool,
    proxy_protocol: bool,
    timeout_s: u32,
    cookie_name: String,
    nodes: u32,
    health_check: HealthCheck,
    forwarding: Vec<ForwardingRule>,
    firewall: Vec<FirewallRule>,
    instances: Vec<Uuid>,
    /// The VPC through which it reaches them.
    network: Option<Uuid>,
    /// What it shows to those who ask for HTTPS.
    certificate: Option<Tls>,
    auto_ssl: Option<AutoSsl>,
    global_regions: Vec<String>,
}

/// How a load balancer finds out which instances work: see [`api::load_balancers::HealthCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    protocol: HealthCheckProtocol,
    port: u16,
    path: String,
    check_interval: u32,
    response_timeout: u32,
    unhealthy_threshold: u32,
    healthy_threshold: u32,
}

/// A port that leads to instances: see [`api::load_balancers::LoadBalancerForwardingRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardingRule {
    id: String,
    frontend_protocol: BalancedProtocol,
    frontend_port: u16,
    backend_protocol: BalancedProtocol,
    backend_port: u16,
}

/// Who may reach a port: see [`api::load_balancers::LoadBalancerFirewallRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirewallRule {
    id: String,
    port: u16,
    source: String,
    ip_type: IpType,
}

/// The certificate of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Its owner's: the certificate alone, and with all that belongs to it.
    Own(String, Certificate),
    /// One that it got by itself, for this name.
    Issued(String),
}

/// The name for which a load balancer gets a certificate by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoSsl {
    /// The domain.
    pub zone: String,
    /// What stands before it, or nothing.
    pub sub: String,
}

impl LoadBalancer {
    /// Whether it is called as Kubernetes calls what it makes for a service: `a`, and the service's id
    /// without hyphens, 32 letters in all.
    pub fn is_of_service(&self) -> bool {
        let id = self.label.strip_prefix('a').unwrap_or_default();
        id.len() == 31 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

impl AutoSsl {
    /// The whole name.
    pub fn domain(&self) -> String {
        match self.sub.as_str() {
            "" => self.zone.clone(),
            sub => format!("{sub}.{}", self.zone),
        }
    }
}

/// A load balancer with its place in the store.
type Balancer = Doc<LoadBalancer>;

impl Kind for LoadBalancer {
    const KIND: &'static str = "load-balancer";
    const UNKNOWN: &'static str = "Invalid load balancer ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        let mut lists: Vec<_> = self.instances.iter().copied().map(with_instance).collect();
        lists.extend(self.network.map(in_network));
        lists
    }
}

impl Charged for LoadBalancer {
    /// Its nodes, and how many regions it has besides its own.
    type Class = (u32, usize);

    fn class(doc: &Doc<Self>) -> (u32, usize) {
        (doc.nodes, doc.global_regions.len())
    }

    fn price(&(nodes, regions): &(u32, usize), amount: Decimal, catalog: &Catalog) -> Rate {
        let nodes = catalog.price(PriceItem::LoadBalancerNode).amount * Decimal::from(nodes);
        let region = catalog.price(PriceItem::LoadBalancerRegion).amount;
        let monthly = (nodes + region * Decimal::from(regions)) * amount;
        // Priced by the hours that are invoiced, unlike plans: 10 a month is 0.015 an hour.
        Rate { monthly, hourly: monthly / Decimal::from(HOURS_BILLED_PER_MONTH) }
    }
}

/// The list of load balancers before an instance or a bare metal server.
pub fn with_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The list of load balancers that reach their instances through a VPC.
pub fn in_network(id: Uuid) -> Facet {
    ("network", id.to_string())
}

/// Takes an instance that is about to go out of the last load balancers, all in one commit.
pub async fn forget(tx: &mut Tx, instance: Uuid) -> Result<()> {
    for balancer in tx.rest::<LoadBalancer>(with_instance(instance)).await? {
        take_out(tx, balancer, instance);
    }
    Ok(())
}

/// Takes an instance that is about to go out of all load balancers but the last few.
pub async fn forget_most(cx: &Cx, instance: Uuid) -> Result<()> {
    cx.in_batches::<LoadBalancer>(with_instance(instance), |tx, doc| take_out(tx, doc, instance))
        .await
}

/// Deletes a load balancer, with all that stands for it elsewhere.
///
/// # Errors
/// When the store cannot be read.
pub async fn remove(tx: &mut Tx, balancer: Doc<LoadBalancer>) -> Result<()> {
    forget_rest(tx, &balancer).await?;
    tx.delete(balancer);
    Ok(())
}

/// Takes away what stands for a load balancer that is about to go: its place in its VPC, and the rules that
/// let in what comes from it.
async fn forget_rest(tx: &mut Tx, balancer: &Balancer) -> Result<()> {
    let guest = (GuestSort::LoadBalancer, balancer.id());
    guests::moves(tx, guest, balancer.network, None).await?;
    forget_load_balancer(tx, balancer.id()).await
}

fn take_out(tx: &mut Tx, mut balancer: Doc<LoadBalancer>, instance: Uuid) {
    balancer.instances.retain(|id| *id != instance);
    tx.put(&balancer);
}

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes().and(rules::routes()).and(reverse::routes());
    Family::new(routes).life::<LoadBalancer>().costs::<LoadBalancer>()
}
