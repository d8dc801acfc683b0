//! Kubernetes clusters. Made by `cargo xtask families`.

use api::kubernetes::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Kubernetes clusters: see [`Client::kubernetes`].
#[derive(Debug, Clone, Copy)]
pub struct Kubernetes<'a>(&'a Client);

impl Client {
    /// Kubernetes clusters.
    pub fn kubernetes(&self) -> Kubernetes<'_> {
        Kubernetes(self)
    }
}

impl<'a> Kubernetes<'a> {
    /// List Kubernetes clusters.
    pub fn list(self) -> Call<'a, ListClusters> {
        Call::new(self.0, ListClusters::default())
    }

    /// Create a Kubernetes cluster with its first node pools. Its nodes are instances.
    pub fn create(self, request: impl Into<CreateCluster>) -> Call<'a, CreateCluster> {
        Call::new(self.0, request)
    }

    /// Get a Kubernetes cluster.
    pub fn get(self, request: impl Into<GetCluster>) -> Call<'a, GetCluster> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetCluster>) -> Optional<'a, GetCluster> {
        self.get(request).opt()
    }

    /// Rename a Kubernetes cluster, or change who vouches for its users.
    pub fn update(self, request: impl Into<UpdateCluster>) -> Call<'a, UpdateCluster> {
        Call::new(self.0, request)
    }

    /// Delete a Kubernetes cluster with its nodes. Volumes and load balancers that were made for it stay.
    pub fn delete(self, request: impl Into<DeleteCluster>) -> Call<'a, DeleteCluster> {
        Call::new(self.0, request)
    }

    /// Delete a Kubernetes cluster with its nodes, and all that `resources` lists.
    pub fn delete_with_resources(
        self,
        request: impl Into<DeleteClusterWithResources>,
    ) -> Call<'a, DeleteClusterWithResources> {
        Call::new(self.0, request)
    }

    /// Get the kubeconfig of a cluster's administrator.
    pub fn config(self, request: impl Into<GetClusterConfig>) -> Call<'a, GetClusterConfig> {
        Call::new(self.0, request)
    }

    /// Get the volumes and load balancers that were made for a cluster.
    pub fn resources(
        self,
        request: impl Into<GetClusterResources>,
    ) -> Call<'a, GetClusterResources> {
        Call::new(self.0, request)
    }

    /// Get the versions that a cluster can be upgraded to.
    pub fn upgrades(self, request: impl Into<GetClusterUpgrades>) -> Call<'a, GetClusterUpgrades> {
        Call::new(self.0, request)
    }

    /// Upgrade a cluster: its control plane at once, then its nodes, one after the other of each pool by a new one.
    pub fn upgrade(self, request: impl Into<UpgradeCluster>) -> Call<'a, UpgradeCluster> {
        Call::new(self.0, request)
    }

    /// Get the versions of Kubernetes that a new cluster can have.
    pub fn versions(self) -> Call<'a, GetKubernetesVersions> {
        Call::new(self.0, GetKubernetesVersions::default())
    }
}

/// Node pools of Kubernetes clusters: see [`Client::node_pools`].
#[derive(Debug, Clone, Copy)]
pub struct NodePools<'a>(&'a Client);

impl Client {
    /// Node pools of Kubernetes clusters.
    pub fn node_pools(&self) -> NodePools<'_> {
        NodePools(self)
    }
}

impl<'a> NodePools<'a> {
    /// List the node pools of a cluster.
    pub fn list(self, request: impl Into<ListNodePools>) -> Call<'a, ListNodePools> {
        Call::new(self.0, request)
    }

    /// Add a node pool to a cluster.
    pub fn create(self, request: impl Into<CreateNodePool>) -> Call<'a, CreateNodePool> {
        Call::new(self.0, request)
    }

    /// Get a node pool of a cluster.
    pub fn get(self, request: impl Into<GetNodePool>) -> Call<'a, GetNodePool> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetNodePool>) -> Optional<'a, GetNodePool> {
        self.get(request).opt()
    }

    /// Change a node pool: what is absent stays. With fewer nodes, the newest go.
    pub fn update(self, request: impl Into<UpdateNodePool>) -> Call<'a, UpdateNodePool> {
        Call::new(self.0, request)
    }

    /// Delete a node pool with its nodes.
    pub fn delete(self, request: impl Into<DeleteNodePool>) -> Call<'a, DeleteNodePool> {
        Call::new(self.0, request)
    }

    /// List the nodes of a pool.
    pub fn nodes(self, request: impl Into<ListWorkerNodes>) -> Call<'a, ListWorkerNodes> {
        Call::new(self.0, request)
    }

    /// Delete a node. Its pool has one node less from then on.
    pub fn delete_node(self, request: impl Into<DeleteNode>) -> Call<'a, DeleteNode> {
        Call::new(self.0, request)
    }

    /// Delete a node and make a new one in its place.
    pub fn recycle_node(self, request: impl Into<RecycleNode>) -> Call<'a, RecycleNode> {
        Call::new(self.0, request)
    }
}

/// Labels of the nodes in a pool: see [`Client::node_pool_labels`].
#[derive(Debug, Clone, Copy)]
pub struct NodePoolLabels<'a>(&'a Client);

impl Client {
    /// Labels of the nodes in a pool.
    pub fn node_pool_labels(&self) -> NodePoolLabels<'_> {
        NodePoolLabels(self)
    }
}

impl<'a> NodePoolLabels<'a> {
    /// List the labels of a pool's nodes: those that its owner gave them.
    pub fn list(self, request: impl Into<ListNodePoolLabels>) -> Call<'a, ListNodePoolLabels> {
        Call::new(self.0, request)
    }

    /// Give the nodes of a pool a label.
    pub fn create(self, request: impl Into<CreateNodePoolLabel>) -> Call<'a, CreateNodePoolLabel> {
        Call::new(self.0, request)
    }

    /// Get a label of a pool's nodes.
    pub fn get(self, request: impl Into<GetNodePoolLabel>) -> Call<'a, GetNodePoolLabel> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetNodePoolLabel>) -> Optional<'a, GetNodePoolLabel> {
        self.get(request).opt()
    }

    /// Take a label away from the nodes of a pool.
    pub fn delete(self, request: impl Into<DeleteNodePoolLabel>) -> Call<'a, DeleteNodePoolLabel> {
        Call::new(self.0, request)
    }
}

/// Taints of the nodes in a pool: see [`Client::node_pool_taints`].
#[derive(Debug, Clone, Copy)]
pub struct NodePoolTaints<'a>(&'a Client);

impl Client {
    /// Taints of the nodes in a pool.
    pub fn node_pool_taints(&self) -> NodePoolTaints<'_> {
        NodePoolTaints(self)
    }
}

impl<'a> NodePoolTaints<'a> {
    /// List the taints of a pool's nodes: those that its owner gave them.
    pub fn list(self, request: impl Into<ListNodePoolTaints>) -> Call<'a, ListNodePoolTaints> {
        Call::new(self.0, request)
    }

    /// Give the nodes of a pool a taint, which keeps away what does not tolerate it.
    pub fn create(self, request: impl Into<CreateNodePoolTaint>) -> Call<'a, CreateNodePoolTaint> {
        Call::new(self.0, request)
    }

    /// Get a taint of a pool's nodes.
    pub fn get(self, request: impl Into<GetNodePoolTaint>) -> Call<'a, GetNodePoolTaint> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetNodePoolTaint>) -> Optional<'a, GetNodePoolTaint> {
        self.get(request).opt()
    }

    /// Take a taint away from the nodes of a pool.
    pub fn delete(self, request: impl Into<DeleteNodePoolTaint>) -> Call<'a, DeleteNodePoolTaint> {
        Call::new(self.0, request)
    }
}
