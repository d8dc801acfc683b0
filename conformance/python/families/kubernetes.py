"""Kubernetes clusters and their node pools."""

import base64

from families.storage import ready
from harness import NOWHERE, ids

VERSION = "v1.36.5+1"
POOL = {"node_quantity": 2, "label": "workers", "plan": "vc2-1c-2gb", "tag": "t"}


def get(w, cluster):
    return w.kubernetes.get_kubernetes_clusters(vke_id=cluster)["vke_cluster"]


def made(w, **settings):
    """A cluster that is active."""
    body = {"label": "prod", "region": "ewr", "version": VERSION, "node_pools": [POOL], **settings}
    cluster = w.kubernetes.create_kubernetes_cluster(body=body)["vke_cluster"]["id"]
    w.wait("a cluster becomes active", lambda: ready(get(w, cluster), "active") and ready(get(w, cluster)["node_pools"][0], "active"))
    return cluster


def clusters(w):
    versions = w.kubernetes.get_kubernetes_versions()["versions"]
    w.show("there is the version", VERSION in versions, versions)
    for what, fault in (("without a pool", {"node_pools": []}), ("of no version", {"version": "v1.0.0+1"}),
                        ("in a region that is none", {"region": "nowhere"})):
        w.refused(f"a cluster {what}", 400, w.kubernetes.create_kubernetes_cluster,
                  body={"region": "ewr", "version": VERSION, "node_pools": [POOL], **fault})
    cluster = made(w)
    found = get(w, cluster)
    w.same("label, version and region read back", (found["label"], found["version"], found["region"]), ("prod", VERSION, "ewr"))
    w.same("so does the pool", {key: found["node_pools"][0][key] for key in POOL}, POOL)
    node = found["node_pools"][0]["nodes"][0]["id"]
    w.same("a node is an instance", w.instances.get_instance(instance_id=node)["instance"]["plan"], POOL["plan"])
    w.show("it is listed", cluster in ids(w.kubernetes.list_kubernetes_clusters()["vke_clusters"]))
    w.kubernetes.update_kubernetes_cluster(vke_id=cluster, body={"label": "production"})
    w.same("a new label reads back", get(w, cluster)["label"], "production")
    config = w.kubernetes.get_kubernetes_clusters_config(vke_id=cluster)["kube_config"]
    w.show("its kubeconfig is YAML in base64", b"\nkind: Config\n" in base64.b64decode(config))
    w.same("nothing was made for it", w.kubernetes.get_kubernetes_resources(vke_id=cluster)["resources"], {})
    volume = w.blocks.create_block(body={"region": "ewr", "size_gb": 10, "label": "pvc-1"})["block"]["id"]
    w.wait("a volume becomes active", lambda: ready(w.blocks.get_block(block_id=volume)["block"], "active"))
    w.blocks.attach_block(block_id=volume, body={"instance_id": node, "live": True})
    resources = w.kubernetes.get_kubernetes_resources(vke_id=cluster)["resources"]
    w.same("what is made for it is told", ids(resources["block_storage"]), [volume])
    upgrades = w.kubernetes.get_kubernetes_available_upgrades(vke_id=cluster)["available_upgrades"]
    w.kubernetes.start_kubernetes_cluster_upgrade(vke_id=cluster, body={"upgrade_version": upgrades[0]})
    w.same("its new version shows at once", get(w, cluster)["version"], upgrades[0])
    w.kubernetes.delete_kubernetes_cluster_vke_id_delete_with_linked_resources(vke_id=cluster)
    w.gone("a cluster", w.kubernetes.get_kubernetes_clusters, vke_id=cluster)
    w.gone("what was made for it", w.blocks.get_block, block_id=volume)
    cluster = made(w, ha_controlplanes=True, enable_firewall=True)
    w.show("it can have more", get(w, cluster)["ha_controlplanes"] and get(w, cluster)["firewall_group_id"] != "")
    w.kubernetes.delete_kubernetes_cluster(vke_id=cluster)
    w.gone("a cluster", w.kubernetes.get_kubernetes_clusters, vke_id=cluster)
    for method in ("get_kubernetes_clusters", "get_kubernetes_clusters_config", "get_kubernetes_resources",
                   "get_kubernetes_available_upgrades", "get_nodepools", "delete_kubernetes_cluster",
                   "delete_kubernetes_cluster_vke_id_delete_with_linked_resources"):
        w.refused(f"{method} of a cluster that is gone", 404, getattr(w.kubernetes, method), vke_id=cluster, says="Invalid resource ID")
    w.refused("a label for none", 404, w.kubernetes.update_kubernetes_cluster, vke_id=cluster, body={"label": "x"})
    w.refused("an upgrade of none", 404, w.kubernetes.start_kubernetes_cluster_upgrade, vke_id=cluster,
              body={"upgrade_version": VERSION})


def pools(w):
    cluster = made(w)
    body = {"node_quantity": 1, "label": "more", "plan": "vc2-2c-4gb", "auto_scaler": True, "min_nodes": 1, "max_nodes": 3,
            "labels": {"role": "db"}, "taints": [{"key": "role", "value": "db", "effect": "NoSchedule"}]}
    pool = w.kubernetes.create_nodepools(vke_id=cluster, body=body)["node_pool"]["id"]
    path = {"vke_id": cluster, "nodepool_id": pool}
    w.wait("a pool becomes active", lambda: ready(w.kubernetes.get_nodepool(**path)["node_pool"], "active"))
    found = w.kubernetes.get_nodepool(**path)["node_pool"]
    w.same("it reads back as sent", {key: found[key] for key in body}, body)
    w.same("both pools are listed", len(w.kubernetes.get_nodepools(vke_id=cluster)["node_pools"]), 2)
    changed = w.kubernetes.update_nodepool(**path, body={"node_quantity": 2, "tag": "u"})["node_pool"]
    w.same("it grows at once", (changed["node_quantity"], len(changed["nodes"]), changed["tag"]), (2, 2, "u"))
    nodes = ids(changed["nodes"])
    w.kubernetes.recycle_nodepool_instance(**path, node_id=nodes[0])
    left = ids(w.kubernetes.get_nodepool(**path)["node_pool"]["nodes"])
    w.show("a recycled node is another one", len(left) == 2 and nodes[0] not in left, left)
    w.kubernetes.delete_nodepool_instance(**path, node_id=nodes[1])
    w.same("a deleted node leaves a smaller pool", w.kubernetes.get_nodepool(**path)["node_pool"]["node_quantity"], 1)
    w.refused("a pool without a node", 400, w.kubernetes.create_nodepools, vke_id=cluster, body={**body, "node_quantity": 0},
              says="`node_quantity` must be a positive integer.")
    w.refused("no node", 400, w.kubernetes.update_nodepool, **path, body={"node_quantity": 0})
    for method in ("recycle_nodepool_instance", "delete_nodepool_instance"):
        w.refused(f"{method} of none", 404, getattr(w.kubernetes, method), **path, node_id=NOWHERE)
    w.kubernetes.delete_nodepool(**path)
    w.gone("a pool", w.kubernetes.get_nodepool, **path)
    w.refused("a pool that is gone", 404, w.kubernetes.delete_nodepool, **path, says="Invalid NodePool ID")
    w.kubernetes.delete_kubernetes_cluster(vke_id=cluster)
