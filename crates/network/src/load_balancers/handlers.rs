//! What is asked of load balancers as a whole.

use std::net::Ipv6Addr;

use api::load_balancers::{self as wire, *};
use api::{OrEmpty, Page, id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::{HealthCheck, LoadBalancer, REGION_OPTION, Tls, change, rules, wish};
use crate::billing::owed;
use crate::firewalls::forget_load_balancer;
use crate::{Behave, Cx, Doc, Refusal, Result, Routes, addresses};

/// The timeout of connections where none was asked for, in seconds.
const TIMEOUT_S: u32 = 600;

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list)
        .on(create)
        .on(get)
        .on(update)
        .on(delete)
        .on(delete_ssl)
        .on(delete_auto_ssl)
}

/// A load balancer as its owner sees it.
fn view(cx: &Cx, doc: Doc<LoadBalancer>) -> wire::LoadBalancer {
    // An address is told when something answers there.
    let shown = |address: String| if doc.seen.ready { address } else { String::new() };
    let vpc = OrEmpty(doc.network.map(id::VpcId));
    let auto = doc.auto_ssl.as_ref();
    wire::LoadBalancer {
        id: id::LoadBalancerId(doc.id()),
        date_created: doc.created(),
        status: match doc.seen.ready {
            true => LoadBalancerStatus::Active.into(),
            false => LoadBalancerStatus::Pending.into(),
        },
        ipv4: shown(doc.ipv4.to_string()),
        ipv6: shown(doc.ipv6.to_string()),
        generic_info: GenericInfo {
            balancing_algorithm: doc.algorithm.into(),
            ssl_redirect: doc.ssl_redirect,
            sticky_sessions: StickySession { cookie_name: doc.cookie_name.clone() },
            proxy_protocol: doc.proxy_protocol,
            timeout: doc.timeout_s,
            private_network: vpc,
            vpc,
        },
        has_ssl: doc.certificate.is_some(),
        ssl_cert_b64: match &doc.certificate {
            Some(Tls::Own(certificate, _)) => STANDARD.encode(certificate),
            _ => String::new(),
        },
        auto_ssl: wire::AutoSsl {
            domain_zone: auto.map(|auto| auto.zone.clone()).unwrap_or_default(),
            domain_sub: auto.map(|auto| auto.sub.clone()).unwrap_or_default(),
            domain: auto.map(super::AutoSsl::domain).unwrap_or_default(),
        },
        pending_charges: owed(cx, &doc),
        http2: doc.http2,
        http3: doc.http3,
        nodes: doc.nodes,
        instances: doc.instances.iter().copied().map(id::InstanceId).collect(),
        region: doc.want.region,
        label: doc.want.label,
        health_check: shown_check(doc.want.health_check),
        forwarding_rules: doc.want.forwarding.into_iter().map(rules::view).collect(),
        firewall_rules: doc.want.firewall.into_iter().map(rules::view_firewall).collect(),
        global_regions: doc.want.global_regions,
        ..wire::LoadBalancer::default()
    }
}

fn shown_check(check: HealthCheck) -> wire::HealthCheck {
    wire::HealthCheck {
        protocol: check.protocol.into(),
        port: check.port,
        path: check.path,
        check_interval: check.check_interval,
        response_timeout: check.response_timeout,
        unhealthy_threshold: check.unhealthy_threshold,
        healthy_threshold: check.healthy_threshold,
    }
}

async fn list(cx: Cx, req: ListLoadBalancers) -> Result<Page<wire::LoadBalancer>> {
    let page = cx.page::<LoadBalancer>(vec![], req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| view(&cx, doc)))
}

async fn create(cx: Cx, req: CreateLoadBalancer) -> Result<wire::LoadBalancer> {
    let region = cx.region("region", &req.region)?;
    if !region.offers(REGION_OPTION) {
        let help = format!("region: `{}` has none", region.id);
        let said = "Load balancers are not available in this region.";
        return Err(Refusal::bad(said).help(help).into());
    }
    let mut tx = cx.begin();
    let id = Uuid::now_v7();
    let mut balancer = LoadBalancer {
        region: region.id.clone(),
        label: String::new(),
        ipv4: addresses::take_ipv4(&mut tx, &region.id, id).await?,
        ipv6: last_of(addresses::take_ipv6(&mut tx, &region.id, id).await?),
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
    wish::apply(&mut tx, &mut balancer, req.into()).await?;
    let doc = tx.doc_with_id(id, balancer);
    tx.put(&doc);
    tx.commit().await?;
    Ok(view(&cx, doc))
}

/// The last address of an IPv6 network: where load balancers are.
fn last_of(network: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(network.to_bits() | u128::from(u64::MAX))
}

async fn get(cx: Cx, req: GetLoadBalancer) -> Result<wire::LoadBalancer> {
    Ok(view(&cx, cx.get(req.load_balancer_id).await?))
}

async fn update(cx: Cx, req: UpdateLoadBalancer) -> Result<()> {
    let mut tx = cx.begin();
    let mut balancer = tx.get::<LoadBalancer>(req.load_balancer_id).await?;
    check_ready(&cx, &balancer, "Load balancer is still activating.")?;
    wish::apply(&mut tx, &mut balancer.want, req.into()).await?;
    tx.put(&balancer);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteLoadBalancer) -> Result<()> {
    let mut tx = cx.begin();
    let balancer = tx.get::<LoadBalancer>(req.load_balancer_id).await?;
    // Terraform tries again for as long as it reads these words.
    check_ready(&cx, &balancer, "Load balancer is not ready.")?;
    forget_load_balancer(&mut tx, balancer.id()).await?;
    // Its addresses are free again when the row goes.
    tx.delete(balancer);
    tx.commit().await
}

/// Refuses, where being set up lasts: at the quick pace it is over before anybody could wait.
fn check_ready(cx: &Cx, balancer: &Doc<LoadBalancer>, said: &'static str) -> Result<()> {
    match cx.behave() {
        Behave::Vultr if !balancer.seen.ready => {
            Err(Refusal::bad(said).help("wait until it is active").into())
        }
        _ => Ok(()),
    }
}

async fn delete_ssl(cx: Cx, req: DeleteLoadBalancerSsl) -> Result<()> {
    change(&cx, req.load_balancer_id, |balancer| {
        balancer.certificate = None;
        Ok(())
    })
    .await
}

async fn delete_auto_ssl(cx: Cx, req: DeleteLoadBalancerAutoSsl) -> Result<()> {
    change(&cx, req.load_balancer_id, |balancer| {
        balancer.auto_ssl = None;
        Ok(())
    })
    .await
}
