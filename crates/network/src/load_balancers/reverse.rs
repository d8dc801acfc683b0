//! The names that a load balancer's addresses resolve to.

use std::net::Ipv6Addr;

use api::load_balancers::*;

use super::{Balancer, LoadBalancer};
use crate::domains::check_hostname;
use crate::servers::addresses::reverse_of;
use crate::{Cx, Refusal, Result, Routes, refuse};

pub(super) fn routes() -> Routes {
    Routes::of::<LoadBalancer>()
        .read(tell)
        .update(set_ipv4)
        .update(set_ipv6)
        .update(delete_ipv6)
        .done()
}

fn check_name(field: &str, name: &str) -> Result<()> {
    check_hostname(field, name, "lb.example.com")
}

fn tell(
    _: &Cx,
    balancer: Balancer,
    _: GetLoadBalancerReverseDns,
) -> Result<LoadBalancerReverseDns> {
    let (ip, domain) = (balancer.ipv6.to_string(), balancer.want.reverse_ipv6);
    let named = Some(ReverseName { ip, domain }).filter(|name| !name.domain.is_empty());
    let ipv4 = reverse_of(balancer.want.ipv4, &balancer.want.reverse_ipv4);
    Ok(LoadBalancerReverseDns { ipv4, ipv6: named.into_iter().collect() })
}

fn set_ipv4(_: &Cx, balancer: &mut Balancer, req: SetLoadBalancerReverseIpv4) -> Result<()> {
    check_name("v4", &req.v4)?;
    balancer.reverse_ipv4 = req.v4;
    Ok(())
}

fn set_ipv6(_: &Cx, balancer: &mut Balancer, req: SetLoadBalancerReverseIpv6) -> Result<()> {
    let [ReverseName { ip, domain }] = &req.v6[..] else {
        let text = format!("give one name: the load balancer's address is {}", balancer.ipv6);
        return refuse("v6", text);
    };
    let is_its = ip.parse::<Ipv6Addr>().ok() == Some(balancer.ipv6);
    let help = format!("v6[0].ip: `{ip}` is not its address, {}", balancer.ipv6);
    Refusal::bad("Invalid IP address").help(help).unless(is_its)?;
    check_name("v6[0].domain", domain)?;
    balancer.reverse_ipv6.clone_from(domain);
    Ok(())
}

fn delete_ipv6(_: &Cx, balancer: &mut Balancer, _: DeleteLoadBalancerReverseDns) -> Result<()> {
    let has_name = !balancer.reverse_ipv6.is_empty();
    let help = format!("{} has no name", balancer.ipv6);
    Refusal::not_found("Invalid IP address").help(help).unless(has_name)?;
    balancer.reverse_ipv6.clear();
    Ok(())
}
