//! Nodes as an API server has them. Their kubelets are simulated, which each says in a label: a node is
//! ready, and runs nothing.

use std::collections::BTreeMap;

use drivers::control_plane::{NodeSpec, NodeTaint};
use http::Method;
use serde_json::{Value, json};

use crate::api::{BoxError, Link};

/// The label that says that nothing runs on a node.
const LABEL: [&str; 2] = ["kettle.dev/kubelet", "simulated"];
/// How many pods a node says that it takes, as kubelets do.
const PODS: &str = "110";
const NODES: &str = "/api/v1/nodes";
/// Whose the fields are that are said here: others may say more of a node.
const OURS: &str = "fieldManager=kettle&force=true";
const WORDS: &str = "this kubelet is simulated by Kettle: nothing runs on the node";

/// Brings the nodes of a cluster to what they should be. `told` is what was said of each of them so far.
pub(crate) async fn register(
    link: &mut Link,
    wanted: &[NodeSpec],
    told: &mut BTreeMap<String, NodeSpec>,
) -> Result<(), BoxError> {
    let [label, value] = LABEL;
    let path = format!("{NODES}?labelSelector={label}%3D{value}");
    let there = link.ask(Method::GET, &path, None).await?.unwrap_or_default();
    let there = there["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let there: Vec<&str> =
        there.iter().filter_map(|node| node["metadata"]["name"].as_str()).collect();
    told.retain(|name, _| there.contains(&name.as_str()));
    for name in there.iter().filter(|name| wanted.iter().all(|node| node.name != **name)) {
        link.ask(Method::DELETE, &format!("{NODES}/{name}"), None).await?;
        told.remove(*name);
    }
    for node in wanted {
        let name = &node.name;
        if told.get(name) == Some(node) {
            continue;
        }
        let (itself, status) = (object(node), status(node));
        link.ask(Method::PATCH, &format!("{NODES}/{name}?{OURS}"), Some(&itself)).await?;
        link.ask(Method::PATCH, &format!("{NODES}/{name}/status?{OURS}"), Some(&status)).await?;
        told.insert(name.clone(), node.clone());
    }
    Ok(())
}

/// A node, but for its status.
fn object(node: &NodeSpec) -> Value {
    let [label, value] = LABEL;
    let mut labels = node.labels.clone();
    let own = [
        (label, value),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", &node.name),
        ("kubernetes.io/os", "linux"),
    ];
    labels.extend(own.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let taint = |taint: &NodeTaint| {
        let NodeTaint { key, value, effect } = taint;
        json!({ "key": key, "value": value, "effect": effect })
    };
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": { "name": node.name, "labels": labels },
        "spec": {
            "providerID": format!("vultr://{}", node.id),
            "taints": node.taints.iter().map(taint).collect::<Vec<_>>(),
        },
    })
}

fn status(node: &NodeSpec) -> Value {
    let condition = |(kind, status): (&str, &str)| json!({ "type": kind, "status": status, "reason": "Simulated", "message": WORDS });
    let conditions = [
        ("Ready", "True"),
        ("MemoryPressure", "False"),
        ("DiskPressure", "False"),
        ("PIDPressure", "False"),
    ];
    let address = |(kind, address): (&str, String)| json!({ "type": kind, "address": address });
    let mut addresses = vec![("Hostname", node.name.clone())];
    addresses.extend(node.internal.map(|ip| ("InternalIP", ip.to_string())));
    addresses.extend(node.external.map(|ip| ("ExternalIP", ip.to_string())));
    let size = json!({
        "cpu": node.size.vcpus.to_string(),
        "memory": format!("{}Mi", node.size.ram_mb),
        "ephemeral-storage": format!("{}G", node.size.disk_gb),
        "pods": PODS,
    });
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": { "name": node.name },
        "status": {
            "capacity": size,
            "allocatable": size,
            "conditions": conditions.map(condition),
            "addresses": addresses.into_iter().map(address).collect::<Vec<_>>(),
            "nodeInfo": {
                "machineID": node.id.simple().to_string(),
                "systemUUID": node.id.to_string(),
                "bootID": "",
                "kernelVersion": "",
                "osImage": "simulated by Kettle",
                "containerRuntimeVersion": "none://simulated",
                // What follows `+` is the provider's own count.
                "kubeletVersion": node.version.split('+').next(),
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_node_says_what_its_pool_does_and_that_nothing_runs_on_it() {
        let node = NodeSpec {
            id: Uuid::from_u128(1),
            name: "workers-1".into(),
            version: "v1.36.5+1".into(),
            size: drivers::Size { vcpus: 2, ram_mb: 4096, disk_gb: 80 },
            internal: None,
            external: Some([198, 18, 0, 7].into()),
            // Nobody calls our own label otherwise.
            labels: [(LABEL[0], "real"), ("role", "db")]
                .map(|(key, value)| (key.into(), value.into()))
                .into(),
            taints: vec![NodeTaint {
                key: "a".into(),
                value: String::new(),
                effect: "NoSchedule".into(),
            }],
        };
        let said = object(&node);
        let labels = &said["metadata"]["labels"];
        assert_eq!((&labels[LABEL[0]], &labels["role"]), (&json!("simulated"), &json!("db")));
        assert_eq!(labels["kubernetes.io/hostname"], "workers-1");
        assert_eq!(said["spec"]["providerID"], format!("vultr://{}", node.id));
        assert_eq!(said["spec"]["taints"][0]["effect"], "NoSchedule");
        let said = status(&node);
        let said = &said["status"];
        assert_eq!(said["conditions"][0]["status"], "True");
        assert_eq!(said["capacity"]["memory"], "4096Mi");
        assert_eq!(said["addresses"][1], json!({"type": "ExternalIP", "address": "198.18.0.7"}));
        assert_eq!(said["addresses"].as_array().unwrap().len(), 2);
        assert_eq!(said["nodeInfo"]["kubeletVersion"], "v1.36.5");
    }
}
