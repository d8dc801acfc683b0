//! The VPC that a cluster is in: the one that was named, or one that is made for it and goes with it.

use super::*;

async fn vpcs(world: &World) -> Vec<Vpc> {
    world.done(ListVpcs::default()).await.items
}

/// The VPC of a cluster, which is in one.
fn vpc_of(cluster: &KubernetesCluster) -> VpcId {
    let [vpc] = &cluster.vpcs[..] else { panic!("in one: {:?}", cluster.vpcs) };
    vpc.id
}

async fn delete(world: &World, cluster: &KubernetesCluster) {
    world.done(DeleteCluster { vke_id: cluster.id }).await;
}

#[tokio::test]
async fn a_cluster_that_names_no_vpc_gets_one_of_its_own_which_goes_with_it() {
    let world = World::new().await;
    for wish in [json!({}), json!({"vpc_id": "", "label": ""})] {
        let cluster = make(&world, wished(2, wish)).await;
        let listed = vpcs(&world).await;
        let [vpc] = &listed[..] else { panic!("one: {listed:?}") };
        assert_eq!((vpc_of(&cluster), vpc.region.as_str()), (vpc.id, "ewr"));
        let name = if cluster.label.is_empty() { cluster.id.to_string() } else { "one".into() };
        assert_eq!(vpc.description, format!("VPC of Kubernetes cluster {name}"));
        let subnet = format!("{}/{}", vpc.v4_subnet, vpc.v4_subnet_mask);
        assert_eq!((&subnet, subnet.as_str()), (&cluster.vpcs[0].subnet, "10.1.96.0/20"));
        let inside: Vec<_> = instances(&world).await.into_iter().map(|i| i.internal_ip).collect();
        assert_eq!(inside, ["10.1.96.3", "10.1.96.4"]);
        let uri = format!("/v2/kubernetes/clusters/{}/resources", cluster.id);
        assert_eq!(world.raw("GET", &uri, "").await, (200, r#"{"resources":{}}"#.into()));
        world.refused(DeleteVpc { vpc_id: vpc.id }).await;
        delete(&world, &cluster).await;
        assert_eq!(vpcs(&world).await, [], "at once");
        world.settle().await;
        assert_eq!((instances(&world).await, vpcs(&world).await), (vec![], vec![]));
    }
    let inner = json!([{"node_quantity": 1, "label": "a", "plan": PLAN, "vpc_only": true}]);
    let cluster = make(&world, wished(1, json!({"node_pools": inner}))).await;
    assert_eq!(cluster.node_pools[0].nodes[0].ip, "10.1.96.3");
}

#[tokio::test]
async fn a_vpc_that_was_made_for_a_cluster_stays_where_anything_else_is_in_it() {
    let world = World::new().await;
    let cluster = make(&world, wished(1, json!({}))).await;
    let vpc_id = vpc_of(&cluster);
    let create = json!({"region": "ewr", "plan": PLAN, "os_id": 2136, "attach_vpc": [vpc_id]});
    let other = world.done::<CreateInstance>(made_of(create)).await.id;
    let second = make(&world, wished(1, json!({"vpc_id": vpc_id}))).await;
    delete(&world, &cluster).await;
    world.settle().await;
    assert_eq!(vpc_of(&read(&world, second.id).await), vpc_id, "it is the other's, too");
    delete(&world, &second).await;
    world.settle().await;
    assert_eq!(vpcs(&world).await[0].id, vpc_id);
    world.done(DeleteInstance { instance_id: other }).await;
    world.settle().await;
    assert_eq!(vpcs(&world).await[0].id, vpc_id, "it is its owner's from then on");
    // One that was there before a cluster chose it stays, too.
    let third = make(&world, wished(1, json!({"vpc_id": vpc_id}))).await;
    delete(&world, &third).await;
    world.settle().await;
    world.done(DeleteVpc { vpc_id }).await;
}

#[tokio::test]
async fn the_last_cluster_takes_their_vpc_along_however_many_nodes_it_has() {
    let world = World::new().await;
    let pool = |label| json!({"node_quantity": 70, "label": label, "plan": PLAN});
    let pools = json!([pool("a"), pool("b"), pool("c")]);
    let large = make(&world, wished(1, json!({"node_pools": pools}))).await;
    let small = make(&world, wished(1, json!({"vpc_id": vpc_of(&large)}))).await;
    delete(&world, &small).await;
    world.settle().await;
    assert_eq!(vpcs(&world).await.len(), 1);
    delete(&world, &large).await;
    assert_eq!(vpcs(&world).await.len(), 1, "some nodes are still in it");
    world.settle().await;
    assert_eq!((instances(&world).await, vpcs(&world).await), (vec![], vec![]));
}

#[tokio::test]
async fn clusters_share_a_vpc_where_five_were_made_for_them_and_leave_their_owners_five_alone() {
    let world = World::new().await;
    let mut clusters = Vec::new();
    for _ in 0..6 {
        clusters.push(make(&world, wished(1, json!({}))).await);
    }
    let [first, .., last] = &clusters[..] else { panic!("six") };
    assert_eq!((vpcs(&world).await.len(), vpc_of(last)), (5, vpc_of(first)));
    let create = CreateVpc { region: "ewr".into(), ..Default::default() };
    for _ in 0..5 {
        world.done(create.clone()).await;
    }
    let said = "You have reached the maximum number of VPC networks in this region.";
    world.refuses_with(create, said).await;
    delete(&world, first).await;
    world.settle().await;
    assert_eq!(vpcs(&world).await.len(), 10, "the last is in it");
    delete(&world, last).await;
    assert_eq!(vpcs(&world).await.len(), 9);
    for cluster in &clusters[1..5] {
        delete(&world, cluster).await;
    }
    world.settle().await;
    assert_eq!(vpcs(&world).await.len(), 5, "which are nobody's to take");
}

#[tokio::test]
async fn no_vpc_is_made_for_a_cluster_where_a_region_is_full_of_its_owners() {
    let world = World::new().await;
    let mut clusters = Vec::new();
    for _ in 0..2 {
        for _ in 0..5 {
            let cluster = make(&world, wished(1, json!({}))).await;
            let wish = json!({"region": "ewr", "plan": PLAN, "os_id": 2136, "attach_vpc": [vpc_of(&cluster)]});
            world.done::<CreateInstance>(made_of(wish)).await;
            clusters.push(cluster);
        }
        while let Some(cluster) = clusters.pop() {
            delete(&world, &cluster).await;
        }
        world.settle().await;
    }
    let before = vpcs(&world).await;
    assert_eq!(before.len(), 10, "an instance is in each");
    let cluster = make(&world, wished(1, json!({}))).await;
    assert_eq!(vpc_of(&cluster), before[0].id);
    delete(&world, &cluster).await;
    world.settle().await;
    assert_eq!(vpcs(&world).await, before);
    // An instance that is to be in a VPC is not put into a cluster's.
    let elsewhere = json!({"region": "ams"});
    let cluster = make(&world, wished(1, elsewhere)).await;
    let wish = json!({"region": "ams", "plan": PLAN, "os_id": 2136, "enable_vpc": true});
    world.done::<CreateInstance>(made_of(wish)).await;
    let made = vpcs(&world).await;
    assert_eq!((made.len(), vpc_of(&cluster)), (12, made[10].id));
    assert_eq!(made[11].description, "");
}

#[tokio::test]
async fn nodes_come_anew_where_the_clusters_vpc_was_taken_away() {
    let world = World::new().await;
    let cluster = make(&world, wished(1, json!({}))).await;
    let (vke_id, nodepool_id) = (cluster.id, cluster.node_pools[0].id);
    world.done(DeleteNodePool { vke_id, nodepool_id }).await;
    world.settle().await;
    world.done(DeleteVpc { vpc_id: vpc_of(&cluster) }).await;
    let pool = json!({"vke_id": vke_id, "node_quantity": 1, "label": "new", "plan": PLAN});
    world.done::<CreateNodePool>(made_of(pool)).await;
    world.settle().await;
    let found = read(&world, vke_id).await;
    assert_eq!((found.vpcs.len(), nodes(&found).len()), (0, 1));
    delete(&world, &found).await;
    world.settle().await;
    assert_eq!(instances(&world).await, []);
}
