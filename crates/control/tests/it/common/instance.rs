//! Instances for tests of what belongs to them, stored as the control plane stores its own.

use std::collections::BTreeMap;

use api::id::InstanceId;
use control::Doc;
use control::addresses::{take_ipv4, take_ipv6};
use control::instances::{Instance, Ipv4, Ipv6};
use testkit::World;

use super::owner;

/// An instance in a region with one IPv4 address and, if asked for, an IPv6 network.
pub(crate) async fn instance(world: &World, region: &str, with_ipv6: bool) -> InstanceId {
    let mut tx = owner(world).await.begin();
    let mut doc = tx.new_doc(Instance::default());
    (doc.region, doc.plan) = (region.into(), "vc2-1c-1gb".into());
    let address = take_ipv4(&mut tx, region, doc.id()).await.unwrap();
    doc.ipv4.push(Ipv4 { address, reverse: String::new(), reserved: None });
    if with_ipv6 {
        let network = take_ipv6(&mut tx, region, doc.id()).await.unwrap();
        let address = (network.to_bits() | 5).into();
        doc.ipv6 = Some(Ipv6 { network, address, reverse: BTreeMap::new(), reserved: None });
    }
    tx.put(&doc);
    tx.commit().await.unwrap();
    InstanceId(doc.id())
}

/// An instance as it is stored.
pub(crate) async fn stored(world: &World, id: InstanceId) -> Doc<Instance> {
    owner(world).await.get(id).await.unwrap()
}
