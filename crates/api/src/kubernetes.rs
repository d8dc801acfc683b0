//! Kubernetes: clusters, their node pools, and the nodes in these: `/v2/kubernetes`.
//!
//! Types only: what becomes of a cluster is decided by `control`.

pub use crate::id::{ClusterId, NodeId, NodePoolId, NodePoolLabelId, NodePoolTaintId};

use std::collections::BTreeMap;

use crate::id::{FirewallGroupId, VpcId};
use crate::instances::AttachedVpc;
use crate::{Open, OrEmpty, Secret, Time, endpoint, part, view, words};

operations! {
    "kubernetes": "Kubernetes clusters" {
        /// List Kubernetes clusters.
        "list" => ListClusters(GET "/v2/kubernetes/clusters" -> 200 { vke_clusters: [KubernetesCluster] }, needs SubscriptionsView),
        /// Create a Kubernetes cluster with its first node pools. Its nodes are instances.
        "create" => CreateCluster(POST "/v2/kubernetes/clusters" -> 201 { vke_cluster: KubernetesCluster }, needs Provisioning) {
            /// A name for it.
            pub label: Option<String>,
            /// The region's id.
            pub region: String,
            /// The version of Kubernetes, one of `versions`.
            pub version: String,
            /// The VPC that its nodes are in; one is made for it when absent.
            pub vpc_id: Option<OrEmpty<VpcId>>,
            /// Let it have several control planes, so that it survives the loss of one.
            pub ha_controlplanes: Option<bool>,
            /// Make a firewall group for its nodes, which goes with it.
            pub enable_firewall: Option<bool>,
            /// Who vouches for its users.
            pub oidc: Option<ClusterOidc>,
            /// Its node pools, at least one.
            pub node_pools: Option<Vec<NewNodePool>>,
        },
        /// Get a Kubernetes cluster.
        "get" => GetCluster(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}" -> 200 { vke_cluster: KubernetesCluster }, needs SubscriptionsView),
        /// Rename a Kubernetes cluster, or change who vouches for its users.
        "update" => UpdateCluster(PUT "/v2/kubernetes/clusters/{vke-id: ClusterId}" -> 204, needs Subscriptions) {
            /// Its name.
            pub label: Option<String>,
            /// Who vouches for its users.
            pub oidc: Option<ClusterOidc>,
        },
        /// Delete a Kubernetes cluster with its nodes. Volumes and load balancers that were made for it stay.
        "delete" => DeleteCluster(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}" -> 204, needs Subscriptions),
        /// Delete a Kubernetes cluster with its nodes, and all that `resources` lists.
        "delete-with-resources" => DeleteClusterWithResources(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}/delete-with-linked-resources" -> 204, needs Subscriptions),
        /// Get the kubeconfig of a cluster's administrator.
        "config" => GetClusterConfig(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/config" -> 200 KubeConfig, needs Subscriptions),
        /// Get the volumes and load balancers that were made for a cluster.
        "resources" => GetClusterResources(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/resources" -> 200 { resources: ClusterResources }, needs SubscriptionsView),
        /// Get the versions that a cluster can be upgraded to.
        "upgrades" => GetClusterUpgrades(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/available-upgrades" -> 200 { available_upgrades: Vec<String> }, needs SubscriptionsView),
        /// Upgrade a cluster: its control plane at once, then its nodes, one after the other of each pool by a new one.
        "upgrade" => UpgradeCluster(POST "/v2/kubernetes/clusters/{vke-id: ClusterId}/upgrades" -> 202, needs Subscriptions) {
            /// The version, one of `upgrades`.
            pub upgrade_version: String,
        },
        /// Get the versions of Kubernetes that a new cluster can have.
        "versions" => GetKubernetesVersions(GET "/v2/kubernetes/versions" -> 200 { versions: Vec<String> }, needs Public),
    }
    "node-pool": "Node pools of Kubernetes clusters" {
        /// List the node pools of a cluster.
        "list" => ListNodePools(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools" -> 200 { node_pools: [NodePool] }, needs SubscriptionsView),
        "create" => CreateNodePool,
        /// Get a node pool of a cluster.
        "get" => GetNodePool(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}" -> 200 { node_pool: NodePool }, needs SubscriptionsView),
        /// Change a node pool: what is absent stays. With fewer nodes, the newest go.
        "update" => UpdateNodePool(PATCH "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}" -> 202 { node_pool: NodePool }, needs Subscriptions) {
            /// How many nodes it has, from 1 on; with the autoscaler, where that begins.
            pub node_quantity: Option<u32>,
            /// A word for finding it.
            pub tag: Option<String>,
            /// Let the number of its nodes follow what runs on them, within the two bounds.
            pub auto_scaler: Option<bool>,
            /// How many nodes the autoscaler leaves at least.
            pub min_nodes: Option<u32>,
            /// How many nodes the autoscaler makes at most.
            pub max_nodes: Option<u32>,
            /// Data for the first boot of nodes that are made from now on, as text.
            #[wire(most = 65_536, lines)]
            pub user_data: Option<String>,
            /// All labels of its nodes, by name.
            pub labels: Option<BTreeMap<String, String>>,
            /// All taints of its nodes.
            pub taints: Option<Vec<NewTaint>>,
        },
        /// Delete a node pool with its nodes.
        "delete" => DeleteNodePool(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}" -> 204, needs Subscriptions),
        /// List the nodes of a pool.
        // Not in the reference: govultr calls it.
        "nodes" => ListWorkerNodes(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/nodes" -> 200 { worker_nodes: [Node] }, needs SubscriptionsView),
        /// Delete a node. Its pool has one node less from then on.
        "delete-node" => DeleteNode(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/nodes/{node-id: NodeId}" -> 204, needs Subscriptions),
        /// Delete a node and make a new one in its place.
        "recycle-node" => RecycleNode(POST "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/nodes/{node-id: NodeId}/recycle" -> 204, needs Subscriptions, loses),
    }
    "node-pool-label": "Labels of the nodes in a pool" {
        /// List the labels of a pool's nodes: those that its owner gave them.
        "list" => ListNodePoolLabels(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/labels" -> 200 { labels: [NodePoolLabel] }, needs SubscriptionsView),
        /// Give the nodes of a pool a label.
        "create" => CreateNodePoolLabel(POST "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/labels" -> 201 { label: NodePoolLabel }, needs Subscriptions) {
            /// Its name, as `example.com/role` or `role`.
            pub key: String,
            /// What it says.
            pub value: Option<String>,
        },
        /// Get a label of a pool's nodes.
        "get" => GetNodePoolLabel(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/labels/{label-id: NodePoolLabelId}" -> 200 { label: NodePoolLabel }, needs SubscriptionsView),
        /// Take a label away from the nodes of a pool.
        "delete" => DeleteNodePoolLabel(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/labels/{label-id: NodePoolLabelId}" -> 204, needs Subscriptions),
    }
    "node-pool-taint": "Taints of the nodes in a pool" {
        /// List the taints of a pool's nodes: those that its owner gave them.
        "list" => ListNodePoolTaints(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/taints" -> 200 { taints: [NodePoolTaint] }, needs SubscriptionsView),
        /// Give the nodes of a pool a taint, which keeps away what does not tolerate it.
        "create" => CreateNodePoolTaint(POST "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/taints" -> 201 { taint: NodePoolTaint }, needs Subscriptions) {
            /// Its name, as `example.com/role` or `role`.
            pub key: String,
            /// What it says.
            pub value: Option<String>,
            /// What it does.
            pub effect: TaintEffect,
        },
        /// Get a taint of a pool's nodes.
        "get" => GetNodePoolTaint(GET "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/taints/{taint-id: NodePoolTaintId}" -> 200 { taint: NodePoolTaint }, needs SubscriptionsView),
        /// Take a taint away from the nodes of a pool.
        "delete" => DeleteNodePoolTaint(DELETE "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools/{nodepool-id: NodePoolId}/taints/{taint-id: NodePoolTaintId}" -> 204, needs Subscriptions),
    }
}

// A pool is asked for in the same words with its cluster and later.
sharing! {
    {
        /// How many nodes it has, from 1 on; with the autoscaler, where that begins.
        #[wire(default)]
        pub node_quantity: u32,
        /// A name for it that no other pool of the cluster has; its nodes are called so, too.
        pub label: String,
        /// The plan of its nodes: one with 2 GB memory and 10 USD a month at least.
        pub plan: String,
        /// A word for finding it.
        pub tag: Option<String>,
        /// Let the number of its nodes follow what runs on them, within the two bounds.
        pub auto_scaler: Option<bool>,
        /// How many nodes the autoscaler leaves at least; 1 when absent.
        pub min_nodes: Option<u32>,
        /// How many nodes the autoscaler makes at most; as many as there are when absent.
        pub max_nodes: Option<u32>,
        /// Give its nodes no public addresses, only those in the cluster's VPC.
        pub vpc_only: Option<bool>,
        /// Data for the first boot of its nodes, as text.
        #[wire(most = 65_536, lines)]
        pub user_data: Option<String>,
        /// Labels of its nodes, by name.
        pub labels: Option<BTreeMap<String, String>>,
        /// Taints of its nodes.
        pub taints: Option<Vec<NewTaint>>,
    }

    /// A node pool that a new cluster is to have.
    #[part]
    pub struct NewNodePool {}

    /// Add a node pool to a cluster.
    #[endpoint(POST "/v2/kubernetes/clusters/{vke-id: ClusterId}/node-pools" -> 201 { node_pool: NodePool }, needs Provisioning)]
    pub struct CreateNodePool {}
}

/// A Kubernetes cluster.
#[view]
pub struct KubernetesCluster {
    /// The cluster's id.
    pub id: ClusterId,
    /// The firewall group of its nodes; empty: none.
    pub firewall_group_id: OrEmpty<FirewallGroupId>,
    /// The owner's name for it.
    pub label: String,
    /// When it was created.
    pub date_created: Time,
    /// The network that its pods get addresses of.
    pub cluster_subnet: String,
    /// The network that its services get addresses of.
    pub service_subnet: String,
    /// The address of its control plane; `0.0.0.0` while it is pending.
    pub ip: String,
    /// The name of its control plane.
    pub endpoint: String,
    /// Its version of Kubernetes.
    pub version: String,
    /// The region's id.
    pub region: String,
    /// `pending` until its control plane works.
    pub status: Open<ClusterStatus>,
    /// Whether it has several control planes.
    pub ha_controlplanes: bool,
    /// Who vouches for its users.
    pub oidc: ClusterOidc,
    /// The VPCs that its nodes are in.
    pub vpcs: Vec<AttachedVpc>,
    /// Its node pools.
    pub node_pools: Vec<NodePool>,
}

/// Where a cluster, a pool or a node stands in its life.
#[words]
pub enum ClusterStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Active,
}

/// Who vouches for the users of a cluster. With nothing in it, nobody does but the cluster.
#[view]
pub struct ClusterOidc {
    /// The address of whoever vouches for them, as `https://login.example.com`.
    #[wire(most = 2_048)]
    pub issuer_url: String,
    /// What the cluster is called there.
    pub client_id: String,
    /// What tells a user's name.
    pub username_claim: String,
    /// What tells a user's groups.
    pub groups_claim: String,
}

/// A pool of nodes that are alike.
#[view]
pub struct NodePool {
    /// The pool's id.
    pub id: NodePoolId,
    /// When it was created.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
    /// The owner's name for it.
    pub label: String,
    /// The owner's word for finding it.
    pub tag: String,
    /// The plan of its nodes.
    pub plan: String,
    /// `pending` until all of its nodes work.
    pub status: Open<ClusterStatus>,
    /// How many nodes it is to have.
    pub node_quantity: u32,
    /// How many nodes the autoscaler leaves at least.
    pub min_nodes: u32,
    /// How many nodes the autoscaler makes at most.
    pub max_nodes: u32,
    /// Whether the number of its nodes follows what runs on them.
    pub auto_scaler: bool,
    /// Whether its nodes have no public addresses.
    pub vpc_only: bool,
    /// Data for the first boot of its nodes.
    pub user_data: String,
    /// Labels of its nodes, by name.
    pub labels: BTreeMap<String, String>,
    /// Taints of its nodes.
    pub taints: Vec<Taint>,
    /// Its nodes, the oldest first.
    pub nodes: Vec<Node>,
}

/// A node of a pool: an instance.
#[view]
pub struct Node {
    /// The instance's id.
    pub id: NodeId,
    /// The instance's label.
    pub label: String,
    /// When it was created.
    pub date_created: Time,
    /// Its address: the public one, if there is any.
    pub ip: String,
    /// `pending` until it works.
    pub status: Open<ClusterStatus>,
}

/// What keeps pods away from nodes.
#[view]
pub struct Taint {
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
    /// What it does.
    pub effect: Open<TaintEffect>,
}

/// What a taint does to pods that do not tolerate it.
#[words("PascalCase")]
pub enum TaintEffect {
    /// No new ones come.
    #[default]
    NoSchedule,
    /// New ones come only where there is no other place.
    PreferNoSchedule,
    /// No new ones come, and those that are there go.
    NoExecute,
}

/// A taint that nodes are to have.
#[part]
pub struct NewTaint {
    /// Its name, as `example.com/role` or `role`.
    pub key: String,
    /// What it says.
    pub value: Option<String>,
    /// What it does.
    pub effect: TaintEffect,
}

/// A label of a pool's nodes.
#[view]
pub struct NodePoolLabel {
    /// The label's id.
    pub id: NodePoolLabelId,
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// A taint of a pool's nodes.
#[view]
pub struct NodePoolTaint {
    /// The taint's id.
    pub id: NodePoolTaintId,
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
    /// What it does.
    pub effect: Open<TaintEffect>,
}

/// How programs reach a cluster as its administrator.
#[view]
pub struct KubeConfig {
    /// The kubeconfig: YAML in base64. Whoever has it may do everything in the cluster.
    #[wire(base64)]
    pub kube_config: Secret,
}

/// What was made for a cluster, by what runs in it.
#[view]
pub struct ClusterResources {
    /// Volumes; left out where there are none.
    #[wire(omit)]
    pub block_storage: Vec<ClusterResource>,
    /// Load balancers; left out where there are none.
    #[wire(omit)]
    pub load_balancer: Vec<ClusterResource>,
}

/// A volume or a load balancer that was made for a cluster.
#[view]
pub struct ClusterResource {
    /// Its id.
    pub id: String,
    /// Its label, or its id where it has none.
    pub label: String,
    /// When it was created.
    pub date_created: Time,
    /// `pending` until it works.
    pub status: Open<ClusterStatus>,
}
