//! Kubernetes clusters: their pools, their nodes, which are instances, and what they lead to.

mod access;
mod pools;
mod real;
mod vpcs;

use std::collections::BTreeSet;
use std::time::Duration;

use api::blocks::*;
use api::firewalls::*;
use api::instances::*;
use api::kubernetes::*;
use api::load_balancers::*;
use api::vpcs::*;
use control::Behave;
use drivers::{ControlPlaneSpec, Thing, Things};
use serde_json::{Value, json};
use testkit::{Catalog, World};
use uuid::Uuid;

use crate::common::{Asks, instance, made_of, outside, plain, refused_for, survives_crashes};

const PLAN: &str = "vc2-1c-2gb";
const VERSION: &str = "v1.36.5+1";

/// A cluster in Newark with a pool of so many nodes, and what else is wished.
fn wished(nodes: u32, more: Value) -> CreateCluster {
    let pool = json!({"node_quantity": nodes, "label": "workers", "plan": PLAN, "tag": "t"});
    let mut wish = json!({
        "region": "ewr", "version": VERSION, "label": "one", "node_pools": [pool],
    });
    for (field, value) in more.as_object().unwrap() {
        wish[field] = value.clone();
    }
    made_of(wish)
}

async fn make(world: &World, create: CreateCluster) -> KubernetesCluster {
    let id = world.done(create).await.id;
    world.settle().await;
    read(world, id).await
}

/// A world with a cluster of two nodes.
async fn world_with_one() -> (World, KubernetesCluster) {
    let world = World::new().await;
    let cluster = make(&world, wished(2, json!({}))).await;
    (world, cluster)
}

async fn read(world: &World, vke_id: ClusterId) -> KubernetesCluster {
    world.done(GetCluster { vke_id }).await
}

/// The ids of a cluster's nodes.
fn nodes(cluster: &KubernetesCluster) -> Vec<Uuid> {
    let pools = cluster.node_pools.iter();
    pools.flat_map(|pool| pool.nodes.iter().map(|node| node.id.0)).collect()
}

/// The control plane as it is in the world.
async fn observed(world: &World, id: ClusterId) -> Option<Thing<ControlPlaneSpec>> {
    Things::observe(&outside(world), id.0).await.unwrap()
}

async fn instances(world: &World) -> Vec<Instance> {
    world.done(ListInstances::default()).await.items
}

#[tokio::test]
async fn a_cluster_is_pending_until_its_control_plane_works_and_its_nodes_are_instances() {
    let world = World::new().await;
    let made = world.done(wished(2, json!({"oidc": {"issuer_url": "https://id.example"}}))).await;
    assert_eq!((made.status.clone(), made.ip.as_str()), (ClusterStatus::Pending.into(), "0.0.0.0"));
    assert_eq!(
        (made.cluster_subnet.as_str(), made.service_subnet.as_str()),
        ("10.244.0.0/16", "10.96.0.0/12")
    );
    assert_eq!(made.endpoint, format!("{}.vultr-k8s.com", made.id));
    let pool = &made.node_pools[0];
    assert_eq!((pool.status.clone(), pool.node_quantity), (ClusterStatus::Pending.into(), 2));
    assert_eq!((pool.tag.as_str(), pool.min_nodes, pool.max_nodes), ("t", 1, 2));
    assert!(pool.nodes.iter().all(|node| node.status == ClusterStatus::Pending));
    world.settle().await;
    let found = read(&world, made.id).await;
    assert_eq!(
        (found.status.clone(), &found.node_pools[0].status),
        (ClusterStatus::Active.into(), &ClusterStatus::Active.into())
    );
    assert!(found.ip.starts_with("198.1"));
    assert_eq!(nodes(&made), nodes(&found));
    let listed = instances(&world).await;
    for (instance, node) in listed.iter().zip(&found.node_pools[0].nodes) {
        assert_eq!((instance.id.0, &instance.label), (node.id.0, &node.label));
        assert_eq!((instance.plan.as_str(), &instance.main_ip), (PLAN, &node.ip));
        assert!(instance.hostname.starts_with("workers-") && instance.tags == ["t"]);
        assert_eq!((instance.os_id, &node.status), (2136, &ClusterStatus::Active.into()));
    }
    assert_eq!(listed.len(), 2);
    let spec = observed(&world, made.id).await.unwrap().spec.unwrap();
    assert_eq!(
        (spec.version.as_str(), spec.replicas, spec.ipv4.to_string()),
        (VERSION, 1, found.ip)
    );
    assert_eq!(spec.issuer.unwrap().url, "https://id.example");
    assert_eq!(world.done(ListClusters::default()).await.items, [read(&world, made.id).await]);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_and_leaves_nothing_behind() {
    let world = World::new().await;
    world.refuses(wished(1, json!({"node_pools": []})), "Bad request. node_pools").await;
    let (mut none, label) = (wished(1, json!({})), "x");
    none.node_pools = None;
    world.refuses_with(none, "Bad request.").await;
    world.refuses(wished(1, json!({"region": "xyz"})), "Invalid region").await;
    for version in ["v1.20.0+1", "v1.34.1+3", "1.36", ""] {
        world.refuses_with(wished(1, json!({"version": version})), "Invalid k8 version").await;
    }
    world.refuses_with(wished(0, json!({})), "`node_quantity` must be a positive integer.").await;
    let missing = json!({"node_pools": [{"label": label, "plan": PLAN}]});
    world.refuses_with(wished(1, missing), "`node_quantity` must be a positive integer.").await;
    world.refuses(wished(101, json!({})), "node_quantity").await;
    let pool = |more: Value| {
        let mut pool = json!({"node_quantity": 1, "label": label, "plan": PLAN});
        pool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        wished(1, json!({"node_pools": [{"node_quantity": 1, "label": "a", "plan": PLAN}, pool]}))
    };
    world.refuses(pool(json!({"plan": "vc2-1c-1gb"})), "node_pools[1].plan").await;
    world.refuses(pool(json!({"plan": "none"})), "Invalid plan chosen.").await;
    let twice = pool(json!({"label": "a"}));
    world.refuses(twice, "node_pools[1].label: another pool of the cluster is called `a`").await;
    world
        .refuses(pool(json!({"auto_scaler": true, "min_nodes": 3, "max_nodes": 2})), "min_nodes")
        .await;
    world.refuses(pool(json!({"max_nodes": 101})), "node_pools[1].max_nodes").await;
    world.refuses(pool(json!({"labels": {"-": "x"}})), "labels.-.key").await;
    world
        .refuses(
            pool(json!({"taints": [{"key": "a", "value": "b c", "effect": "NoSchedule"}]})),
            "taints[0].value",
        )
        .await;
    let raw = json!({"key": "a", "effect": "Never"});
    let body = serde_json::to_value(wished(1, json!({}))).unwrap();
    let mut body = body.as_object().unwrap().clone();
    body["node_pools"][0]["taints"] = json!([raw]);
    let body = Value::from(body).to_string();
    world.refuses_raw("POST", "/v2/kubernetes/clusters", &body, "effect").await;
    world
        .refuses(wished(1, json!({"oidc": {"issuer_url": "http://id.example"}})), "oidc.issuer_url")
        .await;
    world.refuses(wished(1, json!({"vpc_id": Uuid::from_u128(1)})), "Invalid VPC ID").await;
    let vpc = world.done(CreateVpc { region: "ams".into(), ..Default::default() }).await.id;
    world.refuses(wished(1, json!({"vpc_id": vpc, "enable_firewall": true})), "vpc_id").await;
    assert_eq!(instances(&world).await, []);
    assert_eq!(world.done(ListFirewallGroups::default()).await.items, []);
    let vpcs = world.done(ListVpcs::default()).await.items;
    assert_eq!(vpcs.iter().map(|vpc| vpc.id).collect::<Vec<_>>(), [vpc]);
    let (status, text) = world.refused(GetCluster { vke_id: ClusterId(Uuid::from_u128(1)) }).await;
    assert_eq!((status, text.as_str()), (404, "Invalid resource ID"));
}

#[tokio::test]
async fn a_node_stays_like_its_pools_others_and_one_that_is_deleted_comes_anew() {
    let (world, cluster) = world_with_one().await;
    let before = nodes(&cluster);
    let instance_id = InstanceId(before[0]);
    let words = "This instance is a node of a Kubernetes cluster.";
    let larger =
        UpdateInstance { instance_id, plan: Some("vc2-2c-4gb".into()), ..Default::default() };
    world.refuses_with(larger, words).await;
    let other = UpdateInstance { instance_id, os_id: Some(2284), ..Default::default() };
    world.refuses_with(other, words).await;
    world.refuses_with(ReinstallInstance { instance_id, hostname: None }, words).await;
    world.refuses_with(RestoreInstance { instance_id, ..Default::default() }, words).await;
    let iso_id = made_of(json!(Uuid::from_u128(1)));
    world.refuses_with(AttachInstanceIso { instance_id, iso_id }, words).await;
    let named = UpdateInstance { instance_id, label: Some("mine".into()), ..Default::default() };
    world.done(named).await;
    world.done(HaltInstance { instance_id }).await;
    world.settle().await;
    assert_eq!(read(&world, cluster.id).await.node_pools[0].nodes[0].label, "mine");
    world.done(DeleteInstance { instance_id }).await;
    assert_eq!(read(&world, cluster.id).await.node_pools[0].status, ClusterStatus::Pending);
    world.settle().await;
    let found = read(&world, cluster.id).await;
    assert_eq!((nodes(&found).len(), nodes(&found)[0]), (2, before[1]));
    assert!(!nodes(&found).contains(&before[0]));
    assert_eq!(found.node_pools[0].status, ClusterStatus::Active);
}

#[tokio::test]
async fn nodes_are_paid_for_as_instances_and_control_planes_as_the_catalogue_says() {
    let price = r#"{"price": {"id": "kubernetes_ha_control_plane", "amount": 73, "per": "month"}}"#;
    let catalog = Catalog::builtin().with_file(price).unwrap();
    let world = World::builder().catalog(catalog).build().await;
    make(&world, wished(2, json!({}))).await;
    world.advance(Duration::from_secs(100 * 3600)).await;
    let owed = async || world.done(api::account::GetAccount {}).await.pending_charges.0;
    let shown = ListInstances { show_pending_charges: Some(true), ..Default::default() };
    let nodes = world.done(shown).await.items.into_iter();
    let sum: rust_decimal::Decimal = nodes.map(|node| node.pending_charges.unwrap().0).sum();
    assert_eq!((owed().await, sum.to_string().as_str()), (sum, "2.8"));
    let ha = make(&world, wished(1, json!({"ha_controlplanes": true}))).await;
    assert!(ha.ha_controlplanes);
    assert_eq!(observed(&world, ha.id).await.unwrap().spec.unwrap().replicas, 3);
    world.advance(Duration::from_secs(10 * 3600)).await;
    // Three nodes more or less, and 0.10 an hour.
    assert_eq!(owed().await.to_string(), "4.22");
}

#[tokio::test]
async fn a_cluster_goes_up_a_version_and_its_nodes_follow_one_by_one() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let create = wished(3, json!({"version": "v1.35.9+1"}));
    let cluster = make(&world, create).await;
    let before: BTreeSet<Uuid> = nodes(&cluster).into_iter().collect();
    let upgrade =
        |version: &str| UpgradeCluster { vke_id: cluster.id, upgrade_version: version.into() };
    let upgrades = world.done(GetClusterUpgrades { vke_id: cluster.id }).await;
    assert_eq!(upgrades, ["v1.36.5+1"]);
    for wrong in ["v1.35.9+1", "v1.37.1+1", "v1.34.1+3", ""] {
        let uri = format!("/v2/kubernetes/clusters/{}/upgrades", cluster.id);
        let body = json!({"upgrade_version": wrong}).to_string();
        let said = r#"{"is_external_error":false,"error":"Validation error: invalid upgrade version","status":422}"#;
        assert_eq!(world.raw("POST", &uri, &body).await, (422, said.into()), "{wrong}");
    }
    world.done(upgrade("v1.36.5+1")).await;
    assert_eq!(read(&world, cluster.id).await.version, "v1.36.5+1", "it shows at once");
    let mut seen = BTreeSet::new();
    for _ in 0..600 {
        let found = read(&world, cluster.id).await;
        let is_up = |node: &&Node| node.status == ClusterStatus::Active;
        let up = found.node_pools[0].nodes.iter().filter(is_up).count();
        assert!(up >= 2, "only one is missing at once");
        seen.insert(nodes(&found).iter().filter(|id| before.contains(id)).count());
        world.advance(Duration::from_secs(1)).await;
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    let spec = observed(&world, cluster.id).await.unwrap().spec.unwrap();
    assert_eq!(spec.version, "v1.36.5+1");
    let found = read(&world, cluster.id).await;
    assert_eq!(
        (found.status.clone(), &found.node_pools[0].status),
        (ClusterStatus::Active.into(), &ClusterStatus::Active.into())
    );
    world.done(upgrade("v1.37.1+1")).await;
    world.settle().await;
    assert!(world.done(GetClusterUpgrades { vke_id: cluster.id }).await.is_empty());
    let versions = world.done(GetKubernetesVersions {}).await;
    assert_eq!(versions, ["v1.37.1+1", "v1.36.5+1", "v1.35.9+1"]);
}

#[tokio::test]
async fn its_label_and_who_vouches_for_its_users_can_change() {
    let (world, cluster) = world_with_one().await;
    let vke_id = cluster.id;
    let update = UpdateCluster { vke_id, label: Some("two".into()), oidc: None };
    world.done(update).await;
    assert_eq!(read(&world, vke_id).await.label, "two");
    let oidc: ClusterOidc = made_of(json!({"issuer_url": "https://id.example", "client_id": "c",
        "username_claim": "u", "groups_claim": "g"}));
    world.done(UpdateCluster { vke_id, label: None, oidc: Some(oidc.clone()) }).await;
    world.settle().await;
    let found = read(&world, vke_id).await;
    assert_eq!((found.label.as_str(), found.oidc), ("two", oidc));
    let told = observed(&world, vke_id).await.unwrap().spec.unwrap().issuer.unwrap();
    assert_eq!((told.url.as_str(), told.groups_claim.as_str()), ("https://id.example", "g"));
    let oidc = Some(ClusterOidc { issuer_url: "id.example".into(), ..ClusterOidc::default() });
    world.refuses(UpdateCluster { vke_id, label: None, oidc }, "oidc.issuer_url").await;
}

#[tokio::test]
async fn nodes_are_behind_the_clusters_firewall_group_and_in_its_vpc() {
    let world = World::new().await;
    let vpc = world.done(CreateVpc { region: "ewr".into(), ..Default::default() }).await.id;
    let pools = json!([
        {"node_quantity": 1, "label": "a", "plan": PLAN},
        {"node_quantity": 1, "label": "b", "plan": PLAN, "vpc_only": true},
    ]);
    let wish = json!({"vpc_id": vpc, "enable_firewall": true, "node_pools": pools});
    let cluster = make(&world, wished(1, wish.clone())).await;
    assert_eq!((cluster.vpcs[0].id, cluster.vpcs.len()), (vpc, 1));
    let firewall_group_id = cluster.firewall_group_id.get().unwrap();
    for instance in instances(&world).await {
        assert_eq!(instance.firewall_group_id.get(), Some(firewall_group_id));
        assert_eq!(instance.vpcs[0].id, vpc);
        assert_eq!(instance.main_ip == "0.0.0.0", instance.label.starts_with("b-"));
    }
    assert!(cluster.node_pools[1].vpc_only && !cluster.node_pools[1].nodes[0].ip.is_empty());
    world.refused(DeleteVpc { vpc_id: vpc }).await;
    world.done(DeleteCluster { vke_id: cluster.id }).await;
    let gone = world.refused(GetFirewallGroup { firewall_group_id }).await;
    assert_eq!(gone.0, 404, "it was made for the cluster, and goes with it");
    world.settle().await;
    world.done(DeleteVpc { vpc_id: vpc }).await;
    // One that protects others stays; one that was deleted is not missed.
    let cluster = make(&world, wished(1, json!({"enable_firewall": true}))).await;
    let firewall_group_id = cluster.firewall_group_id.get().unwrap();
    let other = InstanceId(instance(&world).await);
    let update = json!({"instance_id": other, "firewall_group_id": firewall_group_id});
    world.done::<UpdateInstance>(made_of(update)).await;
    world.done(DeleteCluster { vke_id: cluster.id }).await;
    world.done(GetFirewallGroup { firewall_group_id }).await;
    let cluster = make(&world, wished(1, json!({"enable_firewall": true}))).await;
    let firewall_group_id = cluster.firewall_group_id.get().unwrap();
    world.done(DeleteFirewallGroup { firewall_group_id }).await;
    assert_eq!(read(&world, cluster.id).await.firewall_group_id.get(), None);
    world.done(DeleteInstance { instance_id: InstanceId(nodes(&cluster)[0]) }).await;
    world.settle().await;
    assert_eq!(read(&world, cluster.id).await.node_pools[0].status, ClusterStatus::Active);
}

/// A volume in Newark that is attached to an instance.
async fn volume(world: &World, label: &str, instance_id: InstanceId) -> BlockId {
    let create = json!({"region": "ewr", "size_gb": 10, "label": label});
    let block_id = world.done::<CreateBlock>(made_of(create)).await.id;
    world.settle().await;
    world.done(AttachBlock { block_id, instance_id, live: Some(true) }).await;
    block_id
}

#[tokio::test]
async fn what_was_made_for_a_cluster_is_told_and_goes_with_it_where_that_is_asked_for() {
    let (world, cluster) = world_with_one().await;
    let (vke_id, node) = (cluster.id, InstanceId(nodes(&cluster)[0]));
    let uri = format!("/v2/kubernetes/clusters/{vke_id}/resources");
    assert_eq!(world.raw("GET", &uri, "").await, (200, r#"{"resources":{}}"#.into()));
    let claimed = volume(&world, "pvc-1", node).await;
    let detached = volume(&world, "pvc-2", node).await;
    world.done(DetachBlock { block_id: detached, live: Some(true) }).await;
    let elsewhere = volume(&world, "pvc-3", node).await;
    world.done(DetachBlock { block_id: elsewhere, live: Some(true) }).await;
    let other = InstanceId(instance(&world).await);
    world.done(AttachBlock { block_id: elsewhere, instance_id: other, live: Some(true) }).await;
    let own = volume(&world, "by hand", node).await;
    let balancer = async |label: &str| {
        let create = json!({"region": "ewr", "label": label, "instances": [node]});
        world.done::<CreateLoadBalancer>(made_of(create)).await.id
    };
    let service = balancer(&format!("a{}", "0123456789abcdef".repeat(2).split_at(31).0)).await;
    let by_hand = balancer("front").await;
    world.settle().await;
    let found = world.done(GetClusterResources { vke_id }).await;
    let ids = |list: &[ClusterResource]| list.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&found.block_storage), [claimed.to_string(), detached.to_string()]);
    assert_eq!(ids(&found.load_balancer), [service.to_string()]);
    assert_eq!(
        (found.block_storage[0].label.as_str(), found.block_storage[0].status.clone()),
        ("pvc-1", ClusterStatus::Active.into())
    );
    let second = make(&world, wished(1, json!({}))).await;
    world.done(DeleteClusterWithResources { vke_id }).await;
    world.settle().await;
    let left: Vec<_> = world.done(ListBlocks::default()).await.items.iter().map(|b| b.id).collect();
    assert_eq!(left, [elsewhere, own]);
    let left = world.done(ListLoadBalancers::default()).await.items;
    assert_eq!((left.len(), left[0].id, left[0].instances.len()), (1, by_hand, 0));
    // Without being asked for, they stay.
    let stays = volume(&world, "pvc-4", InstanceId(nodes(&second)[0])).await;
    world.done(DeleteCluster { vke_id: second.id }).await;
    world.settle().await;
    let stays = world.done(GetBlock { block_id: stays }).await;
    assert_eq!(stays.attached_to_instance.get(), None);
}

#[tokio::test]
async fn a_cluster_goes_with_all_of_its_nodes_however_many() {
    let world = World::new().await;
    let pool = |label| json!({"node_quantity": 70, "label": label, "plan": PLAN});
    let cluster =
        make(&world, wished(1, json!({"node_pools": [pool("a"), pool("b"), pool("c")]}))).await;
    assert_eq!(nodes(&cluster).len(), 210);
    let (vke_id, node) = (cluster.id, InstanceId(nodes(&cluster)[0]));
    world.done(DeleteCluster { vke_id }).await;
    assert_eq!(world.refused(GetCluster { vke_id }).await, (404, "Invalid resource ID".into()));
    assert_eq!(world.refused(GetClusterConfig { vke_id }).await.0, 404);
    assert_eq!(world.refused(GetInstance { instance_id: node }).await.0, 404);
    assert_eq!(world.refused(DeleteCluster { vke_id }).await.0, 404);
    world.settle().await;
    assert_eq!(instances(&world).await, []);
    assert_eq!(observed(&world, vke_id).await, None);
    assert_eq!(
        world
            .store
            .kinds()
            .await
            .unwrap()
            .iter()
            .filter(|(kind, n)| *n > 0 && kind.contains("node"))
            .count(),
        0
    );
}

#[tokio::test]
async fn a_crash_makes_no_difference() {
    survives_crashes(async |world| {
        let cluster = make(world, wished(1, json!({"version": "v1.35.9+1"}))).await;
        let (vke_id, nodepool_id) = (cluster.id, cluster.node_pools[0].id);
        let grow =
            UpdateNodePool { vke_id, nodepool_id, node_quantity: Some(2), ..Default::default() };
        world.done(grow).await;
        world.settle().await;
        let grown = read(world, vke_id).await;
        world.done(UpgradeCluster { vke_id, upgrade_version: VERSION.into() }).await;
        world.settle().await;
        let upgraded = read(world, vke_id).await;
        let told = observed(world, vke_id).await.unwrap().spec.unwrap().version;
        world.done(DeleteCluster { vke_id }).await;
        world.settle().await;
        let is_gone = observed(world, vke_id).await.is_none() && instances(world).await.is_empty();
        let told = (told, is_gone);
        let seen = [&cluster, &grown, &upgraded].map(|cluster| {
            let mut seen = plain(cluster);
            seen["endpoint"].take();
            for node in seen["node_pools"][0]["nodes"].as_array_mut().unwrap() {
                node["label"].take();
            }
            seen
        });
        (seen, told)
    })
    .await;
}
