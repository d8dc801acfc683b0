//! The names that a load balancer's addresses resolve to.

use std::net::Ipv6Addr;

use api::load_balancers::*;

use super::{Balancer, LoadBalancer};
use crate::domains::check_hostname;
use crate::servers::addresses::reverse_of;
use crate::{Cx, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::of::<LoadBalancer>()
        .on(get)
        .update(set_ipv4)
        .update(set_ipv6)
        .update(delete_ipv6)
        .done()
}

fn check_name(field: &str, name: &str) -> Result<()> {
    check_hostname(field, name, "lb.example.com")
}

async fn get(cx: Cx, req: GetLoadBalancerReverseDns) -> Result<LoadBalancerReverseDns> {
    let balancer = cx.get::<LoadBalancer>(req.load_balancer_id).await?;
    let named = !balancer.reverse_ipv6.is_empty();
    let (ip, domain) = (balancer.ipv6.to_string(), balancer.reverse_ipv6.clone());
    Ok(LoadBalancerReverseDns {
        ipv4: reverse_of(balancer.ipv4, &balancer.reverse_ipv4),
        ipv6: named.then_some(ReverseName { ip, domain }).into_iter().collect(),
    })
}

fn set_ipv4(_: &Cx, balancer: &mut Balancer, req: SetLoadBalancerReverseIpv4) -> Result<()> {
    check_name("v4", &req.v4)?;
    balancer.reverse_ipv4 = req.v4;
    Ok(())
}

fn set_ipv6(_: &Cx, balancer: &mut Balancer, req: SetLoadBalancerReverseIpv6) -> Result<()> {
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
    Ok(())
}

fn delete_ipv6(_: &Cx, balancer: &mut Balancer, _: DeleteLoadBalancerReverseDns) -> Result<()> {
    if balancer.reverse_ipv6.is_empty() {
        let help = format!("{} has no name", balancer.ipv6);
        return Err(Refusal::not_found("Invalid IP address").help(help).into());
    }
    balancer.reverse_ipv6.clear();
    Ok(())
}
