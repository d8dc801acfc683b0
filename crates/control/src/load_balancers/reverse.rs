//! The names that a load balancer's addresses resolve to.

use std::net::Ipv6Addr;

use api::load_balancers::rules::*;

use super::LoadBalancer;
use crate::domains::is_hostname;
use crate::servers::addresses::default_reverse;
use crate::{Cx, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(get).on(set_ipv4).on(set_ipv6).on(delete_ipv6)
}

fn check_name(field: &str, name: &str) -> Result<()> {
    match is_hostname(name) {
        true => Ok(()),
        false => {
            let help = format!("`{name}` is no host name such as `lb.example.com`");
            Err(Refusal::field(field, help).into())
        }
    }
}

async fn get(cx: Cx, req: GetLoadBalancerReverseDns) -> Result<LoadBalancerReverseDns> {
    let balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    let named = !balancer.reverse_ipv6.is_empty();
    let (ip, domain) = (balancer.ipv6.to_string(), balancer.reverse_ipv6.clone());
    Ok(LoadBalancerReverseDns {
        ipv4: match balancer.reverse_ipv4.as_str() {
            "" => default_reverse(balancer.ipv4),
            name => name.to_owned(),
        },
        ipv6: named.then_some(ReverseName { ip, domain }).into_iter().collect(),
    })
}

async fn set_ipv4(cx: Cx, req: SetLoadBalancerReverseIpv4) -> Result<()> {
    check_name("v4", &req.v4)?;
    let mut tx = cx.begin();
    let mut balancer = tx.get::<LoadBalancer>(req.load_balancer_id).await?;
    balancer.reverse_ipv4 = req.v4;
    tx.put(&balancer);
    tx.commit().await
}

async fn set_ipv6(cx: Cx, req: SetLoadBalancerReverseIpv6) -> Result<()> {
    let mut tx = cx.begin();
    let mut balancer = tx.get::<LoadBalancer>(req.load_balancer_id).await?;
    let [ReverseName { ip, domain }] = &req.v6[..] else {
        let help = format!("give one name: the load balancer's address is {}", balancer.ipv6);
        return Err(Refusal::field("v6", help).into());
    };
    if ip.parse::<Ipv6Addr>().ok() != Some(balancer.ipv6) {
        let help = format!("v6[0].ip: `{ip}` is not its address, {}", balancer.ipv6);
        return Err(Refusal::bad("Invalid IP address").help(help).into());
    }
    check_name("v6[0].domain", domain)?;
    balancer.reverse_ipv6.clone_from(domain);
    tx.put(&balancer);
    tx.commit().await
}

async fn delete_ipv6(cx: Cx, req: DeleteLoadBalancerReverseDns) -> Result<()> {
    let mut tx = cx.begin();
    let mut balancer = tx.get::<LoadBalancer>(req.load_balancer_id).await?;
    if balancer.reverse_ipv6.is_empty() {
        let help = format!("{} has no name", balancer.ipv6);
        return Err(Refusal::not_found("Invalid IP address").help(help).into());
    }
    balancer.reverse_ipv6.clear();
    tx.put(&balancer);
    tx.commit().await
}
