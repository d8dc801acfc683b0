//! What metadata services are told: addresses are unique values, which say whose they are.

use std::net::IpAddr;

use ::fronts::Ask;
use ::fronts::machines::{Interface, Machine, Machines};
use compute::told::{self, Told};
use network::vpcs::scope;
use plane::addresses::{IPV4, IPV6, IPV6_PREFIX};
use uuid::Uuid;

use super::{Front, unavailable};

impl Machines for Front {
    fn at(&self, address: IpAddr, network: Option<Uuid>) -> Ask<'_, Option<Machine>> {
        Box::pin(async move {
            let (values, value) = match (network, address) {
                (Some(network), _) => (scope(network), address),
                (None, IpAddr::V4(_)) => (IPV4.to_owned(), address),
                (None, IpAddr::V6(v6)) => {
                    let network = v6.to_bits() & (u128::MAX << (128 - IPV6_PREFIX));
                    (IPV6.to_owned(), std::net::Ipv6Addr::from_bits(network).into())
                }
            };
            let owner = self.0.store().taken(&values, &value.to_string()).await;
            let Some(owner) = owner.map_err(unavailable)? else { return Ok(None) };
            let told = told::of(&self.0, owner).await.map_err(unavailable)?;
            Ok(told.map(|told| self.machine(told)))
        })
    }
}

impl Front {
    fn machine(&self, told: Told) -> Machine {
        let Told { id, region, plan, tags, spec, public, nics } = told;
        let country = self.0.catalog().region(&region).map(|it| it.country.clone());
        let private = nics.into_iter().map(|nic| Interface {
            network: Some(nic.network),
            mac: nic.mac,
            ipv4: nic.address.parse().into_iter().map(|it| (it, nic.prefix, None)).collect(),
            ipv6: Vec::new(),
        });
        Machine {
            id,
            hostname: spec.hostname,
            region,
            country: country.unwrap_or_default(),
            plan,
            tags,
            ssh_keys: spec.ssh_keys,
            password: spec.password,
            is_limited: spec.is_limited,
            user_data: spec.user_data,
            script: spec.script,
            public: Interface {
                network: None,
                mac: public.mac,
                ipv4: public.ipv4.iter().map(|ip| (ip.address, ip.prefix, ip.gateway)).collect(),
                ipv6: public.ipv6.iter().map(|ip| (ip.address, IPV6_PREFIX as u8)).collect(),
            },
            private: private.collect(),
        }
    }
}
