//! Public addresses of load balancers, in the networks of real machines.

use std::sync::Arc;

use driver_haproxy::{Addresses, Taken};
use driver_net::Net;
use drivers::{BalancerSpec, Call};
use uuid::Uuid;

/// Those in these networks.
pub(in crate::planes) fn addresses(net: &Net) -> Arc<dyn Addresses> {
    Arc::new(Public(net.clone()))
}

/// The addresses that the API tells, in the machines' networks.
#[derive(Debug)]
struct Public(Net);

impl Addresses for Public {
    fn told(&self) -> String {
        "at their public addresses; they go on without Kettle, as machines do".to_owned()
    }

    fn take<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a, Taken> {
        Box::pin(async move {
            let room = self.0.room(id, spec.ipv4, spec.ipv6, spec.nic.as_ref()).await?;
            let (addresses, space, has_more) = (room.addresses, Some(room.space), room.has_more);
            Ok(Taken { addresses, space, has_more })
        })
    }

    fn settle<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a> {
        Box::pin(self.0.narrow_room(id, spec.nic.as_ref().map(|nic| nic.network)))
    }

    fn refuses(&self, spec: &BalancerSpec) -> Option<String> {
        let why = "it has no address in its VPC, for it is older than such addresses: take it out of its \
                   VPC and put it into it again";
        (spec.network.is_some() && spec.nic.is_none()).then(|| why.to_owned())
    }

    fn stay(&self) -> bool {
        true
    }

    fn give_back(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.0.remove_room(id))
    }
}
