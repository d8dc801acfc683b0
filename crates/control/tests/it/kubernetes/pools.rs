//! Node pools: how many nodes they have, and what is said of these.

use api::kubernetes::NodePool;

use super::*;

/// A world with a cluster of two nodes, and a change of its pool.
async fn world_and_change() -> (World, UpdateNodePool) {
    let (world, cluster) = world_with_one().await;
    let (vke_id, nodepool_id) = (cluster.id, cluster.node_pools[0].id);
    (world, UpdateNodePool { vke_id, nodepool_id, ..Default::default() })
}

async fn pool(world: &World, change: &UpdateNodePool) -> NodePool {
    let (vke_id, nodepool_id) = (change.vke_id, change.nodepool_id);
    world.done(GetNodePool { vke_id, nodepool_id }).await
}

fn ids(pool: &NodePool) -> Vec<NodeId> {
    pool.nodes.iter().map(|node| node.id).collect()
}

#[tokio::test]
async fn a_pool_grows_and_shrinks_in_place() {
    let (world, change) = world_and_change().await;
    let first = ids(&pool(&world, &change).await);
    world.advance(Duration::from_secs(5)).await;
    let sized = |n| UpdateNodePool { node_quantity: Some(n), ..change.clone() };
    let grown = world.done(sized(4)).await;
    assert_eq!((grown.node_quantity, grown.nodes.len()), (4, 4), "it shows at once");
    assert_eq!(
        (&ids(&grown)[..2], grown.status.clone()),
        (&first[..], ClusterStatus::Pending.into())
    );
    assert!(grown.date_updated > grown.date_created);
    world.settle().await;
    let four = ids(&pool(&world, &change).await);
    let shrunk = world.done(sized(3)).await;
    assert_eq!(ids(&shrunk), four[..3], "the newest goes");
    assert_eq!(instances(&world).await.len(), 3);
    let (status, text) = world.refused(sized(0)).await;
    assert_eq!(
        (status, text.starts_with("`node_quantity` must be a positive integer.")),
        (400, true)
    );
    world.refuses(sized(101), "node_quantity").await;
    let tagged = UpdateNodePool {
        tag: Some(String::new()),
        user_data: Some("#!/bin/sh\n".into()),
        ..change.clone()
    };
    let tagged = world.done(tagged).await;
    assert_eq!((tagged.tag.as_str(), tagged.user_data.as_str()), ("", "#!/bin/sh\n"));
    assert_eq!((tagged.node_quantity, ids(&tagged)), (3, four[..3].to_vec()));
    let grown = world.done(sized(4)).await;
    let data = world.done(GetInstanceUserData { instance_id: InstanceId(ids(&grown)[3].0) }).await;
    assert_eq!(data.data, "IyEvYmluL3NoCg==");
}

#[tokio::test]
async fn the_autoscaler_keeps_to_its_bounds_and_has_none_where_it_is_off() {
    let (world, change) = world_and_change().await;
    let uri =
        format!("/v2/kubernetes/clusters/{}/node-pools/{}", change.vke_id, change.nodepool_id);
    let said =
        "You cannot update auto scalar minimum or maximum nodes if `auto_scaler` is disabled.";
    let whole = format!(r#"{{"is_external_error":false,"error":"{said}","status":422}}"#);
    for body in
        [r#"{"min_nodes":1}"#, r#"{"max_nodes":9}"#, r#"{"auto_scaler":false,"max_nodes":9}"#]
    {
        assert_eq!(world.raw("PATCH", &uri, body).await, (422, whole.clone()), "{body}");
    }
    let scaled = |min, max| UpdateNodePool {
        auto_scaler: Some(true),
        min_nodes: Some(min),
        max_nodes: Some(max),
        ..change.clone()
    };
    let pool = world.done(scaled(3, 5)).await;
    assert!(pool.auto_scaler);
    assert_eq!(
        (pool.node_quantity, pool.nodes.len(), pool.min_nodes, pool.max_nodes),
        (3, 3, 3, 5)
    );
    let sized = |n| UpdateNodePool { node_quantity: Some(n), ..change.clone() };
    assert_eq!(world.done(sized(9)).await.nodes.len(), 5);
    // Who takes the autoscaler's lines out of a configuration sends all three.
    let all_off = UpdateNodePool { auto_scaler: Some(false), ..scaled(1, 1) };
    let off = world.done(all_off.clone()).await;
    assert_eq!((off.auto_scaler, off.nodes.len(), off.min_nodes, off.max_nodes), (false, 5, 1, 1));
    assert_eq!(world.refused(all_off).await, (422, said.into()), "it is off already");
    world.done(scaled(3, 5)).await;
    world.refuses(scaled(6, 5), "min_nodes").await;
    world.refuses(scaled(1, 101), "max_nodes").await;
    let off = UpdateNodePool { auto_scaler: Some(false), node_quantity: Some(1), ..change.clone() };
    let off = world.done(off).await;
    assert_eq!((off.nodes.len(), off.min_nodes, off.max_nodes), (1, 3, 5));
}

#[tokio::test]
async fn a_node_can_be_made_anew_and_be_taken_out_of_its_pool() {
    let (world, change) = world_and_change().await;
    let (vke_id, nodepool_id) = (change.vke_id, change.nodepool_id);
    let [first, second] = ids(&pool(&world, &change).await)[..] else { panic!("two") };
    world.done(RecycleNode { vke_id, nodepool_id, node_id: first }).await;
    let recycled = pool(&world, &change).await;
    assert_eq!((recycled.node_quantity, recycled.nodes.len(), ids(&recycled)[0]), (2, 2, second));
    assert_eq!(world.refused(GetInstance { instance_id: InstanceId(first.0) }).await.0, 404);
    world.done(DeleteNode { vke_id, nodepool_id, node_id: second }).await;
    world.settle().await;
    let left = pool(&world, &change).await;
    assert_eq!((left.node_quantity, left.status.clone()), (1, ClusterStatus::Active.into()));
    let node_id = ids(&left)[0];
    world.refuses(DeleteNode { vke_id, nodepool_id, node_id }, "the pool's only one").await;
    let page = world.done(ListWorkerNodes { vke_id, nodepool_id, ..Default::default() }).await;
    assert_eq!((page.meta.total, &page.items), (1, &left.nodes));
    // An instance that is no node of the pool is unknown there.
    let other = NodeId(instance(&world).await);
    for node_id in [first, other] {
        let unknown = world.refused(RecycleNode { vke_id, nodepool_id, node_id }).await;
        assert_eq!((unknown.0, unknown.1.starts_with("Invalid node ID")), (404, true));
    }
}

#[tokio::test]
async fn pools_come_and_go_within_their_cluster() {
    let (world, change) = world_and_change().await;
    let vke_id = change.vke_id;
    let new: CreateNodePool = made_of(json!({
        "vke_id": vke_id, "node_quantity": 1, "label": "more", "plan": PLAN,
        "labels": {"b": "2", "a": "1"},
        "taints": [{"key": "k", "value": "v", "effect": "NoExecute"}],
    }));
    let made = world.done(new.clone()).await;
    assert_eq!((made.nodes.len(), made.max_nodes, made.tag.as_str()), (1, 1, ""));
    assert_eq!(
        made.labels.into_iter().collect::<Vec<_>>(),
        [("a".into(), "1".into()), ("b".into(), "2".into())]
    );
    assert_eq!(
        (made.taints[0].key.as_str(), made.taints[0].effect.clone()),
        ("k", TaintEffect::NoExecute.into())
    );
    let listed = world.done(ListNodePools { vke_id, ..Default::default() }).await.items;
    assert_eq!(
        listed.iter().map(|pool| pool.id).collect::<Vec<_>>(),
        [change.nodepool_id, made.id]
    );
    world
        .refuses(CreateNodePool { plan: "vc2-1c-1gb".into(), ..new.clone() }, "plan: `vc2-1c-1gb`")
        .await;
    // Another's name is no pool's, unless it is free again or in another cluster.
    let said = "label: another pool of the cluster is called `more`";
    world.refuses(new.clone(), said).await;
    // Not in another cluster's path.
    let second = make(&world, wished(1, json!({}))).await;
    let elsewhere = world.refused(GetNodePool { vke_id: second.id, nodepool_id: made.id }).await;
    assert_eq!(elsewhere, (404, "Invalid NodePool ID".into()));
    world.done(DeleteNodePool { vke_id, nodepool_id: made.id }).await;
    let gone = world.refused(GetNodePool { vke_id, nodepool_id: made.id }).await;
    assert_eq!(gone, (404, "Invalid NodePool ID".into()));
    world.settle().await;
    assert_eq!(instances(&world).await.len(), 3);
    world.done(new.clone()).await;
    for n in 2..20 {
        world.done(CreateNodePool { label: format!("more-{n}"), ..new.clone() }).await;
    }
    world.refuses(new, "at most").await;
}

#[tokio::test]
async fn labels_are_said_one_by_one_and_all_at_once() {
    let (world, change) = world_and_change().await;
    let (vke_id, nodepool_id) = (change.vke_id, change.nodepool_id);
    let list = || ListNodePoolLabels { vke_id, nodepool_id, ..Default::default() };
    assert_eq!(world.done(list()).await.items, [], "none of a system's own");
    let create = |key: &str, value: &str| CreateNodePoolLabel {
        vke_id,
        nodepool_id,
        key: key.into(),
        value: Some(value.into()),
    };
    let role = world.done(create("example.com/role", "db")).await;
    let size = world.done(create("size", "")).await;
    assert_eq!(world.done(list()).await.items, [role.clone(), size.clone()]);
    let get = GetNodePoolLabel { vke_id, nodepool_id, label_id: role.id };
    assert_eq!(world.done(get.clone()).await, role);
    let again = world.refused(create("size", "big")).await;
    assert_eq!((again.0, again.1.contains("label already exists")), (422, true));
    refused_for("key", world.client.send(create("a b", "")).await);
    refused_for("value", world.client.send(create("a", "b c")).await);
    let all = |labels: Value| UpdateNodePool { labels: Some(made_of(labels)), ..change.clone() };
    let changed = world.done(all(json!({"size": "big", "new": "1"}))).await;
    assert_eq!(changed.labels["size"], "big");
    let listed = world.done(list()).await.items;
    assert_eq!((listed.len(), listed[1].id), (2, size.id), "what is named again keeps its id");
    assert_eq!(world.refused(get).await.0, 404);
    world.done(DeleteNodePoolLabel { vke_id, nodepool_id, label_id: size.id }).await;
    assert_ne!(world.done(create("size", "big")).await.id, size.id);
    let many: Value =
        (0..101).map(|n| (format!("l{n}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    world.refuses(all(many), "labels: 101 are too many").await;
    world
        .done(all((0..100)
            .map(|n| (format!("l{n}"), json!("")))
            .collect::<serde_json::Map<_, _>>()
            .into()))
        .await;
    refused_for("key", world.client.send(create("more", "")).await);
    assert_eq!(world.done(all(json!({}))).await.labels.len(), 0);
}

#[tokio::test]
async fn taints_are_said_one_by_one_and_all_at_once() {
    let (world, change) = world_and_change().await;
    let (vke_id, nodepool_id) = (change.vke_id, change.nodepool_id);
    let create = |key: &str, effect| CreateNodePoolTaint {
        vke_id,
        nodepool_id,
        key: key.into(),
        value: Some("v".into()),
        effect,
    };
    let one = world.done(create("k", TaintEffect::NoSchedule)).await;
    world.done(create("k", TaintEffect::PreferNoSchedule)).await;
    let again = world.refused(create("k", TaintEffect::NoSchedule)).await;
    assert_eq!((again.0, again.1.contains("taint already exists")), (422, true));
    refused_for("key", world.client.send(create("", TaintEffect::NoSchedule)).await);
    let list = || ListNodePoolTaints { vke_id, nodepool_id, ..Default::default() };
    assert_eq!(world.done(list()).await.items.len(), 2);
    let get = GetNodePoolTaint { vke_id, nodepool_id, taint_id: one.id };
    assert_eq!(world.done(get).await, one);
    let all = |taints: Value| UpdateNodePool { taints: Some(made_of(taints)), ..change.clone() };
    let taint = json!({"key": "k", "effect": "NoSchedule"});
    world.refuses(all(json!([taint, taint])), "taints: `k` is there twice").await;
    world.done(all(json!([taint]))).await;
    let listed = world.done(list()).await.items;
    assert_eq!((listed.len(), listed[0].id, listed[0].value.as_str()), (1, one.id, ""));
    world.done(DeleteNodePoolTaint { vke_id, nodepool_id, taint_id: one.id }).await;
    assert_eq!(pool(&world, &change).await.taints, []);
    let many: Vec<_> =
        (0..101).map(|n| json!({"key": format!("k{n}"), "effect": "NoExecute"})).collect();
    world.refuses(all(many.into()), "taints: 101 are too many").await;
}

/// The nodes that a cluster's control plane knows: their names.
async fn registered(world: &World, id: ClusterId) -> Vec<String> {
    let spec = observed(world, id).await.unwrap().spec.unwrap();
    spec.nodes.into_iter().map(|node| node.name).collect()
}

/// The names that a pool's nodes have.
fn labels(pool: &NodePool) -> Vec<String> {
    pool.nodes.iter().map(|node| node.label.clone()).collect()
}

#[tokio::test]
async fn a_control_plane_knows_the_nodes_that_are_up_as_they_are() {
    let (world, change) = world_and_change().await;
    let (vke_id, nodepool_id) = (change.vke_id, change.nodepool_id);
    let before = pool(&world, &change).await;
    assert_eq!(registered(&world, vke_id).await, labels(&before));
    let told: UpdateNodePool = made_of(json!({
        "vke_id": vke_id, "nodepool_id": nodepool_id, "node_quantity": 3, "labels": {"role": "db"},
        "taints": [{"key": "a", "value": "b", "effect": "PreferNoSchedule"}],
    }));
    let grown = world.done(told).await;
    assert_eq!(registered(&world, vke_id).await, labels(&before), "none that is not up");
    world.settle().await;
    assert_eq!(registered(&world, vke_id).await, labels(&grown));
    let node = observed(&world, vke_id).await.unwrap().spec.unwrap().nodes.pop().unwrap();
    let plain = pool(&world, &change).await.nodes.pop().unwrap();
    assert_eq!((node.id, &node.version[..]), (plain.id.0, VERSION));
    assert_eq!((node.size.vcpus, node.size.ram_mb), (1, 2048));
    assert_eq!(node.external.unwrap().to_string(), plain.ip);
    for (key, value) in [
        ("role", "db"),
        ("vke.vultr.com/node-pool", "workers"),
        ("vke.vultr.com/node-id", &plain.id.to_string()),
        ("node.kubernetes.io/instance-type", PLAN),
        ("topology.kubernetes.io/region", "ewr"),
    ] {
        assert_eq!(node.labels.get(key).map(String::as_str), Some(value), "{key}");
    }
    assert_eq!(node.taints[0].effect, "PreferNoSchedule");
    // A node keeps its name, whatever its instance is called.
    let called = UpdateInstance {
        instance_id: InstanceId(plain.id.0),
        label: Some("mine".into()),
        ..Default::default()
    };
    world.done(called).await;
    // What says nothing of nodes' number is told as well, and a pool can be called what no label says.
    world
        .done(CreateNodePoolLabel {
            vke_id,
            nodepool_id,
            key: "size".into(),
            value: Some("big".into()),
        })
        .await;
    let other: CreateNodePool = made_of(json!({
        "vke_id": vke_id, "node_quantity": 1, "label": "my pool!", "plan": PLAN,
    }));
    let other = world.done(other).await;
    world.settle().await;
    let all = [labels(&grown), labels(&other)].concat();
    assert_eq!(registered(&world, vke_id).await, all);
    let nodes = observed(&world, vke_id).await.unwrap().spec.unwrap().nodes;
    assert_eq!(nodes[0].labels["size"], "big");
    assert!(!nodes[3].labels.contains_key("vke.vultr.com/node-pool"));
    // They go with the node, and with the pool.
    let node_id = ids(&grown)[0];
    world.done(RecycleNode { vke_id, nodepool_id, node_id }).await;
    world.settle().await;
    let there = registered(&world, vke_id).await;
    assert!(there.len() == 4 && !there.contains(&all[0]), "{there:?}");
    world.done(DeleteNodePool { vke_id, nodepool_id }).await;
    world.settle().await;
    assert_eq!(registered(&world, vke_id).await, labels(&other));
}
