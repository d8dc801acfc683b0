//! What is asked of load balancers as a whole.

use std::net::Ipv6Addr;

use api::load_balancers::{self as wire, *};
use api::{OrEmpty, id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Balancer, LoadBalancer, REGION_OPTION, Tls, forget_rest, wish};
use crate::billing::owed;
use crate::{Behave, Cx, Part, Refusal, Result, Routes, Shown, Tx, addresses, alike, set};

/// The timeout of connections where none was asked for, in seconds.
const TIMEOUT_S: u32 = 600;

pub(super) fn routes() -> Routes {
    Routes::of::<LoadBalancer>()
        .list::<ListLoadBalancers>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetLoadBalancer>()
        .change(|tx, balancer, req| Box::pin(update(tx, balancer, req)))
        .delete_with::<DeleteLoadBalancer>(|tx, balancer| Box::pin(before_it_goes(tx, balancer)))
        .update(|_, balancer, _: DeleteLoadBalancerSsl| {
            balancer.certificate = None;
            Ok(())
        })
        .update(|_, balancer, _: DeleteLoadBalancerAutoSsl| {
            balancer.auto_ssl = None;
            Ok(())
        })
        .done()
}

impl Shown for LoadBalancer {
    type View = wire::LoadBalancer;
    type With = ();

    fn view(doc: &Balancer, (): &(), cx: &Cx) -> wire::LoadBalancer {
        let vpc = OrEmpty(doc.network.map(id::VpcId));
        let status = match doc.seen.ready {
            true => LoadBalancerStatus::Active,
            false => LoadBalancerStatus::Pending,
        };
        // An address is told when something has answered there.
        let (ipv4, ipv6) = match doc.seen.was_ready {
            true => (doc.ipv4.to_string(), doc.ipv6.to_string()),
            false => (String::new(), String::new()),
        };
        let auto_ssl = doc.auto_ssl.as_ref().map(|auto| {
            let (domain_zone, domain_sub) = (auto.zone.clone(), auto.sub.clone());
            AutoSsl { domain_zone, domain_sub, domain: auto.domain() }
        });
        alike!(doc => wire::LoadBalancer {
            region, label, http2, http3, nodes, global_regions;
            id: doc.id().into(),
            date_created: doc.created(),
            status: status.into(),
            ipv4,
            ipv6,
            generic_info: alike!(doc => GenericInfo {
                ssl_redirect, proxy_protocol;
                balancing_algorithm: doc.algorithm.into(),
                sticky_sessions: StickySession { cookie_name: doc.cookie_name.clone() },
                timeout: doc.timeout_s,
                private_network: vpc,
                vpc,
            }),
            health_check: alike!(doc.health_check => HealthCheck {
                protocol, port, path, check_interval, response_timeout, unhealthy_threshold,
                healthy_threshold
            }),
            has_ssl: doc.certificate.is_some(),
            ssl_cert_b64: match &doc.certificate {
                Some(Tls::Own(certificate, _)) => STANDARD.encode(certificate),
                _ => String::new(),
            },
            forwarding_rules: doc.forwarding.iter().map(|rule| rule.view(doc)).collect(),
            firewall_rules: doc.firewall.iter().map(|rule| rule.view(doc)).collect(),
            instances: doc.instances.iter().copied().map(id::InstanceId).collect(),
            auto_ssl: auto_ssl.unwrap_or_default(),
            pending_charges: owed(cx, doc),
            ..wire::LoadBalancer::default()
        })
    }
}

async fn create(tx: &mut Tx, req: CreateLoadBalancer) -> Result<Balancer> {
    let cx = tx.cx().clone();
    let region = cx.region("region", &req.region)?;
    let said = "Load balancers are not available in this region.";
    let none_there = Refusal::bad(said).help(format!("region: `{}` has none", region.id));
    none_there.unless(region.offers(REGION_OPTION))?;
    let id = tx.new_id::<LoadBalancer>();
    let mut balancer = LoadBalancer {
        region: region.id.clone(),
        label: String::new(),
        ipv4: addresses::take_ipv4(tx, &region.id, id).await?,
        ipv6: last_of(addresses::take_ipv6(tx, &region.id, id).await?),
        reverse_ipv4: String::new(),
        reverse_ipv6: String::new(),
        algorithm: BalancingAlgorithm::default(),
        ssl_redirect: false,
        http2: false,
        http3: false,
        proxy_protocol: false,
        timeout_s: TIMEOUT_S,
        cookie_name: String::new(),
        nodes: 1,
        health_check: wish::default_check(),
        forwarding: Vec::new(),
        firewall: Vec::new(),
        instances: Vec::new(),
        network: None,
        certificate: None,
        auto_ssl: None,
        global_regions: Vec::new(),
    };
    wish::apply(tx, id, &mut balancer, wish::at_creation(&req)).await?;
    let LoadBalancer { forwarding, firewall, .. } = &mut balancer;
    let ids = forwarding.iter_mut().map(|rule| &mut rule.id);
    // A copy's rules have the ids of the original's.
    for id in ids.chain(firewall.iter_mut().map(|rule| &mut rule.id)) {
        set(id, tx.given_id("load-balancer-rule"));
    }
    Ok(tx.doc_with_id(id, balancer))
}

/// The last address of an IPv6 network: where load balancers are.
fn last_of(network: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(network.to_bits() | u128::from(u64::MAX))
}

async fn update(tx: &mut Tx, balancer: &mut Balancer, req: UpdateLoadBalancer) -> Result<()> {
    check_ready(tx.cx(), balancer, "Load balancer is still activating.")?;
    let id = balancer.id();
    wish::apply(tx, id, &mut balancer.want, req).await
}

/// Its public addresses are free again when the row goes.
async fn before_it_goes(tx: &mut Tx, balancer: &mut Balancer) -> Result<()> {
    // Terraform tries again for as long as it reads these words.
    check_ready(tx.cx(), balancer, "Load balancer is not ready.")?;
    forget_rest(tx, balancer).await
}

/// Refuses, where being set up lasts: at the quick pace it is over before anybody could wait.
fn check_ready(cx: &Cx, balancer: &Balancer, said: &'static str) -> Result<()> {
    let is_over = balancer.seen.ready || cx.behave() != Behave::Vultr;
    Refusal::bad(said).help("wait until it is active").unless(is_over)
}
