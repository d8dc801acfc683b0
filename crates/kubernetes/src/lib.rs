//! Kubernetes: clusters, their node pools, and the instances that are their nodes.
